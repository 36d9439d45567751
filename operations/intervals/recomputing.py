"""Quarter hours and days of a source computed again because somebody wants it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from annotated_types import Len

from core.errors import NotFoundError, RequestError
from core.intervals import SeriesKey
from core.periods import Period, local_day
from core.work import DirtySpan
from operations.house import Call, House
from operations.intervals.plans import EPOCH_UTC
from operations.intervals.start import RULE
from operations.keepers import EntryKind, must_keep

KINDS: dict[str, EntryKind] = {
    "meter": EntryKind.METERS,
    "station": EntryKind.STATIONS,
    "vehicle": EntryKind.VEHICLES,
    "plant": EntryKind.PLANTS,
}
"""The kind of entry that a source is, by how its id begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recompute:
    """Which sources (`meter:schule-strom`; a station means its outlets too), and from which day on: by default all."""

    sources: Annotated[tuple[str, ...], Len(1, 100)]
    since: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToRecompute:
    """How many series the next run of the interval job computes again."""

    series: int


async def recompute_intervals(house: House, request: Recompute, call: Call) -> ToRecompute:
    """Let the interval job compute sources again, as far back as wanted and as their readings reach.

    Raises `NotFoundError` for an unknown source, `ForbiddenError` for one that the actor does not keep,
    and `RequestError` for a day to come; nothing is marked then.
    """
    for source in request.sources:
        _must_keep(house, source, call)
    start_utc = EPOCH_UTC if request.since is None else local_day(request.since, ZoneInfo(house.time_zone)).start_utc
    if start_utc >= call.now_utc:
        raise RequestError("intervals.since_ahead", since=str(request.since))
    keys = [key for key in await _series(house) if _is_of(key, request.sources)]
    span = Period(start_utc, call.now_utc)
    await house.ledger.mark_dirty([DirtySpan(source=key[0], quantity=key[1], period=span, reason=RULE) for key in keys])
    return ToRecompute(series=len(keys))


def _must_keep(house: House, source: str, call: Call) -> None:
    kind, site = KINDS.get(source.partition(":")[0]), house.inventory().site_of(source)
    if kind is None or site is None:
        raise NotFoundError("intervals.source_unknown", source=source[:80])
    must_keep(call.actor, kind, [site])


async def _series(house: House) -> list[SeriesKey]:
    """Return all series that were ever read or booked."""
    read = {(last.source, last.quantity) for last in await house.query.last()}
    return sorted(read | {(event.source, event.quantity) for event in await house.ledger.bookings()})


def _is_of(key: SeriesKey, sources: Iterable[str]) -> bool:
    return any(key[0] == source or key[0].startswith(f"{source}/") for source in sources)
