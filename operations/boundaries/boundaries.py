"""Boundaries of municipalities: files that are taken in as editions, which there are, and taking one back."""

from __future__ import annotations

import asyncio
import shutil
from datetime import date
from pathlib import PurePath
from typing import Final

from core.errors import ConflictError, NotFoundError, RequestError
from core.ports import Page
from core.shares import BoundaryEdition
from core.texts import Finding
from ingest.boundary_layout import BoundaryLayout
from operations.arrivals.import_reading import inbox_of, kept_file, off_loop
from operations.boundaries.areas import ref_of
from operations.boundaries.drawing import overview_of
from operations.boundaries.reading import EditionRead, read_edition
from operations.boundaries.rows import (
    BoundariesImported,
    BoundariesOf,
    BoundaryEditionRow,
    ImportBoundaries,
    ListBoundaries,
    ShowBoundaries,
    WithdrawBoundaries,
    area_row,
    counted,
    edition_row,
)
from operations.house import Call, House
from operations.values import Told

SHOWN: Final = 20
PROBLEMS_SHOWN: Final = 50
FIRST_DAY: Final = date(1990, 10, 3)


class BoundariesRefusedError(RequestError):
    """Boundaries that must not be kept as they stand in their file; `findings` say why."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("boundaries.refused", count=len(findings))
        self.findings = findings


async def import_boundaries(house: House, request: ImportBoundaries, call: Call) -> BoundariesImported:
    """Keep the boundaries of a file as an edition; the same file for the same day changes nothing.

    Raises `NotFoundError` for an unknown file, `FormatError` for what is no file of boundaries or declares no
    coordinates, `BoundariesRefusedError` where shapes or keys are wrong; nothing is kept then.
    """
    if not FIRST_DAY <= request.valid_on <= house.day(call.now_utc):
        raise RequestError("boundaries.day_invalid", valid_on=request.valid_on.isoformat())
    file = kept_file(house, request.upload)
    call.progress(0.1, Finding.of("imports.reading", file=file.name))
    workplace = await asyncio.to_thread(inbox_of(house).workplace)
    try:
        read = await off_loop(house, read_edition, inbox_of(house).path(file.digest), _layout(request), workplace)
    finally:
        await asyncio.to_thread(shutil.rmtree, workplace, ignore_errors=True)
    edition = BoundaryEdition(
        name=request.edition or PurePath(file.name).stem[:80],
        valid_on=request.valid_on,
        source=request.source,
        file=file.name,
        digest=file.digest,
        epsg=read.epsg,
        areas=len(read.areas),
        imported_by=call.actor.name,
        imported_at_utc=call.now_utc,
    )
    if request.dry_run:
        return _imported(edition, read, dry_run=True)
    if read.problems:
        raise BoundariesRefusedError(read.problems[:PROBLEMS_SHOWN])
    call.progress(0.7, Finding.of("imports.storing", source=file.name))
    before = {each.id for each in await house.ledger.boundary_editions()}
    kept = await house.ledger.keep_boundaries(edition, read.areas)
    return _imported(kept, read, known=kept.id in before)


async def list_boundaries(house: House, request: ListBoundaries, call: Call) -> Page[BoundaryEditionRow]:
    """Return the editions, the newest by day first."""
    del call
    editions = await house.ledger.boundary_editions(withdrawn=request.withdrawn)
    return Page(tuple(edition_row(each) for each in editions), len(editions))


async def show_boundaries(house: House, request: ShowBoundaries, call: Call) -> BoundariesOf:
    """Return an edition with its areas. Raises `NotFoundError`."""
    del call
    edition = await _edition(house, request.id)
    areas = await house.ledger.boundary_areas(edition.id)
    drawn = await off_loop(house, overview_of, ref_of(edition), areas, request.language) if request.map else ""
    return BoundariesOf(
        row=edition_row(edition), **counted(areas), areas=tuple(area_row(each) for each in areas), map_svg=drawn
    )


async def withdraw_boundaries(house: House, request: WithdrawBoundaries, call: Call) -> BoundaryEditionRow:
    """Withdraw an edition: no calculation takes it from now on, or take its withdrawal back.

    Raises `NotFoundError`, `RequestError` without a reason, `ConflictError` where it is as wanted already, or where
    the same boundaries came again meanwhile.
    """
    edition = await _edition(house, request.id)
    reason = "" if request.undo else request.reason.strip()
    if not request.undo and not reason:
        raise RequestError("boundaries.no_reason")
    if not await house.ledger.withdraw_boundaries(edition.id, call.actor.name, call.now_utc, reason):
        if not request.undo:
            raise ConflictError("boundaries.withdrawn_already", id=edition.id)
        raise ConflictError("boundaries.not_withdrawn", id=edition.id)
    return edition_row(await _edition(house, request.id))


async def _edition(house: House, id: int) -> BoundaryEdition:  # noqa: A002
    for edition in await house.ledger.boundary_editions(withdrawn=True):
        if edition.id == id:
            return edition
    raise NotFoundError("boundaries.unknown", id=id)


def _layout(request: ImportBoundaries) -> BoundaryLayout:
    return BoundaryLayout(
        key=request.key_column,
        name=request.name_column,
        kind=request.kind_column,
        state=request.state_column,
        layer=request.layer,
        crs=request.crs,
        keys=tuple(each.strip() for each in request.keys if each.strip()),
    )


def _imported(
    edition: BoundaryEdition, read: EditionRead, *, dry_run: bool = False, known: bool = False
) -> BoundariesImported:
    return BoundariesImported(
        id=edition.id or None,
        dry_run=dry_run,
        known=known,
        edition=edition.name,
        valid_on=edition.valid_on,
        epsg=edition.epsg,
        **counted(read.areas),
        merged=read.merged,
        waters=read.waters,
        elsewhere=read.elsewhere,
        first_areas=tuple(area_row(each) for each in read.areas[:SHOWN]),
        problems=tuple(map(Told.of, read.problems[:PROBLEMS_SHOWN])),
        problems_left_out=max(0, len(read.problems) - PROBLEMS_SHOWN),
        findings=tuple(map(Told.of, read.doubts)),
    )
