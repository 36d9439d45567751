"""Factors: what a kWh, a litre or a vehicle counts for, with unit, boundary, edition and source; never a bare number.

Factors are data (`config/factors/`). A calculation asks the table for one by subject, boundary and day, and
gets it, or a finding why there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum
from fractions import Fraction
from functools import lru_cache

from core.exact import decimal_of
from core.factor_subjects import PUBLISHED_YEARLY, Subject
from core.texts import Finding


class Boundary(StrEnum):
    """What is counted: at the exhaust or power station only, or from the well or mine on."""

    DIRECT = "direct"
    """Electricity: CO2 of the power stations."""
    CO2E_NO_UPSTREAM = "co2e_no_upstream"
    """Electricity: all greenhouse gases of the power stations."""
    CO2E_UPSTREAM = "co2e_upstream"
    """Electricity: all greenhouse gases with Vorkette."""
    TTW = "ttw"
    """Fuel: CO2 of burning it (tank to wheel); for a whole calculation: with direct electricity."""
    WTW = "wtw"
    """Fuel: all greenhouse gases from the well on; for a whole calculation: with electricity with Vorkette."""

    @property
    def whole(self) -> Boundary:
        """Return the boundary of the calculations that it belongs to: `ttw`, `wtw`, or itself alone."""
        if self is Boundary.DIRECT:
            return Boundary.TTW
        return Boundary.WTW if self is Boundary.CO2E_UPSTREAM else self


class Reference(StrEnum):
    """Whether an energy of fuel is meant by its lower or its upper heating value."""

    HI = "Hi"
    HO = "Ho"


class Status(StrEnum):
    """How sure the publisher is of a value."""

    FINAL = "final"
    PRELIMINARY = "preliminary"
    ESTIMATED = "estimated"


class Provenance(StrEnum):
    """Where we have a value from."""

    SOURCED = "S"
    """Read in the statute or publication."""
    SECONDARY = "2"
    """Known from somebody's transcription of it."""
    UNVERIFIED = "U"
    """General knowledge."""
    DERIVED = "derived"
    """Computed from sourced figures."""
    OWN = "own"
    """A decision of the service or of its operator."""


class Per(StrEnum):
    """What an emission factor is multiplied with."""

    ENERGY = "wh"
    VOLUME = "l"
    MASS = "kg"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: `grams` per Wh, litre or kilogram (`per`); of what is no emission factor both are None."""

    per: Per | None = None
    grams: Decimal | None = None


UNITS: Mapping[str, Unit] = {
    "g/kWh": Unit(Per.ENERGY, Decimal("0.001")),
    "kg/kWh": Unit(Per.ENERGY, Decimal(1)),
    "kg/MWh": Unit(Per.ENERGY, Decimal("0.001")),
    "t/MWh": Unit(Per.ENERGY, Decimal(1)),
    "g/MJ": Unit(Per.ENERGY, Decimal("0.0036")),
    "kg/GJ": Unit(Per.ENERGY, Decimal("0.0036")),
    "t/GJ": Unit(Per.ENERGY, Decimal("3.6")),
    "t/TJ": Unit(Per.ENERGY, Decimal("0.0036")),
    "g/l": Unit(Per.VOLUME, Decimal(1)),
    "kg/l": Unit(Per.VOLUME, Decimal(1000)),
    "g/kg": Unit(Per.MASS, Decimal(1)),
    "kg/kg": Unit(Per.MASS, Decimal(1000)),
    "EUR/t": Unit(),
    "%": Unit(),
    "1": Unit(),
    "kWh": Unit(),
    "g/km": Unit(),
    "l/100km": Unit(),
    "d": Unit(),
}


class Layer(IntEnum):
    """Who says so: what stands later goes before what stands earlier."""

    SHIPPED = 0
    FOLDER = 1
    INPUT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A value with all that is needed to judge and cite it.

    It holds from `valid_from` to the day before `valid_to`; `year` is the year it was published for. `terms` are
    what it was multiplied from. `group` is the set it belongs to; factors of a `usual` set are taken where none is
    asked for by name. `place` is where it was written.
    """

    id: str
    group: str
    subject: Subject
    value: Decimal
    unit: str
    boundary: Boundary | None = None
    reference: Reference | None = None
    year: int | None = None
    edition: str = ""
    status: Status = Status.FINAL
    source: str = ""
    provenance: Provenance = Provenance.OWN
    valid_from: date = date.min
    valid_to: date | None = None
    note: str = ""
    terms: tuple[tuple[str, Decimal], ...] = ()
    usual: bool = True
    layer: Layer = Layer.SHIPPED
    place: str = field(default="", compare=False)

    def valid_on(self, day: date) -> bool:
        """Return whether it holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def overlaps(self, other: Factor) -> bool:
        """Return whether there is a day on which both hold."""
        return self.valid_on(max(self.valid_from, other.valid_from)) and other.valid_on(
            max(self.valid_from, other.valid_from)
        )

    @property
    def per(self) -> Per | None:
        """Return what it is multiplied with, None if it is no emission factor."""
        return UNITS[self.unit].per

    @property
    def grams(self) -> Fraction:
        """Return the grams per Wh, litre or kilogram. Only emission factors have them."""
        assert UNITS[self.unit].grams is not None, self.id  # noqa: S101 - `per` says which have
        return _grams(self.value, self.unit)

    @property
    def question(self) -> tuple[object, ...]:
        """Return what it answers: of a set, or of all usual sets, only one factor may on any day."""
        whole = self.boundary.whole if self.boundary else None
        return self.subject, whole, self.reference, self.per

    def per_kg(self, density_kg_per_l: Decimal) -> Factor:
        """Return the same factor per litre, of a fuel of this density."""
        terms = (*(self.terms or (("factor_kg_per_kg", self.value),)), ("density_kg_per_l", density_kg_per_l))
        value = decimal_of(Fraction(self.value) * Fraction(density_kg_per_l))
        return replace(self, value=value, unit="kg/l" if self.unit == "kg/kg" else "g/l", terms=terms)


@lru_cache(maxsize=1024)
def _grams(value: Decimal, unit: str) -> Fraction:
    return Fraction(value) * Fraction(UNITS[unit].grams or 0)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A factor for a day; `provisional` where its year is not that of the day, as none is published yet."""

    factor: Factor
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which factor: `group` None takes the usual sets. What was given with a calculation goes before all sets."""

    subject: Subject
    boundary: Boundary | None
    day: date
    group: str | None = None
    per: Per | None = None
    reference: Reference | None = None

    def fits(self, factor: Factor) -> bool:
        """Return whether a factor is about this, on whatever day."""
        return (
            factor.subject is self.subject
            and (self._in_group(factor) or factor.layer is Layer.INPUT)
            and (factor.boundary.whole if factor.boundary else None) is (self.boundary.whole if self.boundary else None)
            and self.per in (None, factor.per)
            and self.reference in (None, factor.reference)
        )

    def _in_group(self, factor: Factor) -> bool:
        return factor.group == self.group if self.group else factor.usual


class FactorTable:
    """All factors in force."""

    def __init__(self, factors: Iterable[Factor]) -> None:
        self._factors = tuple(factors)
        self._by_subject: dict[Subject, list[Factor]] = {}
        for factor in self._factors:
            self._by_subject.setdefault(factor.subject, []).append(factor)

    def __iter__(self) -> Iterator[Factor]:
        return iter(self._factors)

    def __len__(self) -> int:
        return len(self._factors)

    def with_more(self, factors: Iterable[Factor]) -> FactorTable:
        """Return a table with more factors."""
        return FactorTable((*self._factors, *factors))

    def get(self, id: str) -> Factor | None:  # noqa: A002 - it is what people call it
        """Return the factor of that id, the one that goes before others, None if there is none."""
        found = [factor for factor in self._factors if factor.id == id]
        return max(found, key=lambda factor: factor.layer, default=None)

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the names of all sets."""
        return tuple(dict.fromkeys(factor.group for factor in self._factors))

    def has_own(self, subject: Subject) -> bool:
        """Return whether anything about a subject was stated besides what is shipped."""
        return any(factor.layer is not Layer.SHIPPED for factor in self._by_subject.get(subject, ()))

    def find(self, wanted: Wanted) -> Chosen | Finding:
        """Return the factor for a day, or the finding why there is none.

        A year that is still to be published takes the latest one that is, provisionally.
        """
        fitting = [factor for factor in self._by_subject.get(wanted.subject, ()) if wanted.fits(factor)]
        valid = [factor for factor in fitting if factor.valid_on(wanted.day)]
        if valid:
            return Chosen(max(valid, key=lambda factor: factor.layer))
        if wanted.subject in PUBLISHED_YEARLY:
            dated = [factor for factor in fitting if factor.valid_to is not None]
            newest = max(dated, key=lambda factor: (factor.valid_from, factor.layer), default=None)
            if newest is not None and newest.valid_from <= wanted.day:
                return Chosen(newest, provisional=True)
        return _missing(wanted)


def _missing(wanted: Wanted) -> Finding:
    boundary = wanted.boundary.value if wanted.boundary else ""
    group = wanted.group or ""
    if wanted.subject is Subject.RESIDUAL_MIX:
        return Finding.of("factors.no_residual_mix", boundary=boundary, year=str(wanted.day.year))
    per = {Per.ENERGY: "kWh", Per.VOLUME: "l", Per.MASS: "kg"}.get(wanted.per, "") if wanted.per else ""
    code = "factors.missing_in_set" if group else "factors.missing"
    said = {
        "subject": wanted.subject.value,
        "boundary": boundary or "–",
        "year": str(wanted.day.year),
        "per": per or "–",
    }
    return Finding.of(code, **said, **({"group": group} if group else {}))
