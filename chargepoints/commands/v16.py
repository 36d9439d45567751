"""OCPP 1.6J with the security whitepaper: how each command is said, and what its answer means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chargepoints.commands import maintaining_16
from chargepoints.commands.answers import (
    BEGUN,
    DONE,
    Answer,
    acknowledged,
    by_status,
    told_version,
)
from chargepoints.commands.certificates import told_certificates_16
from chargepoints.commands.limits import Profile, profile_of, start_profile, told_composite_16
from chargepoints.commands.maintaining import told_file
from chargepoints.commands.sending import (
    Awaited,
    Commands,
    Context,
    NotInVersionError,
    Payload,
    Sending,
    encode_nothing,
    given,
    instant,
    wire_word,
)
from chargepoints.commands.settings import told_keys
from core.command_requests import (
    CancelReservation,
    ChangeAvailability,
    ChangePassword,
    ClearLimit,
    CompositeSchedule,
    DataTransfer,
    GetConfiguration,
    LimitPower,
    RequestLog,
    ReserveOutlet,
    ResetStation,
    SetConfiguration,
    StartCharging,
    StopCharging,
    TriggerMessage,
    UnlockConnector,
    UpdateFirmware,
)
from core.command_words import (
    LimitPurpose,
    LogKind,
    ResetWay,
    Triggered,
)
from core.commands import CommandKind, CommandState
from core.errors import RequestError

RESETS = {ResetWay.IMMEDIATE: "Soft", ResetWay.ON_IDLE: "Soft", ResetWay.HARD: "Hard"}
PURPOSES = {
    LimitPurpose.STATION: "ChargePointMaxProfile",
    LimitPurpose.DEFAULT: "TxDefaultProfile",
    LimitPurpose.SESSION: "TxProfile",
}
TRIGGERED = {
    Triggered.BOOT: "BootNotification",
    Triggered.DIAGNOSTICS_STATUS: "DiagnosticsStatusNotification",
    Triggered.FIRMWARE_STATUS: "FirmwareStatusNotification",
    Triggered.HEARTBEAT: "Heartbeat",
    Triggered.METER_VALUES: "MeterValues",
    Triggered.STATUS: "StatusNotification",
}
TRIGGERED_EXTENDED = {
    Triggered.LOG_STATUS: "LogStatusNotification",
    Triggered.CERTIFICATE_REQUEST: "SignChargePointCertificate",
}
"""What only ExtendedTriggerMessage of the whitepaper can ask for."""
_TAKES_CONNECTOR = {Triggered.METER_VALUES, Triggered.STATUS}


def _start(request: StartCharging, context: Context) -> Payload:
    profile = start_profile(request, context)
    return {
        "connectorId": request.connector,
        "idTag": context.token(request.tag).id_tag,
        **given(chargingProfile=None if profile is None else _profile(profile, LimitPurpose.SESSION)),
    }


def _stop(request: StopCharging, context: Context) -> Payload:
    return {"transactionId": _transaction(context.running(request.session).transaction)}


def _transaction(transaction: str) -> int:
    if not transaction.isdecimal():
        raise RequestError("ocpp.session_without_number", transaction=transaction[:36])
    return int(transaction)


def _reset(request: ResetStation, _context: Context) -> Payload:
    if request.connector:
        raise NotInVersionError("ocpp.reset_whole_station")
    return {"type": wire_word(RESETS, request.way)}


def _unlock(request: UnlockConnector, _context: Context) -> Payload:
    return {"connectorId": request.connector}


def _availability(request: ChangeAvailability, _context: Context) -> Payload:
    return {"connectorId": request.connector or 0, "type": "Operative" if request.operative else "Inoperative"}


def _reserve(request: ReserveOutlet, context: Context) -> Payload:
    if request.connector_type:
        raise NotInVersionError("ocpp.not_in_version", word=request.connector_type[:50])
    parent = context.token(request.parent_tag).id_tag if request.parent_tag else ""
    return {
        "connectorId": request.connector or 0,
        "expiryDate": instant(request.until_utc),
        "idTag": context.token(request.tag).id_tag,
        "reservationId": request.number,
        **given(parentIdTag=parent),
    }


def _cancel_reservation(request: CancelReservation, _context: Context) -> Payload:
    return {"reservationId": request.number}


def _profile(profile: Profile, purpose: LimitPurpose) -> Payload:
    return {
        "chargingProfileId": profile.number,
        "chargingProfilePurpose": wire_word(PURPOSES, purpose),
        **profile.fields,
        **given(transactionId=_transaction(profile.transaction) if profile.transaction else None),
        "chargingSchedule": profile.schedule,
    }


def _limit(request: LimitPower, context: Context) -> Payload:
    profile = profile_of(request, context)
    return {"connectorId": profile.connector, "csChargingProfiles": _profile(profile, request.purpose)}


def _clear_limit(request: ClearLimit, _context: Context) -> Payload:
    return given(
        id=request.profile,
        connectorId=request.connector,
        chargingProfilePurpose=None if request.purpose is None else wire_word(PURPOSES, request.purpose),
        stackLevel=request.stack_level,
    )


def _composite(request: CompositeSchedule, _context: Context) -> Payload:
    return {
        "connectorId": request.connector,
        "duration": request.duration_s,
        **given(chargingRateUnit=request.unit and request.unit.value),
    }


def _get(request: GetConfiguration, _context: Context) -> Payload:
    return given(key=list(request.keys) or None)


def _password(_request: ChangePassword, context: Context) -> Payload:
    return {"key": "AuthorizationKey", "value": context.password}


def _set(request: SetConfiguration, _context: Context) -> Payload:
    if len(request.settings) != 1:
        raise RequestError("ocpp.one_at_a_time")
    (setting,) = request.settings
    return {"key": setting.key, "value": setting.value}


def _trigger(request: TriggerMessage, _context: Context) -> Payload:
    placed = request.connector if request.message in _TAKES_CONNECTOR else None
    words = TRIGGERED | TRIGGERED_EXTENDED
    return {"requestedMessage": wire_word(words, request.message), **given(connectorId=placed or None)}


def _data_transfer(request: DataTransfer, _context: Context) -> Payload:
    return {"vendorId": request.vendor, **given(messageId=request.message, data=request.data)}


def _told_data(answer: Answer) -> dict[str, Any]:
    return given(data=answer.get("data"))


def _is_extended(request: TriggerMessage) -> bool:
    return request.message in TRIGGERED_EXTENDED


def _is_signed(request: UpdateFirmware) -> bool:
    return bool(request.signature or request.signing_certificate)


def _asks_by_get_log(request: RequestLog) -> bool:
    return request.by_get_log or request.kind is not LogKind.DIAGNOSTICS


_NOT_SUPPORTED = CommandState.NOT_SUPPORTED
_REJECTED = CommandState.REJECTED
_FAILED = CommandState.FAILED
_SCHEDULED = {**DONE, "Scheduled": CommandState.ACCEPTED}
_TRIGGERED = {**BEGUN, "NotImplemented": _NOT_SUPPORTED}
_UPLOADS = {**BEGUN, "AcceptedCanceled": CommandState.ACCEPTED}
_SET = {**DONE, "RebootRequired": CommandState.DONE, "NotSupported": _NOT_SUPPORTED}
_RESERVED = {**DONE, "Faulted": _REJECTED, "Occupied": _REJECTED, "Unavailable": _REJECTED}
_UNLOCKED = {"Unlocked": CommandState.DONE, "UnlockFailed": _FAILED, "NotSupported": _NOT_SUPPORTED}
_CLEARED = {"Accepted": CommandState.DONE, "Unknown": _REJECTED}
_LISTED = {
    "Accepted": CommandState.DONE,
    "Failed": _FAILED,
    "NotSupported": _NOT_SUPPORTED,
    "VersionMismatch": _REJECTED,
}
_FIRMWARE = {**_UPLOADS, "InvalidCertificate": _REJECTED, "RevokedCertificate": _REJECTED}
_INSTALLED = {**DONE, "Failed": _FAILED}
_DELETED = {"Accepted": CommandState.DONE, "Failed": _FAILED, "NotFound": _REJECTED}
_FOUND = {"Accepted": CommandState.DONE, "NotFound": CommandState.DONE}
_TRANSFERRED = {**DONE, "UnknownMessageId": _NOT_SUPPORTED, "UnknownVendorId": _NOT_SUPPORTED}

COMMANDS: Commands = {
    CommandKind.START: (Sending("RemoteStartTransaction", _start, by_status(BEGUN), awaits=Awaited.SESSION_BEGIN),),
    CommandKind.STOP: (Sending("RemoteStopTransaction", _stop, by_status(BEGUN), awaits=Awaited.SESSION_END),),
    CommandKind.RESET: (Sending("Reset", _reset, by_status(BEGUN), awaits=Awaited.BOOT),),
    CommandKind.UNLOCK: (Sending("UnlockConnector", _unlock, by_status(_UNLOCKED)),),
    CommandKind.AVAILABILITY: (
        Sending("ChangeAvailability", _availability, by_status(_SCHEDULED), awaits=Awaited.STATUS),
    ),
    CommandKind.RESERVE: (Sending("ReserveNow", _reserve, by_status(_RESERVED)),),
    CommandKind.CANCEL_RESERVATION: (Sending("CancelReservation", _cancel_reservation, by_status(DONE)),),
    CommandKind.LIMIT: (Sending("SetChargingProfile", _limit, by_status({**DONE, "NotSupported": _NOT_SUPPORTED})),),
    CommandKind.CLEAR_LIMIT: (Sending("ClearChargingProfile", _clear_limit, by_status(_CLEARED)),),
    CommandKind.COMPOSITE_SCHEDULE: (Sending("GetCompositeSchedule", _composite, by_status(DONE, told_composite_16)),),
    CommandKind.GET: (Sending("GetConfiguration", _get, told_keys),),
    CommandKind.SET: (Sending("ChangeConfiguration", _set, by_status(_SET)),),
    CommandKind.TRIGGER: (
        Sending("ExtendedTriggerMessage", _trigger, by_status(_TRIGGERED), awaits=Awaited.MESSAGE, fits=_is_extended),
        Sending("TriggerMessage", _trigger, by_status(_TRIGGERED), awaits=Awaited.MESSAGE),
    ),
    CommandKind.PASSWORD: (Sending("ChangeConfiguration", _password, by_status(_SET)),),
    CommandKind.CLEAR_CACHE: (Sending("ClearCache", encode_nothing, by_status(DONE)),),
    CommandKind.LIST_VERSION: (Sending("GetLocalListVersion", encode_nothing, told_version),),
    CommandKind.SEND_LIST: (Sending("SendLocalList", maintaining_16.send_list, by_status(_LISTED)),),
    CommandKind.FIRMWARE: (
        Sending(
            "SignedUpdateFirmware",
            maintaining_16.firmware_signed,
            by_status(_FIRMWARE),
            awaits=Awaited.FIRMWARE,
            fits=_is_signed,
        ),
        Sending(
            "UpdateFirmware", maintaining_16.firmware, acknowledged(CommandState.ACCEPTED), awaits=Awaited.FIRMWARE
        ),
    ),
    CommandKind.LOG: (
        Sending(
            "GetLog", maintaining_16.log, by_status(_UPLOADS, told_file), awaits=Awaited.LOG, fits=_asks_by_get_log
        ),
        Sending(
            "GetDiagnostics",
            maintaining_16.diagnostics,
            acknowledged(CommandState.ACCEPTED, told_file),
            awaits=Awaited.LOG,
        ),
    ),
    CommandKind.INSTALL_CERTIFICATE: (Sending("InstallCertificate", maintaining_16.install, by_status(_INSTALLED)),),
    CommandKind.DELETE_CERTIFICATE: (Sending("DeleteCertificate", maintaining_16.delete, by_status(_DELETED)),),
    CommandKind.LIST_CERTIFICATES: (
        Sending("GetInstalledCertificateIds", maintaining_16.certificates, by_status(_FOUND, told_certificates_16)),
    ),
    CommandKind.CERTIFICATE_SIGNED: (Sending("CertificateSigned", maintaining_16.signed, by_status(DONE)),),
    CommandKind.DATA_TRANSFER: (Sending("DataTransfer", _data_transfer, by_status(_TRANSFERRED, _told_data)),),
}
"""Every command that 1.6 knows."""

NOT_SENT: Mapping[str, str] = {}
"""Messages of the version to stations that are not sent, and why: none."""
