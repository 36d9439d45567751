"""OCPP 2.1: as 2.0.1, where nothing else is said here."""

from __future__ import annotations

from collections.abc import Mapping

from chargepoints.commands import maintaining, v201
from chargepoints.commands.answers import BEGUN, DONE, by_status
from chargepoints.commands.certificates import told_certificates_2
from chargepoints.commands.sending import Awaited, Commands, Context, Payload, Sending, given, wire_word
from core.command_requests import CertificateSigned
from core.command_words import CertificateUse, LogKind, ResetWay, SignedUse
from core.commands import CommandKind, CommandState

RESETS = v201.RESETS | {ResetWay.RESUME: "ImmediateAndResume"}
LOGS = maintaining.LOGS | {LogKind.DATA_COLLECTOR: "DataCollectorLog"}
ROOTS = maintaining.ROOTS | {CertificateUse.VEHICLE_ROOT: "OEMRootCertificate"}
USES = maintaining.USES | {CertificateUse.VEHICLE_ROOT: "OEMRootCertificate"}
SIGNED = maintaining.SIGNED | {SignedUse.BOTH: "V2G20Certificate"}


def _signed(request: CertificateSigned, _context: Context) -> Payload:
    use = wire_word(SIGNED, request.use)
    return {"certificateChain": request.chain, "certificateType": use, **given(requestId=request.request)}


_RESET = {**BEGUN, "Scheduled": CommandState.ACCEPTED}
_UPLOADS = {**BEGUN, "AcceptedCanceled": CommandState.ACCEPTED}
_FAILING = {**DONE, "Failed": CommandState.FAILED}
_FOUND = {"Accepted": CommandState.DONE, "NotFound": CommandState.DONE}

COMMANDS: Commands = {
    **v201.COMMANDS,
    CommandKind.RESET: (Sending("Reset", v201.resetting(RESETS), by_status(_RESET), awaits=Awaited.BOOT),),
    CommandKind.NETWORK_PROFILE: (
        Sending("SetNetworkProfile", maintaining.network_profile("OCPP21"), by_status(_FAILING)),
    ),
    CommandKind.LOG: (
        Sending("GetLog", maintaining.logging(LOGS), by_status(_UPLOADS, maintaining.told_file), awaits=Awaited.LOG),
    ),
    CommandKind.INSTALL_CERTIFICATE: (
        Sending("InstallCertificate", maintaining.installing(ROOTS), by_status(_FAILING)),
    ),
    CommandKind.LIST_CERTIFICATES: (
        Sending("GetInstalledCertificateIds", maintaining.listing(USES), by_status(_FOUND, told_certificates_2)),
    ),
    CommandKind.CERTIFICATE_SIGNED: (Sending("CertificateSigned", _signed, by_status(DONE)),),
}
"""Every command of 2.1: all of ours."""

_STREAMS = "values come by MeterValues and NotifyEvent; streams are accepted where a station opens them"
_TARIFFS = "prices are kept in Kreiswatt and not at the station"
_DER = "feeding in from vehicles is no part of Kreiswatt"
_SWAP = "there are no stations that swap batteries"

NOT_SENT: Mapping[str, str] = {
    "AFRRSignal": _DER,
    "AdjustPeriodicEventStream": _STREAMS,
    "ChangeTransactionTariff": _TARIFFS,
    "ClearDERControl": _DER,
    "ClearTariffs": _TARIFFS,
    "GetDERControl": _DER,
    "GetPeriodicEventStream": _STREAMS,
    "GetTariffs": _TARIFFS,
    "NotifyAllowedEnergyTransfer": "needs an ISO 15118-20 contract",
    "NotifyWebPaymentStarted": "nobody pays at the station",
    "RequestBatterySwap": _SWAP,
    "SetDERControl": _DER,
    "SetDefaultTariff": _TARIFFS,
    "UpdateDynamicSchedule": "limits change by a new charging profile, as in 2.0.1",
    "UsePriorityCharging": "no session goes before another",
}
"""Messages of the version to stations that are not sent, and why."""
