"""Cases of the OCA's test document for 1.6 (revision 2025-09), central system's side: id to what a station does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from websockets import Subprotocol
from websockets.asyncio.client import connect

from core.command_requests import (
    CancelReservation,
    CertificateHash,
    ChangeAvailability,
    ClearCache,
    ClearLimit,
    CompositeSchedule,
    DeleteCertificate,
    GetConfiguration,
    InstallCertificate,
    LimitPower,
    ListCertificates,
    ListEntry,
    ListVersion,
    RequestLog,
    ReserveOutlet,
    ResetStation,
    SendList,
    SetConfiguration,
    Setting,
    StartCharging,
    StopCharging,
    TriggerMessage,
    UnlockConnector,
    UpdateFirmware,
)
from core.command_words import CertificateUse, LimitPurpose, ListUpdate, LogKind, ResetWay, Triggered
from core.commands import CommandKind, CommandState
from core.facts import SessionState
from tests.chargepoints.station import BLOCKED, CARD, COLLEAGUE, EXPIRED, MEMBER, UNKNOWN, Case, asks

ACCEPTED, DONE, REJECTED = CommandState.ACCEPTED, CommandState.DONE, CommandState.REJECTED
FAILED, NOT_SUPPORTED = CommandState.FAILED, CommandState.NOT_SUPPORTED
UNTIL = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
UNTIL_TEXT = "2031-05-06T07:08:09.000Z"
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"


async def boot(case: Case) -> None:
    """Boot and tell that all is well."""
    answer = await case.call("BootNotification", {"chargePointVendor": "Maker", "chargePointModel": "Model"})
    assert answer["status"] == "Accepted"
    assert answer["interval"] > 0
    said = datetime.fromisoformat(answer["currentTime"])
    assert abs(said - datetime.now(UTC)) < timedelta(seconds=10)  # noqa: TID251
    for connector in (0, 1, 2):
        await status(case, connector, "Available")


async def status(case: Case, connector: int, word: str, error: str = "NoError") -> None:
    """Tell an outlet's state."""
    said = {"connectorId": connector, "errorCode": error, "status": word, "timestamp": case.station.at(0.1)}
    assert await case.call("StatusNotification", said) == {}


async def authorize(case: Case, tag: str) -> str:
    """Return the verdict on a tag."""
    return str((await case.call("Authorize", {"idTag": tag}))["idTagInfo"]["status"])


async def begin(case: Case, tag: str = CARD, connector: int = 1, verdict: str = "Accepted") -> int:
    """Begin a transaction; return its number."""
    started = {"connectorId": connector, "idTag": tag, "meterStart": case.station.register_wh}
    answer = await case.call("StartTransaction", started | {"timestamp": case.station.at()})
    assert answer["idTagInfo"]["status"] == verdict
    return int(answer["transactionId"])


async def measure(case: Case, transaction: int, connector: int = 1) -> None:
    """Tell the register."""
    sample = {"value": str(case.station.measured()), "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
    value = {"timestamp": case.station.at(), "sampledValue": [sample]}
    told = {"connectorId": connector, "transactionId": transaction, "meterValue": [value]}
    assert await case.call("MeterValues", told) == {}


async def stop(case: Case, transaction: int, reason: str = "Local", tag: str | None = CARD) -> None:
    """End a transaction."""
    ended = {"transactionId": transaction, "meterStop": case.station.measured(), "timestamp": case.station.at()}
    answer = await case.call("StopTransaction", ended | {"reason": reason} | ({"idTag": tag} if tag else {}))
    assert tag is None or answer["idTagInfo"]["status"] == "Accepted"


async def charge(case: Case, reason: str = "Local", *, tag_at_stop: str | None = CARD) -> None:
    """Charge once, and check the session that comes of it."""
    transaction = await begin(case)
    await status(case, 1, "Charging")
    await measure(case, transaction)
    await stop(case, transaction, reason, tag_at_stop)
    await status(case, 1, "Finishing")
    await status(case, 1, "Available")
    (session,) = await case.sessions()
    assert (session.state, session.energy_wh, session.stop_reason) == (SessionState.ENDED, 200.0, reason)
    assert session.transaction == str(transaction)
    assert session.tag == case.house.privacy.token(CARD)


async def cold_boot(case: Case) -> None:
    await boot(case)
    assert set(await case.call("Heartbeat")) == {"currentTime"}
    assert await case.statuses() == {0: "available", 1: "available", 2: "available"}


async def plug_in_first(case: Case) -> None:
    await boot(case)
    await status(case, 1, "Preparing")
    assert await authorize(case, CARD) == "Accepted"
    await charge(case)


async def identify_first(case: Case) -> None:
    await boot(case)
    assert await authorize(case, CARD) == "Accepted"
    await status(case, 1, "Preparing")
    await charge(case)


async def connection_timeout(case: Case) -> None:
    await boot(case)
    assert await authorize(case, CARD) == "Accepted"
    await status(case, 1, "Preparing")
    await status(case, 1, "Available")
    assert (await case.statuses())[1] == "available"
    assert await case.sessions() == []


async def vehicle_unplugged(case: Case) -> None:
    await boot(case)
    await charge(case, "EVDisconnected", tag_at_stop=None)


async def cached_tag(case: Case) -> None:
    await boot(case)
    await charge(case)


async def remote_start(case: Case) -> None:
    await boot(case)
    await status(case, 1, "Preparing")
    wire = {"connectorId": 1, "idTag": CARD}
    await case.ask(StartCharging(connector=1, tag="card"), "RemoteStartTransaction", wire, state=ACCEPTED)
    assert await authorize(case, CARD) == "Accepted"
    await charge(case)


async def remote_start_times_out(case: Case) -> None:
    await boot(case)
    await case.ask(StartCharging(connector=1, tag="card"), "RemoteStartTransaction", None, state=ACCEPTED)
    await connection_timeout(case)


async def remote_stop(case: Case) -> None:
    await boot(case)
    transaction = await begin(case)
    request, wire = StopCharging(session="running"), {"transactionId": transaction}
    await case.ask(request, "RemoteStopTransaction", wire, state=ACCEPTED, running=str(transaction))
    await stop(case, transaction, "Remote", None)
    assert (await case.sessions())[0].stop_reason == "Remote"


async def remote_stop_rejected(case: Case) -> None:
    await boot(case)
    transaction = await begin(case)
    answer = {"status": "Rejected"}
    request = StopCharging(session="running")
    await case.ask(request, "RemoteStopTransaction", None, answer, REJECTED, running=str(transaction))
    assert (await case.sessions())[0].state is SessionState.OPEN


def reset(way: ResetWay, word: str, reason: str) -> Callable[[Case], Awaitable[None]]:
    async def run(case: Case) -> None:
        await boot(case)
        transaction = await begin(case)
        await case.ask(ResetStation(way=way), "Reset", {"type": word}, state=ACCEPTED)
        await stop(case, transaction, reason, None)
        async with case.again() as back:
            await boot(back)
        assert [session.stop_reason for session in await case.sessions()] == [reason]

    return run


def refused_card(tag: str, verdict: str) -> Callable[[Case], Awaitable[None]]:
    async def run(case: Case) -> None:
        await boot(case)
        assert await authorize(case, tag) == verdict
        transaction = await begin(case, tag, verdict=verdict)  # a station that starts all the same
        assert transaction > 0
        await case.call(
            "StopTransaction",
            {
                "transactionId": transaction,
                "meterStop": case.station.measured(),
                "timestamp": case.station.at(),
                "reason": "DeAuthorized",
            },
        )
        (session,) = await case.sessions()
        assert (session.energy_wh, session.stop_reason) == (100.0, "DeAuthorized")
        assert session.tag_verdict.value == verdict.lower()

    return run


async def ended_by_a_colleague(case: Case) -> None:
    await boot(case)
    asked = [(await case.call("Authorize", {"idTag": tag}))["idTagInfo"] for tag in (MEMBER, COLLEAGUE)]
    assert [info["parentIdTag"] for info in asked] == ["G1", "G1"]
    transaction = await begin(case, MEMBER)
    await stop(case, transaction, "Local", COLLEAGUE)
    (session,) = await case.sessions()
    assert session.tag == case.house.privacy.token(MEMBER)


async def slow_clock(case: Case) -> None:
    """Charge with a clock two hours slow, telling states without a time."""
    await boot(case)
    await case.call("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"})
    transaction = await begin(case)
    await measure(case, transaction)
    assert [session.state for session in await case.sessions()] == [SessionState.OPEN]
    await case.call("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"})
    assert [session.state for session in await case.sessions()] == [SessionState.ENDED]


async def lock_fails(case: Case) -> None:
    await boot(case)
    assert await authorize(case, CARD) == "Accepted"
    await status(case, 1, "Faulted", "ConnectorLockFailure")
    assert (await case.statuses())[1] == "faulted"


async def power_fails(case: Case) -> None:
    await boot(case)
    transaction = await begin(case)
    await measure(case, transaction)
    async with case.again() as back:
        await boot(back)
        await stop(back, transaction, "PowerLoss", None)
    (session,) = await case.sessions()
    assert (session.state, session.stop_reason, session.energy_wh) == (SessionState.ENDED, "PowerLoss", 200.0)


def offline_start(tag: str, verdict: str, reason: str) -> Callable[[Case], Awaitable[None]]:
    async def run(case: Case) -> None:
        await boot(case)
        async with case.again() as back:
            transaction = await begin(back, tag, verdict=verdict)
            await stop(back, transaction, reason, None)
        (session,) = await case.sessions()
        assert (session.stop_reason, session.tag_verdict.value) == (reason, verdict.lower())

    return run


async def offline_transaction(case: Case) -> None:
    await boot(case)
    async with case.again() as back:  # start and stop were queued, with the times at which they were
        transaction = await begin(back)
        await stop(back, transaction)
    (session,) = await case.sessions()
    assert session.begun_at_utc < session.ended_at_utc < datetime.now(UTC) - timedelta(hours=1)  # noqa: TID251


async def unlocked_while_charging(case: Case) -> None:
    await boot(case)
    transaction = await begin(case)
    answer = {"status": "Unlocked"}
    await case.ask(UnlockConnector(connector=1), "UnlockConnector", {"connectorId": 1}, answer)
    await stop(case, transaction, "UnlockCommand", None)
    assert (await case.sessions())[0].stop_reason == "UnlockCommand"


def firmware(*told: str) -> Callable[[Case], Awaitable[None]]:
    async def run(case: Case) -> None:
        await boot(case)
        request = UpdateFirmware(url="https://kreis.example/f.bin", retrieve_at_utc=UNTIL, retries=2)
        wire = {"location": "https://kreis.example/f.bin", "retrieveDate": UNTIL_TEXT, "retries": 2}
        await case.ask(request, "UpdateFirmware", wire, {}, ACCEPTED)
        for word in told:
            assert await case.call("FirmwareStatusNotification", {"status": word}) == {}
        if told[-1] == "Installing":
            async with case.again() as back:
                await boot(back)
                assert await back.call("FirmwareStatusNotification", {"status": "Installed"}) == {}

    return run


def diagnostics(*told: str) -> Callable[[Case], Awaitable[None]]:
    async def run(case: Case) -> None:
        await boot(case)
        request = RequestLog(url="https://kreis.example/up", from_utc=UNTIL - timedelta(days=1), to_utc=UNTIL)
        wire = {
            "location": "https://kreis.example/up",
            "startTime": "2031-05-05T07:08:09.000Z",
            "stopTime": UNTIL_TEXT,
        }
        result = await case.ask(request, "GetDiagnostics", wire, {"fileName": "log.zip"}, ACCEPTED)
        assert result == {"file": "log.zip"}
        for word in told:
            assert await case.call("DiagnosticsStatusNotification", {"status": word}) == {}

    return run


RESERVE = ReserveOutlet(number=3, connector=1, tag="card", until_utc=UNTIL)
RESERVE_WIRE = {"reservationId": 3, "connectorId": 1, "idTag": CARD, "expiryDate": UNTIL_TEXT}


async def reserved(case: Case) -> None:
    await boot(case)
    await case.ask(RESERVE, "ReserveNow", RESERVE_WIRE)
    await status(case, 1, "Reserved")
    assert (await case.statuses())[1] == "reserved"
    started = {"connectorId": 1, "idTag": CARD, "meterStart": case.station.register_wh, "reservationId": 3}
    answer = await case.call("StartTransaction", started | {"timestamp": case.station.at()})
    await stop(case, answer["transactionId"])


async def reservation_expires(case: Case) -> None:
    await boot(case)
    await case.ask(RESERVE, "ReserveNow", RESERVE_WIRE)
    await status(case, 1, "Reserved")
    await status(case, 1, "Available")
    assert (await case.statuses())[1] == "available"


def reserve_answered(word: str) -> Callable[[Case], Awaitable[None]]:
    return asks(RESERVE, "ReserveNow", RESERVE_WIRE, {"status": word}, state=REJECTED)


async def triggered(case: Case) -> None:
    await boot(case)
    for what, word, wire in (
        (Triggered.METER_VALUES, "MeterValues", {"connectorId": 1}),
        (Triggered.HEARTBEAT, "Heartbeat", {}),
        (Triggered.STATUS, "StatusNotification", {"connectorId": 1}),
        (Triggered.DIAGNOSTICS_STATUS, "DiagnosticsStatusNotification", {}),
        (Triggered.FIRMWARE_STATUS, "FirmwareStatusNotification", {}),
        (Triggered.BOOT, "BootNotification", {}),
    ):
        request = TriggerMessage(message=what, connector=1)
        await case.ask(request, "TriggerMessage", {"requestedMessage": word, **wire}, state=ACCEPTED)
    sample = {"timestamp": case.station.at(), "sampledValue": [{"value": "1", "context": "Trigger"}]}
    assert await case.call("MeterValues", {"connectorId": 1, "meterValue": [sample]}) == {}
    assert await case.call("DiagnosticsStatusNotification", {"status": "Idle"}) == {}
    assert await case.call("FirmwareStatusNotification", {"status": "Idle"}) == {}


def limited(purpose: LimitPurpose, word: str) -> Callable[[Case], Awaitable[None]]:
    async def run(case: Case) -> None:
        await boot(case)
        transaction = await begin(case)
        session = "running" if purpose is LimitPurpose.SESSION else ""
        request = LimitPower(current_a=6.0, purpose=purpose, connector=1, session=session, profile=5)
        await case.ask(request, "SetChargingProfile", None, running=str(transaction))
        wire = case.station.asked[-1][1]
        profile = wire["csChargingProfiles"]
        assert (wire["connectorId"], profile["chargingProfilePurpose"]) == (1, word)
        assert profile["chargingSchedule"]["chargingRateUnit"] == "A"
        assert profile["chargingSchedule"]["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 6.0}]
        assert profile.get("transactionId") == (transaction if session else None)
        await stop(case, transaction)

    return run


async def remote_start_with_profile(case: Case) -> None:
    await boot(case)
    request = StartCharging(connector=1, tag="card", current_a=6.0)
    await case.ask(request, "RemoteStartTransaction", None, state=ACCEPTED)
    profile = case.station.asked[-1][1]["chargingProfile"]
    assert profile["chargingProfilePurpose"] == "TxProfile"
    assert "transactionId" not in profile
    await charge(case)


async def data_transfer(case: Case) -> None:
    await boot(case)
    answer = await case.call("DataTransfer", {"vendorId": "de.nobody", "messageId": "x", "data": "y"})
    assert answer["status"] in ("UnknownVendorId", "UnknownMessageId", "Rejected", "Accepted")


async def list_full(case: Case) -> None:
    await boot(case)
    entry = ListEntry(tag="card", until_utc=UNTIL, parent_tag="group")
    info = {"status": "Accepted", "expiryDate": UNTIL_TEXT, "parentIdTag": "G1"}
    wire = {"listVersion": 4, "updateType": "Full", "localAuthorizationList": [{"idTag": CARD, "idTagInfo": info}]}
    await case.ask(SendList(version=4, entries=(entry,)), "SendLocalList", wire)
    assert await case.ask(ListVersion(), "GetLocalListVersion", {}, {"listVersion": 4}) == {"version": 4}


async def list_differential(case: Case) -> None:
    await boot(case)
    request = SendList(version=5, update=ListUpdate.DIFFERENTIAL, entries=(ListEntry(tag="card", status=None),))
    wire = {"listVersion": 5, "updateType": "Differential", "localAuthorizationList": [{"idTag": CARD}]}
    await case.ask(request, "SendLocalList", wire)


def list_answered(word: str, state: CommandState) -> Callable[[Case], Awaitable[None]]:
    request = SendList(version=4, entries=(ListEntry(tag="card"),))
    return asks(request, "SendLocalList", None, {"status": word}, state=state)


def _set(key: str, value: str, answer: str, state: CommandState) -> Callable[[Case], Awaitable[None]]:
    request = SetConfiguration(settings=(Setting(key=key, value=value),))
    return asks(request, "ChangeConfiguration", {"key": key, "value": value}, {"status": answer}, state=state)


async def configuration(case: Case) -> None:
    await boot(case)
    known = {"key": "HeartbeatInterval", "readonly": False, "value": "300"}
    await case.ask(GetConfiguration(), "GetConfiguration", {}, {"configurationKey": [known]})
    request = GetConfiguration(keys=("HeartbeatInterval",))
    await case.ask(request, "GetConfiguration", {"key": ["HeartbeatInterval"]}, {"configurationKey": [known]})


def told(**settings: str) -> dict[str, Any]:
    """Return the answer to GetConfiguration."""
    keys = [{"key": key, "value": value, "readonly": False} for key, value in settings.items()]
    return {"configurationKey": keys, "unknownKey": []}


async def several_settings(case: Case) -> None:
    """Set one after the other; the last is refused, and each has its own word."""
    case.station.answers["ChangeConfiguration"] = {"status": "Accepted"}
    settings = [{"key": "HeartbeatInterval", "value": "300"}, {"key": "ConnectionTimeOut", "value": "60"}]
    assert (await case.dispatch(CommandKind.SET, settings=settings)).state is DONE
    assert [payload for _, payload in case.station.asked] == settings
    case.station.answers["ChangeConfiguration"] = {"status": "Rejected"}
    refused = await case.dispatch(CommandKind.SET, settings=settings)
    assert refused.state is REJECTED
    assert refused.answer["results"] == [{"key": each["key"], "status": "Rejected"} for each in settings]


async def settings_read_back(case: Case) -> None:
    """Set and read: what is told afterwards decides."""
    case.station.answers |= {
        "ChangeConfiguration": {"status": "Accepted"},
        "GetConfiguration": told(HeartbeatInterval="300.0"),
    }
    settings = [{"key": "HeartbeatInterval", "value": "300"}]
    kept = await case.dispatch(CommandKind.SET, settings=settings, read_back=True)
    assert (kept.state, kept.answer["settings"][0]["value"]) == (DONE, "300.0")
    assert [action for action, _ in case.station.asked] == ["ChangeConfiguration", "GetConfiguration"]
    case.station.answers["GetConfiguration"] = told(HeartbeatInterval="900")
    changed = await case.dispatch(CommandKind.SET, settings=settings, read_back=True)
    assert changed.state is FAILED
    assert changed.finding is not None
    assert dict(changed.finding.params) == {"key": "HeartbeatInterval", "said": "900"}
    case.station.answers["ChangeConfiguration"] = {"status": "RebootRequired"}
    assert (await case.dispatch(CommandKind.SET, settings=settings, read_back=True)).state is DONE
    case.station.answers["GetConfiguration"] = "InternalError"
    unread = await case.dispatch(CommandKind.SET, settings=settings, read_back=True)
    assert unread.state is DONE
    assert unread.finding is not None
    assert unread.finding.code == "commands.not_read_back"


async def subprotocol_chosen(case: Case) -> None:
    """Offer several subprotocols: 1.6 is chosen where nothing newer is spoken on both sides."""
    await case.station.socket.close()
    offered = [Subprotocol("ocpp1.5"), Subprotocol("ocpp1.6")]
    async with connect(f"{case.house.url}/{case.name}", subprotocols=offered, compression=None) as socket:
        assert socket.subprotocol == "ocpp1.6"
    async with case.again() as back:
        await boot(back)


async def security_event(case: Case, kind: str) -> None:
    await boot(case)
    assert await case.call("SecurityEventNotification", {"type": kind, "timestamp": case.station.at()}) == {}


async def certificate_refused_by_station(case: Case) -> None:
    await security_event(case, "InvalidCentralSystemCertificate")


async def security_log(case: Case) -> None:
    await boot(case)
    request = RequestLog(url="https://kreis.example/up", kind=LogKind.SECURITY)
    wire = {"logType": "SecurityLog", "requestId": 7, "log": {"remoteLocation": "https://kreis.example/up"}}
    await case.ask(request, "GetLog", wire, {"status": "Accepted", "filename": "s.log"}, ACCEPTED)
    for word in ("Uploading", "Uploaded"):
        assert await case.call("LogStatusNotification", {"status": word, "requestId": 7}) == {}


def signed_firmware(*told: str) -> Callable[[Case], Awaitable[None]]:
    async def run(case: Case) -> None:
        await boot(case)
        signed = {"signing_certificate": PEM, "signature": "c2ln"}
        request = UpdateFirmware(url="https://kreis.example/f.bin", retrieve_at_utc=UNTIL, **signed)
        image = {
            "location": request.url,
            "retrieveDateTime": UNTIL_TEXT,
            "signingCertificate": PEM,
            "signature": "c2ln",
        }
        await case.ask(request, "SignedUpdateFirmware", {"requestId": 7, "firmware": image}, state=ACCEPTED)
        for word in told:
            answer = await case.call("SignedFirmwareStatusNotification", {"status": word, "requestId": 7})
            assert answer == {}

    return run


def install(use: CertificateUse, word: str) -> Callable[[Case], Awaitable[None]]:
    async def run(case: Case) -> None:
        await boot(case)
        wire = {"certificateType": word, "certificate": PEM}
        await case.ask(InstallCertificate(use=use, certificate=PEM), "InstallCertificate", wire)
        found = {
            "hashAlgorithm": "SHA256",
            "issuerNameHash": "00" * 32,
            "issuerKeyHash": "11" * 32,
            "serialNumber": "1f",
        }
        answer = {"status": "Accepted", "certificateHashData": [found]}
        request = ListCertificates(uses=(use,))
        await case.ask(request, "GetInstalledCertificateIds", {"certificateType": word}, answer)

    return run


async def delete_certificate(case: Case) -> None:
    await boot(case)
    named = CertificateHash(issuer_name_hash="00" * 32, issuer_key_hash="11" * 32, serial_number="1f")
    wire = {
        "hashAlgorithm": "SHA256",
        "issuerNameHash": "00" * 32,
        "issuerKeyHash": "11" * 32,
        "serialNumber": "1f",
    }
    request = DeleteCertificate(certificate=named)
    await case.ask(request, "DeleteCertificate", {"certificateHashData": wire})
    await case.ask(request, "DeleteCertificate", None, {"status": "NotFound"}, REJECTED)


async def composite(case: Case) -> None:
    await boot(case)
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0}]}
    answer = {"status": "Accepted", "connectorId": 1, "chargingSchedule": schedule}
    wire = {"connectorId": 1, "duration": 300}
    await case.ask(CompositeSchedule(connector=1, duration_s=300), "GetCompositeSchedule", wire, answer)


CASES: Mapping[str, Callable[[Case], Awaitable[Any]]] = {
    "TC_001": cold_boot,
    "TC_003": plug_in_first,
    "TC_004_1": identify_first,
    "TC_004_2": connection_timeout,
    "TC_005_1": vehicle_unplugged,
    "TC_007": cached_tag,
    "TC_010": remote_start,
    "TC_011_1": remote_start,
    "TC_011_2": remote_start_times_out,
    "TC_012": remote_stop,
    "TC_013": reset(ResetWay.HARD, "Hard", "HardReset"),
    "TC_014": reset(ResetWay.IMMEDIATE, "Soft", "SoftReset"),
    "TC_017_1": asks(UnlockConnector(connector=1), "UnlockConnector", {"connectorId": 1}, {"status": "Unlocked"}),
    "TC_017_2": asks(UnlockConnector(connector=1), "UnlockConnector", None, {"status": "UnlockFailed"}, state=FAILED),
    "TC_018_1": unlocked_while_charging,
    "TC_019_1": configuration,
    "TC_019_2": configuration,
    "TC_021": _set("MeterValueSampleInterval", "60", "Accepted", DONE),
    "TC_023_1": refused_card(UNKNOWN, "Invalid"),
    "TC_023_2": refused_card(EXPIRED, "Expired"),
    "TC_023_3": refused_card(BLOCKED, "Blocked"),
    "TC_024": lock_fails,
    "TC_026": asks(
        StartCharging(connector=1, tag="card"),
        "RemoteStartTransaction",
        {"connectorId": 1, "idTag": CARD},
        {"status": "Rejected"},
        state=REJECTED,
    ),
    "TC_028": remote_stop_rejected,
    "TC_030": asks(UnlockConnector(connector=1), "UnlockConnector", None, {"status": "UnlockFailed"}, state=FAILED),
    "TC_031": asks(
        UnlockConnector(connector=9),
        "UnlockConnector",
        {"connectorId": 9},
        {"status": "NotSupported"},
        state=NOT_SUPPORTED,
    ),
    "TC_032_1": power_fails,
    "TC_037_1": offline_start(CARD, "Accepted", "Local"),
    "TC_037_3": offline_start(UNKNOWN, "Invalid", "DeAuthorized"),
    "TC_039": offline_transaction,
    "TC_040_1": _set("Nonsense", "1", "NotSupported", NOT_SUPPORTED),
    "TC_040_2": _set("MeterValueSampleInterval", "-1", "Rejected", REJECTED),
    "TC_042_1": asks(ListVersion(), "GetLocalListVersion", {}, {"listVersion": -1}, state=NOT_SUPPORTED),
    "TC_042_2": asks(ListVersion(), "GetLocalListVersion", {}, {"listVersion": 0}),
    "TC_043_1": list_answered("NotSupported", NOT_SUPPORTED),
    "TC_043_3": list_answered("Failed", FAILED),
    "TC_043_4": list_full,
    "TC_043_5": list_differential,
    "TC_044_1": firmware("Downloading", "Downloaded", "Installing"),
    "TC_044_2": firmware("Downloading", "DownloadFailed"),
    "TC_044_3": firmware("Downloading", "Downloaded", "Installing", "InstallationFailed"),
    "TC_045_1": diagnostics("Uploading", "Uploaded"),
    "TC_045_2": diagnostics("Uploading", "UploadFailed"),
    "TC_046": reserved,
    "TC_047": reservation_expires,
    "TC_048_1": reserve_answered("Faulted"),
    "TC_048_2": reserve_answered("Occupied"),
    "TC_048_3": reserve_answered("Unavailable"),
    "TC_048_4": reserve_answered("Rejected"),
    "TC_049": asks(
        ReserveOutlet(number=3, tag="card", until_utc=UNTIL), "ReserveNow", RESERVE_WIRE | {"connectorId": 0}
    ),
    "TC_051": asks(CancelReservation(number=3), "CancelReservation", {"reservationId": 3}),
    "TC_052": asks(CancelReservation(number=3), "CancelReservation", None, {"status": "Rejected"}, state=REJECTED),
    "TC_053": asks(
        ReserveOutlet(number=3, connector=1, tag="card", until_utc=UNTIL, parent_tag="group"),
        "ReserveNow",
        RESERVE_WIRE | {"parentIdTag": "G1"},
    ),
    "TC_054": triggered,
    "TC_055": asks(
        TriggerMessage(message=Triggered.METER_VALUES, connector=9),
        "TriggerMessage",
        {"requestedMessage": "MeterValues", "connectorId": 9},
        {"status": "Rejected"},
        state=REJECTED,
    ),
    "TC_056": limited(LimitPurpose.DEFAULT, "TxDefaultProfile"),
    "TC_057": limited(LimitPurpose.SESSION, "TxProfile"),
    "TC_059": remote_start_with_profile,
    "TC_061": asks(ClearCache(), "ClearCache", {}),
    "TC_064": data_transfer,
    "TC_066": composite,
    "TC_067": asks(ClearLimit(profile=5), "ClearChargingProfile", {"id": 5}),
    "TC_073": _set("AuthorizationKey", "00" * 20, "Accepted", DONE),
    "asked for a certificate": asks(
        TriggerMessage(message=Triggered.CERTIFICATE_REQUEST),
        "ExtendedTriggerMessage",
        {"requestedMessage": "SignChargePointCertificate"},
        state=ACCEPTED,
    ),
    "TC_075_1": install(CertificateUse.MAKER_ROOT, "ManufacturerRootCertificate"),
    "TC_075_2": install(CertificateUse.CENTRAL_ROOT, "CentralSystemRootCertificate"),
    "TC_076": delete_certificate,
    "TC_078": certificate_refused_by_station,
    "TC_079": security_log,
    "TC_080": signed_firmware("Downloading", "Downloaded", "SignatureVerified", "Installing", "Installed"),
    "TC_081": signed_firmware("Downloading", "Downloaded", "InvalidSignature"),
    "TC_083": _set("SecurityProfile", "2", "Accepted", DONE),
    "TC_088": subprotocol_chosen,
    "several settings": several_settings,
    "settings read back": settings_read_back,
    "slow clock": slow_clock,
    "parent of a tag": ended_by_a_colleague,
    "availability whole station": asks(
        ChangeAvailability(operative=False),
        "ChangeAvailability",
        {"connectorId": 0, "type": "Inoperative"},
        {"status": "Scheduled"},
        state=ACCEPTED,
    ),
}
"""All but those of the handshake and of TLS (085-088), which `test_connecting` and the tests of TLS have."""
