"""How long a vehicle was at which site on each day, and how long on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from core.fleet import Presence
from core.periods import Period

SECOND = timedelta(seconds=1)


@dataclass(slots=True)
class Stay:
    """The seconds of a day at each site, and away from all of them; None where nothing is known."""

    dwell_s: dict[str, int] = field(default_factory=dict)
    away_s: int | None = None


def stays_of(presences: Sequence[Presence], periods: Sequence[Period], now_utc: datetime) -> tuple[Stay, ...]:
    """Return where a vehicle was in adjoining periods; presences are in order, the last one lasts until `now_utc`."""
    stays = [Stay() for _ in periods]
    place = 0
    for begin_utc, end_utc, site in _spans(presences, now_utc):
        while place < len(periods) and periods[place].end_utc <= begin_utc:
            place += 1
        reached = place
        while reached < len(periods) and periods[reached].start_utc < end_utc:
            period = periods[reached]
            _add(stays[reached], site, min(end_utc, period.end_utc) - max(begin_utc, period.start_utc))
            reached += 1
    return tuple(stays)


def merged(stays: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """Return the sums of several days, the longest stay first."""
    sums: dict[str, int] = {}
    for stay in stays:
        for site, dwelt_s in stay.items():
            sums[site] = sums.get(site, 0) + dwelt_s
    return dict(sorted(sums.items(), key=lambda row: (-row[1], row[0])))


def _spans(presences: Sequence[Presence], now_utc: datetime) -> list[tuple[datetime, datetime, str | None]]:
    ends = [later.since_utc for _, later in pairwise(presences)] + [now_utc]
    return [(each.since_utc, end, each.site) for each, end in zip(presences, ends, strict=bool(presences))]


def _add(stay: Stay, site: str | None, lasted: timedelta) -> None:
    stay.away_s = stay.away_s or 0
    if site is None:
        stay.away_s += lasted // SECOND
    else:
        stay.dwell_s[site] = stay.dwell_s.get(site, 0) + lasted // SECOND
