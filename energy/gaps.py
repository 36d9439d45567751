"""Runs of time in which nobody knows what a register counted, from its slots and its newest reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from energy.positions import SLOT_MS, course_gap_max_ms
from energy.series import Amounts
from energy.slots import MISSING

LEAST_S: Final = 60
"""A run that lacks less is no gap."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A run of missing time (milliseconds since 1970); `end_ms` is None while it goes on."""

    begin_ms: int
    end_ms: int | None


def gaps(
    slots: Amounts,
    *,
    newest_ms: int | None = None,
    now_ms: int | None = None,
    nominal_interval_s: int = 0,
    least_s: int = LEAST_S,
) -> tuple[Gap, ...]:
    """Return the gaps in the slots of one series, oldest first.

    Adjoining slots that lack time, and slots between others that are not there, are one gap if they
    lack `least_s` seconds in all. It begins and ends in those by as much as they lack; one within a
    single slot has that slot's borders. What lies before the first slot is none, nor is what that slot
    lacks before the first reading.

    With the newest reading and now, a silence across which no course will be known is one, too: it
    begins at that reading, to the second as slots know it, and goes on.
    """
    found = _closed(slots, least_s) if len(slots) else []
    if newest_ms is not None and now_ms is not None and now_ms - newest_ms > course_gap_max_ms(nominal_interval_s):
        found.append(Gap(newest_ms - newest_ms % 1000, None))
    return tuple(found)


def goes_back(slots: Amounts, found: tuple[Gap, ...]) -> bool:
    """Return whether the first gap may have begun before the slots in which it was found."""
    return bool(found) and bool(len(slots)) and found[0].begin_ms < int(slots.start_ms[0]) + SLOT_MS


def _closed(slots: Amounts, least_s: int) -> list[Gap]:
    begin_ms, end_ms, lacks_ms = _pieces(slots)
    apart = np.flatnonzero(begin_ms[1:] != end_ms[:-1]) + 1
    runs = np.split(np.arange(len(begin_ms)), apart) if len(begin_ms) else []
    found = []
    for run in runs:
        first, last = run[0], run[-1]
        if lacks_ms[run].sum() < least_s * 1000:
            continue
        if first != last:
            found.append(Gap(int(end_ms[first] - lacks_ms[first]), int(begin_ms[last] + lacks_ms[last])))
        elif begin_ms[first] > slots.start_ms[0] or slots.begins[0] != MISSING:
            found.append(Gap(int(begin_ms[first]), int(end_ms[last])))
    return found


def _pieces(slots: Amounts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return begin and end of each slot that lacks time and of each stretch without slots, and how much they lack."""
    missing_ms = slots.seconds[:, MISSING].astype(np.int64) * 1000
    lacking = missing_ms > 0
    before = np.flatnonzero(np.diff(slots.start_ms) > SLOT_MS)
    holes_ms = slots.start_ms[before] + SLOT_MS
    begin_ms = np.concatenate([slots.start_ms[lacking], holes_ms])
    end_ms = np.concatenate([slots.start_ms[lacking] + SLOT_MS, slots.start_ms[before + 1]])
    lacks_ms = np.concatenate([missing_ms[lacking], slots.start_ms[before + 1] - holes_ms])
    order = np.argsort(begin_ms)
    return begin_ms[order], end_ms[order], lacks_ms[order]
