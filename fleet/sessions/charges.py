"""The energy of charge sessions by quarter hours: what the outlet's register counted in them, to the last mWh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from core.facts import ChargeSession
from energy.positions import SLOT_MS
from energy.register_walk import epoch_ms
from energy.series import Amounts, Instants


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


def charges_of(
    sessions: Sequence[ChargeSession], slots: Mapping[str, Amounts], now_utc: datetime
) -> tuple[Charge, ...]:
    """Return the energy of sessions by quarter hours; those without a known energy are left out.

    `slots` is what each outlet (source id) counted. A session's parts always add up to its energy: they
    follow what the outlet counted, evenly where that is not known. Where several sessions of an outlet lie
    in one quarter hour, each has the part of it that it lasted.
    """
    spans = _spans_of(sessions, now_utc)
    parts = spans.lasted_ms / _busy_ms(sessions, spans)
    split = _split(sessions, _counted(sessions, slots, spans) * parts, spans)
    return tuple(
        Charge(session.id, spans.start_ms[first:last], split[first:last])
        for session, first, last in zip(sessions, spans.first.tolist(), spans.last.tolist(), strict=True)
        if session.energy_wh is not None
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


def _spans_of(sessions: Sequence[ChargeSession], now_utc: datetime) -> _Spans:
    """Return the quarter hours that each session lasted in; a moment at the least."""
    begin_ms = np.array([epoch_ms(each.begun_at_utc) for each in sessions], np.int64)
    ended_ms = np.array([epoch_ms(each.ended_at_utc or now_utc) for each in sessions], np.int64)
    end_ms = np.maximum(ended_ms, begin_ms + 1)
    counts = -(-end_ms // SLOT_MS) - begin_ms // SLOT_MS
    last = np.cumsum(counts)
    of = np.repeat(np.arange(len(sessions)), counts)
    place = np.arange(len(of)) - (last - counts)[of]
    start_ms = (begin_ms // SLOT_MS)[of] * SLOT_MS + place * SLOT_MS
    lasted_ms = np.minimum(start_ms + SLOT_MS, end_ms[of]) - np.maximum(start_ms, begin_ms[of])
    return _Spans(of, start_ms, lasted_ms, last - counts, last)


def _busy_ms(sessions: Sequence[ChargeSession], spans: _Spans) -> NDArray[np.float64]:
    """Return how long all sessions of its outlet together lasted in each quarter hour."""
    numbers: dict[str, int] = {}
    outlet = np.array([numbers.setdefault(each.source, len(numbers)) for each in sessions], np.int64)
    places = spans.start_ms // SLOT_MS * max(len(numbers), 1) + outlet[spans.of]
    _, same = np.unique(places, return_inverse=True)
    busy_ms = np.bincount(same, weights=spans.lasted_ms)
    return np.maximum(busy_ms, 1)[same]


def _counted(sessions: Sequence[ChargeSession], slots: Mapping[str, Amounts], spans: _Spans) -> NDArray[np.float64]:
    """Return what outlets counted in quarter hours, 0 where that is not known."""
    found = np.zeros(len(spans.start_ms))
    by_outlet: dict[str, list[int]] = {}
    for number, session in enumerate(sessions):
        by_outlet.setdefault(session.source, []).append(number)
    for source, numbers in by_outlet.items():
        amounts = slots.get(source)
        if amounts is None or not len(amounts):
            continue
        rows = np.concatenate([np.arange(spans.first[each], spans.last[each]) for each in numbers])
        wanted = spans.start_ms[rows]
        row = np.minimum(np.searchsorted(amounts.start_ms, wanted), len(amounts) - 1)
        known = amounts.start_ms[row] == wanted
        found[rows] = np.where(known, np.maximum(amounts.thousandths[row], 0), 0)
    return found


def _split(sessions: Sequence[ChargeSession], weights: NDArray[np.float64], spans: _Spans) -> NDArray[np.int64]:
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
