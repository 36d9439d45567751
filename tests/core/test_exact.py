"""Fractions become decimals with all their digits, and decimals add up without being rounded."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from core.exact import decimal_of, sum_of

WHOLE = st.integers(-(10**60), 10**60)


@given(WHOLE, st.integers(0, 40), st.integers(0, 40))
def test_a_fraction_that_ends_has_all_its_digits_and_no_zeros_behind_them(whole: int, twos: int, fives: int) -> None:
    value = Fraction(whole, 2**twos * 5**fives)
    shown = decimal_of(value)
    assert Fraction(shown) == value
    _, digits, exponent = shown.as_tuple()
    assert exponent == 0 or digits[-1] != 0


def test_a_fraction_that_never_ends_has_fifty_digits() -> None:
    assert decimal_of(Fraction(2, 3)) == Decimal("0." + "6" * 49 + "7")


def test_a_whole_number_is_written_as_one() -> None:
    assert [str(decimal_of(Fraction(value))) for value in (0, 100, -7)] == ["0", "100", "-7"]


@given(st.lists(st.tuples(WHOLE, st.integers(-30, 5)), max_size=20))
def test_a_sum_is_that_of_fractions(parts: list[tuple[int, int]]) -> None:
    values = [Decimal(f"{whole}E{exponent}") for whole, exponent in parts]
    assert str(sum_of(values)) == str(decimal_of(sum(map(Fraction, values), Fraction(0))))
