"""Virtual meters: quarter hours put together from those of other meters, exact to the last thousandth.

A factor is applied to the running position of a local month, rounded at the borders of quarter hours.
So quarter hours of a month add up to what the factor makes of the month's total, rounded once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from energy.positions import SLOT_MS
from energy.series import SHARE_NUMBERS, Amounts, Instants
from energy.source_rules import ALWAYS, Validity

INT64_SAFE = 1 << 61
SLOT_S = SLOT_MS // 1000

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """A meter in a formula: its slots (None: it has none), its factor, and when it is valid.

    Before it was there and after it has gone it counts nothing, and nothing is missing of it.
    """

    amounts: Amounts | None
    factor: Fraction = Fraction(1)
    valid: Validity = ALWAYS


def combined(inputs: Sequence[Input], borders_ms: Instants, valid: Validity = ALWAYS) -> Amounts:
    """Return the slots of a formula between the first and the last of `borders_ms`, the begins of local months.

    There is one wherever each input that is valid has one, and at least one is. It is known as its
    weakest input is: no second is called better than it certainly was in all of them.
    """
    grid = np.arange(borders_ms[0], borders_ms[-1], SLOT_MS, dtype=np.int64)
    needed = [each.valid.rows(grid) for each in inputs]
    rows = [_rows(each.amounts, grid) for each in inputs]
    there = valid.rows(grid) & np.logical_or.reduce(needed)
    for wanted, found in zip(needed, rows, strict=True):
        there &= ~wanted | (found >= 0)
    used = [(each, found, wanted & there) for each, found, wanted in zip(inputs, rows, needed, strict=True)]
    whole = lcm(*(each.factor.denominator for each in inputs))
    counted = _weighed(used, len(grid), whole)
    month = np.searchsorted(borders_ms, grid, side="right")
    worse = np.zeros((len(grid), len(SHARE_NUMBERS)), np.int64)
    begins, ends = np.zeros(len(grid), np.uint8), np.zeros(len(grid), np.uint8)
    for each, found, wanted in used:
        if each.amounts is None:
            continue
        place = found[wanted]
        worse[wanted] += SLOT_S - np.cumsum(each.amounts.seconds[place], axis=1, dtype=np.int64)
        begins[wanted] = np.maximum(begins[wanted], each.amounts.begins[place])
        ends[wanted] = np.maximum(ends[wanted], each.amounts.ends[place])
    seconds = np.diff(np.maximum(SLOT_S - worse, 0), axis=1, prepend=0).astype(np.int32)
    thousandths = scaled(counted[there], month[there], Fraction(1, whole))
    return Amounts(grid[there], thousandths, seconds[there], begins[there], ends[there])


def scaled(values: Any, month: Numbers, factor: Fraction) -> Numbers:
    """Return values times a factor, the running sum of each month rounded to whole numbers at each border."""
    if not len(values):
        return np.zeros(0, np.int64)
    out = np.zeros(len(values), np.int64)
    first = np.flatnonzero(np.diff(month, prepend=-1))
    for begin, end in zip(first.tolist(), [*first[1:].tolist(), len(values)], strict=True):
        out[begin:end] = np.diff(_rounded(np.cumsum(values[begin:end]), factor), prepend=0)
    return out


def _rounded(positions: Any, factor: Fraction) -> Numbers:
    """Return positions times a factor, to the nearest whole number; half goes up."""
    above, below = factor.numerator, factor.denominator
    furthest = max(abs(int(positions.max())), abs(int(positions.min())))
    if 2 * furthest * abs(above) + below > INT64_SAFE:
        positions = positions.astype(object)
    return ((2 * positions * above + below) // (2 * below)).astype(np.int64)  # type: ignore[no-any-return]


def _weighed(used: Sequence[tuple[Input, Numbers, Flags]], length: int, whole: int) -> Any:
    """Return the inputs of each slot times their factors times `whole`, which makes all factors whole numbers."""
    counted: Any = np.zeros(length, np.int64)
    for each, found, wanted in used:
        if each.amounts is None:
            continue
        values = each.amounts.thousandths[found[wanted]]
        factor = int(each.factor * whole)
        largest = int(np.abs(values).max()) if len(values) else 0
        if largest * max(abs(factor), 1) * length * len(used) > INT64_SAFE:
            counted = counted.astype(object)
            values = values.astype(object)
        counted[wanted] += values * factor
    return counted


def _rows(amounts: Amounts | None, grid: Instants) -> Numbers:
    """Return which row of an input is that of each slot, -1 where there is none."""
    found = np.full(len(grid), -1, np.int64)
    if amounts is None or not len(amounts) or not len(grid):
        return found
    slot = (amounts.start_ms - grid[0]) // SLOT_MS
    inside = np.flatnonzero((slot >= 0) & (slot < len(grid)))
    found[slot[inside]] = inside
    return found
