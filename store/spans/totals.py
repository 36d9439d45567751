"""What groups of sources counted together, from what each of them counted. No database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import compress, pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.intervals import Amount, Shares
from core.periods import Period
from core.ports import ALWAYS
from core.readings import SlotShare
from energy.register_walk import epoch_ms
from energy.series import SHARE_NUMBERS, Instants
from store.points.columns import to_utc
from store.spans.cells import known_as, known_s
from store.spans.columns import Table, take
from store.spans.tables import SECONDS

_SHARES: Final = sorted(SHARE_NUMBERS, key=lambda share: SHARE_NUMBERS[share])
_KNOWN: Final = SECONDS[:-1]
_MISSING: Final = SHARE_NUMBERS[SlotShare.MISSING]
_SECOND: Final = timedelta(seconds=1)

Numbers = NDArray[np.int64]


def amounts_of(
    groups: Mapping[str, Sequence[str]],
    numbers: Mapping[str, int],
    counted: Table,
    borders: Instants,
    period: Period,
    valid: Mapping[str, Period] = ALWAYS,
) -> dict[str, tuple[Amount, ...]]:
    """Return the amounts of each group, one per span of `period`.

    `numbers` are those of the sources that have a series, `counted` what these counted (`store.spans.cells`, by
    number and span). A source that had nothing to say is silent, and missing for the whole span, or for what of it
    lies in the period in which alone it is `valid`. One whose course is not known may still say what it counted.
    """
    periods = _periods(borders, period)
    owed_ms = {source: _overlap_ms(borders, valid[source]) for source in valid}
    ours = {numbers[source]: spans_ms for source, spans_ms in owed_ms.items() if source in numbers}
    shares = known_as(counted, _due_ms(counted, borders, ours))
    told = (known_s(counted) > 0) | (counted["thousandths"] != 0) | (shares < _MISSING)
    sums = _Sums.of(groups, numbers, take(counted, told), shares[told], len(periods))
    cells = zip(
        sums.thousandths.tolist(), sums.weakest.tolist(), sums.seconds.tolist(), sums.speaking.tolist(), strict=True
    )
    found: dict[str, tuple[Amount, ...]] = {}
    for group, ((name, sources), columns) in enumerate(zip(groups.items(), cells, strict=True)):
        owed = [_owed(each, number, sources, owed_ms) for number, each in enumerate(periods)]
        rows = zip(owed, periods, *columns, sums.silent(group, sources, owed_ms), strict=True)
        found[name] = tuple(_amount(*row) for row in rows)
    return found


def _owed(span: Period, number: int, sources: Sequence[str], owed_ms: Mapping[str, Instants]) -> int:
    """Return how many seconds of a span the sources together should tell of."""
    bounded = [int(owed_ms[source][number]) // 1000 for source in sources if source in owed_ms]
    return span.duration // _SECOND * (len(sources) - len(bounded)) + sum(bounded)


def _overlap_ms(borders: Instants, valid: Period) -> Instants:
    """Return how much of each span lies in a period."""
    begin_ms, end_ms = epoch_ms(valid.start_utc), epoch_ms(valid.end_utc)
    overlap_ms: Instants = np.maximum(np.minimum(borders[1:], end_ms) - np.maximum(borders[:-1], begin_ms), 0)
    return overlap_ms


def _amount(
    owed_s: int,
    period: Period,
    thousandths: int,
    weakest: int,
    known_s: Sequence[int],
    speaking: int,
    silent: tuple[str, ...],
) -> Amount:
    measured_s, recovered_s, interpolated_s, estimated_s = known_s
    missing_s = owed_s - sum(known_s)
    return Amount(
        period=period,
        thousandths=thousandths if speaking else None,
        share=_SHARES[weakest] if speaking else SlotShare.MISSING,
        shares=Shares(
            measured_s=measured_s,
            recovered_s=recovered_s,
            interpolated_s=interpolated_s,
            estimated_s=estimated_s,
            missing_s=missing_s,
        ),
        sources=speaking,
        silent=silent,
    )


def _due_ms(counted: Table, borders: Instants, owed_ms: Mapping[int, Instants]) -> Instants:
    """Return how long each cell is, or what of it its series owes."""
    due_ms: Instants = np.diff(borders)[counted["span"]]
    for number, spans_ms in owed_ms.items():
        mine = counted["series_id"] == number
        due_ms[mine] = spans_ms[counted["span"][mine]]
    return due_ms


def _periods(borders: Instants, period: Period) -> list[Period]:
    ends = [to_utc(at_ms) for at_ms in borders.tolist()]
    ends[0], ends[-1] = period.start_utc, period.end_utc
    return [Period(start, end) for start, end in pairwise(ends)]


@dataclass(frozen=True, slots=True)
class _Sums:
    """One row per group, one column per span; `spoke` has a row per member of a group instead."""

    thousandths: Numbers
    weakest: Numbers
    seconds: Numbers
    speaking: Numbers
    spoke: NDArray[np.bool_]
    first_member: Numbers

    @classmethod
    def of(
        cls,
        groups: Mapping[str, Sequence[str]],
        numbers: Mapping[str, int],
        counted: Table,
        known_as: Numbers,
        spans: int,
    ) -> _Sums:
        sizes = [len(sources) for sources in groups.values()]
        member = np.array([numbers.get(source, -1) for sources in groups.values() for source in sources], np.int64)
        group = np.repeat(np.arange(len(sizes)), sizes)
        cell, whose = _rows_of(member, counted["series_id"])
        span = counted["span"][cell]
        sums = cls(
            np.zeros((len(sizes), spans), np.int64),
            np.zeros((len(sizes), spans), np.int64),
            np.zeros((len(sizes), spans, len(_KNOWN)), np.int64),
            np.zeros((len(sizes), spans), np.int64),
            np.zeros((len(member), spans), np.bool_),
            np.concatenate([[0], np.cumsum(sizes)]),
        )
        place = group[whose], span
        np.add.at(sums.thousandths, place, counted["thousandths"][cell])
        np.maximum.at(sums.weakest, place, known_as[cell])
        for number, name in enumerate(_KNOWN):
            np.add.at(sums.seconds[:, :, number], place, counted[name][cell])
        np.add.at(sums.speaking, place, 1)
        sums.spoke[whose, span] = True
        return sums

    def silent(self, group: int, sources: Sequence[str], owed_ms: Mapping[str, Instants]) -> list[tuple[str, ...]]:
        """Return which of a group's sources had nothing to say where they should have, span by span."""
        silent = ~self.spoke[self.first_member[group] : self.first_member[group + 1]]
        for row, source in enumerate(sources):
            if source in owed_ms:
                silent[row] &= owed_ms[source] > 0
        if not silent.any():
            return [()] * silent.shape[1]
        return [tuple(compress(sources, column)) for column in silent.T]


def _rows_of(members: Numbers, series_id: Numbers) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows of each member's series, one after the other, and whose they are; rows come by series."""
    starts, ends = np.searchsorted(series_id, members, "left"), np.searchsorted(series_id, members, "right")
    counts = ends - starts
    whose = np.repeat(np.arange(len(members)), counts)
    within = np.arange(len(whose)) - np.repeat(np.cumsum(counts) - counts, counts)
    return starts[whose] + within, whose
