"""Energies and powers times rates, exactly, as a person writes them down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from core.exact import EXACT, decimal_of, sum_of
from renewables.rules import BasePart, Combine, Rule, Term, TotalRounding
from renewables.settled import SettledTerm
from renewables.settling.energy import Counted

EUR_PER: Mapping[str, Fraction] = {"ct/kWh": Fraction(1, 100), "EUR/MW": Fraction(1), "EUR": Fraction(1)}
"""How many euros one of a rate's unit is."""

PER_KWH = "ct/kWh"


def energies_of(rule: Rule) -> bool:
    """Return whether a rule needs to know energies."""
    return any(part in (BasePart.FED_IN, BasePart.FICTITIOUS) for term in rule.terms for part in term.base)


def counts_fictitious(rule: Rule) -> bool:
    """Return whether a rule counts power that was not fed in."""
    return any(BasePart.FICTITIOUS in term.base for term in rule.terms)


def settled_terms(rule: Rule, counted: Counted, power_w: float, rate_ct: Decimal | None) -> tuple[SettledTerm, ...]:
    """Return each term's amount; `rate_ct` stands in for every rate per kWh. Of a maximum only the greatest counts."""
    terms = [_settled(term, counted, power_w, rate_ct) for term in rule.terms]
    if rule.combine is Combine.SUM:
        return tuple(terms)
    greatest = max(range(len(terms)), key=lambda place: terms[place].amount_eur)
    return tuple(replace(term, counts=place == greatest) for place, term in enumerate(terms))


def credit(law: str, paid_eur: Decimal) -> SettledTerm:
    """Return what is taken off because it is paid by another law."""
    return SettledTerm(
        base=f"credit:{law}",
        quantity=paid_eur,
        unit="EUR",
        rate=Decimal(-1),
        rate_unit="1",
        amount_eur=-paid_eur,
        counts=True,
        formula=f"-{_plain(paid_eur)} EUR ({law})",
    )


def total_of(terms: Iterable[SettledTerm]) -> Decimal:
    """Return the exact sum of what counts, never less than nothing."""
    return max(Decimal(0), sum_of(term.amount_eur for term in terms if term.counts))


def rounded(exact_eur: Decimal, rounding: TotalRounding) -> Decimal:
    """Return an amount in whole cents: down, or half a cent up."""
    cents = Fraction(exact_eur) * 100 + (Fraction(1, 2) if rounding is TotalRounding.HALF_UP else 0)
    return EXACT.scaleb(Decimal(cents.numerator // cents.denominator), -2)


def power_mw(power_w: float) -> Decimal:
    """Return a power in MW with all its digits."""
    return decimal_of(Fraction(Decimal(repr(power_w))) / 1_000_000)


def _settled(term: Term, counted: Counted, power_w: float, rate_ct: Decimal | None) -> SettledTerm:
    rate, unit = term.rate.number, term.rate.unit
    if unit == PER_KWH and rate_ct is not None:
        rate = rate_ct
    parts = [_QUANTITIES[part](counted, power_w) for part in term.base if counted.fictitious or not _fictitious(part)]
    quantity = sum_of(parts)
    amount = decimal_of(Fraction(quantity) * Fraction(rate) * EUR_PER[unit])
    return SettledTerm(
        base="+".join(term.base),
        quantity=quantity,
        unit=_UNITS[term.base[0]],
        rate=rate,
        rate_unit=unit,
        amount_eur=amount,
        counts=True,
        formula=f"{_sum(parts, _UNITS[term.base[0]])} × {_plain(rate)} {unit} = {_plain(amount)} EUR",
    )


def _fictitious(part: BasePart) -> bool:
    return part is BasePart.FICTITIOUS


def _kwh(energy_wh: int) -> Decimal:
    return decimal_of(Fraction(energy_wh, 1000))


_QUANTITIES: Mapping[BasePart, Callable[[Counted, float], Decimal]] = {
    BasePart.FED_IN: lambda counted, _: _kwh(counted.fed_in_wh),
    BasePart.FICTITIOUS: lambda counted, _: _kwh(counted.fictitious_wh),
    BasePart.MW: lambda _, power_w: power_mw(power_w),
    BasePart.UNIT: lambda _, __: Decimal(1),
}
_UNITS: Mapping[BasePart, str] = {
    BasePart.FED_IN: "kWh",
    BasePart.FICTITIOUS: "kWh",
    BasePart.MW: "MW",
    BasePart.UNIT: "",
}


def _sum(parts: list[Decimal], unit: str) -> str:
    shown = [_plain(part) for part in parts] or ["0"]
    text = shown[0] if len(shown) == 1 else f"({' + '.join(shown)})"
    return f"{text} {unit}".rstrip()


def _plain(value: Decimal) -> str:
    return format(value, "f")
