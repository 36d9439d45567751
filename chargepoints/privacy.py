"""What personal data becomes before anything is kept: pseudonyms for tags, seals for the unreadable.

Tags and secrets never pass this module. A frame is changed as little as can be: the values of
the named keys are replaced in the bytes as they came; where the bytes write a key otherwise than
plainly (escapes), the message is written anew, so that nothing slips through.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from hashlib import sha256
from secrets import token_bytes
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import FormatError
from core.secrets import SECRET_SETTINGS

TAG_KEYS = frozenset(
    {"idtag", "parentidtag", "idtoken", "additionalidtoken", "customeridentifier", "prioritizedemaids"}
)
"""Keys (in any case) whose text is a tag's uid; `idToken` and `groupIdToken` of 2.x are objects that hold one."""

SEALED_KEYS = frozenset({"data", "exirequest"})
"""Keys whose text may hold anything (makers' own messages, customer information, a vehicle's contract): sealed."""

PLACE_KEYS = frozenset({"location", "remotelocation"})
"""Keys that may hold an address with a password or a one-time path in it; of an address only its host stays."""

_NAMED = (("key", "value"), ("variable", "attributeValue"))
_ATTRIBUTES = "variableAttribute"
_SECRET_TOKEN = "secret:removed"  # noqa: S105 - what stands in the place of a secret
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)(?:[^/?#]*@)?([^/?#@]*).*", re.DOTALL)
_NONCE_BYTES = 12
_TAG_HEX = 20
_OUTLINE_BYTES = 1000
_TAG_KEY = rb"(?:parent)?idTag|(?:additional)?idToken|customerIdentifier"
_TAG_VALUE = re.compile(rb'("(?:' + _TAG_KEY + rb')"\s*:\s*)("(?:[^"\\]|\\.)*")', re.IGNORECASE | re.DOTALL)
_TELLS_TAG = re.compile(_TAG_KEY.decode(), re.IGNORECASE)


class Privacy:
    """Makes pseudonyms and seals with keys derived from one secret `key`."""

    def __init__(self, key: bytes) -> None:
        self._token_key = hmac.digest(key, b"tag pseudonyms", sha256)
        self._cipher = AESGCM(hmac.digest(key, b"sealed frames", sha256))

    def __repr__(self) -> str:
        return "Privacy()"

    def token(self, uid: str) -> str:
        """Return a tag's pseudonym, the same for upper and lower case: `tag:` and 20 hexadecimal digits."""
        return "tag:" + hmac.digest(self._token_key, uid.strip().casefold().encode(), sha256).hex()[:_TAG_HEX]

    def seal(self, clear: bytes) -> bytes:
        """Return `clear` encrypted; the same bytes never look the same twice."""
        nonce = token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, clear, None)

    def open(self, sealed: bytes) -> bytes:
        """Return what was sealed. Raises `FormatError` if it was sealed with another key or changed."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
        except (InvalidTag, ValueError) as error:
            raise FormatError("ocpp.seal_broken", size_byte=len(sealed)) from error

    def redact(self, frame: bytes, json: list[Any]) -> tuple[bytes, list[Any]]:
        """Return a frame and its JSON without tags and secrets; both as they are where there are none."""
        if not _may_be_sensitive(frame.lower()):
            return frame, json
        redacted = self.clean(json)
        replaced = _TAG_VALUE.sub(self._replace, frame)
        if _reads_as(replaced, redacted):
            return replaced, redacted
        return orjson.dumps(redacted), redacted

    def _replace(self, found: re.Match[bytes]) -> bytes:
        try:
            uid = orjson.loads(found[2])
        except orjson.JSONDecodeError:
            return found[1] + b'""'
        return found[1] + orjson.dumps(self._tag(uid))

    def _tag(self, uid: str) -> str:
        """Return a tag's pseudonym; no tag stays no tag."""
        return self.token(uid) if uid.strip() else ""

    def clean(self, value: Any) -> Any:
        """Return JSON without tags and secrets."""
        if isinstance(value, dict):
            return {name: self._clean_field(name, field) for name, field in _without_secrets(value).items()}
        if isinstance(value, list):
            return [self.clean(item) for item in value]
        if isinstance(value, str) and _TELLS_TAG.search(value):  # a message quoted in a text
            return self._sealed(value)
        return value

    def _clean_field(self, name: str, field: Any) -> Any:
        key = name.casefold()
        if key in SEALED_KEYS and isinstance(field, str) and field:
            return self._sealed(field)
        if key in SEALED_KEYS and isinstance(field, dict):
            return self._sealed(orjson.dumps(field).decode())
        if key in PLACE_KEYS and isinstance(field, str):
            return _ADDRESS.sub(r"\1\2/", field)
        return self._clean_tag(field) if key in TAG_KEYS else self.clean(field)

    def _clean_tag(self, field: Any) -> Any:
        if isinstance(field, list):
            return [self._clean_tag(item) for item in field]
        if field is None or isinstance(field, dict):
            return self.clean(field)
        return self._tag(str(field))

    def _sealed(self, text: str) -> str:
        return "sealed:" + self.seal(text.encode()).hex()


def _may_be_sensitive(frame: bytes) -> bool:
    """Return whether a frame in lower case has what one with tags or secrets must have: a name, or an escape.

    Every frame is looked at, so this is written for speed.
    """
    return (
        b"idt" in frame
        or b"\\" in frame
        or b"auth" in frame
        or b'"data"' in frame
        or b"customerid" in frame
        or (b"q" in frame and b"exirequest" in frame)  # one letter that is rare is found sooner than a word
        or (b"/" in frame and b"://" in frame)
    )


def outline(frame: bytes) -> bytes:
    """Return the shape of bytes that could not be read, to be shown: letters as x, digits as 0, at most 1 kB."""
    head = frame[:_OUTLINE_BYTES].decode("utf-8", errors="replace")
    return "".join("x" if sign.isalpha() else "0" if sign.isalnum() else sign for sign in head).encode()


def _without_secrets(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a name-value pair of a configuration without its value where the name is one of a secret."""
    cleaned = dict(fields)
    for name_field, value_field in _NAMED:
        name = fields.get(name_field)
        if isinstance(name, dict):
            name = name.get("name")
        if not isinstance(name, str) or name.strip().casefold() not in SECRET_SETTINGS:
            continue
        if value_field in fields:
            cleaned[value_field] = _SECRET_TOKEN
        attributes = fields.get(_ATTRIBUTES)
        if isinstance(attributes, list):
            cleaned[_ATTRIBUTES] = [_without_value(attribute) for attribute in attributes]
    return cleaned


def _without_value(attribute: Any) -> Any:
    """Return an attribute of a reported variable without its value."""
    return {**attribute, "value": _SECRET_TOKEN} if isinstance(attribute, dict) and "value" in attribute else attribute


def _reads_as(frame: bytes, json: list[Any]) -> bool:
    try:
        return bool(orjson.loads(frame) == json)
    except orjson.JSONDecodeError:
        return False
