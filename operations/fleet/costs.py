"""What a fleet costs in a month, with all that goes in: prices of sites and papers, leases, THG quota, CO2 price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from core.errors import NotFoundError
from core.inventory import Medium, Tariff, Vehicle
from core.texts import Finding
from core.vouchers import Voucher
from fleet.choice import FactorChoice
from fleet.costs.figures import CostFigure, ScopeCosts, certificates_of
from fleet.costs.thg import year_choice
from fleet.costs.vehicle_costs import Cost, CostPart, Input, Month, Price, VehicleCost, mean_price, vehicle_cost
from fleet.savings.scopes import SITE
from fleet.savings.statement import FLEET
from fleet.vehicle_days.sums import Value
from operations.costs.cost import month_cost, months_gone
from operations.costs.reading import read_costs
from operations.fleet.cost_rows import CostFigureRow, CostInputRow, CostPartRow, CostRow, FleetCosts, VehicleCostRow
from operations.fleet.figures import legible
from operations.fleet.peaks import peaks_of
from operations.fleet_report.facts import FleetMonth, month_asked, read_month, span_of_month
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
        notes=tuple(Told.of(Finding.of(code)) for code in NOTES),
    )


NOTES: Final = ("fleet_costs.rule_energy", "fleet_costs.rule_monthly", "fleet_costs.rule_thg", "fleet_costs.rule_co2")


async def with_costs(house: House, month: FleetMonth, call: Call, *, peaks: bool = True) -> FleetMonth:
    """Return a month with its costs, those of `peaks` only where they are wanted."""
    return replace(month, costs=await costs_of(house, month, call, peaks=peaks))


async def costs_of(house: House, month: FleetMonth, call: Call, *, peaks: bool = True) -> ScopeCosts:
    """Return the costs of a month's vehicles and the sums over them."""
    inventory, today = house.inventory(), house.day(call.now_utc)
    fuels = mean_price(await house.ledger.vouchers_during(span_of_month(house, month.first)))
    charged = {each.site for each in month.vehicles if each.plugs_in}
    power = {site: await _electricity(house, site, month, call) for site in sorted(charged)}
    choice = FactorChoice(house.factors(), month.last)
    certificates, thg_price = certificates_of(month.vehicles, year_choice(house.factors(), month.last.year))
    vehicles = []
    for each in month.vehicles:
        replaced = inventory.vehicles.get(each.replaces or "")
        reckoned = Month(
            vehicle=each,
            figures=month.figures[each.id],
            share=share_of(each, month, today),
            vouchers=_of_vehicle(month.vouchers, each),
            replaced=replaced.costs if replaced else None,
            electricity=power.get(each.site, Finding.of("fleet_costs.no_tariff", site=each.site)),
            fuels=fuels,
        )
        vehicles.append(vehicle_cost(reckoned, choice))
    found = await peaks_of(house, month.stations, month.period, call) if peaks else ()
    return ScopeCosts(vehicles=tuple(vehicles), certificates=certificates, thg_price=thg_price, peaks=found)


def share_of(vehicle: Vehicle, month: FleetMonth, today: date) -> Decimal:
    """Return on which part of the month's days the vehicle was in the fleet, as far as these are over."""
    length = (month.last - month.first).days + 1
    days = [month.first + timedelta(days=number) for number in range(length)]
    return Decimal(sum(day < today and vehicle.valid_on(day) for day in days)) / length


async def _electricity(house: House, site: str, month: FleetMonth, call: Call) -> Price | Finding:
    """Return the energy price of a site: its tariff's, or where that has windows the mean of the month's bill."""
    tariffs = [
        each
        for each in house.inventory().tariffs.values()
        if each.medium is Medium.ELECTRICITY and site in each.sites and each.valid_on(month.last)
    ]
    if not tariffs:
        return Finding.of("fleet_costs.no_tariff", site=site)
    if not tariffs[0].windows:
        return Price(tariffs[0].energy_eur_per_kwh, f"tariff:{tariffs[0].id}")
    return await _mean_of_bill(house, site, tariffs[0], month, call)


async def _mean_of_bill(house: House, site: str, tariff: Tariff, month: FleetMonth, call: Call) -> Price | Finding:
    unknown = Finding.of("fleet_costs.no_bill", site=site, tariff=tariff.name)
    try:
        read = await read_costs(house, site, Medium.ELECTRICITY, [month.first.year], call)
    except NotFoundError:
        return unknown
    for first, end in months_gone(read, month.first.year):
        if first == month.first:
            bill = month_cost(house.inventory(), read, first, end)
            if bill.energy_eur is not None and bill.used:
                return Price(bill.energy_eur / bill.used, bill.figure)
    return unknown


def _of_vehicle(vouchers: Sequence[Voucher], vehicle: Vehicle) -> tuple[Voucher, ...]:
    return tuple(each for each in vouchers if each.vehicle == vehicle.id)


def _figure(figure: CostFigure) -> CostFigureRow:
    return CostFigureRow(
        name=figure.name,
        value=_known(figure.value),
        unit=figure.unit,
        computed=figure.computed,
        not_computed=figure.not_computed,
        reason=_reason(figure.value),
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
