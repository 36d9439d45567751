"""What own plants earn by what they feed in, month by month: in whole cents, or why it is not computed.

With support (Einspeisevergütung or Marktprämie) every kilowatt-hour earns the anzulegender Wert, but for those fed in
while the price was below zero (EEG § 51): what the market pays and the premium are taken together. Without support it
earns the day-ahead price of its quarter hour. Who markets the power may keep a part; that is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from core.exact import EXACT
from core.inventory.renewables import Plant
from core.money import CENT
from core.texts import Finding

CT_PER_KWH_IN_EUR_PER_WH = Decimal("0.00001")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMonth:
    """A month of an own plant in whole watt-hours; None: not known. `market_eur` is what was fed in worth, exactly."""

    month: str
    generation_wh: int | None = None
    self_use_wh: int | None = None
    fed_in_wh: int | None = None
    negative_wh: int | None = None
    market_eur: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """What a month earned in whole cents; None with a `reason`. `notes` say what it does not take into account."""

    paid_eur: Decimal | None
    reason: Finding | None = None
    notes: tuple[Finding, ...] = ()


def earned_by(plant: Plant, month: OwnMonth) -> Earned:
    """Return what a plant earned in a month. Rounding half up to the cent is our own rule."""
    if month.fed_in_wh is None:
        return Earned(paid_eur=None, reason=Finding.of("feed_in.revenue_no_feed_in", plant=plant.name))
    if not month.fed_in_wh:
        return Earned(paid_eur=cents(Decimal(0)))
    if not plant.marketing.supported:
        if month.market_eur is None:
            return Earned(paid_eur=None, reason=Finding.of("feed_in.revenue_no_prices"))
        return Earned(paid_eur=cents(month.market_eur))
    if plant.value_ct_per_kwh is None:
        return Earned(paid_eur=None, reason=Finding.of("feed_in.revenue_no_value", plant=plant.name))
    paid_wh = max(month.fed_in_wh - (month.negative_wh or 0), 0)
    notes = (Finding.of("feed_in.revenue_negative_unknown"),) if month.negative_wh is None else ()
    exact = EXACT.multiply(EXACT.multiply(Decimal(paid_wh), plant.value_ct_per_kwh), CT_PER_KWH_IN_EUR_PER_WH)
    return Earned(paid_eur=cents(exact), notes=notes)


def cents(exact_eur: Decimal) -> Decimal:
    """Return an amount in whole cents."""
    return exact_eur.quantize(CENT, ROUND_HALF_UP)


def known_sum(values: Iterable[Decimal | int | None]) -> Decimal | int | None:
    """Return the sum of those that are known, None if none is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
