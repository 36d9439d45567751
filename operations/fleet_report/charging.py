"""Section 5 of the monthly report: charge sessions and charge points."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from core.texts import Finding
from core.vouchers import ChargePlace
from fleet.vehicle_days.sums import ZERO
from operations.fleet.figures import legible
from operations.fleet_report.facts import FleetMonth
from operations.fleet_report.sums import PERCENT, SESSIONS, Figures, counted, how
from operations.reports.figures import ReportFigure, not_told

DC_PLUGS: Final = ("ccs", "chademo")


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
    yield _blocked(month)
    yield not_told("available_percent", "%", how("available_percent"), Finding.of("fleet_report.no_statuses"))


def _blocked(month: FleetMonth) -> ReportFigure:
    name, beside = "blocked_s", month.beside
    if beside is None or not beside.blocked_known:
        return not_told(name, "s", how(name), Finding.of("fleet_report.no_charging_time"))
    ended = sum(each.ended_at_utc is not None for each in month.sessions)
    share = PERCENT * beside.blocked_known / ended
    return ReportFigure(name=name, value=beside.blocked_s, unit="s", how=how(name), measured_percent=share)


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
