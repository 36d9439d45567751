"""Line protocol, InfluxDB's form of points: `measurement,tag=a field=1.5 1763805600000`.

Our own writer instead of influxdb-client's `Point`: that one leaves out what is not finite, writes
whole numbers as integers (a field that was a float once refuses them), and costs five times as
much. Every number is a float here; instants are milliseconds since 1970.
Source of the rules: InfluxDB 1.8 and 2.7, line protocol reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from math import isfinite
from typing import Final

from core.errors import StoreError
from core.measurements import TAG_KEYS
from store.points.columns import to_ms

FIRST_MS: Final = -9_223_372_036_854
LAST_MS: Final = 9_223_372_036_853
"""InfluxDB counts nanoseconds in 64 bits: from 1677-09-21 to 2262-04-11."""

_NAME_ESCAPES: Final = str.maketrans({",": "\\,", " ": "\\ "})
_KEY_ESCAPES: Final = str.maketrans({",": "\\,", " ": "\\ ", "=": "\\="})
_TEXT_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"'})
_BLANKS: Final = re.compile(r"[\x00-\x1f]")
_UNWRITABLE: Final = re.compile(r"\\(?=[,= \\]|\Z)")
_BACKSLASH, _QUOTE = b'\\"'
_ORDER: Final = {key: place for place, key in enumerate(TAG_KEYS)}
_TAG_BYTES_MAX: Final = 60_000  # a series' key may have 65,535 bytes

Value = float | str | bool


def point(measurement: str, tags: Mapping[str, str], fields: Mapping[str, Value], at_ms: int) -> bytes:
    """Return one line. Raises `StoreError` for what InfluxDB could not keep: no field, NaN, a far instant."""
    written = [f"{_key(name)}={_value(name, value)}" for name, value in fields.items()]
    if not written:
        raise StoreError("influx.point_without_fields", measurement=measurement)
    if not FIRST_MS <= at_ms <= LAST_MS:
        raise StoreError("influx.instant_out_of_range", measurement=measurement, at_ms=at_ms)
    return f"{series(measurement, tags)} {','.join(written)} {at_ms}".encode()


def series(measurement: str, tags: Mapping[str, str]) -> str:
    """Return the part of a line before its fields; tags in a fixed order, empty ones left out.

    What is filtered by most stands first: InfluxDB 3 sorts a table by the order of its first write.
    """
    ordered = sorted(tags.items(), key=lambda tag: (_ORDER.get(tag[0], len(_ORDER)), tag[0]))
    parts = [_name(measurement), *(f"{_key(key)}={_key(value)}" for key, value in ordered if value)]
    text = ",".join(parts)
    if len(text.encode()) > _TAG_BYTES_MAX:
        raise StoreError("influx.tags_too_long", measurement=measurement)
    return text


def number(value: float) -> str:
    """Return a finite float as it is read back exactly."""
    return repr(float(value))


def lines(body: bytes) -> list[bytes]:
    """Return the lines of a body of several; a line feed inside of a quoted text parts none."""
    found = body.split(b"\n")
    if body.count(b'"') == 0:
        return found
    whole: list[bytes] = []
    for part in found:
        if whole and _is_open(whole[-1]):
            whole[-1] += b"\n" + part
        else:
            whole.append(part)
    return whole


def joined(parts: Iterable[bytes]) -> bytes:
    """Return a body of these lines."""
    return b"\n".join(parts)


def storable_ms(at_utc: datetime) -> int:
    """Return an instant in milliseconds, moved to the nearest that InfluxDB knows."""
    return min(max(to_ms(at_utc), FIRST_MS), LAST_MS)


def rfc3339(at_ms: int) -> str:
    """Return an instant as InfluxQL compares with it."""
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{at_ms % 1000:03d}Z"


def _is_open(line: bytes) -> bool:
    """Return whether a quoted text of the line has not ended."""
    quoted, escaped = False, False
    for byte in line:
        if escaped:
            escaped = False
        elif byte == _BACKSLASH:
            escaped = True
        elif byte == _QUOTE:
            quoted = not quoted
    return quoted


def _value(name: str, value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{_sound(value).translate(_TEXT_ESCAPES)}"'
    if not isfinite(value):
        raise StoreError("influx.not_finite", field=name)
    return number(value)


@lru_cache(maxsize=4096)
def _name(text: str) -> str:
    return storable(text).translate(_NAME_ESCAPES)


@lru_cache(maxsize=65536)
def _key(text: str) -> str:
    return storable(text).translate(_KEY_ESCAPES)


def storable(text: str) -> str:
    """Return the text that a name or a tag can hold and give back.

    Line feeds and the like become spaces. A backslash before a comma, a space, an equals sign, another
    backslash or the end would be read as an escape, and there is no way to write it: it becomes the
    sign for set minus, which looks alike.
    """
    return _UNWRITABLE.sub("\u2216", _BLANKS.sub(" ", _sound(text)))


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
