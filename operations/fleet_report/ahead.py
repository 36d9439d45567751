"""Sections 9 to 11 of the monthly report: what to replace next, what that needs, and how batteries age."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from core.texts import Finding
from operations.fleet.figures import legible
from operations.fleet_report.facts import FleetMonth
from operations.fleet_report.sums import CONNECTORS, PERCENT, Figures, counted, how
from operations.reports.figures import ReportFigure, not_told

WARRANTY_PERCENT: Final = 70


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
