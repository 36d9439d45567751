"""Passwords of stations as they are kept: those made here as keyed digests, which nobody can read a password from.

A digest is of one station: the same password of another has another. Passwords that people wrote are kept as they
wrote them. While a station changes its password the digests of both are kept, with a space between, the newer one last.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from hashlib import sha256

_PREFIX = "hmac-sha256:"
_KEPT = re.compile(re.escape(_PREFIX) + r"[0-9a-f]{64}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")

Matches = Callable[[str, bytes, str], bool]
"""Tells whether a station's password is the secret that is kept for it."""


def _is_kept(secret: str) -> bool:
    """Return whether what is kept for a station is a digest."""
    return _KEPT.fullmatch(secret) is not None


def digests_in(secret: str) -> tuple[str, ...]:
    """Return the digests that are kept for a station, oldest first; nothing where a password is kept in the clear."""
    parts = tuple(secret.split(" "))
    return parts if all(map(_is_kept, parts)) else ()


def matches_clear(_station: str, password: bytes, secret: str) -> bool:
    """Return whether a password is a secret that is kept as people wrote it, in constant time.

    Stations send a hexadecimal key as its bytes, or verbatim as text in either case.
    """
    if digests_in(secret):
        return False
    forms = [secret.encode()]
    if _HEX.fullmatch(secret):
        forms += [bytes.fromhex(secret), secret.lower().encode(), secret.upper().encode()]
    return any([hmac.compare_digest(password, form) for form in forms])  # noqa: C419 - all are compared


class StationSecrets:
    """Makes and compares digests under the service's own key."""

    def __init__(self, key: bytes) -> None:
        self._key = hmac.digest(key, b"station secrets", sha256)

    def __repr__(self) -> str:
        return "StationSecrets()"

    def kept(self, station: str, secret: str) -> str:
        """Return what is kept instead of a password."""
        return self._digest(station, _plain(secret.encode()))

    def matches(self, station: str, password: bytes, secret: str) -> bool:
        """Return whether a password is the secret that is kept for a station, in constant time.

        A hexadecimal one may come as its bytes or as text, as it may where it is kept in the clear.
        """
        kept = digests_in(secret)
        if not kept:
            return matches_clear(station, password, secret)
        forms = [self._digest(station, form) for form in (password, _plain(password))]
        return any([hmac.compare_digest(form, each) for form in forms for each in kept])  # noqa: C419 - all are compared

    def _digest(self, station: str, password: bytes) -> str:
        named = station.casefold().encode() + b"\0" + password
        return _PREFIX + hmac.digest(self._key, named, sha256).hex()


def _plain(password: bytes) -> bytes:
    """Return the bytes that a hexadecimal password stands for, any other as it is."""
    text = password.decode("ascii", errors="replace")
    return bytes.fromhex(text) if _HEX.fullmatch(text) else password
