"""Rules of participation: what a law lets municipalities have of a plant, as data. One file per law and version.

The record is that of the rule files in `config/laws/`; each figure says where it is known from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.factors import Layer, Provenance
from core.inventory.renewables import PlantKind
from core.texts import Language


class Basis(StrEnum):
    """What binds the operator."""

    OFFER = "offer"
    """Nothing is owed without a contract (EEG § 6: may offer)."""
    DUTY = "duty"
    """The law owes it, with or without a contract."""
    AGREEMENT = "agreement"
    """An agreement is owed, its content is not fixed."""


class BasePart(StrEnum):
    """What a rate is multiplied with."""

    FED_IN = "fed_in"
    FICTITIOUS = "fictitious"
    """Fiktive Strommenge, EEG Anlage 2 Nr. 7.2."""
    MW = "mw"
    UNIT = "unit"
    """The plant itself: so much each year."""


class CohortBy(StrEnum):
    """Which day of a plant decides."""

    PERMIT = "permit"
    COMMISSIONING = "commissioning"
    AWARD = "award"
    COMPLETENESS = "completeness"
    CONTRACT = "contract"


class Split(StrEnum):
    """By what the amount is split."""

    CIRCLE = "circle"
    """Areas in the circle around the mast's centre."""
    PLANT_AREA = "plant_area"
    """Areas that the plant stands on."""


class Denominator(StrEnum):
    """Which areas of a circle take part in the split: what is not in it goes to nobody and lowers nobody's part."""

    DOMESTIC = "domestic"
    LAND_ONLY = "land_only"
    FULL_CIRCLE = "full_circle"


class Combine(StrEnum):
    """What becomes of several terms."""

    SUM = "sum"
    MAX = "max"


class TotalRounding(StrEnum):
    """How the total comes to whole cents."""

    DOWN = "down"
    HALF_UP = "half_up"


class Computed(StrEnum):
    """How far this service computes it."""

    SPLIT = "split"
    AMOUNT = "amount"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Said:
    """A text of a rule in both languages."""

    de: str
    en: str

    def text(self, language: Language) -> str:
        """Return it in a language."""
        return self.de if language == "de" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number or word of a rule with its unit, mark and source; `key` names it in its file (`terms[1].rate`)."""

    key: str
    value: Decimal | str
    unit: str = ""
    provenance: Provenance
    source: str = ""
    note: Said | None = None

    @property
    def number(self) -> Decimal:
        """Return its number. Only of figures that are one."""
        assert isinstance(self.value, Decimal), self.key  # noqa: S101 - the loader has checked it
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One rate and what it is multiplied with: ct/kWh with energies, EUR/MW with the power, EUR with units."""

    base: tuple[BasePart, ...]
    rate: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Plants whose day lies from `begins` to the day before `ends`; None: without end.

    Without both, a day of the plant decides, but nobody has sourced which.
    """

    by: CohortBy
    begins: date | None = None
    ends: date | None = None
    provenance: Provenance
    source: str = ""

    @property
    def known(self) -> bool:
        """Return whether its days are known."""
        return self.begins is not None or self.ends is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """The least power; `inclusive`: exactly this much is in. With `cohort` only for plants in it."""

    power_kw: Figure
    inclusive: bool
    cohort: Cohort | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """How the total is rounded; every record says it, and documents print it with its mark."""

    total: TotalRounding
    provenance: Provenance
    note: Said | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What the money is for: which part is earmarked for the Ortsteile most affected, and who is told when."""

    earmarked_share: Figure | None = None
    report: Said | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of one law in one version for one kind of plant.

    `states` are those whose plants it is for, none: the whole country. All `cohorts` must hold. Of `thresholds` one
    must hold. A plant must be higher than `height_min_m`. `rate_min` and `rate_max` bound what a contract may agree,
    `radius_m` None says that it is not known. `first_year_after` is how many years after that of commissioning it is
    first owed. `waived_by` names laws whose contract, fully served, takes its place; `credits` those whose payments
    are taken off. `reimbursable` says that the grid operator pays it back (EEG § 6(5)); whether that holds for what
    is paid for power that was not fed in is disputed, so `reimburses_fictitious` is a choice of its own. `uncertain`
    is printed wherever the rule is used.
    """

    id: str
    law: str
    version: str
    title: Said
    citation: str
    provenance: Provenance
    tech: PlantKind
    basis: Basis
    computed: Computed
    not_computed: Said | None = None
    states: tuple[str, ...] = ()
    cohorts: tuple[Cohort, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    height_min_m: Figure | None = None
    terms: tuple[Term, ...] = ()
    combine: Combine = Combine.SUM
    rate_min: Figure | None = None
    rate_max: Figure | None = None
    split: Split = Split.CIRCLE
    radius_m: Figure | None = None
    centre: str = "mast"
    denominator: Denominator = Denominator.DOMESTIC
    denominator_mark: Provenance = Provenance.OWN
    landkreis_takes_part: bool = False
    redistributes: bool | None = None
    """None: as the contract says."""
    rounding: Rounding
    due: Said | None = None
    payment_year_after: int = 1
    refund_year_after: int = 2
    first_year_after: int = 0
    years: int | None = None
    use: Use | None = None
    credits: tuple[str, ...] = ()
    waived_by: tuple[str, ...] = ()
    reimbursable: bool = False
    reimburses_fictitious: bool = False
    valid_from: date
    valid_to: date | None = None
    uncertain: tuple[Said, ...] = ()
    layer: Layer = Layer.SHIPPED
    file: str = ""
    line: int = 0

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Return all figures of the record, each with its mark."""
        thresholds = (each.power_kw for each in self.thresholds)
        use = (self.use.earmarked_share,) if self.use else ()
        single = (self.height_min_m, self.rate_min, self.rate_max, self.radius_m, *use)
        return (*(term.rate for term in self.terms), *thresholds, *(figure for figure in single if figure))


class LawTable:
    """All rules in force, those of the configuration folder before those shipped."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules

    def get(self, id: str) -> Rule | None:  # noqa: A002 - it is what people call it
        """Return a rule by its id, None if there is none."""
        return next((rule for rule in self.rules if rule.id == id), None)

    @property
    def laws(self) -> tuple[str, ...]:
        """Return the names of all laws."""
        return tuple(dict.fromkeys(rule.law for rule in self.rules))


def at_once(one: Rule, other: Rule) -> bool:
    """Return whether two rules of one law can hold for the same plant on the same day."""
    return (
        one.law == other.law
        and one.tech is other.tech
        and _overlap(one.valid_from, one.valid_to, other.valid_from, other.valid_to)
        and (not one.states or not other.states or bool(set(one.states) & set(other.states)))
        and not any(_apart(first, second) for first in one.cohorts for second in other.cohorts)
    )


def _apart(one: Cohort, other: Cohort) -> bool:
    """Return whether no plant is in both cohorts, as far as their days say so."""
    return one.by is other.by and not _overlap(one.begins, one.ends, other.begins, other.ends)


def _overlap(begins: date | None, ends: date | None, other_begins: date | None, other_ends: date | None) -> bool:
    return (begins or date.min) < (other_ends or date.max) and (other_begins or date.min) < (ends or date.max)
