"""Scenarios side by side: which vehicles become electric, and what that costs, avoids, procures and needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from annotated_types import MaxLen, MinLen

from core.evidence import FigureId
from core.texts import Finding
from fleet.candidates.effects import year_of
from fleet.candidates.scenario import Stake, stake_of, totals
from fleet.choice import FactorChoice
from operations.candidates.candidates import YEARS, last_day
from operations.candidates.facts import read_candidates, terms_of
from operations.candidates.infrastructure import CONNECTORS, infrastructure_of
from operations.candidates.quotas import quota_paths
from operations.candidates.rows import Candidate, RankedVehicle, Replacement, Scenario, Scenarios, SiteInfrastructure
from operations.candidates.selection import TODAY, Ranking, Selection, choose, rank, selection_of
from operations.fleet.figures import FigureRow, legible
from operations.house import Call, House
from operations.values import Told

SCENARIO: Final = "scenario"
FLEET: Final = "fleet"
SITES: Final = "sites"
SCENARIOS_MOST: Final = 5

FIGURES: Final = {
    "vehicles": "vehicles",
    "distance_year_m": "m",
    "energy_year_wh": "Wh",
    "cost_eur": "EUR",
    "cost_delta_eur": "EUR",
    "co2e_year_g.ttw": "g",
    "co2e_avoided_year_g.ttw": "g",
    "co2e_year_g.wtw": "g",
    "co2e_avoided_year_g.wtw": "g",
    "connectors_missing": CONNECTORS,
    "sites_without_room.at_once": SITES,
    "sites_without_room.managed": SITES,
}
"""The figures of a scenario with their units; `delta` and `avoided` are against today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareScenarios:
    """Which vehicles become electric in each scenario (`suitable`, `top:3` or ids with commas), holding time, last day.

    Today stands beside them always.
    """

    replace: Annotated[tuple[str, ...], MinLen(1), MaxLen(SCENARIOS_MOST)] = ("suitable",)
    until: date | None = None
    years: int = YEARS


async def compare_scenarios(house: House, request: CompareScenarios, call: Call) -> Scenarios:
    """Return scenarios beside today. Raises `RequestError` or `NotFoundError`."""
    wanted = [selection_of(text) for text in request.replace]
    last = last_day(house, request.until, request.years, call)
    ranking = await rank(house, await read_candidates(house, last, call), request.years)
    stakes = stakes_of(house, ranking, request.years)
    selections = list(dict.fromkeys([TODAY, *wanted]))
    return Scenarios(
        first=ranking.read.first,
        until=last,
        years=request.years,
        considered=len(stakes),
        items=tuple([await _scenario(house, ranking, stakes, each, request.years, call) for each in selections]),
        ranking=tuple(
            RankedVehicle(rank=row.rank, vehicle=row.vehicle, name=row.name) for row in ranking.items if row.rank
        ),
        notes=tuple(Told.of(note) for note in _notes(stakes)),
    )


def stakes_of(house: House, ranking: Ranking, years: int) -> dict[str, Stake]:
    """Return by id what is at stake with each vehicle that was replayed, with its best model."""
    read = ranking.read
    models = {model.id: model for model in read.models}
    choice = FactorChoice(house.factors(), read.last)
    found: dict[str, Stake] = {}
    for vehicle in read.vehicles:
        row = ranking.with_outlets[vehicle.id]
        if row.models:
            model = models[row.models[0].model]
            days = read.replayed[vehicle.id]
            (replay,) = (each for each in days.replays if each.model == model.id)
            terms = terms_of(house, read, vehicle, years)
            found[vehicle.id] = stake_of(vehicle, model, year_of(days, replay), terms, choice)
    return found


def figures_of(
    stakes: Mapping[str, Stake], replaced: Sequence[str], sites: Sequence[SiteInfrastructure]
) -> dict[str, Decimal | Finding]:
    """Return the figures of a scenario by name, or why one is not computed."""
    return {
        **totals(stakes.values(), replaced),
        "connectors_missing": sum((_value(site, "connectors_missing") or Decimal(0) for site in sites), Decimal(0)),
        "sites_without_room.at_once": without_room(sites, "missing_w.at_once"),
        "sites_without_room.managed": without_room(sites, "missing_w.managed"),
    }


def without_room(sites: Sequence[SiteInfrastructure], name: str) -> Decimal | Finding:
    """Return at how many sites power is missing, of those where newcomers would be charged and that is known."""
    known = [_value(site, name) for site in sites if site.newcomers]
    amounts = [each for each in known if each is not None]
    if known and not amounts:
        return Finding.of("scenario.no_connection")
    return Decimal(sum(each > 0 for each in amounts))


def figure_id(last: date, name: str, years: int, selection: Selection) -> str:
    """Return the id of a figure; holding time and selection stand last in it."""
    quantity, *variant = name.split(".")
    return str(FigureId(SCENARIO, last.isoformat(), FLEET, quantity, (*variant, f"years_{years}", *selection.parts)))


async def _scenario(
    house: House, ranking: Ranking, stakes: Mapping[str, Stake], selection: Selection, years: int, call: Call
) -> Scenario:
    chosen = choose(ranking, selection)
    needs = await infrastructure_of(house, ranking, selection, call)
    replaced = [row.vehicle for row in chosen if row.models]
    values = figures_of(stakes, replaced, needs.items)
    figures = tuple(_figure(ranking.read.last, name, years, selection, value) for name, value in values.items())
    told = {figure.name: figure.value for figure in figures}
    vehicles = house.inventory().vehicles
    whole = call.actor.sites is None
    return Scenario(
        replace=selection.text,
        vehicles=len(replaced),
        cost_delta_eur=told["cost_delta_eur"],
        co2e_avoided_year_g=told["co2e_avoided_year_g.wtw"],
        connectors_missing=told["connectors_missing"],
        figures=figures,
        quotas=quota_paths(house, ranking.read.last, [vehicles[each] for each in replaced]) if whole else (),
        sites=needs.items,
        replacements=tuple(_replacement(row) for row in chosen),
    )


def _figure(last: date, name: str, years: int, selection: Selection, value: Decimal | Finding) -> FigureRow:
    return FigureRow(
        name=name,
        value=None if isinstance(value, Finding) else legible(value),
        unit=FIGURES[name],
        figure=figure_id(last, name, years, selection),
        reason=Told.of(value) if isinstance(value, Finding) else None,
    )


def _value(site: SiteInfrastructure, name: str) -> Decimal | None:
    return next((figure.value for figure in site.figures if figure.name == name), None)


def _replacement(row: Candidate) -> Replacement:
    return Replacement(
        vehicle=row.vehicle,
        name=row.name,
        site_name=row.site_name,
        vehicle_class=row.vehicle_class,
        model=row.best,
        suitability=row.suitability,
        failing=row.failing,
        co2e_avoided_year_g=row.co2e_avoided_year_g,
        cost_delta_eur=row.cost_delta_eur,
        reason=row.reason,
    )


def _notes(stakes: Mapping[str, Stake]) -> Iterator[Finding]:
    """Yield what is not in the sums."""
    if not stakes:
        yield Finding.of("scenario.nobody")
        return
    yield Finding.of("scenario.rules")
    without_costs = sum(not stake.cost_eur.known for stake in stakes.values())
    if without_costs:
        yield Finding.of("scenario.without_costs", count=without_costs)
    without_emissions = sum(not all(pair.known for pair in stake.co2e_g.values()) for stake in stakes.values())
    if without_emissions:
        yield Finding.of("scenario.without_emissions", count=without_emissions)
