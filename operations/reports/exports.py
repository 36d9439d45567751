"""Exports: readings, quarter hours, days and months of chosen series as a file for spreadsheets and programs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import closing
from enum import StrEnum
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from core.documents import MEDIA_TYPES
from core.errors import ForbiddenError, NotFoundError, UnavailableError
from core.periods import Period
from core.quantities import Quantity
from core.readings import SlotShare
from core.texts import Catalogue, Finding, catalogue
from operations.evidence.figures import local_text, span_of
from operations.house import Call, House
from operations.reports.export_reading import Series, intervals_of, readings_of, series_of
from operations.reports.export_rows import (
    Exported,
    ExportFormat,
    ExportIntervals,
    ExportReadings,
    ExportResolution,
    FileRef,
)
from reports.columns import About, Block, Column, ColumnKind, CsvStyle
from reports.shelf import FileShelf, KeptFile
from reports.tables import table_file

Pieces = Callable[[Series, Period], AsyncIterator[Block]]

_SAME: Final = ("source", "name", "site", "quantity", "unit")
_READING: Final = (("value", ColumnKind.NUMBER), ("quality", ColumnKind.TEXT))
_INTERVAL: Final = (
    ("value", ColumnKind.NUMBER),
    ("minimum", ColumnKind.NUMBER),
    ("maximum", ColumnKind.NUMBER),
    ("share", ColumnKind.TEXT),
    *((f"{share.value}_percent", ColumnKind.NUMBER) for share in SlotShare),
)


async def export_readings(house: House, request: ExportReadings, call: Call) -> Exported:
    """Return a file with the readings as they came. Raises `NotFoundError` or `ForbiddenError` for a source."""
    columns = (("at_utc", ColumnKind.INSTANT), *((name, ColumnKind.TEXT) for name in _SAME), *_READING)

    def pieces(series: Series, period: Period) -> AsyncIterator[Block]:
        return readings_of(house, series, period)

    return await _export(house, request, columns, "readings", pieces, call)


async def export_intervals(house: House, request: ExportIntervals, call: Call) -> Exported:
    """Return a file with what was counted, or the mean, in each quarter hour, day or month, and how it is known."""
    columns = (("begin_utc", ColumnKind.INSTANT), *((name, ColumnKind.TEXT) for name in _SAME), *_INTERVAL)

    def pieces(series: Series, period: Period) -> AsyncIterator[Block]:
        return intervals_of(house, series, period, request.resolution)

    return await _export(house, request, columns, f"intervals_{request.resolution.value}", pieces, call)


async def _export(
    house: House,
    request: ExportReadings,
    named: tuple[tuple[str, ColumnKind], ...],
    what: str,
    pieces: Pieces,
    call: Call,
) -> Exported:
    texts, shelf = catalogue(request.language), shelf_of(house)
    period, until = _period(house, request)
    series = await series_of(
        house,
        request.sources,
        request.quantities,
        _words(request, texts),
        call,
        for_programs=_for_programs(request),
    )
    if not (isinstance(request, ExportIntervals) and request.resolution is ExportResolution.MONTH):
        series = _of_many(house, series, request.sources)
    columns = tuple(_column(name, kind, texts) for name, kind in named)
    draft = await asyncio.to_thread(shelf.draft, call.now_utc)
    try:
        about = _about(house, request, what, _span(request, until, " – "), texts, call)
        path = draft / _file_name(request, what, _span(request, until, "_"), texts)
        counted = await _write(path, request, columns, about, series, pieces, period, call)
        if not counted.rows:
            raise NotFoundError("exports.nothing_there", period=about.facts[0][1])
        kept = await asyncio.to_thread(shelf.keep, draft, path, call.actor.name, call.now_utc)
    finally:
        await asyncio.to_thread(shelf.drop, draft)
    return Exported(file=ref_of(kept), series=len(counted.series), rows=counted.rows)


def _of_many(house: House, series: Sequence[Series], named: Collection[str]) -> tuple[Series, ...]:
    """Return the series without those of vehicles that one person uses. Raises `ForbiddenError` if one was named."""
    inventory = house.inventory()
    refused = next((each for each in named if inventory.is_personal(each)), None)
    if refused is not None:
        raise ForbiddenError("exports.personal", source=inventory.name_of(refused))
    return tuple(each for each in series if not inventory.is_personal(each.key[0]))


async def _write(
    path: Path,
    request: ExportReadings,
    columns: tuple[Column, ...],
    about: About,
    series: Sequence[Series],
    pieces: Pieces,
    period: Period,
    call: Call,
) -> _Counted:
    """Write the series one after the other, and return what was written."""
    texts, counted = catalogue(request.language), _Counted()
    file = table_file(
        path,
        request.format.document,
        columns,
        about,
        style=request.style,
        offset=texts.say("exports.column.utc_offset"),
        note=texts.say("exports.note_file"),
    )
    with closing(file):
        for number, each in enumerate(series):
            call.progress(number / len(series), Finding.of("exports.writing", name=each.name))
            async for block in pieces(each, period):
                await asyncio.to_thread(file.add, block)
                counted.add(each, len(block.columns[0]))
        call.progress(1.0, Finding.of("exports.finishing"))
    return counted


def _span(request: ExportReadings, until: str, between: str) -> str:
    return request.period if until == request.period else f"{request.period}{between}{until}"


def _file_name(request: ExportReadings, what: str, span: str, texts: Catalogue) -> str:
    end = "zip" if request.format is ExportFormat.CSV else request.format.value
    return f"kreiswatt-{texts.say(f'exports.file_{what}')}-{span}.{end}"


class _Counted:
    def __init__(self) -> None:
        self.rows = 0
        self.series: set[tuple[str, Quantity]] = set()

    def add(self, series: Series, rows: int) -> None:
        self.rows += rows
        self.series.add(series.key)


def shelf_of(house: House) -> FileShelf:
    """Return where files lie. Raises `UnavailableError` where there is no place for them."""
    if house.shelf is None:
        raise UnavailableError("exports.no_shelf")
    return house.shelf


def ref_of(kept: KeptFile) -> FileRef:
    """Return a file on the shelf as programs get it."""
    return FileRef(
        id=kept.id,
        name=kept.name,
        media_type=MEDIA_TYPES.get(kept.name.rpartition(".")[2], "application/octet-stream"),
        size_byte=kept.size_byte,
        digest=kept.digest,
    )


def _period(house: House, request: ExportReadings) -> tuple[Period, str]:
    zone = ZoneInfo(house.time_zone)
    until = request.until or request.period
    first, last = span_of(request.period, zone).period, span_of(until, zone).period
    return Period(first.start_utc, last.end_utc), until


def _column(name: str, kind: ColumnKind, texts: Catalogue) -> Column:
    return Column(name, texts.say(f"exports.column.{name}"), kind, 1 if name.endswith("_percent") else 6)


def _about(house: House, request: ExportReadings, what: str, span: str, texts: Catalogue, call: Call) -> About:
    zone = ZoneInfo(house.time_zone)
    facts = {
        "period": span,
        "contents": texts.say(f"exports.what_{what}"),
        "sources": ", ".join(request.sources) or texts.say("exports.all_sources"),
        "times": texts.say(f"exports.times_{_clock(request)}", zone=house.time_zone),
        "made_at": local_text(call.now_utc, zone),
        "made_by": call.actor.name,
        "service": f"Kreiswatt {version('kreiswatt')}",
    }
    said = ["exports.about_units", "exports.about_readings" if what == "readings" else "exports.about_shares"]
    return About(
        sheet=texts.say("exports.about_sheet"),
        heading=texts.say("exports.about_heading"),
        facts=tuple((texts.say(f"exports.fact.{name}"), value) for name, value in facts.items()),
        remarks=tuple(texts.say(code) for code in said),
        made_at_utc=call.now_utc,
    )


def _clock(request: ExportReadings) -> str:
    return "utc" if _for_programs(request) else "local"


def _for_programs(request: ExportReadings) -> bool:
    iso = request.style is CsvStyle.ISO and request.format is ExportFormat.CSV
    return iso or request.format is ExportFormat.PARQUET


def _words(request: ExportReadings, texts: Catalogue) -> Callable[[StrEnum], str]:
    """Return how words are written: as people say them, or as programs know them."""
    if _for_programs(request):
        return lambda word: word.value
    prefixes = {"Quantity": "console.quantity.", "SlotShare": "evidence.share.", "ReadingQuality": "console.quality."}

    @cache  # asked for each row, and looked up in all catalogues
    def said(word: StrEnum) -> str:
        return texts.say(prefixes[type(word).__name__] + word.value)

    return said
