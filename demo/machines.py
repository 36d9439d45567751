"""Battery stores, and units that make power and heat of gas: what they do follows from sun and cold alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from demo.chance import FloatArray

STORE_W: Final = 12_000.0
STORE_WH: Final = 48_000.0
STORE_EFFICIENCY: Final = 0.9
"""What a battery gives back of what it took."""
_OF_THE_SUN: Final = 0.5
_CHARGES_UNTIL_H, _GIVES_FOR_H = 16.0, 5.0
"""By UTC: the controller knows no summer time."""

CHP_W: Final = 20_000.0
CHP_POWER_SHARE, CHP_HEAT_SHARE = 0.30, 0.57
"""What becomes of the energy in the gas."""
_LOWEST_LEVEL: Final = 0.5
"""A unit that is not needed at least half is switched off."""

_DAY_S, _QUARTER_S, _QUARTERS = 86_400.0, 900.0, 96


def store_w(sun_w: Callable[[FloatArray], FloatArray], at_s: FloatArray) -> FloatArray:
    """Return what a battery takes, negative what it gives, where the sun yields `sun_w` at an instant.

    It takes part of the sun's power, so much that it is full in the evening at most, and gives until late what
    it took that day, less its losses.
    """
    hour = at_s % _DAY_S / 3600.0
    days, which = np.unique(np.floor(at_s / _DAY_S), return_inverse=True)
    quarters_s = (days[:, None] * _DAY_S + (np.arange(_QUARTERS) + 0.5) * _QUARTER_S).ravel()
    offered_wh = _offered_w(sun_w, quarters_s).reshape(-1, _QUARTERS).sum(axis=1) * _QUARTER_S / 3600.0
    taken_wh = np.minimum(offered_wh, STORE_WH)
    part = taken_wh / np.maximum(offered_wh, 1.0)
    gives = (hour >= _CHARGES_UNTIL_H) & (hour < _CHARGES_UNTIL_H + _GIVES_FOR_H)
    given_w = np.where(gives, taken_wh[which] * STORE_EFFICIENCY / _GIVES_FOR_H, 0.0)
    taken_w: FloatArray = _offered_w(sun_w, at_s) * part[which]
    return taken_w - given_w


def chp_w(heat_w: FloatArray, peak_w: float) -> FloatArray:
    """Return the electric power of a unit that follows the heat that is needed."""
    level = np.minimum(heat_w / (peak_w / CHP_POWER_SHARE * CHP_HEAT_SHARE), 1.0)
    power_w: FloatArray = np.where(level < _LOWEST_LEVEL, 0.0, level) * peak_w
    return power_w


def _offered_w(sun_w: Callable[[FloatArray], FloatArray], at_s: FloatArray) -> FloatArray:
    before = at_s % _DAY_S < _CHARGES_UNTIL_H * 3600.0
    return np.where(before, np.minimum(sun_w(at_s) * _OF_THE_SUN, STORE_W), 0.0)
