"""Money is Decimal, and its parts add up to it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import MAX_PREC, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from core.errors import CalculationError

CENT = Decimal("0.01")
_EXACT = Context(prec=MAX_PREC)


def allocate(amount: Decimal, weights: Sequence[Decimal | int], step: Decimal = CENT) -> list[Decimal]:
    """Return `amount` split in proportion to `weights`, in multiples of `step`, summing to it exactly.

    Parts are rounded towards minus infinity, then the steps left over go to the largest
    remainders, the earlier part first (largest remainder method), so negative amounts sum too.
    Raises `CalculationError` if the weights are negative or sum to 0, or `amount` is no multiple of `step`.
    """
    shares = _shares(_steps(amount, step), weights)
    floors = [share.numerator // share.denominator for share in shares]
    left_over = int(sum(shares)) - sum(floors)
    by_remainder = sorted(range(len(shares)), key=lambda part: floors[part] - shares[part])
    for part in by_remainder[:left_over]:
        floors[part] += 1
    return [_EXACT.multiply(Decimal(steps), step) for steps in floors]


def _steps(amount: Decimal, step: Decimal) -> int:
    if amount.is_finite() and step.is_finite() and step > 0:
        steps = Fraction(amount) / Fraction(step)
        if steps.denominator == 1:
            return steps.numerator
    raise CalculationError("money.not_a_multiple", amount=str(amount), step=str(step))


def _shares(steps: int, weights: Sequence[Decimal | int]) -> list[Fraction]:
    """Return the exact shares: fractions, because a rounded remainder could go to the wrong part."""
    if all(Decimal(weight).is_finite() and weight >= 0 for weight in weights) and any(weights):
        exact = [Fraction(weight) for weight in weights]
        total = sum(exact)
        return [steps * weight / total for weight in exact]
    raise CalculationError("money.weights_invalid", weights=", ".join(map(str, weights)))


def in_cents(amounts: Sequence[Decimal]) -> list[Decimal]:
    """Return amounts in whole cents, summing to their exact sum rounded once (half to even).

    Each is less than a cent from the exact one: the cents left over go to the largest remainders.
    """
    total = sum(amounts, Decimal(0)).quantize(CENT, ROUND_HALF_EVEN)
    found = [amount.quantize(CENT, ROUND_FLOOR) for amount in amounts]
    left_over = int((total - sum(found, Decimal(0))) / CENT)
    by_remainder = sorted(range(len(amounts)), key=lambda place: found[place] - amounts[place])
    for place in by_remainder[:left_over]:
        found[place] += CENT
    return found
