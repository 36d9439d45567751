"""What held the one writer of the points while a producer waited, and who had the CPU."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

from store.points.pointfile import PointFile

_WORK = ("write", "change", "checkpoint", "sift", "read")
_KEPT = 2_000
_READING = "read"


@dataclass(frozen=True, slots=True)
class _Held:
    name: str
    begin_s: float
    end_s: float
    cpu_s: float


class Holding:
    """Watches all that is done on files of points in this process, and prints each wait that was too long."""

    def __init__(self, longest_ms: float) -> None:
        self._longest_ms = longest_ms
        self._held: deque[_Held] = deque(maxlen=_KEPT)
        self._begun_s = time.perf_counter()
        for name in _WORK:
            setattr(PointFile, name, self._watched(name, getattr(PointFile, name)))

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Print what was done meanwhile, if that took too long: a wait without CPU is the disk's or the machine's."""
        begin_s, cpu_s, stolen_s = time.perf_counter(), time.process_time(), _stolen_s()
        yield
        end_s = time.perf_counter()
        if (end_s - begin_s) * 1000 <= self._longest_ms:
            return
        found = [each for each in self._held if each.end_s > begin_s and each.begin_s < end_s]
        readers_s = sum(each.cpu_s for each in found if each.name == _READING)
        print(
            f"{begin_s - self._begun_s:6.1f} s: waited {_ms(end_s - begin_s)},"
            f" this process had {_ms(time.process_time() - cpu_s)} of CPU, its readers {_ms(readers_s)} of that;"
            f" the host took {_ms(_stolen_s() - stolen_s)}; "
            + ", ".join(f"{each.name} {_ms(each.end_s - each.begin_s)}" for each in found if each.name != _READING)
        )

    def _watched(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(work)
        def watched(*given: Any, **named: Any) -> Any:
            begin_s, cpu_s = time.perf_counter(), time.thread_time()
            try:
                return work(*given, **named)
            finally:
                self._held.append(_Held(name, begin_s, time.perf_counter(), time.thread_time() - cpu_s))

        return watched


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def _stolen_s() -> float:
    """Return how long other machines on the same host have had our processors, 0 where that is not told."""
    try:
        with Path("/proc/stat").open(encoding="ascii") as stat:
            return int(stat.readline().split()[8]) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError):
        return 0.0
