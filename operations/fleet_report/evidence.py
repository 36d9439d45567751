"""Where the figures of the monthly report come from: those of vehicles and savings that they are made of."""

from __future__ import annotations

from datetime import date

from core.errors import RequestError
from core.evidence import Explanation, FigureId
from operations.fleet_report.beside import with_beside
from operations.fleet_report.document import by_name
from operations.fleet_report.facts import read_months
from operations.fleet_report.figures import sections_of
from operations.fleet_report.report import figure_id, must_see, title_of
from operations.house import Call, House


async def explain_fleet(house: House, figure: FigureId, call: Call) -> Explanation:
    """Return where a figure of the report comes from. Raises `RequestError` for what is none."""
    must_see(figure.scope, call)
    try:
        first = date.fromisoformat(f"{figure.period}-01")
    except ValueError as error:
        raise RequestError("evidence.period_invalid", period=figure.period[:80]) from error
    months = await with_beside(house, await read_months(house, figure.scope, first), call)
    found = by_name(sections_of(months.now, house.factors())).get(".".join((figure.quantity, *figure.variant)))
    if found is None:
        raise RequestError("evidence.quantity_unknown", quantity=figure.quantity[:80])
    return found.explanation(figure_id(figure.period, figure.scope, found.name), title_of(found, figure.period))
