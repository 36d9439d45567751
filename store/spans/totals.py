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
from core.readings import SlotShare
from energy.series import SHARE_NUMBERS, Instants
from store.points.columns import to_utc
from store.spans.columns import Table
from store.spans.tables import SECONDS

_SHARES: Final = sorted(SHARE_NUMBERS, key=lambda share: SHARE_NUMBERS[share])
_KNOWN: Final = SECONDS[:-1]
_MISSING: Final = SHARE_NUMBERS[SlotShare.MISSING]
_SECOND: Final = timedelta(seconds=1)

Numbers = NDArray[np.int64]


def amounts_of(
    groups: Mapping[str, Sequence[str]], numbers: Mapping[str, int], counted: Table, borders: Instants, period: Period
) -> dict[str, tuple[Amount, ...]]:
    """Return the amounts of each group, one per span of `period`.

    `numbers` are those of the sources that have a series, `counted` what these counted (`store.spans.cells`, by
    number and span). A source that had nothing to say is silent, and missing for the whole span.
    """
    periods = _periods(borders, period)
    sums = _Sums.of(groups, numbers, counted, _known_as(counted, borders), len(periods))
    cells = zip(
        sums.thousandths.tolist(), sums.weakest.tolist(), sums.seconds.tolist(), sums.speaking.tolist(), strict=True
    )
    found: dict[str, tuple[Amount, ...]] = {}
    for group, ((name, sources), columns) in enumerate(zip(groups.items(), cells, strict=True)):
        rows = zip(periods, *columns, sums.silent(group, sources), strict=True)
        found[name] = tuple(_amount(len(sources), *row) for row in rows)
    return found


def _amount(
    size: int,
    period: Period,
    thousandths: int,
    weakest: int,
    known_s: Sequence[int],
    speaking: int,
    silent: tuple[str, ...],
) -> Amount:
    measured_s, recovered_s, interpolated_s, estimated_s = known_s
    missing_s = period.duration // _SECOND * size - sum(known_s)
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


def _known_as(counted: Table, borders: Instants) -> Numbers:
    """Return how the total of each cell is known: by its outer borders, if rows tile the span and miss no border."""
    covered_s = np.add.reduce([counted[name] for name in SECONDS])
    whole = covered_s * 1000 == np.diff(borders)[counted["span"]]
    whole &= np.maximum(counted["begins"], counted["ends"]) < _MISSING
    return np.where(whole, np.maximum(counted["first_begins"], counted["last_ends"]), _MISSING)


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

    def silent(self, group: int, sources: Sequence[str]) -> list[tuple[str, ...]]:
        """Return which of a group's sources had nothing to say, span by span."""
        silent = ~self.spoke[self.first_member[group] : self.first_member[group + 1]]
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
