"""The fleet: days of vehicles, figures of its months, what was avoided, and which vehicle could be replaced next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Final

from core.errors import NotFoundError
from core.fleet import VehicleDay
from core.inventory import Inventory
from core.inventory.mobility import Drive
from core.ports import FactPoint
from core.published import Fact
from fleet.savings.statement import FLEET
from operations.candidates.candidates import ListCandidates, list_candidates
from operations.fleet.figures import DAY_FIGURES
from operations.fleet_report.facts import read_reported
from operations.fleet_report.figures import sections_of
from operations.house import Call, House
from operations.publishing.points import Months, Value, fact, placed
from operations.savings.rows import SavedRow
from operations.savings.savings import ShowSavings, show_savings

ELECTRIC_M: Final = "electric_distance_m"


async def vehicle_day_points(house: House, months: Months, _call: Call) -> list[FactPoint]:
    """Return the days of vehicles, but of those that one person uses; with what of the way was driven electrically."""
    inventory = house.inventory()
    shown = [vehicle.id for vehicle in inventory.vehicles.values() if not vehicle.personal]
    days = await house.ledger.vehicle_days(months.first, months.end - timedelta(days=1), shown) if shown else ()
    return [point for day in days if (point := _day(day, months, inventory))]


async def fleet_points(house: House, months: Months, _call: Call) -> list[FactPoint]:
    """Return the figures of the monthly report of the whole fleet, each by its name."""
    points: list[FactPoint | None] = []
    for first in months.firsts:
        month = await read_reported(house, FLEET, first)
        if not month.is_known:
            continue
        found = sections_of(month, house.factors())
        values: dict[str, Value] = {each.name: each.value for section in found.values() for each in section}
        points.append(fact(Fact.FLEET, months.begin(first), {"source": FLEET}, values))
    return [point for point in points if point]


async def savings_points(house: House, months: Months, call: Call) -> list[FactPoint]:
    """Return what was avoided (g) by the newest statements: of the fleet, and of vehicles that many use."""
    points: list[FactPoint | None] = []
    for first in months.firsts:
        period = f"{first:%Y-%m}"
        try:
            whole = await show_savings(house, ShowSavings(month=period), call)
        except NotFoundError:  # nothing was stated of it
            continue
        begin_utc, inventory = months.begin(first), house.inventory()
        told: dict[str, Value] = {
            "coverage_percent": whole.coverage_percent,
            "distance_m": whole.distance_m,
            "grid_wh": whole.grid_wh,
            "pv_wh": whole.pv_wh,
            "final": float(whole.final),
            "version": whole.version,
        }
        points.append(fact(Fact.SAVINGS, begin_utc, {"source": FLEET, "scope": FLEET}, told | _saved(whole.figures)))
        for vehicle in whole.vehicles:
            source = f"vehicle:{vehicle.vehicle}"
            if inventory.is_personal(source):
                continue
            tags = placed(source, inventory, scope="vehicle", group=vehicle.group, drive=vehicle.drive.value)
            of_it: dict[str, Value] = {
                "distance_m": vehicle.distance_m,
                "grid_wh": vehicle.grid_wh,
                "pv_wh": vehicle.pv_wh,
            }
            points.append(fact(Fact.SAVINGS, begin_utc, tags, of_it | _saved((vehicle.headline,))))
    return [point for point in points if point]


async def candidate_points(house: House, months: Months, call: Call) -> list[FactPoint]:
    """Return how the best electric model would do in the place of each combustion vehicle, by the last 365 days.

    They stand at the begin of the present month. Of vehicles that one person uses there is none.
    """
    today = house.day(call.now_utc)
    points: list[FactPoint | None] = []
    for item in (await list_candidates(house, ListCandidates(), call)).items:
        if item.personal:
            continue
        values: dict[str, Value] = {
            "rank": item.rank,
            "best": item.best,
            "suitability": item.suitability.value if item.suitability else None,
            "limit": item.limit.value if item.limit else None,
            "failing_days": item.failing,
            "days_known": item.days_known,
            "days_driven": item.days_driven,
            "year_distance_m": item.year_distance_m,
            "cost_delta_eur": item.cost_delta_eur,
            "co2e_avoided_year_g": item.co2e_avoided_year_g,
        }
        tags = {"source": f"vehicle:{item.vehicle}", "site": item.site, "group": item.group, "name": item.name}
        points.append(fact(Fact.CANDIDATE, months.begin(today.replace(day=1)), tags, values))
    return [point for point in points if point]


def _day(day: VehicleDay, months: Months, inventory: Inventory) -> FactPoint | None:
    vehicle = inventory.vehicles[day.vehicle]
    values: dict[str, Value] = {name: getattr(day, name) for name in DAY_FIGURES}
    if vehicle.drive is Drive.BATTERY:
        values[ELECTRIC_M] = day.distance_m
    if not any(value for value in values.values()):
        return None
    tags = placed(vehicle.source, inventory, group=vehicle.group, drive=vehicle.drive.value)
    return fact(Fact.VEHICLE_DAY, months.begin(day.day), tags, values)


def _saved(figures: tuple[SavedRow, ...]) -> dict[str, Value]:
    return dict(_values(figures))


def _values(figures: tuple[SavedRow, ...]) -> Iterator[tuple[str, Decimal | None]]:
    for each in figures:
        yield each.name, each.avoided_g
        if each.uncertainty is not None:
            yield f"{each.name}.low", each.uncertainty.low_g
            yield f"{each.name}.high", each.uncertainty.high_g
