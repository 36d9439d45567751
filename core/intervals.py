"""What was counted in slots, days and months, and what that stands on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.periods import Period
from core.quantities import Quantity
from core.readings import SlotShare

SLOT_S = 900

SeriesKey = tuple[str, Quantity]
"""What a series is known by: its source and quantity."""


class Resolution(StrEnum):
    """How finely a series is asked for. Days and months are those of the place."""

    RAW = "raw"
    SLOT = "15m"
    HOUR = "1h"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How many seconds of a span stand on what; together they are the whole span."""

    measured_s: int = 0
    recovered_s: int = 0
    interpolated_s: int = 0
    estimated_s: int = 0
    missing_s: int = 0

    @property
    def span_s(self) -> int:
        """Return how long the span is."""
        return self.measured_s + self.recovered_s + self.interpolated_s + self.estimated_s + self.missing_s

    def of(self, share: SlotShare) -> float:
        """Return the part (0 to 1) of the span that stands on `share`, 0 for an empty span."""
        return getattr(self, f"{share.value}_s") / self.span_s if self.span_s else 0.0


class Reliability(StrEnum):
    """How far a total may be relied upon."""

    WHOLE = "whole"
    """All of it is known, if only by estimate."""
    AT_LEAST = "at_least"
    """Some of it is missing: it was that much or more."""
    NOT_RELIABLE = "not_reliable"
    """So much is missing that what was counted says little."""


RELIABLE_FROM: Final = 0.8
"""How much of a period must be known (own rule): with less a total is no lower bound worth telling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """What a series, or several together, counted in `period`, in integer thousandths of the unit (mWh, litres, mm).

    None where nothing at all is known. `share` says how the total is known (the weakest of all ends:
    a period between two measured positions is a measured total, whatever its slots are; missing
    where an end, a slot or a step between them is not known), `shares` what its course stands on.
    `sources` of them had something to say, `silent` are those that had not, and are missing in `shares`.
    """

    period: Period
    thousandths: int | None
    share: SlotShare
    shares: Shares
    sources: int = 1
    silent: tuple[str, ...] = ()

    def reliability(self, gone: float = 1.0, *, rises: bool = True) -> Reliability:
        """Return how far the total may be relied upon, of a period of which a part (0 to 1) has `gone`.

        Where it `rises` with all that is counted, what is known of it is a lower bound.
        """
        if self.share is not SlotShare.MISSING and not self.silent:
            return Reliability.WHOLE
        known = 1 - self.shares.of(SlotShare.MISSING)
        return Reliability.AT_LEAST if rises and known >= RELIABLE_FROM * gone else Reliability.NOT_RELIABLE


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Course:
    """A series at a resolution: one row per reading, slot, hour, day or month that is known, by instant.

    `at_ms` is where each begins (milliseconds since 1970). `value` is in the quantity's unit: what a
    register counted in the span, the mean of any other quantity; raw: the reading itself. `minimum`
    and `maximum` are empty for registers and raw readings. `measured` is the part (0 to 1) of each
    span that was measured.
    """

    source: str
    quantity: Quantity
    resolution: Resolution
    at_ms: Sequence[int]
    value: Sequence[float]
    minimum: Sequence[float] = ()
    maximum: Sequence[float] = ()
    measured: Sequence[float] = ()
