from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from core.inventory import SiteKind
from demo.buildings import USES, busy_share, electric_w, heat_w
from demo.calendar import day_kind, is_working_day, local_time

BERLIN = ZoneInfo("Europe/Berlin")


def hours_of(day: datetime, count: int = 24) -> np.ndarray:
    return day.timestamp() + np.arange(count) * 3600.0


def test_local_hours_follow_the_clock_over_the_spring_change() -> None:
    local = local_time(hours_of(datetime(2026, 3, 28, 23, tzinfo=UTC), 4), BERLIN)
    assert local.hour.tolist() == [0.0, 1.0, 3.0, 4.0]


def test_local_hours_follow_the_clock_over_the_autumn_change() -> None:
    local = local_time(hours_of(datetime(2026, 10, 24, 22, tzinfo=UTC), 5), BERLIN)
    assert local.hour.tolist() == [0.0, 1.0, 2.0, 2.0, 3.0]
    assert set(local.weekday.tolist()) == {6}


def test_nobody_works_on_unity_day_or_on_sundays() -> None:
    assert not is_working_day(date(2025, 10, 3))
    assert not is_working_day(date(2026, 11, 22))
    assert is_working_day(date(2026, 11, 23))


def test_schools_are_closed_in_summer_and_over_new_year() -> None:
    assert day_kind(date(2026, 8, 1))[1]
    assert day_kind(date(2026, 1, 2))[1]
    assert not day_kind(date(2026, 9, 15))[1]


def test_a_school_is_busy_on_a_school_day_and_idle_in_the_holidays() -> None:
    use = USES[SiteKind.SCHOOL]
    school_day = local_time(hours_of(datetime(2026, 9, 15, tzinfo=UTC)), BERLIN)
    holiday = local_time(hours_of(datetime(2026, 8, 4, tzinfo=UTC)), BERLIN)
    assert busy_share(use, school_day).max() == 1.0
    assert busy_share(use, holiday).max() == 0.0


def test_every_kind_of_site_has_its_use() -> None:
    assert set(USES) == set(SiteKind)


def test_a_building_never_falls_below_half_its_base_load() -> None:
    at_s = hours_of(datetime(2026, 1, 1, tzinfo=UTC), 24 * 365)
    for kind, use in USES.items():
        load_w = electric_w(use, 1000.0, local_time(at_s, BERLIN), at_s, key=7)
        assert load_w.min() > 500.0 * use.base_w_per_m2, kind


def test_nobody_heats_on_a_warm_day() -> None:
    at_s = hours_of(datetime(2026, 7, 1, tzinfo=UTC))
    use = USES[SiteKind.OFFICE]
    local = local_time(at_s, BERLIN)
    warm = heat_w(use, 1000.0, local, np.full(24, 25.0))
    cold = heat_w(use, 1000.0, local, np.full(24, -5.0))
    assert cold.min() > 10 * warm.max()
