"""Water that never stops at night: a leak, until somebody knows better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.texts import Finding
from energy.calendars import LocalTime
from energy.loads import SLOTS_PER_HOUR, Flags, Load, whole_hours

NIGHT: Final = (0, 5)
"""From which hour of the clock to which it is night: nobody is there yet, nothing is cleaned."""

NIGHTS_MIN: Final = 7
"""In how many nights running the flow must never have stopped: a week, so that one filled basin is no leak."""

HOURS_MIN: Final = 4
"""How many hours of a night must be known: in fewer a cistern may be filling."""

INTERVAL_MAX_S: Final = 3600
"""How often a meter must report at least: what lies between two reports seems to flow evenly."""


@dataclass(frozen=True, slots=True)
class NightFlow:
    """The last nights in which water never stopped: how many running, and the least of each on the middle night.

    `at_ms` is the least hour of the last of them, `thousandths` what flowed in it.
    """

    nights: int
    at_ms: int
    thousandths: int
    least_m3_per_h: float

    @property
    def is_leak(self) -> bool:
        """Return whether it has gone on for long enough to be suspected a leak."""
        return self.nights >= NIGHTS_MIN


@dataclass(frozen=True, slots=True)
class _Night:
    at_ms: int
    thousandths: int


def night_flow_of(load: Load, local: LocalTime, quiet: Flags, interval_s: int) -> NightFlow | Finding:
    """Return for how many nights water has not stopped flowing, up to the last known one, or why it cannot be told."""
    if interval_s > INTERVAL_MAX_S:
        return Finding.of("loads.night_flow_too_coarse", interval_s=interval_s)
    nights = _nights(load, local, quiet)
    if len(nights) < NIGHTS_MIN:
        return Finding.of("loads.night_flow_too_few", count=len(nights), needed=NIGHTS_MIN)
    running = len(nights) - max((place + 1 for place, each in enumerate(nights) if each.thousandths <= 0), default=0)
    last = nights[-1]
    least = float(np.median([each.thousandths for each in nights[-running:]])) / 1000 if running else 0.0
    return NightFlow(running, last.at_ms, last.thousandths, least)


def _nights(load: Load, local: LocalTime, quiet: Flags) -> list[_Night]:
    """Return the least known hour of each night that is known well enough."""
    clock = local.quarter // SLOTS_PER_HOUR
    slots, hours = whole_hours(load, quiet & (clock >= NIGHT[0]) & (clock < NIGHT[1]))
    day = local.day[slots]
    found = []
    for night in np.unique(day).tolist():
        of_night = np.flatnonzero(day == night)
        if len(of_night) >= HOURS_MIN:
            least = of_night[np.argmin(hours[of_night])]
            found.append(_Night(int(load.start_ms[slots[least]]), int(hours[least])))
    return found
