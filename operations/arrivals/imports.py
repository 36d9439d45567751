"""Importing files of readings: looking at one, trying it, importing it, taking an import back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from core.errors import ConflictError, NotFoundError, RequestError, UnavailableError
from core.imports import FileImport, FileMapping, ImportFilter, ImportState, RowKind
from core.ports import Page
from core.quantities import Quantity
from core.texts import Finding
from energy.register_walk import at_utc
from ingest.files.reading import rows_packed
from ingest.files.tables import first_rows, layout_of
from ingest.files.taking import MICRO
from operations.arrivals.file_mappings import known_mapping
from operations.arrivals.import_reading import FileFound, file_read, inbox_of, kept_file, series_found
from operations.arrivals.import_rows import (
    FileLook,
    ImportDetail,
    ImportPreview,
    ImportRow,
    ListImports,
    LookAtFile,
    PreviewImport,
    ReadRow,
    RunImport,
    ShowImport,
    WithdrawImport,
    added_in,
    import_row,
    imported_series,
    series_row,
    wrong_row,
)
from operations.arrivals.import_storing import PROBLEMS_KEPT, QUALITIES, store_file
from operations.arrivals.import_withdrawal import take_back
from operations.charging.import_records import is_of_sessions, take_sessions_back
from operations.feed_in.importing import is_of_feed_in, take_feed_in_back
from operations.house import Call, House
from operations.keepers import EntryKind, must_keep
from operations.tags.import_records import is_of_cards, take_cards_back
from operations.values import Told
from operations.vouchers.importing import VouchersFound, keep_file, look_through, take_vouchers_back

SHOWN: Final = 20


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
    papers = await house.ledger.voucher_mapping(request.mapping)
    if papers is not None:
        return _papers_preview(house, await look_through(house, kept_file(house, request.upload), papers, call))
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
            added=sum(added_in(each) for each in series),
            known=sum(each.known for each in series),
            series=tuple(series_row(each) for each in series),
            first_rows=_first_rows(found),
            problems=tuple(wrong_row(each) for each in found.problems),
            notes=tuple(Told.of(note) for note in found.notes[:PROBLEMS_KEPT]),
            refused=tuple(Told.of(reason) for reason in found.refused),
        )


async def run_import(house: House, request: RunImport, call: Call) -> ImportRow:
    """Import a file: the readings that are not there yet; rows that are wrong are left out and kept on record.

    The same file by the same mapping changes nothing and gives the import that was made. Raises
    `ConflictError` where it was imported otherwise, `ImportRefusedError` where it is implausible; nothing is
    stored then. Cancelled, it leaves an import that can be withdrawn.
    """
    file = kept_file(house, request.upload)
    papers = await house.ledger.voucher_mapping(request.mapping)
    mapping = papers or await known_mapping(house, request.mapping)
    for earlier in await house.ledger.imports_of(file.digest):
        if earlier.state is ImportState.DONE and (earlier.mapping, earlier.version) == (mapping.name, mapping.version):
            return import_row(earlier)
        if earlier.state is not ImportState.WITHDRAWN:
            raise ConflictError("imports.imported_otherwise", id=earlier.id, mapping=earlier.mapping)
    if papers is not None:
        lines = await look_through(house, file, papers, call)
        if lines.refused:
            raise ImportRefusedError(list(lines.refused))
        return import_row(await keep_file(house, lines, call))
    async with file_read(house, request.upload, request.mapping, call) as found:
        for key in found.reading.series:
            await series_found(house, found, key)
        if found.refused:
            raise ImportRefusedError(found.refused)
        return import_row(await store_file(house, found, call))


async def list_imports(house: House, request: ListImports, call: Call) -> Page[ImportRow]:
    """Return the imports all of whose meters the actor may see, newest first."""
    wanted = ImportFilter(sites=call.actor.sites, state=request.state, limit=request.limit, cursor=request.cursor)
    page = await house.ledger.file_imports(wanted)
    return Page(tuple(import_row(each) for each in page.items), page.total, page.next_cursor)


async def show_import(house: House, request: ShowImport, call: Call) -> ImportDetail:
    """Return one import. Raises `NotFoundError` or `ForbiddenError`."""
    made = await _seen_import(house, request.id, call)
    return ImportDetail(
        row=import_row(made),
        digest=made.digest,
        series=tuple(imported_series(part) for part in await house.ledger.parts(made.id)),
        problems=tuple(wrong_row(each) for each in made.problems),
        notes=tuple(Told.of(note) for note in made.notes),
    )


async def withdraw_import(house: House, request: WithdrawImport, call: Call) -> ImportRow:
    """Take an import back: all that it brought goes, and everything is computed again.

    Raises `NotFoundError`, `ForbiddenError`, `ConflictError` where it was taken back already, and
    where what it brought was changed or booked about since, and
    `UnavailableError` where the time series stands in a store that cannot delete single readings; nothing has been
    changed then. Where it ends half-way, the import is broken off and can be taken back once more.
    """
    made = await _seen_import(house, request.id, call)
    papers, stated = await house.ledger.voucher_mapping(made.mapping, made.version), is_of_feed_in(made)
    must_keep(call.actor, _kept_kind(made, papers=papers is not None), _own_sites(made))
    if made.state is ImportState.WITHDRAWN:
        raise ConflictError("imports.withdrawn_already", id=made.id)
    of_sessions, of_cards = is_of_sessions(made), is_of_cards(made)
    of_readings = papers is None and not (stated or of_sessions or of_cards)
    if of_readings and (house.eraser is None or not await house.eraser.can_erase()):
        raise UnavailableError("imports.no_eraser")
    if of_sessions:
        await take_sessions_back(house, made, call)
    if of_cards:
        await take_cards_back(house, made, call)
    await house.ledger.save_import(replace(made, state=ImportState.BROKEN_OFF))
    if papers is not None:
        await take_vouchers_back(house, made, request.reason, call)
    if stated:
        await take_feed_in_back(house, made, request.reason, call)
    for part in await house.ledger.parts(made.id) if of_readings else ():
        await take_back(house, made, part, request.reason, call)
    gone = replace(
        made,
        state=ImportState.WITHDRAWN,
        withdrawn_at_utc=call.now_utc,
        withdrawn_by=call.actor.name,
        withdrawn_reason=request.reason,
    )
    await house.ledger.save_import(gone)
    return import_row(gone)


async def _seen_import(house: House, id: int, call: Call) -> FileImport:  # noqa: A002
    made = await house.ledger.file_import(id)
    if made is None:
        raise NotFoundError("imports.unknown", id=id)
    for site in made.sites:
        call.must_see(site)
    return made


def _kept_kind(made: FileImport, *, papers: bool) -> EntryKind:
    """Return the kind of entry that who takes an import back must keep."""
    if is_of_sessions(made):
        return EntryKind.STATIONS
    if is_of_cards(made):
        return EntryKind.TAGS
    return EntryKind.VEHICLES if papers else EntryKind.METERS


def _own_sites(made: FileImport) -> list[str | None]:
    """Return the sites at which an import brought something, None for what belongs to the district."""
    return [site or None for site in made.sites]


def _papers_preview(house: House, found: VouchersFound) -> ImportPreview:
    return ImportPreview(
        file=found.file.digest,
        name=found.file.name,
        mapping=found.mapping.name,
        version=found.mapping.version,
        encoding=found.layout.encoding,
        delimiter=found.layout.delimiter,
        rows=found.rows,
        left_out=found.wrong,
        added=found.rows - found.wrong - found.known,
        known=found.known,
        series=(),
        first_rows=(),
        problems=tuple(wrong_row(each) for each in found.problems),
        notes=(),
        refused=tuple(Told.of(reason) for reason in found.refused),
        vouchers=found.shown(house),
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
            quality=QUALITIES[int(row["quality"])],
        )
        for line, source, row in sorted(rows, key=lambda each: each[0])[:SHOWN]
    )


_ANY: Final = FileMapping(
    name="", date_column="", value_column="", quantity=Quantity.ENERGY_IMPORT_WH, kind=RowKind.REGISTER
)
