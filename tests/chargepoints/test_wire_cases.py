"""Sessions from frames as on the wire: in any order, any number of times, what the list says."""

from __future__ import annotations

import random
import runpy
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chargepoints.conformance import Refusal
from chargepoints.decoding.events import Arrival, Event, TransactionEvidence
from chargepoints.rpc import Call
from chargepoints.sessions import session_id, sessions_of
from chargepoints.signs import sign_of
from chargepoints.understanding import check, decode
from core.facts import ChargeSession, Protocol

_LIST = runpy.run_path(str(Path(__file__).with_name("wire_cases.py")))
CASES, BEGUN = _LIST["CASES"], _LIST["BEGUN"]
Told = tuple[Arrival, Event]
SHUFFLES, FIRST_NUMBER = 200, 12


def understood(case: Any) -> list[Told]:
    """Return what the frames of a case tell, with the numbers and verdicts that we answer."""
    told: list[Told] = []
    numbers: dict[str, int] = {}
    for place, (came, version, (_, id_, action, payload)) in enumerate(case.frames, 1):
        arrival = Arrival("lra-01", Protocol(version), BEGUN + timedelta(minutes=came), place)
        sound = check(arrival.protocol, Call(id_, action, payload), lenient=True)
        assert not isinstance(sound, Refusal), sound
        decoded = decode(sound, sound.payload, arrival)
        assert not isinstance(decoded, Refusal), decoded
        event = decoded.event
        if isinstance(event, TransactionEvidence) and not event.transaction:
            number = numbers.setdefault(event.natural_key, FIRST_NUMBER + len(numbers))
            event = sound.route.learn(event, {"transactionId": number, "idTagInfo": {"status": case.verdict}})
        told.append((arrival, event))
    return told


def sessions(told: Iterable[Told], power_w: float) -> list[ChargeSession]:
    evidence: dict[str, list[TransactionEvidence]] = defaultdict(list)
    signs = []
    for arrival, event in told:
        if isinstance(event, TransactionEvidence):
            evidence[session_id(arrival.station, arrival.protocol, event.transaction)].append(event)
        if (sign := sign_of(arrival, event)) is not None:
            signs.append(sign)
    found = [session for items in evidence.values() for session in sessions_of(items, power_w, signs)]
    return sorted(found, key=lambda session: (session.begun_at_utc, session.connector, session.id))


def again(told: Told) -> Told:
    """Return the same message as it comes once more."""
    arrival, event = told
    later = arrival._replace(received_at_utc=arrival.received_at_utc + timedelta(hours=9), frame=arrival.frame + 1000)
    return later, replace(event, arrival=later) if isinstance(event, TransactionEvidence) else event


def said(session: ChargeSession) -> Any:
    def minutes(at: Any) -> float | None:
        return None if at is None else (at - BEGUN) / timedelta(minutes=1)

    codes = tuple(finding.code for finding in session.findings)
    return minutes(session.begun_at_utc), minutes(session.ended_at_utc), session.energy_wh, session.quality.value, codes


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_frames_tell_of_the_sessions_of_the_list(case: Any) -> None:
    found = sessions(understood(case), case.power_w)
    assert [said(session) for session in found] == list(case.sessions)
    if case.idle_s:
        assert tuple(session.idle_s for session in found) == case.idle_s
    if case.skew_s:
        assert tuple(session.skew_s for session in found) == case.skew_s
    for session in found:
        assert {name: getattr(session, name) for name in case.more} == case.more


def of_receipt(found: Sequence[ChargeSession]) -> list[ChargeSession]:
    return [replace(session, first_frame=0, last_frame=0) for session in found]


def test_shuffled_and_doubled_200_times_each_tells_the_same() -> None:
    chance = random.Random(7)
    for case in CASES:
        told = understood(case)
        expected = of_receipt(sessions(told, case.power_w))
        for _ in range(SHUFFLES):
            doubled = [*told, *(again(item) for item in told if isinstance(item[1], TransactionEvidence))]
            chance.shuffle(doubled)
            assert of_receipt(sessions(doubled, case.power_w)) == expected, case.name
