"""Puts the rows of several functions side by side, by group and instant."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from store.influxql.table import Ints, Stream, Values


def joined(streams: Sequence[Stream], *, ascending: bool) -> tuple[Stream, list[Values]]:
    """Return the rows that any of `streams` has, and the values of each in them."""
    first = streams[0]
    if all(_alike(first, other) for other in streams[1:]):
        return Stream(first.group, first.at, []), [stream.values[0] for stream in streams]
    keys = np.concatenate([_keys(stream) for stream in streams])
    unique, place = np.unique(keys, axis=0, return_inverse=True)
    order = np.arange(len(unique))
    if not ascending:
        order = np.lexsort((unique[:, 2], -unique[:, 1], -unique[:, 0]))
    rank = np.empty(len(unique), np.intp)
    rank[order] = np.arange(len(unique))
    rows = rank[place.reshape(-1)]
    borders = np.cumsum([len(stream) for stream in streams])[:-1]
    values = [
        stream.values[0].spread(part, len(unique))
        for stream, part in zip(streams, np.split(rows, borders), strict=True)
    ]
    return Stream(unique[order, 0], unique[order, 1], []), values


def _alike(one: Stream, other: Stream) -> bool:
    return len(one) == len(other) and bool((one.at == other.at).all()) and bool((one.group == other.group).all())


def _keys(stream: Stream) -> NDArray[np.int64]:
    """Return group, instant, and the how-many-th of that instant each row is."""
    same = np.zeros(len(stream), np.bool_)
    same[1:] = (stream.at[1:] == stream.at[:-1]) & (stream.group[1:] == stream.group[:-1])
    rows: Ints = np.arange(len(stream))
    begin = np.maximum.accumulate(np.where(same, 0, rows)) if len(stream) else rows
    return np.column_stack([stream.group, stream.at, rows - begin])
