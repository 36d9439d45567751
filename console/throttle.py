"""Slows down guessing: so many attempts per key and span of time."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

MOST_KEYS = 10_000


class Throttle:
    """Allows `limit` attempts per key within `span_s`; remembers the keys tried last, at most ten thousand."""

    def __init__(self, limit: int, span_s: float, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._span_s = span_s
        self._monotonic_s = monotonic_s
        self._attempts: OrderedDict[str, list[float]] = OrderedDict()

    def wait_s(self, key: str) -> float:
        """Count an attempt and return 0, or how long to wait where there have been too many."""
        now_s = self._monotonic_s()
        recent = [at_s for at_s in self._attempts.pop(key, []) if at_s > now_s - self._span_s]
        refused = len(recent) >= self._limit
        self._attempts[key] = recent if refused else [*recent, now_s]
        if len(self._attempts) > MOST_KEYS:
            self._attempts.popitem(last=False)
        return recent[0] + self._span_s - now_s if refused else 0.0

    def forget(self, key: str) -> None:
        """Start anew for a key that has proved itself."""
        self._attempts.pop(key, None)
