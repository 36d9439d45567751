"""The THG-Quote: what a vehicle or charge point may be certified for, in kilograms and in euros (38. BImSchV).

    kg = kWh × 0.0036 × k × (B × (1 - q) - EF × 0.4)

with q the quota of the year (trade convention) or 0: both are in use, so each result names its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from core.exact import decimal_of
from core.factor_subjects import Subject
from core.factors import Chosen, Factor, FactorTable
from core.inventory.mobility import Drive, VehicleClass
from core.texts import Finding
from fleet.choice import FactorChoice

GJ_PER_KWH = Fraction(36, 10_000)
KG_PER_T = 1000


class Convention(StrEnum):
    """Whether the quota is taken off the base value."""

    WITH_QUOTA = "with_quota"
    WITHOUT_QUOTA = "without_quota"


class CertificateOf(StrEnum):
    """What is certified: a registered vehicle by its flat energy, or a public charge point by its metered one."""

    VEHICLE = "vehicle"
    POINT = "point"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What an energy may be certified for; None with `reason` where it is not computed.

    `kg` and `eur` are exact; `eur` is None where no price is given. `factors` are all parameters in the order of the
    formula, the quota left out where it does not count.
    """

    convention: Convention
    energy_kwh: Decimal | None
    kg: Decimal | None = None
    eur: Decimal | None = None
    factors: tuple[Chosen, ...] = ()
    reason: Finding | None = None

    @property
    def provisional(self) -> bool:
        """Return whether a parameter stands in for one that is not published yet."""
        return any(chosen.provisional for chosen in self.factors)


@dataclass(frozen=True, slots=True)
class Sale:
    """At what price certificates are sold, and what share of it the trader keeps."""

    price_eur_per_t: Decimal
    fee_percent: Decimal = Decimal(0)

    def eur(self, kg: Fraction) -> Fraction:
        """Return what some kilograms bring."""
        return kg / KG_PER_T * Fraction(self.price_eur_per_t) * (1 - Fraction(self.fee_percent) / 100)


def year_choice(table: FactorTable, year: int) -> FactorChoice:
    """Return the parameters of a year: what came into force within it counts for all of it."""
    return FactorChoice(table, date(year, 12, 31))


def flat_kwh(kind: VehicleClass, drive: Drive, choice: FactorChoice) -> Chosen | Finding:
    """Return the flat energy of a vehicle and year; only purely electric ones of some classes have one."""
    if drive is not Drive.BATTERY:
        return Finding.of("thg.not_battery", drive=drive.value)
    subject = _FLAT.get(kind)
    return Finding.of("thg.no_flat_energy", vehicle_class=kind.value) if subject is None else choice.figure(subject)


def certificate(
    energy_kwh: Fraction | Finding,
    choice: FactorChoice,
    convention: Convention,
    sale: Sale | None,
    *,
    heavy: bool = False,
) -> Certificate:
    """Return the certificate of an energy; `heavy` for vehicles of M3 and N3, whose multiplier differs from 2027."""
    if isinstance(energy_kwh, Finding):
        return Certificate(convention=convention, energy_kwh=None, reason=energy_kwh)
    asked = [choice.figure(subject) for subject in _parameters(heavy=heavy)]
    if convention is Convention.WITH_QUOTA:
        asked.append(quota(choice))
    missing = next((each for each in asked if isinstance(each, Finding)), None)
    energy = decimal_of(energy_kwh)
    if missing is not None:
        return Certificate(convention=convention, energy_kwh=energy, reason=missing)
    found = [each for each in asked if isinstance(each, Chosen)]
    kg = energy_kwh * GJ_PER_KWH * _kg_per_gj([each.factor for each in found])
    eur = None if sale is None else decimal_of(sale.eur(kg))
    return Certificate(convention=convention, energy_kwh=energy, kg=decimal_of(kg), eur=eur, factors=tuple(found))


def proven_certificate(
    energy_kwh: Fraction, choice: FactorChoice, convention: Convention, sale: Sale | None
) -> Certificate:
    """Return the certificate of roof power behind a point's own connection, proven by quarter hours (§ 5 Abs. 5)."""
    found = choice.figure(Subject.THG_PV)
    energy = decimal_of(energy_kwh)
    if isinstance(found, Finding):
        return Certificate(convention=convention, energy_kwh=energy, reason=found)
    kg = energy_kwh * Fraction(found.factor.value)
    eur = None if sale is None else decimal_of(sale.eur(kg))
    return Certificate(convention=convention, energy_kwh=energy, kg=decimal_of(kg), eur=eur, factors=(found,))


def quota(choice: FactorChoice) -> Chosen | Finding:
    """Return the quota of a year as it takes effect, with what § 37h BImSchG adds where that is known.

    One that an operator or the input states goes before a shipped one, whichever of both it is.
    """
    stated, effective = choice.figure(Subject.THG_QUOTA), choice.figure(Subject.THG_QUOTA_EFFECTIVE)
    if isinstance(effective, Finding) or isinstance(stated, Finding):
        return stated if isinstance(effective, Finding) else effective
    return stated if stated.factor.layer > effective.factor.layer else effective


def deadline(of: CertificateOf, year: int, choice: FactorChoice) -> date | Finding:
    """Return the last day on which certificates of a year can be applied for."""
    found = choice.figure(_DEADLINES[of])
    return found if isinstance(found, Finding) else date(year, 12, 31) + timedelta(days=int(found.factor.value))


def _parameters(*, heavy: bool) -> tuple[Subject, ...]:
    multiplier = Subject.THG_MULTIPLIER_HEAVY if heavy else Subject.THG_MULTIPLIER
    return multiplier, Subject.THG_BASE, Subject.THG_GRID, Subject.THG_EFFICIENCY


def _kg_per_gj(factors: list[Factor]) -> Fraction:
    values = [Fraction(factor.value) for factor in factors]
    multiplier, base, grid, efficiency, *taken_off = values
    return multiplier * (base * (1 - sum(taken_off, Fraction(0)) / 100) - grid * efficiency)


HEAVY = frozenset({VehicleClass.M3, VehicleClass.N3})
_FLAT = {
    VehicleClass.M1: Subject.THG_FLAT_M1,
    VehicleClass.L: Subject.THG_FLAT_L,
    VehicleClass.N1: Subject.THG_FLAT_N1,
    VehicleClass.N2: Subject.THG_FLAT_N2,
    VehicleClass.N3: Subject.THG_FLAT_N3,
    VehicleClass.M3: Subject.THG_FLAT_M3,
}
_DEADLINES = {
    CertificateOf.VEHICLE: Subject.THG_DEADLINE_VEHICLES,
    CertificateOf.POINT: Subject.THG_DEADLINE_POINTS,
}
