"""Cases of the OCA's test document for 2.0.1 (part 6), CSMS side, in which the station does something."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from core.command_requests import (
    ChangeAvailability,
    RequestReport,
    ResetStation,
    StartCharging,
    StopCharging,
    TriggerMessage,
    UnlockConnector,
)
from core.command_words import ReportBase, ReportCriterion, ResetWay, Triggered
from core.commands import CommandState
from core.facts import ChargeSession, SessionState
from tests.chargepoints.station import BLOCKED, CARD, COLLEAGUE, EXPIRED, FORMER, MEMBER, UNKNOWN, Case

Run = Callable[[Case], Awaitable[Any]]
ACCEPTED, REJECTED, NOT_SUPPORTED = CommandState.ACCEPTED, CommandState.REJECTED, CommandState.NOT_SUPPORTED
ENDED, OPEN = SessionState.ENDED, SessionState.OPEN
TOKEN = {"idToken": CARD, "type": "ISO14443"}
EVSE = {"id": 1, "connectorId": 1}


async def boot(case: Case, reason: str = "PowerUp") -> None:
    """Boot and tell that all is well."""
    about = {"vendorName": "Maker", "model": "Model", "firmwareVersion": "1"}
    answer = await case.call("BootNotification", {"reason": reason, "chargingStation": about})
    assert answer["status"] == "Accepted"
    assert answer["interval"] > 0
    said = datetime.fromisoformat(answer["currentTime"])
    assert abs(said - datetime.now(UTC)) < timedelta(seconds=10)  # noqa: TID251
    for evse in (1, 2):
        await status(case, "Available", evse)


async def status(case: Case, word: str, evse: int = 1) -> None:
    """Tell an EVSE's state."""
    said = {"timestamp": case.station.at(0.1), "connectorStatus": word, "evseId": evse, "connectorId": 1}
    assert await case.call("StatusNotification", said) == {}


async def authorize(case: Case, tag: str = CARD) -> dict[str, Any]:
    """Return what is told of a token."""
    answer = await case.call("Authorize", {"idToken": {"idToken": tag, "type": "ISO14443"}})
    info: dict[str, Any] = answer["idTokenInfo"]
    return info


class Charge:
    """One transaction of a station."""

    def __init__(self, case: Case, id_: str = "tx-1") -> None:
        self.case, self.id, self.number = case, id_, 0

    async def event(self, kind: str, trigger: str, more: dict[str, Any] | None = None, **info: Any) -> dict[str, Any]:
        """Send an event; return the answer."""
        case = self.case
        at = case.station.at()
        context = {"Started": "Transaction.Begin", "Ended": "Transaction.End"}.get(kind, "Sample.Periodic")
        sample = {"value": case.station.register_wh, "context": context, "measurand": "Energy.Active.Import.Register"}
        event = {
            "eventType": kind,
            "timestamp": at,
            "triggerReason": trigger,
            "seqNo": self.number,
            "transactionInfo": {"transactionId": self.id, **info},
            "meterValue": [{"timestamp": at, "sampledValue": [sample]}],
            **({"evse": EVSE} if kind == "Started" else {}),
            **(more or {}),
        }
        self.number += 1
        return await case.call("TransactionEvent", event)

    async def begin(self, trigger: str = "Authorized", token: Mapping[str, Any] | None = TOKEN, **info: Any) -> None:
        """Begin it, with a token unless that comes later."""
        answer = await self.event("Started", trigger, {"idToken": token} if token else None, **info)
        assert token is None or answer["idTokenInfo"]["status"] == "Accepted"

    async def update(self, trigger: str, token: Mapping[str, Any] | None = None, **info: Any) -> dict[str, Any]:
        """Go on, 100 Wh later."""
        self.case.station.measured()
        return await self.event("Updated", trigger, {"idToken": token} if token else None, **info)

    async def end(self, trigger: str, reason: str | None, token: Mapping[str, Any] | None = None, **info: Any) -> None:
        """End it, 100 Wh later."""
        self.case.station.measured()
        told = info | ({"stoppedReason": reason} if reason else {})
        answer = await self.event("Ended", trigger, {"idToken": token} if token else None, **told)
        assert token is None or answer["idTokenInfo"]["status"] == "Accepted"

    async def session(self, **wanted: Any) -> ChargeSession:
        """Return the one session of the station, once it is as wanted."""
        (session,) = await self.case.sessions()
        assert {name: getattr(session, name) for name in wanted} == wanted
        return session


async def cold_boot(case: Case) -> None:
    await boot(case)
    assert set(await case.call("Heartbeat")) == {"currentTime"}
    assert await case.statuses() == {1: "available", 2: "available"}


def started_by(trigger: str, state: str, *, token_later: bool = False) -> Run:
    """Start at one of the points at which a station may, by `trigger`; the token may come afterwards."""

    async def run(case: Case) -> None:
        await boot(case)
        charge = Charge(case)
        await status(case, "Occupied")
        await charge.begin(trigger, None if token_later else TOKEN, chargingState=state)
        if token_later:
            answer = await charge.update("Authorized", TOKEN, chargingState="EVConnected")
            assert answer["idTokenInfo"]["status"] == "Accepted"
        await charge.update("ChargingStateChanged", chargingState="Charging")
        await charge.session(state=OPEN, tag=case.house.privacy.token(CARD))

    return run


def ended_by(trigger: str, reason: str | None, *, token: bool = False, **info: str) -> Run:
    """Stop at one of the points at which a station may."""

    async def run(case: Case) -> None:
        await boot(case)
        charge = Charge(case)
        await charge.begin()
        await charge.update("ChargingStateChanged", chargingState="Charging")
        await charge.end(trigger, reason, TOKEN if token else None, **info)
        await charge.session(state=ENDED, energy_wh=200.0, stop_reason=reason or "Local")

    return run


def refused(tag: str, *words: str) -> Run:
    """Show a token that may not charge; a transaction begun all the same is recorded and not accepted."""

    async def run(case: Case) -> None:
        await boot(case)
        assert (await authorize(case, tag))["status"] in words
        charge = Charge(case)
        shown = {"idToken": {"idToken": tag, "type": "ISO14443"}}
        answer = await charge.event("Started", "Authorized", shown)
        assert answer["idTokenInfo"]["status"] in words
        await charge.end("Deauthorized", "DeAuthorized")
        await charge.session(state=ENDED, energy_wh=100.0)

    return run


async def ended_by_a_colleague(case: Case) -> None:
    await boot(case)
    member, colleague = await authorize(case, MEMBER), await authorize(case, COLLEAGUE)
    assert member["status"] == colleague["status"] == "Accepted"
    assert member["groupIdToken"] == colleague["groupIdToken"]
    assert member["groupIdToken"]["idToken"] == "G1"
    charge = Charge(case)
    await charge.begin(token={"idToken": MEMBER, "type": "ISO14443"})
    await charge.end("StopAuthorized", "Local", {"idToken": COLLEAGUE, "type": "ISO14443"})
    await charge.session(state=ENDED, energy_wh=100.0, tag=case.house.privacy.token(MEMBER))


async def not_ended_by_a_former_colleague(case: Case) -> None:
    await boot(case)
    former = await authorize(case, FORMER)
    assert former["status"] == "Blocked"
    assert "groupIdToken" not in former  # else the station would let it end what others began


async def cable_first(case: Case) -> None:
    await boot(case)
    await status(case, "Occupied")
    assert (await authorize(case))["status"] == "Accepted"
    charge = Charge(case)
    await charge.begin(chargingState="EVConnected")
    await charge.update("ChargingStateChanged", chargingState="Charging")
    await charge.end("StopAuthorized", "Local", TOKEN)
    await charge.session(state=ENDED, energy_wh=200.0, stop_reason="Local")


async def remote_start(case: Case) -> None:
    await boot(case)
    wire = {"evseId": 1, "remoteStartId": 7, "idToken": TOKEN}
    await case.ask(StartCharging(connector=1, tag="card"), "RequestStartTransaction", wire, state=ACCEPTED)
    charge = Charge(case)
    await charge.begin("RemoteStart", remoteStartId=7)
    await charge.update("CablePluggedIn", chargingState="EVConnected")
    await charge.session(state=OPEN, tag=case.house.privacy.token(CARD))


async def remote_start_authorized(case: Case) -> None:
    assert (await authorize(case))["status"] == "Accepted"
    await remote_start(case)


async def remote_start_times_out(case: Case) -> None:
    await remote_start(case)
    charge = Charge(case)
    charge.number = 2
    await charge.end("EVConnectTimeout", "Timeout")
    await charge.session(state=ENDED, stop_reason="Timeout")


async def remote_stop(case: Case) -> None:
    await boot(case)
    charge = Charge(case)
    await charge.begin()
    request, wire = StopCharging(session="running"), {"transactionId": "tx-1"}
    await case.ask(request, "RequestStopTransaction", wire, state=ACCEPTED, running="tx-1")
    await charge.end("RemoteStop", "Remote")
    await charge.session(state=ENDED, stop_reason="Remote")


def reset(way: ResetWay, wire: dict[str, Any], status_: str, *, charging: bool, stops: bool) -> Run:
    """Restart station or EVSE, with or without a charge; at once it stops, on idle it goes on."""

    async def run(case: Case) -> None:
        await boot(case)
        charge = Charge(case)
        if charging:
            await charge.begin()
        answer = {"status": status_}
        await case.ask(ResetStation(way=way, connector=wire.get("evseId")), "Reset", wire, answer, ACCEPTED)
        if charging and stops:
            await charge.end("ResetCommand", "ImmediateReset")
        elif charging:
            await charge.end("StopAuthorized", "Local")
        if "evseId" not in wire:
            async with case.again() as back:
                await boot(back, "RemoteReset")
        sessions = await case.sessions()
        assert [session.state for session in sessions] == [ENDED] * charging

    return run


async def report_in_parts(case: Case, request: RequestReport, action: str, wire: dict[str, Any]) -> None:
    await boot(case)
    await case.ask(request, action, {"requestId": 7, **wire}, state=ACCEPTED)
    for number, more in ((0, {"tbc": True}), (1, {})):
        item = {
            "component": {"name": "OCPPCommCtrlr"},
            "variable": {"name": f"Variable{number}"},
            "variableAttribute": [{"value": "1"}],
            "variableCharacteristics": {"dataType": "integer", "supportsMonitoring": False},
        }
        part = {"requestId": 7, "generatedAt": case.station.at(), "seqNo": number, "reportData": [item]}
        assert await case.call("NotifyReport", part | more) == {}


def base_report(base: ReportBase, word: str) -> Run:
    return lambda case: report_in_parts(case, RequestReport(base=base), "GetBaseReport", {"reportBase": word})


async def custom_report(case: Case) -> None:
    request = RequestReport(criteria=(ReportCriterion.PROBLEM,), keys=("EVSE@1/AvailabilityState",))
    named = {"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "AvailabilityState"}}
    wire = {"componentCriteria": ["Problem"], "componentVariable": [named]}
    await report_in_parts(case, request, "GetReport", wire)


def triggered(what: Triggered, word: str, evse: int | None, follows: Run | None = None) -> Run:
    """Ask for a message, which then comes."""

    async def run(case: Case) -> None:
        await boot(case)
        place = EVSE if what is Triggered.STATUS else {"id": evse}  # a state is a connector's (F06.FR.12)
        wire = {"requestedMessage": word} | ({"evse": place} if evse else {})
        await case.ask(TriggerMessage(message=what, connector=evse), "TriggerMessage", wire, state=ACCEPTED)
        if follows is not None:
            await follows(case)

    return run


async def measured(case: Case) -> None:
    sample = {"value": 1234.0, "context": "Trigger", "measurand": "Energy.Active.Import.Register"}
    value = [{"timestamp": case.station.at(), "sampledValue": [sample]}]
    assert await case.call("MeterValues", {"evseId": 1, "meterValue": value}) == {}


async def transaction_told(case: Case) -> None:
    charge = Charge(case)
    await charge.begin()
    assert await charge.update("Trigger", chargingState="Charging") == {}


async def log_idle(case: Case) -> None:
    assert await case.call("LogStatusNotification", {"status": "Idle"}) == {}


async def firmware_idle(case: Case) -> None:
    assert await case.call("FirmwareStatusNotification", {"status": "Idle"}) == {}


async def heartbeat(case: Case) -> None:
    assert "currentTime" in await case.call("Heartbeat")


async def occupied(case: Case) -> None:
    await status(case, "Occupied")
    assert (await case.statuses())[1] == "occupied"


async def trigger_not_implemented(case: Case) -> None:
    await boot(case)
    request = TriggerMessage(message=Triggered.LOG_STATUS)
    await case.ask(request, "TriggerMessage", None, {"status": "NotImplemented"}, NOT_SUPPORTED)


def available(*, operative: bool, wire: dict[str, Any] | None = None, charging: bool = False) -> Run:
    """Take an EVSE, connector or the station in or out of service."""

    async def run(case: Case) -> None:
        await boot(case)
        charge = Charge(case)
        if charging:
            await charge.begin()
        place = wire or {}
        request = ChangeAvailability(operative=operative, connector=place.get("id"), plug=place.get("connectorId"))
        sent = {"operationalStatus": "Operative" if operative else "Inoperative"} | ({"evse": wire} if wire else {})
        answer = {"status": "Scheduled" if charging else "Accepted"}
        state = ACCEPTED if charging else CommandState.DONE
        await case.ask(request, "ChangeAvailability", sent, answer, state)
        if charging:
            await charge.end("StopAuthorized", "Local")
        await status(case, "Available" if operative else "Unavailable")
        assert (await case.statuses())[1] == ("available" if operative else "unavailable")

    return run


async def lock_fails(case: Case) -> None:
    await boot(case)
    event = {
        "eventId": 1,
        "timestamp": case.station.at(),
        "trigger": "Delta",
        "actualValue": "true",
        "component": {"name": "ConnectorPlugRetentionLock", "evse": EVSE},
        "variable": {"name": "Problem"},
        "eventNotificationType": "HardWiredNotification",
    }
    told = {"generatedAt": case.station.at(), "seqNo": 0, "eventData": [event]}
    assert await case.call("NotifyEvent", told) == {}


async def unlocked(case: Case) -> None:
    await boot(case)
    wire = {"evseId": 1, "connectorId": 1}
    await case.ask(UnlockConnector(connector=1), "UnlockConnector", wire, {"status": "Unlocked"})


def sampled(kind: str, context: str, *, signed: bool = False) -> Run:
    """Tell registers within a transaction, in one of its events."""

    async def run(case: Case) -> None:
        await boot(case)
        charge = Charge(case)
        if kind != "Started":
            await charge.begin()
        sample: dict[str, Any] = {
            "value": case.station.measured(),
            "context": context,
            "measurand": "Energy.Active.Import.Register",
        }
        if signed:
            sample["signedMeterValue"] = {
                "signedMeterData": "T0NNRg==",
                "signingMethod": "ECDSAP256SHA256",
                "encodingMethod": "OCMF",
                "publicKey": "",
            }
        more: dict[str, Any] = {"meterValue": [{"timestamp": case.station.at(), "sampledValue": [sample]}]}
        more |= {"idToken": TOKEN} if kind == "Started" else {}
        info = {"stoppedReason": "Local"} if kind == "Ended" else {}
        trigger = {"Started": "Authorized", "Updated": "MeterValuePeriodic", "Ended": "StopAuthorized"}[kind]
        await charge.event(kind, trigger, more, **info)
        session = await charge.session(state=ENDED if kind == "Ended" else OPEN)
        assert session.register_start_wh is not None

    return run


async def clock_aligned(case: Case) -> None:
    await boot(case)
    value = {"value": 1500.0, "context": "Sample.Clock", "measurand": "Energy.Active.Import.Register"}
    told = {"evseId": 1, "meterValue": [{"timestamp": case.station.at(), "sampledValue": [value]}]}
    assert await case.call("MeterValues", told) == {}


async def begins_without_evse(case: Case) -> None:
    await boot(case)
    charge = Charge(case)
    at = case.station.at()
    event = {
        "eventType": "Started",
        "timestamp": at,
        "triggerReason": "Authorized",
        "seqNo": 0,
        "transactionInfo": {"transactionId": "tx-1"},
        "idToken": TOKEN,
    }
    assert (await case.call("TransactionEvent", event))["idTokenInfo"]["status"] == "Accepted"
    charge.number = 1
    sample = {"value": 10_000, "context": "Transaction.Begin", "measurand": "Energy.Active.Import.Register"}
    more = {"evse": EVSE, "meterValue": [{"timestamp": at, "sampledValue": [sample]}]}
    await charge.event("Updated", "CablePluggedIn", more)
    await charge.end("StopAuthorized", "Local")
    await charge.session(state=ENDED, connector=1, energy_wh=100.0)


async def numbers_begin_at_0(case: Case) -> None:
    await boot(case)
    for id_ in ("tx-1", "tx-2"):
        charge = Charge(case, id_)
        await charge.begin()
        await charge.end("StopAuthorized", "Local")
    assert [session.energy_wh for session in await case.sessions()] == [100.0, 100.0]


async def suspended_at_the_vehicle(case: Case) -> None:
    await boot(case)
    charge = Charge(case)
    await charge.begin()
    await charge.update("ChargingStateChanged", chargingState="SuspendedEV")
    await charge.session(state=OPEN)
    await charge.update("ChargingStateChanged", chargingState="Charging")
    await charge.end("EVCommunicationLost", "EVDisconnected")
    await charge.session(state=ENDED, energy_wh=300.0)


async def data_transfer(case: Case) -> None:
    await boot(case)
    answer = await case.call("DataTransfer", {"vendorId": "de.nobody", "messageId": "x", "data": {"a": 1}})
    assert answer["status"] in ("UnknownVendorId", "UnknownMessageId", "Rejected")


async def custom_data(case: Case) -> None:
    more = {"customData": {"vendorId": "de.nobody", "anything": [1, {"b": None}]}}
    about = {"vendorName": "Maker", "model": "Model", **more}
    answer = await case.call("BootNotification", {"reason": "PowerUp", "chargingStation": about, **more})
    assert answer["status"] == "Accepted"
    assert "currentTime" in await case.call("Heartbeat", more)


CASES: Mapping[str, Run] = {
    "TC_B_01": cold_boot,
    "TC_B_12": base_report(ReportBase.CONFIGURATION, "ConfigurationInventory"),
    "TC_B_13": base_report(ReportBase.FULL, "FullInventory"),
    "TC_B_14": base_report(ReportBase.SUMMARY, "SummaryInventory"),
    "TC_B_18": custom_report,
    "TC_B_20": reset(ResetWay.ON_IDLE, {"type": "OnIdle"}, "Accepted", charging=False, stops=False),
    "TC_B_21": reset(ResetWay.ON_IDLE, {"type": "OnIdle"}, "Scheduled", charging=True, stops=False),
    "TC_B_22": reset(ResetWay.IMMEDIATE, {"type": "Immediate"}, "Accepted", charging=True, stops=True),
    "TC_B_25": reset(ResetWay.ON_IDLE, {"type": "OnIdle", "evseId": 1}, "Accepted", charging=False, stops=False),
    "TC_B_26": reset(ResetWay.ON_IDLE, {"type": "OnIdle", "evseId": 1}, "Scheduled", charging=True, stops=False),
    "TC_B_27": reset(ResetWay.IMMEDIATE, {"type": "Immediate", "evseId": 1}, "Accepted", charging=True, stops=True),
    "TC_C_02": refused(UNKNOWN, "Invalid", "Unknown"),
    "TC_C_06": refused(BLOCKED, "Blocked"),
    "TC_C_07": refused(EXPIRED, "Expired"),
    "TC_C_08": started_by("Authorized", "EVConnected"),
    "TC_C_20": refused(UNKNOWN, "Invalid", "Unknown"),
    "TC_C_39": ended_by_a_colleague,
    "TC_C_43": not_ended_by_a_former_colleague,
    "TC_E_01": started_by("ChargingStateChanged", "EVConnected"),
    "TC_E_02": started_by("ChargingStateChanged", "Charging"),
    "TC_E_03": cable_first,
    "TC_E_04": started_by("Authorized", "Idle"),
    "TC_E_07": ended_by("StopAuthorized", "Local", token=True),
    "TC_E_08": ended_by("ChargingStateChanged", "Local", chargingState="EVConnected"),
    "TC_E_09": started_by("CablePluggedIn", "EVConnected", token_later=True),
    "TC_E_10": started_by("Authorized", "Idle"),
    "TC_E_11": started_by("SignedDataReceived", "EVConnected"),
    "TC_E_12": started_by("EVDetected", "Idle", token_later=True),
    "TC_E_14": ended_by("EVCommunicationLost", "EVDisconnected", chargingState="Idle"),
    "TC_E_15": ended_by("StopAuthorized", "Local", token=True),
    "TC_E_16": refused(UNKNOWN, "Invalid", "Unknown"),
    "TC_E_17": ended_by("EVCommunicationLost", "EVDisconnected"),
    "TC_E_19": ended_by("EVDeparted", "EVDisconnected"),
    "TC_E_20": ended_by("EVCommunicationLost", "EVDisconnected", chargingState="Idle"),
    "TC_E_21": remote_stop,
    "TC_E_22": ended_by("ChargingStateChanged", "StoppedByEV", chargingState="SuspendedEV"),
    "TC_E_26": suspended_at_the_vehicle,
    "TC_E_38": started_by("Authorized", "SuspendedEV"),
    "TC_E_39": ended_by("EVConnectTimeout", "Timeout"),
    "TC_E_53": numbers_begin_at_0,
    "TC_F_01": remote_start,
    "TC_F_02": remote_start_authorized,
    "TC_F_03": remote_start,
    "TC_F_04": remote_start_times_out,
    "TC_F_06": unlocked,
    "TC_F_11": triggered(Triggered.METER_VALUES, "MeterValues", 1, measured),
    "TC_F_12": triggered(Triggered.METER_VALUES, "MeterValues", None, measured),
    "TC_F_13": triggered(Triggered.TRANSACTION, "TransactionEvent", 1, transaction_told),
    "TC_F_14": triggered(Triggered.TRANSACTION, "TransactionEvent", None, transaction_told),
    "TC_F_15": triggered(Triggered.LOG_STATUS, "LogStatusNotification", None, log_idle),
    "TC_F_18": triggered(Triggered.FIRMWARE_STATUS, "FirmwareStatusNotification", None, firmware_idle),
    "TC_F_20": triggered(Triggered.HEARTBEAT, "Heartbeat", None, heartbeat),
    "TC_F_23": triggered(Triggered.STATUS, "StatusNotification", 1, lambda case: status(case, "Available")),
    "TC_F_24": triggered(Triggered.STATUS, "StatusNotification", 1, occupied),
    "TC_F_27": trigger_not_implemented,
    "TC_G_03": available(operative=False, wire={"id": 1}),
    "TC_G_04": available(operative=True, wire={"id": 1}),
    "TC_G_05": available(operative=False),
    "TC_G_06": available(operative=True),
    "TC_G_07": available(operative=False, wire=EVSE),
    "TC_G_08": available(operative=True, wire=EVSE),
    "TC_G_11": available(operative=False, wire={"id": 1}, charging=True),
    "TC_G_14": available(operative=False, charging=True),
    "TC_G_17": available(operative=False, wire=EVSE, charging=True),
    "TC_G_20": lock_fails,
    "TC_J_01": clock_aligned,
    "TC_J_02": sampled("Updated", "Sample.Clock"),
    "TC_J_03": sampled("Ended", "Sample.Clock"),
    "TC_J_04": sampled("Updated", "Sample.Clock", signed=True),
    "TC_J_07": sampled("Started", "Transaction.Begin"),
    "TC_J_08": begins_without_evse,
    "TC_J_09": sampled("Updated", "Sample.Periodic"),
    "TC_J_10": sampled("Ended", "Transaction.End"),
    "TC_J_11": sampled("Updated", "Sample.Periodic", signed=True),
    "TC_P_02": data_transfer,
    "TC_P_03": custom_data,
}
"""Boot, tokens, transactions, remote control, availability, meter values, and makers' own data."""
