from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from config.load import Configuration
from core.periods import Period
from core.quantities import Quantity
from demo.grid import MEANS_G_PER_KWH, PRICES, intensity_of, prices_of
from demo.history import watch_outdoors
from demo.machines import CHP_W, STORE_EFFICIENCY, STORE_WH, chp_w, store_w
from demo.sites import scenes_of
from demo.weather import temperature_c
from tests.demo.archives import END, Archive, write

DAYS_S = np.arange(datetime(2026, 6, 1, tzinfo=UTC).timestamp(), datetime(2026, 6, 11, tzinfo=UTC).timestamp(), 900.0)
YEAR = Period(datetime(2025, 11, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
YEAR_S = np.arange(YEAR.start_utc.timestamp(), YEAR.end_utc.timestamp(), 900.0) + 450.0


def sun_w(at_s: np.ndarray) -> np.ndarray:
    """Return a sun that grows from day to day: from one that hardly charges to one that gives too much."""
    day = (at_s - DAYS_S[0]) // 86_400
    return day * 5_000.0 * np.maximum(np.sin(2 * np.pi * (at_s % 86_400 - 21_600) / 86_400), 0.0)


def test_a_battery_gives_each_evening_what_it_took_that_day_less_its_losses() -> None:
    by_day = store_w(sun_w, DAYS_S + 450.0).reshape(-1, 96) / 4
    taken, given = np.maximum(by_day, 0).sum(axis=1), np.maximum(-by_day, 0).sum(axis=1)
    assert given == pytest.approx(taken * STORE_EFFICIENCY)
    assert taken[0] == 0.0
    assert 0 < taken[1] < taken[-1] == pytest.approx(STORE_WH)


def test_a_battery_says_the_same_of_an_instant_whenever_it_is_asked() -> None:
    whole = store_w(sun_w, DAYS_S)
    assert store_w(sun_w, DAYS_S[400:401])[0] == whole[400]


def test_a_unit_that_follows_heat_is_off_in_summer_and_never_exceeds_its_power() -> None:
    power_w = chp_w(np.array([0.0, 15_000.0, 30_000.0, 500_000.0]), 20_000.0)
    assert power_w[:2].tolist() == [0.0, 0.0]
    assert 10_000.0 < power_w[2] < power_w[3] == 20_000.0


def test_a_supply_is_the_sum_of_all_behind_it_with_battery_and_roof(example: Configuration) -> None:
    scene = scenes_of(example.inventory, 7, YEAR)["gymnasium"]
    shown = scene.net_w(YEAR_S, {})
    behind = sum(shown[f"gymnasium-{name}"] for name in ("turnhalle-strom", "pv", "speicher"))
    rest_w = shown["gymnasium-strom"] - behind
    assert rest_w.min() > 0
    battery = shown["gymnasium-speicher"]
    assert -battery[battery < 0].sum() == pytest.approx(STORE_EFFICIENCY * battery[battery > 0].sum())
    dark = shown["gymnasium-pv"] == 0
    assert battery[dark].max() == 0, "the battery is never charged by the grid"


def test_the_gas_of_a_pool_is_its_boilers_and_the_units_that_make_power(example: Configuration) -> None:
    scene = scenes_of(example.inventory, 7, YEAR)["hallenbad"]
    flows, power_w = scene.flows(YEAR_S), -scene.net_w(YEAR_S, {})["hallenbad-bhkw"]
    burnt, whole = flows["hallenbad-bhkw-gas"], flows["hallenbad-gas"]
    assert (burnt <= whole).all()
    assert 0 < burnt.sum() < whole.sum()
    assert np.array_equal(burnt > 0, power_w > 0)
    assert power_w.max() == CHP_W
    assert not power_w[temperature_c(7, YEAR_S) > 15].any(), "nobody needs so much heat in summer"


async def test_the_weather_of_a_past_is_told_day_by_day_at_noon(example: Configuration) -> None:
    archive = Archive()
    result = await write(example.inventory, archive, months=1)
    at_ms, means_c = archive.of("weather:auenstadt", Quantity.TEMPERATURE_C)
    days = [datetime.fromtimestamp(at / 1000, UTC) for at in at_ms.tolist()]
    assert (days[0], days[-1]) == (datetime(2026, 10, 1, 12, tzinfo=UTC), datetime(2026, 11, 21, 12, tzinfo=UTC))
    assert all(day in result.period for day in days)
    assert set(np.diff(at_ms)) == {86_400_000}
    assert np.array_equal(means_c, np.round(means_c, 1))
    assert -25 < means_c.min() < means_c.max() < 30


async def test_the_grid_of_a_past_is_told_hour_by_hour_clean_at_noon_and_dirty_in_the_evening(
    example: Configuration,
) -> None:
    archive = Archive()
    result = await write(example.inventory, archive, months=1)
    for source, mean in MEANS_G_PER_KWH.items():
        at_ms, values = archive.of(source, Quantity.INTENSITY_G_PER_KWH)
        assert set(np.diff(at_ms)) == {3_600_000}
        assert datetime.fromtimestamp(at_ms[-1] / 1000, UTC) + timedelta(hours=1) <= result.period.end_utc
        assert 0.2 * mean <= values.min() < values.max() <= 1.8 * mean
    year = intensity_of(7, 0.0, 365 * 86_400.0)[0]
    hour = year.at_ms // 3_600_000 % 24
    assert year.values[hour == 11].mean() < year.values.mean() < year.values[hour == 18].mean()
    assert year.values.mean() == pytest.approx(344, rel=0.1)


def test_day_ahead_prices_fall_below_zero_in_some_hours_of_the_year() -> None:
    (prices,) = prices_of(7, 0.0, 365 * 86_400.0)
    assert prices.source == PRICES
    assert 50 < (prices.values < 0).sum() < 800
    assert prices.values.mean() == pytest.approx(85, rel=0.15)
    assert prices_of(7, 0.0, 1800.0) == []


async def test_a_day_that_the_demo_slept_through_is_told_at_the_next_start(example: Configuration) -> None:
    archive = Archive()
    await write(example.inventory, archive, months=1)
    await write(example.inventory, archive, months=1, end=END + timedelta(days=2), last=archive.last())
    at_ms, _ = archive.of("weather:auenstadt", Quantity.TEMPERATURE_C)
    assert set(np.diff(at_ms)) == {86_400_000}
    assert at_ms[-1] == datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp() * 1000


async def test_a_day_that_ends_while_the_demo_runs_is_told(example: Configuration) -> None:
    archive, stop = Archive(), asyncio.Event()
    instants = iter([END, END + timedelta(days=1)])
    asyncio.get_running_loop().call_later(0.01, stop.set)
    await watch_outdoors(example.inventory, archive, lambda: next(instants), seed=7, stop=stop)  # type: ignore[arg-type]
    at_ms, _ = archive.of("weather:auenstadt", Quantity.TEMPERATURE_C)
    assert at_ms.tolist() == [datetime(2026, 11, day, 12, tzinfo=UTC).timestamp() * 1000 for day in (21, 22)]
