"""From what a law file says of a rule, its file for all rules and an override, to the rule itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from config.findings import Locator
from config.law_forms import (
    CommonForm,
    DenominatorForm,
    FigureForm,
    TermForm,
    ThresholdForm,
    UseForm,
)
from config.tree import Step
from core.factors import Layer, Provenance
from core.inventory.renewables import PlantKind
from core.texts import Finding, Param
from renewables.rules import BasePart, Computed, Denominator, Figure, Rule, Split, Term, Threshold, Use


@dataclass(frozen=True, slots=True)
class Stated:
    """What was said under one key, and where."""

    value: Any
    locator: Locator
    way: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A rule as files state it; `locator` and `way` say where it was said last."""

    law: str
    version: str
    name: str
    tech: PlantKind
    said: Mapping[str, Stated]
    layer: Layer
    locator: Locator
    way: tuple[Step, ...]

    @property
    def id(self) -> str:
        """Return the rule's id: law, version and its name in the file."""
        return f"{self.law}.{self.version}.{self.name}"

    def with_more(self, form: CommonForm, layer: Layer, locator: Locator, way: tuple[Step, ...]) -> Record:
        """Return the record with what an override says instead."""
        said = {**self.said, **stated(form, locator, way)}
        return replace(self, said=said, layer=layer, locator=locator, way=way)

    def value(self, key: str, otherwise: Any = None) -> Any:
        """Return what was said under a key."""
        found = self.said.get(key)
        return otherwise if found is None or found.value is None else found.value

    def finding(self, code: str, key: str, *inside: Step, **params: Param) -> Finding:
        """Return a finding about what stands under a key, or about the whole rule where nothing does."""
        at = self.said.get(key)
        if at is None:
            return self.locator.finding(code, self.way, **params)
        return at.locator.finding(code, (*at.way, *inside), **params)


def stated(form: CommonForm, locator: Locator, way: tuple[Step, ...]) -> dict[str, Stated]:
    """Return what a section says of a rule."""
    names = form.model_fields_set & set(CommonForm.model_fields)
    return {name: Stated(getattr(form, name), locator, (*way, name)) for name in names}


def rule_of(record: Record) -> tuple[Rule | None, list[Finding]]:
    """Return the rule of a record, or what is missing or wrong in it."""
    findings = [record.finding("config.law_missing", key, missing=key) for key in _MUST if record.value(key) is None]
    findings += [record.finding(code, key, *inside, **params) for code, key, inside, params in _wrong(record)]
    return (None, findings) if findings else (_rule(record), [])


_MUST = ("title", "citation", "provenance", "basis", "computed", "rounding", "valid_from")


def _rule(record: Record) -> Rule:
    at = record.value
    denominator: DenominatorForm | None = at("denominator")
    plain = {key: at(key) for key in _PLAIN if at(key) is not None}
    figures: dict[str, Any] = {
        key: _figure(at(key), key) for key in ("height_min_m", "rate_min", "rate_max", "radius_m")
    }
    texts: dict[str, Any] = {key: _made(at(key)) for key in ("title", "not_computed", "rounding", "due")}
    lists: dict[str, Any] = {key: tuple(part.made() for part in at(key, ())) for key in ("cohorts", "uncertain")}
    return Rule(
        id=record.id,
        law=record.law,
        version=record.version,
        tech=record.tech,
        terms=tuple(_term(term, f"terms[{place}].rate") for place, term in enumerate(at("terms", ()), 1)),
        thresholds=tuple(_threshold(one, f"thresholds[{n}].power_kw") for n, one in enumerate(at("thresholds", ()), 1)),
        use=_use(at("use")),
        denominator=denominator.value if denominator else Denominator.DOMESTIC,
        denominator_mark=denominator.provenance if denominator else Provenance.OWN,
        layer=record.layer,
        file=record.locator.file,
        line=record.locator.line_of(record.way),
        **plain,
        **figures,
        **texts,
        **lists,
    )


_PLAIN = (
    "citation",
    "provenance",
    "basis",
    "computed",
    "states",
    "combine",
    "split",
    "centre",
    "landkreis_takes_part",
    "redistributes",
    "payment_year_after",
    "refund_year_after",
    "first_year_after",
    "years",
    "credits",
    "waived_by",
    "reimbursable",
    "reimburses_fictitious",
    "valid_from",
    "valid_to",
)


def _made(form: Any) -> Any:
    return form.made() if form else None


def _figure(form: FigureForm | None, key: str) -> Figure | None:
    return _number(form, key) if form else None


def _number(form: FigureForm, key: str) -> Figure:
    return Figure(
        key=key,
        value=form.value,
        unit=form.unit,
        provenance=form.provenance,
        source=form.source or "",
        note=_made(form.note),
    )


def _term(form: TermForm, key: str) -> Term:
    return Term(base=form.base, rate=_number(form.rate, key))


def _threshold(form: ThresholdForm, key: str) -> Threshold:
    return Threshold(power_kw=_number(form.power_kw, key), inclusive=form.inclusive, cohort=_made(form.cohort))


def _use(form: UseForm | None) -> Use | None:
    if form is None:
        return None
    return Use(earmarked_share=_figure(form.earmarked_share, "use.earmarked_share"), report=_made(form.report))


Wrong = tuple[str, str, tuple[Step, ...], dict[str, Param]]


def _wrong(record: Record) -> Iterator[Wrong]:
    yield from _wrong_reach(record)
    yield from _wrong_days(record)
    for key, inside, form, unit in _figures(record):
        if form.unit != unit:
            yield "config.law_unit_unfit", key, (*inside, "unit"), {"found": form.unit, "expected": unit}
        if form.provenance is not Provenance.OWN and not form.source:
            yield "config.law_source_missing", key, inside, {"mark": form.provenance.value}
    least, most = record.value("rate_min"), record.value("rate_max")
    if least and most and most.value < least.value:
        yield "config.law_rates_reversed", "rate_max", (), {}
    share = getattr(record.value("use"), "earmarked_share", None)
    if share and share.value > 1:
        yield "config.law_share_above_one", "use", ("earmarked_share", "value"), {"found": str(share.value)}


def _wrong_reach(record: Record) -> Iterator[Wrong]:
    """Yield what keeps a rule from being computed as far as it says it is."""
    computed = record.value("computed")
    if computed in (Computed.NOTHING, Computed.AMOUNT) and not record.value("not_computed"):
        yield "config.law_reason_missing", "computed", (), {}
    if computed in (Computed.SPLIT, Computed.AMOUNT) and not record.value("terms"):
        yield "config.law_missing", "computed", (), {"missing": "terms"}
    circle = record.value("split", Split.CIRCLE) is Split.CIRCLE
    if computed is Computed.SPLIT and circle and not record.value("radius_m"):
        yield "config.law_missing", "computed", (), {"missing": "radius_m"}
    radius: FigureForm | None = record.value("radius_m")
    if radius and radius.value <= 0:
        yield "config.law_radius_nought", "radius_m", ("value",), {}


def _wrong_days(record: Record) -> Iterator[Wrong]:
    begins, ends = record.value("valid_from"), record.value("valid_to")
    if _reversed(begins, ends):
        yield "config.factor_reversed", "valid_to", (), {}
    for place, cohort in enumerate(record.value("cohorts", ())):
        if _reversed(cohort.begins, cohort.ends):
            yield "config.factor_reversed", "cohorts", (place, "ends"), {}
    for place, threshold in enumerate(record.value("thresholds", ())):
        if threshold.cohort and _reversed(threshold.cohort.begins, threshold.cohort.ends):
            yield "config.factor_reversed", "thresholds", (place, "cohort", "ends"), {}


def _reversed(begins: date | None, ends: date | None) -> bool:
    return begins is not None and ends is not None and ends <= begins


def _figures(record: Record) -> Iterator[tuple[str, tuple[Step, ...], FigureForm, str]]:
    """Yield each figure with its key, the way inside of it, and the unit it must have."""
    for place, term in enumerate(record.value("terms", ())):
        yield "terms", (place, "rate"), term.rate, _unit_of(term)
    for place, threshold in enumerate(record.value("thresholds", ())):
        yield "thresholds", (place, "power_kw"), threshold.power_kw, "kW"
    for key, unit in (("height_min_m", "m"), ("rate_min", "ct/kWh"), ("rate_max", "ct/kWh"), ("radius_m", "m")):
        if form := record.value(key):
            yield key, (), form, unit
    share = getattr(record.value("use"), "earmarked_share", None)
    if share:
        yield "use", ("earmarked_share",), share, "1"


_UNITS = {
    frozenset({BasePart.MW}): "EUR/MW",
    frozenset({BasePart.UNIT}): "EUR",
}


def _unit_of(term: TermForm) -> str:
    """Return the unit of the rate of what it is multiplied with; energies and powers do not add up."""
    return _UNITS.get(frozenset(term.base), "ct/kWh")
