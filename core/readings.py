"""`Reading`, the one value type that carries every measurement."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from math import isfinite

from core.errors import ReadingError
from core.quantities import Quantity

_SOURCE = re.compile(r"[a-z]+:[a-z][a-z0-9-]*(/[0-9]+)?\Z")


class ReadingQuality(StrEnum):
    """How a value came to be."""

    MEASURED = "measured"
    ESTIMATED = "estimated"
    INTERPOLATED = "interpolated"
    RECOVERED = "recovered"
    CORRECTED = "corrected"
    MANUAL = "manual"


class SlotShare(StrEnum):
    """What a part of an interval stands on."""

    MEASURED = "measured"
    RECOVERED = "recovered"
    INTERPOLATED = "interpolated"
    ESTIMATED = "estimated"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Reading:
    """`value` of `quantity` (in the unit its name ends in) at `source` at `at_utc`.

    The instant is aware, in UTC, truncated to milliseconds; the value is finite.
    Raises `ReadingError` where it is not, so nobody downstream checks again.
    """

    source: str
    quantity: Quantity
    at_utc: datetime
    value: float
    quality: ReadingQuality = ReadingQuality.MEASURED

    def __post_init__(self) -> None:
        if not is_source(self.source):
            raise ReadingError("reading.source_invalid", source=self.source[:80])
        if not _is_finite(self.value):
            raise ReadingError("reading.not_finite", source=self.source, quantity=self.quantity)
        at_utc = instant(self.at_utc)
        if at_utc is not self.at_utc:
            object.__setattr__(self, "at_utc", at_utc)


@lru_cache(maxsize=65536)
def is_source(source: str) -> bool:
    """Return whether `source` has the form `kind:name` or `kind:name/number`."""
    return _SOURCE.match(source) is not None


def instant(at: datetime) -> datetime:
    """Return `at` in UTC, truncated to milliseconds.

    Raises `ReadingError` for a naive time, and for one that lies outside of the calendar in UTC.
    """
    if at.tzinfo is not UTC:
        if at.utcoffset() is None:
            raise ReadingError("reading.time_naive", at=at.isoformat())
        try:
            at = at.astimezone(UTC)
        except OverflowError as error:
            raise ReadingError("reading.time_out_of_range", at=at.isoformat()) from error
    surplus = at.microsecond % 1000
    return at.replace(microsecond=at.microsecond - surplus) if surplus else at


def _is_finite(value: float) -> bool:
    try:
        return isfinite(value)
    except OverflowError:  # an integer beyond any float, which JSON may carry
        return False
