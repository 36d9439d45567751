"""Where a figure comes from, down to the readings, frames, bookings and rules that made it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from core.errors import NotFoundError
from core.evidence import Explanation, FigureId
from fleet.savings.statement import SAVINGS
from operations.balances.balance import BALANCE
from operations.candidates.candidates import CANDIDATES
from operations.candidates.evidence import explain_candidate
from operations.candidates.infrastructure import INFRASTRUCTURE
from operations.candidates.scenario import SCENARIO
from operations.candidates.scenario_evidence import explain_scenario
from operations.candidates.site_evidence import explain_infrastructure
from operations.costs.cost import COST
from operations.evidence.balance import explain_balance
from operations.evidence.cost import explain_cost
from operations.evidence.derived import explain_slot, explain_sum
from operations.evidence.figures import INTERVAL, TOTAL
from operations.evidence.freezing import explain_frozen
from operations.evidence.load import explain_base_load, explain_peak
from operations.evidence.report import explain_carriers, explain_energy
from operations.evidence.rows import Explained, told
from operations.evidence.weather import explain_weather
from operations.fleet.evidence import explain_vehicle_day
from operations.fleet.figures import VEHICLE_DAY
from operations.fleet_report.evidence import explain_fleet
from operations.fleet_report.rows import FLEET_REPORT
from operations.house import Call, House
from operations.loads.base import BASE_LOAD
from operations.loads.peaks import PEAK
from operations.privacy.months import by_month, refuse_days
from operations.reports.carriers import CARRIERS
from operations.reports.place import ENERGY
from operations.roofs.evidence import explain_pv
from operations.roofs.pv import PV
from operations.savings.evidence import explain_savings
from operations.savings.slot_evidence import CHARGE, explain_charge
from operations.shares.evidence import explain_shares
from operations.weather.use import WEATHER
from renewables.statement import FORECAST, SHARES

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
    VEHICLE_DAY: explain_vehicle_day,
    PV: explain_pv,
    FLEET_REPORT: explain_fleet,
    SAVINGS: explain_savings,
    CHARGE: explain_charge,
    SHARES: explain_shares,
    FORECAST: explain_shares,
    CANDIDATES: explain_candidate,
    INFRASTRUCTURE: explain_infrastructure,
    SCENARIO: explain_scenario,
}
"""How each kind of figure is explained, by the first part of its id."""

STATED: Final = frozenset({SAVINGS, SHARES, FORECAST})
"""The kinds of which statements are made by themselves: their explainers know every version."""


OF_A_YEAR: Final = frozenset({CANDIDATES})
"""The kinds whose day ends a year; of a vehicle that one person uses they are made of whole months."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainFigure:
    """Which figure, by the id printed beside it."""

    figure: str


async def explain_figure(house: House, request: ExplainFigure, call: Call) -> Explained:
    """Return where a figure comes from; with `@r2` from what version 2 of its statement froze.

    Raises `RequestError` for what is no figure id, `NotFoundError` for an unknown kind or version,
    `ForbiddenError` outside the actor's sites, and for days of a vehicle that one person uses.
    """
    figure = FigureId.parse(request.figure.strip())
    explainer = EXPLAINERS.get(figure.report)
    if explainer is None:
        raise NotFoundError("evidence.report_unknown", report=figure.report[:80], known=", ".join(EXPLAINERS))
    if figure.report not in OF_A_YEAR:
        refuse_days(house, figure.scope, figure.period)
    if figure.version is None or figure.report in STATED:
        found = await explainer(house, figure, call)
    else:
        found = await explain_frozen(house, figure, call, explainer)
    return told(by_month(house, figure.scope, found) if figure.report == TOTAL else found)
