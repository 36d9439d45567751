"""The address of the ledger's PostgreSQL database: a secret, so that it is checked but never shown."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import SplitResult, parse_qsl, urlsplit

from config.findings import Locator
from config.tree import Step
from core.texts import Finding

PARAMETERS = (
    "channel_binding",
    "connect_timeout",
    "host",
    "sslcert",
    "sslcrl",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "target_session_attrs",
)
"""What may stand behind the `?`, as libpq names it; a `host` beginning with / is a socket's folder."""

_ENCRYPTED = frozenset({"require", "verify-ca", "verify-full"})
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def ledger_url_findings(url: str, way: Sequence[Step], locator: Locator) -> list[Finding]:
    """Return what is wrong with the address, or should be known; no part of the address is in a finding."""
    try:
        parts = urlsplit(url)
        sound = _is_sound(parts, url)
        given = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        sound, given = False, []
    if not sound:
        return [locator.finding("config.ledger_url_invalid", way)]
    names = [name for name, _ in given]
    wrong = {name for name in names if name not in PARAMETERS or names.count(name) > 1}
    if wrong:
        return [locator.finding("config.ledger_url_parameter", way, expected=", ".join(PARAMETERS))]
    if _is_open(parts, dict(given)):
        return [locator.finding("config.ledger_url_in_clear", way)]
    return []


def _is_sound(parts: SplitResult, url: str) -> bool:
    """Return whether all parts are there. Raises `ValueError` for a port that is none."""
    database = parts.path.removeprefix("/")
    return (
        parts.scheme == "postgresql"
        and url.isprintable()
        and " " not in url
        and not parts.fragment
        and bool(database)
        and "/" not in database
        and (parts.port is None or parts.port > 0)
        and (bool(parts.hostname) or "host=" in parts.query)
    )


def _is_open(parts: SplitResult, given: dict[str, str]) -> bool:
    """Return whether the connection may leave this machine without encryption."""
    host = given.get("host") or parts.hostname or ""
    return host not in _HERE and not host.startswith("/") and given.get("sslmode") not in _ENCRYPTED
