"""What happened at stations, gathered between two writes: states, contacts, boots, errors, and what was odd.

Nothing is kept twice, however often the journal is read: what a frame tells has the same id each time,
counts know up to which frame they have counted, and a state that is only said again is no event.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from chargepoints.decoding.events import (
    Arrival,
    Booted,
    DataTransferred,
    Event,
    Happening,
    HappeningsReported,
    OtherLimit,
    ReservationEnded,
    SecurityNoticed,
    StatusReported,
)
from chargepoints.plugs import Plugs
from chargepoints.replay import Replay, Told, Unused
from core.ports import Journal
from core.station_events import (
    COUNTED,
    SERVICE,
    SPAN,
    Contact,
    StationEvent,
    StationEventBook,
    StationEventKind,
    span_of,
)
from core.texts import Finding

STARTED, STOPPED = "started", "stopped"

_MINUTE = timedelta(minutes=1)
_MOST_A_MINUTE = 1000
_WRITE_AT_ONCE = 2000
_SHOWN = 100


class Chronicle:
    """Events until they are written. `left_out` counts what a station said beyond 1,000 events a minute."""

    def __init__(self) -> None:
        self.left_out = 0
        self.speaks_for_all = True
        """Whether the service begins and ends with this process; not while others of it run."""
        self.plugs = Plugs()
        self._waiting: dict[str, StationEvent] = {}
        self._running: dict[str, StationEvent] = {}
        self._states: dict[tuple[str, int], StationEvent] = {}
        self._pace: dict[str, tuple[datetime, int]] = {}

    def load(self, newest: Iterable[StationEvent]) -> str | None:
        """Go on from what the book has (see `newest_events`); return what the service last did, None at first."""
        last = None
        for event in newest:
            if event.kind in COUNTED:
                self._running[event.id] = event
            elif event.kind is StationEventKind.STATUS:
                self._states[event.station, event.connector] = event
            elif event.kind is StationEventKind.SERVICE:
                last = event.code
        return last

    def serving(self, code: str, at_utc: datetime, received_at_utc: datetime) -> None:
        """Note that the service began or ended to listen."""
        if self.speaks_for_all:
            self.add(
                StationEvent(
                    station=SERVICE,
                    kind=StationEventKind.SERVICE,
                    at_utc=at_utc,
                    received_at_utc=received_at_utc,
                    code=code,
                )
            )

    def contact(self, station: str, contact: Contact, at_utc: datetime, received_at_utc: datetime) -> None:
        """Note that a station came or went."""
        self.add(
            StationEvent(
                station=station,
                kind=StationEventKind.CONNECTION,
                at_utc=at_utc,
                received_at_utc=received_at_utc,
                code=contact.value,
            )
        )

    def booted(self, arrival: Arrival, said: Booted) -> None:
        """Note that a station started."""
        boot = _told(arrival, StationEventKind.BOOT, said.firmware)
        self.add(replace(boot, info=f"{said.maker} {said.model}".strip()))

    def status(self, arrival: Arrival, said: StatusReported) -> None:
        """Note the state of an outlet, and the error that came with it, unless both are only said again."""
        known = self._states.get((arrival.station, said.connector))
        event = replace(
            _told(arrival, StationEventKind.STATUS, said.status.value),
            connector=said.connector,
            at_utc=said.stamp.at_utc,
            info=said.error_code,
        )
        if known is not None and _says_nothing_new(event, known):
            return
        if self.add(event):
            self._states[arrival.station, said.connector] = event
            if said.error_code and (known is None or known.info != said.error_code):
                self.add(replace(event, kind=StationEventKind.ERROR, code=said.error_code, info=said.info))

    def heard(self, arrival: Arrival, event: Event) -> None:
        """Note what else a station tells: of its monitors, of reservations, of other people's limits, its maker's."""
        match event:
            case HappeningsReported():
                for item in event.happenings:
                    self.add(_monitored(arrival, item))
            case OtherLimit():
                finding = Finding.of("ocpp.other_limit_gone" if event.cleared else "ocpp.other_limit", who=event.source)
                limit = _told(arrival, StationEventKind.LIMIT, event.source)
                self.add(replace(limit, connector=event.connector, finding=finding))
            case SecurityNoticed():
                named = event.type[:_SHOWN]
                noticed = _told(arrival, StationEventKind.SECURITY, named)
                finding = Finding.of("ocpp.security_event", type=named)
                self.add(replace(noticed, at_utc=event.stamp.at_utc, info=event.info[:_SHOWN], finding=finding))
            case ReservationEnded():
                code = "expired" if event.expired else "removed"
                texts = {"expired": "ocpp.reservation_expired", "removed": "ocpp.reservation_removed"}
                ended = _told(arrival, StationEventKind.RESERVATION, code)
                self.add(replace(ended, finding=Finding.of(texts[code], number=event.number)))
            case DataTransferred():
                own = _told(arrival, StationEventKind.MAKER, event.vendor[:_SHOWN])
                self.add(replace(own, info=event.message[:_SHOWN]))

    def count(self, station: str, kind: StationEventKind, finding: Finding, at_utc: datetime, frame: int = 0) -> bool:
        """Count something that may come often, and return whether it is the first in its quarter of an hour.

        `frame` is the journal id of the frame that tells of it.
        """
        event = StationEvent(
            station=station,
            kind=kind,
            at_utc=at_utc,
            received_at_utc=at_utc,
            code=_code(finding),
            finding=finding,
            frame=frame,
            last_frame=frame,
        )
        known = self._running.get(event.id)
        if known is not None:
            if 0 < frame <= known.last_frame:
                return False
            event = replace(known, finding=finding, count=known.count + 1, last_frame=max(frame, known.last_frame))
        self._running[event.id] = self._waiting[event.id] = event
        return known is None

    def add(self, event: StationEvent) -> bool:
        """Note an event of a kind that is not counted; return False if the station says too much at the moment."""
        minute, events = self._pace.get(event.station, (event.received_at_utc, 0))
        if event.received_at_utc - minute >= _MINUTE:
            minute, events = event.received_at_utc, 0
        if events >= _MOST_A_MINUTE:
            self.left_out += 1
            return False
        self._pace[event.station] = minute, events + 1
        self._waiting[event.id] = event
        return True

    def tell(self, told: Told | Unused) -> None:
        """Note what a frame tells, when the journal is read for events alone."""
        arrival = told.arrival
        if isinstance(told, Unused):
            kind = StationEventKind.REFUSED
            self.count(arrival.station, kind, told.finding, arrival.received_at_utc, arrival.frame)
            return
        for finding in told.findings:
            self.count(arrival.station, StationEventKind.NOTICE, finding, arrival.received_at_utc, arrival.frame)
        match told.event:
            case StatusReported():
                self.status(arrival, self.plugs.combined(arrival.station, told.event))
            case Booted():
                self.booted(arrival, told.event)
            case event:
                self.heard(arrival, event)

    @property
    def is_full(self) -> bool:
        """Return whether it is time to write."""
        return len(self._waiting) >= _WRITE_AT_ONCE

    async def write(self, book: StationEventBook) -> None:
        """Write what was gathered."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, {}
        await book.save_events(tuple(waiting.values()))
        over = span_of(max(event.received_at_utc for event in waiting.values())) - SPAN
        self._running = {key: event for key, event in self._running.items() if event.received_at_utc >= over}


async def rebuild_events(journal: Journal, book: StationEventBook, replay: Replay, station: str | None = None) -> int:
    """Make all events that the journal tells of (of a station) from it again; return how many frames were read.

    Events of frames that are sealed, as they were no JSON, stay as they are.
    """
    chronicle, frames = Chronicle(), 0
    async for frame in journal.frames(0, station):
        if not frames:
            await book.forget_journalled_events(frame.id, station)
        frames += 1
        if not frame.sealed and (told := replay.feed(frame)) is not None:
            chronicle.tell(told)
        if chronicle.is_full:
            await chronicle.write(book)
    for told in replay.acknowledged():
        chronicle.tell(told)
    await chronicle.write(book)
    return frames


def _told(arrival: Arrival, kind: StationEventKind, code: str) -> StationEvent:
    at_utc = arrival.received_at_utc
    return StationEvent(
        station=arrival.station,
        kind=kind,
        at_utc=at_utc,
        received_at_utc=at_utc,
        code=code,
        frame=arrival.frame,
        last_frame=arrival.frame,
    )


def _monitored(arrival: Arrival, item: Happening) -> StationEvent:
    code = "ocpp.monitor_cleared" if item.cleared else "ocpp.monitor_noticed"
    return replace(
        _told(arrival, StationEventKind.MONITOR, item.name),
        connector=item.connector,
        at_utc=item.stamp.at_utc,
        info=f"{item.value} {item.info}".strip(),
        finding=Finding.of(code, name=item.name, value=item.value),
    )


def _says_nothing_new(event: StationEvent, known: StationEvent) -> bool:
    """Return whether a frame was read before, or the same state is said of a later instant."""
    if 0 < event.frame <= known.frame:
        return True
    return (event.code, event.info) == (known.code, known.info) and event.at_utc >= known.at_utc


def _code(finding: Finding) -> str:
    """Return the code to count by: of a repaired breach its name, of all else the finding's."""
    return str(dict(finding.params).get("quirk") or finding.code)
