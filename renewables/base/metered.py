"""What a meter counted month by month, as the energy base takes it: in whole watt-hours, with how well it is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from core.intervals import Amount, Reliability, Shares
from core.readings import SlotShare

Shown = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteredMonth:
    """What a meter counted in a month. `energy_wh` None: nothing that could be relied upon.

    `at_least`: something is missing, it was that much or more. `known` is of how much of the month (0 to 1) the meter
    says something, `shares` what that stands on. `negative_wh` was fed in at prices below zero, None without prices.
    """

    energy_wh: int | None
    at_least: bool = False
    known: float = 1.0
    shares: Shown = ()
    negative_wh: int | None = None


def metered_month(amount: Amount, negative_mwh: int | None = None) -> MeteredMonth:
    """Return a month's total as the energy base takes it: thousandths of Wh are rounded to whole Wh, half to even."""
    reliability = amount.reliability()
    known = 1 - amount.shares.of(SlotShare.MISSING)
    if amount.thousandths is None or reliability is Reliability.NOT_RELIABLE:
        return MeteredMonth(energy_wh=None, known=known, shares=shown(amount.shares))
    return MeteredMonth(
        energy_wh=_wh(amount.thousandths),
        at_least=reliability is Reliability.AT_LEAST,
        known=known,
        shares=shown(amount.shares),
        negative_wh=None if negative_mwh is None else _wh(negative_mwh),
    )


def shown(shares: Shares) -> Shown:
    """Return what a span stands on, as parts that sum to 1."""
    parts = ((share.value, shares.of(share)) for share in SlotShare)
    return tuple((name, part) for name, part in parts if part)


def known_of(months: Mapping[str, MeteredMonth]) -> dict[str, int]:
    """Return the months of which a meter says something."""
    return {name: month.energy_wh for name, month in months.items() if month.energy_wh is not None}


def _wh(thousandths: int) -> int:
    return round(Fraction(thousandths, 1000))
