"""What a car that one person uses did within a month changes no answer: two months of equal sums look the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import ForbiddenError, ServiceError
from core.fleet import Presence
from core.people import Actor, Role
from core.ports import Batch, InfluxQlRequest
from core.quantities import Quantity
from core.readings import Reading
from operations.edge import write_result
from operations.fleet.days import compute_fleet
from operations.gate import Gate
from operations.house import Call
from operations.intervals.job import compute_intervals
from operations.publishing.publication import publish_facts
from operations.schedule import JobWork
from operations.table import CAPABILITIES
from store.influxql.endpoint import EmbeddedInfluxQl
from tests.district import NOW, District, open_district

CAR, SOURCE = "lk-e-101", "vehicle:lk-e-101"
NAMES = (CAR, SOURCE, "bauhof", "site:bauhof", f"vehicles/{CAR}")
PERIODS: tuple[dict[str, str], ...] = ({}, {"period": "2026-11-20"}, {"period": "2026-11"}, {"month": "2026-11"})
TABLES = ("reading", "interval_15m", "day", "event", "session", "presence", "vehicle_day", "trip")


def driven(on: int) -> list[Reading]:
    """Return what a car told that drove 80 km on one day of November, and nothing on the others."""
    told = []
    for day in range(17, 22):
        for hour in range(24):
            at_utc = datetime(2026, 11, day, hour, tzinfo=NOW.tzinfo)
            far = day > on or (day == on and hour >= 12)
            told.append(Reading(SOURCE, Quantity.ODOMETER_M, at_utc, 5_080_000.0 if far else 5_000_000.0))
            told.append(Reading(SOURCE, Quantity.SOC_PERCENT, at_utc, 60.0 if far else 80.0))
    return told


async def open_month(district: District, on: int, *, personal: bool) -> District:
    """Let the car drive on a day, and compute and publish all that is computed of it."""
    house = district.gate.house
    inventory = house.inventory()
    own = replace(inventory, vehicles={CAR: replace(inventory.vehicles[CAR], personal=personal)})
    told = replace(
        house,
        inventory=lambda: own,
        influxql=EmbeddedInfluxQl(district.stores.readings, lambda: own, district.clock, fresh_s=0),
    )
    await district.stores.readings.put(Batch(driven(on), NOW))
    stays = {(17, 0): None, (on, 12): "bauhof", (on, 18): None}
    await district.stores.ledger.save_presences(
        [
            Presence(vehicle=CAR, since_utc=datetime(2026, 11, day, hour, tzinfo=NOW.tzinfo), site=site)
            for (day, hour), site in stays.items()
        ]
    )
    job = Call(Actor("job:x", Role.ADMIN), NOW)
    await compute_intervals(told, JobWork(period="2026-11-22T09:45Z"), job)
    await compute_fleet(told, JobWork(period="2026-11-21"), job)
    await publish_facts(told, JobWork(period="2026-11-21T23Z"), job)
    return replace(district, gate=Gate(told))


def asked(name: str) -> Iterator[dict[str, Any]]:
    """Yield requests of a row about the car, its site, and everything, of a day and of its month."""
    fields = {field.name for field in CAPABILITIES[name].fields}
    for period in PERIODS:
        if not period.keys() <= fields:
            continue
        yield period
        for field in ("id", "source", "site", "scope", "vehicle"):
            yield from ({**period, field: each} for each in NAMES if field in fields)
        if "sources" in fields:
            yield from ({**period, "sources": [each]} for each in NAMES)
    if "figure" in fields:
        for day in ("2026-11-20", "2026-11"):
            yield {"figure": f"total/{day}/{SOURCE}/odometer_m"}
            yield {"figure": f"vehicle_day/{day}/{SOURCE}/distance_m"}


async def everything(district: District, role: Role) -> dict[str, str]:
    """Return what each row that changes nothing answers, and what dashboards get."""
    said: dict[str, str] = {}
    actor = Actor("vera", role)
    for name, row in CAPABILITIES.items():
        if row.changes or name in ("exports.readings", "exports.intervals", "meters.discover"):
            continue
        for given in asked(name):
            try:
                said[f"{name} {given}"] = write_result(row, await district.ask(name, actor, **given)).decode()
            except ServiceError as error:
                said[f"{name} {given}"] = error.finding.code
    assert district.gate.house.influxql
    for table in TABLES:
        request = InfluxQlRequest(text=f"select * from {table}", database="kreiswatt")
        said[table] = str(await district.gate.house.influxql.ask(request))
    return said


async def differing(folder: Path, role: Role, *, personal: bool) -> set[str]:
    answers = []
    for on in (19, 20):
        async with open_district(folder / f"{on}-{personal}") as district:
            answers.append(await everything(await open_month(district, on, personal=personal), role))
    assert answers[0].keys() == answers[1].keys()
    return {asked.partition(" ")[0] for asked, answer in answers[0].items() if answer != answers[1][asked]}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.FLEET])
async def test_no_answer_and_no_dashboard_tells_on_which_day_it_drove(tmp_path: Path, role: Role) -> None:
    assert await differing(tmp_path, role, personal=True) == set()


async def test_of_a_car_that_many_use_the_same_questions_do_tell(tmp_path: Path) -> None:
    told = await differing(tmp_path, Role.FLEET, personal=False)
    assert told >= {"totals.show", "explain.show", "vehicles.days", "day", "interval_15m"}


async def test_the_sum_of_the_month_stays_and_its_days_are_refused(tmp_path: Path) -> None:
    async with open_district(tmp_path) as district:
        car = await open_month(district, 20, personal=True)
        month = await car.ask("totals.show", id=SOURCE, period="2026-11")
        assert (month.whole.value, month.totals) == (80_000, ())
        year = await car.ask("totals.show", id=SOURCE, period="2026")
        assert {each.period for each in year.totals} <= {f"2026-{number:02}" for number in range(1, 13)}
        explained = await car.ask("explain.show", figure=f"total/2026-11/{SOURCE}/odometer_m")
        assert (explained.value, explained.parts) == (80_000, ())
        for row, given in (
            ("totals.show", {"id": SOURCE, "period": "2026-11-20"}),
            ("totals.freeze", {"id": SOURCE, "period": "2026-11-20"}),
            ("explain.show", {"figure": f"total/2026-11-20/{SOURCE}/odometer_m"}),
            ("explain.show", {"figure": f"vehicle_day/2026-11-20/{SOURCE}/distance_m"}),
        ):
            with pytest.raises(ForbiddenError) as refused:
                await car.ask(row, **given)
            assert refused.value.finding.code == "exports.personal"
