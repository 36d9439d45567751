"""The walk along one register, position by position: what is on its line, what waits, what is decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from energy.register_rows import Instants, Rows, Thousandths, Values
from energy.register_rules import (
    Booking,
    Exchange,
    Interruption,
    ManualReading,
    Proposal,
    RegisterRules,
    Restart,
    Rollover,
    Step,
)

DIAL_MAX = 2**53 / 1000
"""Beyond this a float has no thousandths any more; no dial of a district shows it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def epoch_ms(at_utc: datetime) -> int:
    """Return an instant as milliseconds since 1970, exactly."""
    return (at_utc - _EPOCH) // timedelta(milliseconds=1)


def at_utc(at_ms: int) -> datetime:
    """Return the instant of so many milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=at_ms)


def thousandths(value: float) -> int:
    """Return a dial's value in whole thousandths of its unit."""
    return round(value * 1000)


def all_thousandths(values: Values) -> Thousandths:
    """Return values in whole thousandths of their unit."""
    return np.rint(values * 1000).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Line:
    """Where a register last rose to: the highest trusted value and its instant."""

    at_ms: int
    value: float

    def goes_on(self, rules: RegisterRules, at_ms: int, value: float) -> bool:
        """Return whether a later value is on the line: not lower and not higher than the rules allow."""
        rise = value - self.value
        return -rules.tolerance <= rise <= rules.base_rise + rules.rate_per_ms * (at_ms - self.at_ms)

    def to(self, at_ms: int, value: float) -> Line:
        """Return the line with one more value on it; a lower one (jitter) leaves it where it is."""
        return Line(at_ms, value) if value >= self.value else self


@dataclass(frozen=True, slots=True)
class Waiting:
    """A position that cannot be told yet, or that was passed over while others could not."""

    at_ms: int
    value: float
    step: Step = Step.PENDING


@dataclass(frozen=True, slots=True)
class RegisterState:
    """All that counting remembers between two calls.

    `line` is in the register's own values; its value in thousandths plus `offset` is the position. The
    offset begins at 0 and changes at resets, rollovers and exchanges only, so a position is what the
    first dial would show, wherever counting began. `pending` waits for a decision; from its index
    `run_start` on, `run` values are consistent with each other, and `candidate` is their line.
    """

    line: Line | None = None
    offset: int = 0
    seen_ms: int | None = None
    pending: tuple[Waiting, ...] = ()
    candidate: Line | None = None
    run_start: int = 0
    run: int = 0

    @property
    def position(self) -> int:
        """Return the position in thousandths, 0 before the first one."""
        return 0 if self.line is None else thousandths(self.line.value) + self.offset

    @property
    def proposal(self) -> Proposal | None:
        """Return what to ask a person if nothing more comes, None where nothing is pending."""
        first = next((waiting for waiting in self.pending if waiting.step is Step.PENDING), None)
        if first is None or self.line is None:
            return None
        return Proposal(Step.PENDING, at_utc(self.line.at_ms), self.line.value, at_utc(first.at_ms), first.value)


class Walk:
    """Takes positions in order of time and puts into `rows` what is decided about them."""

    def __init__(self, rules: RegisterRules, state: RegisterState, rows: Rows) -> None:
        self.rows = rows
        self.proposals: list[Proposal] = []
        self._rules = rules
        self._line = state.line
        self._offset = state.offset
        self._seen_ms = state.seen_ms
        self._pending = list(state.pending)
        self._candidate = state.candidate
        self._run_start = state.run_start
        self._run = state.run

    def state(self) -> RegisterState:
        """Return what must be remembered to go on later."""
        return RegisterState(
            self._line,
            self._offset,
            self._seen_ms,
            tuple(self._pending),
            self._candidate,
            self._run_start,
            self._run,
        )

    def is_at(self, at_ms: int, value: float) -> bool:
        """Return whether the line ends at this very position and nothing waits."""
        return not self._pending and self._line == Line(at_ms, value)

    def take(self, at_ms: int, value: float) -> None:
        """Take one position."""
        if at_ms == self._seen_ms:
            self._pass_over(at_ms, value, Step.DUPLICATE)
        elif not abs(value) <= DIAL_MAX:
            self._pass_over(at_ms, value, Step.INVALID)
        else:
            self._seen_ms = at_ms
            self._judge(at_ms, value)

    def take_counted(self, at_ms: Instants, value: Values) -> None:
        """Take a stretch that is known to follow the line."""
        self.rows.put_counted(at_ms, value, all_thousandths(value) + self._offset)
        self._seen_ms = int(at_ms[-1])
        self._line = Line(self._seen_ms, float(value[-1]))

    def book(self, booking: Booking) -> None:
        """Apply what a person says; it decides at once about everything that waits."""
        match booking:
            case Exchange():
                self._exchange(epoch_ms(booking.at_utc), booking.end, booking.start)
            case ManualReading():
                self._confirm(epoch_ms(booking.at_utc), booking.value)
            case Restart():
                self._restart(epoch_ms(booking.at_utc), booking.start, booking.lost)
            case Rollover():
                self._roll_over(epoch_ms(booking.at_utc), booking.width)
            case Interruption():
                self._interrupt(epoch_ms(booking.at_utc), booking.start)

    @property
    def _position(self) -> int:
        return 0 if self._line is None else thousandths(self._line.value) + self._offset

    def _judge(self, at_ms: int, value: float) -> None:
        if self._line is None:
            self._begin(at_ms, value, Step.FIRST)
        elif self._line.goes_on(self._rules, at_ms, value):
            self._release(self._pending, Step.GLITCH)
            self._accept(at_ms, value)
        else:
            self._wait(at_ms, value)

    def _begin(self, at_ms: int, value: float, step: Step, *, uncounted: int = 0) -> None:
        """Begin a segment whose first value stands for the present position and what was `uncounted` before."""
        if self._line is not None:
            self._offset = self._position + uncounted - thousandths(value)
        self._line = Line(at_ms, value)
        self.rows.put(at_ms, value, self._position, step)

    def _accept(self, at_ms: int, value: float, step: Step = Step.COUNTED) -> None:
        line = self._line or Line(at_ms, value)
        held = step is Step.COUNTED and value < line.value
        self._line = line.to(at_ms, value)
        self.rows.put(at_ms, value, self._position, Step.HELD if held else step)

    def _pass_over(self, at_ms: int, value: float, step: Step) -> None:
        if self._pending:
            self._pending.append(Waiting(at_ms, value, step))
        else:
            self.rows.put(at_ms, value, self._position, step)

    def _wait(self, at_ms: int, value: float) -> None:
        if self._candidate and self._candidate.goes_on(self._rules, at_ms, value):
            self._candidate = self._candidate.to(at_ms, value)
            self._run += 1
        else:
            self._candidate = Line(at_ms, value)
            self._run_start = len(self._pending)
            self._run = 1
        self._pending.append(Waiting(at_ms, value))
        if self._run >= self._rules.confirm:
            self._decide()

    def _decide(self, *, by_hand: bool = False) -> None:
        """Settle on the candidate; a fall to about 0 must count on first, or it may still be a long zero blip."""
        first, line = self._pending[self._run_start], self._line
        if line is None or self._candidate is None:
            return
        step = self._what_happened(line, first)
        counts_on = self._rules.restarts or self._candidate.value > first.value
        if step in {Step.RESET, Step.ROLLOVER} and not (counts_on or by_hand):
            return
        step = Step.COUNTED if by_hand and step is Step.JUMP else step
        self._take_up(line, first, step, self._rules.width or 0.0)

    def _take_up(self, line: Line, first: Waiting, step: Step, width: float) -> None:
        """Let the line go on with the candidate, which `first` begins, by what was decided."""
        waited = self._pending
        ignored, run = waited[: self._run_start], waited[self._run_start + 1 :]
        self._release(ignored, Step.GLITCH)
        self._settle(line, first, step, width)
        for waiting in run:
            if waiting.step is Step.PENDING:
                self._accept(waiting.at_ms, waiting.value)
            else:
                self._pass_over(waiting.at_ms, waiting.value, waiting.step)

    def _what_happened(self, line: Line, first: Waiting) -> Step:
        if first.value > line.value:
            return Step.JUMP
        if self._rules.wrapped_rise(line.value, first.value, first.at_ms - line.at_ms) is not None:
            return Step.ROLLOVER
        zero = self._rules.restarts or abs(first.value) <= self._rules.zero_bound
        return Step.RESET if zero else Step.EXCHANGE

    def _settle(self, line: Line, first: Waiting, step: Step, width: float) -> None:
        if step.missing:
            from_utc, to_utc = at_utc(line.at_ms), at_utc(first.at_ms)
            self.proposals.append(Proposal(step, from_utc, line.value, to_utc, first.value))
        if step not in {Step.ROLLOVER, Step.COUNTED}:
            since_zero = self._rules.restarts and step is Step.RESET
            self._begin(first.at_ms, first.value, step, uncounted=thousandths(first.value) if since_zero else 0)
            return
        if step is Step.ROLLOVER:
            self._offset += thousandths(width)
        self._line = Line(first.at_ms, first.value)
        self.rows.put(first.at_ms, first.value, self._position, step)

    def _release(self, waited: Iterable[Waiting], step: Step) -> None:
        for waiting in waited:
            decided = step if waiting.step is Step.PENDING else waiting.step
            self.rows.put(waiting.at_ms, waiting.value, self._position, decided)
        self._pending, self._candidate, self._run_start, self._run = [], None, 0, 0

    def _exchange(self, at_ms: int, end: float, start: float) -> None:
        self._release(self._pending, Step.GLITCH)
        uncounted = 0 if self._line is None else thousandths(end) - thousandths(self._line.value)
        self._begin(at_ms, start, Step.BOOKED, uncounted=uncounted)

    def _restart(self, at_ms: int, start: float, lost: float) -> None:
        self._release(self._pending, Step.GLITCH)
        self._begin(at_ms, start, Step.BOOKED, uncounted=thousandths(lost))

    def _interrupt(self, at_ms: int, start: float) -> None:
        self._release(self._pending, Step.GLITCH)
        if self._line is not None and self._line.at_ms == at_ms:
            self.rows.put(at_ms, self._line.value, self._position, Step.BOOKED)
        else:
            self._begin(at_ms, start, Step.BOOKED if self._line is None else Step.JUMP)

    def _roll_over(self, at_ms: int, width: float) -> None:
        line, first = self._line, self._pending[self._run_start] if self._candidate else None
        if line is not None and first is not None and first.value < line.value <= width:
            self._take_up(line, first, Step.ROLLOVER, width)
        self._release(self._pending, Step.GLITCH)
        if self._line is None or (self._line == line and width / 2 < line.value <= width):
            uncounted = 0 if line is None else thousandths(width) - thousandths(line.value)
            self._begin(at_ms, 0.0, Step.BOOKED, uncounted=uncounted)
        else:
            # Counted already, or too high for that width: the line stays where it was last read.
            self.rows.put(at_ms, self._line.value, self._position, Step.BOOKED)

    def _confirm(self, at_ms: int, value: float) -> None:
        on_line = self._line is None or self._line.goes_on(self._rules, at_ms, value)
        if not on_line and self._candidate and self._candidate.goes_on(self._rules, at_ms, value):
            self._decide(by_hand=True)
        self._release(self._pending, Step.GLITCH)
        if self._line is None:
            self._begin(at_ms, value, Step.MANUAL)
        elif self._line.goes_on(self._rules, at_ms, value):
            self._accept(at_ms, value, Step.MANUAL)
        else:
            self._pending, self._candidate, self._run = [Waiting(at_ms, value)], Line(at_ms, value), 1
            self._decide(by_hand=True)
