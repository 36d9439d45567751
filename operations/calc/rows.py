"""What calculations answer: exact decimals, each with the factors it stands on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from core.exact import decimal_of
from core.factor_subjects import Subject
from core.factors import Boundary, Factor, Per, Provenance, Reference, Status
from core.fleet import PvAllocation
from core.inventory.mobility import VehicleClass
from fleet.candidates.procurement import QuotaGroup, QuotaPeriod, Verdict
from fleet.costs.thg import CertificateOf, Convention
from fleet.savings.emission_terms import Account, Line, Resolution, Term
from fleet.savings.pv_savings import PvMethod
from fleet.savings.uncertainty import Doubt
from operations.values import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorUse:
    """A factor as a result cites it; `provisional` where it stands in for a year not published yet."""

    id: str
    subject: Subject
    value: Decimal
    unit: str
    boundary: Boundary | None
    reference: Reference | None
    year: int | None
    edition: str
    status: Status
    provenance: Provenance
    source: str
    provisional: bool = False

    @classmethod
    def of(cls, factor: Factor, *, provisional: bool = False) -> FactorUse:
        """Return a factor as it is cited."""
        return cls(
            id=factor.id,
            subject=factor.subject,
            value=factor.value,
            unit=factor.unit,
            boundary=factor.boundary,
            reference=factor.reference,
            year=factor.year,
            edition=factor.edition,
            status=factor.status,
            provenance=factor.provenance,
            source=factor.source,
            provisional=provisional,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRow:
    """A term of a sum: an amount times a factor; where the factor is none, `g_per_kwh` is the weighted intensity."""

    term: Term
    subject: Subject
    amount: Decimal
    unit: str
    co2e_g: Decimal
    factor: FactorUse | None
    g_per_kwh: Decimal | None
    distance_km: Decimal | None
    per_100km: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BandPart:
    """A part of the uncertainty: by which rule, how many percent, how many grams."""

    doubt: Doubt
    rule: str
    percent: Decimal
    co2e_g: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BandRow:
    """Between which grams the saving lies, and what makes it uncertain."""

    low_g: Decimal
    high_g: Decimal
    half_width_g: Decimal
    parts: tuple[BandPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingsRow:
    """A saving of one variant; what is not computed is None, and `reasons` say why. Negative stays negative.

    `formula` is the sum with its figures, with points for decimals.
    """

    boundary: Boundary
    account: Account
    resolution: Resolution
    avoided_g: Decimal | None
    avoided_kg: Decimal | None
    baseline_g: Decimal | None
    own_fuel_g: Decimal | None
    electricity_g: Decimal | None
    provisional: bool
    formula: str
    lines: tuple[TermRow, ...]
    uncertainty: BandRow | None
    reasons: tuple[Told, ...]
    notes: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseRow:
    """The emissions of purchased electricity (Scope 2): CO2e without Vorkette, by location or by market."""

    account: Account
    co2e_g: Decimal | None
    lines: tuple[TermRow, ...]
    reasons: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalcVehicle:
    """A vehicle's savings in every variant, and the energies they stand on."""

    name: str
    distance_km: Decimal | None
    drawn_kwh: Decimal | None
    grid_kwh: Decimal | None
    pv_kwh: Decimal | None
    electric_distance_km: Decimal | None
    pv_allocation: PvAllocation | None
    results: tuple[SavingsRow, ...]
    purchase: tuple[PurchaseRow, ...]
    notes: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalcTotal:
    """What all vehicles avoided in one variant; `not_computed` of them are not in it."""

    boundary: Boundary
    account: Account
    resolution: Resolution
    avoided_g: Decimal | None
    avoided_kg: Decimal | None
    vehicles: int
    not_computed: int


class PvUse(StrEnum):
    """Where roof power went."""

    SELF_USE = "self_use"
    FEED_IN = "feed_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalcPlant:
    """What a plant's self-use or feed-in (`use`) saved by one method; methods are never added."""

    name: str
    use: PvUse
    method: PvMethod
    energy_kwh: Decimal
    avoided_g: Decimal | None
    avoided_kg: Decimal | None
    provisional: bool
    factors: tuple[FactorUse, ...]
    reason: Told | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalculatedSavings:
    """The answer to a what-if about savings."""

    period: str
    vehicles: tuple[CalcVehicle, ...]
    totals: tuple[CalcTotal, ...]
    plants: tuple[CalcPlant, ...]
    notes: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRow:
    """What vehicles or a point may be certified for by one convention, and what it brings."""

    name: str
    of: CertificateOf
    convention: Convention
    count: int
    energy_kwh: Decimal | None
    kg: Decimal | None
    eur: Decimal | None
    provisional: bool
    formula: str
    deadline: date | None
    factors: tuple[FactorUse, ...]
    reason: Told | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateTotal:
    """All certificates by one convention; `not_computed` rows are not in it."""

    convention: Convention
    kg: Decimal
    eur: Decimal | None
    not_computed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CalculatedThg:
    """The answer to a what-if about the THG quota."""

    year: int
    rows: tuple[CertificateRow, ...]
    totals: tuple[CertificateTotal, ...]
    notes: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardRow:
    """How the vehicles of an award count."""

    name: str
    vehicle_class: VehicleClass
    awarded: date
    count: int
    verdict: Verdict
    group: QuotaGroup | None
    period: QuotaPeriod | None
    reason: Told | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaRow:
    """How a group stands in a period; `needed` is rounded up to whole vehicles."""

    group: QuotaGroup
    period: QuotaPeriod
    procured: int
    clean: int
    zero_emission: int
    quota_percent: Decimal
    needed: int
    gap: int
    zero_emission_needed: int
    zero_emission_gap: int
    next_needed: int
    next_zero_emission_needed: int
    met: bool
    factor: FactorUse


@dataclass(frozen=True, slots=True, kw_only=True)
class CalculatedCleanVehicles:
    """The answer to a what-if about clean vehicles."""

    quotas: tuple[QuotaRow, ...]
    vehicles: tuple[AwardRow, ...]
    notes: tuple[Told, ...]


PER_UNITS = {Per.ENERGY: "kWh", Per.VOLUME: "l", Per.MASS: "kg"}
"""In which unit people read an amount: energies in kWh."""


def in_unit(amount: Fraction | Decimal, per: Per) -> Decimal:
    """Return an amount in the unit people read it in."""
    return decimal_of(Fraction(amount) / (1000 if per is Per.ENERGY else 1))


def term_row(line: Line) -> TermRow:
    """Return a line of a sum as it is answered."""
    return TermRow(
        term=line.term,
        subject=line.subject,
        amount=in_unit(line.amount, line.per),
        unit=PER_UNITS[line.per],
        co2e_g=line.co2e_g,
        factor=FactorUse.of(line.factor, provisional=line.provisional) if line.factor else None,
        g_per_kwh=line.g_per_kwh,
        distance_km=None if line.distance_m is None else decimal_of(line.distance_m / 1000),
        per_100km=None if line.per_100km is None else in_unit(line.per_100km, line.per),
    )
