"""The load of a place, and all that is read off it: laws over any load, and known cases."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.inventory import Break, Calendar, Opening, Weekday
from core.periods import Period, local_day
from core.readings import SlotShare
from core.texts import Finding
from energy.base_load import BaseLoad, base_load_of, weeks_of
from energy.calendars import QUARTERS, date_of, in_use, local_time
from energy.creep import Against, Creep, creep_of
from energy.duration import Duration, duration_of
from energy.loads import Load, Member, load_of
from energy.night_flow import NightFlow, night_flow_of
from energy.peaks import Peak, attribute, avoided, peak_of, power_cost_eur
from energy.profiles import DayKind, Season, heat_map, typical_days
from energy.series import SHARE_NUMBERS, Amounts

BERLIN = ZoneInfo("Europe/Berlin")
SLOT_MS = 900_000
WORKDAYS = (Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY)
SCHOOL = Calendar(
    id="schule",
    name="Schule",
    valid_from=date(2020, 1, 1),
    state="SN",
    openings=(Opening(days=WORKDAYS, begins=time(7), ends=time(16, 10)),),
    breaks=(Break(name="Herbst", first=date(2026, 10, 12), last=date(2026, 10, 24)),),
)
amounts_st = st.lists(st.one_of(st.none(), st.integers(0, 10**9)), min_size=1, max_size=400)


def ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def rows(start: datetime, counted: list[int | None]) -> Amounts:
    """Return slots, None for a missing one."""
    size = len(counted)
    seconds = np.zeros((size, len(SHARE_NUMBERS)), np.int32)
    for slot, each in enumerate(counted):
        seconds[slot, SHARE_NUMBERS[SlotShare.MISSING if each is None else SlotShare.MEASURED]] = 900
    zeros = np.zeros(size, np.uint8)
    start_ms = ms(start) + SLOT_MS * np.arange(size, dtype=np.int64)
    return Amounts(start_ms, np.array([each or 0 for each in counted], np.int64), seconds, zeros, zeros)


def load(counted: list[int | None], start: datetime = datetime(2026, 1, 5, tzinfo=UTC)) -> Load:
    period = Period(start, start + timedelta(minutes=15 * len(counted)))
    return load_of([Member(rows(start, counted), 0, 2**62)], period)


def days(period: Period, busy: int, idle: int) -> tuple[Load, np.ndarray]:
    """Return a load that is `busy` while the school is in use, and when it is not."""
    empty = load_of([], period)
    used = in_use(SCHOOL, local_time(empty.start_ms, BERLIN))
    return load(np.where(used, busy, idle).tolist(), period.start_utc), ~used


@given(amounts_st, amounts_st)
def test_the_load_of_two_meters_is_their_sum_where_both_are_known(one: list[int | None], two: list[int | None]) -> None:
    size = min(len(one), len(two))
    start = datetime(2026, 1, 5, tzinfo=UTC)
    period = Period(start, start + timedelta(minutes=15 * size))
    both = load_of([Member(rows(start, one[:size]), 0, 2**62), Member(rows(start, two[:size]), 0, 2**62)], period)
    expected = [None if None in pair else sum(pair) for pair in zip(one[:size], two[:size], strict=True)]
    assert both.known.tolist() == [each is not None for each in expected]
    assert both.thousandths.tolist() == [each or 0 for each in expected]
    assert both.shares.span_s == 2 * 900 * size


def test_a_meter_counts_only_while_it_belongs_to_the_place() -> None:
    start = datetime(2026, 1, 5, tzinfo=UTC)
    period, change = Period(start, start + timedelta(hours=2)), ms(start + timedelta(hours=1))
    old, new = Member(rows(start, [5] * 8), 0, change), Member(rows(start, [None] * 4 + [7] * 4), change, 2**62)
    joined = load_of([old, new], period)
    assert joined.thousandths.tolist() == [5] * 4 + [7] * 4
    assert joined.known.all()


def test_where_no_meter_belongs_nothing_is_known() -> None:
    start = datetime(2026, 1, 5, tzinfo=UTC)
    nobody = load_of([], Period(start, start + timedelta(hours=1)))
    assert nobody.known_share == 0.0
    assert nobody.share_at(0) is SlotShare.MISSING
    assert isinstance(peak_of(nobody), Finding)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=400))
def test_the_duration_curve_falls_and_full_load_hours_fit_into_it(counted: list[int]) -> None:
    drawn = duration_of(load(list(counted)))
    assert isinstance(drawn, Duration)
    assert (np.diff(drawn.rate) <= 0).all()
    assert drawn.rate[0] == max(counted) * 4 / 1000
    assert drawn.hours[-1] == drawn.known_h == len(counted) / 4
    if drawn.full_load_h is not None:
        assert 0 < drawn.full_load_h <= drawn.known_h
        assert drawn.full_load_h * max(counted) * 4 == pytest.approx(sum(counted))
    assert [each.hours for each in drawn.above] == sorted((each.hours for each in drawn.above), reverse=True)


@given(amounts_st)
def test_a_peak_is_told_only_of_a_load_that_is_known_well_enough(counted: list[int | None]) -> None:
    there = [each for each in counted if each is not None]
    peak = peak_of(load(counted))
    if len(there) < 0.9 * len(counted):
        assert isinstance(peak, Finding)
    else:
        assert isinstance(peak, Peak)
        assert peak.thousandths == max(there)
        assert counted[(peak.at_ms - ms(datetime(2026, 1, 5, tzinfo=UTC))) // SLOT_MS] == max(there)
        assert counted.index(max(there)) * SLOT_MS == peak.at_ms - ms(datetime(2026, 1, 5, tzinfo=UTC))


@given(st.integers(0, 10**9), st.dictionaries(st.text(max_size=3), st.one_of(st.none(), st.integers(-(10**9), 10**9))))
def test_parts_and_rest_are_the_whole_peak(peak: int, counted: dict[str, int | None]) -> None:
    taken = attribute(peak, counted)
    assert sum(part.thousandths or 0 for part in taken.parts) + taken.rest == peak
    assert {part.source for part in taken.parts} == counted.keys()


def test_without_its_highest_quarter_hours_the_next_one_is_the_peak() -> None:
    found = avoided(load([1, 9, 8, 7, 6, 5]))
    assert [(each.slots, each.thousandths) for each in found] == [(1, 8), (4, 5)]
    assert power_cost_eur(25_000_000, Decimal("88.50")) == Decimal("8850.00")


def test_a_place_is_not_in_use_on_holidays_in_breaks_and_at_night() -> None:
    def used(day: date) -> list[int]:
        whole = local_day(day, BERLIN)
        clock = local_time(load_of([], whole).start_ms, BERLIN)
        assert [date_of(int(number)) for number in np.unique(clock.day)] == [day]
        return clock.quarter[in_use(SCHOOL, clock)].tolist()

    assert used(date(2026, 10, 9)) == list(range(28, 65))  # until 16:10: the quarter at 16:00 is in use
    assert used(date(2026, 10, 10)) == []  # Saturday
    assert used(date(2026, 10, 13)) == []  # break
    assert used(date(2026, 11, 18)) == []  # Buß- und Bettag, in Saxony alone


def test_an_opening_until_midnight_and_one_on_holidays() -> None:
    late = Opening(days=(Weekday.HOLIDAY,), begins=time(22), ends=time(0))
    calendar = Calendar(id="bad", name="Bad", valid_from=date(2020, 1, 1), state="??", openings=(late,))
    clock = local_time(load_of([], local_day(date(2026, 10, 3), BERLIN)).start_ms, BERLIN)
    assert clock.quarter[in_use(calendar, clock)].tolist() == list(range(88, 96))


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_the_clock_of_a_day_of_changing_clocks(day: date, hours: int) -> None:
    clock = local_time(load_of([], local_day(day, BERLIN)).start_ms, BERLIN)
    assert len(clock.quarter) == 4 * hours
    assert (clock.quarter[0], clock.quarter[-1]) == (0, QUARTERS - 1)
    assert np.unique(clock.day).size == 1


@settings(max_examples=30)
@given(st.integers(10**6, 2 * 10**6), st.sampled_from(["Europe/Berlin", "Asia/Kathmandu"]))
def test_local_time_is_what_the_zone_says(slot: int, zone: str) -> None:
    start_ms = slot * SLOT_MS
    clock = local_time(np.array([start_ms], np.int64), ZoneInfo(zone))
    local = datetime.fromtimestamp(start_ms / 1000, ZoneInfo(zone))
    assert (date_of(int(clock.day[0])), int(clock.weekday[0])) == (local.date(), local.weekday())
    assert clock.quarter[0] == (local.hour * 60 + local.minute) // 15


def test_the_map_of_a_year_has_every_day_and_leaves_out_the_hour_that_is_not() -> None:
    year = Period(datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC))
    whole, _ = days(year, 100, 10)
    drawn = heat_map(whole, local_time(whole.start_ms, BERLIN))
    assert drawn.rate.shape == (365, 96)
    assert np.argwhere(np.isnan(drawn.rate)).tolist() == [
        [(date(2026, 3, 29) - date(2026, 1, 1)).days, quarter] for quarter in range(8, 12)
    ]


def test_typical_days_are_parted_by_kind_and_season() -> None:
    year = Period(datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC))
    whole, _ = days(year, 100, 10)
    found = typical_days(heat_map(whole, local_time(whole.start_ms, BERLIN)), "SN")
    assert sum(each.days for each in found) == 365
    assert {(each.season, each.kind) for each in found} == {(s, k) for s in Season for k in DayKind}
    winter = next(each for each in found if (each.season, each.kind) == (Season.WINTER, DayKind.WORKDAY))
    assert (winter.mean[48], winter.mean[0]) == pytest.approx((0.4, 0.04))
    for each in found:
        assert (each.low <= each.high).all()
        assert (each.mean >= each.low.min() - 1e-9).all()


@settings(max_examples=20)
@given(st.integers(0, 20), st.integers(0, 10**6))
def test_the_base_load_is_what_is_drawn_while_nobody_is_there(gaps: int, idle: int) -> None:
    period = Period(datetime(2026, 2, 1, 23, tzinfo=UTC), datetime(2026, 3, 1, 23, tzinfo=UTC))
    whole, quiet = days(period, idle * 5 + 7, idle)
    whole.known[: gaps * 4] = False
    local = local_time(whole.start_ms, BERLIN)
    weeks = weeks_of(whole, local, quiet)
    found = base_load_of(whole, weeks)
    assert isinstance(found, BaseLoad)
    assert found.week.rate == idle * 4 / 1000
    assert len(weeks) == 4
    assert found.share is None or 0 <= found.share <= 1


def test_few_hours_make_no_base_load() -> None:
    whole = load([5] * 96 * 3)
    found = base_load_of(whole, weeks_of(whole, local_time(whole.start_ms, BERLIN), np.ones(len(whole), np.bool_)))
    assert isinstance(found, Finding)
    assert found.code == "loads.too_few_weeks"


def rising(weeks: int, of_week: list[int], start: datetime = datetime(2025, 1, 5, 23, tzinfo=UTC)) -> Creep | Finding:
    counted = [of_week[week] for week in range(weeks) for _ in range(7 * 96)]
    whole = load(counted, start)
    local = local_time(whole.start_ms, BERLIN)
    return creep_of(weeks_of(whole, local, np.ones(len(whole), np.bool_)))


def test_a_base_load_above_that_of_last_year_is_told() -> None:
    found = rising(104, [1000 + week % 52 for week in range(52)] + [1300 + week % 52 for week in range(52)])
    assert isinstance(found, Creep)
    assert (found.against, found.weeks, found.is_certain) == (Against.LAST_YEAR, 13, True)
    assert found.change == pytest.approx(1.2)


def test_a_base_load_that_merely_wavers_is_not_told() -> None:
    found = rising(104, [1000 + (week * 37) % 50 for week in range(104)])
    assert isinstance(found, Creep)
    assert not found.is_certain


def test_without_last_year_a_steady_rise_is_told_by_its_slope() -> None:
    found = rising(20, [1000 + 20 * week for week in range(20)])
    assert isinstance(found, Creep)
    assert (found.against, found.is_certain) == (Against.EACH_OTHER, True)
    assert found.change == pytest.approx(19 * 20 * 4 / 1000)
    assert isinstance(rising(6, [1000] * 6), Finding)


def night(counted: list[int], interval_s: int = 900) -> NightFlow | Finding:
    whole = load([each for each in counted for _ in range(96)], datetime(2026, 2, 1, 23, tzinfo=UTC))
    local = local_time(whole.start_ms, BERLIN)
    return night_flow_of(whole, local, np.ones(len(whole), np.bool_), interval_s)


def test_water_that_flows_through_seven_nights_is_a_suspected_leak() -> None:
    found = night([0, 0, 0] + [25] * 7)
    assert isinstance(found, NightFlow)
    assert (found.nights, found.least_m3_per_h, found.is_leak) == (7, 0.1, True)


def test_one_night_without_a_flow_begins_anew() -> None:
    found = night([25] * 20 + [0] + [25] * 6)
    assert isinstance(found, NightFlow)
    assert (found.nights, found.is_leak) == (6, False)
    assert night([0] * 8).nights == 0


def test_a_meter_that_reports_once_a_day_says_nothing_of_the_night() -> None:
    assert isinstance(night([25] * 10, 86_400), Finding)
    assert isinstance(night([25] * 6), Finding)
