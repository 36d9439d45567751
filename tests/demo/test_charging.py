from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.cars import guest
from demo.charging import EFFICIENCY, charged_wh, percent_of, taper

powers = st.floats(2_000, 50_000)
batteries = st.floats(10_000, 100_000)
charges = st.floats(0, 99)


def test_a_battery_takes_full_power_up_to_80_percent_and_nothing_when_full() -> None:
    assert taper(0) == taper(80) == 1.0
    assert taper(90) == pytest.approx(0.55)
    assert taper(100) == 0.0


@given(powers, batteries, charges)
def test_a_sessions_energy_is_the_integral_of_its_power(power_w: float, battery_wh: float, soc: float) -> None:
    step_s = 20.0
    elapsed = np.arange(0.0, 4 * 3600.0, step_s)
    closed = charged_wh(elapsed, power_w, battery_wh, soc)
    energy_wh, level = 0.0, soc
    for _ in elapsed[1:]:
        gained = power_w * taper(level) * step_s / 3600.0
        energy_wh += gained
        level = min(level + percent_of(gained, battery_wh), 100.0)
    assert closed[-1] == pytest.approx(energy_wh, rel=0.02, abs=40.0)


@given(powers, batteries, charges, st.floats(0, 200_000), st.floats(0, 200_000))
def test_charging_never_takes_back_and_never_overfills(
    power_w: float, battery_wh: float, soc: float, one_s: float, other_s: float
) -> None:
    early, late = charged_wh(np.array(sorted((one_s, other_s))), power_w, battery_wh, soc)
    assert early <= late + 1e-6
    assert soc + percent_of(float(late), battery_wh) <= 100.0 + 1e-6


@given(powers, batteries, st.floats(0, 70))
def test_a_target_ends_the_charge(power_w: float, battery_wh: float, soc: float) -> None:
    energy_wh = charged_wh(np.array([1e6]), power_w, battery_wh, soc, target_percent=80.0)[0]
    assert energy_wh == pytest.approx((80.0 - soc) / 100.0 * battery_wh / EFFICIENCY, rel=1e-6)


def test_driving_costs_what_the_distance_costs() -> None:
    car = guest(50.0)
    car.speed_m_per_s = 10.0
    car.drive(600.0)
    assert car.odometer_m == pytest.approx(6000.0)
    assert 50.0 - car.soc_percent == pytest.approx(100.0 * 175.0 * 6.0 / car.battery_wh)


@given(st.floats(0, 100), st.floats(0, 50_000), st.lists(st.floats(0, 3600), max_size=20))
def test_the_state_of_charge_stays_between_empty_and_full(soc: float, outlet_w: float, spans_s: list[float]) -> None:
    car = guest(soc)
    for place, span_s in enumerate(spans_s):
        car.speed_m_per_s = 20.0
        if place % 2:
            car.drive(span_s)
        else:
            car.charge(outlet_w, span_s)
        assert 0.0 <= car.soc_percent <= 100.0
