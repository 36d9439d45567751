"""What a law is asked for, and how its rules are shown: every figure with its mark, every text in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from annotated_types import Ge, Le

from core.factors import Provenance
from core.inventory.renewables import PlantKind
from operations.values import Limit, Told
from renewables.choice import RuleVerdict
from renewables.rules import (
    BasePart,
    Basis,
    CohortBy,
    Combine,
    Computed,
    Denominator,
    Said,
    Split,
    TotalRounding,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLaws:
    """Which rules: of a law, in force in a Land, for a kind of plant, valid on a day, or with a word in them."""

    query: str | None = None
    law: str | None = None
    land: str | None = None
    kind: PlantKind | None = None
    day: date | None = None
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowLaw:
    """Which rule, and for which year its plants are looked at; without one for last year."""

    id: str
    year: Annotated[int, Ge(2000), Le(2100)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRow:
    """A rate and what it is multiplied with."""

    value: Decimal
    unit: str
    base: tuple[BasePart, ...]
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class LawRow:
    """A rule; without `states` it is for the whole country. `computed` says how far, `not_computed` why no further.

    `changed` names what the configuration folder has otherwise than the rule as it is shipped.
    """

    id: str
    law: str
    version: str
    title: Said
    kind: PlantKind
    states: tuple[str, ...]
    basis: Basis
    computed: Computed
    not_computed: Said | None
    rates: tuple[RateRow, ...]
    combine: Combine
    provenance: Provenance
    citation: str
    valid_from: date
    valid_to: date | None
    shipped: bool
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """A figure of a rule with its mark and source; `base` is what a rate is multiplied with.

    `formerly` is its value as it is shipped, where the configuration folder has another.
    """

    key: str
    value: Decimal
    unit: str
    base: tuple[BasePart, ...]
    provenance: Provenance
    source: str
    note: Said | None
    formerly: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortRow:
    """Which plants: by one of their days, from `begins` to the day before `ends`; without both nobody has sourced it.

    Of a `threshold` it says for which plants that least power is.
    """

    by: CohortBy
    begins: date | None
    ends: date | None
    provenance: Provenance
    source: str
    threshold: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdRow:
    """The least power; `inclusive`: exactly this much is in."""

    key: str
    power_kw: Decimal
    inclusive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernedPlant:
    """A plant of the district that a rule is about, whether it holds for it, and why not."""

    plant: str
    name: str
    verdict: RuleVerdict
    contract: str | None
    reasons: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LawDetail:
    """A whole rule, and which plants it is about in a `year`. `place` is where it is written."""

    rule: LawRow
    figures: tuple[FigureRow, ...]
    cohorts: tuple[CohortRow, ...]
    thresholds: tuple[ThresholdRow, ...]
    rounding: TotalRounding
    rounding_mark: Provenance
    rounding_note: Said | None
    split: Split
    denominator: Denominator
    denominator_mark: Provenance
    landkreis_takes_part: bool
    redistributes: bool | None
    due: Said | None
    payment_year_after: int
    refund_year_after: int | None
    first_year_after: int
    years: int | None
    report: Said | None
    credits: tuple[str, ...]
    waived_by: tuple[str, ...]
    reimbursable: bool
    reimburses_fictitious: bool
    uncertain: tuple[Said, ...]
    place: str
    year: int
    plants: tuple[ConcernedPlant, ...]
