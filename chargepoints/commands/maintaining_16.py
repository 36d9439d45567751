"""OCPP 1.6: lists of tags, firmware, logs, and what the security whitepaper adds of them and of certificates."""

from __future__ import annotations

from chargepoints.commands.certificates import hash_data
from chargepoints.commands.maintaining import LISTED, LOGS, UPDATES
from chargepoints.commands.sending import Context, NotInVersionError, Payload, given, instant, when, wire_word
from core.command_requests import (
    CertificateSigned,
    DeleteCertificate,
    InstallCertificate,
    ListCertificates,
    ListEntry,
    RequestLog,
    SendList,
    UpdateFirmware,
)
from core.command_words import CertificateUse, SignedUse
from core.errors import RequestError

USES = {
    CertificateUse.CENTRAL_ROOT: "CentralSystemRootCertificate",
    CertificateUse.MAKER_ROOT: "ManufacturerRootCertificate",
}


def send_list(request: SendList, context: Context) -> Payload:
    """Replace or change the list of tags."""
    return {
        "listVersion": request.version,
        "updateType": UPDATES[request.update],
        **given(localAuthorizationList=[_entry(entry, context) for entry in request.entries] or None),
    }


def _entry(entry: ListEntry, context: Context) -> Payload:
    tag = {"idTag": context.token(entry.tag).id_tag}
    if entry.status is None:
        return tag
    info = given(
        status=LISTED[entry.status],
        expiryDate=when(entry.until_utc),
        parentIdTag=entry.card_group or (context.token(entry.parent_tag).id_tag if entry.parent_tag else ""),
    )
    return {**tag, "idTagInfo": info}


def firmware(request: UpdateFirmware, _context: Context) -> Payload:
    """Load and install firmware that nobody signed."""
    return {
        "location": request.url,
        "retrieveDate": instant(request.retrieve_at_utc),
        **given(retries=request.retries, retryInterval=request.retry_interval_s),
    }


def firmware_signed(request: UpdateFirmware, context: Context) -> Payload:
    """Load and install firmware that its maker signed (whitepaper)."""
    firmware = given(
        location=request.url,
        retrieveDateTime=instant(request.retrieve_at_utc),
        installDateTime=when(request.install_at_utc),
        signingCertificate=request.signing_certificate,
        signature=request.signature,
    )
    tries = given(retries=request.retries, retryInterval=request.retry_interval_s)
    return {"requestId": context.number, "firmware": firmware, **tries}


def diagnostics(request: RequestLog, _context: Context) -> Payload:
    """Ask for diagnostics."""
    return {
        "location": request.url,
        **given(
            retries=request.retries,
            retryInterval=request.retry_interval_s,
            startTime=when(request.from_utc),
            stopTime=when(request.to_utc),
        ),
    }


def log(request: RequestLog, context: Context) -> Payload:
    """Ask for a log (whitepaper)."""
    log = given(
        remoteLocation=request.url,
        oldestTimestamp=when(request.from_utc),
        latestTimestamp=when(request.to_utc),
    )
    tries = given(retries=request.retries, retryInterval=request.retry_interval_s)
    return {"log": log, "logType": wire_word(LOGS, request.kind), "requestId": context.number, **tries}


def install(request: InstallCertificate, _context: Context) -> Payload:
    """Give a root certificate."""
    return {"certificateType": wire_word(USES, request.use), "certificate": request.certificate}


def delete(request: DeleteCertificate, _context: Context) -> Payload:
    """Take a certificate away."""
    return {"certificateHashData": hash_data(request.certificate)}


def certificates(request: ListCertificates, _context: Context) -> Payload:
    """Ask which certificates of one use there are."""
    if len(request.uses) != 1:
        raise RequestError("ocpp.one_at_a_time")
    return {"certificateType": wire_word(USES, request.uses[0])}


def signed(request: CertificateSigned, _context: Context) -> Payload:
    """Give the certificate that was asked for."""
    if request.use is not SignedUse.STATION:
        raise NotInVersionError("ocpp.not_in_version", word=request.use.value.replace("_", " "))
    return {"certificateChain": request.chain}
