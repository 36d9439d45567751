"""Whose business which entries of the inventory are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from core.errors import ForbiddenError
from core.inventory import Entry, Inventory
from core.people import Actor, Role


class EntryKind(StrEnum):
    """The kinds of entries, named as in the files."""

    MUNICIPALITIES = "municipalities"
    SITES = "sites"
    BUILDINGS = "buildings"
    METERS = "meters"
    STATIONS = "stations"
    VEHICLES = "vehicles"
    TAGS = "tags"
    PLANTS = "plants"
    TARIFFS = "tariffs"
    CONTRACTS = "contracts"
    CALENDARS = "calendars"
    WEATHER_STATIONS = "weather_stations"
    FUELS = "fuels"
    BUDGETS = "budgets"
    ELECTRIC_MODELS = "electric_models"
    RECIPIENTS = "recipients"
    FLEET_BUDGETS = "fleet_budgets"
    AREA_CORRECTIONS = "area_corrections"
    PROFILES = "profiles"


KEEPERS: dict[EntryKind, Role] = {
    EntryKind.MUNICIPALITIES: Role.ADMIN,
    EntryKind.SITES: Role.ADMIN,
    EntryKind.BUILDINGS: Role.FACILITY,
    EntryKind.METERS: Role.FACILITY,
    EntryKind.STATIONS: Role.OPERATOR,
    EntryKind.VEHICLES: Role.FLEET,
    EntryKind.TAGS: Role.OPERATOR,
    EntryKind.PLANTS: Role.ADMIN,
    EntryKind.TARIFFS: Role.ADMIN,
    EntryKind.CONTRACTS: Role.ADMIN,
    EntryKind.CALENDARS: Role.ADMIN,
    EntryKind.WEATHER_STATIONS: Role.ADMIN,
    EntryKind.FUELS: Role.ADMIN,
    EntryKind.BUDGETS: Role.FACILITY,
    EntryKind.ELECTRIC_MODELS: Role.FLEET,
    EntryKind.RECIPIENTS: Role.FLEET,
    EntryKind.FLEET_BUDGETS: Role.FLEET,
    EntryKind.AREA_CORRECTIONS: Role.ADMIN,
    EntryKind.PROFILES: Role.OPERATOR,
}
"""Who keeps a kind sees and writes its entries at the sites in their scope; nobody else does."""


SOURCES: dict[str, EntryKind] = {
    "meter": EntryKind.METERS,
    "station": EntryKind.STATIONS,
    "vehicle": EntryKind.VEHICLES,
}
"""Of which kind the entry is whose readings a source id names, by its first word."""


SITE_FIELDS: dict[EntryKind, str] = {
    EntryKind.BUILDINGS: "site",
    EntryKind.METERS: "site",
    EntryKind.STATIONS: "site",
    EntryKind.VEHICLES: "site",
    EntryKind.PLANTS: "site",
    EntryKind.BUDGETS: "site",
    EntryKind.TAGS: "vehicle",
}
"""The field that says at which site an entry is; a card is where its vehicle is."""


def kinds_of(actor: Actor) -> tuple[EntryKind, ...]:
    """Return the kinds that the actor keeps."""
    return tuple(kind for kind in EntryKind if actor.may(KEEPERS[kind]))


def site_of(kind: EntryKind, entry: Entry, inventory: Inventory) -> str | None:
    """Return the site of an entry, None if it belongs to none."""
    named = SITE_FIELDS.get(kind)
    said = {named: getattr(entry, named) or ""} if named else {}
    return site_said(kind, said, inventory, entry.id)


def site_said(kind: EntryKind, said: Mapping[str, Any], inventory: Inventory, name: str) -> str | None:
    """Return the site of an entry that says this of itself, None if it belongs to none."""
    if kind is EntryKind.SITES:
        return name
    value = said.get(SITE_FIELDS.get(kind, ""))
    if kind is EntryKind.TAGS:
        vehicle = inventory.vehicles.get(value or "")
        return vehicle.site if vehicle else None
    return value or None


def keeps(actor: Actor, kind: EntryKind, sites: Iterable[str | None]) -> bool:
    """Return whether the actor keeps a kind at all these sites; None stands for what belongs to no site."""
    return actor.may(KEEPERS[kind]) and all(actor.sees(site) for site in sites)


def must_keep(actor: Actor, kind: EntryKind, sites: Iterable[str | None]) -> None:
    """Raise `ForbiddenError` unless the actor keeps a kind at all these sites."""
    if not actor.may(KEEPERS[kind]):
        raise ForbiddenError("inventory.not_yours", kind=kind, role=KEEPERS[kind])
    for site in sites:
        if site is None and actor.sites is not None:
            raise ForbiddenError("inventory.without_site")
        if not actor.sees(site):
            raise ForbiddenError("error.site_out_of_scope", site=site)
