"""The odometer read by people: it counts, is explained, refuses falls and jumps, and is taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from core.errors import ForbiddenError, NotFoundError
from core.people import Actor, Role
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading
from core.work import MeterEventKind
from operations.fleet.days import compute_days
from operations.house import Call
from operations.intervals.job import compute_intervals
from operations.metering.booking_rows import BookingRefusedError, DoubtfulBookingError
from operations.metering.door import asked_by, may_tell_exchange, tell_exchange, tell_reading
from operations.schedule import JobWork
from tests.district import NOW, District

CAR, SOURCE = "lk-e-101", "vehicle:lk-e-101"
DAY = date(2026, 11, 21)
MORNING, EVENING = datetime(2026, 11, 20, 23, tzinfo=UTC), datetime(2026, 11, 21, 23, tzinfo=UTC)
FLEET = Actor("fred", Role.FLEET)
KM = 1000.0


async def read(district: District, km: float, at: datetime, **more: object) -> int:
    booked = await district.ask("vehicles.read", FLEET, id=CAR, odometer_m=km * KM, at_utc=at.isoformat(), **more)
    number: int = booked.booking.id
    return number


async def count(district: District) -> None:
    call = Call(Actor("job:intervals", Role.ADMIN), district.clock())
    await compute_intervals(district.gate.house, JobWork(period="2026-11-22T09:45Z"), call)
    await compute_days(district.gate.house, DAY, DAY, call)


async def told(district: District, *kms: float) -> None:
    """Let a tracker tell the odometer through the day."""
    step = (EVENING - MORNING - timedelta(hours=2)) / max(len(kms) - 1, 1)
    readings = [Reading(SOURCE, Quantity.ODOMETER_M, MORNING + n * step, km * KM) for n, km in enumerate(kms)]
    await district.stores.readings.put(Batch(readings, NOW))
    await count(district)


async def driven(district: District) -> tuple[Decimal | None, Decimal | None]:
    """Return how far the car drove on the day, and where its odometer stood in the evening."""
    (day,) = await district.stores.ledger.vehicle_days(DAY, DAY, [CAR])
    return day.distance_m, day.odometer_end_m


async def test_what_people_read_is_the_distance_of_the_day_and_can_be_explained(empty_district: District) -> None:
    await read(empty_district, 52_000, MORNING)
    await read(empty_district, 52_084, EVENING, reason="Fahrtenbuch")
    await count(empty_district)
    assert await driven(empty_district) == (Decimal(84_000), Decimal(52_084_000))
    told = await empty_district.ask("explain.show", FLEET, figure=f"vehicle_day/{DAY}/{SOURCE}/distance_m")
    assert "Fahrtenbuch" in str(told)
    (row, _) = (await empty_district.ask("vehicles.bookings", FLEET, id=CAR)).items
    assert (row.source, row.meter, row.kind, row.booked_by) == (SOURCE, None, MeterEventKind.MANUAL, "fred")


async def test_a_reading_taken_back_was_never_there(empty_district: District) -> None:
    await told(empty_district, 52_000, 52_030, 52_060)
    number = await read(empty_district, 52_084, EVENING)
    await count(empty_district)
    assert await driven(empty_district) == (Decimal(84_000), Decimal(52_084_000))
    await empty_district.ask("vehicles.withdraw", FLEET, id=number, reason="falsches Fahrzeug")
    await count(empty_district)
    assert await driven(empty_district) == (Decimal(60_000), Decimal(52_060_000))
    with pytest.raises(NotFoundError):
        await empty_district.ask("meters.withdraw", id=number, reason="kein Zähler")


@pytest.mark.parametrize(("km", "code"), [(51_000.0, "bookings.below_last"), (89_000.0, "bookings.rises_too_fast")])
async def test_a_fall_and_an_impossible_jump_are_refused(empty_district: District, km: float, code: str) -> None:
    await told(empty_district, 52_000, 52_060)
    with pytest.raises(DoubtfulBookingError) as caught:
        await read(empty_district, km, EVENING + timedelta(minutes=30))
    assert [finding.code for finding in caught.value.findings] == [code]
    with pytest.raises(BookingRefusedError):
        await read(empty_district, -1, EVENING)


async def test_after_an_exchange_counting_goes_on_from_the_new_reading(empty_district: District) -> None:
    await told(empty_district, 52_000, 52_060)
    booked = await empty_district.ask(
        "vehicles.exchange", FLEET, id=CAR, odometer_m=100 * KM, at_utc=EVENING.isoformat()
    )
    assert (booked.booking.end_value, booked.booking.start_value) == (52_060 * KM, 100 * KM)
    await read(empty_district, 140, EVENING + timedelta(hours=8))
    await count(empty_district)
    assert await driven(empty_district) == (Decimal(60_000), Decimal(100_000))


async def test_without_a_reading_before_an_exchange_asks_for_the_end(empty_district: District) -> None:
    with pytest.raises(BookingRefusedError) as caught:
        await empty_district.ask("vehicles.exchange", FLEET, id=CAR, odometer_m=1.0)
    assert [finding.code for finding in caught.value.findings] == ["bookings.odometer_unknown"]


async def test_a_day_before_the_vehicle_was_there_is_refused_in_the_words_of_vehicles(empty_district: District) -> None:
    with pytest.raises(BookingRefusedError) as caught:
        await read(empty_district, 1, datetime(2001, 1, 1, tzinfo=UTC))
    assert [finding.code for finding in caught.value.findings] == ["bookings.before_vehicle"]


async def test_by_phone_one_reading_is_told_and_no_fall(empty_district: District) -> None:
    await told(empty_district, 52_000, 52_060)
    gate, now = empty_district.gate, empty_district.clock()
    link = (await empty_district.ask("vehicles.link", FLEET, id=CAR)).link.rpartition("/")[2]
    await empty_district.ask("users.add", name="fred", role="fleet")
    asked = await asked_by(gate.house, link, now)
    assert (asked.dialled.name, asked.last_value) == ("Dienstwagen 1", 52_060 * KM)
    with pytest.raises(DoubtfulBookingError):
        await tell_reading(gate, asked, 50_000 * KM, "Max", confirm=True, now_utc=now)
    await tell_reading(gate, asked, 52_080 * KM, "Max", confirm=False, now_utc=now)
    (row,) = (await empty_district.ask("vehicles.bookings", FLEET, id=CAR)).items
    assert (row.booked_by, row.reason, row.start_value) == ("link:fred", "Max", 52_080 * KM)
    with pytest.raises(NotFoundError):
        await asked_by(gate.house, link, now)


async def test_by_phone_an_exchange_is_for_who_keeps_vehicles(empty_district: District) -> None:
    await told(empty_district, 52_000, 52_060)
    await empty_district.ask("users.add", name="fred", role="fleet")
    gate, now = empty_district.gate, empty_district.clock()
    link = (await empty_district.ask("vehicles.link", FLEET, id=CAR)).link.rpartition("/")[2]
    asked = await asked_by(gate.house, link, now)
    facility = Actor("fine", Role.FACILITY)
    assert [may_tell_exchange(asked, who) for who in (None, facility, FLEET)] == [False, False, True]
    with pytest.raises(ForbiddenError):
        await tell_exchange(gate, asked, 5 * KM, facility, now)
    booked = await tell_exchange(gate, asked, 5 * KM, FLEET, now)
    assert (booked.booking.kind, booked.booking.booked_by) == (MeterEventKind.EXCHANGE, "fred")


async def test_a_link_shows_nothing_of_a_single_persons_car(empty_district: District) -> None:
    await told(empty_district, 52_000, 52_060)
    house = empty_district.gate.house
    inventory = house.inventory()
    mine = replace(inventory, vehicles={CAR: replace(inventory.vehicles[CAR], personal=True)})
    await empty_district.ask("users.add", name="fred", role="fleet")
    link = (await empty_district.ask("vehicles.link", FLEET, id=CAR)).link.rpartition("/")[2]
    asked = await asked_by(replace(house, inventory=lambda: mine), link, empty_district.clock())
    assert (asked.last_value, asked.tells_why) == (None, False)


async def test_links_are_taken_back_all_at_once(empty_district: District) -> None:
    links = [(await empty_district.ask("vehicles.link", FLEET, id=CAR)).link.rpartition("/")[2] for _ in range(2)]
    assert (await empty_district.ask("vehicles.unlink", FLEET, id=CAR)).links == 2
    for link in links:
        with pytest.raises(NotFoundError):
            await asked_by(empty_district.gate.house, link, empty_district.clock())
