"""Sections 9 to 11 of the monthly report: what to replace next, what that needs, and how batteries age."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from core.texts import Finding
from fleet.candidates.verdicts import Suitability
from fleet.vehicle_days.sums import ZERO
from operations.candidates.rows import Candidate
from operations.fleet.figures import legible
from operations.fleet_report.facts import FleetMonth
from operations.fleet_report.sums import CONNECTORS, PERCENT, Figures, counted, how
from operations.reports.figures import Ground, ReportFigure, not_told

WARRANTY_PERCENT: Final = 70

CANDIDATE_SUMS: Final = {"candidates_cost_delta_eur": "EUR", "candidates_co2e_year_g": "g"}
"""Sums over the suitable vehicles, with their units."""

NEEDS: Final = {
    "sites_short": "sites",
    "connectors_missing": CONNECTORS,
    "headroom_w.least": "W",
    "added_w.at_once": "W",
    "added_w.managed": "W",
}
"""What sites need, with the units."""


def candidates(month: FleetMonth) -> Figures:
    """Yield section 9: what might give way to electric vehicles next."""
    burning = [each for each in month.vehicles if not each.plugs_in and each.valid_on(month.last)]
    yield counted("combustion_vehicles", len(burning))
    found = month.beside.candidates if month.beside else None
    if found is None or not burning:
        reason = Finding.of("fleet_report.not_replayed" if burning else "fleet_report.no_combustion")
        for name, unit in (("suitable_vehicles", "vehicles"), *CANDIDATE_SUMS.items()):
            yield not_told(name, unit, how(name), reason)
        return
    told = [each for each in found.items if each.suitability is not None]
    if not told:
        reason = next(iter(_reasons(list(found.items))), Finding.of("fleet_report.not_replayed"))
        for name, unit in (("suitable_vehicles", "vehicles"), *CANDIDATE_SUMS.items()):
            yield not_told(name, unit, how(name), reason)
        return
    for suitability in Suitability:
        name = "suitable_vehicles" if suitability is Suitability.SUITABLE else f"candidates.{suitability.value}"
        yield counted(name, sum(each.suitability is suitability for each in told))
    silent = [each for each in found.items if each.suitability is None]
    if silent:
        yield counted("candidates.not_computed", len(silent), remarks=_reasons(silent))
    suitable = [each for each in told if each.suitability is Suitability.SUITABLE]
    for name, unit in CANDIDATE_SUMS.items():
        yield _summed(name, unit, suitable)


def _reasons(silent: list[Candidate]) -> tuple[Finding, ...]:
    """Return the reason that most of them share."""
    reasons = [Finding.of(each.reason.code, **each.reason.params) for each in silent if each.reason]
    return (max(reasons, key=reasons.count),) if reasons else ()


def _summed(name: str, unit: str, suitable: list[Candidate]) -> ReportFigure:
    """Return what the best models of all suitable vehicles come to."""
    if not suitable:
        return not_told(name, unit, how(name), Finding.of("fleet_report.none_suitable"))
    figure = "cost_delta_eur" if unit == "EUR" else "co2e_avoided_year_g.wtw"
    rows = [(each.name, row) for each in suitable for row in each.models[0].figures if row.name == figure]
    known = [(name, row) for name, row in rows if row.value is not None]
    if not known:
        reason = rows[0][1].reason
        why = Finding.of(reason.code, **reason.params) if reason else Finding.of("fleet_report.nothing_known")
        return not_told(name, unit, how(name), why)
    missing = len(rows) - len(known)
    return ReportFigure(
        name=name,
        value=sum((row.value or ZERO for _, row in known), ZERO),
        unit=unit,
        how=how(name),
        measured_percent=PERCENT * len(known) / len(rows),
        remarks=(Finding.of("fleet_report.without_vehicles", count=missing),) if missing else (),
        grounds=tuple(Ground(figure=row.figure, name=each, value=row.value, unit=unit) for each, row in known),
    )


def infrastructure(month: FleetMonth) -> Figures:
    """Yield section 10: charge points and the power they may take."""
    outlets = [outlet for station in month.stations for outlet in station.connectors]
    if not outlets:
        yield not_told("connectors", CONNECTORS, how("connectors"), Finding.of("fleet_report.no_stations"))
    else:
        yield counted("connectors", len(outlets), CONNECTORS)
        power_w = Decimal(repr(float(sum(each.max_power_w for each in outlets))))
        yield ReportFigure(name="connector_power_w", value=power_w, unit="W", how=how("connector_power_w"))
    yield from _needs(month)


def _needs(month: FleetMonth) -> Figures:
    """Yield what sites lack if all suitable vehicles become electric; `managed`: charging is spread over the stay."""
    sites = month.beside.infrastructure if month.beside else ()
    if not sites:
        reason = Finding.of("fleet_report.no_needs" if month.stations else "fleet_report.no_stations")
        for name, unit in NEEDS.items():
            yield not_told(name, unit, how(name), reason)
        return
    yield counted("sites_short", sum(each.evenings_short > 0 for each in sites), "sites")
    missing = sum(max(0, each.connectors_needed - each.connectors) for each in sites)
    yield counted("connectors_missing", missing, CONNECTORS)
    known = [each.headroom_w for each in sites if each.headroom_w is not None]
    if known:
        share = PERCENT * len(known) / len(sites)
        yield ReportFigure(
            name="headroom_w.least", value=min(known), unit="W", how=how("headroom_w"), measured_percent=share
        )
    else:
        yield not_told("headroom_w.least", "W", how("headroom_w"), Finding.of("fleet_report.no_connection"))
    for name in ("added_w.at_once", "added_w.managed"):
        rows = [(each.site_name, row) for each in sites for row in each.figures if row.name == name]
        yield ReportFigure(
            name=name,
            value=sum((row.value or ZERO for _, row in rows), ZERO),
            unit="W",
            how=how(name),
            grounds=tuple(Ground(figure=row.figure, name=site, value=row.value, unit="W") for site, row in rows),
        )


def batteries(month: FleetMonth) -> Figures:
    """Yield section 11: how batteries age."""
    told = [each.health_percent for each in month.batteries.values() if each.health_percent is not None]
    name = "battery_health_percent.least"
    if not told:
        yield not_told(name, "%", how(name), Finding.of("fleet_report.no_battery_health"))
        return
    share = PERCENT * len(told) / len(month.batteries)
    yield ReportFigure(name=name, value=legible(min(told)), unit="%", how=how(name), measured_percent=share)
    yield _trend(month)
    yield counted("below_warranty", sum(each < WARRANTY_PERCENT for each in told))


def _trend(month: FleetMonth) -> ReportFigure:
    """Return by how many points the batteries of which both is known have changed in a year, in the mean."""
    name = "battery_health_year_percent"
    changes = [
        health.health_percent - before.health_percent
        for vehicle, health in month.batteries.items()
        if health.health_percent is not None
        and (before := month.year_ago.get(vehicle)) is not None
        and before.health_percent is not None
    ]
    if not changes:
        return not_told(name, "%", how(name), Finding.of("fleet_report.no_battery_year"))
    share = PERCENT * len(changes) / len(month.batteries)
    mean = sum(changes, ZERO) / len(changes)
    return ReportFigure(name=name, value=legible(mean), unit="%", how=how(name), measured_percent=share)
