"""OCPP 2.0.1: what a station may send, understood and answered. An EVSE is our connector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from chargepoints.decoding.common import (
    answer_accepted,
    answer_boot,
    answer_data_transfer,
    answer_heartbeat,
    answer_nothing,
    answer_sign,
    decode_data_transfer,
    decode_heartbeat,
    decode_noted,
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
from chargepoints.decoding.needs import answer_needs, decode_needs, learn_needs
from chargepoints.decoding.numbers import connector_of, count_of
from chargepoints.decoding.progress import FIRMWARE, LOG, PUBLISHED, decode_progress
from chargepoints.decoding.reports import (
    decode_customer,
    decode_events,
    decode_limit,
    decode_limit_cleared,
    decode_messages,
    decode_monitors,
    decode_profiles,
    decode_report,
    decode_reservation,
)
from chargepoints.decoding.routes import Decode, Payload, Route, Routes
from chargepoints.decoding.samples import DEFAULT_MEASURAND, Named, samples_of
from chargepoints.decoding.verdicts import VERDICT_OF, id_token_info
from core.errors import FormatError
from core.facts import ConnectorStatus
from core.texts import Finding

Word = TypeVar("Word")

STATUSES = {
    "Available": ConnectorStatus.AVAILABLE,
    "Occupied": ConnectorStatus.OCCUPIED,
    "Reserved": ConnectorStatus.RESERVED,
    "Unavailable": ConnectorStatus.UNAVAILABLE,
    "Faulted": ConnectorStatus.FAULTED,
}

_NO_UNIT: Payload = {}

_FLOWING = {"Charging": True, "EVConnected": False, "SuspendedEV": False, "SuspendedEVSE": False, "Idle": False}

KINDS = {"Started": EvidenceKind.BEGIN, "Updated": EvidenceKind.SAMPLE, "Ended": EvidenceKind.END}


def _known(words: Mapping[str, Word], word: str, field: str) -> Word:
    """Return what a word means. Raises `FormatError` for one that only a newer edition has."""
    if word not in words:
        raise FormatError("ocpp.field_invalid", field=field, rule="enum")
    return words[word]


def decode_boot(payload: Payload, _arrival: Arrival) -> Decoded:
    """Return what the station says it is."""
    station = payload["chargingStation"]
    return Decoded(
        Booted(
            maker=station["vendorName"],
            model=station["model"],
            firmware=station.get("firmwareVersion", ""),
            serial_number=station.get("serialNumber", ""),
        )
    )


def decode_status(payload: Payload, arrival: Arrival) -> Decoded:
    """Return the state of an EVSE, by the station's own instant."""
    findings: list[Finding] = []
    event = StatusReported(
        connector=connector_of(payload["evseId"]),
        status=_known(STATUSES, payload["connectorStatus"], "connectorStatus"),
        stamp=stamp_of(payload["timestamp"], arrival.received_at_utc, findings),
        plug=connector_of(payload["connectorId"]),
    )
    return Decoded(event, tuple(findings))


def decode_authorize(payload: Payload, _arrival: Arrival) -> Decoded:
    """Return the tag that was shown."""
    certificate = bool(payload.get("certificate") or payload.get("iso15118CertificateHashData"))
    return Decoded(AuthorizeAsked(tag=payload["idToken"]["idToken"], certificate=certificate))


def decode_meter_values(payload: Payload, arrival: Arrival) -> Decoded:
    """Return samples outside of any transaction."""
    findings: list[Finding] = []
    evse = connector_of(payload["evseId"])
    samples = samples_of(payload["meterValue"], _sampled, arrival.received_at_utc, findings, evse)
    return Decoded(Metered(connector=evse, samples=samples), tuple(findings))


def decode_transaction(payload: Payload, arrival: Arrival) -> Decoded:
    """Return what the event says about its transaction; later events may leave out EVSE and tag."""
    findings: list[Finding] = []
    info = payload["transactionInfo"]
    kind = _known(KINDS, payload["eventType"], "eventType")
    token = payload.get("idToken")
    evse = payload.get("evse")
    event = TransactionEvidence(
        kind=kind,
        arrival=arrival,
        transaction=info["transactionId"],
        stamp=stamp_of(payload["timestamp"], arrival.received_at_utc, findings),
        connector=None if evse is None else connector_of(evse["id"]),
        tag=token["idToken"] if token else None,  # empty where nobody need show one (NoAuthorization)
        samples=samples_of(payload.get("meterValue", ()), _sampled, arrival.received_at_utc, findings),
        stop_reason=info.get("stoppedReason", DEFAULT_REASON) if kind is EvidenceKind.END else None,
        sequence=count_of(payload["seqNo"]),
        flowing=_FLOWING.get(info.get("chargingState", "")),
    )
    return Decoded(event, tuple(findings))


def _sampled(value: Payload) -> tuple[object, str | None, Named]:
    get = value.get
    unit = get("unitOfMeasure", _NO_UNIT)
    named = (
        get("measurand", DEFAULT_MEASURAND),
        get("context", "Sample.Periodic"),
        get("location"),
        unit.get("unit"),
        int(unit.get("multiplier", 0)),
    )
    return value["value"], get("phase"), named


def answer_authorize(event: Event, decision: Decision) -> dict[str, Any]:
    """Tell the verdict on the tag; a contract's certificate that came along was not checked."""
    unchecked = isinstance(event, AuthorizeAsked) and event.certificate
    said = {"idTokenInfo": id_token_info(decision)}
    return said | {"certificateStatus": "CertChainError"} if unchecked else said


def answer_transaction(event: Event, decision: Decision) -> dict[str, Any]:
    """Acknowledge, with the verdict on the token where the event has one, and the cost where it is known."""
    shown = isinstance(event, TransactionEvidence) and event.tag is not None
    said = answer_authorize(event, decision) if shown else {}
    return said if decision.cost_eur is None else said | {"totalCost": float(decision.cost_eur)}


def answer_failed(_event: Event, _decision: Decision) -> dict[str, Any]:
    """Say that it cannot be done."""
    return {"status": "Failed"}


def learn_transaction(event: Event, answer: Payload) -> Event:
    """Return the event with the verdict on its tag."""
    if not isinstance(event, TransactionEvidence) or "idTokenInfo" not in answer:
        return event
    return replace(event, verdict=VERDICT_OF[answer["idTokenInfo"]["status"]])


def answer_no_certificate(_event: Event, _decision: Decision) -> dict[str, Any]:
    """Say that there are no contract certificates here."""
    return {"status": "Failed", "exiResponse": ""}


def _told(action: str, decode: Decode) -> Route:
    return Route(f"{action}Request", f"{action}Response", decode, answer_nothing)


_CONTRACTS = "answered Failed: contract certificates (ISO 15118) are no part of Kreiswatt"
_VEHICLES_PLAN = "accepted: stations check a vehicle's own schedule against the limit that they were sent (K15.FR.07)"


def _progress(action: str, what: str) -> Route:
    return Route(f"{action}Request", f"{action}Response", decode_progress(what), answer_nothing)


ROUTES: Routes = {
    "Authorize": Route("AuthorizeRequest", "AuthorizeResponse", decode_authorize, answer_authorize, decides=True),
    "BootNotification": Route(
        "BootNotificationRequest", "BootNotificationResponse", decode_boot, answer_boot, decides=True
    ),
    "ClearedChargingLimit": _told("ClearedChargingLimit", decode_limit_cleared),
    "DataTransfer": Route("DataTransferRequest", "DataTransferResponse", decode_data_transfer, answer_data_transfer),
    "FirmwareStatusNotification": Route(
        "FirmwareStatusNotificationRequest",
        "FirmwareStatusNotificationResponse",
        decode_progress(FIRMWARE),
        answer_nothing,
    ),
    "Get15118EVCertificate": Route(
        "Get15118EVCertificateRequest",
        "Get15118EVCertificateResponse",
        decode_noted,
        answer_no_certificate,
        unused=_CONTRACTS,
    ),
    "GetCertificateStatus": Route(
        "GetCertificateStatusRequest", "GetCertificateStatusResponse", decode_noted, answer_failed, unused=_CONTRACTS
    ),
    "Heartbeat": Route("HeartbeatRequest", "HeartbeatResponse", decode_heartbeat, answer_heartbeat),
    "LogStatusNotification": _progress("LogStatusNotification", LOG),
    "MeterValues": Route("MeterValuesRequest", "MeterValuesResponse", decode_meter_values, answer_nothing),
    "NotifyChargingLimit": _told("NotifyChargingLimit", decode_limit),
    "NotifyCustomerInformation": _told("NotifyCustomerInformation", decode_customer),
    "NotifyDisplayMessages": _told("NotifyDisplayMessages", decode_messages),
    "NotifyEVChargingNeeds": Route(
        "NotifyEVChargingNeedsRequest",
        "NotifyEVChargingNeedsResponse",
        decode_needs,
        answer_needs,
        learn=learn_needs,
        decides=True,
    ),
    "NotifyEVChargingSchedule": Route(
        "NotifyEVChargingScheduleRequest",
        "NotifyEVChargingScheduleResponse",
        decode_noted,
        answer_accepted,
        unused=_VEHICLES_PLAN,
    ),
    "NotifyEvent": _told("NotifyEvent", decode_events),
    "NotifyMonitoringReport": _told("NotifyMonitoringReport", decode_monitors),
    "NotifyReport": _told("NotifyReport", decode_report),
    "PublishFirmwareStatusNotification": Route(
        "PublishFirmwareStatusNotificationRequest",
        "PublishFirmwareStatusNotificationResponse",
        decode_progress(PUBLISHED),
        answer_nothing,
    ),
    "ReportChargingProfiles": _told("ReportChargingProfiles", decode_profiles),
    "ReservationStatusUpdate": _told("ReservationStatusUpdate", decode_reservation),
    "SecurityEventNotification": _told("SecurityEventNotification", decode_security_event),
    "SignCertificate": Route(
        "SignCertificateRequest", "SignCertificateResponse", decode_sign, answer_sign, learn=learn_sign, decides=True
    ),
    "StatusNotification": Route(
        "StatusNotificationRequest", "StatusNotificationResponse", decode_status, answer_nothing
    ),
    "TransactionEvent": Route(
        "TransactionEventRequest",
        "TransactionEventResponse",
        decode_transaction,
        answer_transaction,
        learn=learn_transaction,
        decides=True,
    ),
}
"""Every action that a 2.0.1 station may send."""
