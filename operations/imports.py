"""Importing files of readings: looking at one, trying it, importing it, taking an import back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Final

import numpy as np

from core.errors import ConflictError, NotFoundError, RequestError, UnavailableError
from core.imports import FileImport, FileMapping, ImportFilter, ImportPart, ImportState, RowKind, RowProblem
from core.intervals import SeriesKey
from core.periods import Period
from core.ports import Batch, Page
from core.quantities import Quantity
from core.readings import Reading, ReadingQuality
from core.texts import Finding
from core.work import DirtySpan, MeterEvent, MeterEventKind
from energy.register_walk import at_utc
from energy.series import QUALITY_CODES
from ingest.files.placing import Placed
from ingest.files.reading import MICRO, rows_packed
from ingest.files.tables import first_rows, layout_of
from operations.booking_rows import Reason
from operations.explain_interval import exact
from operations.file_mappings import known_mapping
from operations.house import Call, House
from operations.import_reading import FileFound, SeriesFound, file_read, inbox_of, kept_file, series_found
from operations.interval_start import BOOKING
from operations.keepers import EntryKind, must_keep
from operations.values import Limit, Told
from operations.witnesses import interval_store

SHOWN: Final = 20
PROBLEMS_KEPT: Final = 200
_AT_ONCE: Final = 5_000
_QUALITIES: Final = {code: quality for quality, code in QUALITY_CODES.items()}


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
    """What an import would do. Nothing is imported where there are reasons in `refused`."""

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


class ImportRefusedError(RequestError):
    """A file that must not be imported as it was understood; `findings` say why."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("imports.refused", count=len(findings))
        self.findings = tuple(findings)


async def look_at_file(house: House, request: LookAtFile, _call: Call) -> FileLook:
    """Return how a file is laid out and its first rows. Raises `NotFoundError`, `FormatError`."""
    file = kept_file(house, request.upload)
    path = inbox_of(house).path(file.digest)
    mapping = await known_mapping(house, request.mapping) if request.mapping else _ANY
    layout = await asyncio.to_thread(layout_of, path, mapping)
    rows = await asyncio.to_thread(first_rows, path, replace(mapping, header=0), layout, SHOWN)
    return FileLook(
        file=file.digest,
        name=file.name,
        size_byte=file.size_byte,
        spreadsheet=layout.spreadsheet,
        encoding=layout.encoding,
        delimiter=layout.delimiter,
        rows=tuple(tuple("" if cell is None else str(cell)[:80] for cell in cells) for _, cells in rows),
    )


async def preview_import(house: House, request: PreviewImport, call: Call) -> ImportPreview:
    """Return what importing a file would do, every row that is wrong, and what would be refused; nothing is stored."""
    async with file_read(house, request.upload, request.mapping, call) as found:
        series = [await series_found(house, found, key) for key in found.reading.series]
        return ImportPreview(
            file=found.file.digest,
            name=found.file.name,
            mapping=found.mapping.name,
            version=found.mapping.version,
            encoding=found.reading.layout.encoding,
            delimiter=found.reading.layout.delimiter,
            rows=found.reading.rows,
            left_out=found.wrong,
            added=sum(_added(each) for each in series),
            known=sum(each.known for each in series),
            series=tuple(_series_row(each) for each in series),
            first_rows=_first_rows(found),
            problems=tuple(_wrong_row(each) for each in found.problems),
            notes=tuple(Told.of(note) for note in found.notes[:PROBLEMS_KEPT]),
            refused=tuple(Told.of(reason) for reason in found.refused),
        )


async def run_import(house: House, request: RunImport, call: Call) -> ImportRow:
    """Import a file: the readings that are not there yet; rows that are wrong are left out and kept on record.

    The same file by the same mapping changes nothing and gives the import that was made. Raises
    `ConflictError` where it was imported otherwise, `ImportRefusedError` where it is implausible; nothing is
    stored then. Cancelled, it leaves an import that can be withdrawn.
    """
    file, mapping = kept_file(house, request.upload), await known_mapping(house, request.mapping)
    for earlier in await house.ledger.imports_of(file.digest):
        if earlier.state is ImportState.DONE and (earlier.mapping, earlier.version) == (mapping.name, mapping.version):
            return _import_row(earlier)
        if earlier.state is not ImportState.WITHDRAWN:
            raise ConflictError("imports.imported_otherwise", id=earlier.id, mapping=earlier.mapping)
    async with file_read(house, request.upload, request.mapping, call) as found:
        for key in found.reading.series:
            await series_found(house, found, key)
        if found.refused:
            raise ImportRefusedError(found.refused)
        return await _import(house, found, call)


async def list_imports(house: House, request: ListImports, call: Call) -> Page[ImportRow]:
    """Return the imports all of whose meters the actor may see, newest first."""
    wanted = ImportFilter(sites=call.actor.sites, state=request.state, limit=request.limit, cursor=request.cursor)
    page = await house.ledger.file_imports(wanted)
    return Page(tuple(_import_row(each) for each in page.items), page.total, page.next_cursor)


async def show_import(house: House, request: ShowImport, call: Call) -> ImportDetail:
    """Return one import. Raises `NotFoundError` or `ForbiddenError`."""
    made = await _seen_import(house, request.id, call)
    return ImportDetail(
        row=_import_row(made),
        digest=made.digest,
        series=tuple(_imported(part) for part in await house.ledger.parts(made.id)),
        problems=tuple(_wrong_row(each) for each in made.problems),
        notes=tuple(Told.of(note) for note in made.notes),
    )


async def withdraw_import(house: House, request: WithdrawImport, call: Call) -> ImportRow:
    """Take an import back: the readings and bookings that it brought go, and everything is computed again.

    Raises `NotFoundError`, `ForbiddenError`, `ConflictError` where it was taken back already, and
    `UnavailableError` where the time series stands in a store that cannot delete single readings.
    """
    if house.eraser is None:
        raise UnavailableError("imports.no_eraser")
    made = await _seen_import(house, request.id, call)
    must_keep(call.actor, EntryKind.METERS, made.sites)
    if made.state is ImportState.WITHDRAWN:
        raise ConflictError("imports.withdrawn_already", id=made.id)
    gone = replace(
        made,
        state=ImportState.WITHDRAWN,
        withdrawn_at_utc=call.now_utc,
        withdrawn_by=call.actor.name,
        withdrawn_reason=request.reason,
    )
    await house.ledger.save_import(gone)
    for part in await house.ledger.parts(made.id):
        await _take_back(house, part, request.reason, call)
    return _import_row(gone)


async def _import(house: House, found: FileFound, call: Call) -> ImportRow:
    inventory = house.inventory()
    sites = {inventory.site_of(source) or "" for source in found.sources}
    made = await house.ledger.save_import(
        FileImport(
            digest=found.file.digest,
            file=found.file.name,
            mapping=found.mapping.name,
            version=found.mapping.version,
            state=ImportState.RUNNING,
            made_by=call.actor.name,
            made_at_utc=call.now_utc,
            sites=tuple(sorted(sites)),
            rows=found.reading.rows,
            left_out=found.wrong,
            problems=tuple(found.problems[:PROBLEMS_KEPT]),
            notes=tuple(found.notes[:PROBLEMS_KEPT]),
        )
    )
    count = len(found.reading.series)
    try:
        for number, key in enumerate(found.reading.series):
            call.progress(0.5 + number / count / 2, Finding.of("imports.storing", source=key[0]))
            made = await _import_series(house, made, await series_found(house, found, key), call)
    except BaseException:
        await asyncio.shield(house.ledger.save_import(replace(made, state=ImportState.BROKEN_OFF)))
        raise
    return _import_row(await house.ledger.save_import(replace(made, state=ImportState.DONE)))


async def _import_series(house: House, made: FileImport, series: SeriesFound, call: Call) -> FileImport:
    if house.sink is None:
        raise UnavailableError("rejections.no_sink")
    source, quantity = series.key
    at_ms = np.concatenate([np.empty(0, np.int64), *(placed.at_ms for placed in series.placed)])
    part = ImportPart(
        source=source,
        quantity=quantity,
        at_ms=tuple(at_ms.tolist()),
        leans_on=tuple(sorted({border for placed in series.placed for border in placed.leans_on})),
        total=series.total,
    )
    await house.ledger.save_part(made.id, part)
    bookings: list[int] = []
    for placed in series.placed:
        for joint in placed.joints:
            event = MeterEvent(
                source=source,
                quantity=quantity,
                kind=joint.kind,
                at_utc=at_utc(joint.at_ms),
                start_value=joint.start / 1000,
                end_value=None if joint.end is None else joint.end / 1000,
                reason=f"{made.file} (#{made.id})",
                booked_by=call.actor.name,
                booked_at_utc=call.now_utc,
            )
            bookings.append((await house.ledger.book(event)).id)
            await house.ledger.save_part(made.id, replace(part, bookings=tuple(bookings)))
        for readings in _batches(series.key, placed):
            await house.sink.put(Batch(readings, call.now_utc))
    return replace(
        made,
        added=made.added + len(at_ms),
        known=made.known + series.known,
        first_utc=min(filter(None, (made.first_utc, at_utc(series.first_ms)))),
        last_utc=max(filter(None, (made.last_utc, at_utc(series.last_ms)))),
    )


def _batches(key: SeriesKey, placed: Placed) -> Iterator[list[Reading]]:
    rows = zip(placed.at_ms.tolist(), placed.thousandths.tolist(), placed.quality.tolist(), strict=True)
    while some := list(islice(rows, _AT_ONCE)):
        yield [Reading(*key, at_utc(at_ms), value / 1000, _QUALITIES[quality]) for at_ms, value, quality in some]


async def _take_back(house: House, part: ImportPart, reason: str, call: Call) -> None:
    """Take away what an import added to a series, but for borders on which others of its imports stand."""
    assert house.eraser is not None  # noqa: S101 - whoever calls has looked
    first_ms, last_ms = min((*part.at_ms, *part.leans_on), default=0), max((*part.at_ms, *part.leans_on), default=0)
    span = Period(at_utc(first_ms), at_utc(last_ms + 1))
    dirty = DirtySpan(source=part.source, quantity=part.quantity, period=span, reason=BOOKING)
    await house.ledger.mark_dirty([dirty])
    for number in part.bookings:
        booked = await house.ledger.booking(number)
        if booked is not None and booked.withdrawn_at_utc is None:
            await house.ledger.withdraw(number, call.now_utc, call.actor.name, reason)
    kept = await _hand_over(house, part, call)
    await house.eraser.erase(part.key, [at_ms for at_ms in part.at_ms if at_ms not in kept])
    await house.ledger.mark_dirty([dirty])


async def _hand_over(house: House, part: ImportPart, call: Call) -> set[int]:
    """Give borders to the imports that go on from them, and book that what lies before is unknown now."""
    ours, kept = set(part.at_ms), set()
    for number, other in (await house.ledger.parts_of(part.key)).items():
        for border_ms in sorted(ours & set(other.leans_on)):
            bookings = other.bookings
            begins = any(at_ms > border_ms for at_ms in other.at_ms) and not any(
                at_ms < border_ms for at_ms in other.at_ms
            )
            if begins:
                bookings = (*bookings, await _interrupt(house, other, border_ms, call))
            kept.add(border_ms)
            other = replace(  # noqa: PLW2901 - each border is one more
                other,
                at_ms=tuple(sorted({*other.at_ms, border_ms})),
                leans_on=tuple(each for each in other.leans_on if each != border_ms),
                bookings=bookings,
            )
            await house.ledger.save_part(number, other)
    return kept


async def _interrupt(house: House, part: ImportPart, at_ms: int, call: Call) -> int:
    at = at_utc(at_ms)
    samples = await interval_store(house).samples([part.key], Period(at, at_utc(at_ms + 1)))
    event = MeterEvent(
        source=part.source,
        quantity=part.quantity,
        kind=MeterEventKind.INTERRUPTION,
        at_utc=at,
        start_value=float(samples[part.key].value[0]),
        booked_by=call.actor.name,
        booked_at_utc=call.now_utc,
    )
    return (await house.ledger.book(event)).id


async def _seen_import(house: House, id: int, call: Call) -> FileImport:  # noqa: A002
    made = await house.ledger.file_import(id)
    if made is None:
        raise NotFoundError("imports.unknown", id=id)
    for site in made.sites:
        call.must_see(site)
    return made


def _added(series: SeriesFound) -> int:
    return sum(len(placed.at_ms) for placed in series.placed)


def _series_row(series: SeriesFound) -> SeriesPreview:
    is_register = series.total is None
    return SeriesPreview(
        meter=series.key[0].removeprefix("meter:"),
        quantity=series.key[1],
        rows=series.rows,
        added=_added(series),
        known=series.known,
        first_utc=at_utc(series.first_ms),
        last_utc=at_utc(series.last_ms),
        total=None if series.total is None else exact(series.total),
        first_value=exact(series.first_value) if is_register else None,
        last_value=exact(series.last_value) if is_register else None,
        gaps=sum(gap.count for gap in series.gaps),
    )


def _first_rows(found: FileFound) -> tuple[ReadRow, ...]:
    """Return the first rows of the file that were understood."""
    rows = [
        (int(row["line"]), key[0], row)
        for key, name in found.reading.series.items()
        for row in rows_packed(found.folder, name)[:SHOWN]
    ]
    return tuple(
        ReadRow(
            line=line,
            meter=source.removeprefix("meter:"),
            at_utc=at_utc(int(row["at_ms"])),
            value=float(row["micro"]) / MICRO,
            quality=_QUALITIES[int(row["quality"])],
        )
        for line, source, row in sorted(rows, key=lambda each: each[0])[:SHOWN]
    )


def _wrong_row(problem: RowProblem) -> WrongRow:
    return WrongRow(line=problem.line, column=problem.column, found=problem.found, message=Told.of(problem.finding))


def _imported(part: ImportPart) -> ImportedSeries:
    return ImportedSeries(
        meter=part.source.removeprefix("meter:"),
        quantity=part.quantity,
        readings=len(part.at_ms),
        total=None if part.total is None else exact(part.total),
        bookings=part.bookings,
    )


def _import_row(made: FileImport) -> ImportRow:
    return ImportRow(**{name: getattr(made, name) for name in ImportRow.__dataclass_fields__})


_ANY: Final = FileMapping(
    name="", date_column="", value_column="", quantity=Quantity.ENERGY_IMPORT_WH, kind=RowKind.REGISTER
)
