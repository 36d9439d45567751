"""Amounts that people add to what a register counted, or take from it: spread evenly, exact at every border.

What is added up to an instant is rounded to whole thousandths of the unit, so that any adjoining
periods add up to what was booked, as the dial's own positions do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from energy.positions import SLOT_MS
from energy.register_rules import Booking, Correction
from energy.register_walk import epoch_ms, thousandths
from energy.series import Amounts

Instants = NDArray[np.int64]


def corrections_in(bookings: Iterable[Booking]) -> tuple[Correction, ...]:
    """Return the corrections among bookings."""
    return tuple(booking for booking in bookings if isinstance(booking, Correction))


def corrected(amounts: Amounts, bookings: Iterable[Booking]) -> Amounts:
    """Return what was counted in slots together with what was booked to be added there; how it is known stays."""
    found = corrections_in(bookings)
    if not found or not len(amounts):
        return amounts
    more = added_until(found, amounts.start_ms + SLOT_MS) - added_until(found, amounts.start_ms)
    return replace(amounts, thousandths=amounts.thousandths + more)


def added_in(bookings: Iterable[Booking], start_ms: int, end_ms: int) -> int:
    """Return how many thousandths of the unit corrections add from one instant to another."""
    found = corrections_in(bookings)
    begin, end = added_until(found, np.array([start_ms, end_ms], np.int64)).tolist()
    return int(end - begin)


def added_until(corrections: Iterable[Correction], at_ms: Instants) -> Instants:
    """Return how many thousandths of the unit corrections have added by each instant."""
    added = np.zeros(len(at_ms), np.int64)
    for one in corrections:
        from_ms, until_ms = epoch_ms(one.at_utc), epoch_ms(one.until_utc)
        spent = (np.clip(at_ms, from_ms, until_ms) - from_ms) / max(until_ms - from_ms, 1)
        added += np.rint(thousandths(one.amount) * spent).astype(np.int64)
    return added
