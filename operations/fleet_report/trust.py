"""Sections 12 and 13 of the monthly report: how much is known, and what is to be done."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from core.readings import SlotShare
from core.texts import Finding
from operations.fleet.figures import legible
from operations.fleet_report.facts import FleetMonth
from operations.fleet_report.rows import SourceKind
from operations.fleet_report.sums import ACTIONS, PERCENT, Figures, counted, how
from operations.reports.figures import ReportFigure, not_told

METER_SHARES: Final = {
    "meters_received_percent": (SlotShare.MEASURED, SlotShare.RECOVERED),
    "meters_interpolated_percent": (SlotShare.INTERPOLATED,),
    "meters_estimated_percent": (SlotShare.ESTIMATED,),
    "meters_missing_percent": (SlotShare.MISSING,),
}
"""Of what the time of a month at its meters is made up; together all of it."""


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
    yield from _sources(month)
    findings = sum(len(each.findings) for each in month.valuations)
    yield counted("session_findings", findings, "findings")


def _sources(month: FleetMonth) -> Figures:
    """Yield how the meters of the month were known, and what was corrected since the report before."""
    found = month.beside.sources if month.beside else ()
    meters = [each for each in found if each.kind is SourceKind.METER]
    for name, shares in METER_SHARES.items():
        if not meters:
            yield not_told(name, "%", how(name), Finding.of("fleet_report.no_meters"))
            continue
        mean = sum(each.of(*shares) for each in meters) / len(meters)
        yield ReportFigure(name=name, value=legible(Decimal(repr(mean))), unit="%", how=how(name))
    yield counted("silent_meters", sum(each.silent for each in meters), "meters")
    corrected = month.beside.corrected if month.beside else ()
    yield counted("corrected_values", len(corrected), "values")


def _known_days(month: FleetMonth) -> Decimal:
    """Return which part of the days of vehicles has a distance: of each vehicle the month or nothing."""
    days = sum(each.days for each in month.figures.values())
    known = sum(each.days for each in month.figures.values() if isinstance(each.distance_m, Decimal))
    return Decimal(PERCENT * known) / days


def actions(month: FleetMonth) -> Figures:
    """Yield section 13: what is to be done."""
    yield counted("open_actions", sum(each.done_at_utc is None for each in month.actions), ACTIONS)
