"""Which combustion vehicles to replace next: the ranking, one vehicle with all models, and both as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Response

from console.pages.evidence import path_of_figure
from console.pages.exports import BYTE_ORDER_MARK, written_line
from console.pages.fleet_vehicles import said_km
from console.pages.visit import Visit
from console.pages.words import NO_BREAK
from operations.fleet.figures import FigureRow

CANDIDATES: Final = "vehicles.candidates"
TONES: Final[Mapping[str, str]] = {
    "suitable": "good",
    "with_intermediate_charging": "warn",
    "not_suitable": "bad",
}
COLUMNS: Final = (
    "rank",
    "vehicle",
    "name",
    "group",
    "site",
    "vehicle_class",
    "days_known",
    "days_driven",
    "year_distance_m",
    "best",
    "suitability",
    "limit",
    "failing",
    "co2e_avoided_year_g",
    "cost_delta_eur",
)


@dataclass(frozen=True, slots=True)
class Stroke:
    """A hard day in a calendar strip: its place in days since the first, and whether it fails."""

    x: int
    fails: bool


async def show(visit: Visit) -> Response:
    """Return the ranking, or one vehicle with all its models."""
    found = await _found(visit)
    words = visit.words
    chosen = next(iter(found.items), None) if visit.query.get("vehicle", "").strip() else None
    title = words.t("candidates.heading_of", name=chosen.name) if chosen else words.t("candidates.title")
    return visit.page(
        "fleet/candidates.html",
        title,
        found=found,
        chosen=chosen,
        counts=_counts(found),
        tones=TONES,
        strip=lambda model: [Stroke((day.day - found.first).days, day.fails) for day in model.days],
        path_of_figure=path_of_figure,
        title=lambda row: _title(visit, row, found.years),
        suited=lambda value: words.t(f"candidates.suitability.{value}"),
        lacking=lambda limit: words.t(f"candidates.limit.{limit}"),
        group=lambda value: words.t(f"candidates.group.{value}"),
        say=lambda row: _said(visit, row),
        km=lambda metres: said_km(words, metres),
        query=f"?vehicle={chosen.vehicle}" if chosen else "",
    )


async def export(visit: Visit) -> Response:
    """Return the ranking as CSV, in the units its columns end in."""
    found = await _found(visit)
    lines = [written_line(COLUMNS, visit.language)]
    lines += [written_line([getattr(row, name) for name in COLUMNS], visit.language) for row in found.items]
    name = f"kreiswatt-candidates-{found.until}.csv"
    return Response(
        BYTE_ORDER_MARK + "".join(lines),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


async def _found(visit: Visit) -> Any:
    asked = {name: visit.query.get(name, "").strip() for name in ("until", "years", "vehicle")}
    return await visit.ask(CANDIDATES, **{name: value for name, value in asked.items() if value})


def _counts(found: Any) -> dict[str, int]:
    """Return how many vehicles have which verdict; those without one are not counted."""
    counts = dict.fromkeys(TONES, 0)
    for row in found.items:
        if row.suitability:
            counts[row.suitability.value] += 1
    return counts


def _title(visit: Visit, row: FigureRow, years: int) -> str:
    if row.name == "cost_delta_eur":
        return visit.words.t("candidates.cost_over", count=years)
    return visit.words.t(f"candidates.figure.{row.name}")


def _said(visit: Visit, row: FigureRow) -> str:
    """Return a figure in the unit people read it in, or why there is none."""
    words = visit.words
    if row.value is None:
        return words.tell(row.reason) if row.reason else words.t("console.none")
    match row.unit:
        case "%":
            return f"{words.number(float(row.value), 1)}{NO_BREAK}%"
        case "Wh":
            return f"{words.number(float(row.value) / 1000)}{NO_BREAK}kWh"
        case "g":
            return f"{words.number(float(row.value) / 1000)}{NO_BREAK}kg"
        case _:
            # Over years nobody knows the cents.
            return f"{words.number(float(row.value))}{NO_BREAK}€"
