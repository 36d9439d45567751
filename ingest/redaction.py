"""What must not be kept of a foreign message: secrets, positions, VINs and card numbers (rule 18).

A rejected or discovered payload is kept for people to look at and to replay. Whatever its fields
are called decides: the value of a sensitive name is replaced, numbers of meters stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import orjson

REDACTED: Final = "[redacted]"
MAX_DEPTH: Final = 32
_WORDS: Final = (
    r"pass(?:wor[dt]|wd|phrase|code)?|pwd|psk|secret|token|credentials?|auth(?:orization)?|api_?key|app_?s?key"
    r"|nwk_?s?key|key|ssid\d?|bssid|vin|lat(?:itude)?|lng|lon(?:gitude)?|location|gps|position|altitude|heading"
    r"|elevation|address|geo_?fence|route|id_?tag|uid|rfid|email|user(?:name)?"
    r"|coord(?:s|inates?)?|geometry|geo_?hash|destination|origin"
)
_PLACE: Final = re.compile(r"lat(?:itude)?|lng|lon(?:gitude)?|gps|coordinates?", re.IGNORECASE)
"""Levels of a topic whose values below them are positions, whatever these are called (`gps/lat/value`)."""
_SENSITIVE: Final = re.compile(_WORDS, re.IGNORECASE)
_PARTS: Final = re.compile(r"[_.\s-]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_VIN_TEXT: Final = re.compile(r"(?<![A-Za-z0-9])(?=[A-Z]*\d)(?=\d*[A-Z])[A-HJ-NPR-Z0-9]{17}(?![A-Za-z0-9])")
_PAIR: Final = re.compile(r"(?<![\w.])[+-]?\d{1,3}\.\d{4,}[\s,;/]{1,3}[+-]?\d{1,3}\.\d{4,}")
"""Two numbers side by side that are as exact as coordinates; a track log names neither."""
_NAME: Final = re.compile(r"""(?<![\w.-])([\w.-]++)["']?\s*+[:=]\s*+""")
_VALUE: Final = re.compile(r""""(?:[^"\\]|\\.)*+"?|'[^']*+'?|\{[^}]*+\}?|\[[^\]]*+\]?|[^\s,;&}\]]*+""")
"""`name=value` in any text; written so that no text takes longer than its length."""


def redact(topic: str, payload: bytes) -> bytes:
    """Return the payload without the values that must not be kept.

    JSON is understood by its names; anything else is searched for `name=value`; both for VINs and pairs of
    coordinates. A topic that ends in a sensitive name (`…/v/vin`, `…/location`) loses its whole payload; one with a
    place just above its end loses it unless its values have names.
    """
    *_, before, above, last = "", "", *topic.split("/")
    if is_sensitive(last):
        return REDACTED.encode() if payload else b""
    try:
        value = orjson.loads(payload)
    except orjson.JSONDecodeError:
        value = None
    if isinstance(value, dict | list):
        clean = _walk(value, 0)
        return payload if clean == value else orjson.dumps(clean)
    if _PLACE.fullmatch(above) or _PLACE.fullmatch(before):
        return REDACTED.encode() if payload else b""
    return _text(payload)


def redact_topic(topic: str) -> str:
    """Return the topic with a VIN in it replaced."""
    return _VIN_TEXT.sub("[vin]", topic)


def redact_text(text: str) -> str:
    """Return a text without the values of sensitive names, VINs and pairs of coordinates."""
    clean = _VIN_TEXT.sub(REDACTED, "".join(_without_values(text)))
    return _PAIR.sub(REDACTED, clean)


def is_sensitive(name: str) -> bool:
    """Return whether the value of a name must not be kept."""
    return any(_SENSITIVE.fullmatch(part) for part in (name, *_PARTS.split(name)))


def _walk(value: object, depth: int) -> object:
    if depth > MAX_DEPTH:
        return REDACTED
    if isinstance(value, dict):
        return {name: REDACTED if is_sensitive(name) else _walk(item, depth + 1) for name, item in value.items()}
    if isinstance(value, list):
        return [_walk(item, depth + 1) for item in value]
    return _PAIR.sub(REDACTED, _VIN_TEXT.sub(REDACTED, value)) if isinstance(value, str) else value


def _text(payload: bytes) -> bytes:
    """Return bytes of no known structure without what looks like a secret; one byte is one character here."""
    return redact_text(payload.decode("latin-1")).encode("latin-1")


def _without_values(text: str) -> Iterator[str]:
    """Yield the text without the values of names that hold a sensitive word; one word too many does no harm."""
    place = 0
    while name := _NAME.search(text, place):
        yield text[place : name.end()]
        place = name.end()
        if _SENSITIVE.search(name[1]):
            yield REDACTED
            value = _VALUE.match(text, place)
            place = value.end() if value else place
    yield text[place:]
