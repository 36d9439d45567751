"""OCPP 2.x: what a station reports because it was asked to, and what it notices by itself.

Several messages may bring one report; the station's count of them may begin at 1, and only `tbc`
(to be continued) says whether more comes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from chargepoints.decoding.events import (
    Arrival,
    Decoded,
    Happening,
    HappeningsReported,
    OtherLimit,
    Reported,
    ReservationEnded,
)
from chargepoints.decoding.instants import stamp_of
from chargepoints.decoding.numbers import connector_of, count_of
from chargepoints.decoding.routes import Payload
from core.texts import Finding
from core.variable_names import VariableName

_SHOWN = 500


def _parts(action: str, items: Callable[[Payload], Iterable[Any]]) -> Callable[[Payload, Arrival], Decoded]:
    def decode(payload: Payload, _arrival: Arrival) -> Decoded:
        part = payload.get("seqNo")
        event = Reported(
            action=action,
            request=int(payload["requestId"]),
            items=tuple(items(payload)),
            part=None if part is None else count_of(part),
            last=not payload.get("tbc", False),
        )
        return Decoded(event)

    return decode


def _profiles(payload: Payload) -> Iterable[Any]:
    of_all = {"evseId": payload["evseId"], "chargingLimitSource": payload["chargingLimitSource"]}
    return [{**of_all, **profile} for profile in payload["chargingProfile"]]


decode_report = _parts("NotifyReport", lambda payload: payload.get("reportData", ()))
decode_monitors = _parts("NotifyMonitoringReport", lambda payload: payload.get("monitor", ()))
decode_customer = _parts("NotifyCustomerInformation", lambda payload: [{"data": payload["data"]}])
decode_messages = _parts("NotifyDisplayMessages", lambda payload: payload.get("messageInfo", ()))
decode_profiles = _parts("ReportChargingProfiles", _profiles)


def decode_events(payload: Payload, arrival: Arrival) -> Decoded:
    """Return what a station's monitors noticed."""
    findings: list[Finding] = []
    happenings = tuple(_happening(item, arrival, findings) for item in payload["eventData"])
    return Decoded(HappeningsReported(happenings=happenings), tuple(findings))


def _happening(item: Payload, arrival: Arrival, findings: list[Finding]) -> Happening:
    component, variable = item["component"], item["variable"]
    evse = component.get("evse", {})
    name = VariableName(
        component["name"],
        variable["name"],
        component.get("instance", ""),
        variable.get("instance", ""),
        evse=evse.get("id"),
        connector=evse.get("connectorId"),
    )
    return Happening(
        name=str(name),
        value=item["actualValue"][:_SHOWN],
        trigger=item["trigger"],
        stamp=stamp_of(item["timestamp"], arrival.received_at_utc, findings),
        connector=connector_of(evse.get("id", 0)),
        cleared=bool(item.get("cleared", False)),
        info=" ".join(filter(None, (item.get("techCode"), item.get("techInfo"))))[:_SHOWN],
    )


def decode_reservation(payload: Payload, _arrival: Arrival) -> Decoded:
    """Return that a reservation is over."""
    number = int(payload["reservationId"])
    return Decoded(ReservationEnded(number=number, expired=payload["reservationUpdateStatus"] == "Expired"))


def decode_limit(payload: Payload, _arrival: Arrival) -> Decoded:
    """Return that somebody else limits the station."""
    limit = payload["chargingLimit"]
    event = OtherLimit(
        source=limit["chargingLimitSource"],
        cleared=False,
        connector=connector_of(payload.get("evseId", 0)),
        critical=bool(limit.get("isGridCritical", False)),
    )
    return Decoded(event)


def decode_limit_cleared(payload: Payload, _arrival: Arrival) -> Decoded:
    """Return that somebody else's limit is gone."""
    connector = connector_of(payload.get("evseId", 0))
    return Decoded(OtherLimit(source=payload["chargingLimitSource"], cleared=True, connector=connector))
