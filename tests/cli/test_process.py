"""The process is tuned while it serves, and only then."""

from __future__ import annotations

import gc
import sys

from cli.process import tuned_for_serving


def test_threads_hand_over_sooner_and_garbage_waits_while_serving() -> None:
    before = sys.getswitchinterval(), gc.get_threshold()
    with tuned_for_serving():
        assert sys.getswitchinterval() < before[0]
        assert gc.get_threshold()[0] > before[1][0]
        assert gc.get_freeze_count() > 0
    assert (sys.getswitchinterval(), gc.get_threshold()) == before
