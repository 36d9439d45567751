"""Papers on shares as files: a year's statement of a municipality or an operator, or what became of the money."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from annotated_types import Ge

from core.errors import RequestError
from core.texts import Finding, Language, catalogue
from operations.house import Call, House
from operations.reports.export_rows import FileRef
from operations.reports.exports import ref_of, shelf_of
from operations.reports.made import heavy, seal_of
from operations.share_papers.book import book_of
from operations.share_papers.document import statement_of
from operations.share_papers.machine import json_of
from operations.share_papers.reading import SharePaper, read_paper
from operations.share_papers.uses import uses_of
from operations.shares.keeping import scope_of
from operations.shares.shares import Year
from operations.shares.uses import MUNICIPALITY, ShowShareUses, show_share_uses
from renewables.accounting import operator_id
from reports.share_document import ShareDocument
from reports.share_pdf import share_pdf_of
from reports.share_workbook import share_workbook_of


class ShareFormat(StrEnum):
    """What a paper on shares is written in."""

    PDF = "pdf"
    XLSX = "xlsx"
    JSON = "json"


class SharePaperKind(StrEnum):
    """Which paper: what is to be paid, or what the money was used for."""

    STATEMENT = "statement"
    USE_OF_FUNDS = "use_of_funds"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportShares:
    """Which paper: of a `municipality` (id or key) or an `operator` (id or name), of a `year` (the newest settled).

    `revision` is that of the statement (the newest).
    """

    municipality: str | None = None
    operator: str | None = None
    year: Year | None = None
    paper: SharePaperKind = SharePaperKind.STATEMENT
    format: ShareFormat = ShareFormat.PDF
    revision: Annotated[int, Ge(1)] | None = None
    language: Language = "de"


@dataclass(frozen=True, slots=True, kw_only=True)
class SharesExported:
    """A paper that was made: whose, of which year and revision, and whether it is a draft that must not be sent."""

    file: FileRef
    scope: str
    year: int
    revision: int
    draft: bool


async def export_shares(house: House, request: ExportShares, call: Call) -> SharesExported:
    """Return a paper as a file. Raises `RequestError` for an impossible wish, `NotFoundError` for what is not there."""
    scope, texts = _scope(request), catalogue(request.language)
    if request.paper is SharePaperKind.USE_OF_FUNDS and (request.operator or request.format is not ShareFormat.PDF):
        raise RequestError("share_papers.uses_of_municipalities")
    call.progress(0.1, Finding.of("share_papers.reading", year=request.year or "–"))
    wants_maps = request.format is ShareFormat.PDF and request.paper is SharePaperKind.STATEMENT
    paper = await read_paper(house, scope, request.year, request.revision, request.language, with_maps=wants_maps)
    call.progress(0.6, Finding.of("reports.setting"))
    content = await _content(house, request, paper, call)
    name = f"{texts.say(f'share_papers.file_{request.paper.value}')}-{paper.account.year}-{paper.account.id}"
    return SharesExported(
        file=await kept_file(house, f"{name}-r{paper.account.revision}.{request.format.value}", content, call),
        scope=scope_of(paper.account),
        year=paper.account.year,
        revision=paper.account.revision,
        draft=paper.draft,
    )


async def kept_file(house: House, name: str, content: bytes, call: Call) -> FileRef:
    """Put a file on the shelf and return where it is."""
    shelf = shelf_of(house)
    draft = await asyncio.to_thread(shelf.draft, call.now_utc)
    try:
        await asyncio.to_thread((draft / name).write_bytes, content)
        file = await asyncio.to_thread(shelf.keep, draft, draft / name, call.actor.name, call.now_utc)
    finally:
        await asyncio.to_thread(shelf.drop, draft)
    return ref_of(file)


def _scope(request: ExportShares) -> str:
    if (request.municipality is None) == (request.operator is None):
        raise RequestError("share_papers.whose")
    if request.operator is not None:
        return f"operator:{operator_id(request.operator.removeprefix('operator:'))}"
    municipality = (request.municipality or "").removeprefix(MUNICIPALITY)
    return municipality if municipality.isdecimal() else f"{MUNICIPALITY}{municipality}"


async def _content(house: House, request: ExportShares, paper: SharePaper, call: Call) -> bytes:
    if request.format is ShareFormat.JSON:
        return json_of(paper)
    texts, made_at_utc = catalogue(request.language), _made_at(paper, call)
    if request.format is ShareFormat.XLSX:
        return await heavy(house, share_workbook_of, book_of(paper, texts, made_at_utc))
    document: ShareDocument
    if request.paper is SharePaperKind.USE_OF_FUNDS:
        asked = ShowShareUses(municipality=scope_of(paper.account), year=paper.account.year, language=request.language)
        uses = await show_share_uses(house, asked, call)
        document = uses_of(uses, texts, call.now_utc, await seal_of(house, texts))
    else:
        document = statement_of(paper, texts, made_at_utc, await seal_of(house, texts))
    return await heavy(house, share_pdf_of, document)


def _made_at(paper: SharePaper, call: Call) -> datetime:
    """Return when the revision was settled: a statement is of that day, whenever it is printed."""
    return paper.revisions[0].made_at_utc if paper.revisions else call.now_utc
