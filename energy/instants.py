"""What a value that holds at its instant was like in each quarter hour, and what power adds up to.

Between two readings a quantity is taken to change evenly, a state to hold. Readings not further
apart than min(2 x nominal interval, 20 minutes) are joined as measured, up to
max(2 h, 2 x nominal interval) as interpolated (a state: 25 h), and nothing is said beyond.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.readings import SlotShare
from energy.positions import COURSE_GAP_MAX_S, SLOT_MS, Way, read_shares, ways, whole_seconds
from energy.series import SHARE_NUMBERS, Amounts, Instants, Means, Samples
from energy.slots import MISSING, slot_of

INSTANT_GAP_MAX_S = 2 * 3600
"""As far as the metering code (VDE-AR-N 4400) joins values by a straight line."""

MS_PER_S_AND_H = 3600
"""Watts times milliseconds, divided by this, are milliwatt-hours."""

ESTIMATED = SHARE_NUMBERS[SlotShare.ESTIMATED]

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """A series cut at its readings and at the borders of slots, in order of time.

    Each piece begins at `at_ms`, lasts `lasts_ms`, goes from `left` to `right` and stands on `way`;
    the pieces of a slot begin at index `first` of each.
    """

    at_ms: Instants
    lasts_ms: NDArray[np.int64]
    left: Numbers
    right: Numbers
    way: NDArray[np.uint8]
    first: NDArray[np.intp]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Return which pieces something is known of."""
        return self.way < Way.MISSING

    @property
    def slots_ms(self) -> Instants:
        """Return when each slot begins."""
        begun = self.at_ms[self.first]
        return begun - begun % SLOT_MS

    def spent_ms(self) -> NDArray[np.int64]:
        """Return how long each `Way` lasts in each slot; what no piece covers is missing."""
        spent = np.zeros((len(self.first), len(Way)), np.int64)
        for way in np.flatnonzero(np.bincount(self.way, minlength=len(Way))):
            spent[:, way] = np.add.reduceat(np.where(self.way == way, self.lasts_ms, 0), self.first)
        spent[:, Way.MISSING] += SLOT_MS - spent.sum(axis=1)
        return spent

    def known_ms(self) -> NDArray[np.int64]:
        """Return for how long something is known in each slot."""
        return np.add.reduceat(np.where(self.known, self.lasts_ms, 0), self.first)

    def summed(self, each: Numbers) -> Numbers:
        """Return the sum over the pieces of each slot."""
        return np.add.reduceat(each, self.first)


def pieces_of(samples: Samples, nominal_interval_s: int, from_ms: int, *, holds: bool) -> Pieces | None:
    """Return the pieces of all slots from `from_ms` on that the readings complete, None if there are none."""
    until_ms = slot_of(int(samples.at_ms[-1]))
    bound_s = COURSE_GAP_MAX_S if holds else INSTANT_GAP_MAX_S
    way = ways(samples.at_ms, read_shares(samples.quality), nominal_interval_s, bound_s, Way.MISSING)
    borders_ms = np.arange(slot_of(int(samples.at_ms[0])) + SLOT_MS, until_ms + 1, SLOT_MS, dtype=np.int64)
    after = np.searchsorted(samples.at_ms, borders_ms, side="left")
    between = samples.at_ms[after] != borders_ms
    after, borders_ms = after[between], borders_ms[between]
    at_ms = np.insert(samples.at_ms, after, borders_ms)
    value = np.insert(samples.value, after, _between(samples, after, borders_ms, holds=holds))
    way = np.insert(way, after, way[after])
    start, end = np.searchsorted(at_ms, [from_ms, until_ms], side="left")
    if end <= start:
        return None
    right = value[start:end] if holds else value[start + 1 : end + 1]
    at_ms = at_ms[start : end + 1]
    slot = at_ms[:-1] // SLOT_MS
    first = np.flatnonzero(np.diff(slot, prepend=slot[0] - 1))
    return Pieces(at_ms[:-1], np.diff(at_ms), value[start:end], right, way[start + 1 : end + 1], first)


def means_of(pieces: Pieces) -> Means:
    """Return the time-weighted mean, least and greatest value of each slot of which something is known."""
    known = pieces.known
    covered_ms = pieces.known_ms()
    per_slot = np.diff(np.append(pieces.first, len(pieces.at_ms)))
    weight = np.where(known, pieces.lasts_ms, 0) / np.repeat(np.maximum(covered_ms, 1), per_slot)
    least = np.minimum.reduceat(np.where(known, np.minimum(pieces.left, pieces.right), np.inf), pieces.first)
    greatest = np.maximum.reduceat(np.where(known, np.maximum(pieces.left, pieces.right), -np.inf), pieces.first)
    mean = np.clip(pieces.summed((pieces.left * 0.5 + pieces.right * 0.5) * weight), least, greatest)
    means = Means(pieces.slots_ms, mean, least, greatest, whole_seconds(pieces.spent_ms()))
    return means.take(covered_ms > 0)


def energy_of(pieces: Pieces, *, fed_in: bool) -> Amounts:
    """Return the energy that power (W) adds up to in each slot, all of it estimated (rule 13).

    Import is what positive power adds up to, export (`fed_in`) what negative power does.
    """
    known = pieces.known
    sign = -0.5 if fed_in else 0.5
    area = _above_zero(pieces.left * sign, pieces.right * sign) * np.where(known, pieces.lasts_ms, 0)
    thousandths = np.rint(pieces.summed(area) / MS_PER_S_AND_H).astype(np.int64)
    covered_ms = pieces.known_ms()
    spent_ms = np.zeros((len(covered_ms), len(Way)), np.int64)
    spent_ms[:, Way.ESTIMATED], spent_ms[:, Way.MISSING] = covered_ms, SLOT_MS - covered_ms
    begins = np.where(known[pieces.first] & (pieces.at_ms[pieces.first] % SLOT_MS == 0), ESTIMATED, MISSING)
    ends = np.where(covered_ms == SLOT_MS, ESTIMATED, MISSING)
    amounts = Amounts(
        pieces.slots_ms, thousandths, whole_seconds(spent_ms), begins.astype(np.uint8), ends.astype(np.uint8)
    )
    return amounts.take(covered_ms > 0)


def _between(samples: Samples, after: NDArray[np.intp], at_ms: Instants, *, holds: bool) -> Numbers:
    left: Numbers = samples.value[after - 1]
    if holds:
        return left
    begun_ms = samples.at_ms[after - 1]
    part = (at_ms - begun_ms) / (samples.at_ms[after] - begun_ms)
    right: Numbers = samples.value[after]
    value: Numbers = left * (1 - part) + right * part
    return value


def _above_zero(left: Numbers, right: Numbers) -> Numbers:
    """Return the area above zero under lines of length 1 from `2 x left` to `2 x right`."""
    crossing = (left > 0) != (right > 0)
    whole = np.maximum(left, 0.0) + np.maximum(right, 0.0)
    if not crossing.any():
        return whole
    above = np.maximum(left, right)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(crossing, above * (above / np.abs(left - right)), whole)
