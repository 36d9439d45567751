"""A column of invented history."""

from __future__ import annotations

from dataclasses import dataclass

from core.quantities import Quantity
from demo.chance import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Series:
    """A column of history: register or state of `quantity` at `source`."""

    source: str
    quantity: Quantity
    at_ms: IntArray
    values: FloatArray
