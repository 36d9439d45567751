"""Columns of results in numpy: what functions compute and fields are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from store.influxql.catalogue import Kind
from store.influxql.errors import StatementError

MOST_ROWS: Final = 1_000_000
"""How many rows an answer, or anything computed on the way to it, may have."""

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
_TYPES = {Kind.FLOAT: np.float64, Kind.INTEGER: np.int64, Kind.BOOLEAN: np.bool_, Kind.STRING: np.object_}


@dataclass(frozen=True, slots=True)
class Values:
    """One value per row; where `there` is false there is none."""

    kind: Kind
    data: NDArray[Any]
    there: Mask

    @classmethod
    def of(cls, kind: Kind, found: Any) -> Values:
        """Return what DuckDB gave, which masks what is null."""
        there = ~np.ma.getmaskarray(found)
        data = np.ma.getdata(found)
        if kind is Kind.STRING:
            there &= np.array([value is not None for value in data], np.bool_)
        return cls(kind, data.astype(_TYPES[kind]), there)

    @classmethod
    def none(cls, count: int, kind: Kind = Kind.FLOAT) -> Values:
        """Return no values for so many rows."""
        return cls(kind, np.zeros(count, _TYPES[kind]), np.zeros(count, np.bool_))

    @classmethod
    def constant(cls, kind: Kind, value: object, count: int) -> Values:
        """Return the same value in each row."""
        data: NDArray[Any] = np.empty(count, _TYPES[kind])
        data[:] = value
        return cls(kind, data, np.ones(count, np.bool_))

    def take(self, rows: NDArray[np.intp] | Mask | slice) -> Values:
        """Return the values of these rows."""
        return Values(self.kind, self.data[rows], self.there[rows])

    def spread(self, rows: NDArray[np.intp], count: int) -> Values:
        """Return `count` rows, of which `rows` have these values, the others none."""
        wide = Values.none(count, self.kind)
        wide.data[rows] = self.data
        wide.there[rows] = self.there
        return wide

    def cast(self, kind: Kind) -> Values:
        """Return the values as another kind; text and truth are no numbers."""
        if kind is self.kind:
            return self
        if {kind, self.kind} <= {Kind.FLOAT, Kind.INTEGER}:
            return Values(kind, self.data.astype(_TYPES[kind]), self.there)
        return Values.none(len(self.data), kind)

    def listed(self) -> list[Any]:
        """Return plain values for JSON; what is not there, or no number, is None."""
        shown = self.there
        if self.kind is Kind.FLOAT:
            shown = shown & np.isfinite(self.data)
        values: list[Any] = self.data.tolist()
        if shown.all():
            return values
        return [value if there else None for value, there in zip(values, shown.tolist(), strict=True)]


@dataclass(frozen=True, slots=True)
class Stream:
    """What one function gives: rows by group and instant (ns since 1970), the group's order being that of the answer.

    `series` says which series a row comes from, where that is known.
    """

    group: Ints
    at: Ints
    values: Sequence[Values]
    series: Ints | None = None

    def __len__(self) -> int:
        return len(self.at)

    def take(self, rows: NDArray[np.intp] | Mask) -> Stream:
        """Return these rows."""
        return Stream(
            self.group[rows],
            self.at[rows],
            [values.take(rows) for values in self.values],
            None if self.series is None else self.series[rows],
        )

    def starts(self) -> Mask:
        """Return which rows are the first of their group."""
        first = np.ones(len(self), np.bool_)
        first[1:] = self.group[1:] != self.group[:-1]
        return first

    def spans(self) -> list[tuple[int, int]]:
        """Return where the rows of each group begin and end."""
        borders = [*np.flatnonzero(self.starts()).tolist(), len(self)]
        return list(pairwise(borders))

    def ordered(self, *, ascending: bool) -> Stream:
        """Return the rows by group and instant, or all the other way round; what is equal stays in order."""
        at = self.at if ascending else -self.at
        group = self.group if ascending else -self.group
        if len(self) < 2 or bool(np.all((group[1:] > group[:-1]) | ((group[1:] == group[:-1]) & (at[1:] >= at[:-1])))):  # noqa: PLR2004
            return self
        return self.take(np.lexsort((at, group)))


def bounded(rows: int) -> int:
    """Return how many rows there are. Raises `StatementError` where they are too many."""
    if rows > MOST_ROWS:
        raise StatementError(f"max-select-point limit exceeed: ({rows}/{MOST_ROWS})")
    return rows


def limited(stream: Stream, limit: int, offset: int) -> Stream:
    """Return at most `limit` rows of each group after the first `offset`; no limit is 0."""
    if not limit and not offset:
        return stream
    starts = np.flatnonzero(stream.starts())
    place = np.arange(len(stream)) - np.repeat(starts, np.diff(np.append(starts, len(stream))))
    return stream.take((place >= offset) & ((place < offset + limit) if limit else True))
