"""All watches, one row each: what looks for which kind of alarm."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from operations.alarms.budget_watches import exceeded_budgets, near_budgets
from operations.alarms.certificate_watches import expiring_certificates, urgent_certificates
from operations.alarms.log_watch import refused_logs
from operations.alarms.noticed import implausible_steps, proposed_bookings, wrong_clocks
from operations.alarms.peak_watch import expected_peaks
from operations.alarms.savings_watch import missing_savings
from operations.alarms.service_watches import (
    failed_jobs,
    growing_spools,
    overdue_backups,
    undelivered_letters,
    undelivered_reports,
    unwell_parts,
)
from operations.alarms.shares_watch import draft_shares, overdue_shares
from operations.alarms.silent_meters import silent_meters
from operations.alarms.station_watches import (
    faulted_stations,
    flapping_stations,
    offline_stations,
    storming_stations,
    threatened_stations,
)
from operations.alarms.stuck_meters import stuck_meters
from operations.alarms.usage_watches import creeping_base_loads, never_ending_flows
from operations.arrivals.sightings import Seen
from operations.configuring.drifting import drifted_stations
from operations.house import Call, House

Watch = Callable[[House, Call], Awaitable[Seen]]

WATCHES: Mapping[str, Watch] = {
    "meter_silent": silent_meters,
    "meter_stuck": stuck_meters,
    "meter_step": implausible_steps,
    "clock_wrong": wrong_clocks,
    "peak_expected": expected_peaks,
    "booking_proposed": proposed_bookings,
    "part_unwell": unwell_parts,
    "spool_growing": growing_spools,
    "job_failed": failed_jobs,
    "letters_undelivered": undelivered_letters,
    "report_undelivered": undelivered_reports,
    "backup_overdue": overdue_backups,
    "station_offline": offline_stations,
    "station_faulted": faulted_stations,
    "station_flapping": flapping_stations,
    "station_errors": storming_stations,
    "station_security": threatened_stations,
    "station_drifted": drifted_stations,
    "log_refused": refused_logs,
    "certificate_expiring": expiring_certificates,
    "certificate_urgent": urgent_certificates,
}
"""Each sees the whole district with a fixed number of queries. Kinds are rows of `core.alarms.ALARMS`."""

DAILY_WATCHES: Mapping[str, Watch] = {
    "base_load_creeps": creeping_base_loads,
    "water_never_stops": never_ending_flows,
    "budget_near": near_budgets,
    "budget_exceeded": exceeded_budgets,
    "savings_missing": missing_savings,
    "shares_overdue": overdue_shares,
    "shares_draft": draft_shares,
}
"""These see nothing new before the next night: the job `usage` asks them."""
