"""OCPP 1.6J (with the security whitepaper): what a station may send, understood and answered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chargepoints.decoding.common import (
    answer_boot,
    answer_data_transfer,
    answer_heartbeat,
    answer_nothing,
    answer_sign,
    decode_data_transfer,
    decode_heartbeat,
    decode_security_event,
    decode_sign,
    learn_sign,
)
from chargepoints.decoding.events import (
    DEFAULT_REASON,
    Arrival,
    AuthorizeAsked,
    Booted,
    Decision,
    Decoded,
    Event,
    EvidenceKind,
    Metered,
    StatusReported,
    TransactionEvidence,
)
from chargepoints.decoding.instants import stamp_of
from chargepoints.decoding.numbers import connector_of, register_of, transaction_of
from chargepoints.decoding.progress import FIRMWARE, LOG, decode_progress
from chargepoints.decoding.routes import Payload, Route, Routes
from chargepoints.decoding.samples import DEFAULT_MEASURAND, Named, samples_of
from chargepoints.decoding.verdicts import VERDICT_OF, id_tag_info
from core.facts import ConnectorStatus, TagVerdict
from core.texts import Finding

_PERIODIC = "Sample.Periodic"

STATUSES = {
    "Available": ConnectorStatus.AVAILABLE,
    "Preparing": ConnectorStatus.PREPARING,
    "Charging": ConnectorStatus.CHARGING,
    "SuspendedEV": ConnectorStatus.SUSPENDED_EV,
    "SuspendedEVSE": ConnectorStatus.SUSPENDED_EVSE,
    "Finishing": ConnectorStatus.FINISHING,
    "Reserved": ConnectorStatus.RESERVED,
    "Unavailable": ConnectorStatus.UNAVAILABLE,
    "Faulted": ConnectorStatus.FAULTED,
}


def decode_boot(payload: Payload, _arrival: Arrival) -> Decoded:
    """Return what the station says it is; the box's serial number where the point has none."""
    return Decoded(
        Booted(
            maker=payload["chargePointVendor"],
            model=payload["chargePointModel"],
            firmware=payload.get("firmwareVersion", ""),
            serial_number=payload.get("chargePointSerialNumber") or payload.get("chargeBoxSerialNumber", ""),
        )
    )


def decode_status(payload: Payload, arrival: Arrival) -> Decoded:
    """Return the state of an outlet, by the station's own instant where it gives one."""
    findings: list[Finding] = []
    error_code = payload["errorCode"]
    event = StatusReported(
        connector=connector_of(payload["connectorId"]),
        status=STATUSES[payload["status"]],
        stamp=stamp_of(payload.get("timestamp"), arrival.received_at_utc, findings),
        error_code="" if error_code == "NoError" else error_code,
        info=payload.get("info", ""),
    )
    return Decoded(event, tuple(findings))


def decode_authorize(payload: Payload, _arrival: Arrival) -> Decoded:
    """Return the tag that was shown."""
    return Decoded(AuthorizeAsked(tag=payload["idTag"]))


def decode_start(payload: Payload, arrival: Arrival) -> Decoded:
    """Return the begin of a transaction that has no number yet; a resent start has the same natural key."""
    findings: list[Finding] = []
    connector, tag, said_wh = connector_of(payload["connectorId"]), payload["idTag"], payload["meterStart"]
    stamp = stamp_of(payload["timestamp"], arrival.received_at_utc, findings)
    event = TransactionEvidence(
        kind=EvidenceKind.BEGIN,
        arrival=arrival,
        transaction="",
        natural_key=f"{connector}|{tag}|{stamp.identity}|{said_wh:.0f}",
        stamp=stamp,
        connector=connector,
        tag=tag or None,
        register_wh=register_of(said_wh, "meterStart", findings),
    )
    return Decoded(event, tuple(findings))


def decode_stop(payload: Payload, arrival: Arrival) -> Decoded:
    """Return the end of a transaction, with the values that came along."""
    findings: list[Finding] = []
    event = TransactionEvidence(
        kind=EvidenceKind.END,
        arrival=arrival,
        transaction=str(transaction_of(payload["transactionId"])),
        stamp=stamp_of(payload["timestamp"], arrival.received_at_utc, findings),
        tag=payload.get("idTag") or None,
        register_wh=register_of(payload["meterStop"], "meterStop", findings),
        samples=samples_of(payload.get("transactionData", ()), _sampled, arrival.received_at_utc, findings),
        stop_reason=payload.get("reason", DEFAULT_REASON),
    )
    return Decoded(event, tuple(findings))


def decode_meter_values(payload: Payload, arrival: Arrival) -> Decoded:
    """Return samples, of a transaction where its number is one: some stations send 0 or -1 outside of any."""
    findings: list[Finding] = []
    connector, number = connector_of(payload["connectorId"]), transaction_of(payload.get("transactionId", 0))
    samples = samples_of(payload["meterValue"], _sampled, arrival.received_at_utc, findings, connector)
    if not number or not samples:
        return Decoded(Metered(connector=connector, samples=samples), tuple(findings))
    event = TransactionEvidence(
        kind=EvidenceKind.SAMPLE,
        arrival=arrival,
        transaction=str(number),
        stamp=samples[0].stamp,
        connector=connector,
        samples=samples,
    )
    return Decoded(event, tuple(findings))


def _sampled(value: Payload) -> tuple[object, str | None, Named]:
    get = value.get
    measurand = "SignedData" if get("format") == "SignedData" else get("measurand", DEFAULT_MEASURAND)
    return value["value"], get("phase"), (measurand, get("context", _PERIODIC), get("location"), get("unit"), 0)


def answer_authorize(_event: Event, decision: Decision) -> dict[str, Any]:
    """Tell the verdict on the tag."""
    return {"idTagInfo": id_tag_info(decision)}


def answer_start(event: Event, decision: Decision) -> dict[str, Any]:
    """Give the transaction its number, whatever the verdict on the tag."""
    return {"transactionId": decision.number, **answer_authorize(event, decision)}


def answer_stop(event: Event, decision: Decision) -> dict[str, Any]:
    """Acknowledge, with the verdict on the tag where one was shown."""
    shown = isinstance(event, TransactionEvidence) and event.tag
    return answer_authorize(event, decision) if shown else {}


def learn_start(event: Event, answer: Payload) -> Event:
    """Return the begin with its number and the verdict on its tag."""
    if not isinstance(event, TransactionEvidence):
        return event
    verdict = VERDICT_OF[answer["idTagInfo"]["status"]] if event.tag else TagVerdict.NONE
    return replace(event, transaction=str(answer["transactionId"]), verdict=verdict)


def _progress(action: str, what: str) -> Route:
    return Route(action, f"{action}Response", decode_progress(what), answer_nothing)


ROUTES: Routes = {
    "Authorize": Route("Authorize", "AuthorizeResponse", decode_authorize, answer_authorize, decides=True),
    "BootNotification": Route("BootNotification", "BootNotificationResponse", decode_boot, answer_boot, decides=True),
    "DataTransfer": Route("DataTransfer", "DataTransferResponse", decode_data_transfer, answer_data_transfer),
    "DiagnosticsStatusNotification": _progress("DiagnosticsStatusNotification", LOG),
    "FirmwareStatusNotification": _progress("FirmwareStatusNotification", FIRMWARE),
    "Heartbeat": Route("Heartbeat", "HeartbeatResponse", decode_heartbeat, answer_heartbeat),
    "LogStatusNotification": _progress("LogStatusNotification", LOG),
    "MeterValues": Route("MeterValues", "MeterValuesResponse", decode_meter_values, answer_nothing),
    "SecurityEventNotification": Route(
        "SecurityEventNotification", "SecurityEventNotificationResponse", decode_security_event, answer_nothing
    ),
    "SignCertificate": Route(
        "SignCertificate", "SignCertificateResponse", decode_sign, answer_sign, learn=learn_sign, decides=True
    ),
    "SignedFirmwareStatusNotification": Route(
        "SignedFirmwareStatusNotification",
        "SignedFirmwareStatusNotificationResponse",
        decode_progress(FIRMWARE),
        answer_nothing,
    ),
    "StartTransaction": Route(
        "StartTransaction", "StartTransactionResponse", decode_start, answer_start, learn=learn_start, decides=True
    ),
    "StatusNotification": Route("StatusNotification", "StatusNotificationResponse", decode_status, answer_nothing),
    "StopTransaction": Route("StopTransaction", "StopTransactionResponse", decode_stop, answer_stop, decides=True),
}
"""Every action that a 1.6 station may send."""
