"""All figures of the monthly report by section, from the facts of a month; what cannot be computed says why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Final

from core.factors import FactorTable
from core.fleet import ChargePlace
from core.inventory import Drive
from core.texts import Finding
from fleet.procurement import Judged, QuotaState, count, groups_of, judge, state_of
from fleet.savings import FIGURES as SAVINGS_FIGURES
from fleet.savings import SAVINGS
from fleet.sums import ZERO
from operations.fleet.figures import legible
from operations.fleet_report.facts import FleetMonth
from operations.fleet_report.sums import (
    ACTIONS,
    CONNECTORS,
    PERCENT,
    SESSIONS,
    counted,
    how,
    percent_of,
    summed,
    weighted,
)
from operations.reports.figures import Ground, ReportFigure, not_told

FLEET_REPORT: Final = "fleet"
"""The kind of the report and its statements, and the first word of the ids of its figures."""

IDLE_PERCENT: Final = 20
LEASE_AHEAD: Final = timedelta(days=183)
WARRANTY_PERCENT: Final = 70
DC_PLUGS: Final = ("ccs", "chademo")

Figures = Iterator[ReportFigure]


def stock(month: FleetMonth, table: FactorTable) -> Figures:
    """Yield section 2: what there is, what came and went, and how procurement stands with the law."""
    there = [each for each in month.vehicles if each.valid_on(month.last)]
    whole = counted("vehicles", len(there))
    yield whole
    for drive in Drive:
        of_drive = counted(f"vehicles.{drive.value}", sum(each.drive is drive for each in there))
        if of_drive.value:
            yield of_drive
    battery = counted("vehicles.battery", sum(each.drive is Drive.BATTERY for each in there))
    yield percent_of("electric_vehicles_percent", battery, whole, month)
    yield counted("additions", sum(month.first <= each.valid_from <= month.last for each in month.vehicles))
    gone = [each for each in month.vehicles if each.valid_to and month.first < each.valid_to <= month.last]
    yield counted("disposals", len(gone))
    until = month.last + LEASE_AHEAD
    yield counted("leases_ending", sum(bool(each.lease_until and each.lease_until <= until) for each in there))
    yield from _quotas(month, table)


def _quotas(month: FleetMonth, table: FactorTable) -> Figures:
    judged = [
        judge(each.vehicle_class, each.procurement, table)
        for each in month.vehicles
        if each.procurement and each.procurement.awarded <= month.last
    ]
    states = quota_states(judged, table)
    if not states:
        yield not_told("clean_percent", "%", how("clean_percent"), Finding.of("fleet_report.no_procurement"))
    for state in states:
        name = f"{state.group.value}.{state.period.value.replace('-', '_')}"
        share = legible(PERCENT * Decimal(state.counted.clean) / state.counted.procured)
        quota = Finding.of("fleet_report.quota", percent=float(state.quota.value), procured=state.counted.procured)
        yield ReportFigure(
            name=f"clean_percent.{name}", value=share, unit="%", how=how("clean_percent"), remarks=(quota,)
        )
        yield counted(f"next_needed.{name}", state.next_needed)


def quota_states(judged: list[Judged], table: FactorTable) -> list[QuotaState]:
    """Return how the groups stand in which something was procured."""
    found = [state_of(count(judged, *each), *each, table) for each in groups_of(judged)]
    return [each for each in found if isinstance(each, QuotaState) and each.counted.procured]


def use(month: FleetMonth) -> Figures:
    """Yield section 3: how far and how often vehicles were driven."""
    whole = summed("distance_m", month, month.vehicles)
    yield whole
    for drive in Drive:
        of_drive = [each for each in month.vehicles if each.drive is drive]
        if of_drive:
            yield summed(f"distance_m.{drive.value}", month, of_drive)
    electric = summed("electric_distance_m", month, [each for each in month.vehicles if each.plugs_in])
    yield electric
    yield percent_of("electric_distance_percent", electric, whole, month)
    yield weighted("used_percent", month, month.vehicles, lambda each: Decimal(each.working_days))
    yield weighted("mean_day_m", month, month.vehicles, lambda each: Decimal(each.days_used))
    yield summed("away_s", month, month.vehicles)
    used = [each.used_percent for each in month.figures.values() if each.days]
    told = [each for each in used if isinstance(each, Decimal)]
    if told:
        yield counted("idle_vehicles", sum(each < IDLE_PERCENT for each in told))
    else:
        yield not_told("idle_vehicles", "vehicles", how("idle_vehicles"), Finding.of("fleet_report.no_days"))
    yield not_told("short_trips", "trips", how("short_trips"), Finding.of("fleet_report.trips_not_kept"))


def energy(month: FleetMonth) -> Figures:
    """Yield section 4: what was charged, lost and used."""
    electric = [each for each in month.vehicles if each.plugs_in]
    battery = [each for each in month.vehicles if each.drive is Drive.BATTERY]
    hybrid = [each for each in month.vehicles if each.drive is Drive.PLUG_IN_HYBRID]
    burning = [each for each in month.vehicles if each.drive is not Drive.BATTERY]
    yield summed("known_wh", month, electric)
    yield summed("own_charged_wh", month, electric)
    yield summed("elsewhere_charged_wh", month, electric)
    yield weighted("charge_loss_percent", month, electric, lambda each: each.own_charged_wh)
    yield weighted("gross_wh_per_100km", month, battery, lambda each: each.distance_m)
    yield weighted("net_wh_per_100km", month, battery, lambda each: each.distance_m)
    yield weighted("standing_percent_per_day", month, electric, lambda each: Decimal(each.days))
    yield weighted("electric_share_percent", month, hybrid, lambda each: each.distance_m)
    yield summed("fuel_l", month, burning)
    yield weighted("fuel_l_per_100km", month, burning, lambda each: each.distance_m)
    reason = Finding.of("fleet_report.no_temperature")
    yield not_told("winter_factor", "1", how("winter_factor"), reason)


def charging(month: FleetMonth) -> Figures:
    """Yield section 5: sessions and charge points."""
    if not month.stations:
        reason = Finding.of("fleet_report.no_stations")
        yield not_told("sessions", SESSIONS, how("sessions"), reason)
        return
    yield counted("sessions", len(month.sessions), SESSIONS)
    dc = {
        (station.id, outlet.number)
        for station in month.stations
        for outlet in station.connectors
        if outlet.plug.casefold().startswith(DC_PLUGS)
    }
    for current, is_dc in (("ac", False), ("dc", True)):
        of_current = [each for each in month.sessions if ((each.station, each.connector) in dc) is is_dc]
        if of_current or not is_dc:
            energies = [Decimal(repr(each.energy_wh)) for each in of_current if each.energy_wh is not None]
            yield _of_energies(f"session_wh.{current}", energies, len(of_current))
    for place in ChargePlace:
        papers = [each.energy_wh for each in month.vouchers if each.place is place and each.energy_wh is not None]
        name = f"elsewhere_wh.{place.value}"
        if papers:
            yield ReportFigure(name=name, value=legible(sum(papers, ZERO)), unit="Wh", how=how(name))
        else:
            yield not_told(name, "Wh", how(name), Finding.of("fleet_report.no_papers"))
    failed = [each for each in month.sessions if each.ended_at_utc and not each.energy_wh]
    yield counted("failed_sessions", len(failed), SESSIONS)
    powers = [each.peak_power_w for each in month.sessions if each.peak_power_w is not None]
    if powers:
        yield ReportFigure(name="peak_w", value=Decimal(repr(max(powers))), unit="W", how=how("peak_w"))
    else:
        yield not_told("peak_w", "W", how("peak_w"), Finding.of("fleet_report.no_power"))
    yield _utilisation(month)
    yield counted("unmatched_sessions", len(month.loose), SESSIONS)
    loose = [each.energy_wh for each in month.loose if each.energy_wh is not None]
    yield _of_energies("unmatched_wh", loose, len(month.loose))
    yield not_told("blocked_s", "s", how("blocked_s"), Finding.of("fleet_report.no_charging_time"))
    yield not_told("available_percent", "%", how("available_percent"), Finding.of("fleet_report.no_statuses"))


def _of_energies(name: str, energies: list[Decimal], sessions: int) -> ReportFigure:
    if sessions and not energies:
        return not_told(name, "Wh", how(name), Finding.of("fleet_report.no_energy"))
    missing = sessions - len(energies)
    return ReportFigure(
        name=name,
        value=legible(sum(energies, ZERO)),
        unit="Wh",
        how=how(name),
        measured_percent=float(PERCENT * len(energies) / sessions) if sessions else None,
        remarks=(Finding.of("fleet_report.without_sessions", count=missing),) if missing else (),
    )


def _utilisation(month: FleetMonth) -> ReportFigure:
    power_w = sum(outlet.max_power_w for station in month.stations for outlet in station.connectors)
    hours = 24 * ((month.last - month.first).days + 1)
    energy_wh = sum(each.energy_wh or 0.0 for each in month.sessions)
    name = "utilised_percent"
    if not power_w:
        return not_told(name, "%", how(name), Finding.of("fleet_report.no_stations"))
    share = Decimal(repr(PERCENT * energy_wh / (power_w * hours)))
    return ReportFigure(name=name, value=legible(share), unit="%", how=how(name))


def renewables(month: FleetMonth) -> Figures:
    """Yield section 6: which part of what was charged with us was local power."""
    known = [each for each in month.valuations if each.pv_wh is not None and each.energy_wh is not None]
    whole = [each for each in month.valuations if each.energy_wh is not None]
    if not known:
        reason = Finding.of("fleet_report.no_local_power")
        for name, unit in (("pv_wh", "Wh"), ("renewable_percent", "%")):
            yield not_told(name, unit, how(name), reason)
    else:
        local = sum((each.pv_wh or ZERO for each in known), ZERO)
        charged = sum((each.energy_wh or ZERO for each in known), ZERO)
        share = float(PERCENT * len(known) / len(whole))
        pv = ReportFigure(name="pv_wh", value=legible(local), unit="Wh", how=how("pv_wh"), measured_percent=share)
        charged_wh = ReportFigure(
            name="valued_wh", value=legible(charged), unit="Wh", how=how("valued_wh"), measured_percent=share
        )
        yield pv
        yield charged_wh
        yield percent_of("renewable_percent", pv, charged_wh, month)
    yield not_told("green_power_wh", "Wh", how("green_power_wh"), Finding.of("fleet_report.no_green_power"))


def emissions(month: FleetMonth) -> Figures:
    """Yield section 7: what was avoided, both boundaries and both accounts side by side, from the savings statement."""
    of_scope = month.savings.scope(month.scope) if month.savings else None
    for name in SAVINGS_FIGURES:
        figure = of_scope.figure(name) if of_scope else None
        if figure is None or figure.value_g is None:
            reason = Finding.of("fleet_report.no_savings" if of_scope is None else "fleet_report.savings_not_computed")
            yield not_told(name, "g", how(name), reason)
            continue
        remarks = (
            [Finding.of("fleet_report.without_vehicles", count=figure.not_computed)] if figure.not_computed else []
        )
        if figure.low_g is not None and figure.high_g is not None:
            low, high = (round(float(each) / 1000, 1) for each in (figure.low_g, figure.high_g))
            remarks.append(Finding.of("fleet_report.band", low=low, high=high))
        if figure.provisional:
            remarks.append(Finding.of("fleet_report.provisional"))
        all_of = figure.computed + figure.not_computed
        yield ReportFigure(
            name=name,
            value=legible(figure.value_g),
            unit="g",
            how=how(name),
            measured_percent=PERCENT * figure.computed / all_of if all_of else None,
            remarks=tuple(remarks),
            grounds=(
                Ground(
                    figure=f"{SAVINGS}/{month.period}/{month.scope}/{name}",
                    name=name,
                    value=legible(figure.value_g),
                    unit="g",
                ),
            ),
        )


def costs(month: FleetMonth) -> Figures:
    """Yield section 8: what is known of money."""
    known = [each.cost_eur for each in month.valuations if each.cost_eur is not None]
    name = "charging_cost_eur"
    if known:
        share = PERCENT * len(known) / len(month.valuations)
        yield ReportFigure(
            name=name, value=legible(sum(known, ZERO)), unit="EUR", how=how(name), measured_percent=share
        )
    else:
        yield not_told(name, "EUR", how(name), Finding.of("fleet_report.no_costs"))
    papers = [each.amount_eur for each in month.vouchers if each.amount_eur is not None]
    if papers:
        yield ReportFigure(name="paid_eur", value=legible(sum(papers, ZERO)), unit="EUR", how=how("paid_eur"))
    else:
        yield not_told("paid_eur", "EUR", how("paid_eur"), Finding.of("fleet_report.no_papers"))
    yield from _cost_figures(month)


def _cost_figures(month: FleetMonth) -> Figures:
    """Yield costs per 100 km and what belongs to them; other months than the reported one are not reckoned."""
    if month.costs is None:
        for name, unit in (("saved_eur", "EUR"), ("cost_eur_per_100km.battery", "EUR/100 km")):
            yield not_told(name, unit, how(name), Finding.of("fleet_report.costs_not_stated"))
        return
    for each in month.costs.figures():
        if isinstance(each.value, Finding):
            yield not_told(each.name, each.unit, how(each.name), each.value)
            continue
        missing = (Finding.of("fleet_report.without_vehicles", count=each.not_computed),) if each.not_computed else ()
        yield ReportFigure(
            name=each.name, value=legible(each.value), unit=each.unit, how=how(each.name), remarks=missing
        )


def candidates(month: FleetMonth) -> Figures:
    """Yield section 9: what might give way to electric vehicles next."""
    burning = [each for each in month.vehicles if not each.plugs_in and each.valid_on(month.last)]
    yield counted("combustion_vehicles", len(burning))
    reason = Finding.of("fleet_report.not_replayed")
    yield not_told("suitable_vehicles", "vehicles", how("suitable_vehicles"), reason)


def infrastructure(month: FleetMonth) -> Figures:
    """Yield section 10: charge points and the power they may take."""
    outlets = [outlet for station in month.stations for outlet in station.connectors]
    if not outlets:
        yield not_told("connectors", CONNECTORS, how("connectors"), Finding.of("fleet_report.no_stations"))
    else:
        yield counted("connectors", len(outlets), CONNECTORS)
        power_w = Decimal(repr(float(sum(each.max_power_w for each in outlets))))
        yield ReportFigure(name="connector_power_w", value=power_w, unit="W", how=how("connector_power_w"))
    yield not_told("headroom_w", "W", how("headroom_w"), Finding.of("fleet_report.no_connection"))


def batteries(month: FleetMonth) -> Figures:
    """Yield section 11: how batteries age."""
    told = [each.health_percent for each in month.batteries.values() if each.health_percent is not None]
    name = "battery_health_percent.least"
    if not told:
        yield not_told(name, "%", how(name), Finding.of("fleet_report.no_battery_health"))
        return
    share = PERCENT * len(told) / len(month.batteries)
    yield ReportFigure(name=name, value=legible(min(told)), unit="%", how=how(name), measured_percent=share)
    yield counted("below_warranty", sum(each < WARRANTY_PERCENT for each in told))


def quality(month: FleetMonth) -> Figures:
    """Yield section 12: how much of what should be known is known."""
    days = sum(each.days for each in month.figures.values())
    name = "known_days_percent"
    if not days:
        yield not_told(name, "%", how(name), Finding.of("fleet_report.no_days"))
    elif month.savings and month.scope == "fleet":
        yield ReportFigure(name=name, value=legible(month.savings.coverage_percent), unit="%", how=how(name))
    else:
        yield ReportFigure(name=name, value=legible(_known_days(month)), unit="%", how=how(name))
    silent = [each for each in month.figures.values() if isinstance(each.distance_m, Finding)]
    yield counted("vehicles_without_distance", len(silent))
    yield counted("vehicles_not_reliable", sum(each.reliable is False for each in month.figures.values()))
    findings = sum(len(each.findings) for each in month.valuations)
    yield counted("session_findings", findings, "findings")


def _known_days(month: FleetMonth) -> Decimal:
    """Return which part of the days of vehicles has a distance: of each vehicle the month or nothing."""
    days = sum(each.days for each in month.figures.values())
    known = sum(each.days for each in month.figures.values() if isinstance(each.distance_m, Decimal))
    return Decimal(PERCENT * known) / days


def actions(month: FleetMonth) -> Figures:
    """Yield section 13: what is to be done."""
    yield counted("open_actions", sum(each.done_at_utc is None for each in month.actions), ACTIONS)


Section = Callable[[FleetMonth], Iterable[ReportFigure]]


def sections_of(month: FleetMonth, table: FactorTable) -> Mapping[str, tuple[ReportFigure, ...]]:
    """Return the figures of each section, in the order of the report."""
    return {
        "stock": tuple(stock(month, table)),
        "use": tuple(use(month)),
        "energy": tuple(energy(month)),
        "charging": tuple(charging(month)),
        "renewables": tuple(renewables(month)),
        "emissions": tuple(emissions(month)),
        "costs": tuple(costs(month)),
        "candidates": tuple(candidates(month)),
        "infrastructure": tuple(infrastructure(month)),
        "batteries": tuple(batteries(month)),
        "quality": tuple(quality(month)),
        "actions": tuple(actions(month)),
    }
