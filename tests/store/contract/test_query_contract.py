"""What every time series must say of courses, totals and shares; the model in plain Python is the measure."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.intervals import Resolution, Shares
from core.periods import SLOT, Period, local_day, local_month
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading, SlotShare
from energy.days import days_of, mean_days_of
from tests import span_model
from tests.span_model import AUTUMN, BERLIN, NEW_YEAR, SPRING, Slot, amounts, means, ms

ENERGY, POWER = Quantity.ENERGY_IMPORT_WH, Quantity.POWER_W
DAY = local_day(datetime(2026, 5, 4, tzinfo=UTC).date(), BERLIN)
WHOLE = (900, 0, 0, 0, 0)

_fresh = itertools.count()


def slots_of(period: Period, thousandths: int = 1000, **more: Any) -> list[Slot]:
    return [
        Slot(slot.start_utc, WHOLE, thousandths, mean=5.0, minimum=4.0, maximum=7.0, **more) for slot in period.slots()
    ]


@st.composite
def districts(draw: st.DrawFn) -> tuple[dict[str, list[Slot]], frozenset[int], Period]:
    """Return three sources' slots, which of their days are kept as rows too, and a period."""
    begin = draw(st.sampled_from([SPRING, AUTUMN, NEW_YEAR]))
    slots = {name: draw(span_model.runs_of_slots(begin)) for name in ("a", "b", "c")}
    return slots, draw(st.frozensets(st.integers(0, 5))), draw(span_model.periods(begin))


@given(districts())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_totals_and_shares_are_those_of_the_slots_whichever_days_are_kept(
    spans: Any, district: tuple[dict[str, list[Slot]], frozenset[int], Period]
) -> None:
    example = next(_fresh)
    given_slots, kept, period = district
    slots = {f"meter:e{example}-{name}": rows for name, rows in given_slots.items()}
    await _put(spans, ENERGY, slots, kept)
    groups = {"all": list(slots), "one": list(slots)[:1], "none": []}
    for each in (None, Resolution.DAY, Resolution.MONTH):
        found = await spans.totals(groups, ENERGY, period, BERLIN, each)
        for name, members in groups.items():
            wanted = [
                span_model.amount({source: slots[source] for source in members}, span)
                for span in span_model.spans(period, each, BERLIN)
            ]
            assert list(found[name]) == wanted, (name, each)
    found_shares = await spans.shares(list(slots), ENERGY, period)
    assert found_shares == {
        source: span_model.shares(span_model.inside(rows, period), period) for source, rows in slots.items()
    }


async def test_a_source_owes_only_what_lies_in_its_valid_period(spans: Any) -> None:
    month = local_month(2026, 5, BERLIN)
    change = local_day(datetime(2026, 5, 20, tzinfo=UTC).date(), BERLIN).start_utc
    former, later = Period(month.start_utc, change), Period(change, month.end_utc)
    slots = {"meter:v-old": slots_of(former), "meter:v-new": slots_of(later), "meter:v-none": []}
    await _put(spans, ENERGY, slots, frozenset({0, 5, 19, 25}))
    both, groups = list(slots)[:2], {"both": list(slots)[:2], "all": list(slots)}
    (blind,) = (await spans.totals({"both": both}, ENERGY, month, BERLIN))["both"]
    assert blind.share is SlotShare.MISSING
    valid = {"meter:v-old": former, "meter:v-new": later, "meter:v-none": Period(month.start_utc, month.start_utc)}
    for each in (None, Resolution.MONTH):
        found = await spans.totals(groups, ENERGY, month, BERLIN, each, valid)
        for (amount,) in found.values():
            assert (amount.thousandths, amount.share) == (blind.thousandths, SlotShare.MEASURED)
            assert (amount.shares.missing_s, amount.silent) == (0, ())
    days = (await spans.totals(groups, ENERGY, month, BERLIN, Resolution.DAY, valid))["all"]
    assert {amount.share for amount in days} == {SlotShare.MEASURED}
    short = {**valid, "meter:v-old": month}
    (amount,) = (await spans.totals(groups, ENERGY, month, BERLIN, None, short))["both"]
    assert (amount.share, amount.shares.missing_s) == (SlotShare.MISSING, later.duration.total_seconds())


@given(districts())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_course_of_amounts_is_that_of_its_slots(
    spans: Any, district: tuple[dict[str, list[Slot]], frozenset[int], Period]
) -> None:
    example = next(_fresh)
    given_slots, kept, period = district
    slots = {f"meter:c{example}-{name}": rows for name, rows in given_slots.items()}
    await _put(spans, ENERGY, slots, kept)
    for resolution in (Resolution.HOUR, Resolution.DAY, Resolution.MONTH):
        found = {course.source: course for course in await spans.series(slots, ENERGY, period, resolution, BERLIN)}
        assert list(found) == sorted(found)
        for source, rows in slots.items():
            known = [
                (span, inside)
                for span in span_model.spans(period, resolution, BERLIN)
                if span_model.in_course(inside := span_model.inside(rows, span), span)
            ]
            assert (source in found) == bool(known)
            if known:
                course = found[source]
                assert list(course.at_ms) == [ms(span.start_utc) for span, _ in known]
                assert list(course.value) == [sum(slot.thousandths for slot in inside) / 1000 for _, inside in known]
                assert list(course.measured) == [
                    sum(slot.seconds[0] for slot in inside) / span.duration.total_seconds() for span, inside in known
                ]
                assert len(course.minimum) == len(course.maximum) == 0


@given(districts())
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_course_of_means_weighs_what_is_known(
    spans: Any, district: tuple[dict[str, list[Slot]], frozenset[int], Period]
) -> None:
    example = next(_fresh)
    given_slots, kept, period = district
    slots = {f"meter:m{example}-{name}": rows for name, rows in given_slots.items()}
    await _put(spans, POWER, slots, kept)
    for resolution in (Resolution.HOUR, Resolution.DAY, Resolution.MONTH):
        found = {course.source: course for course in await spans.series(slots, POWER, period, resolution, BERLIN)}
        for source, rows in slots.items():
            known = [
                inside
                for span in span_model.spans(period, resolution, BERLIN)
                if (inside := [slot for slot in span_model.inside(rows, span) if slot.known_s])
            ]
            assert (source in found) == bool(known)
            if known:
                weighted = [
                    sum(slot.mean * slot.known_s for slot in inside) / sum(slot.known_s for slot in inside)
                    for inside in known
                ]
                assert list(found[source].value) == pytest.approx(weighted)
                assert list(found[source].minimum) == [min(slot.minimum for slot in inside) for inside in known]
                assert list(found[source].maximum) == [max(slot.maximum for slot in inside) for inside in known]


async def _put(store: Any, quantity: Quantity, slots: dict[str, list[Slot]], kept: frozenset[int]) -> None:
    """Put slots, and of the days that the engine makes of them those with these numbers."""
    put, columns, days = (
        (store.put_amounts, amounts, days_of) if quantity is ENERGY else (store.put_means, means, mean_days_of)
    )
    rows = {(source, quantity): columns(each) for source, each in slots.items()}
    await put(Resolution.SLOT, rows)
    told = rows if quantity is ENERGY else {key: each.take(each.seconds[:, 4] < 900) for key, each in rows.items()}
    made = {key: days(each, BERLIN) for key, each in told.items()}
    await put(Resolution.DAY, {key: day.take([n for n in sorted(kept) if n < len(day)]) for key, day in made.items()})


async def test_raw_is_the_readings_themselves_of_all_sources_at_once(spans: Any) -> None:
    at = DAY.start_utc
    readings = [
        Reading(source, POWER, at + timedelta(seconds=second), float(second))
        for second in (0, 60, 120)
        for source in ("meter:b", "meter:a")
    ]
    await spans.put(Batch(readings, at))
    period = Period(at, at + timedelta(seconds=120))
    courses = await spans.series(["meter:b", "meter:a", "meter:x"], POWER, period, Resolution.RAW, BERLIN)
    assert [course.source for course in courses] == ["meter:a", "meter:b"]
    for course in courses:
        assert (list(course.at_ms), list(course.value)) == ([ms(at), ms(at) + 60_000], [0.0, 60.0])
        assert (course.quantity, course.resolution) == (POWER, Resolution.RAW)
        assert [len(rest) for rest in (course.minimum, course.maximum, course.measured)] == [0, 0, 0]


async def test_slots_are_a_course_as_they_are_without_the_missing_ones(spans: Any) -> None:
    rows = slots_of(DAY)
    half = Slot(rows[1].start, (0, 0, 450, 0, 450), 250, 2, 2, mean=2.0, minimum=1.0, maximum=3.0)
    none = Slot(rows[2].start, (0, 0, 0, 0, 900), 0, 4, 4)
    given_rows = [rows[0], half, none, *rows[3:]]
    await spans.put_amounts(Resolution.SLOT, {("meter:a", ENERGY): amounts(given_rows)})
    await spans.put_means(Resolution.SLOT, {("meter:a", POWER): means(given_rows)})
    period = Period(DAY.start_utc, DAY.start_utc + 4 * SLOT)
    (course,) = await spans.series(["meter:a"], ENERGY, period, Resolution.SLOT, BERLIN)
    at_ms = [ms(rows[number].start) for number in (0, 1, 3)]
    assert (list(course.at_ms), list(course.value), list(course.measured)) == (at_ms, [1.0, 0.25, 1.0], [1.0, 0.0, 1.0])
    (course,) = await spans.series(["meter:a"], POWER, period, Resolution.SLOT, BERLIN)
    assert (list(course.at_ms), list(course.value)) == (at_ms, [5.0, 2.0, 5.0])
    assert (list(course.minimum), list(course.maximum)) == ([4.0, 1.0, 4.0], [7.0, 3.0, 7.0])


@pytest.mark.parametrize(("month", "hours"), [(3, 743), (10, 745)])
async def test_months_over_a_clock_change_have_all_their_hours_and_days(spans: Any, month: int, hours: int) -> None:
    period = local_month(2026, month, BERLIN)
    rows = amounts(slots_of(period))
    await spans.put_amounts(Resolution.SLOT, {("meter:a", ENERGY): rows})
    await spans.put_amounts(Resolution.DAY, {("meter:a", ENERGY): days_of(rows, BERLIN)})
    (by_hour,) = await spans.series(["meter:a"], ENERGY, period, Resolution.HOUR, BERLIN)
    assert list(by_hour.value) == [4.0] * hours
    (by_day,) = await spans.series(["meter:a"], ENERGY, period, Resolution.DAY, BERLIN)
    assert len(by_day.value) == 31
    assert sorted(set(by_day.value)) == sorted({96.0, 4.0 * (hours - 30 * 24)})
    (total,) = (await spans.totals({"": ["meter:a"]}, ENERGY, period, BERLIN))[""]
    assert (total.thousandths, total.share) == (hours * 4000, SlotShare.MEASURED)
    assert total.shares == Shares(measured_s=hours * 3600)


async def test_days_of_another_place_do_not_mislead(spans: Any) -> None:
    period = local_month(2026, 5, BERLIN)
    rows = amounts(slots_of(period))
    await spans.put_amounts(Resolution.SLOT, {("meter:a", ENERGY): rows})
    await spans.put_amounts(Resolution.DAY, {("meter:a", ENERGY): days_of(rows, BERLIN)})
    for zone in (ZoneInfo("Europe/Lisbon"), ZoneInfo("Asia/Kolkata")):
        totals = (await spans.totals({"": ["meter:a"]}, ENERGY, period, zone, Resolution.DAY))[""]
        assert [total.period for total in totals] == span_model.spans(period, Resolution.DAY, zone)
        assert sum(total.thousandths or 0 for total in totals) == 31 * 96_000
        assert {total.shares.missing_s for total in totals} == {0}


async def test_what_is_not_known_yet_is_missing_and_the_silent_are_named(spans: Any) -> None:
    half = Period(DAY.start_utc, DAY.start_utc + timedelta(hours=12))
    await spans.put_amounts(Resolution.SLOT, {("meter:a", ENERGY): amounts(slots_of(half))})
    groups = {"all": ["meter:silent", "meter:a"], "silent": {"meter:silent", "meter:unknown"}}
    found = await spans.totals(groups, ENERGY, DAY, BERLIN)
    (total,) = found["all"]
    assert (total.thousandths, total.sources, total.silent) == (48_000, 1, ("meter:silent",))
    assert (total.share, total.shares) == (SlotShare.MISSING, Shares(measured_s=43_200, missing_s=43_200 + 86_400))
    (nothing,) = found["silent"]
    assert (nothing.thousandths, nothing.share, nothing.sources) == (None, SlotShare.MISSING, 0)
    assert nothing.silent == ("meter:silent", "meter:unknown")
    (known,) = (await spans.totals({"": ["meter:a"]}, ENERGY, half, BERLIN))[""]
    assert (known.share, known.shares.missing_s) == (SlotShare.MEASURED, 0)


async def test_a_total_between_two_measured_positions_is_measured_whatever_its_course_is(spans: Any) -> None:
    rows = [Slot(slot.start_utc, (0, 0, 900, 0, 0), 10, 2, 2) for slot in DAY.slots()]
    rows[0] = Slot(rows[0].start, (0, 0, 900, 0, 0), 10, 0, 2)
    rows[-1] = Slot(rows[-1].start, (0, 0, 900, 0, 0), 10, 2, 0)
    await spans.put_amounts(Resolution.SLOT, {("meter:a", ENERGY): amounts(rows)})
    (total,) = (await spans.totals({"": ["meter:a"]}, ENERGY, DAY, BERLIN))[""]
    assert (total.share, total.shares) == (SlotShare.MEASURED, Shares(interpolated_s=86_400))
    later = Period(DAY.start_utc + SLOT, DAY.end_utc)
    (cut,) = (await spans.totals({"": ["meter:a"]}, ENERGY, later, BERLIN))[""]
    assert cut.share is SlotShare.INTERPOLATED


async def test_a_group_is_known_as_its_weakest_member_is(spans: Any) -> None:
    rows = slots_of(DAY)
    weaker = [*rows[:-1], Slot(rows[-1].start, WHOLE, 1000, 0, 3)]
    await spans.put_amounts(Resolution.SLOT, {("meter:a", ENERGY): amounts(rows), ("meter:b", ENERGY): amounts(weaker)})
    groups = {"good": ["meter:a"], "both": ["meter:a", "meter:b", "meter:a"]}
    found = await spans.totals(groups, ENERGY, DAY, BERLIN)
    assert [(found[name][0].share, found[name][0].thousandths) for name in groups] == [
        (SlotShare.MEASURED, 96_000),
        (SlotShare.ESTIMATED, 192_000),
    ]


async def test_an_empty_question_has_an_empty_answer(spans: Any) -> None:
    nowhere = Period(DAY.start_utc, DAY.start_utc)
    await spans.put_amounts(Resolution.SLOT, {("meter:a", ENERGY): amounts(slots_of(DAY))})
    assert await spans.series([], ENERGY, DAY, Resolution.DAY, BERLIN) == ()
    assert await spans.series(["meter:x"], ENERGY, DAY, Resolution.DAY, BERLIN) == ()
    for resolution in Resolution:
        assert await spans.series(["meter:a"], ENERGY, nowhere, resolution, BERLIN) == ()
    assert await spans.totals({}, ENERGY, DAY, BERLIN) == {}
    (nothing,) = (await spans.totals({"": ["meter:a"]}, ENERGY, nowhere, BERLIN))[""]
    assert (nothing.thousandths, nothing.shares, nothing.silent) == (None, Shares(), ("meter:a",))
    assert (await spans.totals({"": ["meter:a"]}, ENERGY, nowhere, BERLIN, Resolution.DAY))[""] == ()
    assert await spans.shares(["meter:x"], ENERGY, DAY) == {"meter:x": Shares(missing_s=86_400)}


async def test_all_time_may_be_asked_for(spans: Any) -> None:
    ages = Period(datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))
    assert await spans.series(["meter:a"], ENERGY, ages, Resolution.MONTH, BERLIN) == ()
    rows = amounts(slots_of(DAY))
    await spans.put_amounts(Resolution.SLOT, {("meter:a", ENERGY): rows})
    await spans.put_amounts(Resolution.DAY, {("meter:a", ENERGY): days_of(rows, BERLIN)})
    (total,) = (await spans.totals({"": ["meter:a"]}, ENERGY, ages, BERLIN))[""]
    assert (total.thousandths, total.period) == (96_000, ages)
    (course,) = await spans.series(["meter:a"], ENERGY, ages, Resolution.MONTH, BERLIN)
    assert (list(course.value), list(course.at_ms)) == ([96.0], [ms(local_month(2026, 5, BERLIN).start_utc)])


async def test_great_amounts_add_up_exactly(spans: Any) -> None:
    rows = [Slot(slot.start_utc, WHOLE, 2**53 + 1) for slot in DAY.slots()]
    await spans.put_amounts(Resolution.SLOT, {(f"meter:m{number}", ENERGY): amounts(rows) for number in range(3)})
    (total,) = (await spans.totals({"": [f"meter:m{number}" for number in range(3)]}, ENERGY, DAY, BERLIN))[""]
    assert total.thousandths == 3 * 96 * (2**53 + 1)
    assert np.iinfo(np.int64).max > total.thousandths
