from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.sun import clear_sky_w_per_m2, elevation_deg, pv_w


def at(*parts: int) -> np.ndarray:
    return np.array([datetime(*parts, tzinfo=UTC).timestamp()])


def test_at_midsummer_noon_the_sun_stands_as_high_as_latitude_allows() -> None:
    # 90 - latitude + 23.44, at true noon in Greenwich's zone
    noon = np.arange(11 * 3600, 13 * 3600, 60) + at(2026, 6, 21)[0]
    assert elevation_deg(noon, 51.0, 0.0).max() == pytest.approx(90 - 51.0 + 23.44, abs=0.3)


def test_at_midwinter_noon_the_sun_stands_low() -> None:
    noon = np.arange(11 * 3600, 13 * 3600, 60) + at(2026, 12, 21)[0]
    assert elevation_deg(noon, 51.0, 0.0).max() == pytest.approx(90 - 51.0 - 23.44, abs=0.3)


def test_on_the_equinox_the_sun_rises_about_six_hours_before_noon() -> None:
    assert elevation_deg(at(2026, 3, 20, 6, 7), 51.0, 0.0)[0] == pytest.approx(0.0, abs=1.0)


def test_the_sun_stands_higher_an_hour_earlier_15_degrees_further_east() -> None:
    assert elevation_deg(at(2026, 5, 1, 8), 50.0, 15.0) == pytest.approx(
        elevation_deg(at(2026, 5, 1, 9), 50.0, 0.0), abs=0.1
    )


@given(st.floats(0, 4e9), st.floats(-66, 66), st.floats(-180, 180), st.floats(0, 1))
def test_pv_gives_nothing_at_night_and_never_more_than_its_modules(
    at_s: float, latitude_deg: float, longitude_deg: float, clearness: float
) -> None:
    height = elevation_deg(np.array([at_s]), latitude_deg, longitude_deg)
    power_w = pv_w(10_000.0, height, np.array([clearness]))[0]
    assert 0.0 <= power_w <= 10_000.0
    if height[0] < 0.0:
        assert power_w == 0.0


def test_a_clear_sky_gives_about_1_kw_per_square_metre_at_the_zenith() -> None:
    assert clear_sky_w_per_m2(np.array([90.0]))[0] == pytest.approx(1037, abs=5)
