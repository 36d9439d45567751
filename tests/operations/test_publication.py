"""What dashboards see of sessions and bookings: the latest version, without tags or names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.books import SessionFilter
from core.errors import UnavailableError
from core.facts import ChargeSession, Protocol, SessionState
from core.fleet import MatchBasis, SessionValuation
from core.inventory import Tag
from core.people import Actor, Role
from core.periods import Period
from core.ports import Batch, FactPoint
from core.quantities import Quantity
from core.readings import Reading
from core.work import MeterEvent, MeterEventKind
from operations.gate import Gate
from operations.house import Call, silent
from operations.intervals.job import compute_intervals
from operations.publishing.gaps import gap_points
from operations.publishing.publication import Published
from operations.schedule import JobWork
from store.points.timeseries import TimeSeries
from tests.district import NOW, District

JOB = Actor("job:publication", Role.ADMIN)


@dataclass
class Facts:
    """A time series as it stands: points by what they are known by."""

    points: dict[Any, FactPoint] = field(default_factory=dict)

    fewest: int = 1_000_000

    async def publish(self, points: Sequence[FactPoint]) -> None:
        self.points |= {key_of(each): each for each in points}

    async def withdraw_facts(self, measurement: str, period: Period, but: Sequence[FactPoint] = ()) -> None:
        kept = {key_of(each) for each in but}
        self.points = {
            key: each
            for key, each in self.points.items()
            if each.measurement != measurement or each.at_utc not in period or key in kept
        }
        self.fewest = min(self.fewest, len(self.points))


def key_of(each: FactPoint) -> Any:
    return each.measurement, tuple(sorted(each.tags.items())), each.at_utc


async def publish(district: District, sink: Facts | None, period: str = "2026-11-22T09Z") -> Published:
    gate = Gate(replace(district.gate.house, facts=sink))
    found: Published = await gate.call("facts.publish", JobWork(period=period), JOB, district.clock())
    return found


async def test_sessions_of_the_last_two_days_are_published_at_their_begin(district: District) -> None:
    sink = Facts()
    assert (await publish(district, sink)).sessions == len(sink.points) == 3
    running, ended, _ = sorted(sink.points.values(), key=lambda each: each.at_utc, reverse=True)
    assert ended.tags == {"source": "station:lis-01/2", "station": "lis-01", "connector": "2", "site": "schule"}
    assert ended.fields["energy_wh"] == 20_000.0
    assert ended.fields["duration_s"] == 7200.0
    assert ended.fields["ended"] is True
    assert (running.fields["ended"], running.at_utc) == (False, NOW - timedelta(minutes=10))
    assert "energy_wh" not in running.fields


async def test_once_a_night_five_weeks_are_looked_through(district: District) -> None:
    sink = Facts()
    assert (await publish(district, sink, "2026-11-21T22Z")).sessions == 2
    assert (await publish(district, sink, "2026-11-21T23Z")).sessions == 5  # midnight in Berlin


async def test_nothing_personal_is_published(district: District) -> None:
    sink = Facts()
    await district.stores.ledger.book(booking())
    await publish(district, sink)
    assert len(sink.points) == 4
    assert not any(secret in repr(sink.points) for secret in ("tag:", "0123456789abcdef", "anna", "Eichfrist"))


async def test_sessions_of_a_car_that_one_person_uses_are_not_published_nor_stay_so(district: District) -> None:
    sink, ledger = Facts(), district.stores.ledger
    await publish(district, sink)
    sessions = (await ledger.sessions(SessionFilter())).items
    by_card, by_match = sessions[0], sessions[1]
    await ledger.value_sessions([valued(by_match), *map(valued_otherwise, sessions[2:])])
    known = district.gate.house.inventory()
    card = Tag(id="karte", name="Karte", valid_from=date(2024, 1, 1), pseudonym="tag:" + "a" * 20, vehicle="lk-e-101")
    car = replace(known.vehicles["lk-e-101"], personal=True)
    own = replace(known, vehicles={car.id: car}, tags={card.id: card})
    alone = replace(district, gate=Gate(replace(district.gate.house, inventory=lambda: own)))
    await ledger.save_sessions([replace(by_card, tag=card.pseudonym)])
    await publish(alone, sink)
    left = {each.at_utc for each in sink.points.values()}
    assert left == {each.begun_at_utc for each in sessions[2:] if each.begun_at_utc >= NOW - timedelta(days=2)}
    assert len(left) == 1


def valued(session: ChargeSession, vehicle: str | None = "lk-e-101") -> SessionValuation:
    return SessionValuation(
        session=session.id,
        version=0,
        vehicle=vehicle,
        basis=MatchBasis.PLUG,
        confidence=Decimal("0.9"),
        begun_at_utc=session.begun_at_utc,
        made_by="job:fleet",
        made_at_utc=NOW,
    )


def valued_otherwise(session: ChargeSession) -> SessionValuation:
    return valued(session, "another")


async def test_only_the_latest_version_is_there(district: District) -> None:
    sink, ledger = Facts(), district.stores.ledger
    await publish(district, sink)
    session = await ledger.session("lis-01-0")
    assert session
    moved = replace(session, begun_at_utc=session.begun_at_utc - timedelta(minutes=5), energy_wh=19_000.0)
    await ledger.save_sessions([moved])
    sink.fewest = len(sink.points)
    await publish(district, sink)
    assert sink.fewest == 3  # at no moment
    assert sorted(each.fields.get("energy_wh", 0.0) for each in sink.points.values()) == [0.0, 19_000.0, 20_000.0]


async def test_a_withdrawn_booking_goes_and_other_hours_stay(district: District) -> None:
    sink, ledger = Facts(), district.stores.ledger
    booked = await ledger.book(booking())
    assert (await publish(district, sink)).events == 1
    (point,) = [each for each in sink.points.values() if each.measurement == "event"]
    assert point.tags == {
        "source": "meter:schule-strom",
        "site": "schule",
        "quantity": "energy_import_wh",
        "event": "exchange",
    }
    assert (point.fields["start_value"], point.fields["end_value"]) == (0.0, 123.0)
    await ledger.withdraw(booked.id, NOW)
    await publish(district, sink, "2026-10-01T09Z")
    assert len([each for each in sink.points.values() if each.measurement == "event"]) == 1
    assert (await publish(district, sink)).events == 0
    assert [each for each in sink.points.values() if each.measurement == "event"] == []


async def test_a_rewritten_reading_is_an_event_with_its_former_value(district: District) -> None:
    readings, at = district.stores.readings, NOW - timedelta(days=90)
    assert isinstance(readings, TimeSeries)
    for value in (1000.0, 1001.0, 1002.5):
        district.clock.pass_by(timedelta(seconds=1))
        batch = Batch([Reading("meter:schule-strom", Quantity.HEAT_WH, at, value)], district.clock())
        await readings.put(batch)
    sink = Facts()
    house = replace(district.gate.house, facts=sink, rewrites=readings)
    for _ in range(2):
        await Gate(house).call("facts.publish", JobWork(period="2026-11-22T09Z"), JOB, district.clock())
    (point,) = [each for each in sink.points.values() if each.tags.get("event") == "rewritten"]
    assert (point.at_utc, point.fields) == (at, {"former_value": 1001.0})
    assert (point.tags["event"], point.tags["quantity"]) == ("rewritten", "heat_wh")


def found_gaps(sink: Facts) -> list[tuple[datetime, bool, float | None]]:
    gaps = [each for each in sink.points.values() if each.tags.get("event") == "gap"]
    gaps = [each for each in gaps if each.tags["quantity"] == "energy_export_wh"]
    assert all((each.tags["source"], each.tags["site"]) == ("meter:schule-strom", "schule") for each in gaps)
    return sorted((each.at_utc, bool(each.fields["ended"]), each.fields.get("duration_s")) for each in gaps)  # type: ignore[misc]


async def read_dial(district: District, *at: datetime) -> None:
    """Let the clock be at the last of these instants; the dial rises by 1 Wh a minute."""
    rows = [
        Reading("meter:schule-strom", Quantity.ENERGY_EXPORT_WH, each, (each - NOW) / timedelta(minutes=1) + 1e6)
        for each in at
    ]
    district.clock.now_utc = at[-1]
    await district.stores.readings.put(Batch(rows, at[-1]))
    await compute(district)


async def compute(district: District) -> None:
    call = Call(JOB, district.clock(), silent)
    await compute_intervals(district.gate.house, JobWork(period="2026-11-22T10:00Z"), call)


async def test_a_silence_is_an_event_that_goes_on_until_a_reading_ends_it(district: District) -> None:
    sink, hours = Facts(), [NOW + timedelta(hours=hour, seconds=30) for hour in range(6)]
    await read_dial(district, *hours)
    await publish(district, sink, "2026-11-22T14Z")
    assert found_gaps(sink) == []
    district.clock.now_utc = hours[-1] + timedelta(hours=30)
    for _ in range(2):
        await publish(district, sink, "2026-11-23T20Z")
        assert found_gaps(sink) == [(hours[-1], False, None)]
    await read_dial(district, hours[-1] + timedelta(hours=40), hours[-1] + timedelta(hours=41))
    for _ in range(2):
        await publish(district, sink, "2026-11-24T07Z")
        assert found_gaps(sink) == [(hours[-1], True, 40 * 3600.0)]
    await read_dial(district, hours[-1] + timedelta(hours=20), hours[-1] + timedelta(hours=41))
    await publish(district, sink, "2026-11-24T07Z")
    assert found_gaps(sink) == []


async def test_a_gap_that_began_long_before_keeps_its_begin(district: District) -> None:
    sink, hours = Facts(), [NOW + timedelta(hours=hour) for hour in range(6)]
    await read_dial(district, *hours)
    await read_dial(district, hours[-1] + timedelta(days=80), hours[-1] + timedelta(days=80, hours=1))
    await publish(district, sink, "2027-02-10T15Z")
    assert found_gaps(sink) == [(hours[-1], True, 80 * 86_400.0)]


OUTLET = "station:lis-01/1"


async def charged(district: District, at: datetime, *registers_wh: float) -> datetime:
    """Let an outlet tell its register every five minutes; return when it was last heard."""
    every = timedelta(minutes=5)
    rows = [
        Reading(OUTLET, Quantity.ENERGY_IMPORT_WH, at + n * every, register_wh)
        for n, register_wh in enumerate(registers_wh)
    ]
    district.clock.now_utc = rows[-1].at_utc
    await district.stores.readings.put(Batch(rows, rows[-1].at_utc))
    await compute(district)
    return rows[-1].at_utc


async def outlet_gaps(district: District) -> list[tuple[datetime, bool]]:
    points = await gap_points(district.gate.house, Period(NOW, district.clock()), Call(JOB, district.clock()))
    return [(each.at_utc, bool(each.fields["ended"])) for each in points if each.tags["source"] == OUTLET]


async def test_an_outlet_that_nobody_uses_has_no_gap(empty_district: District) -> None:
    heard = await charged(empty_district, NOW, 1000.0, 1500.0, 2000.0, 2000.0)
    empty_district.clock.now_utc = heard + timedelta(days=3)
    assert await outlet_gaps(empty_district) == []
    await charged(empty_district, heard + timedelta(days=3), 2000.0, 2000.0, 2600.0)
    assert await outlet_gaps(empty_district) == []


async def test_an_outlet_whose_register_moved_unseen_has_a_gap(empty_district: District) -> None:
    heard = await charged(empty_district, NOW, 1000.0, 1500.0, 2000.0, 2000.0)
    await charged(empty_district, heard + timedelta(days=3), 9000.0, 9000.0, 9600.0)
    assert await outlet_gaps(empty_district) == [(heard, True)]


async def test_an_outlet_that_falls_silent_while_it_charges_has_a_gap(empty_district: District) -> None:
    heard = await charged(empty_district, NOW, 1000.0, 1500.0, 2000.0)
    session = ChargeSession(
        id="s",
        station="lis-01",
        connector=1,
        protocol=Protocol.OCPP_16,
        transaction="7",
        state=SessionState.OPEN,
        begun_at_utc=NOW,
    )
    await empty_district.stores.ledger.save_sessions([session])
    empty_district.clock.now_utc = heard + timedelta(hours=30)
    assert await outlet_gaps(empty_district) == [(heard, False)]


async def test_without_a_place_for_facts_it_says_so(district: District) -> None:
    with pytest.raises(UnavailableError, match="no_fact_sink"):
        await publish(district, None)


async def test_the_real_time_series_takes_them(district: District) -> None:
    gate = Gate(replace(district.gate.house, facts=district.stores.readings))
    for _ in range(2):
        found = await gate.call("facts.publish", JobWork(period="2026-11-22T09Z"), JOB, NOW)
        assert found == Published(sessions=3, events=0)


def booking() -> MeterEvent:
    return MeterEvent(
        source="meter:schule-strom",
        quantity=Quantity.ENERGY_IMPORT_WH,
        kind=MeterEventKind.EXCHANGE,
        at_utc=NOW - timedelta(hours=3),
        start_value=0.0,
        end_value=123.0,
        reason="Eichfrist",
        booked_by="anna",
        booked_at_utc=NOW,
    )
