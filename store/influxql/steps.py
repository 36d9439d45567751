"""Functions that go from row to row: differences, rates, sums that grow, means that move."""

from __future__ import annotations

import numpy as np

from store.influxql.catalogue import Kind
from store.influxql.errors import StatementError
from store.influxql.literals import NS
from store.influxql.table import Stream, Values
from store.influxql.tree import Call, Duration, Literal


def stepped(call: Call, stream: Stream, every_ns: int, *, ascending: bool) -> Stream:
    """Return what a function like `derivative` makes of the rows of each group; empty rows are passed over."""
    stream = stream.take(stream.values[0].there)
    if call.name != "elapsed" and stream.values[0].kind not in {Kind.FLOAT, Kind.INTEGER}:
        word = {"non_negative_derivative": "derivative", "non_negative_difference": "difference"}.get(
            call.name, call.name
        )
        raise StatementError(
            f"unsupported {word.replace('_', ' ')} iterator type: {iterator_of(stream.values[0].kind)}"
        )
    match call.name:
        case "derivative" | "non_negative_derivative":
            return _derivative(call, stream, every_ns, ascending=ascending)
        case "difference" | "non_negative_difference":
            return _difference(call, stream)
        case "elapsed":
            return _elapsed(call, stream)
        case "moving_average":
            return _moving(call, stream)
        case _:
            return _growing(stream)


def iterator_of(kind: Kind) -> str:
    """Return how InfluxDB names rows of a kind in its errors."""
    return f"*query.{kind.value}InterruptIterator"


def _once(stream: Stream) -> Stream:
    """Return only the first of the rows of a group that follow each other with the same instant."""
    fresh = np.ones(len(stream), np.bool_)
    fresh[1:] = (stream.at[1:] != stream.at[:-1]) | (stream.group[1:] != stream.group[:-1])
    return stream.take(fresh)


def _pairs(stream: Stream) -> tuple[Stream, np.ndarray[tuple[int], np.dtype[np.intp]]]:
    following = np.flatnonzero(~stream.starts())
    return stream.take(following), following


def _derivative(call: Call, stream: Stream, every_ns: int, *, ascending: bool) -> Stream:
    stream = _once(stream)
    later, rows = _pairs(stream)
    data = stream.values[0].data.astype(np.float64)
    change = data[rows] - data[rows - 1]
    elapsed = (stream.at[rows] - stream.at[rows - 1]).astype(np.float64) * (1 if ascending else -1)
    rate = change / (elapsed / _unit_ns(call, every_ns or NS["s"]))
    kept = change >= 0 if call.name.startswith("non_negative") else np.ones(len(rows), np.bool_)
    return _with(later, Kind.FLOAT, rate).take(kept)


def _difference(call: Call, stream: Stream) -> Stream:
    stream = _once(stream)
    later, rows = _pairs(stream)
    data = stream.values[0].data
    change = data[rows] - data[rows - 1]
    kept = change >= 0 if call.name.startswith("non_negative") else np.ones(len(rows), np.bool_)
    return _with(later, stream.values[0].kind, change).take(kept)


def _elapsed(call: Call, stream: Stream) -> Stream:
    later, rows = _pairs(stream)
    elapsed = stream.at[rows] - stream.at[rows - 1]
    unit_ns = _unit_ns(call, 1)
    return _with(later, Kind.INTEGER, np.where(elapsed < 0, -(-elapsed // unit_ns), elapsed // unit_ns))


def _moving(call: Call, stream: Stream) -> Stream:
    size = call.args[1]
    many = size.value if isinstance(size, Literal) and isinstance(size.value, int) else 2
    starts = np.flatnonzero(stream.starts())
    place = np.arange(len(stream)) - np.repeat(starts, np.diff(np.append(starts, len(stream))))
    full = np.flatnonzero(place >= many - 1)
    data = stream.values[0].data.astype(np.float64)
    if not len(full):
        return _with(stream.take(full), Kind.FLOAT, np.zeros(0))
    means = np.lib.stride_tricks.sliding_window_view(data, many).mean(axis=1)[full - many + 1]
    return _with(stream.take(full), Kind.FLOAT, means)


def _growing(stream: Stream) -> Stream:
    data = stream.values[0].data
    total = data.copy()
    for first, last in stream.spans():
        np.cumsum(data[first:last], out=total[first:last])
    return _with(stream, stream.values[0].kind, total)


def _unit_ns(call: Call, otherwise_ns: int) -> int:
    match call.args[1:]:
        case (Duration(ns),):
            return ns
    return otherwise_ns


def _with(stream: Stream, kind: Kind, data: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Stream:
    return Stream(stream.group, stream.at, [Values(kind, data, np.ones(len(data), np.bool_))], stream.series)
