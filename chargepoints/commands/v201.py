"""OCPP 2.0.1: how each command is said, and what its answer means. An EVSE is our connector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chargepoints.commands import diagnosing
from chargepoints.commands.answers import BEGUN, DONE, Answer, acknowledged, by_status, text, told_version
from chargepoints.commands.certificates import hash_data, told_certificates_2
from chargepoints.commands.limits import Profile, profile_of, start_profile, told_composite_2
from chargepoints.commands.sending import (
    Awaited,
    Commands,
    Context,
    Encode,
    Payload,
    Sending,
    encode_nothing,
    given,
    instant,
    when,
    wire_word,
)
from chargepoints.commands.settings import told_set, told_variables, wire_get, wire_set
from core.command_requests import (
    CancelReservation,
    CertificateSigned,
    ChangeAvailability,
    ClearLimit,
    CompositeSchedule,
    CostUpdated,
    CustomerInformation,
    DataTransfer,
    DeleteCertificate,
    GetConfiguration,
    GetLimits,
    InstallCertificate,
    LimitPower,
    ListCertificates,
    ListEntry,
    PublishFirmware,
    RequestLog,
    ReserveOutlet,
    ResetStation,
    SendList,
    SetConfiguration,
    SetNetworkProfile,
    StartCharging,
    StopCharging,
    TransactionStatus,
    TriggerMessage,
    UnlockConnector,
    UnpublishFirmware,
    UpdateFirmware,
)
from core.command_words import (
    CertificateUse,
    LimitPurpose,
    LimitSource,
    ListStatus,
    ListUpdate,
    LogKind,
    ResetWay,
    SignedUse,
    Triggered,
)
from core.commands import CommandKind, CommandState
from core.errors import RequestError

RESETS = {ResetWay.IMMEDIATE: "Immediate", ResetWay.HARD: "Immediate", ResetWay.ON_IDLE: "OnIdle"}
PURPOSES = {
    LimitPurpose.STATION: "ChargingStationMaxProfile",
    LimitPurpose.DEFAULT: "TxDefaultProfile",
    LimitPurpose.SESSION: "TxProfile",
    LimitPurpose.EXTERNAL: "ChargingStationExternalConstraints",
}
SOURCES = {
    LimitSource.ENERGY_MANAGEMENT: "EMS",
    LimitSource.GRID_OPERATOR: "SO",
    LimitSource.CENTRAL_SYSTEM: "CSO",
    LimitSource.OTHER: "Other",
}
TRIGGERED = {
    Triggered.BOOT: "BootNotification",
    Triggered.HEARTBEAT: "Heartbeat",
    Triggered.STATUS: "StatusNotification",
    Triggered.METER_VALUES: "MeterValues",
    Triggered.TRANSACTION: "TransactionEvent",
    Triggered.FIRMWARE_STATUS: "FirmwareStatusNotification",
    Triggered.LOG_STATUS: "LogStatusNotification",
    Triggered.DIAGNOSTICS_STATUS: "LogStatusNotification",
    Triggered.PUBLISH_FIRMWARE_STATUS: "PublishFirmwareStatusNotification",
    Triggered.CERTIFICATE_REQUEST: "SignChargingStationCertificate",
    Triggered.CERTIFICATE_REQUEST_V2G: "SignV2GCertificate",
    Triggered.CERTIFICATE_REQUEST_COMBINED: "SignCombinedCertificate",
}
LISTED = {
    ListStatus.ACCEPTED: "Accepted",
    ListStatus.BLOCKED: "Blocked",
    ListStatus.EXPIRED: "Expired",
    ListStatus.INVALID: "Invalid",
}
UPDATES = {ListUpdate.FULL: "Full", ListUpdate.DIFFERENTIAL: "Differential"}
LOGS = {LogKind.DIAGNOSTICS: "DiagnosticsLog", LogKind.SECURITY: "SecurityLog"}
ROOTS = {
    CertificateUse.CENTRAL_ROOT: "CSMSRootCertificate",
    CertificateUse.MAKER_ROOT: "ManufacturerRootCertificate",
    CertificateUse.V2G_ROOT: "V2GRootCertificate",
    CertificateUse.CONTRACT_ROOT: "MORootCertificate",
}
USES = ROOTS | {CertificateUse.V2G_CHAIN: "V2GCertificateChain"}
SIGNED = {SignedUse.STATION: "ChargingStationCertificate", SignedUse.V2G: "V2GCertificate"}

_TAKES_EVSE = {Triggered.METER_VALUES, Triggered.STATUS, Triggered.TRANSACTION}


def _start(request: StartCharging, context: Context) -> Payload:
    limit = start_profile(request, context)
    return {
        "evseId": request.connector,
        "remoteStartId": context.number,
        "idToken": context.token(request.tag).id_token,
        **given(chargingProfile=None if limit is None else _profile(limit, LimitPurpose.SESSION)),
    }


def _stop(request: StopCharging, context: Context) -> Payload:
    return {"transactionId": context.running(request.session).transaction}


def resetting(ways: Mapping[ResetWay, str]) -> Encode:
    """Return how a restart is said in a version's words."""

    def encode(request: ResetStation, _context: Context) -> Payload:
        return {"type": wire_word(ways, request.way), **given(evseId=request.connector or None)}

    return encode


def _unlock(request: UnlockConnector, _context: Context) -> Payload:
    return {"evseId": request.connector, "connectorId": request.plug}


def _evse(connector: int | None, plug: int | None) -> Payload | None:
    return {"id": connector, **given(connectorId=plug or None)} if connector else None


def _availability(request: ChangeAvailability, _context: Context) -> Payload:
    status = "Operative" if request.operative else "Inoperative"
    return {"operationalStatus": status, **given(evse=_evse(request.connector, request.plug))}


def _reserve(request: ReserveOutlet, context: Context) -> Payload:
    return {
        "id": request.number,
        "expiryDateTime": instant(request.until_utc),
        "idToken": context.token(request.tag).id_token,
        **given(evseId=request.connector or None, groupIdToken=_group(request.parent_tag, context)),
    }


def _group(tag: str, context: Context) -> Payload | None:
    return context.token(tag).id_token if tag else None


def _cancel_reservation(request: CancelReservation, _context: Context) -> Payload:
    return {"reservationId": request.number}


def _profile(profile: Profile, purpose: LimitPurpose) -> Payload:
    return {
        "id": profile.number,
        "chargingProfilePurpose": PURPOSES[purpose],
        **profile.fields,
        **given(transactionId=profile.transaction),
        "chargingSchedule": [{"id": profile.number, **profile.schedule}],
    }


def _limit(request: LimitPower, context: Context) -> Payload:
    profile = profile_of(request, context)
    return {"evseId": profile.connector, "chargingProfile": _profile(profile, request.purpose)}


def _clear_limit(request: ClearLimit, _context: Context) -> Payload:
    if request.purpose is LimitPurpose.EXTERNAL:
        raise RequestError("ocpp.limit_of_others")  # K10.FR.06
    if request.profile is not None:
        return {"chargingProfileId": request.profile}
    criteria = given(
        evseId=request.connector,
        chargingProfilePurpose=None if request.purpose is None else PURPOSES[request.purpose],
        stackLevel=request.stack_level,
    )
    if not criteria:
        raise RequestError("ocpp.limit_unnamed")  # K10.FR.02
    return {"chargingProfileCriteria": criteria}


def _get_limits(request: GetLimits, context: Context) -> Payload:
    wanted = given(
        chargingProfilePurpose=None if request.purpose is None else PURPOSES[request.purpose],
        stackLevel=request.stack_level,
        chargingProfileId=list(request.profiles) or None,
        chargingLimitSource=[SOURCES[source] for source in request.sources] or None,
    )
    return {"requestId": context.number, "chargingProfile": wanted, **given(evseId=request.connector)}


def _composite(request: CompositeSchedule, _context: Context) -> Payload:
    unit = given(chargingRateUnit=request.unit and request.unit.value)
    return {"evseId": request.connector, "duration": request.duration_s, **unit}


def _get(request: GetConfiguration, _context: Context) -> Payload:
    return {"getVariableData": [wire_get(key) for key in request.keys]}


def _set(request: SetConfiguration, _context: Context) -> Payload:
    return {"setVariableData": [wire_set(setting) for setting in request.settings]}


def network_profile(version: str) -> Encode:
    """Return how a way to reach us is told; `version` is the word for the OCPP version spoken there."""

    def encode(request: SetNetworkProfile, _context: Context) -> Payload:
        data = {
            "ocppVersion": version,
            "ocppTransport": "JSON",
            "ocppCsmsUrl": request.url,
            "messageTimeout": request.timeout_s,
            "securityProfile": request.security_profile,
            "ocppInterface": request.interface,
        }
        return {"configurationSlot": request.slot, "connectionData": data}

    return encode


def triggering(messages: Mapping[Triggered, str]) -> Encode:
    """Return how a message is asked for in a version's words."""

    def encode(request: TriggerMessage, _context: Context) -> Payload:
        evse = _evse(request.connector, request.plug) if request.message in _TAKES_EVSE else None
        return {"requestedMessage": wire_word(messages, request.message), **given(evse=evse)}

    return encode


def _send_list(request: SendList, context: Context) -> Payload:
    return {
        "versionNumber": request.version,
        "updateType": UPDATES[request.update],
        **given(localAuthorizationList=[_entry(entry, context) for entry in request.entries] or None),
    }


def _entry(entry: ListEntry, context: Context) -> Payload:
    token = {"idToken": context.token(entry.tag).id_token}
    if entry.status is None:
        return token
    info = given(
        status=LISTED[entry.status],
        cacheExpiryDateTime=when(entry.until_utc),
        groupIdToken=_group(entry.parent_tag, context),
    )
    return {**token, "idTokenInfo": info}


def _firmware(request: UpdateFirmware, context: Context) -> Payload:
    firmware = given(
        location=request.url,
        retrieveDateTime=instant(request.retrieve_at_utc),
        installDateTime=when(request.install_at_utc),
        signingCertificate=request.signing_certificate,
        signature=request.signature,
    )
    tries = given(retries=request.retries, retryInterval=request.retry_interval_s)
    return {"requestId": context.number, "firmware": firmware, **tries}


def _publish(request: PublishFirmware, context: Context) -> Payload:
    tries = given(retries=request.retries, retryInterval=request.retry_interval_s)
    return {"location": request.url, "checksum": request.checksum, "requestId": context.number, **tries}


def _unpublish(request: UnpublishFirmware, _context: Context) -> Payload:
    return {"checksum": request.checksum}


def logging(kinds: Mapping[LogKind, str]) -> Encode:
    """Return how a log is asked for in a version's words."""

    def encode(request: RequestLog, context: Context) -> Payload:
        log = given(
            remoteLocation=request.url,
            oldestTimestamp=when(request.from_utc),
            latestTimestamp=when(request.to_utc),
        )
        tries = given(retries=request.retries, retryInterval=request.retry_interval_s)
        return {"requestId": context.number, "logType": wire_word(kinds, request.kind), "log": log, **tries}

    return encode


def installing(roots: Mapping[CertificateUse, str]) -> Encode:
    """Return how a root certificate is given in a version's words."""

    def encode(request: InstallCertificate, _context: Context) -> Payload:
        return {"certificateType": wire_word(roots, request.use), "certificate": request.certificate}

    return encode


def listing(uses: Mapping[CertificateUse, str]) -> Encode:
    """Return how certificates are asked for in a version's words."""

    def encode(request: ListCertificates, _context: Context) -> Payload:
        return given(certificateType=[wire_word(uses, use) for use in request.uses] or None)

    return encode


def _delete(request: DeleteCertificate, _context: Context) -> Payload:
    return {"certificateHashData": hash_data(request.certificate)}


def _signed(request: CertificateSigned, _context: Context) -> Payload:
    return {"certificateChain": request.chain, "certificateType": wire_word(SIGNED, request.use)}


def _data_transfer(request: DataTransfer, _context: Context) -> Payload:
    return {"vendorId": request.vendor, **given(messageId=request.message, data=request.data)}


def _transaction_status(request: TransactionStatus, context: Context) -> Payload:
    return given(transactionId=context.running(request.session).transaction if request.session else None)


def _cost(request: CostUpdated, context: Context) -> Payload:
    return {"transactionId": context.running(request.session).transaction, "totalCost": float(request.total_eur)}


def _told_transaction(answer: Answer) -> dict[str, Any]:
    return given(transaction=text(answer, "transactionId"))


def told_file(answer: Answer) -> dict[str, Any]:
    """Return the name of the file that will come."""
    return given(file=text(answer, "filename"))


def _told_data(answer: Answer) -> dict[str, Any]:
    return given(data=answer.get("data"))


def _told_status(answer: Answer) -> dict[str, Any]:
    return given(running=answer.get("ongoingIndicator"), messages_waiting=answer.get("messagesInQueue"))


def _asks_for_all(request: GetConfiguration) -> bool:
    return not request.keys


def _wants_report(request: CustomerInformation) -> bool:
    return request.report


_NOT_SUPPORTED = CommandState.NOT_SUPPORTED
_REJECTED = CommandState.REJECTED
_FAILED = CommandState.FAILED
_UNLOCKED = {
    "Unlocked": CommandState.DONE,
    "UnlockFailed": _FAILED,
    "OngoingAuthorizedTransaction": _REJECTED,
    "UnknownConnector": _REJECTED,
}
_RESET = {**BEGUN, "Scheduled": CommandState.ACCEPTED}
_AVAILABLE = {**DONE, "Scheduled": CommandState.ACCEPTED}
_RESERVED = {**DONE, "Faulted": _REJECTED, "Occupied": _REJECTED, "Unavailable": _REJECTED}
_TRIGGERED = {**BEGUN, "NotImplemented": _NOT_SUPPORTED}
_UPLOADS = {**BEGUN, "AcceptedCanceled": CommandState.ACCEPTED}
_FIRMWARE = {**_UPLOADS, "InvalidCertificate": _REJECTED, "RevokedCertificate": _REJECTED}
_REPORTED = {**BEGUN, "NotSupported": _NOT_SUPPORTED, "EmptyResultSet": CommandState.DONE}
_LIMITS = {"Accepted": CommandState.ACCEPTED, "NoProfiles": CommandState.DONE}
_MESSAGES = {"Accepted": CommandState.ACCEPTED, "Unknown": CommandState.DONE}
_CLEARED = {**DONE, "Unknown": _REJECTED}
_LISTED = {"Accepted": CommandState.DONE, "Failed": _FAILED, "VersionMismatch": _REJECTED}
_INSTALLED = {**DONE, "Failed": _FAILED}
_DELETED = {"Accepted": CommandState.DONE, "Failed": _FAILED, "NotFound": _REJECTED}
_FOUND = {"Accepted": CommandState.DONE, "NotFound": CommandState.DONE}
_TRANSFERRED = {**DONE, "UnknownMessageId": _NOT_SUPPORTED, "UnknownVendorId": _NOT_SUPPORTED}
_SHOWN = {
    **DONE,
    "NotSupportedMessageFormat": _NOT_SUPPORTED,
    "NotSupportedPriority": _NOT_SUPPORTED,
    "NotSupportedState": _NOT_SUPPORTED,
    "LanguageNotSupported": _NOT_SUPPORTED,
    "UnknownTransaction": _REJECTED,
}
_UNPUBLISHED = {"Unpublished": CommandState.DONE, "NoFirmware": CommandState.DONE, "DownloadOngoing": _REJECTED}
_BASED = {**DONE, "NotSupported": _NOT_SUPPORTED, "EmptyResultSet": CommandState.DONE}
_CUSTOMER = {**DONE, "Invalid": _REJECTED}
_CUSTOMER_REPORTED = {**BEGUN, "Invalid": _REJECTED}

COMMANDS: Commands = {
    CommandKind.START: (
        Sending("RequestStartTransaction", _start, by_status(BEGUN, _told_transaction), awaits=Awaited.SESSION_BEGIN),
    ),
    CommandKind.STOP: (Sending("RequestStopTransaction", _stop, by_status(BEGUN), awaits=Awaited.SESSION_END),),
    CommandKind.RESET: (Sending("Reset", resetting(RESETS), by_status(_RESET), awaits=Awaited.BOOT),),
    CommandKind.UNLOCK: (Sending("UnlockConnector", _unlock, by_status(_UNLOCKED)),),
    CommandKind.AVAILABILITY: (
        Sending("ChangeAvailability", _availability, by_status(_AVAILABLE), awaits=Awaited.STATUS),
    ),
    CommandKind.RESERVE: (Sending("ReserveNow", _reserve, by_status(_RESERVED)),),
    CommandKind.CANCEL_RESERVATION: (Sending("CancelReservation", _cancel_reservation, by_status(DONE)),),
    CommandKind.LIMIT: (Sending("SetChargingProfile", _limit, by_status(DONE)),),
    CommandKind.CLEAR_LIMIT: (Sending("ClearChargingProfile", _clear_limit, by_status(_CLEARED)),),
    CommandKind.GET_LIMITS: (Sending("GetChargingProfiles", _get_limits, by_status(_LIMITS), awaits=Awaited.PARTS),),
    CommandKind.COMPOSITE_SCHEDULE: (Sending("GetCompositeSchedule", _composite, by_status(DONE, told_composite_2)),),
    CommandKind.GET: (
        Sending(
            "GetBaseReport",
            diagnosing.everything,
            by_status(_REPORTED),
            awaits=Awaited.PARTS,
            fits=_asks_for_all,
        ),
        Sending("GetVariables", _get, told_variables),
    ),
    CommandKind.SET: (Sending("SetVariables", _set, told_set),),
    CommandKind.REPORT: (
        Sending(
            "GetReport",
            diagnosing.report,
            by_status(_REPORTED),
            awaits=Awaited.PARTS,
            fits=diagnosing.asks_for_parts,
        ),
        Sending("GetBaseReport", diagnosing.base_report, by_status(_REPORTED), awaits=Awaited.PARTS),
    ),
    CommandKind.NETWORK_PROFILE: (
        Sending("SetNetworkProfile", network_profile("OCPP20"), by_status({**DONE, "Failed": _FAILED})),
    ),
    CommandKind.TRIGGER: (
        Sending("TriggerMessage", triggering(TRIGGERED), by_status(_TRIGGERED), awaits=Awaited.MESSAGE),
    ),
    CommandKind.CLEAR_CACHE: (Sending("ClearCache", encode_nothing, by_status(DONE)),),
    CommandKind.LIST_VERSION: (Sending("GetLocalListVersion", encode_nothing, told_version),),
    CommandKind.SEND_LIST: (Sending("SendLocalList", _send_list, by_status(_LISTED)),),
    CommandKind.FIRMWARE: (Sending("UpdateFirmware", _firmware, by_status(_FIRMWARE), awaits=Awaited.FIRMWARE),),
    CommandKind.PUBLISH_FIRMWARE: (Sending("PublishFirmware", _publish, by_status(BEGUN), awaits=Awaited.PUBLISHED),),
    CommandKind.UNPUBLISH_FIRMWARE: (Sending("UnpublishFirmware", _unpublish, by_status(_UNPUBLISHED)),),
    CommandKind.LOG: (Sending("GetLog", logging(LOGS), by_status(_UPLOADS, told_file), awaits=Awaited.LOG),),
    CommandKind.INSTALL_CERTIFICATE: (Sending("InstallCertificate", installing(ROOTS), by_status(_INSTALLED)),),
    CommandKind.DELETE_CERTIFICATE: (Sending("DeleteCertificate", _delete, by_status(_DELETED)),),
    CommandKind.LIST_CERTIFICATES: (
        Sending("GetInstalledCertificateIds", listing(USES), by_status(_FOUND, told_certificates_2)),
    ),
    CommandKind.CERTIFICATE_SIGNED: (Sending("CertificateSigned", _signed, by_status(DONE)),),
    CommandKind.DATA_TRANSFER: (Sending("DataTransfer", _data_transfer, by_status(_TRANSFERRED, _told_data)),),
    CommandKind.SET_MESSAGE: (Sending("SetDisplayMessage", diagnosing.set_message, by_status(_SHOWN)),),
    CommandKind.GET_MESSAGES: (
        Sending("GetDisplayMessages", diagnosing.get_messages, by_status(_MESSAGES), awaits=Awaited.PARTS),
    ),
    CommandKind.CLEAR_MESSAGE: (Sending("ClearDisplayMessage", diagnosing.clear_message, by_status(_CLEARED)),),
    CommandKind.SET_MONITORING: (
        Sending("SetVariableMonitoring", diagnosing.set_monitoring, diagnosing.told_monitors),
    ),
    CommandKind.CLEAR_MONITORING: (
        Sending("ClearVariableMonitoring", diagnosing.clear_monitoring, diagnosing.told_cleared),
    ),
    CommandKind.MONITORING_BASE: (Sending("SetMonitoringBase", diagnosing.monitoring_base, by_status(_BASED)),),
    CommandKind.MONITORING_LEVEL: (Sending("SetMonitoringLevel", diagnosing.monitoring_level, by_status(DONE)),),
    CommandKind.MONITORING_REPORT: (
        Sending("GetMonitoringReport", diagnosing.monitoring_report, by_status(_REPORTED), awaits=Awaited.PARTS),
    ),
    CommandKind.CUSTOMER_INFORMATION: (
        Sending(
            "CustomerInformation",
            diagnosing.customer_information,
            by_status(_CUSTOMER_REPORTED),
            awaits=Awaited.PARTS,
            fits=_wants_report,
        ),
        Sending("CustomerInformation", diagnosing.customer_information, by_status(_CUSTOMER)),
    ),
    CommandKind.TRANSACTION_STATUS: (
        Sending("GetTransactionStatus", _transaction_status, acknowledged(CommandState.DONE, _told_status)),
    ),
    CommandKind.COST_UPDATED: (Sending("CostUpdated", _cost, acknowledged(CommandState.DONE)),),
}
"""Every command of 2.0.1: all of ours."""

NOT_SENT: Mapping[str, str] = {}
"""Messages of the version to stations that are not sent, and why: none."""
