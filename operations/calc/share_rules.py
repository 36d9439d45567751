"""Which rules a plant of an input is settled by: those that hold, or that it names, with what must be known first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from config.calc.shares import AUTO, SharePlantForm
from core.factors import Provenance
from core.inventory.renewables import Contract, Plant
from core.texts import Finding
from operations.calc.share_plants import EARLY, assumed_day, plant_of
from renewables.choice import TOO_SMALL, RuleChoice, RuleVerdict, rules_for
from renewables.rules import (
    BasePart,
    Cohort,
    CohortBy,
    Computed,
    Figure,
    LawTable,
    Rounding,
    Rule,
    Split,
    TotalRounding,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about a plant: which rules, in which Land, for which year."""

    form: SharePlantForm
    state: str
    year: int
    rules: tuple[Rule, ...]

    @property
    def named(self) -> bool:
        """Return whether the input names laws or rules."""
        return AUTO not in self.form.law


def rules_asked(form: SharePlantForm, table: LawTable, rounding: TotalRounding | None) -> tuple[Rule, ...]:
    """Return the rules that an input names for its kind of plant, rounded and as far around as it says."""
    names = set(form.law)
    asked = [rule for rule in table.rules if AUTO in names or names & {rule.law, rule.id}]
    return tuple(_as_wanted(rule, form, rounding) for rule in asked if rule.tech is form.kind)


def choices_for(asked: Asked, contracts: Sequence[Contract]) -> tuple[RuleChoice, ...]:
    """Return which of the rules hold; of a law for another Land that it does not."""
    days = [asked.form.commissioned] if asked.form.commissioned else list(_days(asked))
    tries = [_chosen(asked, plant_of(asked.form, day), contracts) for day in days]
    found = [_agreeing(each, asked.form.name) for each in zip(*tries, strict=True)]
    there = {choice.rule.id for choice in found}
    elsewhere = (rule for rule in asked.rules if rule.id not in there and asked.named)
    return (*found, *(_elsewhere(rule, asked) for rule in elsewhere))


def settled_by(choices: Sequence[RuleChoice], form: SharePlantForm) -> tuple[RuleChoice, ...]:
    """Return by which of them is settled: those that hold, and the only one of a law of which something is not known.

    Its findings say what, so that it is a draft. A plant that is too small but for an exception that nobody has shown
    is owed nothing yet.
    """
    alive = [each for each in choices if each.verdict is not RuleVerdict.HOLDS_NOT]
    return tuple(each for each in alive if each.holds or each.rule.id in form.law or _only(each, alive))


def _only(choice: RuleChoice, alive: Iterable[RuleChoice]) -> bool:
    small = any(each.code in TOO_SMALL.values() for each in choice.findings)
    return not small and sum(other.rule.law == choice.rule.law for other in alive) == 1


def _chosen(asked: Asked, plant: Plant, contracts: Sequence[Contract]) -> tuple[RuleChoice, ...]:
    return rules_for(plant, asked.state, asked.year, LawTable(asked.rules), contracts)


def _agreeing(choices: Sequence[RuleChoice], name: str) -> RuleChoice:
    """Return what holds on the day that was assumed; if it hangs on the day of commissioning, that this is needed."""
    first = choices[0]
    if first.verdict is RuleVerdict.UNDECIDED or len({each.verdict for each in choices}) == 1:
        return first
    needed = Finding.of("laws.commissioning_date_needed", plant=name)
    return replace(first, verdict=RuleVerdict.UNDECIDED, reasons=(), findings=(needed,))


def _days(asked: Asked) -> Iterator[date]:
    """Yield days on which a plant that says nothing of it could have begun, the assumed one first."""
    form, year = asked.form, asked.year
    assumed = assumed_day(form, year)
    yield assumed
    earliest, latest = form.permitted or EARLY, date(year, 12, 31)
    edges = {earliest}
    for cohort in _commissioning_cohorts(asked.rules):
        edges |= {day for day in (cohort.begins, cohort.ends) if day}
        edges |= {day - timedelta(days=1) for day in (cohort.begins, cohort.ends) if day}
    yield from sorted(day for day in edges if earliest <= day <= latest and day != assumed)


def _commissioning_cohorts(rules: Iterable[Rule]) -> Iterator[Cohort]:
    for rule in rules:
        of_thresholds = (each.cohort for each in rule.thresholds if each.cohort)
        yield from (each for each in (*rule.cohorts, *of_thresholds) if each.by is CohortBy.COMMISSIONING)


def _elsewhere(rule: Rule, asked: Asked) -> RuleChoice:
    reason = Finding.of(
        "laws.other_state", plant=asked.form.name, state=asked.state or "–", states=", ".join(rule.states)
    )
    return RuleChoice(rule=rule, verdict=RuleVerdict.HOLDS_NOT, reasons=(reason,))


def _as_wanted(rule: Rule, form: SharePlantForm, rounding: TotalRounding | None) -> Rule:
    wanted = form.rounding.total if form.rounding else rounding
    if wanted is not None:
        rule = replace(rule, rounding=Rounding(total=wanted, provenance=Provenance.OWN))
    radius_m = form.radius_m or next((area.radius_m for area in form.areas if area.radius_m), None)
    if rule.split is Split.CIRCLE and rule.radius_m is None and radius_m and rule.computed is Computed.AMOUNT:
        figure = Figure(key="radius_m", value=Decimal(radius_m), unit="m", provenance=Provenance.OWN)
        rule = replace(rule, computed=Computed.SPLIT, radius_m=figure)
    return rule


def needs_power(rule: Rule) -> bool:
    """Return whether a rule multiplies with the power."""
    return any(BasePart.MW in term.base for term in rule.terms)
