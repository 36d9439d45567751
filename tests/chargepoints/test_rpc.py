"""Any bytes have a meaning or an answer, and none of them ends anything."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoints.conformance import QUIRKS, Refusal, conform
from chargepoints.progress import Progress
from chargepoints.rpc import Call, CallError, CallResult, Fault, Malformed, error_frame, parse, result_frame
from chargepoints.schemas import schemas_of
from core.facts import Protocol
from core.texts import Finding

V16, V201 = Protocol.OCPP_16, Protocol.OCPP_201


def test_the_three_kinds_of_messages() -> None:
    assert parse(b'[2,"1","Heartbeat",{}]', 32).message == Call("1", "Heartbeat", {})
    assert parse(b'[3,"1",{"a":1}]', 32).message == CallResult("1", {"a": 1})
    assert parse(b'[4,"1","GenericError","text",{}]', 32).message == CallError("1", "GenericError", "text")
    assert parse(b'[4,"1","GenericError"]', 32).message == CallError("1", "GenericError", "")


def test_brackets_in_texts_do_not_nest() -> None:
    frame = json.dumps([2, "1", "DataTransfer", {"data": '[{"' * 100 + "\\"}]).encode()
    assert isinstance(parse(frame, 32).message, Call)
    assert isinstance(parse(b"[2,[" + b"[" * 40 + b"]" * 41 + b"]", 32).message, Malformed)


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=200) | st.text(alphabet='[]{}",:0123456789ab\\ ', max_size=200).map(str.encode))
def test_any_bytes_are_a_message_or_malformed(frame: bytes) -> None:
    message = parse(frame, 8).message
    if isinstance(message, Malformed):
        for protocol in Protocol:
            answer = error_frame(protocol, message.id, message.fault, message.finding)
            assert answer is None or json.loads(answer)[0] == 4


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@settings(deadline=None, max_examples=300)
@given(st.lists(anything, max_size=6) | anything)
def test_any_json_is_a_message_or_malformed(value: object) -> None:
    message = parse(json.dumps(value).encode(), 8).message
    assert isinstance(message, (Call, CallResult, CallError, Malformed))


def test_errors_never_repeat_what_was_sent() -> None:
    answer = error_frame(V16, 5, Fault.TYPE, Finding.of("ocpp.field_invalid", field="idTag", rule="type"))
    assert answer is not None
    assert json.loads(answer)[1:3] == [5, "TypeConstraintViolation"]
    assert json.loads(answer)[4] == {}
    assert json.loads(result_frame("1", {"a": 1})) == [3, "1", {"a": 1}]


@pytest.mark.parametrize("protocol", [V16, V201])
def test_1_0_is_an_integer_and_time_is_not_checked_here(protocol: Protocol) -> None:
    name = "StatusNotification" if protocol is V16 else "StatusNotificationRequest"
    payload = {"connectorId": 1.0, "timestamp": "yesterday"}
    payload |= (
        {"errorCode": "NoError", "status": "Available"}
        if protocol is V16
        else {"evseId": 1.0, "connectorStatus": "Available"}
    )
    assert schemas_of(protocol).violations(name, payload) == ()


def test_every_quirk_has_a_name_of_its_own_and_a_source() -> None:
    assert len({quirk.name for quirk in QUIRKS}) == len(QUIRKS)
    assert all(quirk.source for quirk in QUIRKS)


def test_a_payload_is_repaired_whole_or_not_at_all() -> None:
    schemas = schemas_of(V16)
    payload = {"connectorId": "1", "errorCode": "NoError", "status": "Nonsense"}
    refused = conform(schemas, "StatusNotification", payload, lenient=True)
    assert isinstance(refused, Refusal)
    assert payload["connectorId"] == "1"
    repaired = conform(schemas, "StatusNotification", {**payload, "status": "Charging"}, lenient=True)
    assert not isinstance(repaired, Refusal)
    assert repaired[0]["connectorId"] == 1


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), max_size=60))
def test_nothing_under_way_is_ever_taken_for_stored(steps: list[tuple[bool, int]]) -> None:
    """Frames are journalled in the order of their tickets, gathered in any order; writes come at any time."""
    progress, open_, gathered, stored, frame = Progress(0), [], set(), set(), 0
    for begins, pick in steps:
        if begins or not open_:
            frame += 1
            open_.append((progress.take(), frame))
        elif pick == 0:
            reached = progress.before_write()
            stored |= gathered
            progress.written(reached)
            assert set(range(1, progress.stored + 1)) <= stored
        else:
            ticket, number = open_.pop(pick % len(open_))
            gathered.add(number)
            progress.give_back(ticket, number)
    for ticket, number in open_:
        progress.give_back(ticket, number)
    progress.written(progress.before_write())
    progress.written(progress.before_write())
    assert progress.stored == frame
