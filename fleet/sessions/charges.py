"""The energy of charge sessions by quarter hours: what the outlet's register counted in them, to the last mWh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from core.facts import ChargeSession, SessionSpan, source_of
from energy.positions import SLOT_MS
from energy.series import Amounts, Counts, Instants

Session = ChargeSession | SessionSpan


@dataclass(frozen=True, slots=True, eq=False)
class Charge:
    """The energy of one session: `thousandths` (mWh) in each quarter hour that begins at `start_ms`."""

    session: str
    start_ms: Instants
    thousandths: NDArray[np.int64]

    @property
    def total(self) -> int:
        """Return the energy of the session in mWh."""
        return int(self.thousandths.sum())


@dataclass(frozen=True, slots=True, eq=False)
class Charges:
    """The energy of many sessions by quarter hours, one session's after another's; `thousandths` in mWh.

    `sources` are the outlets in order of their names. Of a session `outlet` is the place of its own among them, its
    quarter hours stand from `first` to before `last`, and `known` says whether its energy is. `of` is the place of the
    session that a quarter hour is of.
    """

    sessions: Sequence[Session]
    known: NDArray[np.bool_]
    sources: Sequence[str]
    outlet: NDArray[np.intp]
    first: NDArray[np.intp]
    last: NDArray[np.intp]
    of: NDArray[np.intp]
    start_ms: Instants
    thousandths: NDArray[np.int64]

    def one(self, place: int) -> Charge:
        """Return the energy of the session at a place."""
        own = slice(int(self.first[place]), int(self.last[place]))
        return Charge(self.sessions[place].id, self.start_ms[own], self.thousandths[own])


def charges_of(
    sessions: Sequence[Session], slots: Mapping[str, Amounts | Counts], now_utc: datetime
) -> tuple[Charge, ...]:
    """Return the energy of sessions by quarter hours; those without a known energy are left out.

    `slots` is what each outlet (source id) counted. A session's parts always add up to its energy: they
    follow what the outlet counted, evenly where that is not known. Where several sessions of an outlet lie
    in one quarter hour, each has the part of it that it lasted.
    """
    charges = all_charges(sessions, slots, now_utc)
    return tuple(map(charges.one, np.flatnonzero(charges.known).tolist()))


def all_charges(sessions: Sequence[Session], slots: Mapping[str, Amounts | Counts], now_utc: datetime) -> Charges:
    """Return the same of all sessions as columns: a large fleet has a hundred thousand a year."""
    spans = _spans_of(sessions, now_utc)
    outlets = [(each.station, each.connector) for each in sessions]
    named = sorted((source_of(*each), each) for each in set(outlets))
    places = {each: place for place, (_, each) in enumerate(named)}
    sources, outlet = [source for source, _ in named], np.array([places[each] for each in outlets], np.intp)
    parts = spans.lasted_ms / _busy_ms(outlet, len(sources), spans)
    split = _split(sessions, _counted(sources, outlet, slots, spans) * parts, spans)
    return Charges(
        sessions=sessions,
        known=np.array([each.energy_wh is not None for each in sessions], np.bool_),
        sources=sources,
        outlet=outlet,
        first=spans.first,
        last=spans.last,
        of=spans.of,
        start_ms=spans.start_ms,
        thousandths=split,
    )


def by_day(charges: Sequence[Charge], borders_ms: Instants) -> NDArray[np.int64]:
    """Return the energy (mWh) of all charges in each day between two of `borders_ms`; what lies outside is left out."""
    sums = np.zeros(len(borders_ms) - 1, np.int64)
    for charge in charges:
        day = np.searchsorted(borders_ms, charge.start_ms, side="right") - 1
        inside = (day >= 0) & (day < len(sums))
        np.add.at(sums, day[inside], charge.thousandths[inside])
    return sums


@dataclass(frozen=True, slots=True, eq=False)
class _Spans:
    """The quarter hours that sessions lasted in, one session after the other: which one's they are, and how long.

    Those of a session stand from `first` to before `last`.
    """

    of: NDArray[np.intp]
    start_ms: Instants
    lasted_ms: NDArray[np.int64]
    first: NDArray[np.intp]
    last: NDArray[np.intp]


def _spans_of(sessions: Sequence[Session], now_utc: datetime) -> _Spans:
    """Return the quarter hours that each session lasted in; a moment at the least."""
    begin_ms = _all_ms([each.begun_at_utc for each in sessions])
    ended_ms = _all_ms([each.ended_at_utc or now_utc for each in sessions])
    end_ms = np.maximum(ended_ms, begin_ms + 1)
    counts = -(-end_ms // SLOT_MS) - begin_ms // SLOT_MS
    last = np.cumsum(counts)
    of = np.repeat(np.arange(len(sessions)), counts)
    place = np.arange(len(of)) - (last - counts)[of]
    start_ms = (begin_ms // SLOT_MS)[of] * SLOT_MS + place * SLOT_MS
    lasted_ms = np.minimum(start_ms + SLOT_MS, end_ms[of]) - np.maximum(start_ms, begin_ms[of])
    return _Spans(of, start_ms, lasted_ms, last - counts, last)


def _all_ms(at_utc: Sequence[datetime]) -> NDArray[np.int64]:
    """Return instants as milliseconds since 1970, exactly: to the microsecond a float of seconds holds them."""
    us = np.rint(np.array([each.timestamp() for each in at_utc], np.float64) * 1_000_000).astype(np.int64)
    return us // 1000


def _busy_ms(outlet: NDArray[np.intp], outlets: int, spans: _Spans) -> NDArray[np.float64]:
    """Return how long all sessions of its outlet together lasted in each quarter hour."""
    places = spans.start_ms // SLOT_MS * max(outlets, 1) + outlet[spans.of]
    _, same = np.unique(places, return_inverse=True)
    busy_ms = np.bincount(same, weights=spans.lasted_ms)
    return np.maximum(busy_ms, 1)[same]


def _counted(
    sources: Sequence[str], outlet: NDArray[np.intp], slots: Mapping[str, Amounts | Counts], spans: _Spans
) -> NDArray[np.float64]:
    """Return what outlets counted in quarter hours, 0 where that is not known."""
    found = np.zeros(len(spans.start_ms))
    for source, rows in zip(sources, rows_by(outlet[spans.of], len(sources)), strict=True):
        amounts = slots.get(source)
        if amounts is None or not len(amounts):
            continue
        wanted = spans.start_ms[rows]
        row = np.minimum(np.searchsorted(amounts.start_ms, wanted), len(amounts) - 1)
        known = amounts.start_ms[row] == wanted
        found[rows] = np.where(known, np.maximum(amounts.thousandths[row], 0), 0)
    return found


def rows_by(number: NDArray[np.intp], count: int) -> list[NDArray[np.intp]]:
    """Return where each number below `count` stands, in order."""
    order = np.argsort(number, kind="stable")
    return np.split(order, np.searchsorted(number[order], np.arange(1, count))) if count else []


def _split(sessions: Sequence[Session], weights: NDArray[np.float64], spans: _Spans) -> NDArray[np.int64]:
    """Return the energy of sessions in mWh, in proportion to weights, evenly over the time where these are nought.

    Sessions of as many quarter hours are split together: a large fleet has a hundred thousand a year.
    """
    whole = np.array([round((each.energy_wh or 0) * 1000) for each in sessions], np.int64)
    split = np.zeros(len(weights), np.int64)
    counts = spans.last - spans.first
    for count in np.unique(counts).tolist():
        some = np.flatnonzero(counts == count)
        rows = spans.first[some][:, None] + np.arange(count)
        own = weights[rows]
        own = np.where(own.sum(axis=1, keepdims=True) > 0, own, spans.lasted_ms[rows])
        split[rows] = _in_proportion(whole[some], own)
    return split


def _in_proportion(whole: NDArray[np.int64], weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return for each row whole numbers in proportion to its weights that add up to that of `whole`."""
    until = whole[:, None] * (np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True))
    until = np.floor(until).astype(np.int64)
    until[:, -1] = whole
    parts: NDArray[np.int64] = np.diff(until, axis=1, prepend=0)
    return parts
