"""The grid behind the district: what its electricity emits and costs from hour to hour, as publishers would tell it."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from core.quantities import Quantity
from demo.chance import FloatArray, IntArray
from demo.series import Series
from demo.sun import elevation_deg
from demo.weather import clearness, wind_share

HOUR_S: Final = 3600.0
MEANS_G_PER_KWH: Final = {"grid:beispiel-direct/60": 344.0, "grid:beispiel-co2e-upstream/60": 406.0}
"""Its series, and about what each comes to over a year."""

PRICES: Final = "market:beispiel/60"
"""Its day-ahead prices: below zero where there is more sun and wind than anybody needs."""

_PLACE: Final = "grid"
_LATITUDE_DEG, _LONGITUDE_DEG = 51.0, 10.4
_LEAST, _MOST = 0.2, 1.8
_EUR_PER_MWH, _SURPLUS_EUR_PER_MWH = 190.0, 105.0


def intensity_of(seed: int, start_s: float, end_s: float) -> list[Series]:
    """Return the intensities of the hours that lie wholly in a time: low with sun and wind, high on still evenings."""
    at_ms, dirty = _hours(seed, start_s, end_s)
    return [
        Series(source, Quantity.INTENSITY_G_PER_KWH, at_ms, np.round(mean * dirty, 1))
        for source, mean in MEANS_G_PER_KWH.items()
        if len(at_ms)
    ]


def prices_of(seed: int, start_s: float, end_s: float) -> list[Series]:
    """Return the prices of the hours that lie wholly in a time, in EUR/MWh: they follow what the grid emits."""
    at_ms, dirty = _hours(seed, start_s, end_s)
    eur_per_mwh = np.round(_EUR_PER_MWH * dirty - _SURPLUS_EUR_PER_MWH, 2)
    return [Series(PRICES, Quantity.PRICE_EUR_PER_MWH, at_ms, eur_per_mwh)] if len(at_ms) else []


def _hours(seed: int, start_s: float, end_s: float) -> tuple[IntArray, FloatArray]:
    begin_s = np.arange(math.ceil(start_s / HOUR_S), math.floor(end_s / HOUR_S), dtype=np.float64) * HOUR_S
    return np.round(begin_s * 1000).astype(np.int64), _of_mean(seed, begin_s + HOUR_S / 2)


def _of_mean(seed: int, at_s: FloatArray) -> FloatArray:
    height = np.sin(np.radians(np.clip(elevation_deg(at_s, _LATITUDE_DEG, _LONGITUDE_DEG), 0.0, None)))
    sun, wind = height * clearness(seed, _PLACE, at_s), wind_share(seed, _PLACE, at_s)
    evening = 0.12 * np.cos(2 * np.pi * (at_s / 86_400.0 - 18.5 / 24))
    dirty: FloatArray = np.clip(1.155 - 0.8 * sun - 0.55 * wind + evening, _LEAST, _MOST)
    return dirty
