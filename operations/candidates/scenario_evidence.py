"""Where a figure of a scenario comes from: the vehicles in it, each with its own figures, and the sites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.errors import NotFoundError, RequestError
from core.evidence import Explanation, FigureId
from core.inventory import Vehicle
from core.texts import Finding
from fleet.candidates.scenario import Stake, totals
from operations.candidates.candidates import YEARS, YEARS_MOST
from operations.candidates.candidates import figure_id as candidate_figure
from operations.candidates.evidence import day_of, days_of, terms_of_figure
from operations.candidates.facts import read_candidates
from operations.candidates.infrastructure import infrastructure_of
from operations.candidates.rows import SiteInfrastructure
from operations.candidates.scenario import FIGURES, FLEET, figure_id, figures_of, stakes_of
from operations.candidates.selection import TODAY, Ranking, Selection, choose, rank, selection_from
from operations.candidates.site_evidence import name_of
from operations.fleet.figures import legible
from operations.house import Call, House

OF_SITES: Final = {
    "connectors_missing": "connectors_missing",
    "sites_without_room.at_once": "missing_w.at_once",
    "sites_without_room.managed": "missing_w.managed",
}
"""The figures that those of sites make."""

AGAINST_TODAY: Final = {
    "cost_eur": "cost_delta_eur",
    "co2e_year_g.ttw": "co2e_avoided_year_g.ttw",
    "co2e_year_g.wtw": "co2e_avoided_year_g.wtw",
}
"""The figures that today's and a difference make."""

YEARS_PART: Final = "years_"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A figure of a scenario with all that it may stand on."""

    house: House
    ranking: Ranking
    stakes: Mapping[str, Stake]
    replaced: Sequence[str]
    sites: Sequence[SiteInfrastructure]
    selection: Selection
    years: int
    name: str

    @property
    def vehicles(self) -> list[Vehicle]:
        """Return the vehicles in question, in the order of their ids."""
        wanted = self.stakes if self.name in AGAINST_TODAY else self.replaced
        return [each for each in self.ranking.read.vehicles if each.id in wanted]


async def explain_scenario(house: House, figure: FigureId, call: Call) -> Explanation:
    """Return what a figure of a scenario stands on. Raises `RequestError` or `NotFoundError`."""
    if figure.scope != FLEET:
        raise NotFoundError("evidence.scope_unknown", scope=figure.scope[:80])
    name, rest = name_of(figure, FIGURES)
    years, selection = _years(rest), selection_from(rest[1:], list(house.inventory().vehicles))
    ranking = await rank(house, await read_candidates(house, day_of(figure), call), years)
    stakes, chosen = stakes_of(house, ranking, years), choose(ranking, selection)
    needs = await infrastructure_of(house, ranking, selection, call)
    replaced = [row.vehicle for row in chosen if row.models]
    value = figures_of(stakes, replaced, needs.items)[name]
    asked = _Asked(
        house=house,
        ranking=ranking,
        stakes=stakes,
        replaced=replaced,
        sites=needs.items,
        selection=selection,
        years=years,
        name=name,
    )
    return Explanation(
        title=Finding.of(f"scenario.figure.{name}", count=years),
        figure=str(figure),
        value=None if isinstance(value, Finding) else legible(value),
        unit=FIGURES[name],
        how=Finding.of(f"scenario.how.{figure.quantity}"),
        findings=(value,) if isinstance(value, Finding) else (),
        parts=tuple(_parts(asked)),
    )


def _years(parts: Sequence[str]) -> int:
    said = parts[0].removeprefix(YEARS_PART) if parts and parts[0].startswith(YEARS_PART) else ""
    if not (said.isascii() and said.isdigit() and 1 <= int(said[:3]) <= YEARS_MOST):
        raise RequestError("evidence.quantity_unknown", quantity=".".join(parts)[:80])
    return int(said)


def _parts(asked: _Asked) -> Iterator[Explanation]:
    if asked.name in OF_SITES:
        yield from _of_sites(asked)
    elif asked.name in AGAINST_TODAY and asked.selection != TODAY:
        yield from _against_today(asked)
    else:
        for vehicle in asked.vehicles:
            yield from _of_vehicle(asked, vehicle)


def _of_sites(asked: _Asked) -> Iterator[Explanation]:
    for site in asked.sites:
        for figure in site.figures:
            if figure.name == OF_SITES[asked.name]:
                yield Explanation(
                    title=Finding.of("scenario.site", name=site.site_name),
                    figure=figure.figure,
                    value=figure.value,
                    unit=figure.unit,
                    findings=(Finding.of(figure.reason.code, **figure.reason.params),) if figure.reason else (),
                )


def _against_today(asked: _Asked) -> Iterator[Explanation]:
    """Yield today's figure and the difference to it."""
    last = asked.ranking.read.last
    today = figures_of(asked.stakes, (), ())
    changed = figures_of(asked.stakes, asked.replaced, ())
    for name, selection, value in (
        (asked.name, TODAY, today[asked.name]),
        (AGAINST_TODAY[asked.name], asked.selection, changed[AGAINST_TODAY[asked.name]]),
    ):
        yield Explanation(
            title=Finding.of(f"scenario.figure.{name}", count=asked.years),
            figure=figure_id(last, name, asked.years, selection),
            value=None if isinstance(value, Finding) else legible(value),
            unit=FIGURES[name],
        )


def _of_vehicle(asked: _Asked, vehicle: Vehicle) -> Iterator[Explanation]:
    """Yield a vehicle's part of a figure; nothing of one whose figure is not computed."""
    stake, read = asked.stakes[vehicle.id], asked.ranking.read
    value = totals([stake], asked.replaced)[asked.name]
    if isinstance(value, Finding):
        return
    row = asked.ranking.with_outlets[vehicle.id].models[0]
    named = {figure.name for figure in row.figures}
    same = asked.name in named and (asked.years == YEARS or asked.name != "cost_delta_eur")
    replaced = Finding.of("candidates.figure_of", name=vehicle.name, model=row.name)
    terms = terms_of_figure(asked.house, read, vehicle, _term(asked.name))
    yield Explanation(
        title=Finding.of("scenario.vehicle", name=vehicle.name) if asked.selection == TODAY else replaced,
        figure=candidate_figure(vehicle, read.last, asked.name, row.model) if same else "",
        value=legible(value),
        unit=FIGURES[asked.name],
        parts=() if same else (*terms, *days_of(read, vehicle)),
    )


def _term(name: str) -> str:
    """Return the figure of candidates whose terms a figure has: those of its cost, of its emissions, or none."""
    if name.startswith("co2e"):
        return f"co2e_avoided_year_g.{name.partition('.')[2]}"
    return "cost_delta_eur" if name.startswith("cost") else "energy_year_wh"
