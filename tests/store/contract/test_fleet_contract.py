"""What every book of where vehicles stood, of their days and months, and of actions must do."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.errors import StoreError
from core.fleet import FleetAction, Presence, VehicleDay
from core.periods import Period
from core.readings import SlotShare
from core.texts import Finding
from core.vehicle_months import VehicleMonth

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
DAY = date(2026, 11, 22)


def at(hour: float) -> datetime:
    return NOW + timedelta(hours=hour)


def presence(vehicle: str, hour: float, site: str | None = "lra") -> Presence:
    return Presence(vehicle=vehicle, since_utc=at(hour), site=site)


def day(vehicle: str = "a", number: int = 0, **more: Any) -> VehicleDay:
    return VehicleDay(vehicle=vehicle, day=DAY + timedelta(days=number), **more)


def month(vehicle: str = "a", first: date = date(2025, 10, 1), **more: Any) -> VehicleMonth:
    return VehicleMonth(vehicle=vehicle, month=first, days=31, **more)


def action(subject: str = "vehicle:a", **more: Any) -> FleetAction:
    made = FleetAction(code="fleet.lease_ends", subject=subject, text="Grün", made_by="job:fleet", made_at_utc=NOW)
    return replace(made, **more)


async def test_a_period_tells_what_began_in_it_and_where_each_vehicle_stood_before(ledger: Any) -> None:
    await ledger.save_presences(
        [
            presence("b", -5, None),
            presence("a", -9, None),
            presence("a", -8),
            presence("a", 0, None),
            presence("a", 2),
            presence("c", 1),
            presence("d", -1),
        ]
    )
    found = await ledger.presences(["a", "b", "c"], Period(at(0), at(2)))
    assert found == (presence("a", -8), presence("a", 0, None), presence("b", -5, None), presence("c", 1))
    assert await ledger.presences([], Period(at(-99), at(99))) == ()


async def test_an_instant_has_one_presence_and_the_newest_of_each_is_known(ledger: Any) -> None:
    await ledger.save_presences([presence("b", 1), presence("a", 1), presence("a", 2)])
    await ledger.save_presences([presence("a", 2, None)])
    await ledger.save_presences([])
    assert await ledger.last_presences() == (presence("a", 2, None), presence("b", 1))
    assert len(await ledger.presences(["a"], Period(at(0), at(9)))) == 2


FULL = day(
    distance_m=Decimal("12340.50"),
    distance_share=SlotShare.RECOVERED,
    odometer_end_m=Decimal("98765432.1"),
    checked_distance_m=Decimal(0),
    own_charged_wh=Decimal("1234567890123456.789"),
    elsewhere_charged_wh=Decimal("-0.10"),
    battery_charged_wh=Decimal(7),
    driven_wh=Decimal("1E+3"),
    soc_begin_percent=Decimal("80.5"),
    soc_end_percent=Decimal("33.3"),
    standby_percent=Decimal("0.00"),
    parked_s=80_000,
    away_s=6_400,
    dwell_s={"lra": 70_000, "bauhof": 10_000},
    fuel_l=Decimal("41.27"),
    findings=(Finding.of("fleet.jump", at_km=7, share=0.5, vehicle="Größe"), Finding.of("fleet.gap")),
)


async def test_a_day_is_kept_whole_and_exact_and_replaced_by_a_newer_one(ledger: Any) -> None:
    await ledger.save_vehicle_days([FULL, day("b")])
    (kept,) = await ledger.vehicle_days(DAY, DAY, ["a"])
    assert kept == FULL
    assert [str(kept.distance_m), str(kept.elsewhere_charged_wh), str(kept.driven_wh)] == ["12340.50", "-0.10", "1E+3"]
    await ledger.save_vehicle_days([day(distance_m=Decimal(1))])
    await ledger.save_vehicle_days([])
    assert await ledger.vehicle_days(DAY, DAY) == (day(distance_m=Decimal(1)), day("b"))


async def test_days_come_by_vehicle_and_day_with_both_ends(ledger: Any) -> None:
    await ledger.save_vehicle_days([day(vehicle, number) for number in (2, 0, 1, 3) for vehicle in ("b", "a", "c")])
    found = await ledger.vehicle_days(DAY + timedelta(days=1), DAY + timedelta(days=2), ["c", "a"])
    assert found == (day("a", 1), day("a", 2), day("c", 1), day("c", 2))
    assert await ledger.vehicle_days(DAY, DAY, []) == ()


async def test_thirty_thousand_days_are_kept_in_a_moment(ledger: Any) -> None:
    days = [
        replace(FULL, vehicle=f"v{number:04}", day=DAY - timedelta(days=n)) for number in range(1000) for n in range(30)
    ]
    begun = time.monotonic()
    await ledger.save_vehicle_days(days)
    took_s = time.monotonic() - begun
    assert len(await ledger.vehicle_days(DAY, DAY)) == 1000
    assert took_s < 15  # a slow database server on a busy machine; the file takes one second


async def test_sums_take_the_place_of_days(ledger: Any) -> None:
    october = [day(number=n, own_charged_wh=Decimal("10.5")) for n in (-410, -400)]
    await ledger.save_vehicle_days([*october, FULL])
    sums = month(distance_days=2, driven_days=1, own_charged_wh=Decimal("21.0"), fuel_l=Decimal("0.10"))
    assert await ledger.settle_vehicle_months([sums], date(2025, 10, 1), date(2025, 10, 31)) == 2
    (kept,) = await ledger.vehicle_months(date(2025, 10, 1), date(2025, 10, 1))
    assert (kept, str(kept.own_charged_wh)) == (sums, "21.0")
    assert await ledger.vehicle_days(date(2025, 1, 1), DAY) == (FULL,)


async def test_a_settled_month_stays_though_a_day_of_it_comes_late(ledger: Any) -> None:
    october = (date(2025, 10, 1), date(2025, 10, 31))
    await ledger.settle_vehicle_months([month(distance_m=Decimal(9000))], *october)
    await ledger.save_vehicle_days([day(number=-400), day("b", number=-400)])
    assert await ledger.settle_vehicle_months([month(distance_m=Decimal(1)), month("b")], *october) == 2
    assert await ledger.vehicle_months(*october) == (month(distance_m=Decimal(9000)), month("b"))
    assert await ledger.vehicle_months(*october, ["b"]) == (month("b"),)
    assert await ledger.settle_vehicle_months([], *october) == 0


async def test_an_open_action_is_not_made_twice_and_a_done_one_may_come_again(ledger: Any) -> None:
    first = await ledger.save_action(action(due=DAY, owner="anna"))
    assert (first, first.id > 0) == (action(due=DAY, owner="anna", id=first.id), True)
    assert await ledger.save_action(action(text="anders")) == first
    done = await ledger.save_action(replace(first, done_at_utc=NOW, text="erledigt"))
    again = await ledger.save_action(action())
    assert again.id not in {0, first.id}
    assert await ledger.actions(done=True) == (done,)
    assert await ledger.actions(done=False) == (again,)
    with pytest.raises(StoreError, match="row_unknown"):
        await ledger.save_action(action(id=99))


async def test_actions_due_first_come_first_and_those_without_a_day_last(ledger: Any) -> None:
    for subject, due in [("d", None), ("c", DAY), ("b", DAY - timedelta(days=1)), ("a", None)]:
        await ledger.save_action(action(f"vehicle:{subject}", due=due))
    assert [each.subject[-1] for each in await ledger.actions()] == ["b", "c", "d", "a"]
