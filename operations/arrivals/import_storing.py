"""Storing the readings of a file: each series part by part, so that an import that breaks off can be taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

import numpy as np

from core.errors import UnavailableError
from core.imports import FileImport, ImportPart, ImportState
from core.intervals import SeriesKey
from core.ports import Batch
from core.readings import Reading
from core.texts import Finding
from core.work import MeterEvent
from energy.register_walk import at_utc
from energy.series import QUALITY_CODES
from ingest.files.placing import Placed
from operations.arrivals.import_reading import FileFound, SeriesFound, series_found
from operations.house import Call, House

PROBLEMS_KEPT: Final = 200
_AT_ONCE: Final = 5_000
QUALITIES: Final = {code: quality for quality, code in QUALITY_CODES.items()}


async def store_file(house: House, found: FileFound, call: Call) -> FileImport:
    """Store what a file adds, and return the import; one that is broken off says so and stays until it is withdrawn."""
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
    return await house.ledger.save_import(replace(made, state=ImportState.DONE))


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
        yield [Reading(*key, at_utc(at_ms), value / 1000, QUALITIES[quality]) for at_ms, value, quality in some]
