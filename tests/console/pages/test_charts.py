"""Charts as numbers: axes that hold their values, lines with gaps, carpets that lose no quarter hour."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.pages.charts import HEIGHT, LEVELS, band, carpet, line, scale

rates = st.floats(-1e9, 1e9, allow_nan=False).map(lambda value: round(value, 3))
days = st.lists(st.lists(st.one_of(st.none(), rates), min_size=96, max_size=96), min_size=1, max_size=4)


@given(st.lists(rates, min_size=1))
def test_an_axis_holds_zero_and_all_values_in_few_even_steps(values: list[float]) -> None:
    axis = scale(values)
    assert axis.bottom <= min(*values, 0.0) + 1e-6
    assert axis.top >= max(*values, 0.0) - 1e-6
    assert 2 <= len(axis.ticks) <= 8
    assert axis.y(axis.top) == 0
    assert axis.y(axis.bottom) == HEIGHT


def test_ticks_are_numbers_as_people_count() -> None:
    assert scale([203.0]).ticks == (0, 50, 100, 150, 200, 250)
    assert scale([0.068]).ticks == pytest.approx((0, 0.02, 0.04, 0.06, 0.08))
    assert (scale([0.068]).decimals, scale([11.3]).decimals, scale([203.0]).decimals) == (2, 1, 0)


def test_a_gap_parts_a_line_and_a_band() -> None:
    axis = scale([10.0])
    assert line([0.0, 10.0, None, 10.0], axis).runs == ("0.0,200.0 200.0,0.0", "600.0,0.0")
    assert len(band([0.0, None, 1.0], [1.0, 2.0, 2.0], axis).runs) == 2


@settings(max_examples=20)
@given(days)
def test_each_known_quarter_hour_of_a_carpet_is_drawn_once(shown: list[list[float | None]]) -> None:
    drawn = carpet(shown, 3, 31)
    known = sum(value is not None for day in shown for value in day)
    if drawn is None:
        assert known == 0
    else:
        lengths = [int(each) for level in drawn.levels for each in re.findall(r"v(\d+)", level.path)]
        assert sum(lengths) == known
        assert len(drawn.levels) == LEVELS
