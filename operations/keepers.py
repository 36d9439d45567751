"""Whose business which entries of the inventory are."""

from __future__ import annotations

from enum import StrEnum

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
}
"""Who keeps a kind sees and writes its entries at the sites in their scope; nobody else does."""


def kinds_of(actor: Actor) -> tuple[EntryKind, ...]:
    """Return the kinds that the actor keeps."""
    return tuple(kind for kind in EntryKind if actor.may(KEEPERS[kind]))
