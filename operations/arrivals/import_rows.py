"""What is asked about imports of files, and what is told of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from core.imports import FileImport, ImportPart, ImportState, RowProblem
from core.quantities import Quantity
from core.readings import ReadingQuality
from energy.register_walk import at_utc
from operations.arrivals.import_reading import SeriesFound
from operations.evidence.interval import exact
from operations.metering.booking_rows import Reason
from operations.values import Limit, Told
from operations.vouchers.rows import VoucherRow


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtFile:
    """A file that was handed in, by its digest."""

    upload: str = field(metadata={"upload": True})
    mapping: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewImport:
    """Which file (its digest; the command takes a path), understood by which mapping."""

    upload: str = field(metadata={"upload": True})
    mapping: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunImport:
    """Which file (its digest; the command takes a path), understood by which mapping."""

    upload: str = field(metadata={"upload": True})
    mapping: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListImports:
    """Which imports; newest first."""

    state: ImportState | None = None
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowImport:
    """One import by its number."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawImport:
    """Which import is taken back, by its number, and why."""

    id: int
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLook:
    """How a file is laid out, and its first rows as they stand there."""

    file: str
    name: str
    size_byte: int
    spreadsheet: bool
    encoding: str
    delimiter: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRow:
    """A row as it was understood: an interval from `at_utc` on, or a dial at that instant; in the quantity's unit."""

    line: int
    meter: str
    at_utc: datetime
    value: float
    quality: ReadingQuality


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesPreview:
    """What a file says about one meter. `total` is the sum of intervals; `gaps` are intervals not in the file."""

    meter: str
    quantity: Quantity
    rows: int
    added: int
    known: int
    first_utc: datetime
    last_utc: datetime
    total: Decimal | None
    first_value: Decimal | None
    last_value: Decimal | None
    gaps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongRow:
    """A row that is left out: where, what stands there, and what was expected."""

    line: int
    column: str
    found: str
    message: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPreview:
    """What an import would do. Nothing is imported where there are reasons in `refused`.

    Of a file of papers `vouchers` are the first that were understood.
    """

    file: str
    name: str
    mapping: str
    version: int
    encoding: str
    delimiter: str
    rows: int
    left_out: int
    added: int
    known: int
    series: tuple[SeriesPreview, ...]
    first_rows: tuple[ReadRow, ...]
    problems: tuple[WrongRow, ...]
    notes: tuple[Told, ...]
    refused: tuple[Told, ...]
    vouchers: tuple[VoucherRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """An import in a list; what its fields mean says `core.imports.FileImport`."""

    id: int
    file: str
    mapping: str
    version: int
    state: ImportState
    made_by: str
    made_at_utc: datetime
    rows: int
    added: int
    known: int
    left_out: int
    first_utc: datetime | None
    last_utc: datetime | None
    withdrawn_at_utc: datetime | None
    withdrawn_by: str
    withdrawn_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedSeries:
    """What an import added to one meter; `total` is the sum of its intervals."""

    meter: str
    quantity: Quantity
    readings: int
    total: Decimal | None
    bookings: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportDetail:
    """An import, what it added to each meter, which rows it left out, and what was odd."""

    row: ImportRow
    digest: str
    series: tuple[ImportedSeries, ...]
    problems: tuple[WrongRow, ...]
    notes: tuple[Told, ...]


def series_row(series: SeriesFound) -> SeriesPreview:
    """Return what a file says about one meter."""
    is_register = series.total is None
    return SeriesPreview(
        meter=series.key[0].removeprefix("meter:"),
        quantity=series.key[1],
        rows=series.rows,
        added=added_in(series),
        known=series.known,
        first_utc=at_utc(series.first_ms),
        last_utc=at_utc(series.last_ms),
        total=None if series.total is None else exact(series.total),
        first_value=exact(series.first_value) if is_register else None,
        last_value=exact(series.last_value) if is_register else None,
        gaps=sum(gap.count for gap in series.gaps),
    )


def wrong_row(problem: RowProblem) -> WrongRow:
    """Return a row that is left out."""
    return WrongRow(line=problem.line, column=problem.column, found=problem.found, message=Told.of(problem.finding))


def imported_series(part: ImportPart) -> ImportedSeries:
    """Return what an import added to one meter."""
    return ImportedSeries(
        meter=part.source.removeprefix("meter:"),
        quantity=part.quantity,
        readings=len(part.at_ms),
        total=None if part.total is None else exact(part.total),
        bookings=part.bookings,
    )


def import_row(made: FileImport) -> ImportRow:
    """Return an import as it stands in a list."""
    return ImportRow(**{name: getattr(made, name) for name in ImportRow.__dataclass_fields__})


def added_in(series: SeriesFound) -> int:
    """Return how many readings of a series are not there yet."""
    return sum(len(placed.at_ms) for placed in series.placed)
