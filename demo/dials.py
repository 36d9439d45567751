"""The meters of the live world: what flows through them now and what their registers show."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from core.inventory import Medium, Meter
from core.quantities import Quantity
from demo.registers import (
    WARMING_M3_PER_WH,
    read_dial,
    register_gains,
    registers_of,
    resolution_of,
)
from demo.sites import Scene
from demo.start import Start

_CATCH_UP_STEP_S = 900.0
_LONGEST_CATCH_UP_S = 400 * 86_400.0
_FLOW_C, _TAP_C, _BATTERY_PERCENT = 68.0, 11.0, 88.0


@dataclass(slots=True)
class Dial:
    """A meter; `rate` is its power in W (negative towards the grid) or its flow in m³/h."""

    meter: Meter
    rate: float = 0.0
    exact: dict[Quantity, float] = field(default_factory=dict)

    def turn(self, rate: float, seconds: float) -> None:
        """Count on for some seconds at a constant rate."""
        self.rate = rate
        for quantity in self.exact:
            gain_per_h = register_gains(self.meter, quantity, np.array([rate]))
            self.exact[quantity] += float(gain_per_h[0]) * seconds / 3600.0

    def shown(self, quantity: Quantity) -> float | None:
        """Return what the device would send for a quantity, None if it knows nothing of it."""
        if quantity in self.exact:
            return self.register(quantity)
        heats = self.meter.medium is Medium.HEAT
        flow = self.rate * WARMING_M3_PER_WH if heats else self.rate
        known = {
            Quantity.POWER_W: round(self.rate, 1),
            Quantity.FLOW_M3_PER_H: round(flow, 3),
            Quantity.TEMPERATURE_C: _FLOW_C if heats else _TAP_C,
            Quantity.BATTERY_PERCENT: _BATTERY_PERCENT,
        }
        return known.get(quantity)

    def register(self, quantity: Quantity) -> float:
        """Return what the dial shows, in whole steps of the meter's resolution."""
        return float(read_dial(np.array([self.exact[quantity]]), resolution_of(self.meter, quantity))[0])


def dials_of(scene: Scene, start: Start) -> dict[str, Dial]:
    """Return a site's meters: where the last position stands plus what has passed since, or where dials begin."""
    return {meter.id: _dial(scene, meter, start) for meter in scene.meters()}


def _dial(scene: Scene, meter: Meter, start: Start) -> Dial:
    dial = Dial(meter)
    for quantity in registers_of(meter):
        known = start.last.get((meter.source, quantity))
        if known is None:
            dial.exact[quantity] = scene.first_value(meter, quantity)
        else:
            at_utc, value = known
            dial.exact[quantity] = value + _missed(scene, meter, quantity, at_utc.timestamp(), start.at_s)
    return dial


def _missed(scene: Scene, meter: Meter, quantity: Quantity, from_s: float, now_s: float) -> float:
    """Return what has passed a meter since `from_s`, without charging."""
    from_s = max(from_s, now_s - _LONGEST_CATCH_UP_S)
    if from_s >= now_s:
        return 0.0
    pieces = math.ceil((now_s - from_s) / _CATCH_UP_STEP_S)
    length_s = (now_s - from_s) / pieces
    middle_s = from_s + (np.arange(pieces, dtype=np.float64) + 0.5) * length_s
    rates = scene.net_w(middle_s, {}) if meter.medium is Medium.ELECTRICITY else scene.flows(middle_s)
    return float(register_gains(meter, quantity, rates[meter.id]).sum()) * length_s / 3600.0
