"""Amounts and means as points of InfluxDB, and back, exactly.

An amount is a float in the quantity's unit, as Grafana wants to sum it. Integer thousandths below
2^51, divided by 1000, come back by multiplying and rounding, as both steps together err by less than
half a thousandth; what larger ones lose stands in a field of its own, else 0. What a span stands on are
parts (0 to 1) of its length, which is kept too, so that the seconds come back. One point holds the
fields of all quantities of a source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.intervals import Resolution
from core.measurements import DAY, INTERVAL, greatest_field, least_field, quality_field
from core.quantities import Quantity
from energy.series import SHARE_NUMBERS, Amounts, Means
from store.influx.line import number
from store.spans.columns import Spans

MEASUREMENTS: Final = {Resolution.SLOT: INTERVAL, Resolution.DAY: DAY}
_SHARES: Final = sorted(SHARE_NUMBERS, key=lambda share: SHARE_NUMBERS[share])


def fields_of(kind: type[Amounts | Means], quantity: Quantity) -> list[str]:
    """Return the fields of a quantity's spans: what was counted or measured first, then what it stands on."""
    shares = [quality_field(quantity, share) for share in _SHARES]
    span = f"quality_{quantity.value}_span_s"
    if kind is Amounts:
        own = [f"quality_{quantity.value}_{part}" for part in ("begins", "ends", "rest")]
        return [quantity.value, *own, span, *shares]
    return [quantity.value, least_field(quantity), greatest_field(quantity), span, *shares]


def written(rows: Amounts | Means, quantity: Quantity) -> Iterator[tuple[int, str]]:
    """Yield instant and fields of each row."""
    names = fields_of(type(rows), quantity)
    span_s = rows.seconds.sum(axis=1)
    parts = rows.seconds / np.maximum(span_s, 1)[:, None]
    columns = [*_values(rows), span_s.astype(np.float64), *parts.T]
    texts = [
        [f"{name}={number(value)}" for value in column.tolist()] for name, column in zip(names, columns, strict=True)
    ]
    for at_ms, *fields in zip(rows.start_ms.tolist(), *texts, strict=True):
        yield at_ms, ",".join(fields)


def read(kind: type[Spans], quantity: Quantity, columns: Mapping[str, Sequence[Any]]) -> Spans:
    """Return the rows of a quantity among points, of which some may have none."""
    given = [np.array(columns[name], np.float64) for name in fields_of(kind, quantity)]
    value, first, second = given[:3]
    span, parts = given[-len(_SHARES) - 1], given[-len(_SHARES) :]
    known = np.isfinite(value)
    seconds = np.rint(np.column_stack(parts) * span[:, None])
    start_ms = np.array(columns["time"], np.int64)[known]
    counted = seconds[known].astype(np.int32)
    rows: tuple[NDArray[Any], ...] = start_ms, value[known], first[known], second[known], counted
    if kind is Amounts:
        thousandths = _nearest(value[known]) + given[3][known].astype(np.int64)
        rows = start_ms, thousandths, counted, first[known].astype(np.uint8), second[known].astype(np.uint8)
    return kind(*rows)


def differing(wanted: Spans, there: Spans | None) -> Spans:
    """Return those rows of `wanted` that are not there, or differ; of equal instants the last one given."""
    _, last = np.unique(wanted.start_ms[::-1], return_index=True)
    wanted = wanted.take(np.sort(len(wanted) - 1 - last))
    if there is None or not len(there):
        return wanted
    place = np.searchsorted(there.start_ms, wanted.start_ms)
    place[place == len(there)] = 0
    beside = there.take(place)
    same = np.ones(len(wanted), np.bool_)
    for one, other in zip(_columns(wanted), _columns(beside), strict=True):
        equal = one == other
        same &= equal.all(axis=1) if equal.ndim > 1 else equal
    return wanted.take(~same)


def _values(rows: Amounts | Means) -> tuple[NDArray[np.float64], ...]:
    if isinstance(rows, Means):
        return rows.mean, rows.minimum, rows.maximum
    value = rows.thousandths / 1000
    rest = rows.thousandths - _nearest(value)
    return value, rows.begins.astype(np.float64), rows.ends.astype(np.float64), rest.astype(np.float64)


def _nearest(value: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.rint(value * 1000).astype(np.int64)


def _columns(rows: Amounts | Means) -> tuple[NDArray[Any], ...]:
    if isinstance(rows, Means):
        return rows.start_ms, rows.mean, rows.minimum, rows.maximum, rows.seconds
    return rows.start_ms, rows.thousandths, rows.seconds, rows.begins, rows.ends
