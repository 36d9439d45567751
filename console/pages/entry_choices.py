"""What a field of an entry's form offers to choose from: other entries, and groups that vehicles have."""

from __future__ import annotations

from config.splice import write_value
from console.pages.filters import Choice
from console.pages.visit import Visit

OFFERED: dict[str, tuple[str, dict[str, str]]] = {
    "site": ("sites.list", {}),
    "sites": ("sites.list", {}),
    "municipality": ("inventory.list", {"kind": "municipalities"}),
    "building": ("inventory.list", {"kind": "buildings"}),
    "parent": ("meters.list", {}),
    "meter": ("meters.list", {}),
    "vehicle": ("vehicles.list", {}),
    "replaces": ("inventory.list", {"kind": "vehicles"}),
    "plant": ("inventory.list", {"kind": "plants"}),
    "plants": ("inventory.list", {"kind": "plants"}),
    "feed_in_meter": ("meters.list", {}),
    "stations": ("stations.list", {}),
}
"""Which list offers the entries that a field may name; `inventory.list` has those that have ended, too."""

OFFERED_TO_ALL: dict[str, str] = {
    "calendar": "calendars",
    "weather_station": "weather_stations",
    "fuel": "fuels",
}
"""Kinds that belong to no site and tell nothing personal: whoever may fill in the field may choose among all."""

OFFERED_AT_MOST = 500

MANY = frozenset({"sites", "groups", "plants", "includes", "stations"})
"""Fields that name several."""


LAWS = frozenset({("contract", "law"), ("contract", "includes")})
"""Fields that name laws."""

ONE_GROUP = ("fleetbudget", "group")
"""A field that names a group there is; a vehicle may begin a new one."""


async def choices_of(visit: Visit, subject: str, name: str) -> tuple[Choice, ...]:
    """Return what may be chosen; nothing where that is too much for a list, or may not be seen."""
    if name == "groups" or (subject, name) == ONE_GROUP:
        return _groups(visit)
    if (subject, name) in LAWS:
        return tuple(Choice(law, law) for law in visit.desk.gate.house.laws().laws)
    if name in OFFERED_TO_ALL:
        shelf = getattr(visit.desk.gate.house.inventory(), OFFERED_TO_ALL[name])
        return tuple(Choice(entry.id, entry.name) for entry in shelf.values())
    if name not in OFFERED:
        return ()
    capability, narrowed = OFFERED[name]
    page = await visit.ask(capability, **narrowed, limit=OFFERED_AT_MOST)
    if page.next_cursor is not None:
        return ()
    return tuple(Choice(row.id.rpartition("/")[2], row.name) for row in page.items)


def _groups(visit: Visit) -> tuple[Choice, ...]:
    """Return the groups of vehicles; nothing where a name would have to be quoted in a list."""
    groups = sorted({vehicle.group for vehicle in visit.desk.gate.house.inventory().vehicles.values()})
    plain = all(write_value(group) == group for group in groups)
    return tuple(Choice(group, group) for group in groups) if plain else ()
