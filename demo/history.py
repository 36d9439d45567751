"""Thirteen months that never were: registers, vehicles and sessions before the live world begins.

The same physics and the same chance as the live world's, so the live registers count on where
these end. Everything written here is marked as generated.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

from core.books import HistoryBook, SessionBook
from core.facts import GeneratedSpan, LastValue
from core.fleet import PresenceBook
from core.inventory import Inventory
from core.periods import SLOT, Period
from core.ports import BulkSink, Clock
from core.station_events import StationEventBook
from core.vouchers import VoucherBook
from core.work import BookingBook
from demo.grid import intensity_of, prices_of
from demo.past import DAY_S, SLOT_S, Past, weather_of
from demo.past_events import past_events
from demo.series import Series
from demo.store_room import hand_readings
from demo.stories import Story

_SESSIONS_AT_ONCE = 1000
_FACTS_AT_ONCE = 2000
_WEATHER_EVERY_S = 60.0
_ZONE = "Europe/Berlin"

Progress = Callable[[float], None]
"""Told which share of the work is done, 0 to 1."""


class HistoryLedger(SessionBook, StationEventBook, HistoryBook, BookingBook, PresenceBook, VoucherBook, Protocol):
    """The books that history writes into."""


@dataclass(frozen=True, slots=True)
class HistoryResult:
    """What was written (nothing where it had been there already), and the stories told."""

    period: Period
    readings: int
    sessions: int
    sources: int
    stories: tuple[Story, ...]


async def write_history(
    inventory: Inventory,
    bulk: BulkSink,
    ledger: HistoryLedger,
    end_utc: datetime,
    *,
    token_of: Callable[[str], str],
    months: int = 13,
    seed: int,
    last: Iterable[LastValue] = (),
    progress: Progress | None = None,
) -> HistoryResult:
    """Write the months before `end_utc` and mark them as generated; `token_of` is the pseudonym of a card.

    `last` are the last values in the store. A complete history is continued from there: what
    happened while nobody watched. One that was interrupted is written again, with its own end and
    seed, so that nothing appears twice. Where the store has values but no history, none is written:
    it could not end where they begin.
    """
    spans = await ledger.generated_spans()
    known = tuple(last)
    past, period = _new_past(inventory, spans, known, end_utc, months=months, seed=seed)
    if past is None:
        return HistoryResult(period, 0, 0, 0, ())
    tell = progress or (lambda _share: None)
    # Marks before data, so that nothing generated stands unmarked; the vehicles' come last of all
    # and after their data: without them the next start knows that the history was interrupted.
    await ledger.mark_generated([past.span(source) for source in sorted(past.places() | past.outdoors())])
    sessions = await _write_sessions(past, ledger, token_of)
    await _book_readings(past, inventory, ledger)
    await _write_fleet(past, ledger)
    readings = await _put(bulk, past.outdoor_columns(), end_utc)
    for done, site in enumerate(past.scenes, start=1):
        readings += await _put(bulk, await asyncio.to_thread(past.columns_of, site), end_utc)
        tell(done / (len(past.scenes) + 1))
    readings += await _put(bulk, await asyncio.to_thread(past.vehicle_columns), end_utc)
    await ledger.mark_generated([past.span(source) for source in sorted(past.vehicles())])
    tell(1.0)
    return HistoryResult(period, readings, sessions, len(past.sources()), past.stories)


async def watch_outdoors(inventory: Inventory, bulk: BulkSink, clock: Clock, *, seed: int, stop: asyncio.Event) -> None:
    """Write temperature and intensities of each day once it is over, until `stop` is set."""
    # From yesterday on: the demo may have been stopped before midnight and started again right after it.
    told_s = (clock().timestamp() // DAY_S - 1) * DAY_S
    while not stop.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _WEATHER_EVERY_S)
        now_utc = clock()
        today_s = now_utc.timestamp() // DAY_S * DAY_S
        await _put(bulk, weather_of(inventory, seed, told_s, today_s), now_utc)
        await _put(bulk, intensity_of(seed, told_s, today_s), now_utc)
        await _put(bulk, prices_of(seed, told_s, today_s), now_utc)
        told_s = today_s


async def _put(bulk: BulkSink, columns: Iterable[Series], received_at_utc: datetime) -> int:
    stored = 0
    for column in columns:
        stored += await bulk.put_series(column.source, column.quantity, column.at_ms, column.values, received_at_utc)
    return stored


async def _book_readings(past: Past, inventory: Inventory, ledger: BookingBook) -> None:
    """Book what was read by hand, once."""
    for event in hand_readings(inventory, past.seed, past.period):
        made = {known.at_utc for known in await ledger.bookings_made(event.source)}
        if event.at_utc not in made:
            await ledger.book(event)


async def _write_fleet(past: Past, ledger: HistoryLedger) -> None:
    """Keep where vehicles were and what their papers say; what is there already stays."""
    presences = await asyncio.to_thread(lambda: list(past.presences()))
    for first in range(0, len(presences), _FACTS_AT_ONCE):
        await ledger.save_presences(presences[first : first + _FACTS_AT_ONCE])
    await ledger.keep_vouchers(list(past.vouchers()))


async def _write_sessions(past: Past, ledger: HistoryLedger, token_of: Callable[[str], str]) -> int:
    sessions = await asyncio.to_thread(lambda: list(past.sessions(token_of)))
    for first in range(0, len(sessions), _SESSIONS_AT_ONCE):
        await ledger.save_sessions(sessions[first : first + _SESSIONS_AT_ONCE])
    events = list(past_events(sessions, past.period))
    for first in range(0, len(events), _FACTS_AT_ONCE):
        await ledger.save_events(events[first : first + _FACTS_AT_ONCE])
    return len(sessions)


def _new_past(
    inventory: Inventory,
    spans: Sequence[GeneratedSpan],
    last: Sequence[LastValue],
    end_utc: datetime,
    *,
    months: int,
    seed: int,
) -> tuple[Past | None, Period]:
    """Return what is still to be written, if anything, and its period."""
    end_utc = _slot_before(end_utc)
    if not spans:
        period = Period(_months_before(end_utc, months, inventory), end_utc)
        return (None if last else Past(inventory, seed, period, {})), period
    seed = spans[0].seed
    begun = Period(min(span.start_utc for span in spans), min(span.end_utc for span in spans))
    past = Past(inventory, seed, begun, {})
    if not past.sources() <= {span.source for span in spans}:
        return past, begun
    resumed_utc = _slot_before(max((value.at_utc for value in last), default=end_utc) + SLOT)
    if resumed_utc >= end_utc:
        return None, Period(end_utc, end_utc)
    positions = {(value.source, value.quantity): value.value for value in last}
    period = Period(resumed_utc, end_utc)
    return Past(inventory, seed, period, positions), period


def _slot_before(at_utc: datetime) -> datetime:
    return datetime.fromtimestamp(at_utc.timestamp() // SLOT_S * SLOT_S, UTC)


def _months_before(end_utc: datetime, months: int, inventory: Inventory) -> datetime:
    """Return the first local midnight of the month that lies `months` before."""
    zone = ZoneInfo(next((site.time_zone for site in inventory.sites.values()), _ZONE))
    day = end_utc.astimezone(zone).date()
    month = day.year * 12 + day.month - 1 - months
    return datetime.combine(date(month // 12, month % 12 + 1, 1), time(), tzinfo=zone)
