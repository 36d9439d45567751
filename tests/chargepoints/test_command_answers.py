"""What stations answer to commands, as they really answer."""

from typing import Any

import pytest

from chargepoints.commands.composing import sending_of
from chargepoints.commands.sending import Outcome
from core import command_requests as ask
from core.commands import CommandKind, CommandState
from core.facts import Protocol

V16, V201 = Protocol.OCPP_16, Protocol.OCPP_201
NAMED = {"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "Power"}}


def _understood(version: Protocol, kind: CommandKind, answer: dict[str, Any], request: object = None) -> Outcome:
    return sending_of(version, kind, request or ask.REQUESTS[kind]()).understand(answer)


def test_settings_of_an_old_station_are_told_without_secrets() -> None:
    answer = {
        "configurationKey": [
            {"key": "HeartbeatInterval", "readonly": False, "value": "300"},
            {"key": "NumberOfConnectors", "readonly": True, "value": 2},
            {"key": "AuthorizationKey", "readonly": False, "value": "0102"},
            {"key": "Empty", "readonly": False},
        ],
        "unknownKey": ["Nonsense"],
    }
    assert _understood(V16, CommandKind.GET, answer).result == {
        "settings": [
            {"key": "HeartbeatInterval", "value": "300", "read_only": False},
            {"key": "NumberOfConnectors", "value": "2", "read_only": True},
            {"key": "AuthorizationKey", "value": None, "read_only": False},
            {"key": "Empty", "value": None, "read_only": False},
        ],
        "unknown": ["Nonsense"],
    }


def test_variables_of_a_new_station_are_told_by_their_names() -> None:
    secret = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
    answer = {
        "getVariableResult": [
            {**NAMED, "attributeStatus": "Accepted", "attributeType": "MaxSet", "attributeValue": "22000"},
            {**NAMED, "attributeStatus": "NotSupportedAttributeType", "attributeType": "Target"},
            {"component": {"name": "X"}, "variable": {"name": "Y"}, "attributeStatus": "UnknownComponent"},
            {**secret, "attributeStatus": "Accepted", "attributeValue": "geheim"},
        ]
    }
    outcome = _understood(V201, CommandKind.GET, answer, ask.GetConfiguration(keys=("EVSE@1/Power",)))
    assert outcome.state is CommandState.DONE
    assert outcome.result == {
        "settings": [
            {"key": "EVSE@1/Power:MaxSet", "value": "22000", "read_only": None},
            {"key": "SecurityCtrlr/BasicAuthPassword", "value": None, "read_only": None},
        ],
        "unknown": ["X/Y"],
        "refused": [{"key": "EVSE@1/Power:Target", "status": "NotSupportedAttributeType"}],
    }


@pytest.mark.parametrize(
    ("statuses", "state", "reboots"),
    [
        (["Accepted"], CommandState.DONE, False),
        (["Accepted", "RebootRequired"], CommandState.DONE, True),
        (["Accepted", "Rejected"], CommandState.REJECTED, False),
        (["UnknownVariable"], CommandState.REJECTED, False),
        ([], CommandState.FAILED, False),
    ],
)
def test_setting_is_done_when_all_is_set(statuses: list[str], state: CommandState, reboots: bool) -> None:  # noqa: FBT001
    answer = {"setVariableResult": [{**NAMED, "attributeStatus": status} for status in statuses]}
    request = ask.SetConfiguration(settings=(ask.Setting(key="EVSE@1/Power", value="1"),))
    outcome = _understood(V201, CommandKind.SET, answer, request)
    assert (outcome.state, outcome.result["reboot_required"]) == (state, reboots)


def test_a_setting_that_needs_a_restart_is_set() -> None:
    request = ask.SetConfiguration(settings=(ask.Setting(key="A", value="1"),))
    outcome = _understood(V16, CommandKind.SET, {"status": "RebootRequired"}, request)
    assert (outcome.state, outcome.result) == (CommandState.DONE, {"status": "RebootRequired"})


@pytest.mark.parametrize(
    ("answer", "state", "version"),
    [
        ({"listVersion": 3}, CommandState.DONE, 3),
        ({"versionNumber": "7"}, CommandState.DONE, 7),
        ({"listVersion": -1}, CommandState.NOT_SUPPORTED, -1),
    ],
)
def test_the_version_of_a_list_is_read_by_either_name(
    answer: dict[str, Any], state: CommandState, version: int
) -> None:
    for protocol in Protocol:
        outcome = _understood(protocol, CommandKind.LIST_VERSION, answer)
        assert (outcome.state, outcome.result) == (state, {"version": version})


def test_no_limit_is_said_as_minus_one() -> None:
    answer = {
        "status": "Accepted",
        "connectorId": 1,
        "scheduleStart": "2026-11-22T10:00:00Z",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "duration": 600,
            "chargingSchedulePeriod": [
                {"startPeriod": 0, "limit": 16.0, "numberPhases": 3},
                {"startPeriod": 300, "limit": -1, "numberPhases": -1},
            ],
        },
    }
    result = _understood(V16, CommandKind.COMPOSITE_SCHEDULE, answer).result
    assert result == {
        "status": "Accepted",
        "connector": 1,
        "unit": "A",
        "from": "2026-11-22T10:00:00Z",
        "duration_s": 600,
        "steps": [
            {"start_s": 0, "limit": 16.0, "phases": 3},
            {"start_s": 300, "limit": None, "phases": None},
        ],
    }


def test_a_reason_of_the_station_is_told() -> None:
    answer = {"status": "Rejected", "statusInfo": {"reasonCode": "InvalidProfile", "additionalInfo": "too much"}}
    outcome = _understood(V201, CommandKind.LIMIT, answer, ask.LimitPower(power_w=1.0))
    assert outcome.finding is not None
    assert dict(outcome.finding.params) == {"status": "Rejected", "reason": "InvalidProfile too much"}


def test_a_log_that_will_come_has_a_name_perhaps() -> None:
    request = ask.RequestLog(url="https://x.example/y")
    named = _understood(V16, CommandKind.LOG, {"fileName": "diag.zip"}, request)
    assert (named.state, named.result) == (CommandState.ACCEPTED, {"file": "diag.zip"})
    assert _understood(V16, CommandKind.LOG, {}, request).state is CommandState.ACCEPTED


def test_certificates_are_told_with_those_below_them() -> None:
    data = {"hashAlgorithm": "SHA256", "issuerNameHash": "aa", "issuerKeyHash": "bb", "serialNumber": "01"}
    told = {"algorithm": "SHA256", "issuer_name_hash": "aa", "issuer_key_hash": "bb", "serial_number": "01"}
    chain = {"certificateType": "V2GCertificateChain", "certificateHashData": data, "childCertificateHashData": [data]}
    answer = {"status": "Accepted", "certificateHashDataChain": [chain]}
    outcome = _understood(V201, CommandKind.LIST_CERTIFICATES, answer)
    assert outcome.result["certificates"] == [{"use": "V2GCertificateChain", **told, "below": [told]}]
    assert _understood(V201, CommandKind.LIST_CERTIFICATES, {"status": "NotFound"}).state is CommandState.DONE


def test_a_monitor_has_the_number_that_the_station_gave_it() -> None:
    results = [{**NAMED, "id": 5, "status": "Accepted", "type": "Delta", "severity": 8}]
    request = ask.SetMonitoring(monitors=())
    outcome = _understood(V201, CommandKind.SET_MONITORING, {"setMonitoringResult": results}, request)
    assert outcome.result["results"] == [{"key": "EVSE@1/Power", "kind": "Delta", "number": 5, "status": "Accepted"}]
    refused = [{**results[0], "status": "Duplicate"}]
    outcome = _understood(V201, CommandKind.SET_MONITORING, {"setMonitoringResult": refused}, request)
    assert outcome.state is CommandState.REJECTED


def test_whether_a_session_runs_is_told() -> None:
    answer = {"ongoingIndicator": True, "messagesInQueue": False}
    outcome = _understood(V201, CommandKind.TRANSACTION_STATUS, answer)
    assert outcome.result == {"running": True, "messages_waiting": False}
