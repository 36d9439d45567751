"""What the grid operator pays back (EEG § 6(5)): for supported kWh only, and never more than was paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from core.exact import EXACT
from core.inventory.renewables import Plant
from core.money import allocate
from core.texts import Finding
from renewables.rules import Rule
from renewables.settled import SettledPart
from renewables.settling.energy import Counted
from renewables.settling.split import NOTHING


def supported_wh(rule: Rule, plant: Plant, energy: Counted) -> int:
    """Return the Wh for which support under the EEG was claimed.

    At negative prices the anzulegende Wert is zero (EEG § 51(1)), so nothing is paid back. Whether power that was
    not fed in is reimbursed is disputed: the rule's record says how it is here.
    """
    if not plant.marketing.supported:
        return 0
    fictitious_wh = energy.fictitious_wh if energy.fictitious and rule.reimburses_fictitious else 0
    return max(0, energy.fed_in_wh - max(0, energy.negative_wh or 0)) + fictitious_wh


def reimbursed(
    parts: Sequence[SettledPart], supported: int, energy: Counted
) -> tuple[tuple[SettledPart, ...], Decimal]:
    """Return the parts with what is paid back of each, and its sum: rounded down, split by what was paid."""
    counted_wh = energy.fed_in_wh + (energy.fictitious_wh if energy.fictitious else 0)
    paid = sum((part.paid_eur for part in parts), NOTHING)
    if not paid or not supported:
        return tuple(parts), NOTHING
    exact = Fraction(paid) * min(supported, counted_wh) / counted_wh
    total = EXACT.scaleb(Decimal(int(exact * 100)), -2)
    amounts = allocate(total, [part.paid_eur for part in parts])
    return tuple(replace(part, reimbursable_eur=amount) for part, amount in zip(parts, amounts, strict=True)), total


def told(rule: Rule, plant: Plant, energy: Counted) -> tuple[Finding, ...]:
    """Return what is worth knowing about what is paid back."""
    if not plant.marketing.supported:
        return (Finding.of("shares.not_supported"),)
    notes = []
    if energy.fictitious and energy.fictitious_wh:
        code = "shares.fictitious_reimbursed" if rule.reimburses_fictitious else "shares.fictitious_not_reimbursed"
        notes.append(Finding.of(code, energy_kwh=energy.fictitious_wh / 1000))
    if energy.negative_wh is None:
        notes.append(Finding.of("shares.negative_unknown"))
    elif energy.negative_wh:
        notes.append(Finding.of("shares.negative_not_reimbursed", energy_kwh=energy.negative_wh / 1000))
    return tuple(notes)
