"""All that is stored of a card or of a vehicle that one person uses, part by part, as rows."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from config.entries import fields_of
from config.findings import HIDDEN
from core.books import RejectionFilter
from core.facts import ChargeSession
from core.intervals import Resolution
from core.inventory import Entry, Vehicle
from core.periods import Period
from operations.house import House
from operations.privacy.card import AT_ONCE, Card, audit_of, sessions_with
from operations.privacy.customer import told_with_card
from operations.privacy.plain import plain, plain_row

Rows = AsyncIterator[Mapping[str, Any]]
Parts = Mapping[str, Callable[[], Rows]]
"""The parts of a file, by name; each is read when it is written."""

EVER: Final = Period(datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
_DAYS: Final = (date(2000, 1, 1), date(2199, 12, 31))
_NUMBER: Final = re.compile(r"(?m)^(\s*uid(?:_sealed)?:).*$")


def of_card(house: House, card: Card, now_utc: datetime) -> Parts:
    """Return what is stored of a card, its own sessions among it."""
    return {
        "entries": lambda: _entries("tags", card.entries),
        "changes": lambda: _changes(house, "tags", card.ids),
        "sessions": lambda: _plain(sessions_with(house, card.pseudonym)),
        "valuations": lambda: _valuations(house, sessions_with(house, card.pseudonym)),
        "readings": lambda: _readings_of_sessions(house, sessions_with(house, card.pseudonym), now_utc),
        "frames": lambda: _frames(house, card),
        "discoveries": lambda: _discoveries(house, card),
        "rejections": lambda: _rejections(house, card),
        "customer": lambda: told_with_card(house, card.pseudonym),
        "audit": lambda: _plain(audit_of(house, "tags", card.ids)),
    }


def of_vehicle(house: House, vehicle: Vehicle) -> Parts:
    """Return what is stored of a vehicle."""
    books, name = house.ledger, [vehicle.id]
    return {
        "entries": lambda: _entries("vehicles", [vehicle]),
        "changes": lambda: _changes(house, "vehicles", name),
        "readings": lambda: _readings(house, vehicle.source, EVER),
        "intervals": lambda: _intervals(house, vehicle.source),
        "presences": lambda: _kept(books.presences(name, EVER)),
        "vehicle_days": lambda: _kept(books.vehicle_days(*_DAYS, name)),
        "vehicle_months": lambda: _kept(books.vehicle_months(*_DAYS, name)),
        "valuations": lambda: _kept(books.valuations(EVER, name)),
        "sessions": lambda: _sessions_of_vehicle(house, vehicle),
        "vouchers": lambda: _kept(books.vouchers_during(EVER, name)),
        "bookings": lambda: _kept(books.bookings([vehicle.source])),
        "audit": lambda: _plain(audit_of(house, "vehicles", (vehicle.id,))),
    }


async def _plain(found: AsyncIterator[Any]) -> Rows:
    async for each in found:
        yield plain_row(each)


async def _kept(asked: Any) -> Rows:
    for each in await asked:
        yield plain_row(each)


async def _entries(kind: str, entries: Iterable[Entry]) -> Rows:
    for entry in entries:
        for name, value in fields_of(entry).items():
            yield {"entry": f"{kind}/{entry.id}", "field": name, "value": value}


async def _changes(house: House, kind: str, names: Sequence[str]) -> Rows:
    history = await asyncio.to_thread(house.managed.history) if house.managed else ()
    for change in history:
        if change.kind == kind and change.entry in names:
            said = {side: _NUMBER.sub(rf"\1 {HIDDEN}", getattr(change, side) or "") for side in ("before", "after")}
            yield {**plain_row(change), **said}


async def _valuations(house: House, sessions: AsyncIterator[ChargeSession]) -> Rows:
    async for session in sessions:
        for version in await house.ledger.valuations_of(session.id):
            yield plain_row(version)


async def _readings_of_sessions(house: House, sessions: AsyncIterator[ChargeSession], now_utc: datetime) -> Rows:
    async for session in sessions:
        period = Period(session.begun_at_utc, max(session.ended_at_utc or now_utc, session.begun_at_utc))
        async for row in _readings(house, session.source, period, session=session.id):
            yield row


async def _readings(house: House, source: str, period: Period, **more: Any) -> Rows:
    for last in await house.query.last([source]):
        for reading in await house.query.readings(source, last.quantity, period):
            yield {
                **more,
                "source": source,
                "quantity": last.quantity.value,
                "at_utc": plain(reading.at_utc),
                "value": reading.value,
                "quality": reading.quality.value,
            }


async def _intervals(house: House, source: str) -> Rows:
    if house.intervals is None:
        return
    keys = [(source, last.quantity) for last in await house.query.last([source])]
    for resolution in (Resolution.SLOT, Resolution.DAY):
        amounts = await house.intervals.amounts(resolution, keys, EVER)
        means = await house.intervals.means(resolution, keys, EVER)
        counted = {key: (rows.start_ms, rows.thousandths / 1000) for key, rows in amounts.items()}
        held = {key: (rows.start_ms, rows.mean) for key, rows in means.items()}
        for (_, quantity), (start_ms, values) in {**counted, **held}.items():
            for at_ms, value in zip(start_ms.tolist(), values.tolist(), strict=True):
                yield {
                    "source": source,
                    "quantity": quantity.value,
                    "resolution": resolution.value,
                    "begin_utc": plain(datetime.fromtimestamp(at_ms / 1000, UTC)),
                    "value": value,
                }


async def _sessions_of_vehicle(house: House, vehicle: Vehicle) -> Rows:
    for valuation in await house.ledger.valuations(EVER, [vehicle.id]):
        session = await house.ledger.session(valuation.session)
        if session is not None:
            yield plain_row(session)


async def _frames(house: House, card: Card) -> Rows:
    if house.frame_eraser is not None:
        for frame in await house.frame_eraser.frames_with(card.pseudonym.encode()):
            yield {
                "id": frame.id,
                "station": frame.station,
                "at_utc": plain(frame.at_utc),
                "direction": frame.direction.value,
                "protocol": frame.protocol,
                "message": frame.payload.decode("utf-8", "backslashreplace"),
            }


async def _discoveries(house: House, card: Card) -> Rows:
    for each in await house.ledger.discoveries("tag"):
        if each.subject == card.pseudonym:
            yield plain_row(each)


async def _rejections(house: House, card: Card) -> Rows:
    cursor: str | None = None
    while True:
        page = await house.ledger.rejections(RejectionFilter(channel="ocpp", limit=AT_ONCE, cursor=cursor))
        for each in page.items:
            if card.pseudonym.encode() in each.payload:
                yield plain_row(each)
        cursor = page.next_cursor
        if cursor is None:
            return
