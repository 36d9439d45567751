"""What was odd about a source."""

from __future__ import annotations

from dataclasses import dataclass

from operations.house import Call, House
from operations.values import Told, age_s


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNotice:
    """Something odd about a meter, station or vehicle that cost no reading, and how often it was seen."""

    notice: Told
    count: int
    last_age_s: float | None


async def notices_of(house: House, source: str, call: Call) -> tuple[SourceNotice, ...]:
    """Return what was odd about a source, last seen first."""
    return tuple(
        SourceNotice(
            notice=Told.of(notice.finding), count=notice.count, last_age_s=age_s(notice.last_seen_utc, call.now_utc)
        )
        for notice in await house.ledger.notices([source])
    )
