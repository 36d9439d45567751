"""What was used from a store of oil or pellets, from how full it was: falls are use, rises are deliveries.

The level is followed downwards. A rise of up to a fiftieth of the highest level ever seen is noise of the
sensor, or warmth; a higher one is a delivery. A single value that stands out is passed over; what a
person read counts as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from core.readings import SlotShare
from energy.positions import COURSE_GAP_MAX_S, Curve, read_shares
from energy.register_rules import Step
from energy.register_walk import at_utc
from energy.series import SHARE_NUMBERS, Amounts, Instants, Samples
from energy.slots import OpenSlot, amounts_of

NOISE_SHARE = 0.02
ESTIMATED = SHARE_NUMBERS[SlotShare.ESTIMATED]
MEASURED = SHARE_NUMBERS[SlotShare.MEASURED]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A store was filled between two readings: how much more was in it than before."""

    from_utc: datetime
    to_utc: datetime
    amount: float


@dataclass(frozen=True, slots=True, eq=False)
class Used:
    """What was used from a store in each quarter hour, and what was delivered."""

    amounts: Amounts
    deliveries: tuple[Delivery, ...]


def used_from(samples: Samples, by_hand: Iterable[tuple[int, float]], nominal_interval_s: int) -> Used | None:
    """Return what was used from a store, None before there are two levels.

    `by_hand` are instants and values that people read. What is used while a store is filled is not known:
    within a delivery of up to 25 hours it is taken for nothing and estimated, in a longer one it is missing.
    """
    at_ms, level, share = _levels(samples, by_hand)
    if len(at_ms) < 2:  # noqa: PLR2004 - a fall has two ends
        return None
    position, filled, deliveries = _followed(at_ms, level, _noise(level))
    gap_s = np.diff(at_ms, prepend=at_ms[:1]) // 1000
    long = filled & (gap_s > max(COURSE_GAP_MAX_S, 2 * nominal_interval_s))
    step = np.where(long, Step.EXCHANGE, Step.COUNTED).astype(np.uint8)
    read = np.where(filled, np.maximum(share, ESTIMATED), share).astype(np.uint8)
    curve = Curve.of(at_ms, position, step, read, nominal_interval_s)
    amounts, _ = amounts_of(curve, OpenSlot.at(int(at_ms[0]), 0, int(read[0])))
    return Used(amounts, deliveries)


def _levels(
    samples: Samples, by_hand: Iterable[tuple[int, float]]
) -> tuple[Instants, NDArray[np.float64], NDArray[np.uint8]]:
    """Return all levels by instant, the measured ones without single values that stand out; the last waits."""
    levels = {}
    if len(samples) > 2:  # noqa: PLR2004 - a value has two neighbours
        kept = samples.take(slice(-1)).take(~_wild(samples.value))
        shares = read_shares(kept.quality)
        levels = {
            at: (value, int(share))
            for at, value, share in zip(kept.at_ms.tolist(), kept.value.tolist(), shares.tolist(), strict=True)
        }
    levels |= {at: (value, MEASURED) for at, value in by_hand}
    rows = sorted(levels.items())
    return (
        np.array([at for at, _ in rows], np.int64),
        np.array([said[0] for _, said in rows], np.float64),
        np.array([said[1] for _, said in rows], np.uint8),
    )


def _wild(value: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which values but the last stand out from both neighbours to the same side."""
    noise = _noise(value)
    rise, fall = value[1:-1] - value[:-2], value[1:-1] - value[2:]
    out = ((rise > noise) & (fall > noise)) | ((rise < -noise) & (fall < -noise))
    return np.concatenate([[False], out])


def _noise(level: NDArray[np.float64]) -> float:
    """Return how much a level may rise without anything having been delivered; few wild values do not count."""
    return NOISE_SHARE * float(np.quantile(level, 0.99, method="lower"))


def _followed(
    at_ms: Instants, level: NDArray[np.float64], noise: float
) -> tuple[NDArray[np.int64], NDArray[np.bool_], tuple[Delivery, ...]]:
    """Return what had been used by each instant in thousandths, at which a delivery ended, and the deliveries."""
    held, used = float(level[0]), 0.0
    position = np.zeros(len(level), np.int64)
    filled = np.zeros(len(level), np.bool_)
    deliveries = []
    for row, now in enumerate(level.tolist()):
        if now < held:
            used += held - now
            held = now
        elif now > held + noise:
            deliveries.append(Delivery(at_utc(int(at_ms[row - 1])), at_utc(int(at_ms[row])), now - held))
            filled[row] = True
            held = now
        position[row] = round(used * 1000)
    return position, filled, tuple(deliveries)
