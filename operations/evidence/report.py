"""Where the figures of reports come from."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from core.errors import NotFoundError, RequestError
from core.evidence import Explanation, FigureId
from core.texts import Finding
from operations.evidence.figures import span_of
from operations.evidence.freezing import name_of
from operations.house import Call, House
from operations.reports.carriers import DISTRICT, read_carriers, title_of
from operations.reports.places import read_place

YEAR_LENGTH: Final = 4


async def explain_energy(house: House, figure: FigureId, call: Call) -> Explanation:
    """Return where a figure of an energy report comes from. Raises `NotFoundError` for one that it does not have."""
    year, _ = year_of(house, figure.period, call)
    if figure.scope == DISTRICT:
        raise NotFoundError("reports.scope_unknown", scope=figure.scope)
    place = await read_place(house, figure.scope, year, call)
    found = place.figures.get(name_of(figure))
    if found is None:
        raise NotFoundError("reports.figure_unknown", id=str(figure))
    return found.explanation(str(figure), Finding.of("reports.figure_title", name=place.name, period=year))


async def explain_carriers(house: House, figure: FigureId, call: Call) -> Explanation:
    """Return where a figure of these totals comes from. Raises `NotFoundError` for one that they do not have."""
    call.must_see(None)
    year, _ = year_of(house, figure.period, call)
    for row in await read_carriers(house, year, call) if figure.scope == DISTRICT else ():
        for found in (row.used, row.corrected):
            if found.name == name_of(figure):
                return found.explanation(str(figure), title_of(row, year))
    raise NotFoundError("reports.figure_unknown", id=str(figure))


def year_of(house: House, period: str | None, call: Call) -> tuple[str, bool]:
    """Return the year that is meant, and whether it is not over. Raises `RequestError` for anything else."""
    zone = ZoneInfo(house.time_zone)
    year = period or str(call.now_utc.astimezone(zone).year - 1)
    if len(year) != YEAR_LENGTH:
        raise RequestError("reports.no_year", period=year[:80])
    span = span_of(year, zone)
    if span.period.start_utc > call.now_utc:
        raise RequestError("reports.year_ahead", period=year)
    return year, span.period.end_utc > call.now_utc
