"""What OCPP 1.6 and 2.0.1 say alike: heartbeats, makers' own messages, plain acknowledgements."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chargepoints.decoding.events import (
    Arrival,
    CertificateAsked,
    DataTransferred,
    Decision,
    Decoded,
    Event,
    HeartbeatSeen,
    Noted,
    SecurityNoticed,
)
from chargepoints.decoding.instants import stamp_of
from chargepoints.decoding.routes import Payload
from core.inventory import Admission
from core.texts import Finding

_FOR_STATION, _ACCEPTED = "ChargingStationCertificate", "Accepted"
_REGISTERED = {
    Admission.ACCEPTED: "Accepted",
    Admission.PENDING: "Pending",
    Admission.REJECTED: "Rejected",
}
_AGAIN_AFTER_S = 60
"""When a station that was not accepted may boot again: soon enough for whoever waits beside it."""

_HEARTBEAT = Decoded(HeartbeatSeen())
_NOTED = Decoded(Noted())


def decode_data_transfer(payload: Payload, _arrival: Arrival) -> Decoded:
    """Return whose own message it is."""
    return Decoded(DataTransferred(vendor=payload["vendorId"], message=payload.get("messageId", "")))


def decode_heartbeat(_payload: Payload, _arrival: Arrival) -> Decoded:
    """Return that the station lives."""
    return _HEARTBEAT


def decode_security_event(payload: Payload, arrival: Arrival) -> Decoded:
    """Return the security event, by the station's own instant."""
    findings: list[Finding] = []
    event = SecurityNoticed(
        type=payload["type"],
        stamp=stamp_of(payload["timestamp"], arrival.received_at_utc, findings),
        info=payload.get("techInfo", ""),
    )
    return Decoded(event, tuple(findings))


def decode_sign(payload: Payload, _arrival: Arrival) -> Decoded:
    """Return the request for a certificate."""
    return Decoded(
        CertificateAsked(
            request=payload["csr"],
            number=payload.get("requestId"),
            for_station=payload.get("certificateType", _FOR_STATION) == _FOR_STATION,
        )
    )


def answer_sign(_event: Event, decision: Decision) -> dict[str, Any]:
    """Say whether the certificate will be sent."""
    return {"status": _ACCEPTED if decision.signs else "Rejected"}


def learn_sign(event: Event, answer: Payload) -> Event:
    """Return the request with our answer."""
    return replace(event, accepted=answer.get("status") == _ACCEPTED) if isinstance(event, CertificateAsked) else event


def decode_noted(_payload: Payload, _arrival: Arrival) -> Decoded:
    """Return that nothing but the journal needs the message."""
    return _NOTED


def utc_text(decision: Decision) -> str:
    """Return the time as OCPP writes it, e.g. 2026-11-22T10:00:00.000Z."""
    return decision.now_utc.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def answer_boot(_event: Event, decision: Decision) -> dict[str, Any]:
    """Accept, or say when to ask again; unknown stations never come this far."""
    accepted = decision.admission is Admission.ACCEPTED
    interval_s = decision.heartbeat_interval_s if accepted else _AGAIN_AFTER_S
    return {"status": _REGISTERED[decision.admission], "currentTime": utc_text(decision), "interval": interval_s}


def answer_heartbeat(_event: Event, decision: Decision) -> dict[str, Any]:
    """Tell the time."""
    return {"currentTime": utc_text(decision)}


def answer_nothing(_event: Event, _decision: Decision) -> dict[str, Any]:
    """Acknowledge."""
    return {}


def answer_data_transfer(_event: Event, _decision: Decision) -> dict[str, Any]:
    """Say that no maker's own messages are spoken here."""
    return {"status": "UnknownVendorId"}


def answer_accepted(_event: Event, _decision: Decision) -> dict[str, Any]:
    """Accept."""
    return {"status": "Accepted"}


def answer_rejected(_event: Event, _decision: Decision) -> dict[str, Any]:
    """Refuse."""
    return {"status": "Rejected"}
