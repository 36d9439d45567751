"""The messages of one broker, sorted: readings, rejections, discoveries, notices.

Everything that comes is accounted for: a message either gives readings, or is kept as rejected with
its reason, or is counted as discovered, or is one of a known device that carries no readings.
A disk is finite, so repetition is kept as a number: of each topic at most `KEPT_PER_HOUR` rejected
payloads an hour are kept whole, the rest is counted in a notice of its source; of unknown topics
beyond `KEPT_DISCOVERIES` only their sum is kept, under the subject `#`. What a decoder does not get
through with in time is parked: kept whole, however often.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import PayloadError
from core.facts import Discovery, Notice, Rejection
from core.inventory import Inventory
from core.letters import OWN_TOPICS
from core.readings import Reading
from core.texts import Finding
from ingest.deadline import Deadline, OverdueError
from ingest.decoding import LARGEST_PAYLOAD_BYTES, decode
from ingest.messages import Memory, Message, Position, Request
from ingest.parking import KEPT_TOPICS, Parking, parked
from ingest.redaction import redact, redact_topic
from ingest.requests import Requests
from ingest.routing import Router, Routes, hint, needs_announcements

KEPT_PER_HOUR: Final = 10
KEPT_DISCOVERIES: Final = 2000
SAMPLE_BYTES: Final = 1024
THE_REST: Final = "#"
_LONGEST_CUT_BYTES: Final = 64
_HOUR: Final = timedelta(hours=1)
_NOTICE_PAUSE: Final = timedelta(minutes=1)
_EMPTY: Final = Memory()
_MILLISECOND: Final = timedelta(milliseconds=1)


@dataclass(slots=True)
class Catch:
    """What a batch of messages came to.

    `undated` tells of each message whether a redelivery would count again, because no time of the
    device says that it is the same.
    """

    readings: list[Reading] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    discoveries: list[Discovery] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    undated: list[bool] = field(default_factory=list)
    rejected: int = 0
    discovered: int = 0
    parked: int = 0
    requests: list[Request] = field(default_factory=list)
    early: list[Message] = field(default_factory=list)
    """Messages that were not read yet, as what they mean may still be announced."""
    positions: list[Position] = field(default_factory=list)
    """Where vehicles were; to be turned into the sites that they are at, and dropped."""

    def park(self, message: Message) -> bool:
        """Keep a message unread; return True, as nothing tells its redelivery from it."""
        self.parked += 1
        self.rejections.append(parked(message))
        return True


class Intake:
    """Sorts the messages of one broker; remembers what its decoders must know of each source."""

    def __init__(self, broker: str, zone: ZoneInfo, inventory: Callable[[], Inventory]) -> None:
        self._broker = broker
        self._channel = f"mqtt:{broker}"
        self._zone = zone
        self._inventory = inventory
        self._memories: dict[str, Memory] = {}
        self._arrivals: dict[str, datetime] = {}
        self._allowance = _Allowance()
        self._discovered: set[str] = set()
        self._tally = _Tally()
        self._asked = Requests()
        self._deadline = Deadline()
        self._parking = Parking()
        self._router: Router | None = None
        self._routed_inventory: Inventory | None = None
        self._routed_day: date | None = None

    def sort(self, messages: Iterable[Message], now_utc: datetime, *, patient: bool = False) -> Catch:
        """Return what the messages came to, in their order; `patient`, those that need announcements are early."""
        router = self._current_router(now_utc)
        catch = Catch()
        unknown: dict[str, _Sighting] = {}
        with self._deadline:
            for message in messages:
                routes = router.routes(message.topic)
                if message.topic.startswith(OWN_TOPICS):
                    catch.undated.append(False)
                elif self._parking.is_closed(message.topic, message.received_at_utc):
                    catch.undated.append(catch.park(message))
                elif patient and needs_announcements(message, routes):
                    catch.early.append(message)
                    catch.undated.append(True)
                elif routes:
                    catch.undated.append(self._read(message, routes, catch))
                else:
                    catch.undated.append(True)
                    catch.discovered += 1
                    self._see(message, unknown)
        catch.discoveries = [sighting.discovery(self._channel, subject) for subject, sighting in unknown.items()]
        catch.notices = self._tally.due(now_utc)
        catch.requests = self._asked.due(catch.requests, now_utc)
        return catch

    def rest(self) -> list[Notice]:
        """Return the notices that were still held back; asked for at the end."""
        return self._tally.rest()

    def _current_router(self, now_utc: datetime) -> Router:
        inventory = self._inventory()
        day = now_utc.astimezone(self._zone).date()
        if self._router is None or inventory is not self._routed_inventory or day != self._routed_day:
            self._router = Router(inventory, self._broker, self._zone, day)
            self._routed_inventory, self._routed_day = inventory, day
        return self._router

    def _read(self, message: Message, routes: Routes, catch: Catch) -> bool:
        undated = False
        for route in routes:
            source = route.binding.source
            message = self._in_turn(source, message)
            try:
                decoded = self._deadline.run(decode, message, route, self._memories.get(source, _EMPTY))
            except OverdueError:
                self._parking.close(message.topic, message.received_at_utc)
                return catch.park(message)
            except PayloadError as error:
                self._reject(message, source, error.finding, catch)
                undated = True
                continue
            self._memories[source] = decoded.memory
            if decoded.readings:
                self._arrivals[source] = message.received_at_utc
            catch.readings += decoded.readings
            catch.requests += decoded.requests
            catch.positions += decoded.positions
            undated |= not decoded.dated and bool(decoded.readings)
            for finding in decoded.notices:
                self._tally.add(source, finding, message.received_at_utc)
        return undated

    def _in_turn(self, source: str, message: Message) -> Message:
        """Return the message, received at least a millisecond after the source's last one with readings.

        After an outage a broker hands over what waited within the same millisecond. Values without a time
        of their own would otherwise replace each other, as a series has one value per instant.
        """
        last = self._arrivals.get(source)
        if last is not None and message.received_at_utc < last + _MILLISECOND:
            return replace(message, received_at_utc=last + _MILLISECOND)
        return message

    def _reject(self, message: Message, source: str, reason: Finding, catch: Catch) -> None:
        catch.rejected += 1
        if not self._allowance.keeps(message.topic, message.received_at_utc):
            finding = Finding.of("payload.rejected_not_kept", topic=redact_topic(message.topic), reason=reason.code)
            self._tally.add(source, finding, message.received_at_utc)
            return
        payload = message.payload
        if len(payload) > LARGEST_PAYLOAD_BYTES:
            payload = _sample(message.topic, payload)
        catch.rejections.append(
            Rejection(
                channel=self._channel,
                subject=redact_topic(message.topic),
                reason=reason,
                payload=redact(message.topic, payload),
                received_at_utc=message.received_at_utc,
            )
        )

    def _see(self, message: Message, unknown: dict[str, _Sighting]) -> None:
        subject = redact_topic(message.topic)
        if subject not in self._discovered:
            if len(self._discovered) < KEPT_DISCOVERIES:
                self._discovered.add(subject)
            else:
                subject = THE_REST
        sighting = unknown.get(subject)
        if sighting is None:
            unknown[subject] = _Sighting(message, message.received_at_utc)
        else:
            sighting.count += 1
            sighting.message = message


@dataclass(slots=True)
class _Sighting:
    """An unknown topic within one batch; only its newest message is looked at."""

    message: Message
    first_seen_utc: datetime
    count: int = 1

    def discovery(self, channel: str, subject: str) -> Discovery:
        topic, payload = self.message.topic, self.message.payload
        named = subject != THE_REST
        return Discovery(
            channel=channel,
            subject=subject,
            first_seen_utc=self.first_seen_utc,
            last_seen_utc=self.message.received_at_utc,
            count=self.count,
            sample=_sample(topic, payload) if named else b"",
            hint=hint(topic, payload) if named else "",
        )


def _sample(topic: str, payload: bytes) -> bytes:
    """Return the beginning of a payload, redacted before it is cut, so that no half of a secret is left over."""
    if len(payload) > 4 * SAMPLE_BYTES:
        payload = payload[: SAMPLE_BYTES + _LONGEST_CUT_BYTES]
    return redact(topic, payload)[:SAMPLE_BYTES]


class _Allowance:
    """How many rejected payloads of a topic are kept whole in an hour; beyond `KEPT_TOPICS` topics share one count."""

    def __init__(self) -> None:
        self._hours: dict[str, tuple[datetime, int]] = {}

    def keeps(self, topic: str, at_utc: datetime) -> bool:
        if topic not in self._hours and len(self._hours) >= KEPT_TOPICS:
            self._hours = {name: hour for name, hour in self._hours.items() if at_utc - hour[0] < _HOUR}
            topic = topic if len(self._hours) < KEPT_TOPICS else THE_REST
        begun, count = self._hours.get(topic, (at_utc, 0))
        if at_utc - begun >= _HOUR:
            begun, count = at_utc, 0
        self._hours[topic] = (begun, count + 1)
        return count < KEPT_PER_HOUR


class _Tally:
    """Counts what was odd. A new kind is told at once, its repetitions once a minute."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], Notice] = {}
        self._told: dict[tuple[str, str], datetime] = {}

    def add(self, source: str, finding: Finding, at_utc: datetime) -> None:
        before = self._counts.get((source, finding.code))
        self._counts[source, finding.code] = Notice(
            source=source,
            finding=finding,
            first_seen_utc=before.first_seen_utc if before else at_utc,
            last_seen_utc=at_utc,
            count=before.count + 1 if before else 1,
        )

    def due(self, now_utc: datetime) -> list[Notice]:
        """Return, and forget, the counts that were not told within the last minute."""
        keys = [key for key in self._counts if self._is_due(key, now_utc)]
        self._told.update(dict.fromkeys(keys, now_utc))
        return [self._counts.pop(key) for key in keys]

    def rest(self) -> list[Notice]:
        """Return all counts that are left."""
        counts, self._counts = list(self._counts.values()), {}
        return counts

    def _is_due(self, key: tuple[str, str], now_utc: datetime) -> bool:
        told = self._told.get(key)
        return told is None or now_utc - told >= _NOTICE_PAUSE
