"""Where the sun stands and what it yields.

Declination and equation of time: J. W. Spencer, "Fourier series representation of the position
of the sun", Search 2 (1971) 172. Clear-sky irradiance: B. Haurwitz, J. Meteorology 2 (1945) 154.
"""

from __future__ import annotations

import numpy as np

from demo.chance import FloatArray

_DAY_S = 86_400.0
_YEAR_S = 365.2425 * _DAY_S
_SYSTEM_YIELD = 0.82
"""What is left of the module's power at the inverter's output."""


def elevation_deg(at_s: FloatArray, latitude_deg: float, longitude_deg: float) -> FloatArray:
    """Return the sun's height above the horizon, within about half a degree, negative at night."""
    turn = 2 * np.pi * ((at_s % _YEAR_S) / _YEAR_S)
    declination = (
        0.006918
        - 0.399912 * np.cos(turn)
        + 0.070257 * np.sin(turn)
        - 0.006758 * np.cos(2 * turn)
        + 0.000907 * np.sin(2 * turn)
        - 0.002697 * np.cos(3 * turn)
        + 0.00148 * np.sin(3 * turn)
    )
    equation_min = 229.18 * (
        0.000075
        + 0.001868 * np.cos(turn)
        - 0.032077 * np.sin(turn)
        - 0.014615 * np.cos(2 * turn)
        - 0.040849 * np.sin(2 * turn)
    )
    solar_h = (at_s % _DAY_S) / 3600.0 + longitude_deg / 15.0 + equation_min / 60.0
    hour_angle = np.pi * (solar_h - 12.0) / 12.0
    latitude = np.radians(latitude_deg)
    height = np.sin(latitude) * np.sin(declination)
    height = height + np.cos(latitude) * np.cos(declination) * np.cos(hour_angle)
    height_deg: FloatArray = np.degrees(np.arcsin(np.clip(height, -1.0, 1.0)))
    return height_deg


def clear_sky_w_per_m2(height_deg: FloatArray) -> FloatArray:
    """Return the global horizontal irradiance under a cloudless sky."""
    sine: FloatArray = np.sin(np.radians(np.maximum(height_deg, 0.0)))
    return 1098.0 * sine * np.exp(-0.057 / np.maximum(sine, 1e-3))


def pv_w(peak_w: float, height_deg: FloatArray, clearness: FloatArray) -> FloatArray:
    """Return the AC power of modules of `peak_w` (1,000 W/m²) under a sky that lets `clearness` (0 to 1) through."""
    return peak_w * _SYSTEM_YIELD * clearness * clear_sky_w_per_m2(height_deg) / 1000.0
