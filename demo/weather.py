"""The weather of the district: one temperature and one wind for all, clouds by place."""

from __future__ import annotations

import numpy as np

from demo.chance import FloatArray, key_of, wander

_DAY_S = 86_400.0
_QUARTERS = 96
_YEAR_S = 365.2425 * _DAY_S
_WARMEST_S = 200 * _DAY_S
_CUT_IN_M_PER_S, _RATED_M_PER_S = 3.0, 12.0


def temperature_c(seed: int, at_s: FloatArray) -> FloatArray:
    """Return the outdoor temperature: seasons, days, and spells of a few days' length."""
    season = 9.5 + 9.0 * np.cos(2 * np.pi * (at_s % _YEAR_S - _WARMEST_S) / _YEAR_S)
    daily = 3.5 * np.cos(2 * np.pi * (at_s % _DAY_S - 14 * 3600.0) / _DAY_S)
    spell = 4.5 * wander(key_of(seed, "spell"), at_s, 3.3 * _DAY_S)
    return season + daily + spell


def daily_mean_c(seed: int, day_s: FloatArray) -> FloatArray:
    """Return the mean temperatures of UTC days by their beginnings, in the tenths that weather services tell."""
    at_s = day_s[:, None] + (np.arange(_QUARTERS) + 0.5) * _DAY_S / _QUARTERS
    means_c: FloatArray = np.round(temperature_c(seed, at_s.ravel()).reshape(-1, _QUARTERS).mean(axis=1), 1)
    return means_c


def clearness(seed: int, place: str, at_s: FloatArray) -> FloatArray:
    """Return which share of a clear sky's light arrives, 0.08 to 1: the day's clouds and those that pass."""
    front = 0.55 + 0.45 * wander(key_of(seed, "clouds"), at_s, 1.2 * _DAY_S)
    passing = 0.18 * wander(key_of(seed, "clouds", place), at_s, 420.0)
    return np.clip(front + passing * np.sin(np.pi * np.clip(front, 0.0, 1.0)), 0.08, 1.0)


def wind_share(seed: int, place: str, at_s: FloatArray) -> FloatArray:
    """Return the share of its rated power that a wind turbine gives (cubic between cut-in and rated speed)."""
    winter = 1.2 * np.cos(2 * np.pi * (at_s % _YEAR_S) / _YEAR_S)
    front = 3.6 * wander(key_of(seed, "wind"), at_s, 0.9 * _DAY_S)
    gusts = 0.7 * wander(key_of(seed, "wind", place), at_s, 900.0)
    speed = 6.4 + winter + front + gusts
    above = np.clip((speed - _CUT_IN_M_PER_S) / (_RATED_M_PER_S - _CUT_IN_M_PER_S), 0.0, 1.0)
    return above**3
