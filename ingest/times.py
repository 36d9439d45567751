"""When a value was measured: the device's own clock where it can be believed (rules 3 to 5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from core.texts import Finding
from ingest.messages import Memory, Message
from ingest.values import shown

EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
AHEAD_LIMIT = timedelta(minutes=5)
_MILLISECONDS_FROM = 1e11
_FRACTION_DIGITS = 6
_HOUR = timedelta(hours=1)


class Stamp(NamedTuple):
    """An instant, whether the device stated it (`own`), and what was wrong with what it stated."""

    at_utc: datetime
    own: bool
    finding: Finding | None = None


def stamp(raw: object, message: Message, zone: ZoneInfo, memory: Memory) -> Stamp:
    """Return the instant a device states: ISO 8601 with or without offset, or Unix seconds or milliseconds.

    A time that is missing, unreadable, before 2020 or more than 5 minutes ahead is replaced by the
    time of receipt, with a finding. A local time without offset is read in `zone`; in the hour that
    an autumn night has twice, the device's clock is taken to run forward (`memory.last_at_utc`).
    """
    received = message.received_at_utc
    if raw is None or raw == "":
        return Stamp(received, own=False, finding=Finding.of("payload.time_missing"))
    try:
        at_utc = _read(raw, zone, memory.last_at_utc, received)
    except (ValueError, OverflowError, OSError):
        return Stamp(received, own=False, finding=Finding.of("payload.time_invalid", time=shown(raw)))
    if at_utc < EARLIEST or at_utc > received + AHEAD_LIMIT:
        return Stamp(received, own=False, finding=Finding.of("payload.time_implausible", time=shown(raw)))
    return Stamp(at_utc, own=True)


def stamp_if_stated(raw: object, message: Message, zone: ZoneInfo, memory: Memory) -> Stamp:
    """Return `stamp`, for devices that need not state a time: without one that of receipt, which is nothing odd."""
    if raw is None or raw == "":
        return Stamp(message.received_at_utc, own=False)
    return stamp(raw, message, zone, memory)


def is_new(message: Message, at: Stamp, memory: Memory) -> bool:
    """Return whether a message tells of a new measurement.

    What the broker replays from its memory does so only if the device itself dated it, and later
    than the last that is known; otherwise nobody can say when it was measured.
    """
    if not message.retained:
        return True
    return at.own and (memory.last_at_utc is None or at.at_utc > memory.last_at_utc)


def later(memory: Memory, at: Stamp) -> datetime | None:
    """Return the newest instant the device has stated, this one included."""
    if not at.own or (memory.last_at_utc is not None and memory.last_at_utc > at.at_utc):
        return memory.last_at_utc
    return at.at_utc


def _read(raw: object, zone: ZoneInfo, last: datetime | None, received: datetime) -> datetime:
    if type(raw) is float or type(raw) is int:
        seconds = raw / 1000 if raw > _MILLISECONDS_FROM else raw
        return datetime.fromtimestamp(seconds, UTC)
    if type(raw) is not str:
        raise ValueError(raw)
    at = datetime.fromisoformat(_microseconds(raw) if "." in raw else raw)
    if at.tzinfo is not None:
        return at.astimezone(UTC)
    return _of_local(at.replace(tzinfo=zone), last, received)


def _microseconds(text: str) -> str:
    """Return an ISO time with its fraction cut to what Python keeps; LoRa servers send nanoseconds."""
    whole, _, rest = text.partition(".")
    digits = len(rest) - len(rest.lstrip("0123456789"))
    return f"{whole}.{rest[: min(digits, _FRACTION_DIGITS)].ljust(_FRACTION_DIGITS, '0')}{rest[digits:]}"


def _of_local(at: datetime, last: datetime | None, received: datetime) -> datetime:
    """Return the instant of a local time; of the two of an autumn hour the first that is not in the past."""
    first = at.astimezone(UTC)
    second = at.replace(fold=1).astimezone(UTC)
    if second - first != _HOUR or second > received + AHEAD_LIMIT:
        return first
    if last is None:
        return min(first, second, key=lambda instant: abs(received - instant))
    return first if first >= last else second
