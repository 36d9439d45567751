"""A decoder that takes too long: ended, its message parked, its topic left alone, all others read."""

from __future__ import annotations

import re
import signal
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import FormatError
from ingest.deadline import Deadline, OverdueError
from ingest.decoding import decode_sample
from ingest.formats import DECODERS
from ingest.intake import KEPT_PER_HOUR, Intake
from ingest.messages import Message
from ingest.parking import CODE, PAUSE, Parking
from ingest.preview import preview
from tests.ingest import stalling
from tests.ingest.rig import ZONE

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def intake(monkeypatch: pytest.MonkeyPatch) -> Intake:
    monkeypatch.setitem(DECODERS, stalling.FORMAT, stalling.row())
    intake = Intake("main", ZONE, lambda: stalling.DISTRICT)
    intake._deadline = Deadline(0.1)
    return intake


def said(name: str, payload: str, at_utc: datetime = NOW) -> Message:
    return Message("main", f"x/{name}/v", payload.encode(), at_utc)


def spin() -> None:
    while True:
        pass


def backtrack() -> None:
    re.match(r"(a+)+$", "a" * 60 + "b")


@pytest.mark.parametrize("function", [spin, backtrack])
def test_what_does_not_end_is_ended(function: object) -> None:
    begun = time.thread_time()
    with Deadline(0.1) as deadline, pytest.raises(OverdueError):
        deadline.run(function)  # type: ignore[arg-type]
    assert 0.05 < time.thread_time() - begun < 1.0


def test_many_short_runs_have_the_limit_each() -> None:
    def work() -> int:
        begun = time.thread_time()
        while time.thread_time() - begun < 0.02:
            pass
        return 1

    with Deadline(0.1) as deadline:
        assert sum(deadline.run(work) for _ in range(20)) == 20


def test_the_clock_is_given_back() -> None:
    before = signal.getsignal(signal.SIGVTALRM)
    with Deadline():
        assert signal.getitimer(signal.ITIMER_VIRTUAL)[1] > 0
    assert signal.getsignal(signal.SIGVTALRM) is before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_outside_of_the_main_thread_there_is_no_limit_and_no_error() -> None:
    found = []

    def work() -> None:
        with Deadline(0.01) as deadline:
            found.append(deadline.run(lambda: sum(range(3_000_000))))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found


def test_a_message_that_stalls_is_parked_and_the_others_of_its_batch_are_read(intake: Intake) -> None:
    catch = intake.sort([said("a", "1"), said("b", "spin"), said("c", "3")], NOW)
    assert [(reading.source, reading.value) for reading in catch.readings] == [("meter:a", 1.0), ("meter:c", 3.0)]
    (kept,) = catch.rejections
    assert (kept.channel, kept.subject, kept.payload, kept.reason.code) == ("mqtt:main", "x/b/v", b"spin", CODE)
    assert (catch.parked, catch.rejected, len(catch.undated)) == (1, 0, 3)


def test_a_topic_that_stalled_is_left_alone_for_a_while_and_loses_nothing(intake: Intake) -> None:
    intake.sort([said("b", "spin")], NOW)
    begun = time.thread_time()
    more = 3 * KEPT_PER_HOUR
    catch = intake.sort([said("b", "spin", NOW + timedelta(seconds=n)) for n in range(more)], NOW)
    assert time.thread_time() - begun < 0.1
    assert (len(catch.rejections), catch.parked) == (more, more)
    later = intake.sort([said("b", "5", NOW + PAUSE)], NOW + PAUSE)
    assert [reading.value for reading in later.readings] == [5.0]


def test_closed_topics_cost_finite_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.parking.KEPT_TOPICS", 5)
    parking = Parking()
    for number in range(100):
        parking.close(f"t/{number}", NOW + number * PAUSE)
    assert len(parking._until) <= 6
    assert parking.is_closed("t/99", NOW + 99 * PAUSE)


def test_a_preview_leaves_out_the_topic_that_stalls_and_reads_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DECODERS, stalling.FORMAT, stalling.row())
    monkeypatch.setattr("ingest.preview.Deadline", lambda: Deadline(0.1))
    feed = stalling.DISTRICT.meters["a"].feed
    assert feed is not None
    names = ("a", "b", "a", "b", "b", "a")
    begun = time.thread_time()
    found = preview(feed, [said(name, "spin" if name == "b" else "7") for name in names], ZONE)
    assert time.thread_time() - begun < 0.5
    assert (found.read, dict(found.rejected)) == (3, {"payload.too_slow": 1})


def test_a_sample_that_stalls_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DECODERS, stalling.FORMAT, stalling.row())
    monkeypatch.setattr("ingest.decoding.Deadline", lambda: Deadline(0.1))
    with pytest.raises(FormatError, match=r"payload\.too_slow"):
        decode_sample(stalling.FORMAT, "x/a/v", b"spin", NOW, str(ZONE), fields=(("v", "power_w"),))
