"""Topics and stations that nobody configured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.ports import Page
from operations.arrivals.rejections import legible
from operations.house import Call, House
from operations.values import Limit, age_s


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDiscoveries:
    """Which discoveries: of a channel (`mqtt:<broker>`, `ocpp`), or with a text in topic or station."""

    channel: str | None = None
    query: str | None = None
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveryRow:
    """A topic or station, how often it was seen, its last payload and the format it looks like."""

    channel: str
    subject: str
    hint: str
    count: int
    first_seen_utc: datetime
    last_seen_utc: datetime
    age_s: float | None
    sample: str


async def list_discoveries(house: House, request: ListDiscoveries, call: Call) -> Page[DiscoveryRow]:
    """Return what was discovered, last seen first."""
    found = [
        DiscoveryRow(
            channel=discovery.channel,
            subject=discovery.subject,
            hint=discovery.hint,
            count=discovery.count,
            first_seen_utc=discovery.first_seen_utc,
            last_seen_utc=discovery.last_seen_utc,
            age_s=age_s(discovery.last_seen_utc, call.now_utc),
            sample=legible(discovery.sample),
        )
        for discovery in await house.ledger.discoveries(request.channel)
        if (request.query or "").casefold() in discovery.subject.casefold()
    ]
    return _page(found, request.limit, request.cursor)


def _page(found: list[DiscoveryRow], limit: int, cursor: str | None) -> Page[DiscoveryRow]:
    # Rows move up when they are seen again, so the cursor is the instant and the subject of the last one shown.
    keys = [f"{row.last_seen_utc.isoformat()} {row.channel} {row.subject}" for row in found]
    rows = sorted(zip(keys, found, strict=True), key=lambda row: row[0], reverse=True)
    rest = [row for row in rows if cursor is None or row[0] < cursor]
    shown = rest[:limit]
    return Page(tuple(row for _, row in shown), len(found), shown[-1][0] if len(rest) > limit else None)
