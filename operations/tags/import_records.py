"""What a list of cards brought: on record, and taken back as a whole.

All that a list writes is written by one person at one instant; by these it is found in the inventory's history.
"""

from __future__ import annotations

import asyncio

from config.history import Change
from core.errors import ConflictError, UnavailableError
from core.imports import CARDS, FileImport, ImportState, KeptFile
from operations.house import Call, House, InventoryWriter
from operations.inventory import history_of
from operations.keepers import EntryKind
from operations.local_lists.sync import keep_lists
from operations.tags.import_rows import TagsImported

DISTRICT = ""
"""The site of what belongs to the whole district."""


def is_of_cards(made: FileImport) -> bool:
    """Return whether an import brought a list of cards."""
    return (made.mapping, made.version) == (CARDS, 0)


async def record_cards(house: House, file: KeptFile, told: TagsImported, call: Call) -> int:
    """Keep what a list brought; return the import's number."""
    made = await house.ledger.save_import(
        FileImport(
            digest=file.digest,
            file=file.name,
            mapping=CARDS,
            version=0,
            state=ImportState.DONE,
            made_by=call.actor.name,
            made_at_utc=call.now_utc,
            sites=(DISTRICT,),
            rows=told.rows,
            added=told.added + told.changed,
            known=told.same,
            left_out=told.left_out,
        )
    )
    return made.id


async def take_cards_back(house: House, made: FileImport, call: Call) -> None:
    """Put all cards back as they were before an import.

    Raises `ConflictError` where one of them was changed since; then nothing is changed.
    """
    if house.managed is None:
        raise UnavailableError("inventory.no_folder")
    await asyncio.to_thread(_put_back, house, house.managed, made, call)
    await keep_lists(house, call.now_utc)


def _put_back(house: House, writer: InventoryWriter, made: FileImport, call: Call) -> None:
    brought = [(change, row) for change, row in history_of(writer) if _is_of(change, made) and not row.undone]
    for change, row in brought:
        if not row.undoable:
            raise ConflictError("imports.card_changed_since", id=change.entry)
    for change, _ in brought:  # newest first
        writer.undo(change.id, actor=call.actor.name, now_utc=call.now_utc)
    house.reload()


def _is_of(change: Change, made: FileImport) -> bool:
    written = change.undoes is None and change.kind == EntryKind.TAGS
    return written and change.actor == made.made_by and change.at_utc == made.made_at_utc
