"""Which combustion vehicles to replace next: their days replayed with electric models, ranked, with cost and quota."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from core.errors import NotFoundError, RequestError
from core.evidence import FigureId
from core.factors import Boundary
from core.inventory import Vehicle
from core.inventory.mobility import ElectricModel
from core.texts import Finding
from fleet.candidates.effects import avoided_g, cost_delta_eur, year_of
from fleet.candidates.verdicts import Replay, Replayed, Suitability
from fleet.choice import FactorChoice
from operations.candidates.facts import ReadCandidates, read_candidates, terms_of
from operations.candidates.quotas import quota_paths
from operations.candidates.rows import Candidate, CandidateModel, Candidates, HardDayRow
from operations.fleet.figures import FigureRow, legible
from operations.house import Call, House
from operations.values import Told

CANDIDATES: Final = "candidates"
YEARS: Final = 6
YEARS_MOST: Final = 20

FIGURES: Final = {
    "range_percent": "%",
    "energy_year_wh": "Wh",
    "co2e_avoided_year_g.ttw": "g",
    "co2e_avoided_year_g.wtw": "g",
    "cost_delta_eur": "EUR",
}
"""The figures of a model in a vehicle's place, with their units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCandidates:
    """The last of the 365 days (yesterday), the holding time in years (6), and a single vehicle (all)."""

    until: date | None = None
    years: int = YEARS
    vehicle: str | None = None


async def list_candidates(house: House, request: ListCandidates, call: Call) -> Candidates:
    """Return combustion vehicles with their models, best first. Raises `RequestError` or `NotFoundError`."""
    last = last_day(house, request.until, request.years, call)
    if request.vehicle is not None:
        _seen(house, request.vehicle, call)
    return candidates_of(house, await read_candidates(house, last, call, request.vehicle), request.years, call)


def candidates_of(house: House, read: ReadCandidates, years: int, call: Call) -> Candidates:
    """Return the vehicles that were read with their models, best first."""
    return Candidates(
        first=read.first,
        until=read.last,
        years=years,
        items=ranking(house, read, years),
        quotas=quota_paths(house, read.last) if call.actor.sites is None else (),
        fuel_eur_per_l={fuel.value: legible(price) for fuel, price in sorted(read.fuel_eur_per_l.items())},
        notes=tuple(Told.of(note) for note in _notes(read)),
    )


def last_day(house: House, until: date | None, years: int, call: Call) -> date:
    """Return the last day that is replayed. Raises `RequestError` for one to come and for an odd holding time."""
    if not 1 <= years <= YEARS_MOST:
        raise RequestError("candidates.years_invalid", years=years, most=YEARS_MOST)
    last = until or house.day(call.now_utc) - timedelta(days=1)
    if last >= house.day(call.now_utc):
        raise RequestError("candidates.day_ahead", day=last.isoformat())
    return last


def ranking(house: House, read: ReadCandidates, years: int) -> tuple[Candidate, ...]:
    """Return the vehicles that were read, those to be replaced next first."""
    return tuple(_ranked(sorted((_candidate(house, read, each, years) for each in read.vehicles), key=_place)))


def figures_of(
    house: House, read: ReadCandidates, vehicle: Vehicle, model: ElectricModel, replay: Replay, years: int
) -> dict[str, Decimal | Finding]:
    """Return the figures of a model in a vehicle's place by name, or why one is not computed."""
    year = year_of(read.replayed[vehicle.id], replay)
    terms = terms_of(house, read, vehicle, years)
    choice = FactorChoice(house.factors(), read.last)
    return {
        "range_percent": replay.range_percent,
        "energy_year_wh": year.energy_wh,
        "co2e_avoided_year_g.ttw": avoided_g(vehicle, year, terms, choice, Boundary.TTW),
        "co2e_avoided_year_g.wtw": avoided_g(vehicle, year, terms, choice, Boundary.WTW),
        "cost_delta_eur": cost_delta_eur(vehicle, model, year, terms),
    }


def figure_id(vehicle: Vehicle, last: date, name: str, model: str) -> str:
    """Return the id of a figure; the model stands last in it."""
    quantity, *variant = name.split(".")
    return str(FigureId(CANDIDATES, last.isoformat(), vehicle.source, quantity, (*variant, part_of_id(model))))


def part_of_id(model: str) -> str:
    """Return a model's id as figure ids spell it."""
    return model.replace("-", "_").casefold()


def _seen(house: House, name: str, call: Call) -> Vehicle:
    vehicle = house.inventory().vehicles.get(name)
    if vehicle is None:
        raise NotFoundError("vehicles.unknown", id=name[:80])
    call.must_see(vehicle.site)
    return vehicle


def _candidate(house: House, read: ReadCandidates, vehicle: Vehicle, years: int) -> Candidate:
    found = read.replayed[vehicle.id]
    models = {model.id: model for model in read.models}
    rows = sorted((_model(house, read, vehicle, models[each.model], each, years) for each in found.replays), key=_merit)
    best = rows[0] if rows else None
    values = _values(best) if best else {}
    site = house.inventory().sites.get(vehicle.site)
    return Candidate(
        rank=None,
        vehicle=vehicle.id,
        name=vehicle.name,
        group=vehicle.group,
        site=vehicle.site,
        site_name=site.name if site else vehicle.site,
        vehicle_class=vehicle.vehicle_class,
        personal=vehicle.personal,
        days_known=found.known,
        days_driven=found.driven,
        days_with_temperature=found.with_temperature,
        days_with_presence=found.with_presence,
        year_distance_m=_year_m(found),
        best=best.name if best else None,
        suitability=best.suitability if best else None,
        limit=best.limit if best else None,
        failing=best.failing if best else None,
        cost_delta_eur=values.get("cost_delta_eur"),
        co2e_avoided_year_g=values.get("co2e_avoided_year_g.wtw"),
        models=tuple(rows),
        reason=Told.of(found.reason) if found.reason else None,
    )


def _year_m(found: Replayed) -> Decimal | None:
    return legible(found.distance_m * 365 / found.known) if found.known and found.reason is None else None


def _model(
    house: House, read: ReadCandidates, vehicle: Vehicle, model: ElectricModel, replay: Replay, years: int
) -> CandidateModel:
    figures = figures_of(house, read, vehicle, model, replay, years)
    return CandidateModel(
        model=model.id,
        name=model.name,
        suitability=replay.suitability,
        limit=replay.limit,
        failing=replay.failing,
        charged_on_the_way=replay.charged_on_the_way,
        figures=tuple(_figure(vehicle, read.last, model.id, name, value) for name, value in figures.items()),
        days=()
        if vehicle.personal
        else tuple(
            HardDayRow(day=day.day, distance_m=day.distance_m, limit=day.limit, fails=day.fails) for day in replay.hard
        ),
    )


def _figure(vehicle: Vehicle, last: date, model: str, name: str, value: Decimal | Finding) -> FigureRow:
    return FigureRow(
        name=name,
        value=None if isinstance(value, Finding) else legible(value),
        unit=FIGURES[name],
        figure=figure_id(vehicle, last, name, model),
        reason=Told.of(value) if isinstance(value, Finding) else None,
    )


def _values(row: CandidateModel) -> dict[str, Decimal | None]:
    return {figure.name: figure.value for figure in row.figures}


def _merit(row: CandidateModel) -> tuple[int, bool, Decimal, Decimal, str]:
    """Return the order of models: by verdict, then what costs least, then what avoids most."""
    values = _values(row)
    cost, avoided = values["cost_delta_eur"], values["co2e_avoided_year_g.wtw"]
    order = list(Suitability).index(row.suitability)
    return order, cost is None, cost or Decimal(0), -(avoided or Decimal(0)), row.model


def _place(item: Candidate) -> tuple[bool, tuple[int, bool, Decimal, Decimal, str], str]:
    best = _merit(item.models[0])[:4] if item.models else (len(Suitability), True, Decimal(0), Decimal(0))
    return not item.models, (*best, ""), item.vehicle


def _ranked(items: list[Candidate]) -> Iterator[Candidate]:
    for number, item in enumerate(items, 1):
        yield replace(item, rank=number) if item.models else item


def _notes(read: ReadCandidates) -> Iterator[Finding]:
    """Yield what was assumed for all: what is not known is said, not hidden."""
    computed = [each for each in read.replayed.values() if each.reason is None]
    if not read.vehicles:
        yield Finding.of("candidates.none")
    if any(each.with_temperature < each.known for each in computed):
        yield Finding.of("candidates.winter_by_month")
    if any(each.with_presence < each.known for each in computed):
        yield Finding.of("candidates.night_at_home")
    if computed:
        yield Finding.of("candidates.terms")
