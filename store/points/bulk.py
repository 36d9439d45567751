"""Long columns of readings, cut into parts that one commit takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.errors import ReadingError
from core.quantities import Quantity
from core.readings import ReadingQuality, is_source
from store.points.columns import Columns, SeriesKey, to_ms
from store.points.schema import QUALITY_NUMBERS

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS: Final = 86_016
"""Three row groups of the file: they go there at once instead of through its log, and nobody waits long for them."""
_PARTS: Final = 20
_MEASURED: Final = QUALITY_NUMBERS[ReadingQuality.MEASURED]


_Word = TypeVar("_Word", Quantity, ReadingQuality)
_Number = TypeVar("_Number", np.int64, np.float64)


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one commit: how many, and how to make them once series have ids."""

    count: int
    columns: Callable[[Mapping[SeriesKey, int]], Columns]


def of_series(
    key: SeriesKey, at_ms: NDArray[np.int64], value: NDArray[np.float64], received_at_utc: datetime
) -> Iterator[Part]:
    """Yield the parts of one series of measured values. Raises `ReadingError` before any of them."""
    if not is_source(key[0]):
        raise ReadingError("reading.source_invalid", source=key[0][:80])
    if not np.isfinite(value).all():
        raise ReadingError("reading.not_finite", source=key[0], quantity=key[1])
    received_ms = to_ms(received_at_utc)
    return (
        _series_part(key, at_ms[start : start + _ROWS], value[start : start + _ROWS], received_ms)
        for start in range(0, len(at_ms), _ROWS)
    )


def _series_part(key: SeriesKey, at_ms: NDArray[np.int64], value: NDArray[np.float64], received_ms: int) -> Part:
    count = len(at_ms)

    def columns(ids: Mapping[SeriesKey, int]) -> Columns:
        series_id = np.full(count, ids[key], np.int32)
        return Columns(series_id, at_ms, value, np.full(count, _MEASURED, np.uint8), np.full(count, received_ms))

    return Part(count, columns)


def of_table(table: pa.Table, received_at_utc: datetime) -> Iterator[Part]:
    """Yield the parts of a table with the columns source, quantity, at_ms, value and perhaps quality.

    Names are text, best as dictionaries. Raises `ReadingError` for names or values that no reading
    has, before any part.
    """
    windows = [table.slice(start, _ROWS * _PARTS) for start in range(0, table.num_rows, _ROWS * _PARTS)]
    for window in windows:
        _Window(window)
    return (part for window in windows for part in _Window(window).parts(to_ms(received_at_utc)))


class _Window:
    """Some rows of a table, checked, by series and instant: what is written together stands together."""

    def __init__(self, table: pa.Table) -> None:
        (batch,) = table.unify_dictionaries().combine_chunks().to_batches()
        self._sources, source = _words(batch, "source")
        quantities, quantity = _words(batch, "quantity")
        for word in self._sources:
            if not is_source(word):
                raise ReadingError("reading.source_invalid", source=word[:80])
        self._quantities = [_known(Quantity, word, "quantity") for word in quantities]
        self._pair = source * len(quantities) + quantity
        self._at_ms = _numbers(batch, "at_ms", np.int64)
        self._value = _numbers(batch, "value", np.float64)
        wrong = np.flatnonzero(~np.isfinite(self._value))
        if len(wrong):
            key = self._key(int(self._pair[wrong[0]]))
            raise ReadingError("reading.not_finite", source=key[0], quantity=key[1])
        self._quality = self._qualities(batch)

    def _key(self, pair: int) -> SeriesKey:
        source, quantity = divmod(pair, len(self._quantities))
        return self._sources[source], self._quantities[quantity]

    def _qualities(self, batch: pa.RecordBatch) -> NDArray[np.uint8]:
        if "quality" not in batch.schema.names:
            return np.full(batch.num_rows, _MEASURED, np.uint8)
        words, places = _words(batch, "quality")
        numbers = [QUALITY_NUMBERS[_known(ReadingQuality, word, "quality")] for word in words]
        return np.array(numbers, np.uint8)[places]

    def parts(self, received_ms: int) -> Iterator[Part]:
        """Yield what one commit takes, again and again."""
        order = np.lexsort((self._at_ms, self._pair))
        for start in range(0, len(order), _ROWS):
            rows = order[start : start + _ROWS]
            yield Part(len(rows), partial(self._columns, rows, received_ms))

    def _columns(self, rows: NDArray[np.intp], received_ms: int, ids: Mapping[SeriesKey, int]) -> Columns:
        pairs, places = np.unique(self._pair[rows], return_inverse=True)
        series_id = np.array([ids[self._key(pair)] for pair in pairs.tolist()], np.int32)[places]
        received = np.full(len(rows), received_ms)
        return Columns(series_id, self._at_ms[rows], self._value[rows], self._quality[rows], received)


def _words(batch: pa.RecordBatch, name: str) -> tuple[Sequence[str], NDArray[np.intp]]:
    column = _column(batch, name)
    if not hasattr(column, "dictionary"):
        column = column.dictionary_encode()
    return column.dictionary.to_pylist(), column.indices.to_numpy(zero_copy_only=False).astype(np.intp)


def _numbers(batch: pa.RecordBatch, name: str, kind: type[_Number]) -> NDArray[_Number]:
    found: NDArray[Any] = _column(batch, name).to_numpy(zero_copy_only=False)
    if found.dtype.kind == "M":
        found = found.astype("M8[ms]").view(np.int64)
    return found.astype(kind, copy=False)


def _column(batch: pa.RecordBatch, name: str) -> pa.Array:
    if name not in batch.schema.names or batch.column(name).null_count:
        raise ReadingError("store.column_missing", column=name)
    return batch.column(name)


def _known(words: type[_Word], word: str, column: str) -> _Word:
    try:
        return words(word)
    except ValueError as error:
        raise ReadingError("store.word_unknown", column=column, word=word[:80]) from error
