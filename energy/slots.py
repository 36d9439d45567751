"""What a register counted in each quarter hour, from its curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.readings import SlotShare
from energy.positions import SLOT_MS, WAYS, Curve, Way, whole_seconds
from energy.series import SHARE_NUMBERS, Amounts, Instants

MISSING = SHARE_NUMBERS[SlotShare.MISSING]


def slot_of(at_ms: int) -> int:
    """Return when the slot that an instant lies in begins."""
    return at_ms - at_ms % SLOT_MS


@dataclass(frozen=True, slots=True)
class OpenSlot:
    """What is known of a slot up to the newest position in it.

    `position` is that at its begin (thousandths) and `begins` how it is known; `spent_ms` is how long
    each `Way` lasted so far.
    """

    position: int
    begins: int
    spent_ms: tuple[int, ...]

    @staticmethod
    def at(at_ms: int, position: int, read: int) -> OpenSlot:
        """Return the slot in which the first position of all lies: what was before it is missing."""
        unknown_ms = at_ms % SLOT_MS
        spent_ms = tuple(unknown_ms if way is Way.MISSING else 0 for way in Way)
        return OpenSlot(position, MISSING if unknown_ms else read, spent_ms)


def amounts_of(curve: Curve, begun: OpenSlot) -> tuple[Amounts, OpenSlot]:
    """Return what was counted in the slots that the curve completes, and the slot that it leaves open.

    `begun` is the slot in which the curve begins. A slot that the curve's last position lies in is
    not complete yet, unless that position is its end.
    """
    first_ms, last_ms = slot_of(int(curve.at_ms[0])), slot_of(int(curve.at_ms[-1]))
    borders_ms: Instants = np.arange(first_ms, last_ms + 1, SLOT_MS, dtype=np.int64)
    later, later_shares = curve.at(borders_ms[1:])
    position = np.concatenate([[begun.position], later])
    share = np.concatenate([np.array([begun.begins], np.uint8), later_shares])
    spent_ms = np.empty((len(borders_ms) + 1, WAYS), np.int64)
    spent_ms[0] = [-spent for spent in begun.spent_ms]
    spent_ms[1:] = curve.spent_ms(np.append(borders_ms[1:], curve.at_ms[-1]))
    in_each_ms = np.diff(spent_ms, axis=0)
    amounts = Amounts(
        borders_ms[:-1],
        np.diff(position),
        whole_seconds(in_each_ms[:-1]),
        share[:-1],
        _ends(share, in_each_ms[:-1, Way.MISSING] > 0),
    )
    return amounts, OpenSlot(int(position[-1]), int(share[-1]), tuple(in_each_ms[-1].tolist()))


def _ends(share: np.ndarray, lacks: np.ndarray) -> np.ndarray:
    """Return how the ends are known: missing too where a step within the slot could not be counted."""
    begins, ends = share[:-1], share[1:].copy()
    ends[lacks & (begins != MISSING)] = MISSING
    return ends
