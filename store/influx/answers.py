"""What an InfluxDB's answer to a write means: stored, refused for good, too much at once, or later again.

Status codes as the write references of InfluxDB 1.8, 2.7 and 3 Core list them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

import orjson

from core.errors import StoreError
from core.ports import Clock
from core.texts import Param

LONGEST_PAUSE_S: Final = 3600.0
_SHOWN: Final = 300
_DROPPED: Final = re.compile(r"partial write.* dropped=(\d+)")


class LaterError(StoreError):
    """The server cannot take it now: nothing is wrong with the points. `pause_s` is what it asked for, if it did."""

    def __init__(self, code: str, /, *, pause_s: float | None = None, **params: Param) -> None:
        super().__init__(code, **params)
        self.pause_s = pause_s


class RefusedError(StoreError):
    """The server will never take at least one of the lines; the good ones may have been stored.

    `dropped` is how many it says it left out, None if it does not say.
    """

    def __init__(self, reason: str, dropped: int | None = None) -> None:
        super().__init__("influx.line_refused", reason=reason)
        self.dropped = dropped


class TooLargeError(StoreError):
    """The body is larger than the server takes."""

    def __init__(self) -> None:
        super().__init__("influx.body_too_large")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from a server. Header names are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def judge(answer: Answer, database: str, clock: Clock) -> None:
    """Return if the answer says that every line is stored. Raises what it says instead.

    Only 204 counts: 200 may be any page of a proxy. A 400 without InfluxDB's own account of what is
    wrong says nothing about the lines.
    """
    match answer.status:
        case HTTPStatus.NO_CONTENT:
            return
        case HTTPStatus.BAD_REQUEST | HTTPStatus.UNPROCESSABLE_ENTITY if reason := _account(answer.body):
            dropped = _DROPPED.search(reason)
            raise RefusedError(reason[:_SHOWN], int(dropped[1]) if dropped else None)
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            raise TooLargeError
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            raise LaterError("influx.unauthorised", status=answer.status, reason=_said(answer))
        case HTTPStatus.NOT_FOUND:
            raise LaterError("influx.database_missing", database=database, reason=_said(answer))
        case HTTPStatus.TOO_MANY_REQUESTS | HTTPStatus.SERVICE_UNAVAILABLE:
            pause_s = _retry_after_s(answer.headers.get("retry-after", ""), clock)
            raise LaterError("influx.busy", pause_s=pause_s, status=answer.status)
        case _:
            raise LaterError("influx.server_failed", status=answer.status, reason=_said(answer))


def _account(body: bytes) -> str:
    """Return what InfluxDB says is wrong (1.x and 3: `error`, 2.x: `message`), empty if it is not InfluxDB speaking."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    if not isinstance(said, dict):
        return ""
    found = said.get("error") or said.get("message") or ""
    return f"{found} {orjson.dumps(said['data']).decode()}" if "data" in said else str(found)


def _said(answer: Answer) -> str:
    return (_account(answer.body) or answer.body.decode(errors="replace").strip())[:_SHOWN]


def _retry_after_s(text: str, clock: Clock) -> float | None:
    """Return the pause a server asks for, in seconds or until a date (RFC 9110, 10.2.3)."""
    if re.fullmatch(r"[0-9]{1,9}", text.strip()):
        return min(float(text), LONGEST_PAUSE_S)
    try:
        pause_s = (parsedate_to_datetime(text) - clock()).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(pause_s, 0.0), LONGEST_PAUSE_S)
