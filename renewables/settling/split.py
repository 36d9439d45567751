"""An amount in whole cents split by areas: largest remainder, ties to the lower key, the sum is the amount."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from fractions import Fraction

from core.exact import decimal_of
from core.money import CENT, allocate
from renewables.settled import SettledPart
from renewables.settling.parties import Party

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Refusals:
    """Who refused, and whether the others get it as well."""

    keys: Collection[str]
    redistribute: bool


def split(total_eur: Decimal, parties: Sequence[Party], refusals: Refusals, *, owed: bool) -> tuple[SettledPart, ...]:
    """Return each party's part; what was refused, lies abroad or is not owed is not paid.

    With redistribution those who accept share the whole. Where nobody accepts, the parts are as if all did.
    """
    accepting = [party for party in parties if party.key not in refusals.keys]
    anybody = any(not party.abroad for party in accepting)
    sharing = accepting if refusals.redistribute and anybody else list(parties)
    whole = sum(party.area_m2 for party in sharing)
    pairs = zip(sharing, allocate(total_eur, [party.area_m2 for party in sharing]), strict=True)
    found = {party.key: (Fraction(total_eur) * party.area_m2 / whole, amount) for party, amount in pairs}
    return tuple(_part(party, *found.get(party.key, (Fraction(0), NOTHING)), refusals, owed=owed) for party in parties)


def _part(party: Party, exact: Fraction, amount_eur: Decimal, refusals: Refusals, *, owed: bool) -> SettledPart:
    refused = party.key in refusals.keys
    return SettledPart(
        key=party.key,
        name=party.name,
        kind=party.kind,
        area_m2=party.area_m2,
        exact_eur=decimal_of(exact),
        amount_eur=amount_eur,
        extra_cents=int(amount_eur * 100) - int(exact * 100),
        refused=refused,
        paid_eur=amount_eur if owed and not refused and not party.abroad else NOTHING,
    )


def earmarked(parts: Sequence[SettledPart], share: Decimal) -> tuple[tuple[str, Decimal], ...]:
    """Return which part of what each party gets is earmarked: no less than its share, so rounded up to whole cents."""
    paid = [part for part in parts if part.paid_eur > 0]
    return tuple((part.key, (part.paid_eur * share).quantize(CENT, ROUND_UP)) for part in paid)
