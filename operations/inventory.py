"""Keeping the inventory: which entries there are, who may write which, and taking changes back.

An entry is named by kind and id, `meters/rathaus-strom`. What stands in files that people edit is
shown and never changed; everything written here goes to `inventory/managed/` and can be undone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from config.entries import entry_in, fields_of, merged
from config.history import Change
from config.managed import Place
from config.passwords import StationPassword
from core.errors import NotFoundError, UnavailableError
from core.inventory import Entry, Inventory
from core.ports import Page
from operations.entry_requests import (
    AddEntry,
    ChangeEntry,
    EndEntry,
    ListChanges,
    ListEntries,
    ShowEntry,
    UndoChange,
    given_in,
    parts_of,
)
from operations.house import Call, House, InventoryWriter
from operations.keepers import SITE_FIELDS, EntryKind, keeps, kinds_of, must_keep, site_of, site_said
from operations.values import matches, page_of


class ChangeAction(StrEnum):
    """What can be done to an entry."""

    ADD = "add"
    CHANGE = "change"
    END = "end"
    UNDO = "undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """An entry, and where it stands. `managed` tells that console and commands may change it."""

    id: str
    kind: EntryKind
    name: str
    site: str | None
    valid_from: date
    valid_to: date | None
    file: str | None
    line: int | None
    managed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryValue:
    """What a field of an entry says."""

    field: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDetail:
    """An entry with everything it says; the number of a card is hidden."""

    entry: EntryRow
    fields: tuple[EntryValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """A change: who did what to which entry, when. `undoable` tells that the entry is still as the change left it."""

    id: int
    at_utc: datetime
    actor: str
    action: ChangeAction
    entry: str
    file: str
    undoes: int | None
    undone: bool
    undoable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryWritten:
    """A change that is in force now. `secret` is a new station's password, shown this once.

    `password_missing` tells that the station needs a password and none could be made for it.
    """

    change: ChangeRow
    secret: str | None = field(default=None, repr=False)
    password_missing: bool = False


async def list_entries(house: House, request: ListEntries, call: Call) -> Page[EntryRow]:
    """Return the entries that the actor keeps, by kind and id."""
    inventory = house.inventory()
    kinds = [kind for kind in kinds_of(call.actor) if request.kind in (None, kind)]
    found = {
        f"{kind}/{entry.id}": (kind, entry)
        for kind in kinds
        for entry in _shelf(inventory, kind).values()
        if call.actor.sees(site_of(kind, entry, inventory)) and matches(entry, request.query)
    }
    page = page_of(list(found.values()), list(found), request.limit, request.cursor)
    places = await places_of(house)
    rows = tuple(_row(kind, entry, inventory, places) for kind, entry in page.items)
    return Page(rows, page.total, page.next_cursor)


async def show_entry(house: House, request: ShowEntry, call: Call) -> EntryDetail:
    """Return one entry. Raises `NotFoundError`, or `ForbiddenError` if it is not the actor's to keep."""
    inventory = house.inventory()
    kind, name = parts_of(request.id)
    entry = _shelf(inventory, kind).get(name)
    must_keep(call.actor, kind, () if entry is None else [site_of(kind, entry, inventory)])
    if entry is None:
        raise NotFoundError("config.entry_unknown", kind=kind, entry=name)
    said = tuple(EntryValue(field=name, value=value) for name, value in fields_of(entry).items())
    return EntryDetail(entry=_row(kind, entry, inventory, await places_of(house)), fields=said)


async def list_changes(house: House, request: ListChanges, call: Call) -> Page[ChangeRow]:
    """Return the changes of entries that the actor keeps, newest first."""
    inventory = house.inventory()
    rows = [
        row
        for change, row in (await asyncio.to_thread(history_of, _writer(house)))
        if request.entry in (None, row.entry)
        and keeps(call.actor, EntryKind(change.kind), _sites_in(change, inventory))
    ]
    keys = [f"{2**62 - row.id:020}" for row in rows]
    return page_of(rows, keys, request.limit, request.cursor)


async def add_entry(house: House, request: AddEntry, call: Call) -> EntryWritten:
    """Write a new entry. Raises `ConfigError` with all that is wrong, or `ConflictError` for an id that is taken."""
    kind, name = parts_of(request.id)
    given = given_in(request)
    must_keep(call.actor, kind, [site_said(kind, given, house.inventory(), name)])
    values = merged(kind, {}, given)
    by, now = call.actor.name, call.now_utc
    return await write(house, lambda managed: managed.add(kind, name, values, actor=by, now_utc=now))


async def change_entry(house: House, request: ChangeEntry, call: Call) -> EntryWritten:
    """Set fields of an entry; the actor must keep it where it is and where it goes. Raises as `add_entry`."""
    kind, name = parts_of(request.id)
    given = given_in(request)
    inventory = house.inventory()
    now = _site_now(kind, name, inventory)
    goes = site_said(kind, given, inventory, name) if SITE_FIELDS.get(kind) in given else now
    must_keep(call.actor, kind, [now, goes])
    by, at = call.actor.name, call.now_utc
    return await write(house, lambda managed: managed.change_fields(kind, name, given, actor=by, now_utc=at))


async def end_entry(house: House, request: EndEntry, call: Call) -> EntryWritten:
    """End an entry; it stays in the inventory as a former one. Raises as `add_entry`."""
    kind, name = parts_of(request.id)
    must_keep(call.actor, kind, [_site_now(kind, name, house.inventory())])
    by, now = call.actor.name, call.now_utc
    return await write(house, lambda managed: managed.end(kind, name, request.valid_to, actor=by, now_utc=now))


async def undo_change(house: House, request: UndoChange, call: Call) -> EntryWritten:
    """Put an entry's lines back, byte for byte; undoing an undo brings the change back.

    Raises `NotFoundError`, or `ConflictError` if the entry was changed since.
    """
    changes = await asyncio.to_thread(_writer(house).history)
    change = next((change for change in changes if change.id == request.id), None)
    if change is None:
        raise NotFoundError("config.change_unknown", change=request.id)
    must_keep(call.actor, EntryKind(change.kind), _sites_in(change, house.inventory()))
    by, now = call.actor.name, call.now_utc
    return await write(house, lambda managed: managed.undo(request.id, actor=by, now_utc=now))


async def write(house: House, make: Callable[[InventoryWriter], Change]) -> EntryWritten:
    """Make a change of the inventory and return it once it is in force."""
    return await asyncio.to_thread(_carry_out, house, make)


def _carry_out(house: House, make: Callable[[InventoryWriter], Change]) -> EntryWritten:
    """Make the change and put it into force; whoever stops waiting leaves nothing half done."""
    managed = _writer(house)
    change = make(managed)
    station = change.kind == EntryKind.STATIONS
    password = managed.settle_password(change.entry) if station else StationPassword()
    house.reload()
    row = next(row for past, row in history_of(managed) if past.id == change.id)
    return EntryWritten(change=row, secret=password.secret, password_missing=password.missing)


def _writer(house: House) -> InventoryWriter:
    if house.managed is None:
        raise UnavailableError("inventory.no_folder")
    return house.managed


async def places_of(house: House) -> Mapping[tuple[str, str], Place]:
    """Return where each entry stands. Raises `UnavailableError` where there is no folder."""
    return await asyncio.to_thread(_writer(house).places)


def history_of(managed: InventoryWriter) -> list[tuple[Change, ChangeRow]]:
    """Return all changes with their rows, newest first."""
    undone: set[int] = set()
    latest: dict[tuple[str, str], str | None] = {}
    found = []
    for change in reversed(managed.history()):
        as_left = latest.setdefault((change.kind, change.entry), change.after) == change.after
        if change.undoes is not None and change.id not in undone:
            undone.add(change.undoes)
        found.append((change, _change_row(change, undone=change.id in undone, as_left=as_left)))
    return found


def _change_row(change: Change, *, undone: bool, as_left: bool) -> ChangeRow:
    return ChangeRow(
        id=change.id,
        at_utc=change.at_utc,
        actor=change.actor,
        action=ChangeAction(change.action),
        entry=f"{change.kind}/{change.entry}",
        file=change.file,
        undoes=change.undoes,
        undone=undone,
        undoable=as_left and not undone and not (change.before is None and change.after is None),
    )


def _row(kind: EntryKind, entry: Entry, inventory: Inventory, places: Mapping[tuple[str, str], Place]) -> EntryRow:
    place = places.get((kind, entry.id))
    return EntryRow(
        id=f"{kind}/{entry.id}",
        kind=kind,
        name=entry.name,
        site=site_of(kind, entry, inventory),
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        file=place.file if place else None,
        line=place.line if place else None,
        managed=place is not None and place.managed,
    )


def _shelf(inventory: Inventory, kind: EntryKind) -> Mapping[str, Entry]:
    shelf: Mapping[str, Entry] = getattr(inventory, kind)
    return shelf


def _site_now(kind: EntryKind, name: str, inventory: Inventory) -> str | None:
    entry = _shelf(inventory, kind).get(name)
    return site_of(kind, entry, inventory) if entry else None


def _sites_in(change: Change, inventory: Inventory) -> set[str | None]:
    """Return where an entry was before and after a change."""
    kind = EntryKind(change.kind)
    said = [entry_in(lines) for lines in (change.before, change.after) if lines is not None]
    return {site_said(kind, entry, inventory, change.entry) for entry in said}
