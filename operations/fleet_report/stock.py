"""Section 2 of the monthly report: what vehicles there are, what came and went, and how procurement stands."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Final

from core.factors import FactorTable
from core.inventory import Drive
from core.texts import Finding
from fleet.candidates.procurement import Judged, QuotaState, count, groups_of, judge, state_of
from operations.fleet.figures import legible
from operations.fleet_report.facts import FleetMonth
from operations.fleet_report.sums import PERCENT, Figures, counted, how, percent_of
from operations.reports.figures import ReportFigure, not_told

LEASE_AHEAD: Final = timedelta(days=183)


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
