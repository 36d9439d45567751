from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from config.load import Configuration
from core.inventory import SiteKind
from demo.buildings import USES, busy_share, electric_w, heat_w
from demo.calendar import is_open_on, is_working_day, local_time
from energy.calendars import in_use
from energy.calendars import local_time as clock_time

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


def test_schools_are_closed_in_the_breaks_of_their_calendar(example: Configuration) -> None:
    calendar = example.inventory.calendars["schule"]
    for closed in (date(2026, 8, 1), date(2026, 1, 2), date(2026, 11, 18), date(2026, 9, 19)):
        assert not is_open_on(calendar, closed), closed
    assert is_open_on(calendar, date(2026, 9, 15))


def test_a_school_is_busy_on_a_school_day_and_idle_in_the_holidays(example: Configuration) -> None:
    use, calendar = USES[SiteKind.SCHOOL], example.inventory.calendars["schule"]
    school_day = local_time(hours_of(datetime(2026, 9, 15, tzinfo=UTC)), BERLIN)
    holiday = local_time(hours_of(datetime(2026, 8, 4, tzinfo=UTC)), BERLIN)
    assert busy_share(use, school_day, calendar).max() == 1.0
    assert busy_share(use, holiday, calendar).max() == 0.0
    assert busy_share(use, holiday).max() == 1.0


def test_nobody_is_in_a_place_that_its_calendar_says_is_closed(example: Configuration) -> None:
    at_s = datetime(2025, 11, 1, tzinfo=UTC).timestamp() + 900.0 * np.arange(96 * 370)
    slots = clock_time((at_s * 1000).astype(np.int64), BERLIN)
    for site in example.inventory.sites.values():
        if site.calendar:
            calendar = example.inventory.calendars[site.calendar]
            busy = busy_share(USES[site.kind], local_time(at_s, BERLIN), calendar)
            assert busy[~in_use(calendar, slots)].max(initial=0.0) == 0.0, site.id
            assert busy.max() == 1.0, site.id


def test_who_never_closes_is_busy_as_its_kind_is(example: Configuration) -> None:
    use, calendar = USES[SiteKind.CLINIC], example.inventory.calendars["klinik"]
    local = local_time(hours_of(datetime(2026, 12, 25, tzinfo=UTC)), BERLIN)
    assert (busy_share(use, local, calendar) == busy_share(use, local)).all()


def test_every_kind_of_site_has_its_use() -> None:
    assert set(USES) == set(SiteKind)


def test_a_building_never_falls_below_half_its_base_load() -> None:
    at_s = hours_of(datetime(2026, 1, 1, tzinfo=UTC), 24 * 365)
    for kind, use in USES.items():
        busy = busy_share(use, local_time(at_s, BERLIN))
        load_w = electric_w(use, 1000.0, busy, at_s, key=7)
        assert load_w.min() > 500.0 * use.base_w_per_m2, kind


def test_nobody_heats_on_a_warm_day() -> None:
    at_s = hours_of(datetime(2026, 7, 1, tzinfo=UTC))
    use = USES[SiteKind.OFFICE]
    busy = busy_share(use, local_time(at_s, BERLIN))
    warm = heat_w(use, 1000.0, busy, np.full(24, 25.0))
    cold = heat_w(use, 1000.0, busy, np.full(24, -5.0))
    assert cold.min() > 10 * warm.max()
