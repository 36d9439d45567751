"""Where a live world begins: when, by which seed, and what its series showed last."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from core.facts import LastValue
from core.inventory import Inventory
from core.quantities import Quantity


@dataclass(frozen=True, slots=True)
class Start:
    """The beginning of a run. `chance` is shared by all who decide something, in a fixed order."""

    inventory: Inventory
    seed: int
    now_utc: datetime
    last: dict[tuple[str, Quantity], tuple[datetime, float]]
    chance: random.Random = field(default_factory=random.Random)

    @property
    def at_s(self) -> float:
        """Return the beginning in Unix seconds."""
        return self.now_utc.timestamp()

    @property
    def day(self) -> date:
        """Return the day on which the inventory's entries must be valid."""
        return self.now_utc.date()

    def last_value(self, source: str, quantity: Quantity) -> float | None:
        """Return what a series showed last, None if nothing is known."""
        known = self.last.get((source, quantity))
        return known[1] if known else None


def begin(inventory: Inventory, seed: int, now_utc: datetime, last: Iterable[LastValue]) -> Start:
    """Return a beginning at `now_utc`."""
    known = {(value.source, value.quantity): (value.at_utc, value.value) for value in last}
    return Start(inventory, seed, now_utc, known, random.Random(seed))
