"""What settlements of local revenue shares stand on: boundaries in editions, and what operators state."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryArea:
    """One area: `kind` is `gemeinde`, `unincorporated` or `foreign`; `shape_wkb` in the coordinates of its edition."""

    key: str
    name: str
    kind: str
    state: str
    shape_wkb: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryEdition:
    """One import of boundaries: how they stood on a day. `digest` is that of the file, `epsg` its coordinates.

    `id` is 0 until the ledger has given one.
    """

    name: str
    valid_on: date
    source: str
    file: str
    digest: str
    epsg: int
    areas: int
    imported_by: str
    imported_at_utc: datetime
    withdrawn_at_utc: datetime | None = None
    withdrawn_by: str = ""
    withdrawn_reason: str = ""
    id: int = 0


class BoundaryBook(Protocol):
    """Keeps boundaries in editions; none is changed, some are withdrawn."""

    async def keep_boundaries(self, edition: BoundaryEdition, areas: Sequence[BoundaryArea]) -> BoundaryEdition:
        """Keep an edition with its areas and return it with its id; one with the same digest and day is that one."""
        ...

    async def boundary_editions(self, *, withdrawn: bool = False) -> tuple[BoundaryEdition, ...]:
        """Return editions, the newest by day first."""
        ...

    async def boundary_areas(self, edition: int) -> tuple[BoundaryArea, ...]:
        """Return the areas of an edition by key."""
        ...

    async def withdraw_boundaries(self, edition: int, actor: str, at_utc: datetime, reason: str) -> bool:
        """Withdraw an edition (an empty `reason` takes the withdrawal back); return whether there was one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedInStatement:
    """What an operator states of a plant in a month (`2025-03`), in whole watt-hours; None: says nothing of it.

    Of each figure the newest counts that is not withdrawn. `file_import` is the import that brought it, `number` its
    line's own.
    """

    plant: str
    month: str
    fed_in_wh: int | None = None
    unavailable_wh: int | None = None
    curtailed_wh: int | None = None
    other_fictitious_wh: int | None = None
    negative_wh: int | None = None
    number: str = ""
    file_import: int | None = None
    entered_by: str = ""
    entered_at_utc: datetime
    withdrawn_at_utc: datetime | None = None
    withdrawn_by: str = ""
    withdrawn_reason: str = ""
    id: int = 0


class FeedInBook(Protocol):
    """Keeps what operators state; none is changed, some are withdrawn."""

    async def keep_feed_in(self, statements: Sequence[FeedInStatement]) -> int:
        """Keep statements that say anything else than the newest of their plant and month; return how many did."""
        ...

    async def feed_in(
        self, plants: Collection[str] | None, months: Collection[str] | None, *, withdrawn: bool = False
    ) -> tuple[FeedInStatement, ...]:
        """Return statements by plant and month, the newest of each last. None: of all."""
        ...

    async def feed_in_of_import(self, file_import: int) -> tuple[FeedInStatement, ...]:
        """Return the statements that an import brought and that were not withdrawn since, by plant and month."""
        ...

    async def withdraw_feed_in(self, ids: Collection[int], actor: str, at_utc: datetime, reason: str) -> int:
        """Withdraw statements (an empty `reason` takes the withdrawal back); return how many there were."""
        ...


class ShareBooks(BoundaryBook, FeedInBook, Protocol):
    """The books of revenue shares together."""
