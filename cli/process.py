"""How this process treats its threads and its garbage while it serves."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_HAND_OVER_S = 0.0005
_COLLECT_AFTER = (50_000, 20, 100)


@contextmanager
def tuned_for_serving() -> Iterator[None]:
    """Let a thread that comes back from the disk go on at once, and collect garbage seldom, while inside.

    By default such a thread waits up to 5 ms for the interpreter, several times per commit, and
    garbage is looked for after every 700 new objects, among all that was there at the start. With
    200 stations at full speed both together cost a third of their messages per second
    (`python -m bench.ocpp`).
    """
    before_s, before = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(_HAND_OVER_S)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)
    try:
        yield
    finally:
        sys.setswitchinterval(before_s)
        gc.set_threshold(*before)
        gc.unfreeze()
