"""What an entry declares about a message of no known format: where values stand, what means none, when it was.

A path names a value in JSON: `meter.register[0]."1.8.0"`: names joined by dots, numbers of places in
lists in brackets (or as a name), names that hold dots or brackets in quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.errors import ReadingError
from core.inventory import Feed
from core.texts import Finding
from ingest.messages import Binding, Memory, Message, Option
from ingest.redaction import is_sensitive
from ingest.times import Stamp, stamp
from ingest.values import number, shown

Path = tuple[str, ...]

_STEP: Final = r'(?:[^."\[\]]+|"[^"]+")'
_PLACE: Final = r'(?:\[\d+\]|\["[^"]+"\])'
AT_PATH: Final = rf"(?:{_STEP}|{_PLACE}){_PLACE}*(?:\.{_STEP}{_PLACE}*)*"
"""The pattern of a path."""
_PATTERN: Final = r"(?:[^%]|%[YymdHMSfzjpbBaA%])*"
AT: Final = Option(AT_PATH, 'meter.register[0]."1.8.0"')
VALUE_OPTIONS: Final = {"missing": Option(".+", "9999 ---"), "decimal": Option("comma|point", "comma, point")}
TIME_OPTIONS: Final = {
    "time": AT,
    "time_format": Option(
        rf"iso|epoch_s|epoch_ms|{_PATTERN}%[YyS]{_PATTERN}", "iso, epoch_s, epoch_ms, %d.%m.%Y %H:%M:%S"
    ),
    "time_zone": Option(r"[A-Za-z0-9_+/-]+", "Europe/Berlin"),
    "id": AT,
}
PLACE_OPTIONS: Final = {"latitude": Option(AT_PATH, "gps.lat"), "longitude": Option(AT_PATH, "gps.lon")}
"""The options of a mapping; `docs/meter-formats.md` says what they mean."""
_PARTS: Final = re.compile(r'"([^"]+)"|([^."\[\]]+)')


@lru_cache(maxsize=4096)
def parse_path(path: str) -> Path:
    """Return the steps of a path that matches `AT_PATH`."""
    return tuple(quoted or plain for quoted, plain in _PARTS.findall(path))


def find(value: object, path: Path) -> object:
    """Return what stands at `path`, None if nothing does."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


@dataclass(frozen=True, slots=True)
class Declared:
    """The options of a feed, ready for use."""

    missing: frozenset[str]
    comma: bool
    time: Path
    time_format: str
    zone: ZoneInfo | None
    id: Path
    place: tuple[Path, Path] | None

    def cleaned(self, raw: object, name: str) -> object:
        """Return a value with a decimal point. Raises `ReadingError` if it was declared to mean none."""
        if isinstance(raw, str):
            raw = raw.strip()
            if self.comma:
                raw = raw.replace(".", "").replace(",", ".")
        if self.missing and _word(raw) in self.missing:
            raise ReadingError("payload.value_sentinel", field=name, value=shown(raw))
        return raw

    def stamp(self, body: object, message: Message, binding: Binding, memory: Memory) -> Stamp:
        """Return the instant that the message states where it was declared, else that of receipt."""
        if not self.time:
            return Stamp(message.received_at_utc, own=False)
        raw = find(body, self.time)
        zone = self.zone or binding.zone
        try:
            return stamp(self._readable(raw) if raw is not None else None, message, zone, memory)
        except (ValueError, ReadingError):
            finding = Finding.of("payload.time_invalid", time=shown(raw))
            return Stamp(message.received_at_utc, own=False, finding=finding)

    def _readable(self, raw: object) -> object:
        match self.time_format:
            case "epoch_s":
                return number(raw, "time")
            case "epoch_ms":
                return number(raw, "time") / 1000
            case "" | "iso":
                return raw
            case pattern:
                return datetime.strptime(str(raw), pattern).isoformat()  # noqa: DTZ007 - `stamp` gives it its zone


@lru_cache(maxsize=4096)
def declared(feed: Feed) -> Declared:
    """Return the options of a feed whose findings are none."""
    options: Mapping[str, str] = dict(feed.options)
    zone = options.get("time_zone")
    return Declared(
        missing=frozenset(_word(word) for word in options.get("missing", "").split()),
        comma=options.get("decimal") == "comma",
        time=parse_path(options.get("time", "")),
        time_format=options.get("time_format", ""),
        zone=ZoneInfo(zone) if zone else None,
        id=parse_path(options.get("id", "")),
        place=(parse_path(options["latitude"]), parse_path(options["longitude"])) if "latitude" in options else None,
    )


def _word(raw: object) -> str:
    """Return a value as it is compared: numbers by what they are worth, not by how they are written."""
    try:
        return repr(float(raw)) if isinstance(raw, str | int | float) else shown(raw)
    except (ValueError, OverflowError):
        return shown(raw)


def findings(feed: Feed) -> Iterable[Finding]:
    """Yield what is wrong with the options of a mapping of JSON beyond their patterns."""
    options = dict(feed.options)
    if not _is_zone(options.get("time_zone", "UTC")):
        yield _wrong("time_zone", options)
    if not _is_pattern(options.get("time_format", "")):
        yield _wrong("time_format", options)
    if ("id" in options) != bool(feed.device):
        yield Finding.of("ingest.id_needs_device", format=feed.format)
    for dependent in ("time_format", "time_zone"):
        if dependent in options and "time" not in options:
            yield Finding.of("ingest.option_needs", name=dependent, needed="time")
    yield from _place_findings(options)
    for name, _ in feed.fields:
        if not re.fullmatch(AT_PATH, name):
            yield Finding.of("ingest.path_wrong", name=name)


def _place_findings(options: Mapping[str, str]) -> Iterable[Finding]:
    """Yield what is wrong with where a position stands: under other names nobody could take it out of a message."""
    for name, other in (("latitude", "longitude"), ("longitude", "latitude")):
        if name in options and other not in options:
            yield Finding.of("ingest.option_needs", name=name, needed=other)
        steps = parse_path(options.get(name, ""))
        if steps and not any(map(is_sensitive, steps)):
            yield Finding.of("ingest.place_not_told", name=steps[-1])


def _wrong(name: str, options: Mapping[str, str]) -> Finding:
    return Finding.of("ingest.option_wrong", name=name, value=options[name], known=TIME_OPTIONS[name].shown)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _is_pattern(text: str) -> bool:
    """Return whether a pattern can be read by at all; one that names the same part twice cannot."""
    try:
        datetime.strptime("", text)  # noqa: DTZ007 - nothing is dated by it
    except ValueError:
        return True
    except re.error:
        return False
    return True
