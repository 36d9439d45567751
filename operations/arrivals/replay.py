"""Rejected messages decoded again, after a mapping or a decoder has been put right."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from core.books import RejectionFilter
from core.errors import NotFoundError, PayloadError, UnavailableError
from core.facts import Rejection
from core.ports import Batch
from core.readings import Reading
from core.texts import Finding
from ingest.deadline import Deadline, OverdueError
from ingest.messages import Memory, Message
from ingest.routing import Router
from operations.house import Call, House

BATCH = 100
"""How many rejections are read at once; progress is told and a cancel heeded between messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayRejections:
    """Which rejections: these numbers, or else all of a channel or with a text in the topic, not yet replayed."""

    ids: tuple[int, ...] = ()
    channel: str | None = None
    query: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """How many messages were tried, how many could now be used, and the readings they gave."""

    tried: int
    used: int
    readings: int


async def replay_rejections(house: House, request: ReplayRejections, call: Call) -> Replayed:
    """Decode rejected MQTT messages by today's inventory and store what they carry.

    A decoder's memory is empty, so what only makes sense after earlier messages (deltas) is left out.
    A message that is still wrong stays as it is. Raises `NotFoundError` for an unknown number and
    `UnavailableError` where readings cannot be stored.
    """
    if house.sink is None:
        raise UnavailableError("rejections.no_sink")
    total = len(request.ids) or (await house.ledger.rejections(_filter(request, 1, None))).total
    tried = used = stored = 0
    async for rejection in _wanted(house, request):
        call.progress(tried / max(total, 1), Finding.of("rejections.replaying", count=total, tried=tried))
        readings = _decode(house, rejection, call)
        tried += 1
        if readings:
            await house.sink.put(Batch(readings, rejection.received_at_utc))
            await house.ledger.mark_replayed([rejection.id], call.now_utc)
            used, stored = used + 1, stored + len(readings)
        await asyncio.sleep(0)
    return Replayed(tried=tried, used=used, readings=stored)


async def _wanted(house: House, request: ReplayRejections) -> AsyncIterator[Rejection]:
    for number in request.ids:
        rejection = await house.ledger.rejection(number)
        if rejection is None:
            raise NotFoundError("rejections.unknown", id=number)
        yield rejection
    cursor: str | None = None
    while not request.ids:
        page = await house.ledger.rejections(_filter(request, BATCH, cursor))
        for rejection in page.items:
            if rejection.replayed_at_utc is None:
                yield rejection
        cursor = page.next_cursor
        if cursor is None:
            return


def _decode(house: House, rejection: Rejection, call: Call) -> list[Reading]:
    kind, _, broker = rejection.channel.partition(":")
    if kind != "mqtt":
        return []
    router = Router(house.inventory(), broker, ZoneInfo(house.time_zone), house.day(call.now_utc))
    message = Message(broker, rejection.subject, rejection.payload, rejection.received_at_utc)
    readings: list[Reading] = []
    with Deadline() as deadline:
        for route in router.routes(message.topic):
            with suppress(PayloadError, OverdueError):
                readings += deadline.run(route.decode, message, route.binding, Memory()).readings
    return readings


def _filter(request: ReplayRejections, limit: int, cursor: str | None) -> RejectionFilter:
    return RejectionFilter(channel=request.channel, query=request.query, limit=limit, cursor=cursor)
