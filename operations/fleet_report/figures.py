"""All figures of the monthly report by section, from the facts of a month; what cannot be computed says why."""

from __future__ import annotations

from collections.abc import Mapping

from core.factors import FactorTable
from operations.fleet_report.ahead import batteries, candidates, infrastructure
from operations.fleet_report.charging import charging
from operations.fleet_report.driving import energy, use
from operations.fleet_report.emissions import emissions, renewables
from operations.fleet_report.facts import FleetMonth
from operations.fleet_report.grounds import grounded
from operations.fleet_report.money import costs
from operations.fleet_report.stock import stock
from operations.fleet_report.trust import actions, quality
from operations.reports.figures import ReportFigure


def sections_of(month: FleetMonth, table: FactorTable) -> Mapping[str, tuple[ReportFigure, ...]]:
    """Return the figures of each section, in the order of the report, each with what it stands on."""
    found = {
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
    return {name: tuple(grounded(month, each, table) for each in figures) for name, figures in found.items()}
