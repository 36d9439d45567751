"""The highest quarter hours of a load, what stood behind them, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from core.money import CENT
from core.readings import SlotShare
from core.texts import Finding
from energy.loads import SLOTS_PER_HOUR, Load, too_little

WITHOUT_SLOTS: Final = (1, 4, 12, 96)
"""After how many avoided quarter hours the next peak is told: one, an hour, three hours, a day's worth."""

THOUSANDTHS_PER_KW: Final = 250_000
"""What a kilowatt counts in a quarter hour, in mWh."""


@dataclass(frozen=True, slots=True)
class Peak:
    """The highest quarter hour: when it begins, what was counted in it (thousandths), and what that stands on.

    Of several as high ones the first.
    """

    at_ms: int
    thousandths: int
    share: SlotShare

    @property
    def rate(self) -> Decimal:
        """Return the mean rate of the quarter hour, exactly, in the unit per hour (W of Wh)."""
        return rate_of(self.thousandths)


@dataclass(frozen=True, slots=True)
class Part:
    """What stood behind a peak: a source with what it counted in that quarter hour, None where that is not known.

    What a source fed in is negative.
    """

    source: str
    thousandths: int | None


@dataclass(frozen=True, slots=True)
class Attribution:
    """A peak taken apart: its parts and the rest, which nobody metered (or which is not known) sum to it exactly."""

    parts: tuple[Part, ...]
    rest: int


@dataclass(frozen=True, slots=True)
class Avoided:
    """What the peak would have been without its `slots` highest quarter hours (thousandths)."""

    slots: int
    thousandths: int


def rate_of(thousandths: int) -> Decimal:
    """Return the mean rate, in the unit per hour, of what was counted in a quarter hour."""
    return Decimal(thousandths * SLOTS_PER_HOUR).scaleb(-3)


def peak_of(load: Load) -> Peak | Finding:
    """Return the highest quarter hour of what is known of a load, or why it cannot be told."""
    if reason := too_little(load):
        return reason
    slot = int(np.argmax(np.where(load.known, load.thousandths, np.iinfo(np.int64).min)))
    return Peak(int(load.start_ms[slot]), int(load.thousandths[slot]), load.share_at(slot))


def attribute(peak: int, counted: Mapping[str, int | None]) -> Attribution:
    """Return what sources counted at a peak, the largest first, and what is left of it."""
    parts = [Part(source, thousandths) for source, thousandths in counted.items()]
    parts.sort(key=lambda part: (part.thousandths is None, -(part.thousandths or 0), part.source))
    return Attribution(tuple(parts), peak - sum(part.thousandths or 0 for part in parts))


def avoided(load: Load, slots: Sequence[int] = WITHOUT_SLOTS) -> tuple[Avoided, ...]:
    """Return the peak that would be left without the highest quarter hours; nothing is told of more than there are."""
    ranked = np.sort(load.thousandths[load.known])[::-1]
    return tuple(Avoided(count, int(ranked[count])) for count in slots if count < len(ranked))


def power_cost_eur(thousandths: int, price_eur_per_kw: Decimal) -> Decimal:
    """Return what the power of a quarter hour costs in the year or month that the price is for, in whole cents."""
    return (Decimal(thousandths) * price_eur_per_kw / THOUSANDTHS_PER_KW).quantize(CENT)
