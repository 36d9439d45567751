"""Every command is said rightly in each version, and every answer is understood."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from chargepoints.commands.answers import refused
from chargepoints.commands.composing import COMMANDS, compose, sending_of, sessions_in, tags_in
from chargepoints.commands.sending import Awaited, Context, NotInVersionError, Sending, Token
from chargepoints.schemas import schemas_of
from core import command_requests as ask
from core.command_words import LimitPurpose, LimitTime, ListStatus, LogKind, RateUnit, ResetWay, SignedUse, Triggered
from core.commands import CommandKind, CommandState
from core.errors import RequestError
from core.facts import Protocol
from tests.chargepoints.command_examples import CONTEXT, GROUP, LATER, NOW, REQUESTS, STEPS, TAG

V16, V201, V21 = Protocol.OCPP_16, Protocol.OCPP_201, Protocol.OCPP_21

NOT_IN_16 = {
    CommandKind.GET_LIMITS,
    CommandKind.REPORT,
    CommandKind.NETWORK_PROFILE,
    CommandKind.PUBLISH_FIRMWARE,
    CommandKind.UNPUBLISH_FIRMWARE,
    CommandKind.SET_MESSAGE,
    CommandKind.GET_MESSAGES,
    CommandKind.CLEAR_MESSAGE,
    CommandKind.SET_MONITORING,
    CommandKind.CLEAR_MONITORING,
    CommandKind.MONITORING_BASE,
    CommandKind.MONITORING_LEVEL,
    CommandKind.MONITORING_REPORT,
    CommandKind.CUSTOMER_INFORMATION,
    CommandKind.TRANSACTION_STATUS,
    CommandKind.COST_UPDATED,
}
ROWS = [
    pytest.param(version, sending, id=f"{version}-{kind}-{sending.action}")
    for version, commands in COMMANDS.items()
    for kind, sendings in commands.items()
    for sending in sendings
]


def _schema(version: Protocol, action: str, what: str) -> str:
    endings = (
        {"request": "", "response": "Response"} if version is V16 else {"request": "Request", "response": "Response"}
    )
    return action + endings[what]


def _say(version: Protocol, kind: CommandKind, request: object, context: Context = CONTEXT) -> dict[str, Any]:
    return compose(version, kind, request, context).payload


@pytest.mark.parametrize("version", Protocol)
@pytest.mark.parametrize("kind", CommandKind)
def test_whatever_is_asked_keeps_to_the_schema_of_its_version(version: Protocol, kind: CommandKind) -> None:
    said, refusals = 0, set()
    for request in REQUESTS[kind]:
        try:
            sending, payload = compose(version, kind, request, CONTEXT)
        except RequestError as error:
            refusals.add(error.finding.code)
            continue
        assert schemas_of(version).violations(_schema(version, sending.action, "request"), payload) == (), payload
        said += 1
    assert refusals <= {"ocpp.not_in_version", "ocpp.one_at_a_time", "ocpp.reset_whole_station"}
    assert bool(said) is not (version is V16 and kind in NOT_IN_16)


@pytest.mark.parametrize("kind", CommandKind)
def test_a_request_goes_to_the_ledger_and_comes_back(kind: CommandKind) -> None:
    adapter: TypeAdapter[object] = TypeAdapter(ask.REQUESTS[kind])
    for request in REQUESTS[kind]:
        assert adapter.validate_json(adapter.dump_json(request)) == request


def _words(version: Protocol, sending: Sending) -> list[str]:
    """Return the words that a schema allows as the status of an answer."""
    name = _schema(version, sending.action, "response")
    violations = schemas_of(version).violations(name, {"status": "no word of any schema"})
    found = next((violation for violation in violations if violation.path == ("status",)), None)
    return list(found.expected) if found is not None and isinstance(found.expected, list) else []


@pytest.mark.parametrize(("version", "sending"), ROWS)
def test_every_status_of_the_specification_is_understood(version: Protocol, sending: Sending) -> None:
    for word in _words(version, sending):
        outcome = sending.understand({"status": word})
        assert outcome.result["status"] == word
        assert (outcome.state is CommandState.FAILED) == ("Fail" in word)
        assert (outcome.finding is None) == (outcome.state in (CommandState.ACCEPTED, CommandState.DONE))
        if outcome.state is CommandState.ACCEPTED:
            assert sending.awaits is not Awaited.NOTHING


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    (
        "status",
        "statusInfo",
        "listVersion",
        "versionNumber",
        "configurationKey",
        "unknownKey",
        "getVariableResult",
        "setVariableResult",
        "setMonitoringResult",
        "chargingSchedule",
        "schedule",
        "certificateHashDataChain",
        "data",
    )
)


@settings(max_examples=60)
@given(st.dictionaries(FIELDS, JSON, max_size=3))
def test_no_answer_is_too_odd_to_be_understood(answer: dict[str, Any]) -> None:
    for commands in COMMANDS.values():
        for sendings in commands.values():
            for sending in sendings:
                assert isinstance(sending.understand(answer).state, CommandState)


def test_a_status_in_other_letters_is_the_same_and_an_unknown_one_is_told() -> None:
    understand = sending_of(V16, CommandKind.RESET, ask.ResetStation()).understand
    assert understand({"status": " accepted"}).state is CommandState.ACCEPTED
    odd = understand({"status": "Maybe"})
    assert (odd.state, odd.result) == (CommandState.FAILED, {"status": "Maybe"})
    assert understand({}).state is CommandState.FAILED


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("NotImplemented", CommandState.NOT_SUPPORTED),
        ("NotSupported", CommandState.NOT_SUPPORTED),
        ("SecurityError", CommandState.REJECTED),
        ("FormationViolation", CommandState.FAILED),
        ("", CommandState.FAILED),
    ],
)
def test_a_callerror_says_how_far_the_command_came(code: str, state: CommandState) -> None:
    outcome = refused(code, "because\nof\n\nlines")
    assert outcome.state is state
    assert outcome.finding is not None
    assert "\n" not in str(outcome.finding)


@pytest.mark.parametrize(
    ("kind", "request_", "field"),
    [
        (CommandKind.SET, ask.SetConfiguration(settings=(ask.Setting(key="K" * 51, value="1"),)), "key"),
        (CommandKind.SET, ask.SetConfiguration(settings=(ask.Setting(key="K", value="1" * 501),)), "value"),
        (CommandKind.DATA_TRANSFER, ask.DataTransfer(vendor="v" * 256), "vendorId"),
    ],
)
def test_what_is_too_long_for_a_message_is_not_sent(kind: CommandKind, request_: object, field: str) -> None:
    with pytest.raises(RequestError) as refusal:
        _say(V16, kind, request_)
    assert dict(refusal.value.finding.params) == {"field": field, "rule": "maxLength"}


def test_a_start_names_outlet_and_tag_in_every_version() -> None:
    request = ask.StartCharging(connector=2, tag=TAG)
    assert _say(V16, CommandKind.START, request) == {"connectorId": 2, "idTag": "04A2B3C4"}
    assert _say(V201, CommandKind.START, request) == {
        "evseId": 2,
        "remoteStartId": 4711,
        "idToken": {"idToken": "04A2B3C4", "type": "ISO14443"},
    }


def test_the_uid_of_a_tag_is_never_shown() -> None:
    assert "04A2B3C4" not in repr(CONTEXT)
    assert "04A2B3C4" not in repr(CONTEXT.tokens[TAG])


def test_what_is_not_at_hand_is_said() -> None:
    with pytest.raises(RequestError, match=r"ocpp\.tag_without_uid"):
        _say(V16, CommandKind.START, ask.StartCharging(connector=1, tag="tag:ffffffffffffffffffff"))
    with pytest.raises(RequestError, match=r"ocpp\.session_not_running"):
        _say(V201, CommandKind.STOP, ask.StopCharging(session="s2"))
    long = replace(CONTEXT, tokens={TAG: Token("X" * 21)})
    with pytest.raises(NotInVersionError, match=r"ocpp\.tag_too_long"):
        _say(V16, CommandKind.START, ask.StartCharging(connector=1, tag=TAG), long)


def test_what_must_be_looked_up_is_found_in_a_request() -> None:
    entries = (ask.ListEntry(tag=TAG, parent_tag=GROUP), ask.ListEntry(tag="tag:2"))
    assert tags_in(ask.SendList(version=1, entries=entries)) == {TAG, GROUP, "tag:2"}
    assert tags_in(ask.ClearCache()) == frozenset()
    assert sessions_in(ask.SetMessage(number=1, text="x", session="s1")) == {"s1"}


def _limits(payload: dict[str, Any]) -> dict[str, Any]:
    schedule: dict[str, Any] = payload["csChargingProfiles"]["chargingSchedule"]
    return schedule


def test_a_power_becomes_a_current_where_the_station_takes_nothing_else() -> None:
    request = ask.LimitPower(power_w=11_000.0, phases=3)
    amperes = replace(CONTEXT, rate_unit=RateUnit.AMPERE)
    assert _limits(_say(V16, CommandKind.LIMIT, request))["chargingRateUnit"] == "W"
    schedule = _limits(_say(V16, CommandKind.LIMIT, request, amperes))
    assert schedule["chargingRateUnit"] == "A"
    assert schedule["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 15.9, "numberPhases": 3}]


def test_a_current_becomes_a_power_where_the_station_takes_nothing_else() -> None:
    watts = replace(CONTEXT, rate_unit=RateUnit.WATT, phases=1)
    schedule = _limits(_say(V16, CommandKind.LIMIT, ask.LimitPower(current_a=16.0), watts))
    assert (schedule["chargingRateUnit"], schedule["chargingSchedulePeriod"][0]["limit"]) == ("W", 3680.0)


@pytest.mark.parametrize("limit", [6.1, 21.4, 0.3, 10.25, 0.0, 31.999])
def test_a_limit_has_one_decimal_and_is_never_exceeded(limit: float) -> None:
    payload = _say(V16, CommandKind.LIMIT, ask.LimitPower(current_a=limit))
    said = _limits(payload)["chargingSchedulePeriod"][0]["limit"]
    assert 0 <= limit - said < 0.1
    assert str(said) == f"{said:.1f}"


def test_a_limit_begins_when_it_is_sent_and_ends_when_it_was_asked_to() -> None:
    payload = _say(V201, CommandKind.LIMIT, ask.LimitPower(power_w=5000.0, until_utc=LATER))
    profile = payload["chargingProfile"]
    assert profile["validTo"] == "2026-11-22T12:00:00.000Z"
    assert profile["chargingSchedule"][0]["startSchedule"] == "2026-11-22T10:00:00.000Z"
    assert profile["chargingSchedule"][0]["duration"] == 7200
    assert (payload["evseId"], profile["id"]) == (0, 4711)


def test_a_limit_of_a_session_names_its_transaction_and_outlet() -> None:
    request = ask.LimitPower(power_w=5000.0, purpose=LimitPurpose.SESSION, session="s1")
    old, new = _say(V16, CommandKind.LIMIT, request), _say(V201, CommandKind.LIMIT, request)
    assert (old["connectorId"], old["csChargingProfiles"]["transactionId"]) == (2, 815)
    assert (new["evseId"], new["chargingProfile"]["transactionId"]) == (2, "815")


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (ask.LimitPower(), "ocpp.limit_missing"),
        (ask.LimitPower(power_w=1.0, current_a=1.0), "ocpp.limit_missing"),
        (ask.LimitPower(power_w=-1.0), "ocpp.limit_missing"),
        (ask.LimitPower(power_w=1.0, connector=1), "ocpp.limit_whole_station"),
        (ask.LimitPower(power_w=1.0, time=LimitTime.RELATIVE), "ocpp.limit_whole_station"),
        (ask.LimitPower(power_w=1.0, purpose=LimitPurpose.EXTERNAL), "ocpp.limit_of_others"),
        (ask.LimitPower(power_w=1.0, until_utc=NOW - timedelta(hours=1)), "ocpp.limit_over"),
        (ask.LimitPower(steps=STEPS[1:]), "ocpp.limit_steps"),
        (ask.LimitPower(steps=(STEPS[0], STEPS[0])), "ocpp.limit_steps"),
    ],
)
def test_a_limit_that_cannot_be_is_refused(request_: ask.LimitPower, code: str) -> None:
    for version in Protocol:
        with pytest.raises(RequestError) as refusal:
            _say(version, CommandKind.LIMIT, request_)
        assert refusal.value.finding.code == code


def test_taking_away_names_what_it_takes() -> None:
    assert _say(V16, CommandKind.CLEAR_LIMIT, ask.ClearLimit()) == {}
    with pytest.raises(RequestError, match=r"ocpp\.limit_unnamed"):
        _say(V201, CommandKind.CLEAR_LIMIT, ask.ClearLimit())
    with pytest.raises(RequestError, match=r"ocpp\.limit_of_others"):
        _say(V201, CommandKind.CLEAR_LIMIT, ask.ClearLimit(purpose=LimitPurpose.EXTERNAL))


@pytest.mark.parametrize(
    ("way", "words"),
    [
        (ResetWay.IMMEDIATE, ("Soft", "Immediate", "Immediate")),
        (ResetWay.HARD, ("Hard", "Immediate", "Immediate")),
        (ResetWay.ON_IDLE, ("Soft", "OnIdle", "OnIdle")),
        (ResetWay.RESUME, (None, None, "ImmediateAndResume")),
    ],
)
def test_a_restart_has_each_versions_word(way: ResetWay, words: tuple[str | None, ...]) -> None:
    for version, word in zip((V16, V201, V21), words, strict=True):
        if word is None:
            with pytest.raises(NotInVersionError):
                _say(version, CommandKind.RESET, ask.ResetStation(way=way))
        else:
            assert _say(version, CommandKind.RESET, ask.ResetStation(way=way))["type"] == word


def _action(version: Protocol, kind: CommandKind, request: object) -> str:
    return compose(version, kind, request, CONTEXT).sending.action


def test_the_whitepapers_messages_are_used_where_the_core_has_none() -> None:
    trigger, log, firmware = CommandKind.TRIGGER, CommandKind.LOG, CommandKind.FIRMWARE
    assert _action(V16, trigger, ask.TriggerMessage(message=Triggered.HEARTBEAT)) == "TriggerMessage"
    assert _action(V16, trigger, ask.TriggerMessage(message=Triggered.LOG_STATUS)) == "ExtendedTriggerMessage"
    assert _action(V16, log, ask.RequestLog(url="ftp://x/y")) == "GetDiagnostics"
    assert _action(V16, log, ask.RequestLog(url="ftp://x/y", kind=LogKind.SECURITY)) == "GetLog"
    plain, signed = REQUESTS[firmware]
    assert _action(V16, firmware, plain) == "UpdateFirmware"
    assert _action(V16, firmware, signed) == "SignedUpdateFirmware"
    assert _action(V201, firmware, signed) == "UpdateFirmware"


def test_the_state_is_asked_of_a_connector_and_never_of_an_evse_alone() -> None:
    request = ask.TriggerMessage(message=Triggered.STATUS, connector=2)
    assert _say(V201, CommandKind.TRIGGER, request)["evse"] == {"id": 2, "connectorId": 1}
    values = ask.TriggerMessage(message=Triggered.METER_VALUES, connector=2)
    assert _say(V201, CommandKind.TRIGGER, values)["evse"] == {"id": 2}


def test_a_certificate_for_vehicles_is_nothing_for_an_old_station() -> None:
    with pytest.raises(NotInVersionError):
        _say(V16, CommandKind.CERTIFICATE_SIGNED, ask.CertificateSigned(chain="x", use=SignedUse.V2G))
    assert _say(V16, CommandKind.CERTIFICATE_SIGNED, ask.CertificateSigned(chain="x")) == {"certificateChain": "x"}


def test_an_entry_without_status_takes_a_tag_out_of_the_list() -> None:
    request = ask.SendList(version=3, entries=(ask.ListEntry(tag=TAG, status=None), ask.ListEntry(tag=TAG)))
    out, in_ = _say(V16, CommandKind.SEND_LIST, request)["localAuthorizationList"]
    assert (out, in_) == ({"idTag": "04A2B3C4"}, {"idTag": "04A2B3C4", "idTagInfo": {"status": "Accepted"}})
    blocked = ask.SendList(version=3, entries=(ask.ListEntry(tag=TAG, status=ListStatus.BLOCKED, parent_tag=GROUP),))
    (entry,) = _say(V201, CommandKind.SEND_LIST, blocked)["localAuthorizationList"]
    assert entry["idTokenInfo"]["status"] == "Blocked"
    assert entry["idTokenInfo"]["groupIdToken"] == {"idToken": "FUHRPARK", "type": "Central"}


def test_a_customer_is_named_by_one_thing() -> None:
    for request in (
        ask.CustomerInformation(report=True, clear=False),
        ask.CustomerInformation(report=True, clear=False, tag=TAG, customer="4711"),
    ):
        with pytest.raises(RequestError, match=r"ocpp\.customer_unnamed"):
            _say(V201, CommandKind.CUSTOMER_INFORMATION, request)
