"""What every time series must say of a register that is silent for long: its totals are known, its course is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from core.intervals import Amount, Resolution, Shares
from core.periods import Period, local_month
from core.quantities import Quantity
from core.readings import ReadingQuality, SlotShare
from energy.days import days_of
from energy.intervals import SeriesRules, compute
from energy.register_rules import RegisterRules
from energy.series import QUALITY_CODES, Samples
from tests.span_model import BERLIN, ms

HEAT = Quantity.HEAT_WH
BY_HAND = "meter:kita-waerme"
MARCH, APRIL, MAY, JUNE = (local_month(2026, month, BERLIN) for month in (3, 4, 5, 6))
SPRING = Period(MARCH.start_utc, MAY.end_utc)
QUARTER = timedelta(minutes=15)
RULES = SeriesRules(
    quantity=HEAT, nominal_interval_s=900, register=RegisterRules(resolution=1.0, max_rate_per_h=30_000.0)
)


async def put(spans: Any, read: Mapping[datetime, float], quality: ReadingQuality = ReadingQuality.MEASURED) -> None:
    """Keep what the engine makes of readings, as the job does."""
    codes = np.full(len(read), QUALITY_CODES[quality], np.uint8)
    samples = Samples(np.array([ms(at) for at in read], np.int64), np.array(list(read.values()), np.float64), codes)
    computed = compute(samples, RULES)
    assert computed is not None
    slots = computed.amounts[HEAT]
    await spans.put_amounts(Resolution.SLOT, {(BY_HAND, HEAT): slots})
    await spans.put_amounts(Resolution.DAY, {(BY_HAND, HEAT): days_of(slots, BERLIN)})


async def total(spans: Any, period: Period, each: Resolution | None = None) -> tuple[Amount, ...]:
    found: tuple[Amount, ...] = (await spans.totals({"": [BY_HAND]}, HEAT, period, BERLIN, each))[""]
    return found


def said(amounts: Iterable[Amount]) -> list[tuple[int | None, SlotShare]]:
    return [(amount.thousandths, amount.share) for amount in amounts]


def every(step: timedelta, period: Period, rate_wh: float = 100.0) -> dict[datetime, float]:
    """Return readings from one end of a period to the other."""
    count = (period.end_utc - period.start_utc) // step
    return {period.start_utc + number * step: 1000.0 + rate_wh * number for number in range(count + 1)}


async def test_a_month_between_two_readings_by_hand_is_measured_though_nothing_is_known_of_its_course(
    spans: Any,
) -> None:
    read = {MARCH.start_utc: 100.0, APRIL.start_utc: 400.0, MAY.start_utc: 600.0, JUNE.start_utc: 700.0}
    await put(spans, read, ReadingQuality.MANUAL)
    months = await total(spans, SPRING, Resolution.MONTH)
    assert said(months) == [(each, SlotShare.MEASURED) for each in (300_000, 200_000, 100_000)]
    assert [amount.shares for amount in months] == [
        Shares(missing_s=int(month.duration.total_seconds())) for month in (MARCH, APRIL, MAY)
    ]
    assert {(amount.sources, amount.silent) for amount in months} == {(1, ())}
    assert said(await total(spans, SPRING)) == [(600_000, SlotShare.MEASURED)]
    (course,) = await spans.series([BY_HAND], HEAT, SPRING, Resolution.MONTH, BERLIN)
    assert (list(course.value), list(course.measured)) == ([300.0, 200.0, 100.0], [0.0, 0.0, 0.0])
    for finer in (Resolution.DAY, Resolution.HOUR, Resolution.SLOT):
        assert await spans.series([BY_HAND], HEAT, APRIL, finer, BERLIN) == ()


async def test_a_register_that_stood_still_between_two_readings_by_hand_counted_nothing(spans: Any) -> None:
    await put(spans, {MARCH.start_utc: 100.0, APRIL.start_utc: 100.0, MAY.start_utc: 100.0}, ReadingQuality.MANUAL)
    assert said(await total(spans, SPRING, Resolution.MONTH)) == [
        (0, SlotShare.MEASURED),
        (0, SlotShare.MEASURED),
        (None, SlotShare.MISSING),
    ]


async def test_a_month_whose_borders_lie_in_silences_is_estimated_and_the_months_add_up(spans: Any) -> None:
    mid = timedelta(days=10, hours=7)
    await put(
        spans,
        {MARCH.start_utc: 100.0, APRIL.start_utc + mid: 500.0, JUNE.start_utc: 900.0},
        ReadingQuality.MANUAL,
    )
    months = await total(spans, SPRING, Resolution.MONTH)
    assert [amount.share for amount in months] == [SlotShare.ESTIMATED] * 3
    assert sum(amount.thousandths or 0 for amount in months) == 800_000
    assert min(amount.thousandths or 0 for amount in months) > 200_000
    assert said(await total(spans, SPRING)) == [(800_000, SlotShare.MEASURED)]
    days = await total(spans, APRIL, Resolution.DAY)
    assert {amount.share for amount in days} == {SlotShare.ESTIMATED}
    assert sum(amount.thousandths or 0 for amount in days) == months[1].thousandths


async def test_what_was_counted_in_a_gap_of_three_days_belongs_to_its_month(spans: Any) -> None:
    begin, end = APRIL.start_utc + timedelta(days=9, hours=5), APRIL.start_utc + timedelta(days=12, hours=5)
    read = {at: value for at, value in every(QUARTER, APRIL).items() if not begin < at < end}
    await put(spans, read)
    assert said(await total(spans, APRIL, Resolution.MONTH)) == [(2880 * 100_000, SlotShare.MEASURED)]
    (month,) = await total(spans, APRIL)
    assert month.shares == Shares(measured_s=27 * 86_400, missing_s=3 * 86_400)
    days = await total(spans, APRIL, Resolution.DAY)
    assert sum(amount.thousandths or 0 for amount in days) == month.thousandths
    assert [amount.share for amount in days[8:14]] == [
        SlotShare.MEASURED,
        *[SlotShare.ESTIMATED] * 4,
        SlotShare.MEASURED,
    ]
    (course,) = await spans.series([BY_HAND], HEAT, APRIL, Resolution.MONTH, BERLIN)
    assert (list(course.value), list(course.measured)) == ([288_000.0], [pytest.approx(0.9)])


async def test_a_silence_that_has_not_ended_is_not_known(spans: Any) -> None:
    begun = Period(MARCH.start_utc, APRIL.start_utc + timedelta(days=10))
    await put(spans, {begun.start_utc: 100.0, begun.end_utc: 500.0}, ReadingQuality.MANUAL)
    march, april, may = await total(spans, SPRING, Resolution.MONTH)
    assert march.share is SlotShare.ESTIMATED
    assert (april.share, april.shares.missing_s) == (SlotShare.MISSING, 30 * 86_400)
    assert (march.thousandths or 0) + (april.thousandths or 0) == 400_000
    assert (may.thousandths, may.share, may.silent) == (None, SlotShare.MISSING, (BY_HAND,))
    assert said(await total(spans, SPRING)) == [(400_000, SlotShare.MISSING)]


async def test_a_meter_that_sends_a_few_times_a_day_has_a_measured_month_but_no_measured_hour(spans: Any) -> None:
    await put(spans, every(timedelta(hours=6), Period(APRIL.start_utc, MAY.start_utc)))
    (month,) = await total(spans, APRIL)
    assert (month.thousandths, month.share) == (120 * 100_000, SlotShare.MEASURED)
    assert month.shares == Shares(interpolated_s=30 * 86_400)
    assert {amount.share for amount in await total(spans, APRIL, Resolution.DAY)} == {SlotShare.MEASURED}


@pytest.mark.parametrize("first", [12.0, 50_000.0])
async def test_nothing_is_known_of_a_silence_after_which_the_register_stands_lower(spans: Any, first: float) -> None:
    read = every(QUARTER, Period(MARCH.start_utc, APRIL.start_utc), rate_wh=1000.0)
    after = every(QUARTER, Period(JUNE.start_utc, JUNE.start_utc + timedelta(days=1)))
    await put(spans, read | {at: first + value - 1000.0 for at, value in after.items()})
    for period in (APRIL, MAY, Period(APRIL.start_utc + timedelta(hours=3), MAY.end_utc)):
        assert said(await total(spans, period)) == [(None, SlotShare.MISSING)]
    (march,) = await total(spans, MARCH)
    (whole,) = await total(spans, Period(MARCH.start_utc, JUNE.start_utc + timedelta(hours=2)))
    assert (march.share, whole.share) == (SlotShare.MEASURED, SlotShare.MISSING)
    assert whole.thousandths == (march.thousandths or 0) + 8 * 100_000
