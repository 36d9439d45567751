"""What counted and summed figures of the monthly report stand on: entries, sessions, papers, figures of vehicles.

Figures that name their own grounds are left as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from core.evidence import Citation, CitedKind, FigureId
from core.factors import FactorTable
from core.fleet import SessionValuation
from core.inventory import Drive, Station, Vehicle
from fleet.candidates.procurement import Verdict, judge
from fleet.costs.budget import BudgetUse
from operations.evidence.leaves import PARTS_MAX
from operations.fleet.figures import FIGURES, VEHICLE_DAY, legible
from operations.fleet_report.charging import DC_PLUGS
from operations.fleet_report.cited import Grounds, entries_of, inputs_of, of_entry, of_paper, of_session, of_valuation
from operations.fleet_report.facts import FleetMonth
from operations.fleet_report.grounds_beside import corrected, needs, received, replaceable, silent
from operations.fleet_report.rows import FLEET_REPORT
from operations.fleet_report.stock import LEASE_AHEAD
from operations.fleet_report.sums import VEHICLES
from operations.fleet_report.trust import METER_SHARES
from operations.reports.figures import Ground, ReportFigure


def grounded(month: FleetMonth, figure: ReportFigure, table: FactorTable) -> ReportFigure:
    """Return a figure with what it stands on."""
    first, _, variant = figure.name.partition(".")
    if figure.grounds or figure.value is None:
        return figure
    if first in METER_SHARES:
        found = tuple(received(month, first))
    elif first in QUOTAS:
        found = tuple(_procured(month, variant, table))
    else:
        found = tuple(STANDS_ON[first](month, variant)) if first in STANDS_ON else ()
    return replace(figure, grounds=found[:PARTS_MAX], grounds_left_out=max(len(found) - PARTS_MAX, 0))


def _there(month: FleetMonth, variant: str) -> Grounds:
    return entries_of(
        each for each in month.vehicles if each.valid_on(month.last) and variant in {"", each.drive.value}
    )


def _come(month: FleetMonth, _variant: str) -> Grounds:
    return entries_of(each for each in month.vehicles if month.first <= each.valid_from <= month.last)


def _gone(month: FleetMonth, _variant: str) -> Grounds:
    return entries_of(each for each in month.vehicles if each.valid_to and month.first < each.valid_to <= month.last)


def _leased(month: FleetMonth, _variant: str) -> Grounds:
    until = month.last + LEASE_AHEAD
    there = (each for each in month.vehicles if each.valid_on(month.last))
    return entries_of((each for each in there if each.lease_until and each.lease_until <= until), "lease_until")


def _burning(month: FleetMonth, _variant: str) -> Grounds:
    return entries_of(each for each in month.vehicles if not each.plugs_in and each.valid_on(month.last))


def _procured(month: FleetMonth, variant: str, table: FactorTable) -> Grounds:
    """Yield the vehicles that a quota counts, those that are clean with one."""
    group, _, span = variant.partition(".")
    for each in month.vehicles:
        if each.procurement is None or each.procurement.awarded > month.last:
            continue
        found = judge(each.vehicle_class, each.procurement, table)
        if found.verdict is Verdict.NOT_COUNTED or not found.group or not found.period:
            continue
        if (found.group.value, found.period.value.replace("-", "_")) == (group, span):
            clean = found.verdict in {Verdict.CLEAN, Verdict.ZERO_EMISSION}
            yield of_entry(f"vehicles/{each.id}/procurement", each.name, Decimal(clean), VEHICLES)


def _sessions(month: FleetMonth, _variant: str) -> Grounds:
    return (of_session(each, Decimal(1), "sessions") for each in month.sessions)


def _failed(month: FleetMonth, _variant: str) -> Grounds:
    return (
        of_session(each, Decimal(1), "sessions") for each in month.sessions if each.ended_at_utc and not each.energy_wh
    )


def _energies(month: FleetMonth, variant: str) -> Grounds:
    dc = {
        (station.id, outlet.number)
        for station in month.stations
        for outlet in station.connectors
        if outlet.plug.casefold().startswith(DC_PLUGS)
    }
    for each in month.sessions:
        if variant in {"", "dc" if (each.station, each.connector) in dc else "ac"} and each.energy_wh is not None:
            yield of_session(each, Decimal(repr(each.energy_wh)), "Wh")


def _strongest(month: FleetMonth, _variant: str) -> Grounds:
    told = [each for each in month.sessions if each.peak_power_w is not None]
    most = max((each.peak_power_w or 0.0 for each in told), default=0.0)
    return (of_session(each, Decimal(repr(each.peak_power_w)), "W") for each in told if each.peak_power_w == most)


def _utilised(month: FleetMonth, _variant: str) -> Grounds:
    yield from _outlets(month, "W")
    yield from _energies(month, "")


def _loose(month: FleetMonth, _variant: str) -> Grounds:
    return (of_valuation(each, Decimal(1), "sessions") for each in month.loose)


def _loose_wh(month: FleetMonth, _variant: str) -> Grounds:
    return (of_valuation(each, each.energy_wh, "Wh") for each in month.loose if each.energy_wh is not None)


def _local(month: FleetMonth, _variant: str) -> Grounds:
    return (of_valuation(each, each.pv_wh, "Wh") for each in _shared(month))


def _valued(month: FleetMonth, _variant: str) -> Grounds:
    return (of_valuation(each, each.energy_wh, "Wh") for each in _shared(month))


def _shared(month: FleetMonth) -> Iterator[SessionValuation]:
    return (each for each in month.valuations if each.pv_wh is not None and each.energy_wh is not None)


def _charging_cost(month: FleetMonth, _variant: str) -> Grounds:
    for each in month.costs.vehicles if month.costs else ():
        if each.vehicle.plugs_in:
            yield from (one for one in inputs_of(each.vehicle, each.own) if one.unit in {"kWh", "EUR/kWh"})


def _odd(month: FleetMonth, _variant: str) -> Grounds:
    told = (each for each in month.valuations if each.findings)
    return (of_valuation(each, Decimal(len(each.findings)), "findings") for each in told)


def _elsewhere(month: FleetMonth, variant: str) -> Grounds:
    told = (each for each in month.vouchers if each.place and each.place.value == variant)
    return (of_paper(each, each.energy_wh, "Wh") for each in told if each.energy_wh is not None)


def _logbooks(month: FleetMonth, _variant: str) -> Grounds:
    return (of_paper(each, each.distance_m, "m") for each in month.vouchers if each.distance_m is not None)


def _paid(month: FleetMonth, _variant: str) -> Grounds:
    return (of_paper(each, each.amount_eur, "EUR") for each in month.vouchers if each.amount_eur is not None)


def _outlets_counted(month: FleetMonth, _variant: str) -> Grounds:
    return _outlets(month, "connectors")


def _outlet_power(month: FleetMonth, _variant: str) -> Grounds:
    return _outlets(month, "W")


def _outlets(month: FleetMonth, unit: str) -> Grounds:
    return (of_entry(f"stations/{each.id}", each.name, _sized(each, unit), unit) for each in month.stations)


def _sized(station: Station, unit: str) -> Decimal:
    if unit == "W":
        return Decimal(repr(float(sum(each.max_power_w for each in station.connectors))))
    return Decimal(len(station.connectors))


def _days_used(month: FleetMonth, _variant: str) -> Grounds:
    return _of_vehicles(month, "used_percent", month.vehicles)


def _distances(month: FleetMonth, _variant: str) -> Grounds:
    return _of_vehicles(month, "distance_m", month.vehicles)


def _known(month: FleetMonth, _variant: str) -> Grounds:
    return _of_vehicles(month, "known_percent", [each for each in month.vehicles if each.plugs_in])


def _of_vehicles(month: FleetMonth, name: str, vehicles: Iterable[Vehicle]) -> Grounds:
    """Yield a figure of vehicles, also of those of which it is not known: that it is not is what is counted."""
    for each in vehicles:
        value = getattr(month.figures[each.id], name) if month.figures[each.id].days else None
        id_ = str(FigureId(VEHICLE_DAY, month.period, each.source, name))
        told = legible(value) if isinstance(value, Decimal) else None
        yield Ground(figure=id_, name=each.name, value=told, unit=FIGURES[name])


def _batteries(month: FleetMonth, _variant: str) -> Grounds:
    """Yield the health of batteries, and the sessions it was found from."""
    names = {each.id: each.name for each in month.vehicles}
    for vehicle, health in month.batteries.items():
        if health.health_percent is None:
            continue
        for point in health.points:
            cited = Citation(
                kind=CitedKind.SESSION,
                reference=point.session,
                value=legible(point.capacity_wh),
                unit="Wh",
                at_utc=point.at_utc,
            )
            yield Ground(name=names[vehicle], value=legible(point.capacity_wh), unit="Wh", citation=cited)
        yield of_entry(f"vehicles/{vehicle}/battery_wh", names[vehicle], legible(health.health_percent), "%")


def _to_do(month: FleetMonth, _variant: str) -> Grounds:
    still_open = (each for each in month.actions if each.done_at_utc is None)
    return (of_entry(f"actions/{each.id}", each.text, Decimal(1), "actions") for each in still_open)


def _cost(month: FleetMonth, variant: str) -> Grounds:
    """Yield the distances of vehicles whose cost is known, and each number that went into it."""
    for each in month.costs.vehicles if month.costs else ():
        vehicle = each.vehicle
        of = each.reference if variant == "reference" and vehicle.drive is Drive.BATTERY else None
        if variant in {vehicle.drive.value, "combustion" if not vehicle.plugs_in else ""}:
            of = each.own
        if of is not None and isinstance(of.distance_m, Decimal):
            id_ = str(FigureId(VEHICLE_DAY, month.period, vehicle.source, "distance_m"))
            yield Ground(figure=id_, name=vehicle.name, value=legible(of.distance_m), unit="m")
            yield from inputs_of(vehicle, of)


def _saved(month: FleetMonth, _variant: str) -> Grounds:
    for each in month.costs.vehicles if month.costs else ():
        if isinstance(each.saved_eur, Decimal) and each.reference is not None:
            yield from inputs_of(each.vehicle, each.own)
            yield from inputs_of(each.vehicle, each.reference)


def _spent(month: FleetMonth, _variant: str) -> Grounds:
    """Yield each number that the cost of the month was reckoned with, and the distances."""
    for each in month.costs.vehicles if month.costs else ():
        if isinstance(each.own.distance_m, Decimal):
            id_ = str(FigureId(VEHICLE_DAY, month.period, each.vehicle.source, "distance_m"))
            yield Ground(figure=id_, name=each.vehicle.name, value=legible(each.own.distance_m), unit="m")
        yield from inputs_of(each.vehicle, each.own)


def _budget(month: FleetMonth, _variant: str) -> Grounds:
    """Yield the budget, and what each month of the year came to."""
    use = month.costs.budget if month.costs else None
    if isinstance(use, BudgetUse):
        yield of_entry(use.source, str(use.year), use.amount_eur, "EUR")
        for each in use.months:
            id_ = str(FigureId(FLEET_REPORT, each.period, month.scope, "cost_eur"))
            yield Ground(figure=id_, name=each.period, value=legible(each.eur), unit="EUR")


def _co2_price(month: FleetMonth, _variant: str) -> Grounds:
    for each in month.costs.vehicles if month.costs else ():
        if isinstance(each.co2_price_eur, Decimal):
            yield of_entry(
                f"vehicles/{each.vehicle.id}/baseline", each.vehicle.name, legible(each.co2_price_eur), "EUR"
            )


QUOTAS: Final = frozenset({"clean_percent", "next_needed"})

STANDS_ON: Final[Mapping[str, Callable[[FleetMonth, str], Grounds]]] = {
    "vehicles": _there,
    "additions": _come,
    "disposals": _gone,
    "leases_ending": _leased,
    "combustion_vehicles": _burning,
    "idle_vehicles": _days_used,
    "sessions": _sessions,
    "failed_sessions": _failed,
    "session_wh": _energies,
    "peak_w": _strongest,
    "utilised_percent": _utilised,
    "blocked_s": _sessions,
    "unmatched_sessions": _loose,
    "unmatched_wh": _loose_wh,
    "elsewhere_wh": _elsewhere,
    "pv_wh": _local,
    "valued_wh": _valued,
    "charging_cost_eur": _charging_cost,
    "paid_eur": _paid,
    "cost_eur_per_100km": _cost,
    "energy_eur_per_100km": _cost,
    "saved_eur": _saved,
    "co2_price_eur": _co2_price,
    "cost_eur": _spent,
    "budget_percent": _budget,
    "budget_forecast_eur": _budget,
    "connectors": _outlets_counted,
    "connector_power_w": _outlet_power,
    "battery_health_percent": _batteries,
    "battery_health_year_percent": _batteries,
    "below_warranty": _batteries,
    "known_days_percent": _distances,
    "vehicles_without_distance": _distances,
    "vehicles_not_reliable": _known,
    "session_findings": _odd,
    "p95_day_m": _distances,
    "busiest_day_vehicles": _distances,
    "spare_vehicles": _distances,
    "winter_factor": _distances,
    "checked_percent": _logbooks,
    "suitable_vehicles": replaceable,
    "candidates": replaceable,
    "sites_short": needs,
    "connectors_missing": needs,
    "headroom_w": needs,
    "silent_meters": silent,
    "corrected_values": corrected,
    "open_actions": _to_do,
}
"""What figures stand on, by the first word of their names."""
