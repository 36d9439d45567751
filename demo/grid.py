"""The grid behind the district: what its electricity emits from hour to hour, as files of a publisher would tell it."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from core.quantities import Quantity
from demo.chance import FloatArray
from demo.series import Series
from demo.sun import elevation_deg
from demo.weather import clearness, wind_share

HOUR_S: Final = 3600.0
MEANS_G_PER_KWH: Final = {"grid:beispiel-direct/60": 344.0, "grid:beispiel-co2e-upstream/60": 406.0}
"""Its series, and about what each comes to over a year."""

_PLACE: Final = "grid"
_LATITUDE_DEG, _LONGITUDE_DEG = 51.0, 10.4
_LEAST, _MOST = 0.2, 1.8


def intensity_of(seed: int, start_s: float, end_s: float) -> list[Series]:
    """Return the intensities of the hours that lie wholly in a time: low with sun and wind, high on still evenings."""
    begin_s = np.arange(math.ceil(start_s / HOUR_S), math.floor(end_s / HOUR_S), dtype=np.float64) * HOUR_S
    if not len(begin_s):
        return []
    dirty = _of_mean(seed, begin_s + HOUR_S / 2)
    at_ms = np.round(begin_s * 1000).astype(np.int64)
    return [
        Series(source, Quantity.INTENSITY_G_PER_KWH, at_ms, np.round(mean * dirty, 1))
        for source, mean in MEANS_G_PER_KWH.items()
    ]


def _of_mean(seed: int, at_s: FloatArray) -> FloatArray:
    height = np.sin(np.radians(np.clip(elevation_deg(at_s, _LATITUDE_DEG, _LONGITUDE_DEG), 0.0, None)))
    sun, wind = height * clearness(seed, _PLACE, at_s), wind_share(seed, _PLACE, at_s)
    evening = 0.12 * np.cos(2 * np.pi * (at_s / 86_400.0 - 18.5 / 24))
    dirty: FloatArray = np.clip(1.155 - 0.8 * sun - 0.55 * wind + evening, _LEAST, _MOST)
    return dirty
