"""A limit on how long one message is decoded.

A decoder does no I/O; what takes it long is a mistake in it, or a message made to find one. The kernel
then interrupts it: it counts the processor time that the process uses and ticks eight times a second, and at
the tick next to the limit the decoder ends with `OverdueError`. Between the ticks it costs nothing. Only a
process's main thread can be interrupted so; in another one there is no limit.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from time import thread_time
from typing import TYPE_CHECKING, Final, ParamSpec, Self, TypeVar

if TYPE_CHECKING:
    from types import FrameType

P = ParamSpec("P")
T = TypeVar("T")

LIMIT_S: Final = 1.0
"""Of the thread's processor time: a machine that is busy otherwise parks nothing."""
_TICKS: Final = 8


class OverdueError(Exception):
    """The limit is over; raised within what was run, and never seen outside of `ingest`."""


class Deadline:
    """Within its block each `run` has the limit. The block must not wait, as one thread has one such clock."""

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        self._tick_s = limit_s / _TICKS
        self._limit_s = limit_s - self._tick_s  # on average half a tick has passed when a run is first seen
        self._runs = 0
        self._running = False
        self._seen = (0, 0.0)
        self._previous: object = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._previous = signal.signal(signal.SIGVTALRM, self._tick)
            signal.setitimer(signal.ITIMER_VIRTUAL, self._tick_s, self._tick_s)
        return self

    def __exit__(self, *_: object) -> None:
        if self._previous is not None:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, self._previous)  # type: ignore[arg-type]
            self._previous = None

    def run(self, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Return what the function returns. Raises `OverdueError` beyond the limit, and what the function raises."""
        self._runs += 1
        try:
            self._running = True
            return function(*arguments, **named)
        finally:
            self._running = False

    def _tick(self, _signal: int, _frame: FrameType | None) -> None:
        """End what runs since the limit; the first tick within a run only notes when that was."""
        if not self._running:
            return
        runs, since = self._seen
        if runs != self._runs:
            self._seen = (self._runs, thread_time())
        elif thread_time() - since >= self._limit_s:
            self._running = False
            raise OverdueError
