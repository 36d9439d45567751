"""Cases of the OCA's test document for 2.0.1 (part 6), CSMS side, in which we ask a station for something."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from core.command_requests import (
    CancelReservation,
    CertificateHash,
    ClearCache,
    ClearLimit,
    ClearMessage,
    ClearMonitoring,
    CompositeSchedule,
    CustomerInformation,
    DeleteCertificate,
    GetConfiguration,
    GetLimits,
    GetMessages,
    InstallCertificate,
    LimitPower,
    ListCertificates,
    ListEntry,
    ListVersion,
    Monitor,
    PublishFirmware,
    RequestLog,
    RequestMonitoringReport,
    ReserveOutlet,
    SendList,
    SetConfiguration,
    SetMessage,
    SetMonitoring,
    SetMonitoringBase,
    SetMonitoringLevel,
    SetNetworkProfile,
    Setting,
    StartCharging,
    TransactionStatus,
    TriggerMessage,
    UnpublishFirmware,
    UpdateFirmware,
)
from core.command_words import (
    CertificateUse,
    LimitPurpose,
    LimitSource,
    LimitTime,
    ListUpdate,
    LogKind,
    MessageFormat,
    MessagePriority,
    MessageState,
    MonitorCriterion,
    MonitoringBase,
    MonitorKind,
    Triggered,
)
from core.commands import CommandState
from tests.chargepoints.cases_201 import TOKEN, Charge, Run, boot
from tests.chargepoints.station import Case, asks

ACCEPTED, DONE, REJECTED = CommandState.ACCEPTED, CommandState.DONE, CommandState.REJECTED
FAILED, NOT_SUPPORTED = CommandState.FAILED, CommandState.NOT_SUPPORTED
UNTIL = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
UNTIL_TEXT = "2031-05-06T07:08:09.000Z"
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"
HASH = CertificateHash(issuer_name_hash="00" * 32, issuer_key_hash="11" * 32, serial_number="1f")
HASH_WIRE = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "00" * 32,
    "issuerKeyHash": "11" * 32,
    "serialNumber": "1f",
}
SIGNED = UpdateFirmware(
    url="https://kreis.example/f.bin", retrieve_at_utc=UNTIL, signing_certificate=PEM, signature="c2ln"
)
FIRMWARE_WIRE = {
    "location": SIGNED.url,
    "retrieveDateTime": UNTIL_TEXT,
    "signingCertificate": PEM,
    "signature": "c2ln",
}
RESERVE = ReserveOutlet(number=3, connector=1, tag="card", until_utc=UNTIL)
RESERVE_WIRE = {"id": 3, "expiryDateTime": UNTIL_TEXT, "idToken": TOKEN, "evseId": 1}
INTERVAL = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "HeartbeatInterval"}}
ZONE = {"component": {"name": "ClockCtrlr"}, "variable": {"name": "TimeZone"}}
POWER = {"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "Power"}}


def word(status: str) -> dict[str, str]:
    """Return an answer that says only this."""
    return {"status": status}


def got(*variables: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to GetVariables."""
    return {"getVariableResult": [{"attributeStatus": "Accepted", "attributeValue": "1", **each} for each in variables]}


def was_set(status: str, *variables: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to SetVariables."""
    return {"setVariableResult": [{"attributeStatus": status, **each} for each in variables]}


def password(status: str, state: CommandState) -> Run:
    """Set the station's password."""
    place = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
    request = SetConfiguration(settings=(Setting(key="SecurityCtrlr/BasicAuthPassword", value="x" * 40),))
    wire = {"setVariableData": [{"attributeValue": "x" * 40, **place}]}
    return asks(request, "SetVariables", wire, was_set(status, place), state=state)


def entry(**more: Any) -> dict[str, Any]:
    """Return one entry of a list of tokens."""
    return {"idToken": TOKEN, "idTokenInfo": {"status": "Accepted", **more}}


def local_list(request: SendList, wire: dict[str, Any]) -> Run:
    """Send a list of tokens."""
    return asks(request, "SendLocalList", wire)


def limited(request: LimitPower, evse: int, says: dict[str, Any], status: str, state: CommandState) -> Run:
    """Send a charging profile; `says` must be part of it."""

    async def run(case: Case) -> None:
        await boot(case)
        running = "tx-1" if request.session else ""
        if running:
            await Charge(case).begin()
        await case.ask(request, "SetChargingProfile", None, word(status), state, running=running)
        wire = case.station.asked[-1][1]
        assert wire["evseId"] == evse
        assert {key: wire["chargingProfile"].get(key) for key in says} == says

    return run


def profiles(wire: dict[str, Any], request: GetLimits) -> Run:
    """Ask for charging profiles, which come in two parts."""

    async def run(case: Case) -> None:
        await boot(case)
        await case.ask(request, "GetChargingProfiles", {"requestId": 7, **wire}, state=ACCEPTED)
        for more in ({"tbc": True}, {}):
            period = {"startPeriod": 0, "limit": 6.0}
            schedule = {"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [period]}
            profile = {
                "id": 1,
                "stackLevel": 0,
                "chargingProfilePurpose": "TxDefaultProfile",
                "chargingProfileKind": "Absolute",
                "chargingSchedule": [schedule],
            }
            part = {"requestId": 7, "chargingLimitSource": "CSO", "evseId": 1, "chargingProfile": [profile]}
            assert await case.call("ReportChargingProfiles", part | more) == {}

    return run


async def start_with_profile(case: Case) -> None:
    await boot(case)
    request = StartCharging(connector=1, tag="card", current_a=6.0)
    await case.ask(request, "RequestStartTransaction", None, state=ACCEPTED)
    profile = case.station.asked[-1][1]["chargingProfile"]
    assert profile["chargingProfilePurpose"] == "TxProfile"
    assert "transactionId" not in profile  # F01.FR.11


def told(action: str, *payloads: dict[str, Any]) -> Run:
    """Have the station tell something that is only acknowledged."""

    async def run(case: Case) -> None:
        await boot(case)
        for payload in payloads:
            assert await case.call(action, payload) == {}

    return run


def firmware(*words: str, status: str = "Accepted", state: CommandState = ACCEPTED) -> Run:
    """Send signed firmware; the station then tells how it goes."""

    async def run(case: Case) -> None:
        await boot(case)
        wire = {"requestId": 7, "firmware": FIRMWARE_WIRE}
        await case.ask(SIGNED, "UpdateFirmware", wire, word(status), state)
        for each in words:
            assert await case.call("FirmwareStatusNotification", {"status": each, "requestId": 7}) == {}

    return run


def published(*words: str) -> Run:
    """Have a local controller offer firmware."""

    async def run(case: Case) -> None:
        await boot(case)
        request = PublishFirmware(url="https://kreis.example/f.bin", checksum="0" * 32)
        wire = {"location": request.url, "checksum": "0" * 32, "requestId": 7}
        await case.ask(request, "PublishFirmware", wire, state=ACCEPTED)
        for each in words:
            where = {"location": ["https://local.example/f.bin"]} if each == "Published" else {}
            answer = await case.call("PublishFirmwareStatusNotification", {"status": each, "requestId": 7, **where})
            assert answer == {}

    return run


def log(kind: LogKind, name: str, status: str = "Accepted", *words: str, state: CommandState = ACCEPTED) -> Run:
    """Ask for a log, which is then uploaded."""

    async def run(case: Case) -> None:
        await boot(case)
        request = RequestLog(url="https://kreis.example/up", kind=kind, from_utc=UNTIL - timedelta(days=1))
        where = {"remoteLocation": request.url, "oldestTimestamp": "2031-05-05T07:08:09.000Z"}
        await case.ask(request, "GetLog", {"logType": name, "requestId": 7, "log": where}, word(status), state)
        for each in words:
            assert await case.call("LogStatusNotification", {"status": each, "requestId": 7}) == {}

    return run


def install(use: CertificateUse, name: str, status: str = "Accepted", state: CommandState = DONE) -> Run:
    """Install a root certificate."""
    wire = {"certificateType": name, "certificate": PEM}
    return asks(InstallCertificate(use=use, certificate=PEM), "InstallCertificate", wire, word(status), state=state)


def installed(names: tuple[str, ...], *uses: CertificateUse) -> Run:
    """Ask which certificates there are."""
    chains = [{"certificateType": name, "certificateHashData": HASH_WIRE} for name in names]
    answer = word("Accepted") | {"certificateHashDataChain": chains} if names else word("NotFound")
    wire = {"certificateType": list(names)} if uses else {}
    return asks(ListCertificates(uses=uses), "GetInstalledCertificateIds", wire, answer)


def customer(
    named: dict[str, Any], wire: dict[str, Any], *parts: str, report: bool, clear: bool, status: str = "Accepted"
) -> Run:
    """Ask what a station knows of a customer, or to forget it."""

    async def run(case: Case) -> None:
        await boot(case)
        request = CustomerInformation(report=report, clear=clear, **named)
        sent = {"requestId": 7, "report": report, "clear": clear, **wire}
        state = REJECTED if status != "Accepted" else ACCEPTED if report else DONE
        await case.ask(request, "CustomerInformation", sent, word(status), state)
        for number, data in enumerate(parts):
            part = {"data": data, "seqNo": number, "generatedAt": case.station.at(), "requestId": 7}
            more = {"tbc": number + 1 < len(parts)}
            assert await case.call("NotifyCustomerInformation", part | more) == {}

    return run


def monitor(**more: Any) -> Monitor:
    """Return a monitor on a power."""
    return Monitor(key="EVSE@1/Power", severity=4, **more)


def monitored(*results: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to SetVariableMonitoring."""
    return {"setMonitoringResult": [{"status": "Accepted", "severity": 4, **POWER, **each} for each in results]}


def monitors(request: RequestMonitoringReport, wire: dict[str, Any]) -> Run:
    """Ask which monitors there are; they come in two parts."""

    async def run(case: Case) -> None:
        await boot(case)
        await case.ask(request, "GetMonitoringReport", {"requestId": 7, **wire}, state=ACCEPTED)
        for number, more in ((0, {"tbc": True}), (1, {})):
            one = {"id": number, "transaction": False, "value": 1.0, "type": "UpperThreshold", "severity": 4}
            part = {"requestId": 7, "seqNo": number, "generatedAt": case.station.at()}
            part |= {"monitor": [{**POWER, "variableMonitoring": [one]}]}
            assert await case.call("NotifyMonitoringReport", part | more) == {}

    return run


def event(**more: Any) -> Run:
    """Have the station tell an event."""

    async def run(case: Case) -> None:
        await boot(case)
        one = {
            "eventId": 1,
            "timestamp": case.station.at(),
            "trigger": "Alerting",
            "actualValue": "12000",
            "eventNotificationType": "CustomMonitor",
            **POWER,
            **more,
        }
        assert await case.call("NotifyEvent", {"generatedAt": case.station.at(), "seqNo": 0, "eventData": [one]}) == {}

    return run


def message(
    status: str = "Accepted", meaning: CommandState = DONE, wire: dict[str, Any] | None = None, **more: Any
) -> Run:
    """Show a text."""
    running = "tx-1" if "session" in more else ""
    content = {"format": more.get("format", MessageFormat.UTF8).value, "content": "Grüß Gott", "language": "de"}
    sent = {"id": 5, "priority": "NormalCycle", "message": content, **(wire or {})}
    request = SetMessage(number=5, text="Grüß Gott", **more)
    return asks(request, "SetDisplayMessage", {"message": sent}, word(status), state=meaning, running=running)


def messages(wire: dict[str, Any], status: str = "Accepted", **wanted: Any) -> Run:
    """Ask for the texts."""

    async def run(case: Case) -> None:
        await boot(case)
        state = ACCEPTED if status == "Accepted" else DONE
        sent = {"requestId": 7, **wire}
        await case.ask(GetMessages(**wanted), "GetDisplayMessages", sent, word(status), state)
        if status == "Accepted":
            text = {"format": "UTF8", "content": "Grüß Gott"}
            info = [{"id": 5, "priority": "NormalCycle", "message": text}]
            assert await case.call("NotifyDisplayMessages", {"requestId": 7, "messageInfo": info}) == {}

    return run


DEFAULT, MAX, TX = "TxDefaultProfile", "ChargingStationMaxProfile", "TxProfile"
COMPOSITE = {
    "status": "Accepted",
    "schedule": {
        "evseId": 1,
        "duration": 300,
        "scheduleStart": UNTIL_TEXT,
        "chargingRateUnit": "W",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 11_000.0}],
    },
}

CASES: Mapping[str, Run] = {
    "TC_A_09": password("Accepted", DONE),
    "TC_A_10": password("Rejected", REJECTED),
    "TC_B_06": asks(
        GetConfiguration(keys=("OCPPCommCtrlr/HeartbeatInterval",)),
        "GetVariables",
        {"getVariableData": [INTERVAL]},
        got(INTERVAL),
    ),
    "TC_B_07": asks(
        GetConfiguration(keys=("OCPPCommCtrlr/HeartbeatInterval", "ClockCtrlr/TimeZone")),
        "GetVariables",
        {"getVariableData": [INTERVAL, ZONE]},
        got(INTERVAL, ZONE),
    ),
    "TC_B_09": asks(
        SetConfiguration(settings=(Setting(key="OCPPCommCtrlr/HeartbeatInterval", value="60"),)),
        "SetVariables",
        {"setVariableData": [{"attributeValue": "60", **INTERVAL}]},
        was_set("Accepted", INTERVAL),
    ),
    "TC_B_10": asks(
        SetConfiguration(
            settings=(
                Setting(key="OCPPCommCtrlr/HeartbeatInterval", value="60"),
                Setting(key="ClockCtrlr/TimeZone", value="Europe/Berlin"),
            )
        ),
        "SetVariables",
        {
            "setVariableData": [
                {"attributeValue": "60", **INTERVAL},
                {"attributeValue": "Europe/Berlin", **ZONE},
            ]
        },
        was_set("Accepted", INTERVAL, ZONE),
    ),
    "TC_B_42": asks(
        SetNetworkProfile(slot=1, url="wss://kreis.example/ocpp", security_profile=2),
        "SetNetworkProfile",
        {
            "configurationSlot": 1,
            "connectionData": {
                "ocppVersion": "OCPP20",
                "ocppTransport": "JSON",
                "ocppCsmsUrl": "wss://kreis.example/ocpp",
                "messageTimeout": 30,
                "securityProfile": 2,
                "ocppInterface": "Wired0",
            },
        },
    ),
    "TC_B_44": asks(
        SetNetworkProfile(slot=1, url="wss://kreis.example/ocpp", security_profile=2),
        "SetNetworkProfile",
        None,
        word("Failed"),
        state=FAILED,
    ),
    "TC_C_37": asks(ClearCache(), "ClearCache", {}),
    "TC_C_38": asks(ClearCache(), "ClearCache", {}, word("Rejected"), state=REJECTED),
    "TC_D_01": local_list(
        SendList(version=4, entries=(ListEntry(tag="card", until_utc=UNTIL, parent_tag="group"),)),
        {
            "versionNumber": 4,
            "updateType": "Full",
            "localAuthorizationList": [
                entry(cacheExpiryDateTime=UNTIL_TEXT, groupIdToken={"idToken": "G1", "type": "Central"})
            ],
        },
    ),
    "TC_D_02": local_list(
        SendList(version=5, update=ListUpdate.DIFFERENTIAL, entries=(ListEntry(tag="card"),)),
        {"versionNumber": 5, "updateType": "Differential", "localAuthorizationList": [entry()]},
    ),
    "TC_D_03": local_list(
        SendList(version=6, update=ListUpdate.DIFFERENTIAL, entries=(ListEntry(tag="card", status=None),)),
        {"versionNumber": 6, "updateType": "Differential", "localAuthorizationList": [{"idToken": TOKEN}]},
    ),
    "TC_D_04": local_list(SendList(version=7), {"versionNumber": 7, "updateType": "Full"}),
    "TC_D_08": asks(ListVersion(), "GetLocalListVersion", {}, {"versionNumber": 7}),
    "TC_D_09": asks(ListVersion(), "GetLocalListVersion", {}, {"versionNumber": 0}),
    "TC_E_29": asks(
        TransactionStatus(session="running"),
        "GetTransactionStatus",
        {"transactionId": "tx-1"},
        {"ongoingIndicator": True, "messagesInQueue": True},
        running="tx-1",
    ),
    "TC_E_30": asks(
        TransactionStatus(session="running"),
        "GetTransactionStatus",
        {"transactionId": "tx-1"},
        {"ongoingIndicator": True, "messagesInQueue": False},
        running="tx-1",
    ),
    "TC_E_31": asks(
        TransactionStatus(session="running"),
        "GetTransactionStatus",
        {"transactionId": "tx-1"},
        {"ongoingIndicator": False, "messagesInQueue": True},
        running="tx-1",
    ),
    "TC_E_33": asks(TransactionStatus(), "GetTransactionStatus", {}, {"messagesInQueue": True}),
    "TC_E_34": asks(TransactionStatus(), "GetTransactionStatus", {}, {"messagesInQueue": False}),
    "TC_H_01": asks(RESERVE, "ReserveNow", RESERVE_WIRE),
    "TC_H_07": told("ReservationStatusUpdate", {"reservationId": 3, "reservationUpdateStatus": "Expired"}),
    "TC_H_08": asks(
        ReserveOutlet(number=3, tag="card", until_utc=UNTIL),
        "ReserveNow",
        {"id": 3, "expiryDateTime": UNTIL_TEXT, "idToken": TOKEN},
    ),
    "TC_H_14": asks(RESERVE, "ReserveNow", RESERVE_WIRE, word("Occupied"), state=REJECTED),
    "TC_H_17": asks(CancelReservation(number=3), "CancelReservation", {"reservationId": 3}),
    "TC_H_19": asks(
        ReserveOutlet(number=3, connector=1, tag="card", until_utc=UNTIL, parent_tag="group"),
        "ReserveNow",
        RESERVE_WIRE | {"groupIdToken": {"idToken": "G1", "type": "Central"}},
    ),
    "TC_H_20": told("ReservationStatusUpdate", {"reservationId": 3, "reservationUpdateStatus": "Removed"}),
    "TC_H_22": asks(RESERVE, "ReserveNow", RESERVE_WIRE, word("Rejected"), state=REJECTED),
    "TC_K_01": limited(
        LimitPower(current_a=6.0, purpose=LimitPurpose.DEFAULT, connector=1),
        1,
        {"chargingProfilePurpose": DEFAULT},
        "Accepted",
        DONE,
    ),
    "TC_K_03": limited(
        LimitPower(power_w=22_000.0, profile=9), 0, {"chargingProfilePurpose": MAX, "id": 9}, "Accepted", DONE
    ),
    "TC_K_04": limited(
        LimitPower(current_a=8.0, purpose=LimitPurpose.DEFAULT, connector=1, profile=9), 1, {"id": 9}, "Accepted", DONE
    ),
    "TC_K_05": asks(ClearLimit(profile=9), "ClearChargingProfile", {"chargingProfileId": 9}),
    "TC_K_06": asks(
        ClearLimit(purpose=LimitPurpose.DEFAULT, stack_level=1),
        "ClearChargingProfile",
        {"chargingProfileCriteria": {"chargingProfilePurpose": DEFAULT, "stackLevel": 1}},
    ),
    "TC_K_08": asks(ClearLimit(profile=9), "ClearChargingProfile", None, word("Unknown"), state=REJECTED),
    "TC_K_10": limited(
        LimitPower(current_a=6.0, purpose=LimitPurpose.DEFAULT),
        0,
        {"chargingProfilePurpose": DEFAULT},
        "Accepted",
        DONE,
    ),
    "TC_K_15": asks(
        LimitPower(current_a=6.0, purpose=LimitPurpose.DEFAULT),
        "SetChargingProfile",
        None,
        "NotSupported",
        state=NOT_SUPPORTED,
    ),
    "TC_K_19": limited(
        LimitPower(current_a=6.0, purpose=LimitPurpose.DEFAULT, time=LimitTime.DAILY),
        0,
        {"chargingProfileKind": "Recurring", "recurrencyKind": "Daily"},
        "Accepted",
        DONE,
    ),
    "TC_K_29": profiles({"evseId": 0, "chargingProfile": {"stackLevel": 0}}, GetLimits(connector=0, stack_level=0)),
    "TC_K_30": profiles({"evseId": 1, "chargingProfile": {"stackLevel": 0}}, GetLimits(connector=1, stack_level=0)),
    "TC_K_31": profiles({"chargingProfile": {"stackLevel": 0}}, GetLimits(stack_level=0)),
    "TC_K_32": profiles({"chargingProfile": {"chargingProfileId": [9]}}, GetLimits(profiles=(9,))),
    "TC_K_33": profiles({"evseId": 1, "chargingProfile": {"stackLevel": 2}}, GetLimits(connector=1, stack_level=2)),
    "TC_K_34": profiles(
        {"evseId": 1, "chargingProfile": {"chargingLimitSource": ["EMS"]}},
        GetLimits(connector=1, sources=(LimitSource.ENERGY_MANAGEMENT,)),
    ),
    "TC_K_35": profiles(
        {"evseId": 1, "chargingProfile": {"chargingProfilePurpose": DEFAULT}},
        GetLimits(connector=1, purpose=LimitPurpose.DEFAULT),
    ),
    "TC_K_36": profiles(
        {"evseId": 1, "chargingProfile": {"chargingProfilePurpose": DEFAULT, "stackLevel": 2}},
        GetLimits(connector=1, purpose=LimitPurpose.DEFAULT, stack_level=2),
    ),
    "TC_K_37": start_with_profile,
    "TC_K_43": asks(
        CompositeSchedule(connector=1, duration_s=300),
        "GetCompositeSchedule",
        {"evseId": 1, "duration": 300},
        COMPOSITE,
    ),
    "TC_K_44": asks(
        CompositeSchedule(duration_s=300), "GetCompositeSchedule", {"evseId": 0, "duration": 300}, COMPOSITE
    ),
    "TC_K_48": told("NotifyChargingLimit", {"chargingLimit": {"chargingLimitSource": "EMS"}}),
    "TC_K_50": told("ClearedChargingLimit", {"chargingLimitSource": "EMS"}),
    "TC_K_51": told("ClearedChargingLimit", {"chargingLimitSource": "EMS", "evseId": 1}),
    "TC_K_60": limited(
        LimitPower(current_a=6.0, purpose=LimitPurpose.SESSION, session="running"),
        1,
        {"chargingProfilePurpose": TX, "transactionId": "tx-1"},
        "Accepted",
        DONE,
    ),
    "TC_L_01": firmware(
        "Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting", "Installed"
    ),
    "TC_L_02": firmware(
        "Downloading", "Downloaded", "SignatureVerified", "InstallScheduled", "Installing", "Installed"
    ),
    "TC_L_03": firmware("DownloadScheduled", "Downloading", "Downloaded", "SignatureVerified", "Installed"),
    "TC_L_04": firmware(status="RevokedCertificate", state=REJECTED),
    "TC_L_05": firmware(status="InvalidCertificate", state=REJECTED),
    "TC_L_06": firmware("Downloading", "Downloaded", "InvalidSignature"),
    "TC_L_07": firmware("Downloading", "DownloadFailed"),
    "TC_L_08": firmware("Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallVerificationFailed"),
    "TC_L_09": firmware("Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallationFailed"),
    "TC_L_10": firmware("Downloading", status="AcceptedCanceled"),
    "TC_L_11": firmware(status="Rejected", state=REJECTED),
    "TC_L_13": firmware("DownloadScheduled", "Downloading"),
    "TC_L_17": published("Downloading", "Downloaded", "ChecksumVerified", "Published"),
    "TC_L_19": published("Downloading", "Downloaded", "InvalidChecksum"),
    "TC_L_20": published("Downloading", "Downloaded", "ChecksumVerified", "PublishFailed"),
    "TC_L_21": asks(
        UnpublishFirmware(checksum="0" * 32), "UnpublishFirmware", {"checksum": "0" * 32}, word("Unpublished")
    ),
    "TC_L_22": asks(UnpublishFirmware(checksum="0" * 32), "UnpublishFirmware", None, word("NoFirmware")),
    "TC_L_23": asks(
        UnpublishFirmware(checksum="0" * 32), "UnpublishFirmware", None, word("DownloadOngoing"), state=REJECTED
    ),
    "TC_L_24": published("Downloading", "DownloadFailed"),
    "TC_M_01": install(CertificateUse.CENTRAL_ROOT, "CSMSRootCertificate"),
    "TC_M_02": install(CertificateUse.MAKER_ROOT, "ManufacturerRootCertificate"),
    "TC_M_03": install(CertificateUse.V2G_ROOT, "V2GRootCertificate"),
    "TC_M_04": install(CertificateUse.CONTRACT_ROOT, "MORootCertificate"),
    "TC_M_05": install(CertificateUse.CENTRAL_ROOT, "CSMSRootCertificate", "Failed", FAILED),
    "TC_M_12": installed(("CSMSRootCertificate",), CertificateUse.CENTRAL_ROOT),
    "TC_M_13": installed(("ManufacturerRootCertificate",), CertificateUse.MAKER_ROOT),
    "TC_M_14": installed(("V2GRootCertificate",), CertificateUse.V2G_ROOT),
    "TC_M_15": installed(("V2GCertificateChain",), CertificateUse.V2G_CHAIN),
    "TC_M_16": installed(("MORootCertificate",), CertificateUse.CONTRACT_ROOT),
    "TC_M_17": installed(
        ("CSMSRootCertificate", "ManufacturerRootCertificate"), CertificateUse.CENTRAL_ROOT, CertificateUse.MAKER_ROOT
    ),
    "TC_M_18": installed(("CSMSRootCertificate", "V2GRootCertificate")),
    "TC_M_19": installed(()),
    "TC_M_20": asks(DeleteCertificate(certificate=HASH), "DeleteCertificate", {"certificateHashData": HASH_WIRE}),
    "TC_M_21": asks(DeleteCertificate(certificate=HASH), "DeleteCertificate", None, word("Failed"), state=FAILED),
    "TC_A_11 trigger": asks(
        TriggerMessage(message=Triggered.CERTIFICATE_REQUEST),
        "TriggerMessage",
        {"requestedMessage": "SignChargingStationCertificate"},
        state=ACCEPTED,
    ),
    "TC_N_01": monitors(
        RequestMonitoringReport(criteria=(MonitorCriterion.THRESHOLD, MonitorCriterion.DELTA)),
        {"monitoringCriteria": ["ThresholdMonitoring", "DeltaMonitoring"]},
    ),
    "TC_N_02": monitors(RequestMonitoringReport(keys=("EVSE@1/Power",)), {"componentVariable": [POWER]}),
    "TC_N_03": monitors(
        RequestMonitoringReport(criteria=(MonitorCriterion.PERIODIC,), keys=("EVSE@1/Power",)),
        {"monitoringCriteria": ["PeriodicMonitoring"], "componentVariable": [POWER]},
    ),
    "TC_N_05": asks(SetMonitoringBase(base=MonitoringBase.ALL), "SetMonitoringBase", {"monitoringBase": "All"}),
    "TC_N_08": asks(
        SetMonitoring(monitors=(monitor(kind=MonitorKind.UPPER_THRESHOLD, value=11_000.0),)),
        "SetVariableMonitoring",
        {"setMonitoringData": [{**POWER, "type": "UpperThreshold", "value": 11_000.0, "severity": 4}]},
        monitored({"type": "UpperThreshold", "id": 1}),
    ),
    "TC_N_09": asks(
        SetMonitoring(
            monitors=(
                monitor(kind=MonitorKind.UPPER_THRESHOLD, value=11_000.0),
                monitor(kind=MonitorKind.DELTA, value=100.0),
            )
        ),
        "SetVariableMonitoring",
        {
            "setMonitoringData": [
                {**POWER, "type": "UpperThreshold", "value": 11_000.0, "severity": 4},
                {**POWER, "type": "Delta", "value": 100.0, "severity": 4},
            ]
        },
        monitored({"type": "UpperThreshold", "id": 1}, {"type": "Delta", "id": 2}),
    ),
    "TC_N_16": asks(SetMonitoringLevel(severity=4), "SetMonitoringLevel", {"severity": 4}),
    "TC_N_17": asks(SetMonitoringLevel(severity=9), "SetMonitoringLevel", None, word("Rejected"), state=REJECTED),
    "TC_N_21": event(eventNotificationType="HardWiredMonitor"),
    "TC_N_24": asks(
        SetMonitoring(monitors=(monitor(kind=MonitorKind.PERIODIC, value=60.0),)),
        "SetVariableMonitoring",
        {"setMonitoringData": [{**POWER, "type": "Periodic", "value": 60.0, "severity": 4}]},
        monitored({"type": "Periodic", "id": 1}),
    ),
    "TC_N_25": log(LogKind.DIAGNOSTICS, "DiagnosticsLog", "Accepted", "Uploading", "Uploaded"),
    "TC_N_27": customer({"tag": "card"}, {"idToken": TOKEN}, "part 1", "part 2", report=True, clear=False),
    "TC_N_28": customer({"tag": "card"}, {"idToken": TOKEN}, "", report=True, clear=False),
    "TC_N_29": customer({"tag": "card"}, {"idToken": TOKEN}, report=True, clear=False, status="Rejected"),
    "TC_N_30": customer({"tag": "card"}, {"idToken": TOKEN}, "all", report=True, clear=True),
    "TC_N_31": customer({"tag": "card"}, {"idToken": TOKEN}, "", report=True, clear=True),
    "TC_N_32": customer({"tag": "card"}, {"idToken": TOKEN}, report=False, clear=True),
    "TC_N_34": log(LogKind.DIAGNOSTICS, "DiagnosticsLog", "Rejected", state=REJECTED),
    "TC_N_35": log(LogKind.SECURITY, "SecurityLog", "Accepted", "Uploading", "Uploaded"),
    "TC_N_36": log(LogKind.DIAGNOSTICS, "DiagnosticsLog", "AcceptedCanceled", "AcceptedCanceled", "Uploading"),
    "TC_N_44": asks(
        ClearMonitoring(numbers=(1,)),
        "ClearVariableMonitoring",
        {"id": [1]},
        {"clearMonitoringResult": [{"id": 1, "status": "Rejected"}]},
        state=REJECTED,
    ),
    "TC_N_47": monitors(RequestMonitoringReport(), {}),
    "TC_N_49": event(cleared=True),
    "TC_N_50": event(trigger="Periodic"),
    "TC_N_60": monitors(
        RequestMonitoringReport(criteria=(MonitorCriterion.DELTA,), keys=("EVSE@1/Power", "ClockCtrlr/TimeZone")),
        {"monitoringCriteria": ["DeltaMonitoring"], "componentVariable": [POWER, ZONE]},
    ),
    "TC_N_62": customer({"customer": "Kunde 5"}, {"customerIdentifier": "Kunde 5"}, "all", report=True, clear=True),
    "TC_N_63": customer({"certificate": HASH}, {"customerCertificate": HASH_WIRE}, "all", report=True, clear=True),
    "TC_O_01": message(),
    "TC_O_02": messages({}),
    "TC_O_03": messages({}, "Unknown"),
    "TC_O_04": asks(ClearMessage(number=5), "ClearDisplayMessage", {"id": 5}),
    "TC_O_05": asks(ClearMessage(number=5), "ClearDisplayMessage", {"id": 5}, word("Unknown"), state=REJECTED),
    "TC_O_06": message(session="running", wire={"transactionId": "tx-1"}),
    "TC_O_07": messages({"id": [5]}, numbers=(5,)),
    "TC_O_08": messages({"priority": "InFront"}, priority=MessagePriority.IN_FRONT),
    "TC_O_09": messages({"state": "Charging"}, state=MessageState.CHARGING),
    "TC_O_10": message("UnknownTransaction", REJECTED, session="running", wire={"transactionId": "tx-1"}),
    "TC_O_11": messages({"id": [99]}, "Unknown", numbers=(99,)),
    "TC_O_13": message(from_utc=UNTIL, wire={"startDateTime": UNTIL_TEXT}),
    "TC_O_14": message(until_utc=UNTIL, wire={"endDateTime": UNTIL_TEXT}),
    "TC_O_17": message(
        "NotSupportedPriority", NOT_SUPPORTED, priority=MessagePriority.ALWAYS_FRONT, wire={"priority": "AlwaysFront"}
    ),
    "TC_O_18": message("NotSupportedState", NOT_SUPPORTED, state=MessageState.FAULTED, wire={"state": "Faulted"}),
    "TC_O_25": message(state=MessageState.CHARGING, wire={"state": "Charging"}),
    "TC_O_19": message("NotSupportedMessageFormat", NOT_SUPPORTED, format=MessageFormat.HTML),
    "TC_O_26": message("Rejected", REJECTED),
    "TC_O_27": message(session="running", from_utc=UNTIL, wire={"transactionId": "tx-1", "startDateTime": UNTIL_TEXT}),
    "TC_O_28": message(session="running", until_utc=UNTIL, wire={"transactionId": "tx-1", "endDateTime": UNTIL_TEXT}),
}
"""Variables, tokens' lists, reservations, limits, firmware, certificates, monitors, logs, customers, displays."""
