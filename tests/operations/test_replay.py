"""Reading parked messages again: one that still does not end stays as it is, and holds nobody up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.people import Actor, Role
from ingest.deadline import Deadline
from ingest.formats import DECODERS
from ingest.messages import Binding, Decoded, Memory, Message
from operations.arrivals.replay import Replayed, ReplayRejections
from tests.district import NOW, District

OPERATOR = Actor("otto", Role.OPERATOR)


def spin(_message: Message, _binding: Binding, _memory: Memory) -> Decoded:
    while True:
        pass


async def test_a_message_that_stalls_again_stays_rejected(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("operations.arrivals.replay.Deadline", lambda: Deadline(0.1))
    with monkeypatch.context() as broken:
        for name, row in DECODERS.items():
            broken.setitem(DECODERS, name, replace(row, decode=spin))
        stalled = await district.gate.call("rejections.replay", ReplayRejections(), OPERATOR, NOW)
    mended = await district.gate.call("rejections.replay", ReplayRejections(), OPERATOR, NOW)
    assert isinstance(stalled, Replayed)
    assert isinstance(mended, Replayed)
    assert (stalled.used, mended.used) == (0, 1)
