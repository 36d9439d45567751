"""Where the figures of the monthly report come from: those of vehicles and savings that they are made of."""

from __future__ import annotations

from datetime import date

from core.errors import RequestError
from core.evidence import Explanation, FigureId
from operations.fleet_report.beside import COSTS, EVERYTHING, PARTS_OF, beside_month
from operations.fleet_report.document import by_name
from operations.fleet_report.facts import FleetMonth, read_reported
from operations.fleet_report.figures import sections_of
from operations.fleet_report.report import figure_id, must_see, title_of
from operations.house import Call, House
from operations.reports.figures import ReportFigure


async def explain_fleet(house: House, figure: FigureId, call: Call) -> Explanation:
    """Return where a figure of the report comes from. Raises `RequestError` for what is none."""
    must_see(figure.scope, call)
    try:
        first = date.fromisoformat(f"{figure.period}-01")
    except ValueError as error:
        raise RequestError("evidence.period_invalid", period=figure.period[:80]) from error
    name = ".".join((figure.quantity, *figure.variant))
    found = await _found(house, await read_reported(house, figure.scope, first), name, call)
    if found is None:
        raise RequestError("evidence.quantity_unknown", quantity=figure.quantity[:80])
    return found.explanation(figure_id(figure.period, figure.scope, found.name), title_of(found, figure.period))


async def _found(house: House, month: FleetMonth, name: str, call: Call) -> ReportFigure | None:
    """Return a figure of a month; of what stands beside its vehicles only that is read which the figure is made of."""
    sections = sections_of(month, house.factors())
    parts = next((PARTS_OF[section] for section, said in sections.items() if name in by_name({section: said})), None)
    for each in (COSTS, EVERYTHING) if parts is None else (parts,):  # without costs many of theirs are not told at all
        whole = await beside_month(house, month, call, each)
        if found := by_name(sections_of(whole, house.factors())).get(name):
            return found
    return None
