"""What the steps of an odometer look like that only a person can explain.

Counting itself, and what is jitter, glitch or jump, is the business of `energy.registers`: an odometer is a
register like any other. Here a step that it could not count gets its probable cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from core.texts import Finding

KM_PER_MILE: Final = 1.609344
UNIT_TOLERANCE: Final = 0.005
"""So close to a ratio of units a step is taken for a change of unit; a vehicle drives meanwhile."""
SAME_DIAL_M: Final = 5_000.0
"""So close to another vehicle's odometer a tracker is taken to sit in that one now."""


class StepCause(StrEnum):
    """What a step of an odometer looks like."""

    KM_TO_MILES = "km_to_miles"
    MILES_TO_KM = "miles_to_km"
    KM_TO_M = "km_to_m"
    M_TO_KM = "m_to_km"
    OTHER_VEHICLE = "other_vehicle"
    FALL = "fall"
    JUMP = "jump"

    @property
    def is_unit(self) -> bool:
        """Return whether what was said since is in another unit, and no distance since is right."""
        return self in _RATIOS


_RATIOS: Final = {
    StepCause.KM_TO_MILES: 1 / KM_PER_MILE,
    StepCause.MILES_TO_KM: KM_PER_MILE,
    StepCause.KM_TO_M: 1000.0,
    StepCause.M_TO_KM: 1 / 1000,
}

_CODES: Final = {
    StepCause.KM_TO_MILES: "vehicle_days.unit_km_to_miles",
    StepCause.MILES_TO_KM: "vehicle_days.unit_miles_to_km",
    StepCause.KM_TO_M: "vehicle_days.unit_km_to_m",
    StepCause.M_TO_KM: "vehicle_days.unit_m_to_km",
    StepCause.OTHER_VEHICLE: "vehicle_days.odometer_of_other",
    StepCause.FALL: "vehicle_days.odometer_fell",
    StepCause.JUMP: "vehicle_days.odometer_jumped",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OdometerStep:
    """A step that was not counted: the last trusted value before it, the first one after (metres).

    `other` is a vehicle whose odometer stood about there.
    """

    from_utc: datetime
    from_m: float
    to_utc: datetime
    to_m: float
    other: str | None = None

    @property
    def cause(self) -> StepCause:
        """Return what the step looks like: another unit, another vehicle, a fall or a jump."""
        for cause, ratio in _RATIOS.items():
            if self.from_m > 0 and abs(self.to_m / self.from_m / ratio - 1) <= UNIT_TOLERANCE:
                return cause
        if self.other is not None:
            return StepCause.OTHER_VEHICLE
        return StepCause.FALL if self.to_m < self.from_m else StepCause.JUMP

    @property
    def finding(self) -> Finding:
        """Return what people are told of it, with both values in km."""
        said = {"from_km": round(self.from_m / 1000), "to_km": round(self.to_m / 1000)}
        if self.cause is StepCause.OTHER_VEHICLE:
            return Finding.of(_CODES[self.cause], other=self.other, **said)
        return Finding.of(_CODES[self.cause], **said)


def like_other(vehicle: str, to_m: float, stood_m: Mapping[str, float]) -> str | None:
    """Return the only other vehicle whose odometer stood about where this one's jumped to, None if there is none."""
    near = [other for other, value in stood_m.items() if other != vehicle and abs(value - to_m) <= SAME_DIAL_M]
    return near[0] if len(near) == 1 else None


def wrong_unit_since(steps: Iterable[OdometerStep]) -> datetime | None:
    """Return since when an odometer has been telling another unit that nobody has explained, None if it has not."""
    return min((step.to_utc for step in steps if step.cause.is_unit), default=None)
