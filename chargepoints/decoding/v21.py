"""OCPP 2.1: what a station may send beyond 2.0.1, understood and answered.

Fields and words of a newer edition than the schemas are accepted (`conformance.conform`).
"""

from __future__ import annotations

from typing import Any

from chargepoints.decoding import v201
from chargepoints.decoding.common import answer_accepted, answer_nothing, answer_rejected, decode_noted, utc_text
from chargepoints.decoding.events import Arrival, Asked, Decision, Decoded, Event
from chargepoints.decoding.routes import Payload, Route, Routes
from core.command_words import HashAlgorithm
from core.errors import FormatError

HASHES = {algorithm.value for algorithm in HashAlgorithm}
SOURCES = {"CRL", "OCSP"}


def decode_asked(payload: Payload, _arrival: Arrival) -> Decoded:
    """Return a question that is repeated in its answer."""
    return Decoded(Asked(payload))


def decode_chain(payload: Payload, _arrival: Arrival) -> Decoded:
    """Return a question about certificates. Raises `FormatError` for words that our answer could not repeat."""
    for item in payload["certificateStatusRequests"]:
        if item["certificateHashData"]["hashAlgorithm"] not in HASHES or item["source"] not in SOURCES:
            raise FormatError("ocpp.field_invalid", field="certificateStatusRequests", rule="enum")
    return Decoded(Asked(payload))


def answer_chain_status(event: Event, decision: Decision) -> dict[str, Any]:
    """Say of each certificate that its state was not found out: nobody asks OCSP responders here."""
    asked = event.payload["certificateStatusRequests"] if isinstance(event, Asked) else ()
    unknown = [
        {
            "certificateHashData": item["certificateHashData"],
            "source": item["source"],
            "status": "Failed",
            "nextUpdate": utc_text(decision),
        }
        for item in asked
    ]
    return {"certificateStatus": unknown}


def answer_vat_number(event: Event, _decision: Decision) -> dict[str, Any]:
    """Say that VAT numbers are not checked here: nobody pays at the station."""
    asked = event.payload if isinstance(event, Asked) else {}
    place = {"evseId": asked["evseId"]} if "evseId" in asked else {}
    return {"status": "Rejected", "vatNumber": asked.get("vatNumber", ""), **place}


def _noted(action: str, why: str) -> Route:
    return Route(f"{action}Request", f"{action}Response", decode_noted, answer_nothing, unused=why)


_DER = "feeding in from vehicles is no part of Kreiswatt"
_STREAMS = "accepted; the values stay in the journal, for MeterValues and NotifyEvent bring them too"
_PAYMENT = "nobody pays at the station"


ROUTES: Routes = {
    **v201.ROUTES,
    "BatterySwap": _noted("BatterySwap", "there are no stations that swap batteries"),
    "ClosePeriodicEventStream": _noted("ClosePeriodicEventStream", _STREAMS),
    "GetCertificateChainStatus": Route(
        "GetCertificateChainStatusRequest",
        "GetCertificateChainStatusResponse",
        decode_chain,
        answer_chain_status,
        unused="answered Failed: nobody asks OCSP responders here",
    ),
    "NotifyDERAlarm": _noted("NotifyDERAlarm", _DER),
    "NotifyDERStartStop": _noted("NotifyDERStartStop", _DER),
    "NotifyPeriodicEventStream": Route("NotifyPeriodicEventStream", "", decode_noted, answer_nothing, unused=_STREAMS),
    "NotifyPriorityCharging": _noted("NotifyPriorityCharging", "no session goes before another"),
    "NotifySettlement": _noted("NotifySettlement", _PAYMENT),
    "OpenPeriodicEventStream": Route(
        "OpenPeriodicEventStreamRequest",
        "OpenPeriodicEventStreamResponse",
        decode_noted,
        answer_accepted,
        unused=_STREAMS,
    ),
    "PullDynamicScheduleUpdate": Route(
        "PullDynamicScheduleUpdateRequest",
        "PullDynamicScheduleUpdateResponse",
        decode_noted,
        answer_rejected,
        unused="answered Rejected: limits change by a new charging profile",
    ),
    "ReportDERControl": _noted("ReportDERControl", _DER),
    "VatNumberValidation": Route(
        "VatNumberValidationRequest", "VatNumberValidationResponse", decode_asked, answer_vat_number, unused=_PAYMENT
    ),
}
"""Every action that a 2.1 station may send. NotifyPeriodicEventStream comes as SEND and has no answer."""
