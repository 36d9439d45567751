"""What charge points sites need for the vehicles that would become electric: connectors, and power at the grid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from core.evidence import FigureId
from core.inventory import Inventory
from core.texts import Finding
from fleet.anonymity import LEAST
from fleet.candidates.driven_again import NOUGHT
from fleet.candidates.site_needs import Evening, SiteFacts, SiteNeed, arrivals, site_needs
from operations.candidates.candidates import YEARS, last_day
from operations.candidates.facts import ReadCandidates, read_candidates
from operations.candidates.power import SitePower, site_powers
from operations.candidates.rows import BusyEvening, Infrastructure, SiteInfrastructure
from operations.candidates.selection import Ranking, Selection, choose, rank, selection_of
from operations.fleet.figures import FigureRow, legible
from operations.fleet.reading import by_vehicle
from operations.house import Call, House
from operations.values import Told

INFRASTRUCTURE: Final = "infrastructure"
CONNECTORS, EVENINGS = "connectors", "evenings"

FIGURES: Final = {
    "connectors": CONNECTORS,
    "connectors_needed": CONNECTORS,
    "connectors_missing": CONNECTORS,
    "evenings_short": EVENINGS,
    "connection_w": "W",
    "load_p95_w": "W",
    "headroom_w": "W",
    "added_w.at_once": "W",
    "added_w.managed": "W",
    "missing_w.at_once": "W",
    "missing_w.managed": "W",
}
"""The figures of a site with their units: at once all charge with all their power, managed it is spread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowInfrastructure:
    """Which vehicles become electric (`suitable`, `top:3` or ids with commas), and the last of the 365 days."""

    replace: str = "suitable"
    until: date | None = None


async def show_infrastructure(house: House, request: ShowInfrastructure, call: Call) -> Infrastructure:
    """Return what the sites need. Raises `RequestError` or `NotFoundError`."""
    selection = selection_of(request.replace)
    last = last_day(house, request.until, YEARS, call)
    read = await read_candidates(house, last, call)
    return await infrastructure_of(house, await rank(house, read, YEARS), selection, call)


async def infrastructure_of(house: House, ranking: Ranking, selection: Selection, call: Call) -> Infrastructure:
    """Return what the sites that the actor sees need for a selection of the ranking."""
    chosen = len([row for row in choose(ranking, selection) if row.models])
    read = ranking.read
    needs = await needs_of(house, ranking, selection)
    known = house.inventory().sites
    seen = [need for need in needs if need.site in known and call.actor.sees(need.site)]
    inventory, powers = house.inventory(), await powers_of(house, read, seen, call)
    return Infrastructure(
        first=read.first,
        until=read.last,
        replace=selection.text,
        vehicles=chosen,
        items=tuple(_row(inventory, read, selection, need, powers[need.site]) for need in seen),
        notes=tuple(Told.of(note) for note in _notes(chosen, len(seen))),
    )


async def needs_of(house: House, ranking: Ranking, selection: Selection) -> tuple[SiteNeed, ...]:
    """Return the needs of all sites for a selection."""
    read = ranking.read
    models = {model.id: model for model in read.models}
    chosen = [
        (read.facts[row.vehicle], models[row.models[0].model]) for row in choose(ranking, selection) if row.models
    ]
    sites = await _sites(house, read)
    if house.worker is None:
        return site_needs(chosen, sites)
    return await house.worker.run(site_needs, chosen, sites)


def figures_of(need: SiteNeed, power: SitePower) -> dict[str, Decimal | Finding]:
    """Return the figures of a site by name, or why one is not computed."""
    return {
        "connectors": Decimal(need.connectors),
        "connectors_needed": Decimal(need.needed),
        "connectors_missing": Decimal(max(0, need.needed - need.connectors)),
        "evenings_short": Decimal(len(need.short)),
        "connection_w": power.connection_w,
        "load_p95_w": power.load_p95_w,
        "headroom_w": power.headroom_w,
        "added_w.at_once": need.at_once_w,
        "added_w.managed": need.spread_w,
        "missing_w.at_once": _missing(need.at_once_w, power),
        "missing_w.managed": _missing(need.spread_w, power),
    }


async def powers_of(house: House, read: ReadCandidates, needs: Iterable[SiteNeed], call: Call) -> dict[str, SitePower]:
    """Return the powers of sites by id, also of those at which no candidate stood."""
    missing = [need.site for need in needs if need.site not in read.powers]
    return {**read.powers, **await site_powers(house, missing, read.period, call)}


def figure_id(site: str, last: date, name: str, selection: Selection) -> str:
    """Return the id of a figure; the selection stands last in it."""
    quantity, *variant = name.split(".")
    return str(FigureId(INFRASTRUCTURE, last.isoformat(), f"site:{site}", quantity, (*variant, *selection.parts)))


def hides_days(inventory: Inventory, site: str, newcomers: frozenset[str]) -> bool:
    """Return whether a site's evenings would tell of a vehicle of one person: it is there among fewer than five."""
    here = {each.id for each in inventory.vehicles.values() if each.id in newcomers or each.site == site}
    return len(here) < LEAST and any(inventory.vehicles[each].personal for each in here)


def _missing(added_w: Decimal, power: SitePower) -> Decimal | Finding:
    headroom_w = power.headroom_w
    return headroom_w if isinstance(headroom_w, Finding) else max(NOUGHT, added_w - headroom_w)


async def _sites(house: House, read: ReadCandidates) -> SiteFacts:
    electric = {
        each.id: each for each in house.inventory().vehicles.values() if each.plugs_in and each.valid_on(read.last)
    }
    days = by_vehicle(await house.ledger.vehicle_days(read.first, read.last, list(electric)))
    held: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for site, outlets in read.outlets.items():
        for outlet in outlets:
            for evening in outlet.taken:
                held[site][evening] += 1
    return SiteFacts(
        connectors={site: len(outlets) for site, outlets in read.outlets.items()},
        held={site: _within(evenings, read) for site, evenings in held.items()},
        came=arrivals((each, days.get(each.id, ())) for each in electric.values()),
    )


def _within(evenings: Mapping[date, int], read: ReadCandidates) -> dict[date, int]:
    return {day: count for day, count in evenings.items() if read.first <= day <= read.last}


def _row(
    inventory: Inventory, read: ReadCandidates, selection: Selection, need: SiteNeed, power: SitePower
) -> SiteInfrastructure:
    hidden = hides_days(inventory, need.site, need.newcomers)
    headroom_w = power.headroom_w
    return SiteInfrastructure(
        site=need.site,
        site_name=inventory.sites[need.site].name,
        newcomers=len(need.newcomers),
        connectors=need.connectors,
        connectors_needed=need.needed,
        evenings_short=len(need.short),
        headroom_w=None if isinstance(headroom_w, Finding) else legible(headroom_w),
        added_at_once_w=legible(need.at_once_w),
        added_managed_w=legible(need.spread_w),
        figures=tuple(
            _figure(need.site, read.last, selection, name, value) for name, value in figures_of(need, power).items()
        ),
        evenings=() if hidden else tuple(_evening(evening) for evening in need.busiest),
        hidden=hidden,
    )


def _evening(evening: Evening) -> BusyEvening:
    return BusyEvening(
        day=evening.day,
        newcomers=len(evening.newcomers),
        already=evening.already,
        at_once_w=legible(evening.at_once_w),
        managed_w=legible(evening.spread_w),
    )


def _figure(site: str, last: date, selection: Selection, name: str, value: Decimal | Finding) -> FigureRow:
    return FigureRow(
        name=name,
        value=None if isinstance(value, Finding) else legible(value),
        unit=FIGURES[name],
        figure=figure_id(site, last, name, selection),
        reason=Told.of(value) if isinstance(value, Finding) else None,
    )


def _notes(chosen: int, sites: int) -> Iterator[Finding]:
    if not chosen:
        yield Finding.of("infrastructure.nothing_replaced")
    if sites:
        yield Finding.of("infrastructure.rules")
