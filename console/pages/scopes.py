"""What a report or a page about many can be narrowed to: sites, buildings, groups of vehicles, months."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from console.pages.filters import Choice
from console.pages.visit import Visit
from core.inventory import Entry
from fleet.savings.scopes import group_scope
from fleet.savings.statement import FLEET

MONTHS: Final = 25
"""How far back a month can be chosen: two years and the month that runs."""


def places(visit: Visit, kind: str) -> tuple[Choice, ...]:
    """Return the sites or buildings that the visitor may see, by name."""
    inventory = visit.desk.gate.house.inventory()
    shelf: dict[str, Any] = getattr(inventory, kind)
    found = [each for each in shelf.values() if visit.actor.sees(each.id if kind == "sites" else each.site)]
    prefix = kind.removesuffix("s")
    names = [Choice(f"{prefix}:{each.id}", _named(inventory.sites, kind, each)) for each in found]
    return tuple(sorted(names, key=lambda choice: choice.text))


def groups_of_vehicles(visit: Visit) -> tuple[Choice, ...]:
    """Return the groups of vehicles, for those who see the whole district."""
    vehicles = visit.desk.gate.house.inventory().vehicles.values() if visit.actor.sites is None else ()
    return tuple(Choice(group_scope(name), name) for name in sorted({each.group for each in vehicles}))


def recipients_of_reports(visit: Visit) -> tuple[Choice, ...]:
    """Return who may be mailed reports today, where a mail server is set and for those who see the whole district."""
    house = visit.desk.gate.house
    if house.report_post is None or visit.actor.sites is not None:
        return ()
    today = house.day(visit.now_utc)
    there = [each for each in house.inventory().recipients.values() if each.valid_on(today)]
    return tuple(Choice(each.id, each.name) for each in sorted(there, key=lambda each: each.name))


def _named(sites: dict[str, Any], kind: str, entry: Any) -> str:
    site: Entry | None = sites.get(entry.site) if kind == "buildings" else None
    return f"{site.name}: {entry.name}" if site else str(entry.name)


def scopes_of_vehicles(visit: Visit) -> tuple[Choice, ...]:
    """Return the whole fleet, where the visitor sees it, then sites that have vehicles, then groups of vehicles."""
    with_vehicles = {f"site:{each.site}" for each in visit.desk.gate.house.inventory().vehicles.values()}
    whole = (Choice(FLEET, visit.words.t("console.savings.fleet")),) if visit.actor.sites is None else ()
    sites = (each for each in places(visit, "sites") if each.value in with_vehicles)
    return (*whole, *sites, *groups_of_vehicles(visit))


def months(visit: Visit, chosen: str) -> Iterator[Choice]:
    """Yield the last months, newest first, and the `chosen` one, should it be older."""
    first = visit.now_utc.astimezone(visit.words.zone).date().replace(day=1)
    found = []
    for _ in range(MONTHS):
        found.append(f"{first:%Y-%m}")
        first = (first - timedelta(days=1)).replace(day=1)
    yield from (Choice(each, visit.words.period(each)) for each in dict.fromkeys((*found, chosen)))
