"""Lists of cards from other systems: compared with the inventory, and what is new or other written, each to be undone.

The same number, or the same pseudonym, is the same card. What stands in files that people edit is never changed.
The file that was handed in holds numbers in the clear: it is removed once it was taken in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from config.entries import fields_of, merged
from core.errors import ConfigError, ServiceError, UnavailableError
from core.imports import KeptFile
from core.inventory import Inventory, Tag
from core.texts import Finding
from ingest.files.cards import COLUMNS, read_cards
from ingest.files.named import NamedLine
from operations.arrivals.entry_proposals import free_id, slug_of
from operations.arrivals.import_reading import inbox_of, kept_file
from operations.arrivals.named_lists import mapping_of
from operations.house import Call, House, InventoryWriter
from operations.inventory import places_of
from operations.keepers import EntryKind
from operations.local_lists.sync import keep_lists
from operations.tags.import_records import record_cards
from operations.tags.import_rows import CardState, ImportedCard, ImportTags, TagsImported
from operations.values import Told

SHOWN = 500
_NUMBERS = ("uid", "pseudonym")


@dataclass(slots=True)
class _Row:
    """A row beside the entry of the inventory, if there is one."""

    line: int
    pseudonym: str
    id: str
    said: dict[str, str] = field(repr=False)
    tag: Tag | None = None
    changed: dict[str, str] = field(default_factory=dict, repr=False)
    refused: Finding | None = None
    written: bool = False

    @property
    def state(self) -> CardState:
        if self.tag is None:
            return CardState.NEW
        return CardState.CHANGED if self.changed else CardState.SAME


async def import_tags(house: House, request: ImportTags, call: Call) -> TagsImported:
    """Return what a list says of cards, and write what is new or other; all of it can be taken back as one.

    Raises `NotFoundError` for an unknown file, `FormatError` for what is no list of cards, `UnavailableError` where
    there is no folder to write to.
    """
    file = kept_file(house, request.upload)
    rows = await asyncio.to_thread(_read, house, file, request, call)
    if not request.dry_run:
        places = await places_of(house)
        managed = {name for (kind, name), place in places.items() if kind == EntryKind.TAGS and place.managed}
        await asyncio.to_thread(_write, house, rows, managed, call)
        await asyncio.to_thread(inbox_of(house).path(file.digest).unlink, missing_ok=True)
        await keep_lists(house, call.now_utc)
    told = _told(file, request, rows)
    if request.dry_run or not told.added + told.changed:
        return told
    return replace(told, id=await record_cards(house, file, told, call))


def _read(house: House, file: KeptFile, request: ImportTags, call: Call) -> list[_Row]:
    inventory, today = house.inventory(), house.day(call.now_utc).isoformat()
    by_pseudonym = _known(house, inventory)
    taken, seen = set(inventory.tags), set[str]()
    rows = []
    for line in read_cards(inbox_of(house).path(file.digest), mapping_of(request, COLUMNS, "tags.field_unknown")):
        row = _row(house, line, by_pseudonym, taken, today)
        if row.pseudonym in seen:
            row.refused = Finding.of("tags.row_twice")
        seen.add(row.pseudonym)
        taken.add(row.id)
        rows.append(row)
    return rows


def _known(house: House, inventory: Inventory) -> dict[str, Tag]:
    """Return the newest entry of each card by its pseudonym."""
    if house.pseudonym is None:
        raise UnavailableError("config.cards_without_key")
    entries = sorted(inventory.tags.values(), key=lambda tag: tag.valid_from)
    return {tag.known_as(house.pseudonym): tag for tag in entries}


def _row(house: House, line: NamedLine, known: dict[str, Tag], taken: set[str], today: str) -> _Row:
    said = dict(line.said)
    uid = said.get("uid", "")
    pseudonym = said.get("pseudonym", "") or (house.pseudonym(uid) if uid and house.pseudonym else "")
    tag = known.get(pseudonym)
    given = said.pop("id", "")
    if tag is not None:
        values = {name: text for name, text in said.items() if name not in _NUMBERS}
        own = fields_of(tag)
        changed = {name: text for name, text in values.items() if own.get(name, "") != text}
        row = _Row(line.line, pseudonym, tag.id, said, tag, changed)
    else:
        id_ = given if given and given not in taken else free_id(slug_of(given or said.get("name", ""), "karte"), taken)
        first = {"name": id_, "valid_from": today}
        row = _Row(line.line, pseudonym, id_, first | said)
    row.refused = next(_wrong(row, uid, given), None)
    return row


def _wrong(row: _Row, uid: str, given: str) -> Iterator[Finding]:
    if not row.pseudonym:
        yield Finding.of("tags.number_missing")
    number = uid.casefold()
    if number and any(number in text.casefold() for name, text in (*row.said.items(), ("id", given)) if name != "uid"):
        yield Finding.of("tags.number_in_the_open")
    if row.said.get("vehicle") and row.said.get("group"):
        yield Finding.of("tags.two_holders")


def _write(house: House, rows: list[_Row], managed: set[str], call: Call) -> None:
    """Write what is new or other; a row that cannot be written costs only itself."""
    writer = house.managed
    for row in rows:
        if writer is None or row.refused or row.state is CardState.SAME:
            continue
        if row.tag is not None and row.tag.id not in managed:
            row.refused = Finding.of("tags.row_by_hand", id=row.tag.id)
            continue
        row.refused = _written(writer, row, call)
        row.written = row.refused is None
    house.reload()


def _written(writer: InventoryWriter, row: _Row, call: Call) -> Finding | None:
    actor, now = call.actor.name, call.now_utc
    try:
        if row.tag is None:
            said = row.said if "uid" not in row.said else {n: t for n, t in row.said.items() if n != "pseudonym"}
            writer.add(EntryKind.TAGS, row.id, merged(EntryKind.TAGS, {}, said), actor=actor, now_utc=now)
        else:
            writer.change_fields(EntryKind.TAGS, row.tag.id, row.changed, actor=actor, now_utc=now)
    except ConfigError as error:
        return error.findings[0]
    except ServiceError as error:
        return error.finding
    return None


def _told(file: KeptFile, request: ImportTags, rows: list[_Row]) -> TagsImported:
    done = [row for row in rows if row.written or (request.dry_run and row.refused is None)]
    return TagsImported(
        name=file.name,
        dry_run=request.dry_run,
        rows=len(rows),
        added=sum(row.state is CardState.NEW for row in done),
        changed=sum(row.state is CardState.CHANGED for row in done),
        same=sum(row.state is CardState.SAME and row.refused is None for row in rows),
        left_out=sum(row.refused is not None for row in rows),
        tags=tuple(_shown(row) for row in rows[:SHOWN]),
    )


def _shown(row: _Row) -> ImportedCard:
    """Return a row as it is shown. What is refused for its number being in the open is not repeated."""
    hidden = row.refused is not None and row.refused.code == "tags.number_in_the_open"
    name = row.tag.name if row.tag else row.said.get("name", "")
    return ImportedCard(
        line=row.line,
        pseudonym=row.pseudonym,
        id="" if hidden else row.id,
        name="" if hidden else name,
        state=row.state,
        fields=tuple(row.changed),
        written=row.written,
        refused=Told.of(row.refused) if row.refused else None,
    )
