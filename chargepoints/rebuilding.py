"""Sessions made again from a station's journal, by the rules of today: what was answered then stays answered."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from chargepoints.decoding.events import Arrival, Event, EvidenceKind, TransactionEvidence
from chargepoints.packing import pack, unpack
from chargepoints.replay import Replay, Told
from chargepoints.sessions import session_id, sessions_of
from chargepoints.signs import Sign, sign_of
from chargepoints.transactions import max_power_w
from core.facts import ChargeSession
from core.inventory import Inventory
from core.ports import Journal

_BEFORE = timedelta(hours=1)
_AFTER = 8

Number = Callable[[str, str], Awaitable[int]]
"""Gives the number of a start by its station and natural key, where a crash kept it out of the journal."""


@dataclass(slots=True)
class Rebuilt:
    """What a station's journal tells: its sessions, from which frame on, of how many."""

    sessions: tuple[ChargeSession, ...] = ()
    first_frame: int = 0
    frames: int = 0


@dataclass(slots=True)
class _Station:
    """What is gathered of one station."""

    cases: defaultdict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    signs: defaultdict[int | None, dict[Sign, None]] = field(default_factory=lambda: defaultdict(dict))

    def take(self, arrival: Arrival, event: Event) -> None:
        if isinstance(event, TransactionEvidence):
            self.cases[session_id(arrival.station, arrival.protocol, event.transaction)].append(pack(event))
        if (sign := sign_of(arrival, event)) is not None:
            self.signs[sign.connector][sign] = None

    def sessions(self, inventory: Inventory, station: str) -> Iterable[ChargeSession]:
        ordered = {connector: sorted(signs, key=lambda sign: sign.at_utc) for connector, signs in self.signs.items()}
        for packed in self.cases.values():
            evidence = [unpack(each) for each in packed]
            connector = next((item.connector for item in evidence if item.connector is not None), None)
            signs = [sign for at in (None, connector) for sign in _around(evidence, ordered.get(at, ()))]
            yield from sessions_of(evidence, max_power_w(inventory, station, connector), signs)


async def rebuild(
    journal: Journal, replay: Replay, inventory: Inventory, *, station: str, after: int, number: Number
) -> Rebuilt:
    """Return the sessions that a station's frames above `after` tell of; what began before is not whole."""
    rebuilt, gathered = Rebuilt(), _Station()
    async for frame in journal.frames(after, station):
        rebuilt.first_frame = rebuilt.first_frame or frame.id
        rebuilt.frames += 1
        told = replay.feed(frame)
        if isinstance(told, Told):
            gathered.take(told.arrival, told.event)
    for told in replay.acknowledged():
        gathered.take(told.arrival, told.event)
    for held in replay.undecided():
        event = held.decoded.event
        if isinstance(event, TransactionEvidence):
            if event.kind is EvidenceKind.BEGIN and not event.transaction:
                event = replace(event, transaction=str(await number(station, event.natural_key)))
            gathered.take(held.arrival, event)
    rebuilt.sessions = tuple(gathered.sessions(inventory, station))
    return rebuilt


def _around(evidence: Sequence[TransactionEvidence], signs: Sequence[Sign]) -> Sequence[Sign]:
    """Return the signs during a transaction, and the first ones after all that is said of it."""
    instants = [item.stamp.at_utc for item in evidence]
    instants += [item.arrival.received_at_utc for item in evidence]
    instants += [sample.stamp.at_utc for item in evidence for sample in item.samples]
    begin = bisect_left(signs, min(instants) - _BEFORE, key=lambda sign: sign.at_utc)
    end = bisect_right(signs, max(instants), key=lambda sign: sign.at_utc)
    return signs[begin : end + _AFTER]
