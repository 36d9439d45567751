"""What charge points sites need for vehicles that would become electric, as a page and as a table."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Response

from console.pages.evidence import path_of_figure
from console.pages.exports import BYTE_ORDER_MARK, written_line
from console.pages.visit import Visit
from operations.candidates.rows import SiteInfrastructure
from operations.fleet.figures import FigureRow

INFRASTRUCTURE: Final = "vehicles.infrastructure"
SHOWN: Final = ("connectors_needed", "evenings_short", "headroom_w", "added_w.at_once", "added_w.managed")
"""The figures that have a column."""

LACKING: Final = {"added_w.at_once": "missing_w.at_once", "added_w.managed": "missing_w.managed"}
"""What is told below them where it is not nothing."""


async def show(visit: Visit) -> Response:
    """Return what all sites need."""
    words = visit.words
    found = await _found(visit)
    query = urlencode({"replace": found.replace, "until": found.until.isoformat()})
    return visit.page(
        "fleet/infrastructure.html",
        words.t("infrastructure.title"),
        found=found,
        shown=SHOWN,
        figures=lambda row: {figure.name: figure for figure in row.figures},
        path_of_figure=path_of_figure,
        say=lambda row: said_figure(visit, row),
        head=lambda name: words.t(f"infrastructure.head.{name}"),
        lacking=LACKING,
        query=f"?{query}",
    )


async def export(visit: Visit) -> Response:
    """Return all figures of all sites as CSV, in the units their names end in."""
    found = await _found(visit)
    names = [figure.name for figure in found.items[0].figures] if found.items else []
    lines = [written_line(("site", "site_name", "newcomers", *names), visit.language)]
    lines += [written_line(_cells(row), visit.language) for row in found.items]
    return Response(
        BYTE_ORDER_MARK + "".join(lines),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="kreiswatt-infrastructure-{found.until}.csv"'},
    )


def said_figure(visit: Visit, row: FigureRow) -> str:
    """Return a figure in the unit people read it in, or why there is none."""
    words = visit.words
    if row.value is None:
        return words.tell(row.reason) if row.reason else words.t("console.none")
    return words.power(float(row.value)) if row.unit == "W" else words.number(float(row.value))


def _cells(row: SiteInfrastructure) -> list[object]:
    return [row.site, row.site_name, row.newcomers, *(figure.value for figure in row.figures)]


async def _found(visit: Visit) -> Any:
    asked = {name: visit.query.get(name, "").strip() for name in ("replace", "until")}
    return await visit.ask(INFRASTRUCTURE, **{name: value for name, value in asked.items() if value})
