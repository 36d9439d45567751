"""What is asked about lists of cards inside charge points, and how they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.texts import Finding
from operations.local_lists.plan import ListState


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowLocalList:
    """The list of one charge point, by the charge point's id."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncLocalList:
    """The charge point whose list is to be compared and put right now, whatever failed before."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalListCard:
    """A card that belongs on the list, by its pseudonym and its ids in the inventory."""

    pseudonym: str
    tags: tuple[str, ...]
    may_charge: bool
    until_utc: datetime | None
    card_group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalList:
    """How a charge point's list stands: its `version`, how many cards it has and should have.

    `left_out` cards have no room on it. `finding` says why the station did not take it. `asked` is how many messages
    were put into its queue by this.
    """

    station: str
    station_name: str
    site: str
    standing: ListState
    version: int | None
    listed: int
    wanted: int
    left_out: int
    asked: int
    finding: Finding | None
    cards: tuple[LocalListCard, ...]
