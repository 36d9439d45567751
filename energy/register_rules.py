"""What a register can do, what may be booked about it, and what each of its positions was found to be."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from math import isfinite

from core.errors import CalculationError
from core.inventory import Meter
from core.quantities import Kind, Quantity

MS_PER_H = 3_600_000

GENEROUS_RATE_PER_H = {
    Quantity.ENERGY_IMPORT_WH: 10e6,
    Quantity.ENERGY_EXPORT_WH: 10e6,
    Quantity.ENERGY_USED_WH: 1e6,
    Quantity.HEAT_WH: 10e6,
    Quantity.FUEL_HO_WH: 10e6,
    Quantity.FUEL_HI_WH: 10e6,
    Quantity.VOLUME_M3: 1_000.0,
    Quantity.MASS_G: 50e6,
    Quantity.ODOMETER_M: 250_000.0,
}
"""What no single meter or vehicle of a district exceeds: the limit where the inventory names none."""


class Step(IntEnum):
    """What a position was found to be; its value is what the column of an array holds."""

    FIRST = 0
    """The first position of the register; counting begins here."""
    COUNTED = 1
    """On the line; the rise since the position before is counted."""
    HELD = 2
    """Jitter: lower by no more than the tolerance; the maximum is held."""
    GLITCH = 3
    """Off the line, and the line went on without it; ignored."""
    RESET = 4
    """The first position after a fall to about 0 that counts on; counted from here."""
    ROLLOVER = 5
    """The first position after the register passed its width; counted by the width."""
    EXCHANGE = 6
    """The first position on a lower level that lasts; the step to here is missing."""
    JUMP = 7
    """The first position on a higher level than the limit allows; the step to here is missing."""
    BOOKED = 8
    """An exchange that a person booked, with end and start reading."""
    MANUAL = 9
    """A reading that a person took."""
    DUPLICATE = 10
    """A second position at the same instant; ignored."""
    INVALID = 11
    """Not a finite number, or beyond any dial; ignored."""
    PENDING = 12
    """Not decided yet, not counted."""

    @property
    def trusted(self) -> bool:
        """Return whether the register really stood at this position."""
        return self not in _UNTRUSTED

    @property
    def missing(self) -> bool:
        """Return whether what was counted between the position before and this one is unknown."""
        return self in {Step.EXCHANGE, Step.JUMP}


_UNTRUSTED = frozenset({Step.GLITCH, Step.DUPLICATE, Step.INVALID, Step.PENDING})


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRules:
    """What one register can do, in the unit of its values (Wh, m³, m).

    `resolution` is its smallest step, `max_rate_per_h` the most it can count in an hour (fuse, pipe,
    top speed; None: unknown, then no jump is recognised), `clock_tolerance_s` how wrong the instants
    may be, `width` the value at which it begins again at 0. A value up to `near_zero` counts as
    about 0. `confirm` consistent values decide about a position off the line. `restarts` marks a counter
    that begins anew at 0 whenever it likes (session, day): a fall is a reset, and its first value counts.
    Raises `CalculationError` for a rule that is not positive and finite.
    """

    resolution: float = 1.0
    max_rate_per_h: float | None = None
    clock_tolerance_s: float = 5.0
    width: float | None = None
    near_zero: float = 0.0
    confirm: int = 3
    restarts: bool = False

    def __post_init__(self) -> None:
        positive = {"resolution": self.resolution, "max_rate_per_h": self.max_rate_per_h, "width": self.width}
        not_negative = {"clock_tolerance_s": self.clock_tolerance_s, "near_zero": self.near_zero}
        wrong = [name for name, value in positive.items() if value is not None and not (isfinite(value) and value > 0)]
        wrong += [name for name, value in not_negative.items() if not (isfinite(value) and value >= 0)]
        if self.confirm < 1:
            wrong.append("confirm")
        if wrong:
            raise CalculationError("register.rules_invalid", names=", ".join(wrong))

    @property
    def tolerance(self) -> float:
        """Return by how much a value may fall or rise beyond the limit without meaning; absolute, never a ratio."""
        return max(self.resolution, self.rate_per_ms * self.clock_tolerance_s * 1000)

    @property
    def rate_per_ms(self) -> float:
        """Return the most it can count in a millisecond, 0 where the limit is unknown."""
        return 0.0 if self.max_rate_per_h is None else self.max_rate_per_h / MS_PER_H

    @property
    def base_rise(self) -> float:
        """Return the rise allowed in no time at all; `base_rise + rate_per_ms * elapsed_ms` is allowed in a while."""
        return sys.float_info.max if self.max_rate_per_h is None else self.tolerance

    @property
    def zero_bound(self) -> float:
        """Return up to which value a register stands at about 0."""
        return max(self.near_zero, self.tolerance)

    def wrapped_rise(self, before: float, after: float, elapsed_ms: int) -> float | None:
        """Return what was counted from `before` over the width to `after`, None if it did not roll over.

        It did if the rise stays within the limit and within a hundredth of the width: both ends are near it.
        """
        if self.width is None:
            return None
        rise = after + self.width - before
        return rise if 0 <= rise <= min(self.base_rise + self.rate_per_ms * elapsed_ms, self.width / 100) else None


def rules_of(meter: Meter, quantity: Quantity) -> RegisterRules:
    """Return the rules of a meter's register.

    `digits` count in steps of the resolution. A register stands at about 0 where the limit explains
    its value by one nominal interval. Raises `CalculationError` if `quantity` is not a register.
    """
    if quantity.kind is not Kind.REGISTER:
        raise CalculationError("register.not_a_register", quantity=quantity)
    known = meter.max_power_w if quantity.name.endswith("_WH") else None
    return RegisterRules(
        resolution=meter.resolution,
        max_rate_per_h=known or GENEROUS_RATE_PER_H[quantity],
        clock_tolerance_s=5.0 if known else 0.0,
        width=None if meter.digits is None else meter.resolution * 10.0**meter.digits,
        near_zero=known * meter.nominal_interval_s / 3600 if known else 0.0,
    )


@dataclass(frozen=True, slots=True)
class Exchange:
    """A person booked: at `at_utc` the old register ended at `end`, the new one began at `start`."""

    at_utc: datetime
    end: float
    start: float


@dataclass(frozen=True, slots=True)
class ManualReading:
    """A person read `value` off the dial at `at_utc`; on a billing date the figure that a bill stands on."""

    at_utc: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Restart:
    """A person booked: the register began again at `start`; `lost` is what it had counted since it was last read."""

    at_utc: datetime
    start: float
    lost: float = 0.0


@dataclass(frozen=True, slots=True)
class Rollover:
    """A person booked: about `at_utc` the register passed its width and went on from 0.

    What fell shortly before and waits is counted by the width at once; a rollover that was counted
    already is not counted twice.
    """

    at_utc: datetime
    width: float


@dataclass(frozen=True, slots=True)
class Interruption:
    """What was counted from the reading before until `at_utc` is unknown; the register goes on at `start`.

    It says nothing where the register is known at that very instant.
    """

    at_utc: datetime
    start: float


@dataclass(frozen=True, slots=True)
class Correction:
    """A person booked an `amount` to be added (taken away, if negative) evenly from `at_utc` until `until_utc`.

    It says nothing about the dial: no position, and no decision about one, changes by it.
    """

    at_utc: datetime
    until_utc: datetime
    amount: float


Booking = Exchange | ManualReading | Restart | Rollover | Interruption | Correction


@dataclass(frozen=True, slots=True)
class Proposal:
    """A step that only a person can explain: the last position on the line, the first one off it.

    `step` is what it looks like; `PENDING` where nothing has been decided. An `Exchange` booked
    after `from_utc` and not after `to_utc` settles it.
    """

    step: Step
    from_utc: datetime
    from_value: float
    to_utc: datetime
    to_value: float
