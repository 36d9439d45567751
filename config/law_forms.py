"""How laws are written: a file for each law and version, with what its rules share and each rule's own."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from config.forms.form import Form, PartForm
from config.values import Amount, Day, Slug, Text, Whole
from core.factors import Provenance
from core.inventory.renewables import PlantKind
from renewables.rules import (
    BasePart,
    Basis,
    Cohort,
    CohortBy,
    Combine,
    Computed,
    Denominator,
    Rounding,
    Said,
    Split,
    TotalRounding,
)

STATES = ("BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH")
UNITS = ("ct/kWh", "EUR/MW", "EUR", "kW", "m", "1")


def _state(written: Any) -> Any:
    if written in STATES:
        return written
    raise PydanticCustomError("config.law_state_unknown", "see the catalogue", {"suggestion": ", ".join(STATES)})


def _unit(written: Any) -> Any:
    if written in UNITS:
        return written
    raise PydanticCustomError("config.law_unit_unknown", "see the catalogue", {"suggestion": ", ".join(UNITS)})


LandState = Annotated[str, BeforeValidator(_state), Field(json_schema_extra={"enum": list(STATES)})]
LawUnit = Annotated[str, BeforeValidator(_unit), Field(json_schema_extra={"enum": list(UNITS)})]
Words = Annotated[str, Field(min_length=1, max_length=2000)]
Source = Annotated[str, Field(min_length=1, max_length=500)]
Years = Annotated[Whole, Field(ge=0, le=100)]


class SaidForm(PartForm):
    """A text in both languages."""

    makes: ClassVar[type] = Said

    de: Words
    en: Words


class FigureForm(Form):
    """A number with its unit, mark and source. Only what is a decision of our own may go without a source."""

    value: Annotated[Amount, Field(ge=0)]
    unit: LawUnit
    provenance: Provenance
    source: Source | None = None
    note: SaidForm | None = None


class TermForm(Form):
    """A rate and what it is multiplied with."""

    base: tuple[BasePart, ...] = Field(min_length=1)
    rate: FigureForm


class CohortForm(PartForm):
    """Which plants by one of their days; without both ends the days are not known."""

    makes: ClassVar[type] = Cohort

    by: CohortBy
    begins: Day | None = None
    ends: Day | None = None
    provenance: Provenance
    source: str = Field(default="", max_length=500)


class ThresholdForm(Form):
    """The least power; with a cohort only for its plants."""

    power_kw: FigureForm
    inclusive: bool
    cohort: CohortForm | None = None


class DenominatorForm(Form):
    """Which areas of a circle take part, and where that is known from."""

    value: Denominator
    provenance: Provenance


class RoundingForm(PartForm):
    """How the total is rounded. Every rule says it; where its law is silent the mark is `own`."""

    makes: ClassVar[type] = Rounding

    total: TotalRounding
    provenance: Provenance
    note: SaidForm | None = None


class UseForm(Form):
    """What the money is for, and who is told of it."""

    earmarked_share: FigureForm | None = None
    report: SaidForm | None = None


class CommonForm(Form):
    """What a rule may say of itself, or its file for all rules."""

    title: SaidForm | None = None
    citation: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    provenance: Provenance | None = None
    basis: Basis | None = None
    computed: Computed | None = None
    not_computed: SaidForm | None = None
    states: tuple[LandState, ...] | None = None
    cohorts: tuple[CohortForm, ...] | None = None
    thresholds: tuple[ThresholdForm, ...] | None = None
    height_min_m: FigureForm | None = None
    terms: tuple[TermForm, ...] | None = None
    combine: Combine | None = None
    rate_min: FigureForm | None = None
    rate_max: FigureForm | None = None
    split: Split | None = None
    radius_m: FigureForm | None = None
    centre: Literal["mast"] | None = None
    denominator: DenominatorForm | None = None
    landkreis_takes_part: bool | None = None
    redistributes: bool | None = None
    rounding: RoundingForm | None = None
    due: SaidForm | None = None
    payment_year_after: Years | None = None
    refund_year_after: Years | None = None
    first_year_after: Years | None = None
    years: Annotated[Years, Field(ge=1)] | None = None
    use: UseForm | None = None
    credits: tuple[Slug, ...] | None = None
    waived_by: tuple[Slug, ...] | None = None
    reimbursable: bool | None = None
    reimburses_fictitious: bool | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    uncertain: tuple[SaidForm, ...] | None = None


class LawRuleForm(CommonForm):
    """One rule of the law, for one kind of plant."""

    tech: PlantKind


class OverrideForm(CommonForm):
    """What is otherwise in a rule that stands elsewhere; all else stays as it is there."""


class LawFileForm(CommonForm):
    """A whole file: a law in one version with its rules, or what is otherwise in rules that stand elsewhere."""

    law: Slug | None = None
    version: Annotated[Text, Field(pattern=r"^[0-9A-Za-z-]+$")] | None = None
    rules: dict[Slug, LawRuleForm] = Field(default_factory=dict)
    overrides: dict[Text, OverrideForm] = Field(default_factory=dict)
