"""Where a figure of a site's charge points comes from: vehicles' days, models, outlets, and the load of the site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from core.errors import NotFoundError, RequestError
from core.evidence import Citation, CitedKind, Explanation, FigureId
from core.inventory import Vehicle
from core.texts import Finding
from fleet.candidates.site_needs import Evening, Newcomer, SiteNeed
from operations.candidates.candidates import YEARS
from operations.candidates.evidence import day_of, parts_of_model
from operations.candidates.facts import read_candidates
from operations.candidates.infrastructure import (
    CONNECTORS,
    FIGURES,
    figure_id,
    figures_of,
    hides_days,
    needs_of,
    powers_of,
)
from operations.candidates.power import SitePower
from operations.candidates.selection import Ranking, Selection, rank, selection_from
from operations.evidence.figures import SITE
from operations.evidence.leaves import of_parts
from operations.fleet.figures import figure_id as day_figure
from operations.fleet.figures import legible
from operations.house import Call, House

STANDS_ON: Final = {
    "connectors_missing": ("connectors_needed", "connectors"),
    "headroom_w": ("connection_w", "load_p95_w"),
    "missing_w.at_once": ("added_w.at_once", "headroom_w"),
    "missing_w.managed": ("added_w.managed", "headroom_w"),
}
"""The figures that others of the same site make."""


async def explain_infrastructure(house: House, figure: FigureId, call: Call) -> Explanation:
    """Return what a figure of a site stands on. Raises `RequestError`, `NotFoundError` or `ForbiddenError`."""
    site = house.inventory().sites.get(figure.scope.removeprefix(SITE)) if figure.scope.startswith(SITE) else None
    if site is None:
        raise NotFoundError("evidence.scope_unknown", scope=figure.scope[:80])
    call.must_see(site.id)
    name, rest = name_of(figure, FIGURES)
    selection = selection_from(rest, list(house.inventory().vehicles))
    ranking = await rank(house, await read_candidates(house, day_of(figure), call), YEARS)
    found = [need for need in await needs_of(house, ranking, selection) if need.site == site.id]
    need = found[0] if found else SiteNeed(site.id, len(ranking.read.outlets.get(site.id, ())), ())
    power = (await powers_of(house, ranking.read, [need], call))[site.id]
    value = figures_of(need, power)[name]
    return Explanation(
        title=Finding.of(f"infrastructure.figure.{name}"),
        figure=str(figure),
        value=None if isinstance(value, Finding) else legible(value),
        unit=FIGURES[name],
        how=Finding.of(f"infrastructure.how.{name}"),
        findings=(value,) if isinstance(value, Finding) else (),
        parts=tuple(_parts(house, ranking, selection, need, power, name)),
    )


def name_of(figure: FigureId, figures: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """Return which of some figures an id names, and what follows. Raises `RequestError` for none of them."""
    words = (figure.quantity, *figure.variant)
    for length in (2, 1):
        if ".".join(words[:length]) in figures:
            return ".".join(words[:length]), words[length:]
    raise RequestError("evidence.quantity_unknown", quantity=figure.quantity[:80])


def _parts(
    house: House, ranking: Ranking, selection: Selection, need: SiteNeed, power: SitePower, name: str
) -> Iterator[Explanation]:
    if name in STANDS_ON:
        values = figures_of(need, power)
        for each in STANDS_ON[name]:
            yield _figure(need.site, ranking.read.last, selection, each, values[each])
    elif name == "connectors":
        yield from _outlets(house, need.site, ranking.read.last)
    elif name == "connection_w":
        yield from _stated(need.site, power)
    elif name == "load_p95_w":
        yield from _load(ranking, power)
    elif not hides_days(house.inventory(), need.site, need.newcomers):
        evenings = need.short if name == "evenings_short" else _deciding(need, name)
        yield from of_parts(
            [_evening(house, each, ranking, name) for each in evenings],
            Finding.of("infrastructure.deciding", count=len(evenings)),
        )


def _deciding(need: SiteNeed, name: str) -> tuple[Evening, ...]:
    """Return the evening that sets a figure."""
    measured = {
        "connectors_needed": lambda evening: Decimal(evening.needed),
        "added_w.at_once": lambda evening: evening.at_once_w,
        "added_w.managed": lambda evening: evening.spread_w,
    }[name]
    return (max(need.evenings, key=measured),) if need.evenings else ()


def _figure(site: str, last: date, selection: Selection, name: str, value: Decimal | Finding) -> Explanation:
    return Explanation(
        title=Finding.of(f"infrastructure.figure.{name}"),
        figure=figure_id(site, last, name, selection),
        value=None if isinstance(value, Finding) else legible(value),
        unit=FIGURES[name],
        findings=(value,) if isinstance(value, Finding) else (),
    )


def _outlets(house: House, site: str, last: date) -> Iterator[Explanation]:
    for station in house.inventory().stations.values():
        if station.site == site and station.valid_on(last):
            count = Decimal(len(station.connectors))
            yield _cited(
                Finding.of("infrastructure.station", name=station.name), f"stations/{station.id}", count, CONNECTORS
            )


def _stated(site: str, power: SitePower) -> Iterator[Explanation]:
    if isinstance(power.connection_w, Decimal):
        said = Finding.of("label.grid_connection_w")
        yield _cited(said, f"sites/{site}/grid_connection_w", power.connection_w, "W")


def _load(ranking: Ranking, power: SitePower) -> Iterator[Explanation]:
    for meter in power.meters:
        yield Explanation(
            title=Finding.of(
                "infrastructure.load_of",
                first=ranking.read.first.isoformat(),
                last=ranking.read.last.isoformat(),
                hours=power.known_h,
            ),
            citation=Citation(kind=CitedKind.INTERVAL, reference=f"{meter}/energy_import_wh"),
        )


def _evening(house: House, evening: Evening, ranking: Ranking, name: str) -> Explanation:
    """Return an evening with its vehicles, each with the day that it drove; not that of a single person's."""
    vehicles = house.inventory().vehicles
    value = {"added_w.at_once": evening.at_once_w, "added_w.managed": evening.spread_w}.get(name)
    return Explanation(
        title=Finding.of("infrastructure.evening", day=evening.day.isoformat(), count=evening.already),
        value=Decimal(evening.needed) if value is None else legible(value),
        unit=CONNECTORS if value is None else "W",
        parts=tuple(
            _newcomer(ranking, vehicles[each.vehicle], each, evening.day, managed=name.endswith("managed"))
            for each in evening.newcomers
            if not vehicles[each.vehicle].personal
        ),
    )


def _newcomer(ranking: Ranking, vehicle: Vehicle, newcomer: Newcomer, day: date, *, managed: bool) -> Explanation:
    chosen = ranking.with_outlets[vehicle.id].models[0].model
    (model,) = (each for each in ranking.read.models if each.id == chosen)
    driven = next((each for each in ranking.read.days[vehicle.id] if each.day == day), None)
    return Explanation(
        title=Finding.of("candidates.figure_of", name=vehicle.name, model=model.name),
        value=legible(newcomer.spread_w if managed else newcomer.power_w),
        unit="W",
        parts=(
            *parts_of_model(model, "energy_year_wh" if managed else "power_w"),
            Explanation(
                title=Finding.of("evidence.part", period=day.isoformat()),
                figure=day_figure(vehicle, day.isoformat(), "distance_m"),
                value=driven.distance_m if driven else None,
                unit="m",
            ),
        ),
    )


def _cited(title: Finding, reference: str, value: Decimal, unit: str) -> Explanation:
    citation = Citation(kind=CitedKind.FACTOR, reference=reference, value=value, unit=unit)
    return Explanation(title=title, value=value, unit=unit, citation=citation)
