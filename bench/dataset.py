"""The seeded data on which stores, intervals and queries are measured.

A thousand series, 700 registers of 1 Wh resolution and 300 powers of 1 W, each every 60 s ± 2 s
with 1 % gaps: 20,000 minutes of them are 20 M readings. Ten more series run for a year. Everything
is computed window by window, so that no more is in memory than what is asked for, and any window
gives the same readings whichever way it is reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.quantities import Quantity

SEED = 20261122
START_UTC = datetime(2026, 9, 1, tzinfo=UTC)
"""Where the twenty million begin: at the head of a month that is closed."""
MINUTES = 20_000
REGISTERS, POWERS = 700, 300
YEAR_START_UTC = datetime(2025, 9, 1, tzinfo=UTC)
YEAR_MINUTES = 365 * 1440
YEAR_REGISTERS, YEAR_POWERS = 7, 3

_MINUTE_MS = 60_000
_JITTER_MS = 2_000
_GAP_PART = 0.01
_WINDOW_MINUTES = 240
_DAY_S = 86_400.0
_SWING = 0.6
"""How far a day's load goes from its mean, as a part of it."""


class Column(NamedTuple):
    """Readings of one series by instant: milliseconds since 1970 and values in the quantity's unit."""

    source: str
    quantity: Quantity
    at_ms: NDArray[np.int64]
    value: NDArray[np.float64]


class Block(NamedTuple):
    """Readings of many series by instant; `series` is the position in what was asked for."""

    series: NDArray[np.int32]
    at_ms: NDArray[np.int64]
    value: NDArray[np.float64]

    def part(self, rows: slice | NDArray[np.intp]) -> Block:
        """Return some of the rows."""
        return Block(self.series[rows], self.at_ms[rows], self.value[rows])


@dataclass(frozen=True, slots=True)
class Series:
    """One meter of the data set."""

    number: int
    source: str
    quantity: Quantity

    def column(self, start_utc: datetime, minutes: int) -> Column:
        """Return the readings of so many minutes from `start_utc` (a whole window of 240 minutes since 1970)."""
        first = _minute(start_utc)
        windows = [self._window(at, min(_WINDOW_MINUTES, first + minutes - at)) for at in _starts(first, minutes)]
        at_ms, value = (np.concatenate(parts) for parts in zip(*windows, strict=True))
        return Column(self.source, self.quantity, at_ms, value)

    def _window(self, first: int, minutes: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        chance = np.random.default_rng((SEED, self.number, first))
        offset_ms = self.number * 7919 % (_MINUTE_MS - 2 * _JITTER_MS) + _JITTER_MS
        jitter_ms = chance.integers(-_JITTER_MS, _JITTER_MS, _WINDOW_MINUTES)
        at_ms = (first + np.arange(_WINDOW_MINUTES)) * _MINUTE_MS + offset_ms + jitter_ms
        value = self._values(at_ms / 1000, chance)
        kept = chance.random(_WINDOW_MINUTES)[:minutes] >= _GAP_PART
        return at_ms[:minutes][kept], value[:minutes][kept]

    def _values(self, at_s: NDArray[np.float64], chance: np.random.Generator) -> NDArray[np.float64]:
        mean_w = 400.0 * 1.5 ** (self.number * 13 % 10)
        phase = self.number * 0.7
        turn = 2 * np.pi / _DAY_S
        if self.quantity is Quantity.POWER_W:
            power_w = (
                mean_w * (1 + _SWING * np.sin(turn * at_s + phase)) * (1 + 0.1 * chance.standard_normal(len(at_s)))
            )
            return np.rint(np.maximum(power_w, 0))
        # The integral of the same day's load. What is added by chance is less than the least growth of
        # a minute, so that the register never falls.
        elapsed_s = at_s - YEAR_START_UTC.timestamp()
        energy_wh = mean_w * (elapsed_s - _SWING / turn * np.cos(turn * at_s + phase)) / 3600
        least_wh = mean_w * (1 - _SWING) * (60 - 2 * _JITTER_MS / 1000) / 3600
        return np.floor(1_000_000 + self.number * 1000 + energy_wh + chance.random(len(at_s)) * least_wh)


def district() -> tuple[Series, ...]:
    """Return the thousand series, registers and powers mixed as they come in a district."""
    return _series("meter:bench", 0, REGISTERS, POWERS)


def long_running() -> tuple[Series, ...]:
    """Return the ten series that run for a year."""
    return _series("meter:year", REGISTERS + POWERS, YEAR_REGISTERS, YEAR_POWERS)


def blocks(series: Sequence[Series], start_utc: datetime, minutes: int, rows: int) -> Iterator[Block]:
    """Yield the readings of all `series` in order of time, `rows` at once (fewer in the last block)."""
    waiting: list[Block] = []
    first = _minute(start_utc)
    for at in _starts(first, minutes):
        waiting.append(_merged(series, at, min(_WINDOW_MINUTES, first + minutes - at)))
        if sum(len(block.at_ms) for block in waiting) >= rows:
            whole = _joined(waiting)
            end = len(whole.at_ms) // rows * rows
            yield from (whole.part(slice(start, start + rows)) for start in range(0, end, rows))
            waiting = [whole.part(slice(end, None))]
    last = _joined(waiting)
    if len(last.at_ms):
        yield last


def _series(prefix: str, first: int, registers: int, powers: int) -> tuple[Series, ...]:
    count = registers + powers
    kinds = [Quantity.ENERGY_IMPORT_WH if place * 7 % count < registers else Quantity.POWER_W for place in range(count)]
    return tuple(Series(first + place, f"{prefix}-{place:04}", kind) for place, kind in enumerate(kinds))


def _merged(series: Sequence[Series], first: int, minutes: int) -> Block:
    windows = [each._window(first, minutes) for each in series]  # noqa: SLF001
    block = _joined([Block(np.full(len(at), place, np.int32), at, value) for place, (at, value) in enumerate(windows)])
    return block.part(np.argsort(block.at_ms, kind="stable"))


def _joined(blocks: Sequence[Block]) -> Block:
    series, at_ms, value = zip(*blocks, strict=True)
    return Block(np.concatenate(series), np.concatenate(at_ms), np.concatenate(value))


def _minute(at_utc: datetime) -> int:
    minute, rest = divmod(int(at_utc.timestamp()), 60)
    if rest or minute % _WINDOW_MINUTES:
        raise ValueError("the data set is cut at windows of 240 minutes since 1970")
    return minute


def _starts(first: int, minutes: int) -> range:
    return range(first, first + minutes, _WINDOW_MINUTES)
