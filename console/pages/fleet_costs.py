"""What the fleet costs in a month: per 100 km electric and with combustion, each part with its inputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Response

from console.pages.exports import csv_answer, written_line
from console.pages.filters import Filters, choice
from console.pages.fleet_vehicles import said_km
from console.pages.scopes import months, scopes_of_vehicles
from console.pages.visit import Visit
from core.exact import written
from operations.fleet.cost_rows import CostFigureRow, CostRow, FleetCosts, VehicleCostRow

COSTS: Final = "vehicles.costs"
PATH: Final = "/fleet-costs"
OWN, REFERENCE = "own", "reference"
COLUMNS: Final = (
    *("period", "vehicle", "name", "drive", "distance_m"),
    *("cost_of", "part", "eur", "eur_per_100km", "inputs", "reason"),
)


async def show(visit: Visit) -> Response:
    """Return the costs of a month and scope."""
    words = visit.words
    found = await _asked(visit)
    given = {"month": found.period, "scope": found.scope}
    return visit.page(
        "fleet/costs.html",
        words.t("fleet_costs.title"),
        found=found,
        say=lambda row: _said(visit, row),
        counted=lambda row: words.t(_counted(row), computed=row.computed, all=row.computed + row.not_computed),
        month_path=lambda period: f"{PATH}?{urlencode(given | {'month': period})}",
        km=lambda metres: said_km(words, metres),
        title=lambda row: words.t(f"fleet_costs.name.{row.name}"),
        part=lambda value: words.t(f"fleet_costs.part.{value}"),
        given=lambda row: words.t(f"fleet_costs.input.{row.name}"),
        plain=lambda value: written(str(value), visit.language),
        filters=Filters(
            PATH,
            (
                choice(given, "month", "console.savings.month", months(visit, found.period)),
                choice(given, "scope", "console.savings.scope", scopes_of_vehicles(visit)),
            ),
        ),
        csv_path=f"{PATH}.csv?{urlencode(given)}",
        json_path=f"/api/v1/vehicles/costs?{urlencode(given)}",
    )


async def export(visit: Visit) -> Response:
    """Return each part of each vehicle's costs as CSV, in euros with all digits, and why one is not computed."""
    found = await _asked(visit)
    lines = [written_line(COLUMNS, visit.language)]
    for row in found.vehicles:
        costs = [(OWN, row.own), *([(REFERENCE, row.reference)] if row.reference else [])]
        lines += [
            written_line([*_of_vehicle(found, row), of, *cells], visit.language)
            for of, cost in costs
            for cells in _of_cost(visit, cost)
        ]
    return csv_answer(f"fleet-costs-{found.period}", lines)


async def _asked(visit: Visit) -> FleetCosts:
    asked = {name: visit.query.get(name, "").strip() for name in ("month", "scope")}
    found: FleetCosts = await visit.ask(COSTS, **{name: value for name, value in asked.items() if value})
    return found


def _of_vehicle(found: FleetCosts, row: VehicleCostRow) -> list[Any]:
    return [found.period, row.vehicle, row.name, row.drive.value, row.distance_m]


def _of_cost(visit: Visit, cost: CostRow) -> Iterator[list[Any]]:
    """Yield each part, then their sum, with what is told where there is no amount."""
    for each in cost.parts:
        inputs = "; ".join(f"{one.name} {one.value} {one.unit} ({one.source})" for one in each.inputs)
        yield [each.part.value, each.eur, None, inputs, visit.words.tell(each.reason) if each.reason else ""]
    yield ["sum", cost.eur, cost.eur_per_100km, "", visit.words.tell(cost.reason) if cost.reason else ""]


def _counted(row: CostFigureRow) -> str:
    """Return in which words it is said how many are in a figure: vehicles, or months of them."""
    if row.name.startswith("budget_") and row.computed + row.not_computed:
        return "fleet_costs.counted_months"
    return "fleet_costs.counted_of"


def _said(visit: Visit, row: CostFigureRow) -> str:
    """Return an amount of money or a percentage, or why there is none."""
    if row.value is None:
        return visit.words.tell(row.reason) if row.reason else visit.words.t("console.none")
    return visit.words.percent(float(row.value)) if row.unit == "%" else visit.words.euro(row.value)
