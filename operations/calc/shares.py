"""`calc.shares`: what plants would have to share with municipalities, by the engine of the statements."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from config.calc.reading import CalcInput
from config.calc.shares import AUTO, SharePlantForm, SharesForm
from config.laws import laws_beside
from core.factors import FactorTable
from core.inventory.renewables import Contract, Plant
from core.texts import Finding
from operations.calc.inputs import CalcRequest, read, thousandth, told, unused
from operations.calc.share_answers import left_out_row, not_settled_row, share_row, totals_of
from operations.calc.share_areas import areas_given, domestic_keys, radius_of, refused_keys, state_given
from operations.calc.share_plants import (
    Meters,
    assumed_day,
    base_given,
    contracts_of,
    meters_of,
    months_elsewhen,
    plant_of,
)
from operations.calc.share_rows import CalcSharePlant, CalculatedShares, ShareRow
from operations.calc.share_rules import Asked, choices_for, needs_power, rules_asked, settled_by
from operations.edge import InvalidRequestError
from operations.house import Call
from renewables.choice import RuleChoice, RuleVerdict, runs_in
from renewables.energy_base import EnergyBase
from renewables.rules import Basis, LawTable
from renewables.settled import Claim
from renewables.settling.settle import settle_together

Way = tuple[str | int, ...]
"""Where something stands in the input."""


class HasLaws(Protocol):
    """What this calculation needs of a house: the laws in force, and the factors, of which it takes none."""

    @property
    def factors(self) -> Callable[[], FactorTable]:
        """Return what gives the factors in force."""

    @property
    def laws(self) -> Callable[[], LawTable]:
        """Return what gives the laws in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalcShares(CalcRequest):
    """A what-if about revenue shares."""


async def calc_shares(house: HasLaws, request: CalcShares, call: Call) -> CalculatedShares:
    """Return what would be due. Raises `InvalidRequestError` with every mistake of the input."""
    return await asyncio.to_thread(_calculated, house, request, call.now_utc)


def _calculated(house: HasLaws, request: CalcShares, now_utc: datetime) -> CalculatedShares:
    given = read(request, SharesForm)
    table = _laws(house, given)
    single = isinstance(given.locator.plain(("plants",)), dict)
    ways: list[Way] = [("plants",) if single else ("plants", place) for place in range(len(given.form.plants))]
    wrong = [
        finding
        for form, way in zip(given.form.plants, ways, strict=True)
        for finding in _unknown(given, form, way, table)
    ]
    if wrong:
        raise InvalidRequestError(wrong)
    years = {each.name: each.year or given.form.year or 0 for each in given.form.plants}
    plants = {each.name: plant_of(each, assumed_day(each, years[each.name])) for each in given.form.plants}
    whole = _Whole(given.form, table, plants, meters_of(given.form, plants, years), now_utc)
    rows = tuple(whole.plant(each, years[each.name]) for each in given.form.plants)
    return CalculatedShares(plants=rows, totals=totals_of(rows), notes=unused(given, ()))


def _laws(house: HasLaws, given: CalcInput[SharesForm]) -> LawTable:
    """Return the laws in force with those of the input. Raises `InvalidRequestError` with what is wrong in these."""
    if not given.form.laws:
        return house.laws()
    single = isinstance(given.locator.plain(("laws",)), dict)
    ways = [("laws",) if single else ("laws", place) for place in range(len(given.form.laws))]
    sections = zip(given.form.laws, map(given.locator.inside, ways), strict=True)
    table, findings = laws_beside(house.laws(), sections)
    if findings:
        raise InvalidRequestError(findings)
    return table


def _unknown(given: CalcInput[SharesForm], form: SharePlantForm, way: Way, table: LawTable) -> Iterator[Finding]:
    """Yield a finding for each name in a plant that nothing has, and for each month that is not of its year."""
    laws = ", ".join(table.laws)
    known = {AUTO, *table.laws, *(rule.id for rule in table.rules)}
    for name in form.law:
        if name not in known:
            yield given.locator.finding("config.law_unknown", (*way, "law"), found=name, expected=laws)
    for name in (name for each in form.agreed for name in (each.law, *each.includes) if name is not None):
        if name not in table.laws:
            key = "contract" if form.contract else "contracts"
            yield given.locator.finding("config.law_unknown", (*way, key), found=name, expected=laws)
    meters = [each.name for each in given.form.meters]
    if form.meter is not None and form.meter not in meters:
        expected = ", ".join(meters) or "–"
        yield given.locator.finding("config.meter_not_given", (*way, "meter"), found=form.meter, expected=expected)
    year = form.year or given.form.year or 0
    for month in months_elsewhen(form, year):
        yield given.locator.finding("config.month_elsewhen", (*way, "months", month, "month"), year=year)


@dataclass(frozen=True, slots=True)
class _Whole:
    """The whole input, and what is known of all its plants."""

    form: SharesForm
    table: LawTable
    plants: Mapping[str, Plant]
    meters: Meters
    now_utc: datetime

    def plant(self, form: SharePlantForm, year: int) -> CalcSharePlant:
        """Return a plant's year by all rules that are asked for."""
        plant = self.plants[form.name]
        rounding = self.form.rounding.total if self.form.rounding else None
        rules = rules_asked(form, self.table, rounding)
        state = state_given(form, () if AUTO in form.law else next((rule.states for rule in rules if rule.states), ()))
        asked = Asked(form, state, year, rules)
        choices, contracts = self._choices(asked)
        base = self.meters.bases.get(form.name) or base_given(form, plant, year, self.now_utc)
        settled = settled_by(choices, form)
        rows = _rows(asked, plant, base, settled, contracts)
        open_ones = [each for each in choices if each.verdict is RuleVerdict.UNDECIDED and each not in settled]
        return CalcSharePlant(
            name=form.name,
            kind=form.kind,
            state=state,
            year=year,
            power_kw=form.power_kw,
            fed_in_kwh=_kwh(base.fed_in_wh) if base else None,
            fictitious_kwh=_kwh(base.fictitious_wh) or Decimal(0) if base else Decimal(0),
            negative_kwh=_kwh(base.negative_wh) if base else None,
            shared_by=base.shared_by if base else "",
            rules=(*rows, *(not_settled_row(each, year) for each in open_ones)),
            left_out=tuple(left_out_row(each) for each in choices if each.verdict is RuleVerdict.HOLDS_NOT),
            notes=told((*self._notes(asked), *_not_running(contracts, year))),
        )

    def _choices(self, asked: Asked) -> tuple[tuple[RuleChoice, ...], tuple[Contract, ...]]:
        """Return which rules hold, with the contracts: one that names no rate is by that of the rule that holds."""
        bare = choices_for(asked, ())
        likely = [each.rule for each in sorted(bare, key=lambda each: each.verdict is RuleVerdict.HOLDS_NOT)]
        laws = dict.fromkeys(rule.law for rule in likely)
        law = "eeg-6" if not asked.named or len(laws) != 1 else next(iter(laws))
        contracts = contracts_of(asked.form, law, [*likely, *self.table.rules])
        return choices_for(asked, contracts) if contracts else bare, contracts

    def _notes(self, asked: Asked) -> Iterator[Finding]:
        form = asked.form
        if form.name in self.meters.findings:
            yield self.meters.findings[form.name]
        if not asked.rules:
            yield Finding.of("shares.no_rule", law=", ".join(form.law))
        if form.power_kw is None and any(rule.thresholds for rule in asked.rules):
            yield Finding.of("shares.power_unstated")
        if not asked.state and not asked.named:
            yield Finding.of("shares.state_unstated")
        if form.permitted is not None and form.permitted.year > asked.year:
            yield Finding.of("shares.permit_after_year", day=form.permitted.isoformat(), year=asked.year)


def _not_running(contracts: Sequence[Contract], year: int) -> Iterator[Finding]:
    """Yield that a contract has nothing to do with the year."""
    for each in contracts:
        if not runs_in(each, year):
            yield Finding.of("shares.contract_elsewhen", contract=each.id, year=year)


def _rows(
    asked: Asked,
    plant: Plant,
    base: EnergyBase | None,
    choices: Sequence[RuleChoice],
    contracts: Sequence[Contract],
) -> Iterator[ShareRow]:
    """Yield a row for each rule that a plant is settled by; they are settled together, for some credit others."""
    ready = [each for each in choices if asked.form.power_kw is not None or not needs_power(each.rule)]
    circles = sorted({radius for each in ready if (radius := radius_of(each.rule, asked.form)) is not None})
    areas = [areas_given(asked.form, each.rule, circles) for each in ready]
    claims = [
        Claim(
            plant=plant,
            state=asked.state,
            rule=each.rule,
            year=asked.year,
            base=base,
            areas=given.areas,
            contract=each.contract,
            offered_keys=_offered(asked.form, each),
            refused_keys=_refused(asked, each),
            other_contracts=tuple(other for other in contracts if other != each.contract),
        )
        for each, given in zip(ready, areas, strict=True)
    ]
    for choice, given, settled in zip(ready, areas, settle_together(claims), strict=True):
        yield share_row(choice, settled, given)
    for choice in choices:
        if choice not in ready:
            yield not_settled_row(choice, asked.year, Finding.of("shares.power_needed"))


def _refused(asked: Asked, choice: RuleChoice) -> frozenset[str]:
    """Return who refused an offer, or what a law gives that the input names: no offer's refusal waives another duty."""
    duty = choice.rule.basis is Basis.DUTY and choice.contract is None
    return frozenset() if duty and not asked.named else refused_keys(asked.form)


def _offered(form: SharePlantForm, choice: RuleChoice) -> frozenset[str]:
    """Return to whom a contract was offered: to all who have an area, if it does not say."""
    place = choice.contract.id.rpartition("/")[2] if choice.contract else ""
    said = form.agreed[int(place) - 1].offered if place else None
    return domestic_keys(form) if said is None else frozenset(said)


def _kwh(energy_wh: int | None) -> Decimal | None:
    return thousandth(None if energy_wh is None else Decimal(energy_wh))
