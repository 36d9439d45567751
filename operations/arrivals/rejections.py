"""Messages that could not be used."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime

from core.books import RejectionFilter
from core.errors import NotFoundError
from core.facts import Rejection
from core.ports import Page
from operations.house import Call, House
from operations.values import Limit, Told, age_s

PREVIEW = 200
"""How many characters of a payload a list shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRejections:
    """Which rejections: of a channel (`mqtt:<broker>`, `ocpp`), or with a text in topic or station; newest first."""

    channel: str | None = None
    query: str | None = None
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowRejection:
    """One rejection by its number."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectionRow:
    """A message that was not used, why, and the beginning of it."""

    id: int
    channel: str
    subject: str
    reason: Told
    received_at_utc: datetime
    age_s: float | None
    size_byte: int
    preview: str
    replayed_at_utc: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectionDetail:
    """A rejection with its whole payload, as text (other bytes escaped) and in base 64."""

    rejection: RejectionRow
    payload: str
    payload_base64: str


async def list_rejections(house: House, request: ListRejections, call: Call) -> Page[RejectionRow]:
    """Return rejected messages, newest first."""
    page = await house.ledger.rejections(
        RejectionFilter(channel=request.channel, query=request.query, limit=request.limit, cursor=request.cursor)
    )
    return Page(tuple(_row(item, call) for item in page.items), page.total, page.next_cursor)


async def show_rejection(house: House, request: ShowRejection, call: Call) -> RejectionDetail:
    """Return one rejection whole. Raises `NotFoundError`."""
    rejection = await house.ledger.rejection(request.id)
    if rejection is None:
        raise NotFoundError("rejections.unknown", id=request.id)
    return RejectionDetail(
        rejection=_row(rejection, call),
        payload=legible(rejection.payload),
        payload_base64=b64encode(rejection.payload).decode(),
    )


def legible(payload: bytes) -> str:
    """Return bytes as text, what is no UTF-8 escaped."""
    return payload.decode("utf-8", "backslashreplace")


def _row(rejection: Rejection, call: Call) -> RejectionRow:
    return RejectionRow(
        id=rejection.id,
        channel=rejection.channel,
        subject=rejection.subject,
        reason=Told.of(rejection.reason),
        received_at_utc=rejection.received_at_utc,
        age_s=age_s(rejection.received_at_utc, call.now_utc),
        size_byte=len(rejection.payload),
        preview=legible(rejection.payload[:PREVIEW]),
        replayed_at_utc=rejection.replayed_at_utc,
    )
