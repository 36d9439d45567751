"""Charging cards that are forgotten: their entries go, and what the record of changes says of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from config.entries import entry_in
from config.history import Change, locked, read_history, replace_file, rewrite
from config.inventory import MANAGED, read_texts
from config.splice import find_entry, replace_entry
from config.tree import read_tree
from core.errors import ConfigError, UnavailableError
from core.texts import Finding

TAGS = "tags"
ERASED = "erased"
"""What stands in the record of changes where the id of a forgotten card stood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTraces:
    """What the configuration folder has of cards: entries in files that the service writes, and recorded changes.

    `by_hand` are entries that stand in files of people, as `file:line`: the service never changes these.
    """

    entries: int = 0
    changes: int = 0
    by_hand: tuple[str, ...] = ()


class CardForgetting:
    """Finds and forgets cards in a configuration folder. All of it waits for the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._managed = folder / MANAGED

    def traces(self, cards: Collection[str], words: Collection[str]) -> CardTraces:
        """Return what there is of cards by their ids, and of changes in which one of some words stands."""
        texts, _ = read_texts(self._folder)
        places = [
            (file, card) for file, text in texts.items() for card in sorted(cards) if find_entry(text, TAGS, card)
        ]
        return CardTraces(
            entries=sum(_is_ours(file) for file, _ in places),
            changes=sum(_tells(change, cards, words) for change in read_history(self._managed)),
            by_hand=tuple(f"{file}:{_line(texts[file], card)}" for file, card in places if not _is_ours(file)),
        )

    def forget(self, cards: Collection[str], words: Collection[str]) -> CardTraces:
        """Take cards out of what the service writes, and return what there was of them.

        Raises `UnavailableError` for a folder that cannot be written, `ConfigError` for a file of unusual layout.
        """
        traces = self.traces(cards, words)
        if not traces.entries and not traces.changes:
            return traces
        with locked(self._managed) as writable:
            if not writable:
                raise UnavailableError("privacy.folder_read_only", folder=MANAGED)
            texts, _ = read_texts(self._folder)
            for file, text in texts.items():
                if _is_ours(file) and (without := _without(file, text, cards)) != text:
                    replace_file(self._folder / file, without)
            past = read_history(self._managed)
            rewrite(self._managed, [_forgotten(change) if _tells(change, cards, words) else change for change in past])
        return traces


def _is_ours(file: str) -> bool:
    return file.startswith(f"{MANAGED}/")


def _line(text: str, card: str) -> int:
    tree, _ = read_tree(text, "")
    return tree.line_of((TAGS, card)) if tree else 1


def _without(file: str, text: str, cards: Collection[str]) -> str:
    """Return a file without cards. Raises `ConfigError` if anything else would go with them."""
    kept = text
    for card in sorted(cards):
        kept = replace_entry(kept, TAGS, card, None)
    if _plain(kept, ()) != _plain(text, cards):
        raise ConfigError([Finding.of("config.managed_layout", file=file, entry=", ".join(sorted(cards)))])
    return kept


def _plain(text: str, but: Collection[str]) -> dict[str, dict[str, object]]:
    tree, _ = read_tree(text, "")
    sections = tree.plain() if tree else {}
    known = {kind: section if isinstance(section, dict) else {} for kind, section in sections.items()}
    known[TAGS] = {card: entry for card, entry in known.get(TAGS, {}).items() if card not in but}
    return known


def _tells(change: Change, cards: Collection[str], words: Collection[str]) -> bool:
    if change.kind != TAGS:
        return False
    if change.entry in cards:
        return True
    said = {str(value).casefold() for lines in (change.before, change.after) for value in entry_in(lines).values()}
    return any(word.casefold() in said for word in words)


def _forgotten(change: Change) -> Change:
    return replace(change, entry=ERASED, before=None, after=None)
