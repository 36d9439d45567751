"""Where the counting of a series stood at an instant: all that is needed to go on from there, as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from energy.register_walk import Line, RegisterState
from energy.series import Samples
from energy.slots import OpenSlot


@dataclass(frozen=True, slots=True)
class RegisterStanding:
    """A register at its trusted position of `at_ms`, with nothing pending.

    `register` is what counting remembers, `read` how that position is known (`SHARE_NUMBERS`), `slot`
    what is known of the slot that it lies in. Whatever comes after follows from this and later readings.
    """

    at_ms: int
    register: RegisterState
    read: int
    slot: OpenSlot

    @property
    def seen_ms(self) -> int:
        """Return the instant after which readings are still to be taken."""
        return self.at_ms - 1 if self.register.seen_ms is None else self.register.seen_ms

    def to_json(self) -> str:
        """Return the standing as text; floats keep every bit."""
        line = self.register.line
        return json.dumps(
            {
                "at_ms": self.at_ms,
                "line": [line.at_ms, line.value] if line else None,
                "offset": self.register.offset,
                "seen_ms": self.register.seen_ms,
                "read": self.read,
                "slot": [self.slot.position, self.slot.begins, *self.slot.spent_ms],
            }
        )


@dataclass(frozen=True, slots=True, eq=False)
class InstantStanding:
    """A series of instants or states at its reading of `at_ms`.

    `held` are the readings from the last one at or before the begin of its slot on.
    """

    at_ms: int
    held: Samples

    @property
    def seen_ms(self) -> int:
        """Return the instant after which readings are still to be taken."""
        return self.at_ms

    def to_json(self) -> str:
        """Return the standing as text; floats keep every bit."""
        held = {name: getattr(self.held, name).tolist() for name in ("at_ms", "value", "quality")}
        return json.dumps({"at_ms": self.at_ms, "held": held})


Standing = RegisterStanding | InstantStanding


def standing_of(text: str) -> Standing:
    """Return the standing that `to_json` wrote."""
    kept: dict[str, Any] = json.loads(text)
    if "held" in kept:
        held = kept["held"]
        columns = np.array(held["at_ms"], np.int64), np.array(held["value"], np.float64)
        return InstantStanding(kept["at_ms"], Samples(*columns, np.array(held["quality"], np.uint8)))
    line = Line(*kept["line"]) if kept["line"] else None
    register = RegisterState(line, kept["offset"], kept["seen_ms"])
    position, begins, *spent_ms = kept["slot"]
    return RegisterStanding(kept["at_ms"], register, kept["read"], OpenSlot(position, begins, tuple(spent_ms)))
