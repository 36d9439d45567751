"""Parts of an amount add up to it, to the cent."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.errors import CalculationError
from core.money import CENT, allocate

EUR = Decimal
amounts = st.integers(-(10**40), 10**40).map(lambda cents: EUR(cents).scaleb(-2) if abs(cents) < 10**28 else EUR(cents))
weights = st.lists(
    st.one_of(st.integers(0, 10**6), st.decimals(0, 10**9, allow_nan=False, allow_infinity=False)),
    min_size=1,
    max_size=12,
)


@pytest.mark.parametrize(
    ("amount", "areas_ha", "expected"),
    [
        pytest.param(
            "20000.00",
            ["1000.0000", "700.0000", "263.4954"],
            ["10185.92", "7130.14", "2683.94"],
            id="R2: EEG wind, three municipalities",
        ),
        pytest.param("22222.22", ["1200.0000", "363.4954"], ["17055.80", "5166.42"], id="R3: area abroad left out"),
        pytest.param("21000.00", ["900", "600", "463.4954"], ["9625.69", "6417.13", "4957.18"], id="R4a: all accept"),
        pytest.param("21000.00", ["900", "600"], ["12600.00", "8400.00"], id="R4b: one refuses"),
        pytest.param("16246.91", ["6.05", "3.95"], ["9829.38", "6417.53"], id="R6: PV on two areas"),
        pytest.param("8123.45", ["6.05", "3.95"], ["4914.69", "3208.76"], id="R6b: PV at 0.1 ct"),
        pytest.param("100.00", ["1", "1", "1"], ["33.34", "33.33", "33.33"], id="equal parts: the first gets the cent"),
        pytest.param("-100.00", ["1", "1", "1"], ["-33.33", "-33.33", "-33.34"], id="negative: the first pays less"),
        pytest.param("0.01", ["1", "2"], ["0.00", "0.01"], id="the largest remainder gets the cent"),
        pytest.param("0.00", ["1", "2"], ["0.00", "0.00"], id="nothing"),
        pytest.param("5.00", ["0", "1"], ["0.00", "5.00"], id="no weight, no part"),
    ],
)
def test_worked_examples_are_exact_to_the_cent(amount: str, areas_ha: list[str], expected: list[str]) -> None:
    parts = allocate(EUR(amount), [Decimal(area) for area in areas_ha])
    assert [str(part) for part in parts] == expected


@given(amounts, weights)
def test_parts_sum_to_the_amount(amount: Decimal, weights: list[Decimal | int]) -> None:
    assume(any(weights))
    assert sum(map(Fraction, allocate(amount, weights))) == Fraction(amount)


@given(amounts, weights)
def test_each_part_is_within_a_step_of_its_exact_share(amount: Decimal, weights: list[Decimal | int]) -> None:
    assume(any(weights))
    total = sum(map(Fraction, weights))
    for part, weight in zip(allocate(amount, weights), weights, strict=True):
        exact = Fraction(amount) * Fraction(weight) / total
        assert abs(Fraction(part) - exact) < Fraction(CENT)
        assert weight != 0 or part == 0


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 1000), min_size=1, max_size=8))
def test_whole_kwh_are_split_by_the_same_rule(energy_kwh: int, powers_kw: list[int]) -> None:
    assume(any(powers_kw))
    parts = allocate(Decimal(energy_kwh), powers_kw, step=Decimal(1))
    assert sum(parts) == energy_kwh
    assert all(part == int(part) for part in parts)


@given(amounts, weights)
def test_equal_weights_differ_by_a_cent_at_most_and_the_earlier_has_it(
    amount: Decimal, weights: list[Decimal | int]
) -> None:
    parts = allocate(amount, [7] * len(weights))
    assert parts == sorted(parts, reverse=True)
    assert Fraction(parts[0]) - Fraction(parts[-1]) <= Fraction(CENT)


@given(amounts, weights, st.integers(1, 10**6))
def test_the_scale_of_the_weights_does_not_matter(amount: Decimal, weights: list[Decimal | int], scale: int) -> None:
    assume(any(weights))
    integers = [int(weight) for weight in weights]
    assume(any(integers))
    assert allocate(amount, integers) == allocate(amount, [weight * scale for weight in integers])


def test_a_remainder_too_small_for_28_digits_still_goes_to_the_right_part() -> None:
    almost = Decimal("0." + "9" * 40)
    parts = allocate(EUR("1.00"), [almost, Decimal(1) - Decimal("0." + "9" * 20)])
    assert sum(parts) == EUR("1.00")
    assert allocate(EUR("0.02"), [almost, 1]) == [EUR("0.01"), EUR("0.01")]


@pytest.mark.parametrize("wrong", [[], [0, 0], [1, -1], [Decimal("NaN")], [Decimal("Infinity"), 1], [-1]])
def test_weights_must_be_positive_numbers(wrong: list[Decimal | int]) -> None:
    with pytest.raises(CalculationError, match=r"money\.weights_invalid"):
        allocate(EUR("1.00"), wrong)


@pytest.mark.parametrize(
    ("amount", "step"), [("0.001", "0.01"), ("NaN", "0.01"), ("Infinity", "0.01"), ("1.00", "0"), ("1.00", "-0.01")]
)
def test_an_amount_must_be_a_multiple_of_the_step(amount: str, step: str) -> None:
    with pytest.raises(CalculationError, match=r"money\.not_a_multiple"):
        allocate(EUR(amount), [1], Decimal(step))
