"""Where a figure comes from, down to the readings, frames, bookings and rules that made it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from core.errors import NotFoundError
from core.evidence import Explanation, FigureId
from operations.balance import BALANCE
from operations.carriers import CARRIERS
from operations.costs import COST
from operations.evidence_rows import Explained, told
from operations.explain_balance import explain_balance
from operations.explain_cost import explain_cost
from operations.explain_derived import explain_slot, explain_sum
from operations.explain_load import explain_base_load, explain_peak
from operations.explain_report import explain_carriers, explain_energy
from operations.explain_weather import explain_weather
from operations.figures import INTERVAL, TOTAL
from operations.freezing import explain_frozen
from operations.house import Call, House
from operations.load_base import BASE_LOAD
from operations.load_peaks import PEAK
from operations.report_place import ENERGY
from operations.weather import WEATHER

Explainer = Callable[[House, FigureId, Call], Awaitable[Explanation]]
"""Returns where a figure comes from as it stands now; raises `RequestError` for an id that means nothing.

It checks that the actor may see what the figure is about.
"""

EXPLAINERS: Final[dict[str, Explainer]] = {
    INTERVAL: explain_slot,
    TOTAL: explain_sum,
    PEAK: explain_peak,
    BASE_LOAD: explain_base_load,
    BALANCE: explain_balance,
    COST: explain_cost,
    WEATHER: explain_weather,
    ENERGY: explain_energy,
    CARRIERS: explain_carriers,
}
"""How each kind of figure is explained, by the first part of its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainFigure:
    """Which figure, by the id printed beside it."""

    figure: str


async def explain_figure(house: House, request: ExplainFigure, call: Call) -> Explained:
    """Return where a figure comes from; with `@r2` from what version 2 of its statement froze.

    Raises `RequestError` for what is no figure id, `NotFoundError` for an unknown kind or version,
    `ForbiddenError` outside the actor's sites.
    """
    figure = FigureId.parse(request.figure.strip())
    explainer = EXPLAINERS.get(figure.report)
    if explainer is None:
        raise NotFoundError("evidence.report_unknown", report=figure.report[:80], known=", ".join(EXPLAINERS))
    if figure.version is None:
        return told(await explainer(house, figure, call))
    return told(await explain_frozen(house, figure, call, explainer))
