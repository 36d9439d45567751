"""A plant's year: which rules hold, each settled by what is known, and beside them those that do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from core.inventory.renewables import Answer, Contract, Plant
from core.texts import Finding
from renewables.areas import PlantAreas
from renewables.choice import RuleChoice, RuleVerdict
from renewables.energy_base import EnergyBase
from renewables.settled import Claim, Settled
from renewables.settling.settle import settle_together
from renewables.statement import Party, PlantShares, RuleLeftOut, RuleShares, radius_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantFacts:
    """What is known of a plant and a year. `parties` are municipalities by the id that contracts name them by.

    `findings` are open about the plant as a whole.
    """

    plant: Plant
    state: str
    year: int
    choices: tuple[RuleChoice, ...]
    base: EnergyBase | None
    areas: tuple[PlantAreas, ...]
    parties: tuple[Party, ...]
    findings: tuple[Finding, ...] = ()


def settle_plants(facts: Sequence[PlantFacts]) -> list[PlantShares]:
    """Return the year of each plant."""
    return [settle_plant(each) for each in facts]


def settle_plant(facts: PlantFacts) -> PlantShares:
    """Return a plant's year by all rules that hold; those that do not stand beside, each with its reason."""
    holding = sorted((each for each in facts.choices if each.holds), key=lambda each: each.rule.id)
    contracts = {each.contract.id: each.contract for each in facts.choices if each.contract}
    contracts = {name: contracts[name] for name in sorted(contracts)}
    settled = settle_together([_claim(facts, each, tuple(contracts.values())) for each in holding])
    shapes = {(each.rule.split, radius_of(each.rule)) for each in holding}
    areas = tuple(each for each in facts.areas if (each.split, each.radius_m) in shapes)
    left_out = [each for each in facts.choices if not each.holds]
    return PlantShares(
        plant=facts.plant,
        state=facts.state,
        year=facts.year,
        base=facts.base,
        areas=areas,
        contracts=tuple(contracts.values()),
        parties=tuple(_parties(facts, areas, contracts.values())),
        settled=tuple(map(_of_rule, settled, holding)),
        left_out=tuple(RuleLeftOut(id=each.rule.id, title=each.rule.title, reasons=_why(each)) for each in left_out),
        findings=tuple(dict.fromkeys((*facts.findings, *(found for each in left_out for found in each.findings)))),
    )


def _claim(facts: PlantFacts, choice: RuleChoice, contracts: Sequence[Contract]) -> Claim:
    rule, contract = choice.rule, choice.contract
    areas = next((each for each in facts.areas if (each.split, each.radius_m) == (rule.split, radius_of(rule))), None)
    return Claim(
        plant=facts.plant,
        state=facts.state,
        rule=rule,
        year=facts.year,
        base=facts.base,
        areas=areas,
        contract=contract,
        offered_keys=_keys(facts, contract, None),
        refused_keys=_keys(facts, contract, Answer.REFUSED),
        other_contracts=tuple(each for each in contracts if each != contract),
    )


def _keys(facts: PlantFacts, contract: Contract | None, answer: Answer | None) -> frozenset[str]:
    """Return the keys of the parties of a contract that gave an answer (None: any)."""
    if contract is None:
        return frozenset()
    keys = {each.id: each.key for each in facts.parties}
    return frozenset(
        keys[party.municipality]
        for party in contract.parties
        if party.municipality in keys and answer in (None, party.answer)
    )


def _of_rule(settled: Settled, choice: RuleChoice) -> RuleShares:
    """Return a settlement with what is open and worth knowing about its rule."""
    with_doubts = replace(
        settled,
        findings=tuple(dict.fromkeys((*settled.findings, *choice.findings))),
        notes=tuple(dict.fromkeys((*settled.notes, *choice.notes))),
    )
    return RuleShares(settled=with_doubts, contract=choice.contract.id if choice.contract else None)


def _why(choice: RuleChoice) -> tuple[Finding, ...]:
    return choice.findings if choice.verdict is RuleVerdict.UNDECIDED else choice.reasons


def _parties(facts: PlantFacts, areas: Sequence[PlantAreas], contracts: Iterable[Contract]) -> Iterator[Party]:
    """Yield who is behind the keys of areas and the parties of contracts."""
    keys = {part.key for each in areas for part in each.parts}
    named = {party.municipality for contract in contracts for party in contract.parties}
    return (each for each in facts.parties if each.key in keys or each.id in named)
