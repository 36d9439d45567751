"""What was decided about a register, row by row, as columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from energy.register_rules import Step

Instants = NDArray[np.int64]
Values = NDArray[np.float64]
Steps = NDArray[np.uint8]
Thousandths = NDArray[np.int64]

_TRUSTED = np.array([step.trusted for step in Step])


def trusted(step: Steps) -> NDArray[np.bool_]:
    """Return at which rows the register really stood where they say."""
    return _TRUSTED[step]


class Rows:
    """The decided positions, in order, as columns."""

    def __init__(self, capacity: int) -> None:
        self._at_ms: Instants = np.empty(capacity, np.int64)
        self._value: Values = np.empty(capacity, np.float64)
        self._position: Thousandths = np.empty(capacity, np.int64)
        self._step: Steps = np.empty(capacity, np.uint8)
        self._size = 0

    def put(self, at_ms: int, value: float, position: int, step: Step) -> None:
        """Add one position."""
        row = self._size
        self._at_ms[row] = at_ms
        self._value[row] = value
        self._position[row] = position
        self._step[row] = step
        self._size += 1

    def put_counted(self, at_ms: Instants, value: Values, position: Thousandths) -> None:
        """Add a stretch of positions that are all on the line."""
        rows = slice(self._size, self._size + len(at_ms))
        self._at_ms[rows] = at_ms
        self._value[rows] = value
        self._position[rows] = position
        self._step[rows] = Step.COUNTED
        self._size += len(at_ms)

    def columns(self) -> tuple[Instants, Values, Thousandths, Steps]:
        """Return instants, values, positions and steps."""
        end = self._size
        return self._at_ms[:end], self._value[:end], self._position[:end], self._step[:end]
