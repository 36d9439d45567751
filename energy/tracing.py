"""A period computed once more, with the positions that it rests on: for who asks where a figure comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from core.quantities import Kind, Quantity
from energy.corrections import added_in
from energy.intervals import SeriesRules, compute, read_as
from energy.positions import Curve
from energy.register_rules import Booking, Correction, RegisterRules, Step
from energy.registers import START, Counted, count, epoch_ms, trusted
from energy.series import Amounts, Means, Samples
from energy.standing import RegisterStanding, Standing

T = TypeVar("T", Amounts, Means)

SpanMs = tuple[int, int]
"""Begin and end of a period, in milliseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A value that was read or booked, and what it was found to be."""

    at_ms: int
    value: float
    step: Step


@dataclass(frozen=True, slots=True)
class Border:
    """An end of a period: the register's position there (thousandths; None: not known) and the values around it.

    `before` and `after` are the same where a value was read at the very instant.
    """

    at_ms: int
    position: int | None
    before: Mark | None
    after: Mark | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trace:
    """What a period came to when computed once more.

    `amounts` (or `means`) are its slots; `marks` are all values between the outer ones of both borders
    that were not plainly counted, `counted` is how many were. `corrected` are the thousandths of the
    unit that people booked to be added: they are in `amounts`, and in no position.
    """

    amounts: Amounts | None
    means: Means | None
    begin: Border
    end: Border
    marks: tuple[Mark, ...] = ()
    counted: int = 0
    corrected: int = 0


def trace(
    samples: Samples,
    rules: SeriesRules,
    quantity: Quantity,
    span_ms: SpanMs,
    *,
    bookings: Sequence[Booking] = (),
    standing: Standing | None = None,
) -> Trace:
    """Return a period as the interval engine computes it from a standing and the readings after it.

    `quantity` is what the figure is of; power (`rules.quantity`) may be all that witnesses it.
    """
    computed = compute(samples, rules, bookings=bookings, standing=standing)
    found = computed.amounts.get(quantity) if computed else None
    amounts = _within(found, span_ms) if found is not None else None
    means = _within(computed.means, span_ms) if computed and computed.means is not None else None
    if rules.quantity.kind in {Kind.REGISTER, Kind.SESSION}:
        begun = standing if isinstance(standing, RegisterStanding) else None
        found_again = _of_register(_Walked.of(samples, rules, bookings, begun), amounts, span_ms)
        return replace(found_again, corrected=added_in(bookings, *span_ms))
    ends = [_around(samples.at_ms, samples.value, None, at_ms) for at_ms in span_ms]
    inside = int(np.searchsorted(samples.at_ms, span_ms[1]) - np.searchsorted(samples.at_ms, span_ms[0]))
    return Trace(amounts=amounts, means=means, begin=ends[0], end=ends[1], counted=inside)


@dataclass(frozen=True, slots=True, eq=False)
class _Walked:
    """All positions that were decided, and the curve of the trusted ones."""

    counted: Counted
    curve: Curve | None
    value: np.ndarray

    @classmethod
    def of(
        cls, samples: Samples, rules: SeriesRules, bookings: Sequence[Booking], begun: RegisterStanding | None
    ) -> _Walked:
        if begun is not None:
            samples = samples.take(samples.at_ms > begun.seen_ms)
            bookings = [booking for booking in bookings if epoch_ms(booking.at_utc) > begun.at_ms]
        bookings = [booking for booking in bookings if not isinstance(booking, Correction)]
        state = START if begun is None else begun.register
        register = rules.register or RegisterRules()
        counted = count(samples.at_ms, samples.value, register, bookings=bookings, state=state)
        read = read_as(samples, sorted(epoch_ms(booking.at_utc) for booking in bookings))[: len(counted.step)]
        at_ms, position, step, value = counted.at_ms, counted.position, counted.step, counted.value
        if begun is not None and begun.register.line is not None:
            at_ms = np.concatenate([[begun.at_ms], at_ms])
            position = np.concatenate([[begun.register.position], position])
            step = np.concatenate([np.full(1, Step.COUNTED, np.uint8), step])
            read = np.concatenate([np.array([begun.read], np.uint8), read])
            value = np.concatenate([[begun.register.line.value], value])
        kept = trusted(step)
        if not kept.any():
            return cls(counted, None, value)
        curve = Curve.of(at_ms, position, step, read, rules.nominal_interval_s, restarts=register.restarts)
        return cls(counted, curve, value[kept])

    def steps(self) -> np.ndarray:
        """Return what each trusted position was found to be; those before the count began were counted."""
        decided = self.counted.step[trusted(self.counted.step)]
        assert self.curve is not None  # noqa: S101 - whoever calls has looked
        before = np.full(len(self.curve.at_ms) - len(decided), Step.COUNTED, np.uint8)
        return np.concatenate([before, decided])


def _of_register(walked: _Walked, amounts: Amounts | None, span_ms: SpanMs) -> Trace:
    curve, none = walked.curve, [Border(at_ms, None, None, None) for at_ms in span_ms]
    if curve is None:
        return Trace(amounts=amounts, means=None, begin=none[0], end=none[1], marks=_pending(walked.counted))
    steps = walked.steps()
    begin, end = (_placed(_around(curve.at_ms, walked.value, steps, at_ms), curve) for at_ms in span_ms)
    first_ms = begin.before.at_ms if begin.before else span_ms[0]
    last_ms = end.after.at_ms if end.after else span_ms[1]
    decided = walked.counted
    inside = (decided.at_ms >= first_ms) & (decided.at_ms <= last_ms)
    plain = inside & ((decided.step == Step.COUNTED) | (decided.step == Step.FIRST))
    odd = np.flatnonzero(inside & ~plain).tolist()
    marks = tuple(Mark(int(decided.at_ms[row]), float(decided.value[row]), Step(decided.step[row])) for row in odd)
    waiting = tuple(mark for mark in _pending(decided) if first_ms <= mark.at_ms <= last_ms)
    return Trace(amounts=amounts, means=None, begin=begin, end=end, marks=marks + waiting, counted=int(plain.sum()))


def _pending(counted: Counted) -> tuple[Mark, ...]:
    return tuple(Mark(each.at_ms, each.value, each.step) for each in counted.state.pending)


def _around(at_ms: np.ndarray, value: np.ndarray, steps: np.ndarray | None, border_ms: int) -> Border:
    """Return the border with the last value at or before it and the first at or after it."""

    def mark(row: int) -> Mark | None:
        if not 0 <= row < len(at_ms):
            return None
        return Mark(int(at_ms[row]), float(value[row]), Step.COUNTED if steps is None else Step(int(steps[row])))

    after = int(np.searchsorted(at_ms, border_ms, side="left"))
    exact = after < len(at_ms) and at_ms[after] == border_ms
    last = int(np.searchsorted(at_ms, border_ms, side="right")) - 1
    return Border(border_ms, None, mark(last), mark(after if not exact else last))


def _placed(border: Border, curve: Curve) -> Border:
    """Return the border with its position, where that lies between the first and the last one known."""
    if border.before is None or border.after is None:
        return border
    position, _ = curve.at(np.array([border.at_ms], np.int64))
    return Border(border.at_ms, int(position[0]), border.before, border.after)


def _within(rows: T, span_ms: SpanMs) -> T:
    first, last = np.searchsorted(rows.start_ms, span_ms)
    return rows.take(slice(int(first), int(last)))
