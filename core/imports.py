"""Files of readings that people hand in: how they are to be understood, what came of them, and who keeps that."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from core.intervals import SeriesKey
from core.ports import Page
from core.quantities import Quantity
from core.texts import Finding


class RowKind(StrEnum):
    """What the value of a row is."""

    REGISTER = "register"
    """What the dial showed at the instant."""
    ENERGY = "energy"
    """What was used within the interval."""
    POWER = "power"
    """The mean power over the interval; with another quantity than energy, the mean per hour."""


class FileLayout(StrEnum):
    """How the values of a file stand."""

    ROWS = "rows"
    """A row is one value at one instant."""
    DAYS = "days"
    """A row is a day; its values stand side by side, interval after interval from midnight on."""


class ClockChange(StrEnum):
    """What stands in the rows of the two days on which the clock changes, where a row is a day."""

    IN_ORDER = "in_order"
    """As many values as the day has intervals, from the left without a gap: 92, 96 or 100 quarter hours."""
    SUMMED = "summed"
    """A column for each time on the clock, 96. The hour that is left out is empty or 0, that which comes twice
    holds both together (of power, their mean)."""
    BOTH = "both"
    """100 columns: the hour that comes twice has its columns twice, the second ones empty on all other days."""


class FileClock(StrEnum):
    """What the instants of a file are told by."""

    LOCAL = "local"
    """Local time with summer time, as at the meter's site."""
    WINTER = "winter"
    """Central European Time all year round (UTC+1)."""
    UTC = "utc"


class Stamp(StrEnum):
    """Whether an interval is named by its begin or by its end."""

    BEGIN = "begin"
    END = "end"


class TableMapping(Protocol):
    """What every mapping says of how its file is laid out, whatever its rows are about.

    Empty `encoding` and `delimiter` are found out, an empty `sheet` is the first. `header` is the line of the headers,
    0 where there are none.
    """

    @property
    def sheet(self) -> str:
        """Return the name of the sheet."""

    @property
    def encoding(self) -> str:
        """Return how characters are encoded."""

    @property
    def delimiter(self) -> str:
        """Return what parts columns."""

    @property
    def header(self) -> int:
        """Return the line of the headers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMapping:
    """How the rows of a file become readings; saved under `name`, each change as a new `version`.

    Columns are named by header or letter (`A`). Empty `encoding` and `delimiter` are found out. `header` is
    the line of the headers, 0 where there are none. `factor` makes values those of `quantity`: 1000 for kWh.
    Intervals last `interval_min` minutes. `meter` is the one of the whole file; else `meter_column` says
    which, translated by `meters` (`name in the file=meter`). `statuses` (`W=measured`) translate `status_column`.

    Where the `layout` is days, `value_column` is the first of them and `last_value_column` the last (empty: as many
    as a day has), and `clock_change` says what stands there when the clock changes.
    """

    name: str
    date_column: str
    value_column: str
    quantity: Quantity
    kind: RowKind
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    header: int = 1
    decimal: str = ","
    thousands: str = "."
    time_column: str = ""
    pattern: str = "dd.MM.yyyy HH:mm"
    clock: FileClock = FileClock.LOCAL
    stamp: Stamp = Stamp.BEGIN
    interval_min: int = 15
    factor: Decimal = Decimal(1)
    meter: str = ""
    meter_column: str = ""
    meters: tuple[tuple[str, str], ...] = ()
    status_column: str = ""
    statuses: tuple[tuple[str, str], ...] = ()
    layout: FileLayout = FileLayout.ROWS
    last_value_column: str = ""
    clock_change: ClockChange = ClockChange.IN_ORDER
    version: int = 0
    saved_at_utc: datetime | None = None
    saved_by: str = ""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with a row: its line, the column (empty: the row as a whole), what stands there, and why not."""

    line: int
    column: str
    found: str
    finding: Finding


SESSIONS: Final = "charge_sessions"
CARDS: Final = "charging_cards"
"""The mappings, of version 0, of files that brought past charge sessions, and lists of cards."""


class ImportState(StrEnum):
    """How an import stands."""

    RUNNING = "running"
    DONE = "done"
    BROKEN_OFF = "broken_off"
    """Cancelled, or the service ended over it; what had been stored stays until it is withdrawn."""
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileImport:
    """One file that was imported. `rows` values were read, `added` readings are new, `known` stood there already.

    `left_out` values were wrong; the first of them are `problems`. `notes` say what else was odd (gaps).
    `id` is 0 until the ledger has given one.
    """

    digest: str
    file: str
    mapping: str
    version: int
    state: ImportState
    made_by: str
    made_at_utc: datetime
    sites: tuple[str, ...]
    rows: int = 0
    added: int = 0
    known: int = 0
    left_out: int = 0
    first_utc: datetime | None = None
    last_utc: datetime | None = None
    problems: tuple[RowProblem, ...] = ()
    notes: tuple[Finding, ...] = ()
    withdrawn_at_utc: datetime | None = None
    withdrawn_by: str = ""
    withdrawn_reason: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPart:
    """What an import adds to one series: at which instants (milliseconds since 1970, ascending), and what it books.

    It `leans_on` readings that stood there before: its first and last borders. `total` is what the file's
    intervals come to, in thousandths of the unit; None for register values.
    """

    source: str
    quantity: Quantity
    at_ms: tuple[int, ...]
    bookings: tuple[int, ...] = ()
    leans_on: tuple[int, ...] = ()
    total: int | None = None

    @property
    def key(self) -> SeriesKey:
        """Return the series."""
        return self.source, self.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFilter:
    """Which imports; newest first."""

    sites: frozenset[str] | None = None
    state: ImportState | None = None
    limit: int = 50
    cursor: str | None = None


class ImportBook(Protocol):
    """Keeps mappings, and which file brought which readings."""

    async def save_mapping(self, mapping: FileMapping) -> FileMapping:
        """Keep a mapping as the next version of its name, and return it."""
        ...

    async def mapping(self, name: str, version: int | None = None) -> FileMapping | None:
        """Return a version of a mapping, by default the newest; None if there is none."""
        ...

    async def mappings(self) -> tuple[FileMapping, ...]:
        """Return the newest version of each, by name."""
        ...

    async def save_import(self, made: FileImport) -> FileImport:
        """Insert an import, or replace it by its id, and return it with its id."""
        ...

    async def file_import(self, id: int) -> FileImport | None:  # noqa: A002
        """Return one import, None if there is none."""
        ...

    async def file_imports(self, wanted: ImportFilter) -> Page[FileImport]:
        """Return imports, newest first. With `sites` only those all of whose meters stand there."""
        ...

    async def imports_of(self, digest: str) -> tuple[FileImport, ...]:
        """Return the imports of one and the same file, newest first."""
        ...

    async def save_part(self, id: int, part: ImportPart) -> None:  # noqa: A002
        """Keep what an import is about to add to one series, before it is added."""
        ...

    async def parts(self, id: int) -> tuple[ImportPart, ...]:  # noqa: A002
        """Return what an import added, by series."""
        ...

    async def parts_of(self, key: SeriesKey) -> dict[int, ImportPart]:
        """Return what imports that stand added to a series, by import."""
        ...


class Eraser(Protocol):
    """Takes readings away again."""

    async def can_erase(self) -> bool:
        """Return whether this store can take single readings away. Raises `StoreError` while it cannot be reached."""
        ...

    async def erase(self, key: SeriesKey, at_ms: Collection[int]) -> int:
        """Delete the readings of a series at these instants; return how many there were."""
        ...


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file on the shelf: the digest of its content (SHA-256) by which it is asked for, name and size."""

    digest: str
    name: str
    size_byte: int


class FileInbox(Protocol):
    """Keeps files that were handed in for a while, so that they can be looked at before they are imported."""

    async def keep(self, name: str, chunks: AsyncIterator[bytes]) -> KeptFile:
        """Return the file once it is on disk. Raises `RequestError` where it is empty or too large."""
        ...

    def kept(self, digest: str) -> KeptFile | None:
        """Return a file that is still there, None where there is none."""
        ...

    def path(self, digest: str) -> Path:
        """Return where it stands."""
        ...

    def workplace(self) -> Path:
        """Return a new empty folder beside the files; whoever asked for it removes it."""
        ...
