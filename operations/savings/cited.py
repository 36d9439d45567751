"""The values of a series of intensities as they are cited: when each came in, and the file that brought it."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from core.evidence import Citation, CitedKind, Explanation
from core.periods import SLOT, Period
from core.texts import Finding
from energy.register_walk import at_utc, epoch_ms
from fleet.savings.timed import SeriesUsed, SessionSlots
from operations.grid.series import QUANTITY, GridSeries
from operations.house import House

IMPORTED: Final = "intensity.import"
AUDIT_AT_ONCE: Final = 200
AUDIT_PAGES: Final = 20
"""So many pages of the audit are looked through for the files that brought intensities."""


async def intensities_cited(house: House, used: SeriesUsed, slots: SessionSlots) -> dict[int, Explanation]:
    """Return the intensity of each quarter hour of a session as what was read, by where the quarter hour begins."""
    series = GridSeries.of(f"grid:{used.id}")
    if series is None or not len(slots.start_ms):
        return {}
    holds = timedelta(minutes=series.resolution_min)
    first, last = (at_utc(int(each)) for each in slots.start_ms[[0, -1]])
    arrivals = await house.query.arrivals(series.source, QUANTITY, Period(first - holds, last + SLOT))
    files = await _files(house, {each.received_at_utc for each in arrivals if each.received_at_utc is not None})
    found: dict[int, Explanation] = {}
    for arrival in arrivals:
        reading = arrival.reading
        leaf = _leaf(series, reading.at_utc, Decimal(repr(reading.value)), arrival.received_at_utc, files)
        begin_ms = epoch_ms(reading.at_utc)
        for at_ms in slots.start_ms.tolist():
            if begin_ms <= at_ms < begin_ms + holds / timedelta(milliseconds=1):
                found[at_ms] = leaf
    return found


def _leaf(
    series: GridSeries, at: datetime, value: Decimal, received: datetime | None, files: dict[datetime, str]
) -> Explanation:
    file = files.get(received, "") if received is not None else ""
    return Explanation(
        title=Finding.of("savings.intensity_of", id=series.id),
        value=value,
        unit="g/kWh",
        citation=Citation(
            kind=CitedKind.READING,
            reference=f"{series.source}/{QUANTITY.value}",
            value=value,
            unit="g/kWh",
            at_utc=at,
            received_at_utc=received,
            channel=f"sha256:{file}" if file else "",
        ),
        details={"boundary": series.boundary.value},
    )


async def _files(house: House, received: Collection[datetime]) -> dict[datetime, str]:
    """Return the digest of the file that came in at each instant: the audit has the import of the same moment."""
    found: dict[datetime, str] = {}
    cursor = None
    for _ in range(AUDIT_PAGES):
        page = await house.ledger.audit_entries(AUDIT_AT_ONCE, cursor)
        for entry in page.items:
            if entry.action == IMPORTED and (at := _same(entry.at_utc, received)) is not None:
                found[at] = str(json.loads(entry.detail or "{}").get("upload", entry.subject))
        cursor = page.next_cursor
        if cursor is None or len(found) == len(received):
            break
    return found


def _same(at: datetime, received: Collection[datetime]) -> datetime | None:
    """Return the one of some instants that is `at` to the millisecond: no store keeps more."""
    return next((each for each in received if epoch_ms(each) == epoch_ms(at)), None)
