"""How wrong the clocks of charge points are, and when sessions were by our own clock.

What a charge point said stays as it said it, and every figure is computed from that: corrected times stand beside
the told ones in lists, exports and on pages, and nowhere else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final, NamedTuple

from core.books import SessionFilter
from core.facts import ChargeSession, Origin
from core.periods import Period
from operations.house import House

RIGHT_S: Final = 60.0
"""A clock that is wrong by less counts as right: so much may be the delay of a message."""

LATELY: Final = timedelta(days=30)
NEWEST: Final = 15
"""So many of a charge point's newest sessions of the last 30 days say how its clock goes."""

_AT_ONCE: Final = 500
_OUR_TIME: Final = frozenset({"session.time_assumed", "session.corrected"})
"""Findings of sessions whose times are by our clock already, or by a person's word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationClock:
    """By how much a station's clock is ahead (behind: negative): the median of sessions, the newest `at_utc`."""

    skew_s: float
    at_utc: datetime
    sessions: int


class Corrected(NamedTuple):
    """When a session began and ended by our clock; None where the told times are right, or nobody knows."""

    begun_at_utc: datetime | None = None
    ended_at_utc: datetime | None = None


def clock_of(sessions: Iterable[ChargeSession], until_utc: datetime) -> StationClock | None:
    """Return how a station's clock went lately, by its own sessions; None where they do not tell."""
    told = [
        (at_utc, session.skew_s)
        for session in sessions
        if session.skew_s is not None and session.origin is Origin.RECORDED
        if until_utc - LATELY <= (at_utc := _ours(session, session.skew_s)) <= until_utc
    ]
    newest = sorted(told, reverse=True)[:NEWEST]
    if not newest:
        return None
    skew_s = round(median(skew_s for _, skew_s in newest), 1)
    return StationClock(skew_s=skew_s, at_utc=newest[0][0], sessions=len(newest))


async def clocks_of(house: House, stations: Collection[str], until_utc: datetime) -> Mapping[str, StationClock]:
    """Return how the clocks of stations went in the 30 days until an instant, where their sessions tell."""
    around = Period(until_utc - 2 * LATELY, until_utc + LATELY)
    found = await _told(house, stations, around)
    clocks = {station: clock_of(sessions, until_utc) for station, sessions in found.items()}
    return {station: clock for station, clock in clocks.items() if clock is not None}


async def corrected(house: House, sessions: Sequence[ChargeSession]) -> Mapping[str, Corrected]:
    """Return when sessions were by our clock, by id: by what each tells of the clock, else by its station's others."""
    silent = [each for each in sessions if each.skew_s is None and _is_by_stations_clock(each)]
    others: Mapping[str, list[ChargeSession]] = {}
    if silent:
        first, last = min(each.begun_at_utc for each in silent), max(each.begun_at_utc for each in silent)
        around = Period(first - LATELY, last + timedelta(microseconds=1))
        others = await _told(house, {each.station for each in silent}, around)
    return {each.id: correct(each, _skew_s(each, others.get(each.station, ()))) for each in sessions}


def correct(session: ChargeSession, skew_s: float | None) -> Corrected:
    """Return a session's times by our clock."""
    if skew_s is None or abs(skew_s) < RIGHT_S or not _is_by_stations_clock(session):
        return Corrected()
    wrong_by = timedelta(seconds=skew_s)
    ended_utc = session.ended_at_utc
    return Corrected(session.begun_at_utc - wrong_by, None if ended_utc is None else ended_utc - wrong_by)


def _skew_s(session: ChargeSession, others: Sequence[ChargeSession]) -> float | None:
    if session.skew_s is not None:
        return session.skew_s
    clock = clock_of(others, session.begun_at_utc)
    return None if clock is None else clock.skew_s


def _is_by_stations_clock(session: ChargeSession) -> bool:
    return session.origin is Origin.RECORDED and not _OUR_TIME & {finding.code for finding in session.findings}


def _ours(session: ChargeSession, skew_s: float) -> datetime:
    return correct(session, skew_s).begun_at_utc or session.begun_at_utc


async def _told(house: House, stations: Collection[str], period: Period) -> Mapping[str, list[ChargeSession]]:
    found: defaultdict[str, list[ChargeSession]] = defaultdict(list)
    cursor: str | None = None
    while stations:
        wanted = SessionFilter(stations=frozenset(stations), period=period, limit=_AT_ONCE, cursor=cursor)
        page = await house.ledger.sessions(wanted)
        for session in page.items:
            found[session.station].append(session)
        cursor = page.next_cursor
        if cursor is None:
            break
    return found
