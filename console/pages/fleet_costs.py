"""What the fleet costs in a month: per 100 km electric and with combustion, each part with its inputs."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Response

from console.pages.fleet_vehicles import said_km
from console.pages.visit import Visit
from core.exact import written
from operations.fleet.cost_rows import CostFigureRow

COSTS: Final = "vehicles.costs"


async def show(visit: Visit) -> Response:
    """Return the costs of a month and scope."""
    words = visit.words
    asked = {name: visit.query.get(name, "").strip() for name in ("month", "scope")}
    found: Any = await visit.ask(COSTS, **{name: value for name, value in asked.items() if value})
    query = urlencode({"month": found.period, "scope": found.scope})
    return visit.page(
        "fleet/costs.html",
        words.t("fleet_costs.title"),
        found=found,
        say=lambda row: _said(visit, row),
        km=lambda metres: said_km(words, metres),
        title=lambda row: words.t(f"fleet_costs.name.{row.name}"),
        part=lambda value: words.t(f"fleet_costs.part.{value}"),
        given=lambda row: words.t(f"fleet_costs.input.{row.name}"),
        plain=lambda value: written(str(value), visit.language),
        json_path=f"/api/v1/vehicles/costs?{query}",
    )


def _said(visit: Visit, row: CostFigureRow) -> str:
    """Return an amount of money, or why there is none."""
    if row.value is None:
        return visit.words.tell(row.reason) if row.reason else visit.words.t("console.none")
    return visit.words.euro(row.value)
