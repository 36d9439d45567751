"""Money is Decimal, and its parts add up to it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

from core.errors import CalculationError

CENT = Decimal("0.01")


def allocate(amount: Decimal, weights: Sequence[Decimal | int], step: Decimal = CENT) -> list[Decimal]:
    """Return `amount` split in proportion to `weights`, in multiples of `step`, summing to it exactly.

    Parts are rounded towards minus infinity, then the steps left over go to the largest
    remainders, the earlier part first (largest remainder method), so negative amounts sum too.
    Raises `CalculationError` if the weights are negative or sum to 0, or `amount` is no multiple of `step`.
    """
    exact_weights = [Decimal(weight) for weight in weights]
    total = sum(exact_weights, Decimal(0))
    if any(weight < 0 for weight in exact_weights) or total <= 0:
        raise CalculationError("money.weights_invalid", weights=", ".join(map(str, weights)))
    if amount % step != 0:
        raise CalculationError("money.not_a_multiple", amount=str(amount), step=str(step))
    shares = [amount * weight / total / step for weight in exact_weights]
    floors = [share.to_integral_value(rounding=ROUND_FLOOR) for share in shares]
    left_over = int(amount / step - sum(floors, Decimal(0)))
    by_remainder = sorted(range(len(shares)), key=lambda part: floors[part] - shares[part])
    for part in by_remainder[:left_over]:
        floors[part] += 1
    return [steps * step for steps in floors]
