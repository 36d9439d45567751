"""OCPP 2.0.1: how each command is said, and what its answer means. An EVSE is our connector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chargepoints.commands import diagnosing, limiting, maintaining
from chargepoints.commands.answers import BEGUN, DONE, Answer, acknowledged, by_status, text, told_version
from chargepoints.commands.certificates import told_certificates_2
from chargepoints.commands.limits import start_profile, told_composite_2
from chargepoints.commands.sending import (
    Awaited,
    Commands,
    Context,
    Encode,
    Payload,
    Sending,
    encode_nothing,
    given,
    group,
    instant,
    wire_word,
)
from chargepoints.commands.settings import told_set, told_variables, wire_get, wire_set
from core.command_requests import (
    CancelReservation,
    ChangeAvailability,
    ChangePassword,
    CostUpdated,
    CustomerInformation,
    DataTransfer,
    GetConfiguration,
    ReserveOutlet,
    ResetStation,
    SetConfiguration,
    Setting,
    StartCharging,
    StopCharging,
    TransactionStatus,
    TriggerMessage,
    UnlockConnector,
)
from core.command_words import (
    LimitPurpose,
    ResetWay,
    Triggered,
)
from core.commands import CommandKind, CommandState

RESETS = {ResetWay.IMMEDIATE: "Immediate", ResetWay.HARD: "Immediate", ResetWay.ON_IDLE: "OnIdle"}
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
_FIRST_PLUG = 1
_TAKES_EVSE = {Triggered.METER_VALUES, Triggered.STATUS, Triggered.TRANSACTION}


def _start(request: StartCharging, context: Context) -> Payload:
    limit = start_profile(request, context)
    return {
        "evseId": request.connector,
        "remoteStartId": context.number,
        "idToken": context.token(request.tag).id_token,
        **given(groupIdToken=group(request.parent_tag, context)),
        **given(chargingProfile=None if limit is None else limiting.profile(limit, LimitPurpose.SESSION)),
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
        **given(evseId=request.connector or None, groupIdToken=group(request.parent_tag, context)),
        **given(connectorType=request.connector_type),
    }


def _cancel_reservation(request: CancelReservation, _context: Context) -> Payload:
    return {"reservationId": request.number}


def _get(request: GetConfiguration, _context: Context) -> Payload:
    return {"getVariableData": [wire_get(key) for key in request.keys]}


def _set(request: SetConfiguration, _context: Context) -> Payload:
    return {"setVariableData": [wire_set(setting) for setting in request.settings]}


def _password(_request: ChangePassword, context: Context) -> Payload:
    return {"setVariableData": [wire_set(Setting(key="SecurityCtrlr/BasicAuthPassword", value=context.password))]}


def triggering(messages: Mapping[Triggered, str]) -> Encode:
    """Return how a message is asked for in a version's words."""

    def encode(request: TriggerMessage, _context: Context) -> Payload:
        plug = request.plug or (_FIRST_PLUG if request.message is Triggered.STATUS else None)  # F06.FR.12
        evse = _evse(request.connector, plug) if request.message in _TAKES_EVSE else None
        return {"requestedMessage": wire_word(messages, request.message), **given(evse=evse)}

    return encode


def _data_transfer(request: DataTransfer, _context: Context) -> Payload:
    return {"vendorId": request.vendor, **given(messageId=request.message, data=request.data)}


def _transaction_status(request: TransactionStatus, context: Context) -> Payload:
    return given(transactionId=context.running(request.session).transaction if request.session else None)


def _cost(request: CostUpdated, context: Context) -> Payload:
    return {"transactionId": context.running(request.session).transaction, "totalCost": float(request.total_eur)}


def _told_transaction(answer: Answer) -> dict[str, Any]:
    return given(transaction=text(answer, "transactionId"))


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
    CommandKind.LIMIT: (Sending("SetChargingProfile", limiting.limit, by_status(DONE)),),
    CommandKind.CLEAR_LIMIT: (Sending("ClearChargingProfile", limiting.clear_limit, by_status(_CLEARED)),),
    CommandKind.GET_LIMITS: (
        Sending("GetChargingProfiles", limiting.get_limits, by_status(_LIMITS), awaits=Awaited.PARTS),
    ),
    CommandKind.COMPOSITE_SCHEDULE: (
        Sending("GetCompositeSchedule", limiting.composite, by_status(DONE, told_composite_2)),
    ),
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
    CommandKind.PASSWORD: (Sending("SetVariables", _password, told_set),),
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
        Sending("SetNetworkProfile", maintaining.network_profile("OCPP20"), by_status({**DONE, "Failed": _FAILED})),
    ),
    CommandKind.TRIGGER: (
        Sending("TriggerMessage", triggering(TRIGGERED), by_status(_TRIGGERED), awaits=Awaited.MESSAGE),
    ),
    CommandKind.CLEAR_CACHE: (Sending("ClearCache", encode_nothing, by_status(DONE)),),
    CommandKind.LIST_VERSION: (Sending("GetLocalListVersion", encode_nothing, told_version),),
    CommandKind.SEND_LIST: (Sending("SendLocalList", maintaining.send_list, by_status(_LISTED)),),
    CommandKind.FIRMWARE: (
        Sending("UpdateFirmware", maintaining.firmware, by_status(_FIRMWARE), awaits=Awaited.FIRMWARE),
    ),
    CommandKind.PUBLISH_FIRMWARE: (
        Sending("PublishFirmware", maintaining.publish, by_status(BEGUN), awaits=Awaited.PUBLISHED),
    ),
    CommandKind.UNPUBLISH_FIRMWARE: (Sending("UnpublishFirmware", maintaining.unpublish, by_status(_UNPUBLISHED)),),
    CommandKind.LOG: (
        Sending(
            "GetLog",
            maintaining.logging(maintaining.LOGS),
            by_status(_UPLOADS, maintaining.told_file),
            awaits=Awaited.LOG,
        ),
    ),
    CommandKind.INSTALL_CERTIFICATE: (
        Sending("InstallCertificate", maintaining.installing(maintaining.ROOTS), by_status(_INSTALLED)),
    ),
    CommandKind.DELETE_CERTIFICATE: (Sending("DeleteCertificate", maintaining.delete, by_status(_DELETED)),),
    CommandKind.LIST_CERTIFICATES: (
        Sending(
            "GetInstalledCertificateIds", maintaining.listing(maintaining.USES), by_status(_FOUND, told_certificates_2)
        ),
    ),
    CommandKind.CERTIFICATE_SIGNED: (Sending("CertificateSigned", maintaining.signed, by_status(DONE)),),
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
