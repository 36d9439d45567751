from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from config.load import Configuration
from core.facts import ChargeSession, Origin, Protocol, SessionState
from core.inventory import Inventory, Medium, Vehicle
from core.periods import Period, local_month
from core.quantities import Kind, Quantity
from demo.grid import MEANS_G_PER_KWH, PRICES
from demo.history import HistoryResult, _book_readings, write_history
from demo.past import Past
from demo.store_room import hand_readings
from energy.registers import Step, count, rules_of
from tests.demo.archives import END, Archive, write

BERLIN = ZoneInfo("Europe/Berlin")
SLOT_MS = 900_000

STATES = {
    Quantity.TEMPERATURE_C,
    Quantity.INTENSITY_G_PER_KWH,
    Quantity.PRICE_EUR_PER_MWH,
    Quantity.ENERGY_SESSION_WH,
    Quantity.PLUGGED_IN_FLAG,
}


@pytest.fixture(scope="module")
def district(example: Configuration) -> tuple[Archive, HistoryResult]:
    archive = Archive()
    return archive, asyncio.run(write(example.inventory, archive))


@pytest.fixture(scope="module")
def yard(depot: Inventory) -> tuple[Archive, HistoryResult]:
    archive = Archive()
    return archive, asyncio.run(write(depot, archive))


def test_thirteen_whole_months_and_the_begun_one(district: tuple[Archive, HistoryResult]) -> None:
    _, result = district
    assert result.period.start_utc.astimezone(BERLIN).isoformat() == "2025-10-01T00:00:00+02:00"
    assert result.period.end_utc == datetime(2026, 11, 22, 9, 45, tzinfo=UTC)


def test_what_is_left_of_pellets_is_read_by_hand_and_falls_until_more_is_delivered(
    district: tuple[Archive, HistoryResult],
) -> None:
    archive, result = district
    read = archive.booked
    assert {(event.source, event.quantity, event.booked_by) for event in read} == {
        ("meter:bauhof-pellets", Quantity.STOCK_G, "demo")
    }
    assert len(read) == 14 + 3, "fourteen firsts, of which three began with a delivery"
    assert all(event.at_utc in result.period for event in read)
    rises = [later.at_utc for earlier, later in pairwise(read) if later.start_value > earlier.start_value]
    assert [at.astimezone(BERLIN).strftime("%m-%d %H:%M") for at in rises] == [
        "10-01 11:00",
        "03-01 11:00",
        "10-01 11:00",
    ]


async def test_what_was_read_by_hand_is_booked_once(example: Configuration) -> None:
    period = Period(END - timedelta(days=90), END)
    first = list(hand_readings(example.inventory, 7, period))
    assert first == list(hand_readings(example.inventory, 7, period))
    archive = Archive()
    archive.booked += first[1:]
    await _book_readings(Past(example.inventory, 7, period, {}), example.inventory, archive)
    assert sorted(archive.booked, key=lambda event: event.at_utc) == first


def test_every_dial_outlet_and_vehicle_has_a_past_and_a_mark(
    example: Configuration, district: tuple[Archive, HistoryResult]
) -> None:
    archive, result = district
    inventory, day = example.inventory, END.date()
    dialled = [meter for meter in inventory.meters.values() if not meter.terms and meter.medium is not Medium.PELLETS]
    meters = {meter.source for meter in dialled if meter.valid_on(day)}
    vehicles = {vehicle.source for vehicle in inventory.vehicles.values() if _was_ours(vehicle, result.period)}
    outlets = {
        f"{station.source}/{connector.number}"
        for station in inventory.stations.values()
        if station.valid_on(day)
        for connector in station.connectors
    }
    outdoors = {station.source for station in inventory.weather_stations.values()} | {*MEANS_G_PER_KWH, PRICES}
    written = {source for source, _ in archive.series}
    assert written == meters | vehicles | outlets | outdoors
    assert {span.source for span in archive.spans.values()} == written
    assert {(span.start_utc, span.end_utc, span.seed) for span in archive.spans.values()} == {
        (result.period.start_utc, result.period.end_utc, 7)
    }
    assert result.readings == sum(len(at) for at, _ in archive.series.values()) > 2_000_000


@pytest.mark.parametrize(
    ("year", "month", "slots"), [(2026, 3, 2972), (2025, 10, 2980), (2026, 10, 2980), (2026, 2, 2688)]
)
def test_months_over_clock_changes_have_their_number_of_slots(
    district: tuple[Archive, HistoryResult], year: int, month: int, slots: int
) -> None:
    at_ms, _ = district[0].of("meter:klinik-strom")
    period = local_month(year, month, BERLIN)
    inside = (at_ms >= period.start_utc.timestamp() * 1000) & (at_ms < period.end_utc.timestamp() * 1000)
    assert inside.sum() == slots


def _was_ours(vehicle: Vehicle, period: Period) -> bool:
    return vehicle.valid_to is None or vehicle.valid_to > period.start_utc.date()


def test_there_are_no_gaps_but_the_ones_told(example: Configuration, district: tuple[Archive, HistoryResult]) -> None:
    archive, result = district
    silent = {story.source: story for story in result.stories if story.kind == "silent"}
    assert len(silent) == 1
    for meter in (meter for meter in example.inventory.meters.values() if meter.valid_on(END.date())):
        for (source, _), (at_ms, _) in archive.series.items():
            if source != meter.source:
                continue
            gaps = np.flatnonzero(np.diff(at_ms) > SLOT_MS)
            if source in silent:
                assert at_ms[gaps[0]] == silent[source].start_utc.timestamp() * 1000
                assert at_ms[gaps[0] + 1] == silent[source].end_utc.timestamp() * 1000
            assert len(gaps) == (source in silent), source


def test_registers_fall_only_where_a_meter_was_exchanged(district: tuple[Archive, HistoryResult]) -> None:
    archive, result = district
    begins = {story.source: story for story in result.stories if story.kind in {"exchanged", "odometer"}}
    assert len(begins) == 2
    for (source, quantity), (at_ms, values) in archive.series.items():
        if quantity in STATES:
            continue
        if quantity is Quantity.SOC_PERCENT:
            assert values.min() >= 0.0
            assert values.max() <= 100.0
            continue
        falls = np.flatnonzero(np.diff(values) < 0.0)
        assert len(falls) == (source in begins), source
        if len(falls):
            assert at_ms[falls[0] + 1] == begins[source].start_utc.timestamp() * 1000


def test_our_register_rules_find_nothing_odd_but_the_exchange(
    example: Configuration, district: tuple[Archive, HistoryResult]
) -> None:
    archive, result = district
    exchanged = {story.source for story in result.stories if story.kind == "exchanged"}
    for meter in (meter for meter in example.inventory.meters.values() if meter.valid_on(END.date())):
        for (source, quantity), (at_ms, values) in archive.series.items():
            if source == meter.source:
                counted = count(at_ms, values, rules_of(meter, quantity))
                odd = {Step(step) for step in np.unique(counted.step)} - {Step.FIRST, Step.COUNTED}
                assert odd == ({Step.EXCHANGE} if source in exchanged else set()), (source, quantity)
                assert len(counted.step) == len(at_ms), (source, quantity)  # nothing waits to be decided


def test_supply_is_load_and_charging_less_the_roof(yard: tuple[Archive, HistoryResult]) -> None:
    archive, _ = yard
    _, taken = archive.of("meter:hof-strom")
    _, given = archive.of("meter:hof-strom", Quantity.ENERGY_EXPORT_WH)
    _, charged = archive.of("meter:hof-laden")
    _, made = archive.of("meter:hof-pv", Quantity.ENERGY_EXPORT_WH)
    load_wh = np.diff(taken) - np.diff(given) + np.diff(made) - np.diff(charged)
    assert load_wh.min() > 0.0
    assert np.diff(made).sum() > 40_000_000
    assert np.diff(given).sum() > 1_000_000
    # never both ways in one slot, but for the dial's last digit
    assert np.minimum(np.diff(taken), np.diff(given)).max() <= 0.1


def test_what_the_outlets_gave_went_through_the_meter_in_front(
    depot: Inventory, yard: tuple[Archive, HistoryResult]
) -> None:
    archive, result = yard
    _, charged = archive.of("meter:hof-laden")
    outlets_wh = sum(
        values[-1] - values[0] for name in depot.stations for values in [archive.of(f"station:{name}/1")[1]]
    )
    standby_wh = 12.0 * (result.period.duration / timedelta(hours=1))
    assert charged[-1] - charged[0] == pytest.approx(outlets_wh + standby_wh, abs=10.0)
    assert outlets_wh > 1_000_000


def test_sessions_are_what_the_registers_tell(example: Configuration, district: tuple[Archive, HistoryResult]) -> None:
    archive, result = district
    assert result.sessions == len(archive.saved) > 3_000
    assert {session.protocol for session in archive.saved.values()} == {Protocol.OCPP_16, Protocol.OCPP_201}
    tags = {f"tag:{tag.uid.lower()}" for tag in example.inventory.tags.values()}
    per_outlet: dict[str, list[ChargeSession]] = {}
    for session in sorted(archive.saved.values(), key=lambda session: session.begun_at_utc):
        assert session.origin is Origin.GENERATED
        assert session.state is SessionState.ENDED
        assert session.tag in tags
        per_outlet.setdefault(session.source, []).append(session)
    for source, sessions in per_outlet.items():
        _, values = archive.of(source)
        for session, following in pairwise(sessions):
            assert session.ended_at_utc
            assert session.ended_at_utc <= following.begun_at_utc
            assert following.energy_wh is None or session.register_stop_wh == following.register_start_wh
        assert sessions[-1].register_stop_wh == values[-1]
        if all(session.energy_wh is not None for session in sessions):
            total = sum(session.energy_wh or 0.0 for session in sessions)
            assert total == pytest.approx(values[-1] - values[0])


def test_no_session_gives_more_than_power_times_time(
    example: Configuration, district: tuple[Archive, HistoryResult]
) -> None:
    for session in district[0].saved.values():
        assert session.ended_at_utc
        limits = {
            connector.number: connector.max_power_w
            for connector in example.inventory.stations[session.station].connectors
        }
        hours = (session.ended_at_utc - session.begun_at_utc) / timedelta(hours=1)
        if session.energy_wh is None:
            assert [finding.code for finding in session.findings] == ["session.energy_implausible"]
            continue
        assert 0.0 <= session.energy_wh <= limits[session.connector] * hours + 10.0
        assert session.peak_power_w is not None
        assert session.peak_power_w <= limits[session.connector]


def test_electric_vehicles_drive_and_charge_hourly_told(district: tuple[Archive, HistoryResult]) -> None:
    archive, _ = district
    socs = [
        (source, column) for (source, quantity), column in archive.series.items() if quantity is Quantity.SOC_PERCENT
    ]
    assert len(socs) >= 10
    for source, (at_ms, values) in socs:
        assert np.diff(at_ms).max() == 3_600_000
        assert np.diff(at_ms).min() > 0
        plugged_ms, _ = archive.of(source, Quantity.PLUGGED_IN_FLAG)
        assert set(plugged_ms.tolist()) <= set(at_ms.tolist()), "a level is told when plugged in and when pulled out"
        assert values.std() > 3.0
        _, odometer_m = archive.of(source, Quantity.ODOMETER_M)
        driven_m = np.diff(odometer_m)
        assert 3_000_000 < driven_m[driven_m > 0].sum() < 40_000_000


@pytest.fixture(scope="module")
def short_yard(depot: Inventory) -> Archive:
    archive = Archive()
    asyncio.run(write(depot, archive, months=1))
    return archive


async def test_the_same_seed_writes_the_same_past(depot: Inventory, short_yard: Archive) -> None:
    again, other = Archive(), Archive()
    await write(depot, again, months=1)
    await write(depot, other, months=1, seed=8)
    assert again.saved == short_yard.saved
    assert all(np.array_equal(again.series[key][1], short_yard.series[key][1]) for key in short_yard.series)
    assert not np.array_equal(other.of("meter:hof-strom")[1], short_yard.of("meter:hof-strom")[1])


async def test_a_complete_past_is_left_alone(depot: Inventory) -> None:
    archive = Archive()
    await write(depot, archive, months=1)
    before = dict(archive.series)
    result = await write(depot, archive, months=1, seed=99, end=END + timedelta(days=1))
    assert result.readings == result.sessions == 0
    assert archive.series == before


@pytest.mark.parametrize("written", [0, 3, 8, 10])
async def test_an_interrupted_past_is_completed_as_it_was_begun(
    depot: Inventory, short_yard: Archive, written: int
) -> None:
    archive = Archive(fails_after=written)
    with pytest.raises(ConnectionError):
        await write(depot, archive, months=1)
    archive.fails_after = 10**9
    result = await write(depot, archive, months=1, seed=99)
    assert result.readings > 0
    assert archive.saved == short_yard.saved
    assert all(np.array_equal(archive.series[key][1], short_yard.series[key][1]) for key in short_yard.series)


async def test_what_happened_while_nobody_watched_is_told_at_the_next_start(depot: Inventory) -> None:
    archive = Archive()
    await write(depot, archive, months=1)
    rows = {key: len(at) for key, (at, _) in archive.series.items()}
    monday = END + timedelta(days=4)
    result = await write(depot, archive, months=1, end=monday, last=archive.last())
    assert result.period.start_utc == END.replace(minute=45, second=0) + timedelta(minutes=15)
    assert result.sessions > 0
    for (source, quantity), (at_ms, values) in archive.series.items():
        assert len(at_ms) > rows[source, quantity], source
        assert np.all(np.diff(at_ms) > 0)
        if quantity.kind is Kind.REGISTER:
            assert np.all(np.diff(values) >= 0.0), source
    at_ms, _ = archive.of("meter:hof-strom")
    assert set(np.diff(at_ms)) == {SLOT_MS}
    assert {span.end_utc for span in archive.spans.values()} == {
        END.replace(minute=45, second=0),
        monday.replace(minute=45, second=0),
    }


async def test_a_store_with_values_of_its_own_gets_no_invented_past(depot: Inventory, short_yard: Archive) -> None:
    archive = Archive()
    result = await write(depot, archive, last=short_yard.last())
    assert result.readings == 0
    assert not archive.series
    assert not archive.spans


async def test_outlets_tell_when_somebody_charged_in_the_last_weeks(depot: Inventory, short_yard: Archive) -> None:
    lately = [each for each in short_yard.saved.values() if each.begun_at_utc > END - timedelta(days=39)]
    told = {(each.station, each.connector, each.code, each.at_utc) for each in short_yard.events.values()}
    assert lately
    for session in lately:
        assert (session.station, session.connector, "charging", session.begun_at_utc) in told
        assert (session.station, session.connector, "available", session.ended_at_utc) in told
    assert {station for station, _, code, _ in told if code == "connected"} <= depot.stations.keys()
    assert min(at_utc for *_, at_utc in told) >= END - timedelta(days=41)


async def test_progress_grows_to_the_end(depot: Inventory) -> None:
    archive, told = Archive(), []
    await write_history(
        depot,
        archive,  # type: ignore[arg-type]
        archive,  # type: ignore[arg-type]
        END,
        token_of=str,
        months=1,
        seed=1,
        progress=told.append,
    )
    assert told == sorted(told)
    assert told[-1] == 1.0
