"""Durations, times and numbers as they are written in InfluxQL."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from store.influxql.errors import ParseError, StatementError

NS: Final = {
    "ns": 1,
    "u": 1_000,
    "µ": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
    "w": 604_800_000_000_000,
}
"""How many nanoseconds a unit is."""

MOST: Final = 2**63 - 1
_PART: Final = re.compile(r"([0-9]+)(ns|ms|[uµsmhdw])")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}.+", re.ASCII)
_CLOCK: Final = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})(?P<between>[ T])(?P<clock>\d{2}:\d{2}:\d{2})(?:\.(?P<part>\d{1,9}))?"
    r"(?P<zone>Z|[+-]\d{2}:\d{2})?\Z",
    re.ASCII,
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def duration_ns(text: str) -> int:
    """Return the nanoseconds of e.g. `1h30m`. Raises `ParseError`."""
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ParseError("invalid duration")
    total = sum(int(number) * NS[unit] for number, unit in parts)
    if total > MOST:
        number, unit = parts[-1]
        raise ParseError(f"overflowed duration {number}{unit}: choose a smaller duration or INF")
    return total


def said_duration(ns: int) -> str:
    """Return nanoseconds as InfluxDB says them, in the largest unit that divides them."""
    if ns == 0:
        return "0s"
    unit = next(unit for unit in ("w", "d", "h", "m", "s", "ms", "u", "ns") if ns % NS[unit] == 0)
    return f"{ns // NS[unit]}{unit}"


def looks_like_time(text: str) -> bool:
    """Return whether a text in quotes is meant as a time."""
    return bool(_DAY.match(text) or _TIME.match(text))


def time_ns(text: str, zone: ZoneInfo | None) -> int:
    """Return the instant of `2026-03-29`, `2026-03-29 02:00:00.5` or RFC 3339. Raises `StatementError`."""
    found = _CLOCK.match(f"{text} 00:00:00" if _DAY.match(text) else text)
    if found is None or (found["between"] == "T") != (found["zone"] is not None):
        raise StatementError("invalid timestamp string")
    try:
        at = datetime.fromisoformat(f"{found['day']}T{found['clock']}{found['zone'] or ''}")
        if at.tzinfo is None:
            at = _at_place(at, zone or UTC)
        whole = (at - _EPOCH) // timedelta(seconds=1)
    except (ValueError, OverflowError) as error:
        raise StatementError("invalid timestamp string") from error
    return whole * NS["s"] + int((found["part"] or "").ljust(9, "0"))


def _at_place(at: datetime, zone: ZoneInfo | type(UTC)) -> datetime:  # type: ignore[valid-type]
    return at.replace(tzinfo=zone)


def rfc3339(ns: int, zone: ZoneInfo | None) -> str:
    """Return an instant as InfluxDB prints it: only the digits that are needed, at the zone's offset."""
    whole, part = divmod(ns, NS["s"])
    at = (_EPOCH + timedelta(seconds=whole)).astimezone(zone or UTC)
    said = at.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    if part:
        said += "." + f"{part:09d}".rstrip("0")
    offset = at.utcoffset() or timedelta(0)
    if not offset:
        return said + "Z"
    minutes = abs(offset) // timedelta(minutes=1)
    return f"{said}{'-' if offset < timedelta(0) else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
