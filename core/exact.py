"""Fractions for what is calculated, Decimals for what is shown: nothing is rounded on the way."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from functools import lru_cache, reduce

from core.texts import Language

DIGITS = 50
"""So many significant digits are kept of what has no finite decimal form."""

_ROUNDED = Context(prec=DIGITS, rounding=ROUND_HALF_EVEN)

EXACT = Context(prec=20_000, traps=[Inexact, InvalidOperation])
"""Adds and multiplies decimals without ever rounding; it raises instead."""


def decimal_of(value: Fraction) -> Decimal:
    """Return a fraction as a Decimal without trailing zeros: with all its digits, or with fifty if they never end."""
    places = _places(value.denominator)
    if places is None:
        return _ROUNDED.divide(Decimal(value.numerator), Decimal(value.denominator))
    return EXACT.scaleb(Decimal(value.numerator * (10**places // value.denominator)), -places)


def sum_of(values: Iterable[Decimal]) -> Decimal:
    """Return an exact sum, without zeros at its end."""
    whole = reduce(EXACT.add, values, Decimal(0))
    return decimal_of(Fraction(whole))


def product(terms: Iterable[Decimal]) -> Decimal:
    """Return an exact product."""
    whole = Fraction(1)
    for term in terms:
        whole *= Fraction(term)
    return decimal_of(whole)


def written(formula: str, language: Language) -> str:
    """Return a formula with the decimal sign of a language, and a true minus before a number."""
    signed = re.sub(r"(?<![\w-])-(?=\d)", "\N{MINUS SIGN}", formula)
    return re.sub(r"(?<=\d)\.(?=\d)", ",", signed) if language == "de" else signed


@lru_cache(maxsize=1024)
def _places(denominator: int) -> int | None:
    """Return how many digits follow the point, None where there is no end of them."""
    counts = []
    for prime in (2, 5):
        count = 0
        while denominator % prime == 0:
            denominator //= prime
            count += 1
        counts.append(count)
    return max(counts) if denominator == 1 else None
