"""Charging cards: whose they are and since when, blocking, and the unknown ones that were held before a charge point.

A card is known by its pseudonym. Its number comes in when a card is added, and is not shown again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from itertools import count

from config.entries import fields_of, merged
from config.history import Change
from core.errors import ConflictError, NotFoundError, RequestError, ServiceError
from core.inventory import Inventory, Tag
from core.ports import Page
from operations.entry_requests import ListChanges
from operations.house import Call, House, InventoryWriter
from operations.inventory import EntryWritten, list_changes, places_of, write
from operations.keepers import EntryKind, must_keep, site_of, site_said
from operations.local_lists.sync import clear_caches, keep_lists
from operations.tags.rows import (
    AddTag,
    AssignTag,
    BlockTag,
    ListTags,
    ListUnknownTags,
    ShowTag,
    TagDetail,
    TagRow,
    UnblockTag,
    UnknownTagRow,
    entry_of,
    state_of,
)
from operations.values import age_s, matches, page_of

CHANNEL = "tag"
"""Where the ledger lists the cards that nobody knows, as charge points are asked about them."""

LAST_CHANGES = 20

LIMITS = frozenset({"card_group", "sites", "calendar", "energy_limit_wh"})
"""The fields that say where, when and how much a card may charge, and whose sessions it may end."""


async def list_tags(house: House, request: ListTags, call: Call) -> Page[TagRow]:
    """Return the cards that the actor keeps, by id."""
    inventory = house.inventory()
    found = [
        tag
        for tag in inventory.tags.values()
        if call.actor.sees(site_of(EntryKind.TAGS, tag, inventory))
        and request.vehicle in (None, tag.vehicle)
        and request.state in (None, state_of(tag, house.day(call.now_utc)))
        and matches(tag, request.query)
    ]
    page = page_of(found, [tag.id for tag in found], request.limit, request.cursor)
    return Page(await _rows(house, page.items, call), page.total, page.next_cursor)


async def show_tag(house: House, request: ShowTag, call: Call) -> TagDetail:
    """Return one card. Raises `NotFoundError` or `ForbiddenError`."""
    tag = _kept(house, request.id, call)
    inventory = house.inventory()
    seen = [each for each in _of_one_card(house, tag) if call.actor.sees(site_of(EntryKind.TAGS, each, inventory))]
    (row, *rest) = await _rows(house, [tag, *seen], call)
    place = (await places_of(house)).get((EntryKind.TAGS.value, tag.id))
    changes = await list_changes(house, ListChanges(entry=entry_of(tag.id), limit=LAST_CHANGES), call)
    return TagDetail(
        tag=row,
        file=place.file if place else None,
        line=place.line if place else None,
        others=tuple(rest),
        changes=changes.items,
    )


async def list_unknown_tags(house: House, request: ListUnknownTags, call: Call) -> Page[UnknownTagRow]:
    """Return the unknown cards seen at charge points that the actor sees, without those added since."""
    inventory = house.inventory()
    known = {_pseudonym(house, tag) for tag in inventory.tags.values()}
    rows = []
    for seen in await house.ledger.discoveries(CHANNEL):
        station = inventory.stations.get(seen.hint)
        site = station.site if station else None
        if seen.subject in known or not call.actor.sees(site):
            continue
        rows.append(
            UnknownTagRow(
                pseudonym=seen.subject,
                station=seen.hint,
                station_name=station.name if station else seen.hint,
                site=site,
                count=seen.count,
                first_seen_utc=seen.first_seen_utc,
                last_seen_utc=seen.last_seen_utc,
                age_s=age_s(seen.last_seen_utc, call.now_utc),
            )
        )
    # The newest first: keys rise where instants fall.
    keys = [f"{2**62 - round(row.last_seen_utc.timestamp() * 1000):020} {row.pseudonym}" for row in rows]
    return page_of(rows, keys, request.limit, request.cursor)


async def add_tag(house: House, request: AddTag, call: Call) -> EntryWritten:
    """Write a new card; it is in force at once. Raises `ConfigError` with all that is wrong, `ConflictError`."""
    holder = _holder(request.vehicle, request.group)
    inventory = house.inventory()
    must_keep(call.actor, EntryKind.TAGS, [site_said(EntryKind.TAGS, holder, inventory, request.id)])
    given = {
        "name": request.label.strip(),
        "uid": (request.uid or "").strip(),
        "pseudonym": (request.pseudonym or "").strip(),
        **holder,
        "valid_from": str(request.valid_from or house.day(call.now_utc)),
        "valid_to": str(request.valid_to or ""),
    }
    if not given["uid"] and not given["pseudonym"]:
        raise RequestError("tags.number_missing", field="uid")
    values = merged(EntryKind.TAGS, {}, {name: text for name, text in given.items() if text})
    by, now = call.actor.name, call.now_utc
    made = await write(house, lambda managed: managed.add(EntryKind.TAGS, request.id, values, actor=by, now_utc=now))
    return await _listed(house, made, call)


async def assign_tag(house: House, request: AssignTag, call: Call) -> EntryWritten:
    """Hand a card on: its entry ends, and one with the new holder begins. Whom it had before keeps their sessions.

    A card that was nobody's, or begins on that day, only gets its holder. Raises `ConflictError` for a card that has
    ended or is blocked, `ConfigError` where two would have it at the same time, both being named.
    """
    tag, inventory = _kept(house, request.id, call), house.inventory()
    if not (request.vehicle or request.group):
        raise RequestError("tags.holder_missing", field="vehicle")
    holder = _holder(request.vehicle, request.group)
    must_keep(call.actor, EntryKind.TAGS, [site_said(EntryKind.TAGS, holder, inventory, tag.id)])
    if tag.blocked:
        raise ConflictError("tags.is_blocked", id=tag.id)
    since = request.valid_from or house.day(call.now_utc)
    _must_last(tag, since)
    until = request.valid_to or tag.valid_to
    if since <= tag.valid_from or not (tag.vehicle or tag.group or request.valid_from):
        given = {**holder, "valid_to": str(until or "")}
        if request.valid_from:
            given["valid_from"] = str(since)
        return await _change(house, tag, given, call)
    successor = {
        "name": tag.name,
        "uid": tag.uid,
        "pseudonym": tag.pseudonym,
        "uid_sealed": tag.uid_sealed,
        **_limits(tag),
        **holder,
        "valid_from": str(since),
        "valid_to": str(until or ""),
    }
    return await write(house, lambda managed: _hand_on(managed, tag, _next_id(tag, inventory), successor, call))


async def block_tag(house: House, request: BlockTag, call: Call) -> EntryWritten:
    """Block a card, so that charge points refuse it. Raises `ConflictError` for one that is blocked or has ended."""
    tag = _kept(house, request.id, call)
    if tag.blocked:
        raise ConflictError("tags.is_blocked", id=tag.id)
    _must_last(tag, house.day(call.now_utc))
    made = await _listed(house, await _mark_blocked(house, tag, call, blocked=True), call)
    if request.clear_caches:
        await clear_caches(house, call)
    return made


async def unblock_tag(house: House, request: UnblockTag, call: Call) -> EntryWritten:
    """Let a blocked card charge again. Raises `ConflictError` for one that is not blocked."""
    tag = _kept(house, request.id, call)
    if not tag.blocked:
        raise ConflictError("tags.not_blocked", id=tag.id)
    return await _listed(house, await _mark_blocked(house, tag, call, blocked=False), call)


async def _listed(house: House, made: EntryWritten, call: Call) -> EntryWritten:
    """Tell what was changed to the lists inside charge points, and return it."""
    await keep_lists(house, call.now_utc)
    return made


def _hand_on(managed: InventoryWriter, tag: Tag, successor: str, given: Mapping[str, str], call: Call) -> Change:
    """End a card's entry and add the next one, both or none."""
    values = merged(EntryKind.TAGS, {}, {name: text for name, text in given.items() if text})
    by, now = call.actor.name, call.now_utc
    ended = managed.end(EntryKind.TAGS, tag.id, date.fromisoformat(given["valid_from"]), actor=by, now_utc=now)
    try:
        return managed.add(EntryKind.TAGS, successor, values, actor=by, now_utc=now)
    except ServiceError:
        managed.undo(ended.id, actor=by, now_utc=now)
        raise


async def _mark_blocked(house: House, tag: Tag, call: Call, *, blocked: bool) -> EntryWritten:
    """Block a card or let it charge again, also where it is to be handed on later: it is the same card."""
    later = [each for each in _of_one_card(house, tag) if each.valid_from > tag.valid_from and each.blocked != blocked]
    given, by, now = {"blocked": "true" if blocked else ""}, call.actor.name, call.now_utc

    def mark(managed: InventoryWriter) -> Change:
        change = managed.change_fields(EntryKind.TAGS, tag.id, given, actor=by, now_utc=now)
        for each in later:
            managed.change_fields(EntryKind.TAGS, each.id, given, actor=by, now_utc=now)
        return change

    return await write(house, mark)


def _of_one_card(house: House, tag: Tag) -> list[Tag]:
    """Return the other entries of the same card, the earliest first."""
    known_as = _pseudonym(house, tag)
    all_others = (each for each in house.inventory().tags.values() if each.id != tag.id)
    same = [each for each in all_others if known_as and _pseudonym(house, each) == known_as]
    return sorted(same, key=lambda each: each.valid_from)


async def _change(house: House, tag: Tag, given: Mapping[str, str], call: Call) -> EntryWritten:
    by, now = call.actor.name, call.now_utc
    return await write(
        house, lambda managed: managed.change_fields(EntryKind.TAGS, tag.id, given, actor=by, now_utc=now)
    )


def _kept(house: House, name: str, call: Call) -> Tag:
    inventory = house.inventory()
    tag = inventory.tags.get(name)
    if tag is None:
        raise NotFoundError("tags.unknown", id=name)
    must_keep(call.actor, EntryKind.TAGS, [site_of(EntryKind.TAGS, tag, inventory)])
    return tag


def _must_last(tag: Tag, day: date) -> None:
    if tag.valid_to is not None and tag.valid_to <= day:
        raise ConflictError("tags.ended", id=tag.id, since=tag.valid_to.isoformat())


def _holder(vehicle: str | None, group: str | None) -> dict[str, str]:
    found = {"vehicle": (vehicle or "").strip(), "group": (group or "").strip()}
    if all(found.values()):
        raise RequestError("tags.two_holders", field="group")
    return found


def _limits(tag: Tag) -> dict[str, str]:
    """Return what limits a card, as fields: whoever gets it is limited, too, until somebody says otherwise."""
    return {name: text for name, text in fields_of(tag).items() if name in LIMITS}


def _next_id(tag: Tag, inventory: Inventory) -> str:
    """Return the id of a card's next entry: `karte-7-2` after `karte-7`, `karte-7-3` after that."""
    numbered = re.fullmatch(r"(.+)-\d+", tag.id)
    first = numbered[1] if numbered and numbered[1] in inventory.tags else tag.id
    return next(name for number in count(2) if (name := f"{first}-{number}") not in inventory.tags)


async def _rows(house: House, tags: list[Tag] | tuple[Tag, ...], call: Call) -> tuple[TagRow, ...]:
    inventory, day, places = house.inventory(), house.day(call.now_utc), await places_of(house)
    rows = []
    for tag in tags:
        vehicle = inventory.vehicles.get(tag.vehicle or "")
        place = places.get((EntryKind.TAGS.value, tag.id))
        rows.append(
            TagRow(
                id=tag.id,
                name=tag.name,
                pseudonym=_pseudonym(house, tag),
                state=state_of(tag, day),
                vehicle=tag.vehicle,
                vehicle_name=vehicle.name if vehicle else None,
                group=tag.group,
                site=vehicle.site if vehicle else None,
                valid_from=tag.valid_from,
                valid_to=tag.valid_to,
                number_known=bool(tag.uid or tag.uid_sealed),
                managed=place is not None and place.managed,
                blocked=tag.blocked,
                card_group=tag.card_group,
                sites=tag.sites,
                calendar=tag.calendar,
                energy_limit_wh=tag.energy_limit_wh,
            )
        )
    return tuple(rows)


def _pseudonym(house: House, tag: Tag) -> str:
    """Return a card's pseudonym; nothing where nothing makes one."""
    return tag.pseudonym or (house.pseudonym(tag.uid) if house.pseudonym and tag.uid else "")
