"""What every entry of the inventory has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`id` (slug), a `name` for people, and the days it is valid: `valid_to` is the first day it is not."""

    id: str
    name: str
    valid_from: date
    valid_to: date | None = None

    def valid_on(self, day: date) -> bool:
        """Return whether the entry is valid on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)
