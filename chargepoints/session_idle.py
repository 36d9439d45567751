"""How long a vehicle stood at an outlet after energy had flowed for the last time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from chargepoints.session_energy import Position

IDLE_BELOW_W = 100.0
"""Less is no charging: what a vehicle's own electronics and a station's display take."""

_HOUR = timedelta(hours=1)


class Flow(NamedTuple):
    """What a station says at an instant: whether energy flows."""

    at_utc: datetime
    flowing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What is known of the flow of energy: register positions, powers in W and what the station said, each by time."""

    begun_at_utc: datetime
    over_at_utc: datetime
    positions: Sequence[Position]
    powers: Sequence[Position]
    said: Sequence[Flow]


def idle_s(course: Course) -> float | None:
    """Return the seconds from the last flow of energy to the end; None where nothing tells it."""
    steps = [
        (before.at_utc, after.at_utc) for before, after in pairwise(course.positions) if after.at_utc > before.at_utc
    ]
    if len(steps) <= 1 and not course.powers and not course.said:
        return None
    flowed = [step for step in pairwise(course.positions) if _power_w(*step) >= IDLE_BELOW_W]
    begin_utc, until_utc = (flowed[-1][0].at_utc, flowed[-1][1].at_utc) if flowed else (course.begun_at_utc,) * 2
    on = [position.at_utc for position in course.powers if position.value_wh >= IDLE_BELOW_W]
    begin_utc = max([begin_utc, *on])
    until_utc = max(until_utc, begin_utc)
    for stopped_utc in (_said_over(course), _power_gone(course, on)):
        if stopped_utc is not None and begin_utc <= stopped_utc < until_utc:
            until_utc = stopped_utc
    return round(max((course.over_at_utc - until_utc).total_seconds(), 0.0), 1)


def _power_w(before: Position, after: Position) -> float:
    elapsed = after.at_utc - before.at_utc
    return (after.value_wh - before.value_wh) / (elapsed / _HOUR) if elapsed else 0.0


def _said_over(course: Course) -> datetime | None:
    """Return since when the station has said that no energy flows, None if it does not."""
    since: datetime | None = None
    for flow in course.said:
        since = None if flow.flowing else since or flow.at_utc
    return since


def _power_gone(course: Course, on: Sequence[datetime]) -> datetime | None:
    """Return the first instant without power after the last one with it."""
    last_utc = on[-1] if on else course.begun_at_utc
    return next((low.at_utc for low in course.powers if low.at_utc > last_utc), None)
