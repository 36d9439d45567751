"""Whose card it is: the pseudonym under which all of it is stored, and its entries in the inventory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from core.books import SessionFilter
from core.errors import NotFoundError, RequestError, UnavailableError
from core.facts import AuditEntry, ChargeSession
from core.inventory import Tag
from operations.house import House

AT_ONCE = 500
_LEAST_SIGNS = 4


@dataclass(frozen=True, slots=True)
class Card:
    """A card: its pseudonym, its entries, and the words by which changes of it are found."""

    pseudonym: str
    entries: tuple[Tag, ...]
    words: frozenset[str]

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of its entries; one that was handed on has several."""
        return tuple(tag.id for tag in self.entries)


def card_of(house: House, tag: str | None, uid: str | None) -> Card:
    """Return the card with an id or a number, known to the inventory or not.

    Raises `RequestError` unless one of both is given, `NotFoundError` for an id that nobody knows,
    `UnavailableError` where nothing makes pseudonyms.
    """
    number = (uid or "").strip()
    if bool(tag) == bool(number) or 0 < len(number) < _LEAST_SIGNS:
        raise RequestError("privacy.which_card", field="uid")
    if house.pseudonym is None:
        raise UnavailableError("privacy.no_key")
    tags = house.inventory().tags
    if tag and tag not in tags:
        raise NotFoundError("privacy.card_unknown", id=tag[:80])
    pseudonym = tags[tag].known_as(house.pseudonym) if tag else house.pseudonym(number)
    entries = tuple(each for each in tags.values() if each.known_as(house.pseudonym) == pseudonym)
    words = {pseudonym, number, *(each.uid for each in entries)} - {""}
    return Card(pseudonym, entries, frozenset(words))


async def sessions_with(house: House, pseudonym: str) -> AsyncIterator[ChargeSession]:
    """Yield the sessions of a card, newest first."""
    cursor: str | None = None
    while True:
        page = await house.ledger.sessions(SessionFilter(limit=AT_ONCE, cursor=cursor))
        for session in page.items:
            if session.tag == pseudonym:
                yield session
        cursor = page.next_cursor
        if cursor is None:
            return


async def audit_of(house: House, kind: str, names: tuple[str, ...]) -> AsyncIterator[AuditEntry]:
    """Yield the entries of the audit that name one of some entries of the inventory, newest first."""
    subjects = {*names, *(f"{kind}/{name}" for name in names)}
    quoted = [f'"{name}"' for name in subjects]
    cursor: str | None = None
    while True:
        page = await house.ledger.audit_entries(AT_ONCE, cursor)
        for entry in page.items:
            if entry.subject in subjects or any(each in entry.detail for each in quoted):
                yield entry
        cursor = page.next_cursor
        if cursor is None:
            return
