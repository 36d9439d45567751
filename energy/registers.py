"""From dial to amount: what a cumulative register has counted, decided in one place.

One rule for meters, charge points and odometers. A position is on the register's line if it is
neither lower than the tolerance allows nor higher than limit and elapsed time explain. Anything
else is pending and not counted, until the line goes on without it or consistent values decide:

    falls by no more than the tolerance           jitter     the maximum is held
    the line goes on as if it had not been        glitch     ignored, also the zero blip
    falls to about 0 and counts on                reset      counted from there
    falls from near the width to near 0           rollover   counted by the width
    settles lower                                 exchange   new segment, the step is missing
    settles higher than the limit allows          jump       new segment, the step is missing

The tolerance is absolute: max(resolution, limit x clock tolerance). A booking or a manual reading
decides at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import CalculationError
from core.readings import Reading
from energy.register_rows import Instants, Rows, Steps, Thousandths, Values, trusted
from energy.register_rules import (
    Booking,
    Correction,
    Exchange,
    Interruption,
    ManualReading,
    Proposal,
    RegisterRules,
    Restart,
    Rollover,
    Step,
    rules_of,
)
from energy.register_walk import (
    DIAL_MAX,
    RegisterState,
    Walk,
    at_utc,
    epoch_ms,
)

__all__ = [
    "START",
    "Booking",
    "Correction",
    "Counted",
    "Exchange",
    "Interruption",
    "ManualReading",
    "Proposal",
    "RegisterRules",
    "RegisterState",
    "Restart",
    "Rollover",
    "Step",
    "at_utc",
    "count",
    "epoch_ms",
    "first_trusted",
    "positions_of",
    "rules_of",
    "trusted",
]

Indexes = NDArray[np.intp]

START = RegisterState()
"""The state before the first position."""


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """What was decided, one row per position and booking in order of time, and what is still open.

    `position` (thousandths of the unit) is what the first dial would show at a row, had it never been
    reset or exchanged: it never falls unless a booking says so. `begin` is the position before the first
    row, `proposals` are the steps that a person must explain, `state` goes into the next call.
    """

    at_ms: Instants
    value: Values
    position: Thousandths
    step: Steps
    begin: int
    proposals: tuple[Proposal, ...]
    state: RegisterState

    @property
    def deltas(self) -> Values:
        """Return what each row added to the count, in the unit of the values."""
        known = np.where(np.arange(len(self.position)) < first_trusted(self.step), self.begin, self.position)
        return np.diff(known, prepend=self.begin) / 1000

    @property
    def thousandths(self) -> int:
        """Return what all rows together added to the count, in thousandths of the unit."""
        return self.state.position - self.begin

    @property
    def total(self) -> float:
        """Return what all rows together added to the count, in the unit of the values."""
        return self.thousandths / 1000

    @property
    def steps(self) -> list[Step]:
        """Return what each row was found to be."""
        return [Step(step) for step in self.step]

    @property
    def pending(self) -> int:
        """Return how many positions wait for a decision and are not counted."""
        return sum(waiting.step is Step.PENDING for waiting in self.state.pending)


def count(
    at_ms: Sequence[int] | Instants,
    values: Sequence[float] | Values,
    rules: RegisterRules,
    *,
    bookings: Iterable[Booking] = (),
    state: RegisterState = START,
) -> Counted:
    """Return what one register counted over positions in order of time (epoch milliseconds, values).

    May be called chunk by chunk, with the `state` of the call before: the result is that of one
    call. Each booking is given once, with the chunk that its instant falls into; corrections are
    none of the dial's business and passed over. Raises
    `CalculationError` if the columns differ in length, or an instant lies before the one before it.
    """
    instants = np.ascontiguousarray(at_ms, np.int64)
    numbers = np.ascontiguousarray(values, np.float64)
    _require_order(instants, numbers, state)
    series = _Series(instants, numbers, _breaks(instants, numbers, rules))
    on_dial = (booking for booking in bookings if not isinstance(booking, Correction))
    # What says that nothing is known comes after what is known of the same instant.
    booked = sorted(on_dial, key=lambda booking: (booking.at_utc, isinstance(booking, Interruption)))
    walk = Walk(rules, state, Rows(len(instants) + len(state.pending) + len(booked)))
    start = 0
    for booking in booked:
        end = int(np.searchsorted(instants, epoch_ms(booking.at_utc), side="left"))
        _walk(walk, series, start, end)
        walk.book(booking)
        start = end
    _walk(walk, series, start, len(instants))
    rows = walk.rows.columns()
    return Counted(*rows, _begin(state, *rows[2:]), tuple(walk.proposals), walk.state())


@dataclass(frozen=True, slots=True, eq=False)
class _Series:
    """Positions, and the indexes at which one does not plainly follow the one before."""

    at_ms: Instants
    value: Values
    breaks: Indexes

    def plain_until(self, index: int, end: int) -> int:
        place = int(np.searchsorted(self.breaks, index))
        return min(int(self.breaks[place]), end) if place < len(self.breaks) else end


def first_trusted(step: Steps) -> int:
    """Return the first trusted row, the number of rows if there is none."""
    found = trusted(step)
    return int(found.argmax()) if found.any() else len(found)


def positions_of(readings: Iterable[Reading]) -> tuple[Instants, Values]:
    """Return readings of one series as columns for `count`, in order of time."""
    ordered = sorted(readings, key=lambda reading: reading.at_utc)
    instants = np.array([epoch_ms(reading.at_utc) for reading in ordered], np.int64)
    return instants, np.array([reading.value for reading in ordered], np.float64)


def _begin(state: RegisterState, position: Thousandths, step: Steps) -> int:
    """Return the position before the first row; counting begins at the first one that is trusted."""
    first = first_trusted(step)
    return int(position[first]) if state.line is None and first < len(step) else state.position


def _require_order(instants: Instants, numbers: Values, state: RegisterState) -> None:
    if len(instants) != len(numbers):
        raise CalculationError("register.lengths_differ", instants=len(instants), values=len(numbers))
    if not len(instants):
        return
    before = instants[0] if state.seen_ms is None else state.seen_ms
    late = np.flatnonzero(np.diff(instants, prepend=before) < 0)
    if len(late):
        raise CalculationError("register.not_in_order", at=at_utc(int(instants[late[0]])).isoformat())


def _breaks(instants: Instants, numbers: Values, rules: RegisterRules) -> Indexes:
    """Return the indexes of positions that fall, rise too much, or are not numbers; all others need no decision."""
    with np.errstate(invalid="ignore", over="ignore"):
        rise = np.diff(numbers)
        elapsed_ms = np.diff(instants)
        plain = (rise >= 0) & (rise <= rules.base_rise + rules.rate_per_ms * elapsed_ms) & (elapsed_ms > 0)
    plain &= np.abs(numbers[1:]) <= DIAL_MAX
    return np.flatnonzero(~plain) + 1


def _walk(walk: Walk, series: _Series, start: int, end: int) -> None:
    """Walk from index `start` to `end`: position by position where something is to be decided, else in stretches."""
    index = start
    while index < end:
        at_ms, value = int(series.at_ms[index]), float(series.value[index])
        walk.take(at_ms, value)
        index += 1
        stretch_end = series.plain_until(index, end) if walk.is_at(at_ms, value) else index
        if stretch_end > index:
            walk.take_counted(series.at_ms[index:stretch_end], series.value[index:stretch_end])
            index = stretch_end
