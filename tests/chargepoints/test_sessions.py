"""Sessions from evidence: any order, any number of times, either version, the same session."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoints.decoding.events import (
    Arrival,
    EvidenceKind,
    MeterSample,
    ReadingContext,
    Stamp,
    TransactionEvidence,
)
from chargepoints.sessions import assemble
from core.errors import CalculationError
from core.facts import ChargeSession, Protocol, SessionState, TagVerdict
from core.quantities import Quantity
from core.readings import ReadingQuality

BEGUN = datetime(2026, 1, 1, 8, tzinfo=UTC)
V16, V201 = Protocol.OCPP_16, Protocol.OCPP_201
LIMIT_W = 22_000.0


def stamp(minutes: float, *, assumed: bool = False) -> Stamp:
    at_utc = BEGUN + timedelta(minutes=minutes)
    return Stamp(at_utc.isoformat(), at_utc, assumed)


def energy(minutes: float, wh: float, context: ReadingContext = ReadingContext.SAMPLE_PERIODIC) -> MeterSample:
    return MeterSample(Quantity.ENERGY_IMPORT_WH, stamp(minutes), wh, context)


def power(minutes: float, w: float) -> MeterSample:
    return MeterSample(Quantity.POWER_W, stamp(minutes), w)


def said(kind: EvidenceKind, minutes: float, protocol: Protocol = V16, **more: object) -> TransactionEvidence:
    arrival = Arrival("lra-01", protocol, BEGUN + timedelta(minutes=minutes, seconds=1), int(minutes) + 1)
    known = {"transaction": "7", "connector": 1, "stamp": stamp(minutes), **more}
    return TransactionEvidence(kind=kind, arrival=arrival, **known)  # type: ignore[arg-type]


def begin(register_wh: float | None = 1000.0, **more: object) -> TransactionEvidence:
    known = {"tag": "tag:1", "verdict": TagVerdict.ACCEPTED, "register_wh": register_wh, **more}
    return said(EvidenceKind.BEGIN, 0, **known)  # type: ignore[arg-type]


def sample(minutes: float, *samples: MeterSample, **more: object) -> TransactionEvidence:
    return said(EvidenceKind.SAMPLE, minutes, samples=samples, **more)  # type: ignore[arg-type]


def end(register_wh: float | None = 4000.0, minutes: float = 30, **more: object) -> TransactionEvidence:
    known = {"register_wh": register_wh, "stop_reason": "Local", **more}
    return said(EvidenceKind.END, minutes, **known)  # type: ignore[arg-type]


def codes(session: ChargeSession) -> list[str]:
    return [finding.code for finding in session.findings]


WHOLE = [begin(), *(sample(m, energy(m, 1000 + 100 * m), power(m, 6000)) for m in (5, 10, 15, 20, 25)), end()]


def test_a_whole_session_is_measured() -> None:
    session = assemble(WHOLE, LIMIT_W)
    assert session.id == "lra-01-7"
    assert (session.state, session.connector) == (SessionState.ENDED, 1)
    assert (session.register_start_wh, session.register_stop_wh, session.energy_wh) == (1000.0, 4000.0, 3000.0)
    assert (session.peak_power_w, session.samples, session.stop_reason) == (6000.0, 5, "Local")
    assert (session.quality, session.findings) == (ReadingQuality.MEASURED, ())
    assert (session.first_frame, session.last_frame) == (1, 31)


def test_an_open_session_has_the_energy_so_far() -> None:
    session = assemble(WHOLE[:3], LIMIT_W)
    assert (session.state, session.energy_wh, session.register_stop_wh) == (SessionState.OPEN, 1000.0, None)


HISTORIES = {
    "whole": WHOLE,
    "two stops": [*WHOLE, end(4001.0, 90, stop_reason="Reboot")],
    "no begin": WHOLE[1:],
    "no end": WHOLE[:-1],
    "reset": [
        begin(),
        sample(5, energy(5, 1500)),
        sample(10, energy(10, 100)),
        sample(15, energy(15, 700)),
        end(900.0),
    ],
    "unset clock": [begin(stamp=stamp(0, assumed=True)), *WHOLE[1:]],
    "2.0.1": [
        begin(None, protocol=V201, sequence=0, samples=(energy(0, 1000, ReadingContext.TRANSACTION_BEGIN),)),
        sample(5, energy(5, 1500), protocol=V201, sequence=1, connector=None),
        end(
            None, protocol=V201, sequence=4, connector=None, samples=(energy(30, 4000, ReadingContext.TRANSACTION_END),)
        ),
    ],
}


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_order_and_repetition_change_nothing(history: list[TransactionEvidence], data: st.DataObject) -> None:
    doubled = data.draw(st.permutations(history + data.draw(st.lists(st.sampled_from(history), max_size=8))))
    assert assemble(doubled, LIMIT_W) == assemble(history, LIMIT_W)


def test_a_message_sent_again_later_is_the_same_message() -> None:
    again = replace(WHOLE[-1], arrival=WHOLE[-1].arrival._replace(received_at_utc=BEGUN + timedelta(days=1), frame=99))
    once, twice = assemble(WHOLE, LIMIT_W), assemble([*WHOLE, again], LIMIT_W)
    assert replace(twice, last_frame=once.last_frame) == once


def test_an_ended_event_sent_again_with_sequence_0_is_the_same_event() -> None:
    history = HISTORIES["2.0.1"]
    assert assemble([*history, replace(history[-1], sequence=0)], LIMIT_W) == assemble(history, LIMIT_W)


def test_both_versions_give_the_same_session() -> None:
    begun = begin(None, protocol=V201, sequence=0, samples=(energy(0, 1000, ReadingContext.TRANSACTION_BEGIN),))
    newer = [
        begun,
        *(
            replace(item, arrival=item.arrival._replace(protocol=V201), sequence=place, connector=None)
            for place, item in enumerate(WHOLE[1:-1], 1)
        ),
        end(
            None, protocol=V201, sequence=6, connector=None, samples=(energy(30, 4000, ReadingContext.TRANSACTION_END),)
        ),
    ]
    old, new = assemble(WHOLE, LIMIT_W), assemble(newer, LIMIT_W)
    assert replace(new, id=old.id, protocol=old.protocol) == old


REPAIRS = [
    (
        "a start of 0 while the dial stands elsewhere",
        [begin(0.0), sample(5, energy(5, 1_000_500)), end(1_003_000.0)],
        2500.0,
        ["session.start_register_zero"],
    ),
    (
        "Transaction.Begin says 0, the first periodic value is the dial",
        [
            begin(None, samples=(energy(0, 0, ReadingContext.TRANSACTION_BEGIN),)),
            sample(1, energy(1, 1_000_000)),
            end(1_003_000.0),
        ],
        3000.0,
        ["session.start_register_zero"],
    ),
    ("a session register", [begin(0.0), sample(5, energy(5, 500)), end(3000.0)], 3000.0, []),
    (
        "session energy in the samples, the dial at both ends",
        [begin(5_000_000.0), sample(5, energy(5, 500)), sample(10, energy(10, 1000)), end(5_003_000.0)],
        3000.0,
        ["session.register_uneven"],
    ),
    (
        "the stop's value only in its samples",
        [begin(), end(0.0, samples=(energy(30, 4000, ReadingContext.TRANSACTION_END),))],
        3000.0,
        ["session.stop_register_replaced"],
    ),
    ("no register at the begin", [begin(None), *WHOLE[1:]], 2500.0, ["session.start_register_missing"]),
    ("no register at the end", [*WHOLE[:-1], end(None)], 2500.0, ["session.stop_register_missing"]),
    ("no begin", WHOLE[1:], 2500.0, ["session.begin_missing", "session.start_register_missing"]),
    (
        "a register that falls to 0 and counts on",
        [begin(), sample(5, energy(5, 1500)), sample(10, energy(10, 100)), sample(15, energy(15, 700)), end(900.0)],
        1300.0,
        ["session.register_reset"],
    ),
    ("a stop below the start", [begin(), end(500.0)], None, ["session.register_fell"]),
    (
        "a lifetime register for the session's energy",
        [begin(0.0), end(5_000_000.0)],
        None,
        ["session.energy_implausible"],
    ),
    ("an end before the begin", [begin(), end(1000.0, -5)], 0.0, ["session.end_before_begin"]),
    ("a fraction of a Wh is no fall", [begin(), sample(5, energy(5, 1000.58)), end(1000.0)], 0.0, []),
]


@pytest.mark.parametrize(("history", "energy_wh", "found"), [case[1:] for case in REPAIRS], ids=[c[0] for c in REPAIRS])
def test_repairs_are_made_and_named(
    history: list[TransactionEvidence], energy_wh: float | None, found: list[str]
) -> None:
    session = assemble(history, LIMIT_W)
    assert (session.energy_wh, codes(session)) == (energy_wh, found)
    repaired = [code for code in found if "register" in code or "implausible" in code]
    assert session.quality is (ReadingQuality.RECOVERED if repaired else ReadingQuality.MEASURED)


def test_unset_clocks_set_no_limit_and_are_named() -> None:
    unset = [begin(0.0, stamp=stamp(0, assumed=True)), end(50_000.0, 1, stamp=stamp(1, assumed=True))]
    session = assemble(unset, LIMIT_W)
    assert (session.energy_wh, codes(session)) == (50_000.0, ["session.time_assumed"])


def test_missing_events_of_201_are_counted() -> None:
    assert codes(assemble(HISTORIES["2.0.1"], LIMIT_W)) == ["session.events_missing"]


def test_a_tag_shown_later_is_the_sessions_tag() -> None:
    later = sample(5, energy(5, 1500), tag="tag:2", verdict=TagVerdict.BLOCKED, protocol=V201)
    session = assemble([begin(tag=None, verdict=TagVerdict.NONE, protocol=V201), later])
    assert (session.tag, session.tag_verdict) == ("tag:2", TagVerdict.BLOCKED)


def test_ids_of_201_may_hold_anything() -> None:
    session = assemble([begin(protocol=V201, transaction="../<b>ü")])
    assert session.id.startswith("lra-01-")
    assert session.id.removeprefix("lra-01-").isalnum()
    assert session.transaction == "../<b>ü"


def test_without_evidence_there_is_no_session() -> None:
    with pytest.raises(CalculationError):
        assemble([])


registers = st.floats(0, 1e7)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), registers), max_size=12), registers, registers, st.booleans())
def test_no_registers_whatever_give_an_impossible_energy(
    samples: list[tuple[int, float]],
    start_wh: float,
    stop_wh: float,
    ended: bool,  # noqa: FBT001
) -> None:
    history = [begin(start_wh), *(sample(minute, energy(minute, wh)) for minute, wh in samples)]
    session = assemble([*history, end(stop_wh, 60)] if ended else history, LIMIT_W)
    assert session.energy_wh is None or 0 <= session.energy_wh <= LIMIT_W * 62 / 60
    assert session.energy_wh is not None or session.findings or not samples
