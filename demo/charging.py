"""How a battery charges: constant power up to 80 %, then less and less (the CC-CV shape, simplified).

Energies are those of the outlet's meter; the battery gets `efficiency` of them.
"""

from __future__ import annotations

import numpy as np

from demo.chance import FloatArray

EFFICIENCY = 0.9
TAPER_FROM_PERCENT = 80.0
FULL_PERCENT = 100.0
_LEFT_AT_FULL = 0.1


def taper(soc_percent: float) -> float:
    """Return the share of its charging power that a battery takes: 1 up to 80 %, 0.1 just before full, then 0."""
    if soc_percent >= FULL_PERCENT:
        return 0.0
    above = max(soc_percent - TAPER_FROM_PERCENT, 0.0) / (FULL_PERCENT - TAPER_FROM_PERCENT)
    return 1.0 - (1.0 - _LEFT_AT_FULL) * above


def percent_of(energy_wh: float, battery_wh: float, efficiency: float = EFFICIENCY) -> float:
    """Return by how much the state of charge rises for an energy at the outlet."""
    return 100.0 * efficiency * energy_wh / battery_wh


def charged_wh(
    elapsed_s: FloatArray,
    power_w: float,
    battery_wh: float,
    soc_percent: float,
    target_percent: float = FULL_PERCENT,
    *,
    efficiency: float = EFFICIENCY,
) -> FloatArray:
    """Return the energy at the outlet after each elapsed time, from `soc_percent` until `target_percent`.

    The integral of `power_w * taper(soc)`, which is linear, then exponential.
    """
    until_taper_wh = max(TAPER_FROM_PERCENT - soc_percent, 0.0) * battery_wh / (100.0 * efficiency)
    until_target_wh = max(target_percent - soc_percent, 0.0) * battery_wh / (100.0 * efficiency)
    elapsed_h = np.maximum(elapsed_s, 0.0) / 3600.0
    linear_wh = power_w * elapsed_h
    taper_h = np.maximum(elapsed_h - until_taper_wh / power_w, 0.0)
    slope_per_wh = (1.0 - _LEFT_AT_FULL) / (FULL_PERCENT - TAPER_FROM_PERCENT) * 100.0 * efficiency / battery_wh
    taper_start_w = power_w * taper(max(soc_percent, TAPER_FROM_PERCENT))
    tapered_wh = taper_start_w / (power_w * slope_per_wh) * -np.expm1(-power_w * slope_per_wh * taper_h)
    return np.minimum(np.minimum(linear_wh, until_taper_wh) + tapered_wh, until_target_wh)
