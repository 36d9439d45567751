"""Where a register stood at the borders of slots, and what the time between stands on.

A position is in whole thousandths of the unit (mWh, litres, mm), so any sum of adjoining periods
telescopes. Between two trusted positions the register is taken to rise evenly. What a stretch
between them stands on:

    a step that cannot be known (exchange, jump)            missing, and not counted
    a silence in which the register fell back to about 0    the same, unless it is one that restarts
    not longer than min(2 x nominal interval, 20 minutes)   as good as the reading at its end
    within one slot, up to both its borders                 the same: the line within decides no figure
    not longer than max(25 h, 2 x nominal interval)         interpolated (rule 14)
    longer                                                  no course: missing; a border in it is estimated
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from core.intervals import SLOT_S
from core.readings import SlotShare
from energy.register_rows import Instants, Steps, Thousandths, trusted
from energy.register_rules import Step
from energy.series import QUALITY_CODES, READING_SHARES, SHARE_NUMBERS

SLOT_MS = SLOT_S * 1000

MEASURED_GAP_MAX_S = 20 * 60
COURSE_GAP_MAX_S = 25 * 3600
"""The longest local day: across a longer silence nobody knows the course, only the sum."""

Shares = NDArray[np.uint8]


class Way(IntEnum):
    """What a stretch between two positions stands on; up to 4 these are `SHARE_NUMBERS`."""

    MEASURED = 0
    RECOVERED = 1
    INTERPOLATED = 2
    ESTIMATED = 3
    MISSING = 4
    """Nothing was counted here that should have been, or nothing is known."""
    SILENT = 5
    """What was counted is known, its course is not."""


WAYS = len(Way)

BORDER_SHARES: Shares = np.array([0, 1, 2, 3, 4, 3], np.uint8)
"""How a position inside a stretch is known, by the stretch's `Way`."""

_SHARES_BY_CODE: Shares = np.zeros(len(QUALITY_CODES), np.uint8)
for _quality, _code in QUALITY_CODES.items():
    _SHARES_BY_CODE[_code] = SHARE_NUMBERS[READING_SHARES[_quality]]


def read_shares(quality: NDArray[np.uint8]) -> Shares:
    """Return what a stretch stands on that ends in a reading of such a quality (`QUALITY_CODES`)."""
    return _SHARES_BY_CODE[quality]


def measured_gap_ms(nominal_interval_s: int) -> int:
    """Return how far apart two readings may be for the line between them to count as measured."""
    return min(2 * nominal_interval_s, MEASURED_GAP_MAX_S) * 1000


def course_gap_max_ms(nominal_interval_s: int) -> int:
    """Return how far apart two readings of a register may be for its course between them to be known at all."""
    return max(COURSE_GAP_MAX_S, 2 * nominal_interval_s) * 1000


def ways(at_ms: Instants, read: Shares, nominal_interval_s: int, gap_max_s: int, beyond: Way) -> Shares:
    """Return what the stretch that ends at each instant stands on; one longer than `gap_max_s` is `beyond`."""
    gap_ms = np.diff(at_ms, prepend=at_ms[:1])
    way = read.copy()
    long = gap_ms > measured_gap_ms(nominal_interval_s)
    if long.any():
        way[long] = np.maximum(way[long], Way.INTERPOLATED)
        way[gap_ms > max(gap_max_s, 2 * nominal_interval_s) * 1000] = beyond
    return way


def _within_a_slot(at_ms: Instants) -> NDArray[np.bool_]:
    """Return which stretches pass over no border of a slot; they may begin and end at one."""
    begun_ms = np.concatenate([at_ms[:1], at_ms[:-1]])
    within: NDArray[np.bool_] = (at_ms - 1) // SLOT_MS <= begun_ms // SLOT_MS
    return within


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """The trusted positions of one register in order of time.

    `read` says how each is known, `way` what the stretch that ends in it stands on.
    """

    at_ms: Instants
    position: Thousandths
    read: Shares
    way: Shares

    @staticmethod
    def of(
        at_ms: Instants,
        position: Thousandths,
        step: Steps,
        read: Shares,
        nominal_interval_s: int,
        *,
        restarts: bool = False,
    ) -> Curve:
        """Return the curve of what was decided about a register's positions (`energy.registers.Counted`).

        `restarts` as in `RegisterRules`.
        """
        kept = trusted(step)
        if not kept.all():
            at_ms, position, step, read = at_ms[kept], position[kept], step[kept], read[kept]
        way = ways(at_ms, read, nominal_interval_s, COURSE_GAP_MAX_S, Way.SILENT)
        way = np.where(_within_a_slot(at_ms), read, way)
        way[(step == Step.EXCHANGE) | (step == Step.JUMP)] = Way.MISSING
        if not restarts:
            way[(step == Step.RESET) & (way == Way.SILENT)] = Way.MISSING  # what it had counted by then is lost
        return Curve(at_ms, position, read, way)

    def at(self, borders_ms: Instants) -> tuple[Thousandths, Shares]:
        """Return the positions at instants between the first position and the last, and how each is known."""
        after = np.searchsorted(self.at_ms, borders_ms, side="left")
        before = np.maximum(after - 1, 0)
        span_ms = np.maximum(self.at_ms[after] - self.at_ms[before], 1)
        rise = self.position[after] - self.position[before]
        risen = np.rint(rise * ((borders_ms - self.at_ms[before]) / span_ms)).astype(np.int64)
        exact = self.at_ms[after] == borders_ms
        position = np.where(exact, self.position[after], self.position[before] + risen)
        return position, np.where(exact, self.read[after], BORDER_SHARES[self.way[after]])

    def spent_ms(self, borders_ms: Instants) -> NDArray[np.int64]:
        """Return how long each `Way` (columns) lasted from the first position to instants up to the last."""
        spent = np.zeros((len(borders_ms), WAYS), np.int64)
        after = np.searchsorted(self.at_ms, borders_ms, side="left")
        before = np.maximum(after - 1, 0)
        gap_ms = np.diff(self.at_ms, prepend=self.at_ms[:1])
        for way in np.flatnonzero(np.bincount(self.way, minlength=WAYS)[1:]) + 1:
            on_it = self.way == way
            until_row = np.cumsum(np.where(on_it, gap_ms, 0))
            spent[:, way] = until_row[before] + np.where(on_it[after], borders_ms - self.at_ms[before], 0)
        spent[:, Way.MEASURED] = borders_ms - self.at_ms[:1] - spent.sum(axis=1)
        return spent


def whole_seconds(spent_ms: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return the seconds of each share from the milliseconds of each `Way`; rows that sum to whole seconds still do."""
    shares_ms = spent_ms[:, : len(SHARE_NUMBERS)].copy()
    shares_ms[:, SHARE_NUMBERS[SlotShare.MISSING]] += spent_ms[:, Way.SILENT]
    until = np.cumsum(shares_ms, axis=1) // 1000
    return np.diff(until, axis=1, prepend=0).astype(np.int32)
