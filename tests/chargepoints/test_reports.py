"""What 2.x stations report because they were asked to, in parts, and what they notice by themselves."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from chargepoints.chronicle import Chronicle
from chargepoints.commands.collecting import NAMED, Collecting
from chargepoints.conformance import Refusal
from chargepoints.decoding.events import (
    Arrival,
    DataTransferred,
    Decision,
    Event,
    Happening,
    HappeningsReported,
    Noted,
    OtherLimit,
    Reported,
    ReservationEnded,
    Stamp,
    StatusReported,
)
from chargepoints.privacy import Privacy
from chargepoints.rpc import Call, Fault, Malformed, parse
from chargepoints.schemas import schemas_of
from chargepoints.understanding import ROUTES, check, decode
from core.facts import ConnectorStatus, Protocol
from core.station_events import StationEvent

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
SAID = "2026-11-22T09:59:00Z"
V16, V201, V21 = Protocol.OCPP_16, Protocol.OCPP_201, Protocol.OCPP_21
POWER = {"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "Power"}}
VERSIONS = pytest.mark.parametrize("version", [V201, V21])


def _event(version: Protocol, action: str, payload: dict[str, Any]) -> Event:
    sound = check(version, Call("1", action, payload), lenient=False)
    assert not isinstance(sound, Refusal), sound
    decoded = decode(sound, payload, Arrival("lra-01", version, NOW))
    assert not isinstance(decoded, Refusal)
    return decoded.event


def _part(number: int, value: str, *, more: bool) -> dict[str, Any]:
    attribute = {"value": value, "mutability": "ReadWrite"}
    entry = {**POWER, "variableAttribute": [attribute, {"type": "MaxSet", "value": "22000", "mutability": "ReadOnly"}]}
    return {"requestId": 9, "generatedAt": SAID, "seqNo": number, "tbc": more, "reportData": [entry]}


@VERSIONS
def test_a_report_ends_when_nothing_is_to_come_and_may_begin_at_1(version: Protocol) -> None:
    collecting = Collecting()
    first = _event(version, "NotifyReport", _part(1, "a", more=True))
    last = _event(version, "NotifyReport", _part(2, "b", more=False))
    assert isinstance(first, Reported)
    assert isinstance(last, Reported)
    assert (first.part, first.last, last.last) == (1, False, True)
    assert collecting.add("lra-01", first) is None
    assert collecting.add("lra-02", last) is not None
    result = collecting.add("lra-01", last)
    assert result is not None
    said = [(item["key"], item["value"], item["read_only"]) for item in result["settings"]]
    assert said == [
        ("EVSE@1/Power", "a", False),
        ("EVSE@1/Power:MaxSet", "22000", True),
        ("EVSE@1/Power", "b", False),
        ("EVSE@1/Power:MaxSet", "22000", True),
    ]


def test_a_report_that_nobody_waits_for_begins_anew() -> None:
    collecting = Collecting()
    first = Reported(action="NotifyCustomerInformation", request=1, items=({"data": "x"},), last=False)
    collecting.add("lra-01", first)
    collecting.forget("lra-01", 1)
    last = Reported(action="NotifyCustomerInformation", request=1, items=({"data": "y"},))
    assert collecting.add("lra-01", last) == {"customer": [{"data": "y"}]}


def test_too_many_reports_at_once_cost_the_oldest_only() -> None:
    collecting = Collecting()
    for number in range(600):
        collecting.add("lra-01", Reported(action="NotifyReport", request=number, items=(), last=False))
    assert len(collecting._open) <= 501


@VERSIONS
def test_monitors_messages_limits_and_customers_are_told_in_our_words(version: Protocol) -> None:
    monitor = {"id": 3, "transaction": False, "value": 5, "type": "Delta", "severity": 8}
    monitor |= {"eventNotificationType": "CustomMonitor"} if version is V21 else {}
    content = {"format": "UTF8", "language": "de", "content": "Gute Fahrt"}
    schedule = {
        "id": 1,
        "chargingRateUnit": "W",
        "startSchedule": SAID,
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 5000.0}],
    }
    profile = {
        "id": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": [schedule],
    }
    begun = {"requestId": 9, "generatedAt": SAID, "seqNo": 0}
    said = {
        "NotifyMonitoringReport": {**begun, "monitor": [{**POWER, "variableMonitoring": [monitor]}]},
        "NotifyDisplayMessages": {
            "requestId": 9,
            "messageInfo": [{"id": 4, "priority": "InFront", "message": content, "startDateTime": SAID}],
        },
        "ReportChargingProfiles": {
            "requestId": 9,
            "evseId": 2,
            "chargingLimitSource": "CSO",
            "chargingProfile": [profile],
        },
        "NotifyCustomerInformation": {**begun, "data": "sealed:00"},
    }
    assert set(said) | {"NotifyReport"} == set(NAMED)
    results: dict[str, Any] = {}
    for action, payload in said.items():
        event = _event(version, action, payload)
        assert isinstance(event, Reported)
        results |= Collecting().add("lra-01", event) or {}
    assert results["monitors"] == [
        {
            "key": "EVSE@1/Power",
            "number": 3,
            "kind": "Delta",
            "value": 5,
            "severity": 8,
            "during_sessions_only": False,
        }
    ]
    assert results["messages"][0]["text"] == "Gute Fahrt"
    assert (results["limits"][0]["connector"], results["limits"][0]["source"]) == (2, "CSO")
    assert results["limits"][0]["schedules"][0]["steps"] == [{"start_s": 0, "limit": 5000.0, "phases": None}]
    assert results["customer"] == [{"data": "sealed:00"}]


@VERSIONS
def test_what_a_station_notices_is_told_by_the_variables_name(version: Protocol) -> None:
    item = {
        **POWER,
        "eventId": 1,
        "timestamp": SAID,
        "trigger": "Alerting",
        "actualValue": "25000",
        "techCode": "E7",
        "eventNotificationType": "HardWiredMonitor",
        "cleared": True,
    }
    event = _event(version, "NotifyEvent", {"generatedAt": SAID, "seqNo": 0, "eventData": [item]})
    stamp = Stamp(SAID, datetime(2026, 11, 22, 9, 59, tzinfo=UTC))
    happening = Happening(
        name="EVSE@1/Power", value="25000", trigger="Alerting", stamp=stamp, connector=1, cleared=True, info="E7"
    )
    assert event == HappeningsReported(happenings=(happening,))


@VERSIONS
def test_reservations_and_limits_of_others_end(version: Protocol) -> None:
    update = {"reservationId": 7, "reservationUpdateStatus": "Expired"}
    assert _event(version, "ReservationStatusUpdate", update) == ReservationEnded(number=7, expired=True)
    limit = {"chargingLimit": {"chargingLimitSource": "SO", "isGridCritical": True}, "evseId": 1}
    assert _event(version, "NotifyChargingLimit", limit) == OtherLimit(
        source="SO", cleared=False, connector=1, critical=True
    )
    cleared = _event(version, "ClearedChargingLimit", {"chargingLimitSource": "SO"})
    assert cleared == OtherLimit(source="SO", cleared=True)


def test_a_makers_own_message_is_told_apart() -> None:
    for version in Protocol:
        event = _event(version, "DataTransfer", {"vendorId": "org.example", "messageId": "Hello"})
        assert event == DataTransferred(vendor="org.example", message="Hello")


@VERSIONS
def test_contract_certificates_fail_as_the_specification_has_it(version: Protocol) -> None:
    route = ROUTES[version]["Get15118EVCertificate"]
    answer = route.answer(Noted(), Decision(now_utc=NOW, heartbeat_interval_s=300))
    assert answer == {"status": "Failed", "exiResponse": ""}
    assert schemas_of(version).violations(route.response, answer) == ()


@VERSIONS
def test_what_a_station_knows_of_a_customer_is_read_again_from_the_journal(version: Protocol) -> None:
    said = {"requestId": 9, "generatedAt": SAID, "seqNo": 0, "data": "x" * 512}
    frame = orjson.dumps([2, "1", "NotifyCustomerInformation", said])
    kept, json_ = Privacy(b"k" * 32).redact(frame, orjson.loads(frame))
    assert b"xxx" not in kept
    assert not isinstance(check(version, Call("1", "NotifyCustomerInformation", json_[3]), lenient=False), Refusal)


@VERSIONS
def test_a_vehicles_contract_stays_closed(version: Protocol) -> None:
    said = {"action": "Install", "iso15118SchemaVersion": "urn:iso:15118:2:2013:MsgDef", "exiRequest": "RE8tTEFL"}
    said |= {"prioritizedEMAIDs": ["DELRA0001"]} if version is V21 else {}
    frame = orjson.dumps([2, "1", "Get15118EVCertificate", said])
    kept, json_ = Privacy(b"k" * 32).redact(frame, orjson.loads(frame))
    assert b"RE8t" not in kept
    assert b"DELRA" not in kept
    assert not isinstance(check(version, Call("1", "Get15118EVCertificate", json_[3]), lenient=False), Refusal)


@VERSIONS
def test_a_token_of_no_authorisation_has_its_verdict_too(version: Protocol) -> None:
    said = {
        "eventType": "Started",
        "timestamp": SAID,
        "triggerReason": "CablePluggedIn",
        "seqNo": 0,
        "transactionInfo": {"transactionId": "t1"},
    }
    route, decision = ROUTES[version]["TransactionEvent"], Decision(now_utc=NOW, heartbeat_interval_s=300)
    free = _event(version, "TransactionEvent", {**said, "idToken": {"idToken": "", "type": "NoAuthorization"}})
    assert route.answer(free, decision) == {"idTokenInfo": {"status": "Accepted"}}
    assert route.answer(_event(version, "TransactionEvent", said), decision) == {}


STREAM = {"id": 1, "pending": 0, "basetime": SAID, "data": [{"t": 0.5, "v": "1"}]}


def test_a_stream_of_21_comes_as_send_and_has_no_answer() -> None:
    message = parse(json.dumps([6, "s1", "NotifyPeriodicEventStream", STREAM]).encode(), 32, V21).message
    assert message == Call("s1", "NotifyPeriodicEventStream", STREAM, silent=True)
    assert isinstance(message, Call)
    assert not isinstance(check(V21, message, lenient=False), Refusal)
    unfit = check(V21, Call("s1", "Authorize", {}, silent=True), lenient=True)
    assert isinstance(unfit, Refusal)
    assert unfit.fault is Fault.MESSAGE_TYPE


@pytest.mark.parametrize("version", [V16, V201])
def test_older_versions_know_neither_send_nor_a_refused_result(version: Protocol) -> None:
    for kind in (5, 6):
        message = parse(json.dumps([kind, "s1", "X", {}]).encode(), 32, version).message
        assert isinstance(message, Malformed)
        assert (message.fault, message.answerable) == (Fault.MESSAGE_TYPE, True)


@pytest.mark.parametrize(
    "frame", ['[6,"s1"]', '[6,null,"X",{}]', '[6,"s1","X",[]]', '[5,"r1","FormatViolation","",{}]']
)
def test_what_is_wrong_with_a_send_or_an_answer_of_ours_is_kept_and_not_answered(frame: str) -> None:
    message = parse(frame.encode(), 32, V21).message
    assert isinstance(message, Malformed)
    assert not message.answerable


STATUS = {"timestamp": SAID, "connectorStatus": "Available", "evseId": 1, "connectorId": 1}


def test_fields_of_a_newer_edition_are_accepted_and_noted() -> None:
    sound = check(V21, Call("1", "StatusNotification", {**STATUS, "newer": {"a": 1}}), lenient=True)
    assert not isinstance(sound, Refusal)
    assert sound.payload == STATUS
    assert [dict(finding.params) for finding in sound.repairs] == [{"quirk": "newer_edition"}]
    assert isinstance(check(V21, Call("1", "StatusNotification", {**STATUS, "newer": 1}), lenient=False), Refusal)
    assert isinstance(check(V201, Call("1", "StatusNotification", {**STATUS, "newer": 1}), lenient=True), Refusal)


def test_words_of_a_newer_edition_are_accepted_where_nothing_hangs_on_them() -> None:
    boot = {"reason": "SomethingNew", "chargingStation": {"vendorName": "v", "model": "m"}}
    assert not isinstance(check(V21, Call("1", "BootNotification", boot), lenient=True), Refusal)
    sound = check(V21, Call("1", "StatusNotification", {**STATUS, "connectorStatus": "Dreaming"}), lenient=True)
    assert not isinstance(sound, Refusal)
    refused = decode(sound, sound.payload, Arrival("lra-01", V21, NOW))
    assert isinstance(refused, Refusal)
    assert refused.fault is Fault.PROPERTY


def test_what_is_missing_is_missing_in_a_newer_edition_too() -> None:
    refused = check(V21, Call("1", "StatusNotification", {"newer": 1, "evseId": 1}), lenient=True)
    assert isinstance(refused, Refusal)
    assert refused.fault is Fault.OCCURRENCE


def test_a_state_is_the_same_in_21() -> None:
    event = _event(V21, "StatusNotification", STATUS)
    assert isinstance(event, StatusReported)
    assert (event.connector, event.status) == (1, ConnectorStatus.AVAILABLE)


def test_what_stations_notice_is_in_the_list_of_their_events() -> None:
    chronicle, arrival = Chronicle(), Arrival("lra-02", V201, NOW, 7)
    stamp = Stamp(SAID, NOW)
    noticed = Happening(name="EVSE@1/Power", value="25000", trigger="Alerting", stamp=stamp, connector=1, info="E7")
    told = (
        HappeningsReported(happenings=(noticed, replace(noticed, cleared=True, value="1"))),
        OtherLimit(source="SO", cleared=False, connector=2),
        ReservationEnded(number=7, expired=False),
        DataTransferred(vendor="org.example", message="Hello"),
    )
    kept: list[StationEvent] = []
    chronicle.add = lambda event: not kept.append(event)  # type: ignore[method-assign]
    for event in told:
        chronicle.heard(arrival, event)
    assert [
        (event.kind.value, event.connector, event.code, event.finding and event.finding.code) for event in kept
    ] == [
        ("monitor", 1, "EVSE@1/Power", "ocpp.monitor_noticed"),
        ("monitor", 1, "EVSE@1/Power", "ocpp.monitor_cleared"),
        ("limit", 2, "SO", "ocpp.other_limit"),
        ("reservation", 0, "removed", "ocpp.reservation_removed"),
        ("maker", 0, "org.example", None),
    ]
    assert len({event.id for event in kept}) == len(kept)
