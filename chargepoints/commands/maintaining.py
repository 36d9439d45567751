"""OCPP 2.x: lists of tags, firmware, logs, certificates, ways to reach us (blocks A, B, D, L, M, N)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chargepoints.commands.answers import Answer, text
from chargepoints.commands.certificates import hash_data
from chargepoints.commands.sending import Context, Encode, Payload, given, group, instant, when, wire_word
from core.command_requests import (
    CertificateSigned,
    DeleteCertificate,
    InstallCertificate,
    ListCertificates,
    ListEntry,
    PublishFirmware,
    RequestLog,
    SendList,
    SetNetworkProfile,
    UnpublishFirmware,
    UpdateFirmware,
)
from core.command_words import CertificateUse, ListStatus, ListUpdate, LogKind, SignedUse

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


def send_list(request: SendList, context: Context) -> Payload:
    """Replace or change the list of tags."""
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
        groupIdToken={"idToken": entry.card_group, "type": "Central"}
        if entry.card_group
        else group(entry.parent_tag, context),
    )
    return {**token, "idTokenInfo": info}


def firmware(request: UpdateFirmware, context: Context) -> Payload:
    """Load and install firmware, signed or not."""
    firmware = given(
        location=request.url,
        retrieveDateTime=instant(request.retrieve_at_utc),
        installDateTime=when(request.install_at_utc),
        signingCertificate=request.signing_certificate,
        signature=request.signature,
    )
    tries = given(retries=request.retries, retryInterval=request.retry_interval_s)
    return {"requestId": context.number, "firmware": firmware, **tries}


def publish(request: PublishFirmware, context: Context) -> Payload:
    """Offer firmware to the stations behind a local controller."""
    tries = given(retries=request.retries, retryInterval=request.retry_interval_s)
    return {"location": request.url, "checksum": request.checksum, "requestId": context.number, **tries}


def unpublish(request: UnpublishFirmware, _context: Context) -> Payload:
    """End that offer."""
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


def delete(request: DeleteCertificate, _context: Context) -> Payload:
    """Take a certificate away."""
    return {"certificateHashData": hash_data(request.certificate)}


def signed(request: CertificateSigned, _context: Context) -> Payload:
    """Give the certificate that was asked for."""
    return {"certificateChain": request.chain, "certificateType": wire_word(SIGNED, request.use)}


def told_file(answer: Answer) -> dict[str, Any]:
    """Return the name of the file that will come."""
    return given(file=text(answer, "filename") or text(answer, "fileName"))
