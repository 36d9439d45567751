"""What no law says of a plant's energy, so that we have to: it is printed wherever it decides."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

TOLERANCE: Final = Fraction(1, 100)
"""By how much of the greater one meter and operator may differ in a month: twice the error of a class 0.5 meter."""

TOLERANCE_WH: Final = 10_000
"""Less than this is never told as a difference: it is a step of a dial, or a reading some minutes later."""

KWH: Final = 1000
"""A common meter's year is shared out in whole kilowatt-hours, what is left of one goes with the next in turn."""


def differs(one_wh: int, other_wh: int) -> bool:
    """Return whether two figures of the same energy are further apart than both may be."""
    apart = abs(one_wh - other_wh)
    return apart > TOLERANCE_WH and apart > TOLERANCE * max(abs(one_wh), abs(other_wh))
