"""Fractions for what is calculated, Decimals for what is shown: nothing is rounded on the way."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from core.texts import Language

DIGITS = 50
"""So many significant digits are kept of what has no finite decimal form."""

_ROUNDED = Context(prec=DIGITS, rounding=ROUND_HALF_EVEN)


def decimal_of(value: Fraction) -> Decimal:
    """Return a fraction as a Decimal without trailing zeros: with all its digits, or with fifty if they never end."""
    places = _places(value.denominator)
    if places is None:
        return _ROUNDED.divide(Decimal(value.numerator), Decimal(value.denominator))
    digits = str(abs(value.numerator) * 10**places // value.denominator).zfill(places + 1)
    whole, broken = digits[: len(digits) - places], digits[len(digits) - places :].rstrip("0")
    sign = "-" if value < 0 else ""
    return Decimal(f"{sign}{whole}.{broken}" if broken else f"{sign}{whole}")


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
