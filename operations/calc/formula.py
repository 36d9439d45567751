"""Formulas with their figures put in, as text that needs no language: decimals with a point, amounts with units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from core.factor_subjects import Subject
from core.factors import Chosen
from fleet.costs.thg import Certificate
from fleet.savings.emission_terms import Term
from operations.calc.inputs import number, thousandth
from operations.calc.rows import TermRow

MINUS = " \N{MINUS SIGN} "


def savings_formula(lines: Sequence[TermRow], avoided_g: Decimal | None) -> str:
    """Return the sum of a saving: the baseline less everything else, and what is left."""
    added = " + ".join(_term(line) for line in lines if line.term is Term.BASELINE) or "?"
    taken = [f"{MINUS}{_term(line)}" for line in lines if line.term is not Term.BASELINE]
    left = thousandth(avoided_g)
    return f"{added}{''.join(taken)} = {'?' if left is None else number(left)} kg"


def certificate_formula(found: Certificate, count: int) -> str:
    """Return `kWh × 0.0036 × k × (B × (1 - q) - EF × 0.4)` with its figures; nothing where it is not computed."""
    if found.kg is None or found.energy_kwh is None or len(found.factors) < len(_LETTERS) - 1:
        return ""
    values = {letter: number(value) for letter, value in zip(_LETTERS, _values(found.factors), strict=False)}
    base = values["B"]
    if "q" in values:
        base = f"{base} × (1{MINUS}{values['q']} / 100)"
    grid = f"{values['EF']} × {values['efficiency']}"
    times = f"{count} × " if count != 1 else ""
    energy = number(found.energy_kwh)
    return f"{times}{energy} kWh × 0.0036 × {values['k']} × ({base}{MINUS}{grid}) = {number(found.kg * count)} kg"


_LETTERS = ("k", "B", "EF", "efficiency", "q")


def _values(factors: Iterable[Chosen]) -> list[Decimal]:
    return [chosen.factor.value for chosen in factors]


def _term(line: TermRow) -> str:
    amount = f"{number(line.amount)} {line.unit}"
    if line.distance_km is not None and line.per_100km is not None:
        amount = f"{number(line.distance_km)} km / 100 × {number(line.per_100km)} {line.unit}"
    if line.factor is not None:
        return f"{amount} × {number(line.factor.value)} {line.factor.unit}"
    intensity = line.g_per_kwh if line.subject is not Subject.PV else None
    return f"{amount} × {number(intensity or Decimal(0))} g/kWh"
