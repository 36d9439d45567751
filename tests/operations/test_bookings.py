"""What people book about meters changes what was counted, and nothing else; taken back, it never was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.errors import ConflictError, ForbiddenError, NotFoundError, UnavailableError
from core.meter_life import MeterProposal
from core.people import Actor, Role
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading
from core.work import MeterEventKind
from operations.house import Call
from operations.intervals.job import compute_intervals
from operations.metering.booking_rows import BookingRefusedError, DoubtfulBookingError
from operations.schedule import JobWork
from tests.district import NOW, District

METER, SOURCE = "schule-strom", "meter:schule-strom"
IMPORT = Quantity.ENERGY_IMPORT_WH
BEGIN = datetime(2026, 11, 20, 23, tzinfo=UTC)
SLOT = timedelta(minutes=15)
DAY = "2026-11-21"
SWAPPED = 48
"""The reading from which on another register counts."""


async def count(district: District) -> None:
    call = Call(Actor("job:intervals", Role.ADMIN), district.clock())
    await compute_intervals(district.gate.house, JobWork(period="2026-11-22T09:45Z"), call)


async def day(district: District) -> tuple[Decimal | None, str]:
    """Return what the day came to, and how that is known."""
    whole = (await district.ask("totals.show", id=SOURCE, period=DAY)).whole
    return whole.value, whole.share.value


async def read_through(district: District, start: float = 5_000.0) -> None:
    """Let a meter count 250 Wh in each quarter hour of a day, and be exchanged at noon without anybody saying so."""
    values = [1_200_000.0 + 250 * n if n < SWAPPED else start + 250 * (n - SWAPPED) for n in range(100)]
    readings = [Reading(SOURCE, IMPORT, BEGIN + n * SLOT, value) for n, value in enumerate(values)]
    await district.stores.readings.put(Batch(readings, NOW))
    await count(district)


@pytest.fixture
async def exchanged(district: District) -> District:
    await read_through(district)
    return district


async def test_an_exchange_is_proposed_accepted_counted_and_taken_back(exchanged: District) -> None:
    before = await day(exchanged)
    assert before == (Decimal(250 * 95), "missing")
    (proposal,) = (await exchanged.ask("meters.proposals")).items
    assert (proposal.meter, proposal.step, proposal.from_value, proposal.to_value) == (
        METER,
        "exchange",
        1_200_000.0 + 250 * 47,
        5_000.0,
    )
    assert proposal.suggestion.kind is MeterEventKind.EXCHANGE
    with pytest.raises(BookingRefusedError):
        await exchanged.ask("meters.accept", id=proposal.id, end_value=1.0)
    end = 1_200_000.0 + 250 * 48
    booked = await exchanged.ask("meters.accept", id=proposal.id, end_value=end, reason="Eichfrist abgelaufen")
    assert booked.effect.after - booked.effect.before == 250
    assert (await exchanged.ask("meters.proposals")).items == ()
    await count(exchanged)
    assert await day(exchanged) == (Decimal(250 * 96), "measured")
    (row,) = (await exchanged.ask("meters.bookings", id=METER)).items
    assert (row.booked_by, row.reason, row.booked_at_utc) == ("anna", "Eichfrist abgelaufen", NOW)
    await exchanged.ask("meters.withdraw", id=row.id, reason="falscher Zähler")
    await count(exchanged)
    assert await day(exchanged) == before
    assert len((await exchanged.ask("meters.proposals")).items) == 1
    (row,) = (await exchanged.ask("meters.bookings", id=METER)).items
    assert (row.withdrawn_by, row.withdrawn_reason) == ("anna", "falscher Zähler")
    with pytest.raises(ConflictError):
        await exchanged.ask("meters.withdraw", id=row.id, reason="noch einmal")
    told = [entry.action for entry in (await exchanged.ask("audit.list")).items]
    assert {"meters.accept", "meters.withdraw", "meters.accept.failed", "meters.withdraw.failed"} <= set(told)


async def test_a_preview_says_what_changes_and_changes_nothing(exchanged: District) -> None:
    at = BEGIN + SWAPPED * SLOT
    previewed = await exchanged.ask(
        "meters.preview",
        id=METER,
        kind="exchange",
        at_utc=at.isoformat(),
        end_value=1_200_000.0 + 250 * 48,
        start_value=5_000.0,
    )
    effect = previewed.effect
    assert (effect.begin_utc, effect.end_utc) == (at - SLOT, at)
    assert (effect.before, effect.after) == (Decimal(0), Decimal(250))
    assert (effect.share_before.value, effect.share_after.value) == ("missing", "measured")
    assert (await exchanged.ask("meters.bookings", id=METER)).items == ()
    assert [entry.action for entry in (await exchanged.ask("audit.list")).items] == []


async def test_taking_a_booking_back_is_previewed_as_making_it_is(exchanged: District) -> None:
    (proposal,) = (await exchanged.ask("meters.proposals")).items
    end = 1_200_000.0 + 250 * 48
    booked = await exchanged.ask("meters.accept", id=proposal.id, end_value=end)
    previewed = await exchanged.ask("meters.withdrawal", id=booked.booking.id)
    assert (previewed.effect.before, previewed.effect.after) == (booked.effect.after, booked.effect.before)
    assert (previewed.effect.begin_utc, previewed.effect.end_utc) == (booked.effect.begin_utc, booked.effect.end_utc)
    assert previewed.booking == booked.booking
    assert [row.withdrawn_at_utc for row in (await exchanged.ask("meters.bookings", id=METER)).items] == [None]
    await exchanged.ask("meters.withdraw", id=booked.booking.id, reason="falscher Zähler")
    with pytest.raises(ConflictError):
        await exchanged.ask("meters.withdrawal", id=booked.booking.id)
    with pytest.raises(NotFoundError):
        await exchanged.ask("meters.withdrawal", id=77)


async def test_a_correction_taken_back_takes_its_amount_with_it(exchanged: District) -> None:
    booked = await exchanged.ask(
        "meters.correct",
        id=METER,
        at_utc=(BEGIN + 4 * SLOT).isoformat(),
        until_utc=(BEGIN + 8 * SLOT).isoformat(),
        amount=-400.0,
        reason="Wandlerfaktor",
    )
    effect = (await exchanged.ask("meters.withdrawal", id=booked.booking.id)).effect
    assert effect.after - effect.before == 400


async def test_steps_of_stations_and_vehicles_wait_for_their_keepers(district: District) -> None:
    inventory = district.gate.house.inventory()
    station, vehicle = next(iter(inventory.stations.values())), next(iter(inventory.vehicles.values()))
    steps = [
        MeterProposal(
            source=source,
            quantity=quantity,
            step="exchange",
            from_utc=NOW - timedelta(hours=2),
            from_value=1_000_000.0,
            to_utc=NOW - timedelta(hours=1),
            to_value=50.0,
            found_at_utc=NOW,
        )
        for source, quantity in ((f"{station.source}/1", IMPORT), (vehicle.source, Quantity.ODOMETER_M))
    ]
    await district.stores.ledger.propose(steps)
    rows = {row.source: row for row in (await district.ask("meters.proposals")).items}
    of_station, of_vehicle = rows[f"{station.source}/1"], rows[vehicle.source]
    assert (of_station.name, of_station.meter, of_station.suggestion) == (f"{station.name} / 1", None, None)
    assert (of_vehicle.name, of_vehicle.site) == (vehicle.name, vehicle.site)
    with pytest.raises(ConflictError):
        await district.ask("meters.accept", id=of_station.id, confirm=True)
    fleet, operator = Actor("fritz", Role.FLEET), Actor("otto", Role.OPERATOR)
    with pytest.raises(ForbiddenError):
        await district.ask("meters.dismiss", fleet, id=of_station.id, reason="Wartung")
    assert (await district.ask("meters.dismiss", operator, id=of_station.id, reason="Wartung")).dismissed_by == "otto"
    assert (await district.ask("meters.dismiss", fleet, id=of_vehicle.id, reason="Tacho neu")).dismissed_by == "fritz"
    assert (await district.ask("meters.proposals")).items == ()


async def test_a_dismissed_proposal_stays_away_though_it_is_found_again(exchanged: District) -> None:
    (proposal,) = (await exchanged.ask("meters.proposals")).items
    await exchanged.ask("meters.dismiss", id=proposal.id, reason="Werksrückstellung bei der Wartung")
    await exchanged.ask("intervals.recompute", sources=[SOURCE])
    await count(exchanged)
    assert (await exchanged.ask("meters.proposals")).items == ()
    (row,) = (await exchanged.ask("meters.proposals", dismissed=True)).items
    assert (row.dismissed_by, row.dismissed_reason) == ("anna", "Werksrückstellung bei der Wartung")


async def test_a_correction_is_added_over_its_period_and_shown_as_such(exchanged: District) -> None:
    await exchanged.ask(
        "meters.correct",
        id=METER,
        at_utc=(BEGIN + 4 * SLOT).isoformat(),
        until_utc=(BEGIN + 8 * SLOT).isoformat(),
        amount=1000.0,
        reason="Wandlerfaktor falsch",
    )
    await count(exchanged)
    totals = await exchanged.ask("totals.show", id=SOURCE, period=DAY)
    assert totals.whole.value == Decimal(250 * 95 + 1000)
    assert totals.whole.corrected == Decimal(1000)
    assert [row.value for row in totals.totals[3:9]] == [Decimal(n) for n in (250, 500, 500, 500, 500, 250)]
    assert [row.corrected for row in totals.totals[3:6]] == [Decimal(0), Decimal(250), Decimal(250)]
    explained = await exchanged.ask("explain.show", figure=totals.whole.figure)
    said = repr(explained)
    assert "evidence.agrees" in said
    assert "evidence.booked_correction" in said


async def test_a_reset_counts_what_was_lost(exchanged: District) -> None:
    at = BEGIN + SWAPPED * SLOT
    await exchanged.ask("meters.reset", id=METER, at_utc=at.isoformat(), start_value=5_000.0, amount=240.0)
    await count(exchanged)
    assert await day(exchanged) == (Decimal(250 * 95 + 240), "measured")


async def test_a_rollover_is_counted_by_its_width(district: District) -> None:
    values = [99_000_000.0 + 250 * n for n in range(48)] + [100_000_000.0 + 250 * n for n in range(48, 100)]
    readings = [Reading(SOURCE, IMPORT, BEGIN + n * SLOT, value % 1e8) for n, value in enumerate(values)]
    await district.stores.readings.put(Batch(readings, NOW))
    await count(district)
    with pytest.raises(BookingRefusedError) as refused:
        await district.ask("meters.rollover", id=METER, at_utc=(BEGIN + 48 * SLOT).isoformat())
    assert [each.code for each in refused.value.findings] == ["bookings.no_width"]
    with pytest.raises(DoubtfulBookingError) as doubted:  # the register has shown more than that
        await district.ask("meters.rollover", id=METER, at_utc=(BEGIN + 48 * SLOT).isoformat(), end_value=9e7)
    assert "bookings.nothing_fell" in [each.code for each in doubted.value.findings]
    await district.ask("meters.rollover", id=METER, at_utc=(BEGIN + 48 * SLOT).isoformat(), end_value=1e8)
    await count(district)
    assert await day(district) == (Decimal(1_000_000 + 250 * 96), "measured")


async def test_a_meter_read_by_hand_alone_has_totals_and_loses_them_again(district: District) -> None:
    for hours, value in ((60, 100.0), (40, 130.0), (20, 160.0)):
        at = (NOW - timedelta(hours=hours)).isoformat()
        await district.ask("meters.read", id="schule-wasser", start_value=value, at_utc=at, billing=hours == 60)
    await count(district)
    whole = (await district.ask("totals.show", id="meter:schule-wasser", period="2026-11")).whole
    assert whole.value == Decimal(60)
    for row in (await district.ask("meters.bookings", id="schule-wasser")).items:
        await district.ask("meters.withdraw", id=row.id, reason="Probe")
    await count(district)
    (span,) = (await district.ask("meters.gaps", id="schule-wasser")).items or (None,)
    assert span is None


def booking(**given: Any) -> dict[str, Any]:
    at = given.pop("at", BEGIN + SWAPPED * SLOT)
    return {"id": METER, "at_utc": at.isoformat(), **given}


@pytest.mark.parametrize(
    ("row", "given", "code"),
    [
        ("meters.read", booking(at=datetime(2023, 12, 31, tzinfo=UTC), start_value=1.0), "bookings.before_valid"),
        ("meters.read", booking(at=NOW + timedelta(hours=1), start_value=1.0), "bookings.in_the_future"),
        ("meters.read", booking(start_value=-1.0), "bookings.negative"),
        ("meters.read", booking(start_value=1e20), "bookings.not_on_a_dial"),
        ("meters.exchange", booking(end_value=1_000_000.0, start_value=5_000.0), "bookings.end_below_last"),
        (
            "meters.correct",
            booking(until_utc=BEGIN.isoformat(), amount=1.0, reason="weil"),
            "bookings.period_empty",
        ),
        (
            "meters.correct",
            booking(until_utc=(BEGIN + 50 * SLOT).isoformat(), amount=-1e6, reason="weil"),
            "bookings.takes_too_much",
        ),
    ],
)
async def test_a_booking_that_cannot_be_is_refused_with_its_reason(
    exchanged: District, row: str, given: dict[str, Any], code: str
) -> None:
    with pytest.raises(BookingRefusedError) as refused:
        await exchanged.ask(row, **given)
    assert code in [finding.code for finding in refused.value.findings]
    assert (await exchanged.ask("meters.bookings", id=METER)).items == ()


async def test_two_bookings_at_one_instant_are_one_too_many(exchanged: District) -> None:
    given = booking(end_value=1_200_000.0 + 250 * 48, start_value=5_000.0)
    await exchanged.ask("meters.exchange", **given)
    with pytest.raises(BookingRefusedError) as refused:
        await exchanged.ask("meters.exchange", **given)
    assert [each.code for each in refused.value.findings] == ["bookings.twice"]


async def test_an_implausible_reading_wants_to_be_confirmed(exchanged: District) -> None:
    given = {"id": METER, "start_value": 90_000_000.0}
    with pytest.raises(DoubtfulBookingError) as doubtful:
        await exchanged.ask("meters.read", **given)
    assert [each.code for each in doubtful.value.findings] == ["bookings.rises_too_fast"]
    booked = await exchanged.ask("meters.read", **given, confirm=True)
    assert booked.booking.id > 0


async def test_gaps_say_how_long_they_are_and_what_stands_in_their_place(district: District) -> None:
    readings = [Reading(SOURCE, IMPORT, BEGIN + n * SLOT, 250.0 * n) for n in range(100) if not 40 <= n < 60]
    await district.stores.readings.put(Batch(readings, NOW))
    await count(district)
    found = (await district.ask("meters.gaps", id=METER)).items
    gap = found[-1]
    assert (gap.begin_utc, gap.end_utc) == (BEGIN + 39 * SLOT, BEGIN + 60 * SLOT)
    assert (gap.bridge.value, gap.duration_s, gap.counted) == ("interpolated", 21 * 900.0, Decimal(250 * 21))


async def test_only_who_keeps_a_meter_books_about_it(exchanged: District, viewer: Actor) -> None:
    (proposal,) = (await exchanged.ask("meters.proposals", viewer)).items
    elsewhere = Actor("bea", Role.FACILITY, frozenset({"bauhof"}))
    for row, given in (
        ("meters.read", {"id": METER, "start_value": 1.0}),
        ("meters.accept", {"id": proposal.id}),
        ("meters.dismiss", {"id": proposal.id, "reason": "weil"}),
        ("meters.link", {"id": METER}),
    ):
        for actor in (viewer, elsewhere):
            with pytest.raises(ForbiddenError):
                await exchanged.ask(row, actor, **given)
    assert (await exchanged.ask("meters.proposals", elsewhere)).items == ()
    with pytest.raises(NotFoundError):
        await exchanged.ask("meters.withdraw", id=77, reason="weil")


async def test_without_an_address_there_is_no_link(exchanged: District) -> None:
    exchanged.gate.house = replace(exchanged.gate.house, public_url="")
    with pytest.raises(UnavailableError):
        await exchanged.ask("meters.link", id=METER)
