"""Sessions as recorded on the wire (`frames/sessions`): in any order, any number of times, what is expected of them.

Each `.jsonl` is a journal: a frame a line, as it was sent, with when it came, which way, in which version and over
which connection. `expected.json` says what each shows, and its sessions with their quality and the reason of every
repair. What a station teaches anew is a new file and a row.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chargepoints.decoding.events import Arrival, Event, TransactionEvidence
from chargepoints.replay import Replay, Told
from chargepoints.sessions import session_id, sessions_of
from chargepoints.signs import sign_of
from core.facts import ChargeSession
from core.ports import Direction, Frame

FOLDER = Path(__file__).parent / "frames" / "sessions"
CASES = json.loads((FOLDER / "expected.json").read_text("utf-8"))
SHUFFLES, POWER_W = 200, 22_000.0
MUST_SHOW = {
    "offline",
    "out of order",
    "duplicate",
    "late",
    "no begin",
    "no end",
    "counter reset",
    "counter per session",
    "kWh without unit",
    "phases without total",
    "energy of the session",
    "lifetime register",
    "clock off",
    "pause and resume",
    "id used again",
    "stop of an unknown transaction",
    "values after the stop",
    "two outlets in one second",
}
"""What must be shown by at least one recording: all that is known to go wrong with sessions."""

Item = tuple[Arrival, Event]


def journal(name: str) -> list[Frame]:
    lines = (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [
        Frame(
            "lra-01",
            line["connection"],
            Direction(line["way"]),
            datetime.fromisoformat(line["at"]),
            line["version"],
            line["frame"].encode(),
            sealed=False,
            id=number,
        )
        for number, line in enumerate(map(json.loads, lines), 1)
    ]


def told(name: str) -> list[Item]:
    """Return what the frames of a recording tell; all of them can be used and were answered."""
    replay = Replay(lenient=True, max_depth=32)
    found = [item for frame in journal(name) if (item := replay.feed(frame)) is not None]
    assert all(isinstance(item, Told) for item in found)
    assert not replay.undecided()
    assert not replay.acknowledged()
    return [(item.arrival, item.event) for item in found if isinstance(item, Told)]


def sessions(items: Iterable[Item]) -> list[ChargeSession]:
    evidence: dict[str, list[TransactionEvidence]] = defaultdict(list)
    signs = []
    for arrival, event in items:
        if isinstance(event, TransactionEvidence):
            evidence[session_id(arrival.station, arrival.protocol, event.transaction)].append(event)
        if (sign := sign_of(arrival, event)) is not None:
            signs.append(sign)
    found = [session for each in evidence.values() for session in sessions_of(each, POWER_W, signs)]
    return sorted(found, key=lambda session: (session.begun_at_utc, session.connector, session.id))


def again(item: Item) -> Item:
    """Return the same message as it comes once more."""
    arrival, event = item
    later = arrival._replace(received_at_utc=arrival.received_at_utc + timedelta(hours=9), frame=arrival.frame + 1000)
    return later, replace(event, arrival=later) if isinstance(event, TransactionEvidence) else event


def said(session: ChargeSession, name: str) -> Any:
    """Return a field of a session as the list of what is expected writes it."""
    value = getattr(session, name)
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return [finding.code for finding in session.findings] if name == "findings" else value


def test_every_recording_is_expected_and_all_that_is_known_to_go_wrong_is_recorded() -> None:
    recorded = {path.stem for path in FOLDER.glob("*.jsonl")}
    assert recorded == {case["file"] for case in CASES}
    assert len(recorded) == len(CASES) >= 48
    assert {case["shows"] for case in CASES} >= MUST_SHOW


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"])
def test_recorded_frames_tell_of_the_sessions_that_are_expected(case: Any) -> None:
    found = sessions(told(case["file"]))
    assert [
        {name: said(session, name) for name in row} for session, row in zip(found, case["sessions"], strict=True)
    ] == (case["sessions"])


def of_receipt(found: Sequence[ChargeSession]) -> list[ChargeSession]:
    return [replace(session, first_frame=0, last_frame=0) for session in found]


def test_shuffled_and_doubled_200_times_each_tells_the_same() -> None:
    chance = random.Random(7)
    for case in CASES:
        items = told(case["file"])
        expected = of_receipt(sessions(items))
        for _ in range(SHUFFLES):
            doubled = [*items, *(again(item) for item in items if isinstance(item[1], TransactionEvidence))]
            chance.shuffle(doubled)
            assert of_receipt(sessions(doubled)) == expected, case["case"]
