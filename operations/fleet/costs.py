"""What a fleet costs in a month, with all that goes in: prices of sites and papers, leases, THG quota, CO2 price."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from core.texts import Finding
from fleet.choice import FactorChoice
from fleet.costs.budget import MonthSpent
from fleet.costs.figures import CostFigure, ScopeCosts, certificates_of
from fleet.costs.thg import year_choice
from fleet.costs.vehicle_costs import Cost, CostPart, Input, VehicleCost, vehicle_cost
from fleet.savings.scopes import SITE
from fleet.savings.statement import FLEET
from fleet.vehicle_days.sums import Value
from operations.fleet.budget import DaysOf, budget_use
from operations.fleet.cost_rows import (
    CostFigureRow,
    CostInputRow,
    CostPartRow,
    CostRow,
    FleetBudgetRow,
    FleetCosts,
    FleetMonthRow,
    VehicleCostRow,
)
from operations.fleet.figures import legible
from operations.fleet.peaks import peaks_of
from operations.fleet.reckoned import Prices, reckoned
from operations.fleet_report.facts import FleetMonth, month_asked, read_month
from operations.fleet_report.rows import FLEET_REPORT
from operations.house import Call, House
from operations.values import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFleetCosts:
    """Which costs: of a month (`2026-10`; the last one over) and a scope (`fleet`, `site:<id>`, `group:<name>`)."""

    month: str | None = None
    scope: str = FLEET


async def list_fleet_costs(house: House, request: ListFleetCosts, call: Call) -> FleetCosts:
    """Return what vehicles cost. Raises `RequestError` for no month, `NotFoundError` or `ForbiddenError` for scopes."""
    first, _, preliminary = month_asked(house, request.month, call)
    call.must_see(request.scope.removeprefix(SITE) if request.scope.startswith(SITE) else None)
    month = await read_month(house, request.scope, first)
    found = await costs_of(house, month, call)
    price = found.thg_price
    thg = Input(name="thg_price", value=price, unit="EUR/t", source="factors") if isinstance(price, Decimal) else None
    return FleetCosts(
        period=month.period,
        scope=request.scope,
        preliminary=preliminary,
        figures=tuple(map(_figure, found.figures())),
        vehicles=tuple(map(_vehicle, found.vehicles)),
        inputs=(_input(thg),) if thg else (),
        budget=_budget(found, request.scope),
        notes=tuple(Told.of(Finding.of(code)) for code in NOTES),
    )


NOTES: Final = (
    "fleet_costs.rule_energy",
    "fleet_costs.rule_monthly",
    "fleet_costs.rule_thg",
    "fleet_costs.rule_co2",
    "fleet_costs.rule_budget",
)


async def with_costs(
    house: House, month: FleetMonth, call: Call, *, whole: bool = True, days: DaysOf | None = None
) -> FleetMonth:
    """Return a month with its costs; see `costs_of`."""
    return replace(month, costs=await costs_of(house, month, call, whole=whole, days=days))


async def costs_of(
    house: House, month: FleetMonth, call: Call, *, whole: bool = True, days: DaysOf | None = None
) -> ScopeCosts:
    """Return the costs of a month's vehicles and the sums over them; those of peaks and the budget only if `whole`.

    `days` are those of the year so far, where they have been read already.
    """
    prices = Prices(house, call)
    choice = FactorChoice(house.factors(), month.last)
    certificates, thg_price = certificates_of(month.vehicles, year_choice(house.factors(), month.last.year))
    costs = ScopeCosts(
        period=month.period,
        vehicles=tuple(vehicle_cost(each, choice) for each in await reckoned(month, prices)),
        certificates=certificates,
        thg_price=thg_price,
        budget=Finding.of("fleet_report.costs_not_stated"),
    )
    if not whole:
        return costs
    return replace(
        costs,
        peaks=await peaks_of(house, month.stations, month.period, call),
        budget=await budget_use(month, costs.spent, prices, days),
    )


def _budget(found: ScopeCosts, scope: str) -> FleetBudgetRow | None:
    use = found.budget
    if isinstance(use, Finding):
        return None
    return FleetBudgetRow(
        source=use.source,
        year=use.year,
        amount_eur=use.amount_eur,
        spent_eur=legible(use.spent_eur),
        until=use.until,
        months=tuple(_month(each, scope) for each in use.months),
    )


def _month(spent: MonthSpent, scope: str) -> FleetMonthRow:
    return FleetMonthRow(
        period=spent.period,
        eur=legible(spent.eur),
        vehicles=spent.vehicles,
        lacking=spent.lacking,
        figure=f"{FLEET_REPORT}/{spent.period}/{scope}/cost_eur",
    )


def _figure(figure: CostFigure) -> CostFigureRow:
    return CostFigureRow(
        name=figure.name,
        value=_known(figure.value),
        unit=figure.unit,
        computed=figure.computed,
        not_computed=figure.not_computed,
        reason=_reason(figure.value),
        remarks=tuple(map(Told.of, figure.remarks)),
    )


def _vehicle(cost: VehicleCost) -> VehicleCostRow:
    return VehicleCostRow(
        vehicle=cost.vehicle.id,
        name=cost.vehicle.name,
        drive=cost.vehicle.drive,
        distance_m=_known(cost.own.distance_m),
        own=_cost(cost.own),
        reference=None if cost.reference is None else _cost(cost.reference),
        saved_eur=_known(cost.saved_eur),
        co2_price_eur=_known(cost.co2_price_eur),
    )


def _cost(cost: Cost) -> CostRow:
    rate = cost.eur_per_100km()
    return CostRow(
        eur=_known(cost.eur()),
        eur_per_100km=_known(rate),
        parts=tuple(map(_part, cost.parts)),
        reason=_reason(rate),
    )


def _part(part: CostPart) -> CostPartRow:
    return CostPartRow(
        part=part.part, eur=_known(part.eur), inputs=tuple(map(_input, part.inputs)), reason=_reason(part.eur)
    )


def _input(given: Input) -> CostInputRow:
    return CostInputRow(name=given.name, value=legible(given.value), unit=given.unit, source=given.source)


def _known(value: Value | None) -> Decimal | None:
    return legible(value) if isinstance(value, Decimal) else None


def _reason(value: Value) -> Told | None:
    return Told.of(value) if isinstance(value, Finding) else None
