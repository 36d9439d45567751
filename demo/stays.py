"""A stay at an outlet with what was charged in it, and the track of a car between its stays."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from demo.chance import FloatArray
from demo.charging import EFFICIENCY, charged_wh


@dataclass(frozen=True, slots=True)
class Stay:
    """A car at an outlet from plugging in to unplugging; `power_w` is what outlet and car agree on."""

    outlet: str
    begin_s: float
    end_s: float
    power_w: float
    battery_wh: float
    soc_percent: float
    tag_uid: str = field(repr=False)
    target_percent: float = 100.0
    efficiency: float = EFFICIENCY

    def energy_wh(self, at_s: FloatArray) -> FloatArray:
        """Return what the outlet has given by each instant."""
        elapsed_s = np.clip(at_s, self.begin_s, self.end_s) - self.begin_s
        return charged_wh(
            elapsed_s, self.power_w, self.battery_wh, self.soc_percent, self.target_percent, efficiency=self.efficiency
        )


@dataclass(slots=True)
class Track:
    """Where odometer and state of charge stood at some instants; in between they change evenly."""

    at_s: list[float]
    odometer_m: list[float]
    soc_percent: list[float]

    def mark(self, at_s: float, odometer_m: float, soc_percent: float) -> None:
        """Append an instant; one that is not later than the last is moved behind it."""
        self.at_s.append(max(at_s, self.at_s[-1] + 1.0))
        self.odometer_m.append(odometer_m)
        self.soc_percent.append(soc_percent)
