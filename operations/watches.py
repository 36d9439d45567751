"""All watches, one row each: what looks for which kind of alarm."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from operations.house import Call, House
from operations.noticed import implausible_steps, proposed_bookings, wrong_clocks
from operations.service_watches import failed_jobs, undelivered_letters, unwell_parts
from operations.sightings import Seen
from operations.silent_meters import silent_meters
from operations.stuck_meters import stuck_meters

Watch = Callable[[House, Call], Awaitable[Seen]]

WATCHES: Mapping[str, Watch] = {
    "meter_silent": silent_meters,
    "meter_stuck": stuck_meters,
    "meter_step": implausible_steps,
    "clock_wrong": wrong_clocks,
    "booking_proposed": proposed_bookings,
    "part_unwell": unwell_parts,
    "job_failed": failed_jobs,
    "letters_undelivered": undelivered_letters,
}
"""Each sees the whole district with a fixed number of queries. Kinds are rows of `core.alarms.ALARMS`."""
