"""What is learned of a station over all its connections: how long its answers take, whether it answers pings."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

Late = Callable[[Mapping[str, Any] | None], None]
"""Takes an answer that came too late."""

LONGEST_PATIENCE_S: Final = 180.0
"""No station is waited for longer, however late its answers came: all other commands to it wait meanwhile."""

PINGS_TO_JUDGE: Final = 3
"""So many pings without an answer, while messages come, mean that a station answers none."""

_MARGIN: Final = 1.5
_EXPIRED: Final = 100


class Expired(NamedTuple):
    """A call that was not answered in time: which it was, when it was said, who takes its answer."""

    action: str
    said_at_s: float
    late: Late | None


@dataclass(slots=True)
class Habits:
    """What one station is like. `model_patience_s` is what the registry says of its model, 0 where it says nothing.

    `answers_pings` is None until it is known; it stays known over a reconnect.
    """

    model_patience_s: float = 0.0
    answers_pings: bool | None = None
    slowest_s: float = 0.0
    pings: int = 0
    _expired: OrderedDict[str, Expired] = field(default_factory=OrderedDict)

    def patience_s(self, usual_s: float) -> float:
        """Return how long an answer is waited for: as usual, or longer for a model or station that takes longer."""
        learned_s = min(_MARGIN * self.slowest_s, LONGEST_PATIENCE_S)
        return max(usual_s, self.model_patience_s, learned_s)

    def expire(self, id_: str, action: str, said_at_s: float, late: Late | None) -> None:
        """Remember a call whose time is over; the oldest of too many are forgotten."""
        self._expired[id_] = Expired(action, said_at_s, late)
        if len(self._expired) > _EXPIRED:
            self._expired.popitem(last=False)

    def late_answer(self, id_: str) -> Expired | None:
        """Return the expired call that is answered now, and learn how long that took; None if there is none."""
        expired = self._expired.pop(id_, None)
        if expired is not None:
            self.slowest_s = max(self.slowest_s, time.monotonic() - expired.said_at_s)
        return expired

    def pinged(self) -> bool:
        """Note a ping; return True once it is plain that the station answers none."""
        self.pings += 1
        if self.answers_pings is not None or self.pings <= PINGS_TO_JUDGE:
            return False
        self.answers_pings = False
        return True

    def ponged(self) -> None:
        """Note an answer to a ping."""
        self.answers_pings, self.pings = True, 0
