"""Who speaks on a broker: listening for some minutes, recognising devices, proposing entries for them.

Nothing is stored and nothing is published; the visit leaves no session at the broker. What is proposed is written by
`inventory.add`, once a person has said what nobody can hear: the site, what the meter is for.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Le, MaxLen

from core.errors import RequestError, UnavailableError
from core.inventory import Feed
from core.quantities import Quantity
from core.texts import Finding
from ingest.detective import Heard, Solved, investigate
from ingest.hearing import Hearing, Listener
from ingest.preview import Seen
from ingest.recognition import unknown_sample
from ingest.redaction import redact_topic
from operations.arrivals.detective_rows import Discovered, FoundDevice, HeardValue, OpenName, UnknownTopic
from operations.arrivals.entry_proposals import EntryProposal, entry_with, proposals_of
from operations.house import Call, House
from operations.values import Told

MOST_UNKNOWN = 200
DurationS = Annotated[int, Ge(1), Le(600)]
"""How long to listen; half an hour of silence is shorter than most people's patience with it."""
_FILTER = re.compile(r"(?:[^#+\0]*|\+)(?:/(?:[^#+/\0]*|\+))*(?:/#)?|#")


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoverDevices:
    """On which `broker` (the only one, if there is one) to listen to which `topics`, and for how many seconds.

    Topics are MQTT filters, such as `tele/#`.
    """

    broker: str | None = None
    topics: Annotated[tuple[str, ...], MaxLen(20)] = ("#",)
    duration_s: DurationS = 60


async def discover_devices(house: House, request: DiscoverDevices, call: Call) -> Discovered:
    """Return what a broker's devices said within some seconds, and how entries could read them.

    Raises `RequestError` for a filter that is none or a broker that must be named, `NotFoundError` for an unknown
    one, `UnavailableError` where it cannot be heard.
    """
    listener = _listener(house)
    broker = request.broker or _only(listener)
    for topic in request.topics:
        if not topic or not _FILTER.fullmatch(topic):
            raise RequestError("detective.filter_wrong", topic=topic[:80])

    def heard(fraction: float, hearing: Hearing) -> None:
        left_s = round((1 - fraction) * request.duration_s)
        doing = Finding.of("detective.listening", messages=hearing.messages, topics=len(hearing.tracks), left_s=left_s)
        call.progress(fraction * 0.97, doing)

    hearing = await listener.listen(broker, request.topics, request.duration_s, heard)
    call.progress(0.98, Finding.of("detective.investigating", messages=hearing.messages))
    solved = await _investigate(house, hearing, broker, listener.zone(broker))
    return _told(house, request, call, broker, hearing, solved)


def _listener(house: House) -> Listener:
    if house.listener is None or not house.listener.brokers:
        raise UnavailableError("detective.no_broker")
    return house.listener


def _only(listener: Listener) -> str:
    if len(listener.brokers) > 1:
        raise RequestError("detective.which_broker", known=", ".join(listener.brokers))
    return listener.brokers[0]


async def _investigate(house: House, hearing: Hearing, broker: str, zone: str) -> Solved:
    tracks = list(hearing.tracks.values())
    if house.worker is not None:
        return await house.worker.run(investigate, tracks, broker, zone)
    return await asyncio.to_thread(investigate, tracks, broker, zone)


def _told(
    house: House, request: DiscoverDevices, call: Call, broker: str, hearing: Hearing, solved: Solved
) -> Discovered:
    inventory, day = house.inventory(), house.day(call.now_utc)
    proposals = proposals_of(solved.devices, inventory, day)
    devices = [
        _device(heard, entry_with(inventory, heard.feed, day), proposal)
        for heard, proposal in zip(solved.devices, proposals, strict=True)
    ]
    unknown = [
        UnknownTopic(
            topic=redact_topic(track.topic), messages=track.count, retained=track.retained, sample=unknown_sample(track)
        )
        for track in solved.unknown[:MOST_UNKNOWN]
    ]
    return Discovered(
        broker=broker,
        duration_s=request.duration_s,
        messages=hearing.messages,
        retained=hearing.retained,
        topics=len(hearing.tracks),
        not_kept=hearing.unkept_topics + hearing.unkept_messages + hearing.dropped,
        devices=tuple(devices),
        unknown=tuple(unknown),
        devices_not_told=solved.untold,
        topics_not_told=len(solved.unknown) - len(unknown),
        trouble=Told.of(hearing.trouble) if hearing.trouble else None,
    )


def _device(heard: Heard, entry: str | None, proposal: EntryProposal) -> FoundDevice:
    feed: Feed = heard.feed
    return FoundDevice(
        format=feed.format,
        topic=redact_topic(feed.topic),
        device=feed.device,
        certain=not heard.doubts,
        confidence_percent=round(heard.confidence * 100),
        doubts=tuple(map(Told.of, heard.doubts)),
        warnings=tuple(map(Told.of, heard.warnings)),
        values=tuple(_value(heard.seen.values[quantity]) for quantity in Quantity if quantity in heard.seen.values),
        names=tuple(OpenName(name=each.name, example=each.example, target=each.target) for each in heard.part.names),
        topics=heard.topics,
        messages=heard.messages,
        retained=heard.retained,
        interval_s=heard.seen.interval_s,
        first_at_utc=heard.first_at_utc,
        last_at_utc=heard.last_at_utc,
        entry=entry,
        proposal=None if entry else proposal,
    )


def _value(seen: Seen) -> HeardValue:
    return HeardValue(
        quantity=seen.quantity,
        value=seen.newest,
        lowest=seen.lowest,
        highest=seen.highest,
        values_heard=seen.count,
        first_at_utc=seen.first_at_utc,
        last_at_utc=seen.last_at_utc,
        replayed=seen.replayed,
    )
