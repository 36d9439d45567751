"""OCPP 2.0.1 as a station speaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from ocpp.v201 import call as call201

from core.facts import Protocol
from core.inventory import Station
from demo.calls import FIRMWARE, Call, promised, stamp
from demo.events import Begun, Ended, Ending, Faulted, OutletEvent, Recovered, Sampled
from demo.obedience import Obedient201
from demo.tally import EndedSession

_ENDINGS = {
    Ending.DRIVER: ("StopAuthorized", "Local"),
    Ending.UNPLUGGED: ("EVDeparted", "EVDisconnected"),
    Ending.FAULT: ("AbnormalCondition", "GroundFault"),
    Ending.SHUTDOWN: ("AbnormalCondition", "PowerLoss"),
}
"""Trigger and reason of the last event."""


@dataclass(slots=True)
class _Transaction:
    id: str
    begun_at_utc: datetime
    next_number: int = 0


class Dialect201:
    """OCPP 2.0.1: the station names the transaction and numbers its events; Wh with one decimal."""

    protocol = Protocol.OCPP_201
    subprotocol = "ocpp2.0.1"
    connection: Callable[..., Any] = Obedient201

    def __init__(self, station: Station) -> None:
        self._station = station
        self._transactions: dict[int, _Transaction] = {}

    def boot(self) -> Call:
        """Return BootNotification."""
        charging_station = {
            "model": self._station.model[:20],
            "vendor_name": self._station.maker[:50],
            "serial_number": self._station.id[:25],
            "firmware_version": FIRMWARE,
        }
        payload = call201.BootNotification(charging_station=charging_station, reason="PowerUp")
        return Call(payload=lambda: payload, keep=False)

    def heartbeat(self) -> Call:
        """Return Heartbeat."""
        return Call(payload=call201.Heartbeat, keep=False)

    def available(self, connector: int, at_utc: datetime) -> Call:
        """Return StatusNotification Available."""
        return self._status(connector, at_utc, "Available")

    def calls(self, event: OutletEvent) -> Iterator[Call]:
        """Yield what is said about an event."""
        match event:
            case Begun():
                yield from self._begun(event)
            case Sampled():
                yield self._updated(event)
            case Ended():
                yield from self._ended(event)
            case Faulted():
                yield self._status(event.connector, event.at_utc, "Faulted")
            case Recovered():
                yield self._status(event.connector, event.at_utc, "Available")

    def _begun(self, event: Begun) -> Iterator[Call]:
        transaction = self._transactions[event.visit] = _Transaction(str(uuid4()), event.at_utc)
        token = {"id_token": event.tag_uid, "type": "ISO14443"}
        yield self._status(event.connector, event.at_utc, "Occupied")
        yield Call(payload=lambda: call201.Authorize(id_token=token), keep=False)
        yield self._event(event, transaction, "Started", trigger="Authorized", context="Transaction.Begin", token=token)

    def _updated(self, event: Sampled) -> Call:
        transaction = self._transactions[event.visit]
        return self._event(
            event,
            transaction,
            "Updated",
            trigger="MeterValuePeriodic",
            context="Sample.Periodic",
            power_w=event.power_w,
        )

    def _ended(self, event: Ended) -> Iterator[Call]:
        transaction = self._transactions.pop(event.visit)
        trigger, reason = _ENDINGS[event.ending]
        yield self._event(event, transaction, "Ended", trigger=trigger, context="Transaction.End", reason=reason)
        yield self._status(event.connector, event.at_utc, "Available")

    def _event(
        self,
        event: Begun | Sampled | Ended,
        transaction: _Transaction,
        kind: str,
        *,
        trigger: str,
        context: str,
        power_w: float | None = None,
        token: dict[str, str] | None = None,
        reason: str | None = None,
    ) -> Call:
        register_wh = int(event.register_wh * 10) / 10
        number, transaction.next_number = transaction.next_number, transaction.next_number + 1
        info = {"transaction_id": transaction.id, "charging_state": "EVConnected" if kind == "Ended" else "Charging"}
        if reason:
            info["stopped_reason"] = reason
        payload = call201.TransactionEvent(
            event_type=kind,
            timestamp=stamp(event.at_utc),
            trigger_reason=trigger,
            seq_no=number,
            transaction_info=info,
            meter_value=[{"timestamp": stamp(event.at_utc), "sampled_value": _sampled(register_wh, power_w, context)}],
            evse={"id": event.connector, "connector_id": 1},
            id_token=token,
        )
        ended = EndedSession(event.station, event.connector, transaction.begun_at_utc) if kind == "Ended" else None
        return Call(payload=lambda: payload, promises=promised(event, register_wh, power_w), ends=ended)

    def _status(self, connector: int, at_utc: datetime, status: str) -> Call:
        payload = call201.StatusNotification(
            timestamp=stamp(at_utc), connector_status=status, evse_id=connector, connector_id=1
        )
        return Call(payload=lambda: payload)


def _sampled(register_wh: float, power_w: float | None, context: str) -> list[dict[str, object]]:
    register = {
        "value": register_wh,
        "context": context,
        "measurand": "Energy.Active.Import.Register",
        "location": "Outlet",
        "unit_of_measure": {"unit": "Wh"},
    }
    if power_w is None:
        return [register]
    power = {
        "value": float(round(power_w)),
        "context": context,
        "measurand": "Power.Active.Import",
        "location": "Outlet",
        "unit_of_measure": {"unit": "W"},
    }
    return [register, power]
