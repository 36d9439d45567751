"""Which rules hold for a plant in a year, which do not, and why: each answer has its reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.inventory.renewables import Contract, Plant, PlantKind
from core.texts import Finding
from renewables.rules import Basis, Cohort, CohortBy, Computed, LawTable, Rule, Threshold

TOO_SMALL = {True: "laws.power_below", False: "laws.power_not_above"}
"""What is said of a plant below a least power, by whether exactly that power would do."""


class RuleVerdict(StrEnum):
    """Whether a rule holds."""

    HOLDS = "holds"
    HOLDS_NOT = "holds_not"
    UNDECIDED = "undecided"
    """Something must be known first; the findings say what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChoice:
    """A rule, and whether it holds for a plant in a year.

    `reasons` say why it does not hold. `findings` are open: what must be known or cannot be as it is; what is
    settled in spite of them is a draft. `notes` are worth knowing. `contract` is the one based on the rule's law.
    """

    rule: Rule
    verdict: RuleVerdict
    contract: Contract | None = None
    reasons: tuple[Finding, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()

    @property
    def holds(self) -> bool:
        """Return whether it holds."""
        return self.verdict is RuleVerdict.HOLDS


def rules_for(
    plant: Plant, state: str, year: int, table: LawTable, contracts: Iterable[Contract]
) -> tuple[RuleChoice, ...]:
    """Return for each rule that is about such a plant in such a Land, or by whose law it has a contract, what holds.

    `state` is the Land of the municipality in which the plant stands (`SN`).
    """
    mine = [each for each in contracts if plant.id in each.plants and runs_in(each, year)]
    asked = {each.law for each in mine}
    about = [rule for rule in table.rules if rule.tech is plant.kind and (_in_state(rule, state) or rule.law in asked)]
    choices = [_choice(rule, plant, state, year, [each for each in mine if each.law == rule.law]) for rule in about]
    return tuple(_with_contracts(_with_twins(choices), year))


def unknown_laws(plant: Plant, year: int, table: LawTable, contracts: Iterable[Contract]) -> tuple[Finding, ...]:
    """Return a finding for each contract of a plant by a law that is not there, or that has no rule for its kind."""
    known = {rule.law for rule in table.rules if rule.tech is plant.kind}
    return tuple(
        Finding.of("laws.contract_law_unknown", contract=each.id, law=each.law, plant=plant.id)
        for each in contracts
        if plant.id in each.plants and runs_in(each, year) and each.law not in known
    )


def runs_in(contract: Contract, year: int) -> bool:
    """Return whether a contract runs on any day of a year."""
    begun = contract.valid_from < date(year + 1, 1, 1)
    return begun and (contract.valid_to is None or date(year, 1, 1) < contract.valid_to)


def _in_state(rule: Rule, state: str) -> bool:
    return not rule.states or state in rule.states


@dataclass(slots=True)
class _Doubts:
    """What speaks against a rule, and what is not known."""

    reasons: list[Finding]
    open: list[Finding]


def _choice(rule: Rule, plant: Plant, state: str, year: int, contracts: Sequence[Contract]) -> RuleChoice:
    contract = min(contracts, key=lambda each: (each.valid_from, each.id), default=None)
    doubts = _Doubts([*_elsewhere(rule, plant, state), *_at_another_time(rule, plant, year)], [])
    _doubt_cohorts(rule, plant, contract, doubts)
    _doubt_power(rule, plant, doubts)
    _doubt_height(rule, plant, doubts)
    if doubts.reasons:
        return RuleChoice(rule=rule, verdict=RuleVerdict.HOLDS_NOT, contract=contract, reasons=tuple(doubts.reasons))
    if doubts.open:
        return RuleChoice(rule=rule, verdict=RuleVerdict.UNDECIDED, contract=contract, findings=tuple(doubts.open))
    findings = (*_several(rule, contracts), *(_rate(rule, contract) if contract else ()))
    notes = tuple(_changes(rule, year))
    return RuleChoice(rule=rule, verdict=RuleVerdict.HOLDS, contract=contract, findings=findings, notes=notes)


def _elsewhere(rule: Rule, plant: Plant, state: str) -> list[Finding]:
    if _in_state(rule, state):
        return []
    return [Finding.of("laws.other_state", plant=plant.id, state=state or "–", states=", ".join(rule.states))]


def _at_another_time(rule: Rule, plant: Plant, year: int) -> list[Finding]:
    """Return why a rule has nothing to do with a year."""
    reasons: list[Finding] = []
    if rule.valid_from >= date(year + 1, 1, 1):
        reasons.append(Finding.of("laws.not_yet", day=rule.valid_from.isoformat()))
    if rule.valid_to is not None and rule.valid_to <= date(year, 1, 1):
        reasons.append(Finding.of("laws.no_longer", day=rule.valid_to.isoformat()))
    built, first = plant.commissioned, plant.commissioned.year + rule.first_year_after
    if year < built.year:
        reasons.append(Finding.of("laws.not_commissioned", day=built.isoformat(), year=year))
    elif year < first:
        reasons.append(Finding.of("laws.first_year", day=built.isoformat(), first=first))
    elif rule.years is not None and year >= first + rule.years:
        reasons.append(Finding.of("laws.years_over", years=rule.years, last=first + rule.years - 1))
    return reasons


def _doubt_cohorts(rule: Rule, plant: Plant, contract: Contract | None, doubts: _Doubts) -> None:
    for cohort in rule.cohorts:
        if not cohort.known:
            if contract is None:
                doubts.open.append(Finding.of("laws.cohort_unknown", law=rule.law, rule=rule.id))
            continue
        day = _day(cohort, plant, contract)
        inside = _inside(cohort, day, plant)
        if inside is None:
            doubts.open.append(_date_needed(cohort, plant))
        elif not inside:
            doubts.reasons.append(_outside(cohort, day))


def _doubt_power(rule: Rule, plant: Plant, doubts: _Doubts) -> None:
    """Add why a plant is too small; where only a missing day decides, what is needed."""
    if not rule.thresholds:
        return
    power_kw = _power_kw(plant)
    enough = [each for each in rule.thresholds if _reaches(power_kw, each)]
    verdicts = [(each, True if each.cohort is None else _in(each.cohort, plant)) for each in enough]
    if any(verdict is True for _, verdict in verdicts):
        return
    needed = [each.cohort for each, verdict in verdicts if verdict is None and each.cohort]
    usual = next((each for each in rule.thresholds if each.cohort is None), rule.thresholds[0])
    code = TOO_SMALL[usual.inclusive]
    small = Finding.of(code, power_kw=float(power_kw), least_kw=float(usual.power_kw.number))
    if needed:
        doubts.open += [small, *(_date_needed(cohort, plant) for cohort in needed)]
    else:
        doubts.reasons.append(small)


def _doubt_height(rule: Rule, plant: Plant, doubts: _Doubts) -> None:
    if rule.height_min_m is None:
        return
    least = float(rule.height_min_m.number)
    if plant.height_m is None:
        doubts.open.append(Finding.of("laws.height_needed", plant=plant.id, least=least))
    elif plant.height_m <= least:
        doubts.reasons.append(Finding.of("laws.too_low", height=plant.height_m, least=least))


def _power_kw(plant: Plant) -> Decimal:
    return Decimal(repr(float(plant.power_w))) / 1000


def _reaches(power_kw: Decimal, threshold: Threshold) -> bool:
    least = threshold.power_kw.number
    return power_kw >= least if threshold.inclusive else power_kw > least


def _in(cohort: Cohort, plant: Plant) -> bool | None:
    return _inside(cohort, _day(cohort, plant, None), plant)


def _day(cohort: Cohort, plant: Plant, contract: Contract | None) -> date | None:
    match cohort.by:
        case CohortBy.PERMIT:
            return plant.permitted
        case CohortBy.COMMISSIONING:
            return plant.commissioned
        case CohortBy.AWARD:
            return plant.awarded
        case CohortBy.COMPLETENESS:
            return plant.application_complete
        case CohortBy.CONTRACT:
            return (contract.signed or contract.valid_from) if contract else None


def _inside(cohort: Cohort, day: date | None, plant: Plant) -> bool | None:
    """Return whether a plant is in a cohort, None if the day that decides is not known.

    A missing day may be known well enough: documents are complete before the permit, which comes before the
    commissioning, and a wind turbine wins an award only with its permit (EEG § 36).
    """
    earliest, latest = (day, day) if day else _between(cohort.by, plant)
    begins, ends = cohort.begins or date.min, cohort.ends or date.max
    if (latest or date.max) < begins or (earliest or date.min) >= ends:
        return False
    surely = (earliest or date.min) >= begins and (cohort.ends is None or (latest or date.max) < ends)
    return True if surely else None


def _between(by: CohortBy, plant: Plant) -> tuple[date | None, date | None]:
    """Return between which days one that is not known must lie."""
    if by is CohortBy.PERMIT:
        return plant.application_complete, plant.commissioned
    if by is CohortBy.COMPLETENESS:
        return None, plant.permitted or plant.commissioned
    if by is CohortBy.AWARD and plant.kind is PlantKind.WIND:
        return plant.permitted, plant.commissioned
    return None, None


def _date_needed(cohort: Cohort, plant: Plant) -> Finding:
    return Finding.of(_NEEDED[cohort.by], plant=plant.id)


_NEEDED = {
    CohortBy.PERMIT: "laws.permit_date_needed",
    CohortBy.COMMISSIONING: "laws.commissioning_date_needed",
    CohortBy.AWARD: "laws.award_date_needed",
    CohortBy.COMPLETENESS: "laws.completeness_date_needed",
    CohortBy.CONTRACT: "laws.contract_date_needed",
}


def _outside(cohort: Cohort, day: date | None) -> Finding:
    if day is None:
        return Finding.of(_IMPOSSIBLE[cohort.by])
    if cohort.begins is not None and day < cohort.begins:
        return Finding.of(_BEFORE[cohort.by], day=day.isoformat(), first=cohort.begins.isoformat())
    return Finding.of(_AFTER[cohort.by], day=day.isoformat(), ends=(cohort.ends or date.max).isoformat())


_IMPOSSIBLE = {
    CohortBy.PERMIT: "laws.permit_elsewhen",
    CohortBy.COMMISSIONING: "laws.commissioning_elsewhen",
    CohortBy.AWARD: "laws.award_elsewhen",
    CohortBy.COMPLETENESS: "laws.completeness_elsewhen",
    CohortBy.CONTRACT: "laws.contract_elsewhen",
}
_BEFORE = {
    CohortBy.PERMIT: "laws.permit_before",
    CohortBy.COMMISSIONING: "laws.commissioning_before",
    CohortBy.AWARD: "laws.award_before",
    CohortBy.COMPLETENESS: "laws.completeness_before",
    CohortBy.CONTRACT: "laws.contract_before",
}
_AFTER = {
    CohortBy.PERMIT: "laws.permit_after",
    CohortBy.COMMISSIONING: "laws.commissioning_after",
    CohortBy.AWARD: "laws.award_after",
    CohortBy.COMPLETENESS: "laws.completeness_after",
    CohortBy.CONTRACT: "laws.contract_after",
}


def _several(rule: Rule, contracts: Sequence[Contract]) -> list[Finding]:
    if len(contracts) < 2:  # noqa: PLR2004 - one is as it should be
        return []
    return [Finding.of("laws.two_contracts", law=rule.law, contracts=", ".join(sorted(each.id for each in contracts)))]


def _rate(rule: Rule, contract: Contract) -> list[Finding]:
    rate, least, most = contract.rate_ct_per_kwh, rule.rate_min, rule.rate_max
    if least is not None and rate < least.number:
        return [Finding.of("laws.rate_below", contract=contract.id, rate_ct=float(rate), least_ct=float(least.number))]
    if most is not None and rate > most.number:
        return [Finding.of("laws.rate_above", contract=contract.id, rate_ct=float(rate), most_ct=float(most.number))]
    owed = _owed_ct(rule) if least is None else None
    if owed is not None and rate < owed:
        return [Finding.of("laws.rate_below_duty", contract=contract.id, rate_ct=float(rate), least_ct=float(owed))]
    return []


def _owed_ct(rule: Rule) -> Decimal | None:
    """Return the rate that a law owes for each kWh, None if it owes none: an agreement may be worth no less."""
    rates = [term.rate.number for term in rule.terms if term.rate.unit == "ct/kWh"]
    return max(rates, default=None) if rule.basis is Basis.DUTY and rule.computed is not Computed.NOTHING else None


def _changes(rule: Rule, year: int) -> list[Finding]:
    """Return that a rule holds for a part of the year only: what is settled is the whole year."""
    notes: list[Finding] = []
    if rule.valid_from > date(year, 1, 1):
        notes.append(Finding.of("laws.begins_within", rule=rule.id, day=rule.valid_from.isoformat()))
    if rule.valid_to is not None and rule.valid_to < date(year + 1, 1, 1):
        notes.append(Finding.of("laws.ends_within", rule=rule.id, day=rule.valid_to.isoformat()))
    return notes


def _with_twins(choices: list[RuleChoice]) -> list[RuleChoice]:
    """Add to each rule that holds a finding if another one of its law does, too."""
    holding = [each.rule for each in choices if each.holds]
    return [
        replace(each, findings=(*each.findings, *_twins(each.rule, holding))) if each.holds else each
        for each in choices
    ]


def _twins(rule: Rule, holding: list[Rule]) -> list[Finding]:
    others = sorted(other.id for other in holding if other.law == rule.law and other.id != rule.id)
    return [Finding.of("laws.two_rules", law=rule.law, first=rule.id, second=", ".join(others))] if others else []


def _with_contracts(choices: list[RuleChoice], year: int) -> Iterable[RuleChoice]:
    """Add to the first rule of a law with a contract, if none of that law holds, that it stands on nothing."""
    alive = {each.rule.law for each in choices if each.verdict is not RuleVerdict.HOLDS_NOT}
    said: set[str] = set()
    for each in choices:
        law = each.rule.law
        if each.contract is None or law in alive or law in said:
            yield each
            continue
        said.add(law)
        finding = Finding.of("laws.contract_without_rule", contract=each.contract.id, law=law, year=year)
        yield replace(each, findings=(*each.findings, finding))
