"""The rules in force, as a list and one by one: figures with mark and source, what is uncertain, whose plants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Protocol

from config.laws import shipped
from core.errors import NotFoundError
from core.factors import Layer
from core.inventory import Plant
from core.ports import Page
from operations.house import Call, House
from operations.laws.rows import (
    CohortRow,
    ConcernedPlant,
    FigureRow,
    LawDetail,
    LawRow,
    ListLaws,
    RateRow,
    ShowLaw,
    ThresholdRow,
)
from operations.values import Told, page_of
from renewables.choice import RuleChoice, rules_for
from renewables.rules import Cohort, Figure, LawTable, Rule


class HasLaws(Protocol):
    """What is needed of a house: the laws in force."""

    @property
    def laws(self) -> Callable[[], LawTable]:
        """Return what gives the laws in force."""


async def list_laws(house: HasLaws, request: ListLaws, call: Call) -> Page[LawRow]:
    """Return rules: those of the whole country first, then by Land and law."""
    del call
    rows = [_row(rule) for rule in house.laws().rules if _wanted(rule, request)]
    return page_of(rows, [f"{place:06d}" for place, _ in enumerate(rows)], request.limit, request.cursor)


async def show_law(house: House, request: ShowLaw, call: Call) -> LawDetail:
    """Return one rule with the plants it is about. Raises `NotFoundError` if there is none of that id."""
    rule = house.laws().get(request.id)
    if rule is None:
        raise NotFoundError("laws.unknown", id=request.id[:120])
    year = request.year or house.day(call.now_utc).year - 1
    return _detail(rule, year, tuple(_concerned(house, rule, year, call)))


def _wanted(rule: Rule, request: ListLaws) -> bool:
    word = (request.query or "").casefold()
    texts = (rule.id, rule.title.de, rule.title.en, rule.citation, *(figure.source for figure in rule.figures))
    return (
        request.law in (None, rule.law)
        and (request.land is None or not rule.states or request.land.upper() in rule.states)
        and request.kind in (None, rule.tech)
        and (request.day is None or _valid(rule, request))
        and any(word in text.casefold() for text in texts)
    )


def _valid(rule: Rule, request: ListLaws) -> bool:
    assert request.day is not None  # noqa: S101 - asked only then
    return rule.valid_from <= request.day and (rule.valid_to is None or request.day < rule.valid_to)


def _row(rule: Rule) -> LawRow:
    return LawRow(
        id=rule.id,
        law=rule.law,
        version=rule.version,
        title=rule.title,
        kind=rule.tech,
        states=rule.states,
        basis=rule.basis,
        computed=rule.computed,
        not_computed=rule.not_computed,
        rates=tuple(
            RateRow(value=term.rate.number, unit=term.rate.unit, base=term.base, provenance=term.rate.provenance)
            for term in rule.terms
        ),
        combine=rule.combine,
        provenance=rule.provenance,
        citation=rule.citation,
        valid_from=rule.valid_from,
        valid_to=rule.valid_to,
        shipped=rule.layer is Layer.SHIPPED,
        changed=_changed(rule),
    )


_NOT_ITS_CONTENT = frozenset({"layer", "file", "line"})


def _changed(rule: Rule) -> tuple[str, ...]:
    """Return what is otherwise than in the rule as it is shipped; nothing of a rule that is not."""
    before = shipped().get(rule.id)
    if before is None or rule.layer is Layer.SHIPPED:
        return ()
    names = [field.name for field in fields(Rule) if field.name not in _NOT_ITS_CONTENT]
    return tuple(name for name in names if getattr(rule, name) != getattr(before, name))


def _detail(rule: Rule, year: int, plants: tuple[ConcernedPlant, ...]) -> LawDetail:
    return LawDetail(
        rule=_row(rule),
        figures=tuple(_figures(rule)),
        cohorts=tuple(_cohorts(rule)),
        thresholds=tuple(
            ThresholdRow(key=each.power_kw.key, power_kw=each.power_kw.number, inclusive=each.inclusive)
            for each in rule.thresholds
        ),
        rounding=rule.rounding.total,
        rounding_mark=rule.rounding.provenance,
        rounding_note=rule.rounding.note,
        split=rule.split,
        denominator=rule.denominator,
        denominator_mark=rule.denominator_mark,
        landkreis_takes_part=rule.landkreis_takes_part,
        redistributes=rule.redistributes,
        due=rule.due,
        payment_year_after=rule.payment_year_after,
        refund_year_after=rule.refund_year_after if rule.reimbursable else None,
        first_year_after=rule.first_year_after,
        years=rule.years,
        report=rule.use.report if rule.use else None,
        credits=rule.credits,
        waived_by=rule.waived_by,
        reimbursable=rule.reimbursable,
        reimburses_fictitious=rule.reimburses_fictitious,
        uncertain=rule.uncertain,
        place=f"{rule.file}:{rule.line}",
        year=year,
        plants=plants,
    )


def _figures(rule: Rule) -> Iterator[FigureRow]:
    bases = {term.rate.key: term.base for term in rule.terms}
    before = shipped().get(rule.id)
    values = {figure.key: figure.number for figure in before.figures} if before else {}
    for figure in rule.figures:
        formerly = values.get(figure.key)
        yield FigureRow(
            key=figure.key,
            value=figure.number,
            unit=figure.unit,
            base=bases.get(figure.key, ()),
            provenance=figure.provenance,
            source=figure.source,
            note=figure.note,
            formerly=None if formerly == figure.number else formerly,
        )


def _cohorts(rule: Rule) -> Iterator[CohortRow]:
    yield from (_cohort(each, None) for each in rule.cohorts)
    for each in rule.thresholds:
        if each.cohort:
            yield _cohort(each.cohort, each.power_kw)


def _cohort(cohort: Cohort, threshold: Figure | None) -> CohortRow:
    return CohortRow(
        by=cohort.by,
        begins=cohort.begins,
        ends=cohort.ends,
        provenance=cohort.provenance,
        source=cohort.source,
        threshold=threshold.key if threshold else None,
    )


def _concerned(house: House, rule: Rule, year: int, call: Call) -> Iterator[ConcernedPlant]:
    """Yield the plants that the caller may see and a rule is about, those for which it holds first."""
    inventory = house.inventory()
    contracts = list(inventory.contracts.values())
    found: list[tuple[Plant, RuleChoice]] = []
    for plant in inventory.plants.values():
        place = inventory.municipalities.get(plant.municipality)
        if plant.kind is rule.tech and call.actor.sees(plant.site):
            choices = rules_for(plant, place.state if place else "", year, house.laws(), contracts)
            found += [(plant, choice) for choice in choices if choice.rule.id == rule.id]
    for plant, choice in sorted(found, key=lambda each: (not each[1].holds, each[0].name, each[0].id)):
        said = (*choice.reasons, *choice.findings, *choice.notes)
        yield ConcernedPlant(
            plant=plant.id,
            name=plant.name,
            verdict=choice.verdict,
            contract=choice.contract.id if choice.contract else None,
            reasons=tuple(Told.of(each) for each in said),
        )
