"""The band around a saving: what each of its parts may be wrong by, and all of them together.

A rule of this service (provenance own): each part has a half-width in percent, which stands with the factors; parts
err independently, so their grams are added as squares, and the result is rounded up to whole grams.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Context, Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from core.exact import EXACT, decimal_of, sum_of
from core.factor_subjects import Subject
from core.factors import Chosen, Factor, Status
from core.inventory.mobility import BaselineBasis
from core.texts import Finding
from fleet.choice import FactorChoice
from fleet.savings.emission_terms import Line, Savings, Term

_SQUARES = Context(prec=50)
GRID = frozenset({Term.GRID, Term.GRID_SLOTS})
"""The intensity of slots has nobody's status: it counts as the least certain of factors."""


class Doubt(StrEnum):
    """What a part of the band comes from."""

    BASELINE = "baseline"
    ENERGY = "energy"
    GRID_FACTOR = "grid_factor"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the band: a half-width in percent of some grams, and the grams it makes."""

    doubt: Doubt
    rule: str
    percent: Decimal
    co2e_g: Decimal


@dataclass(frozen=True, slots=True)
class Band:
    """The saving may be lower or higher by `half_width_g`."""

    low_g: Decimal
    high_g: Decimal
    half_width_g: Decimal
    parts: tuple[Part, ...]


def band_of(
    found: Savings, choice: FactorChoice, basis: BaselineBasis | None, *, measured: bool
) -> Band | Finding | None:
    """Return the band of a saving, None where there is none, or the finding which rule is missing.

    Without a stated `basis` the baseline counts as one from a table; `measured` says that energy is a meter's.
    """
    avoided_g = found.avoided_g
    if avoided_g is None:
        return None
    rules = [
        (Doubt.BASELINE, _BASES[basis or BaselineBasis.TABLE], found.baseline.grams),
        (Doubt.ENERGY, _energy_rule(measured=measured), found.electricity.grams),
        *((Doubt.GRID_FACTOR, _status_rule(line), line.grams) for line in found.lines if line.term in GRID),
    ]
    parts = [_part(doubt, choice.figure(rule), grams or Fraction(0)) for doubt, rule, grams in rules]
    known = tuple(part for part in parts if isinstance(part, Part) and part.co2e_g)
    missing = next((part for part in parts if isinstance(part, Finding)), None)
    if missing:
        return missing
    squares = sum_of(EXACT.multiply(part.co2e_g, part.co2e_g) for part in known)
    half = _SQUARES.sqrt(squares).quantize(Decimal(1), ROUND_CEILING)
    return Band(EXACT.subtract(avoided_g, half), EXACT.add(avoided_g, half), half, known)


_BASES = {
    BaselineBasis.FUEL_CARDS: Subject.UNCERTAINTY_FUEL_CARDS,
    BaselineBasis.CLASS_AVERAGE: Subject.UNCERTAINTY_CLASS_AVERAGE,
    BaselineBasis.TABLE: Subject.UNCERTAINTY_TABLE,
}
_STATUSES = {
    Status.FINAL: Subject.UNCERTAINTY_FINAL,
    Status.PRELIMINARY: Subject.UNCERTAINTY_PRELIMINARY,
    Status.ESTIMATED: Subject.UNCERTAINTY_ESTIMATED,
}


def _energy_rule(*, measured: bool) -> Subject:
    return Subject.UNCERTAINTY_METER if measured else Subject.UNCERTAINTY_VEHICLE_SIDE


def _status_rule(line: Line) -> Subject:
    factor: Factor | None = line.factor
    return _STATUSES[factor.status] if factor and not line.provisional else Subject.UNCERTAINTY_PROVISIONAL


def _part(doubt: Doubt, rule: Chosen | Finding, grams: Fraction) -> Part | Finding:
    if isinstance(rule, Finding):
        return rule
    percent = rule.factor.value
    return Part(doubt, rule.factor.id, percent, decimal_of(abs(grams) * _share(percent)))


@lru_cache(maxsize=64)
def _share(percent: Decimal) -> Fraction:
    return Fraction(percent) / 100
