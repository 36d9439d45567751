"""The entries of all files as they stand beside each other, each with the place where it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from config.findings import Locator
from config.tree import Step
from core.inventory import Entry
from core.texts import Finding


@dataclass(frozen=True, slots=True)
class Written:
    """An entry (None if its form is wrong; its id is taken all the same) and where it stands."""

    value: Entry | None
    way: tuple[str, str]
    locator: Locator

    def finding(self, code: str, *inside: Step, **params: str | int) -> Finding:
        """Return a finding about a key inside the entry."""
        return self.locator.finding(code, (*self.way, *inside), **params)


Shelves = dict[str, dict[str, Written]]

E = TypeVar("E", bound=Entry)


def entries_of(shelves: Shelves, kind: type[E]) -> list[tuple[Written, E]]:
    """Return the entries of a kind that could be read."""
    written = (entry for shelf in shelves.values() for entry in shelf.values())
    return [(entry, entry.value) for entry in written if isinstance(entry.value, kind)]


def twins(entries: Iterable[tuple[Written, E]], trait: Callable[[E], object], code: str, key: str) -> Iterator[Finding]:
    """Yield `code` at each entry that has the same trait as an earlier one on some day."""
    groups: dict[object, list[tuple[Written, E]]] = {}
    for written, entry in entries:
        groups.setdefault(trait(entry), []).append((written, entry))
    for group in groups.values():
        for position, (written, entry) in enumerate(group):
            twin = next((first for first, other in group[:position] if overlap(entry, other)), None)
            if twin:
                yield written.finding(code, key, other=twin.way[1], **place_of(twin))


def place_of(written: Written) -> dict[str, str | int]:
    """Return file and line of an entry that a finding about another one names."""
    return {"other_file": written.locator.file, "other_line": written.locator.line_of(written.way)}


def overlap(one: Entry, other: Entry) -> bool:
    """Return whether there is a day on which both entries are valid."""
    one_end, other_end = one.valid_to or date.max, other.valid_to or date.max
    return one.valid_from < other_end and other.valid_from < one_end
