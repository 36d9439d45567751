"""What a station says in each OCPP version about the same events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from typing import Protocol as Shape
from uuid import uuid4

from ocpp.v16 import ChargePoint as ChargePoint16
from ocpp.v16 import call as call16
from ocpp.v201 import ChargePoint as ChargePoint201
from ocpp.v201 import call as call201

from core.facts import Protocol
from core.inventory import Station
from core.quantities import Quantity
from demo.events import Begun, Ended, Ending, Faulted, OutletEvent, Recovered, Sampled
from demo.messages import Promise
from demo.tally import EndedSession

FIRMWARE = "1.4.2-demo"
_REASONS_16 = {
    Ending.DRIVER: "Local",
    Ending.UNPLUGGED: "EVDisconnected",
    Ending.FAULT: "Other",
    Ending.SHUTDOWN: "PowerLoss",
}
_ENDINGS_201 = {
    Ending.DRIVER: ("StopAuthorized", "Local"),
    Ending.UNPLUGGED: ("EVDeparted", "EVDisconnected"),
    Ending.FAULT: ("AbnormalCondition", "GroundFault"),
    Ending.SHUTDOWN: ("AbnormalCondition", "PowerLoss"),
}
"""Trigger and reason of the last event."""


def _nothing(_answer: Any) -> None:
    """Take no notice of an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call a station will make; `payload` is built when it is sent, as it may need an earlier answer.

    `keep` says that it waits for the next connection when it could not be answered.
    """

    payload: Callable[[], Any]
    answered: Callable[[Any], None] = _nothing
    keep: bool = True
    promises: tuple[Promise, ...] = ()
    ends: EndedSession | None = None
    unique_id: str = field(default_factory=lambda: str(uuid4()))


class Dialect(Shape):
    """A version's way to say things; holds the transactions' numbers of one station."""

    protocol: Protocol
    subprotocol: str
    connection: Callable[..., Any]

    def boot(self) -> Call:
        """Return the call after switching on."""
        ...

    def heartbeat(self) -> Call:
        """Return the sign of life."""
        ...

    def available(self, connector: int, at_utc: datetime) -> Call:
        """Return the status of a free outlet."""
        ...

    def calls(self, event: OutletEvent) -> Iterator[Call]:
        """Yield what the station says about an event, in order."""
        ...


def dialect_of(protocol: Protocol, station: Station) -> Dialect:
    """Return a station's dialect."""
    return Dialect16(station) if protocol is Protocol.OCPP_16 else Dialect201(station)


class Dialect16:
    """OCPP 1.6J: the central system gives the transaction its number; Wh and W as whole numbers in strings."""

    protocol = Protocol.OCPP_16
    subprotocol = "ocpp1.6"
    connection = ChargePoint16

    def __init__(self, station: Station) -> None:
        self._station = station
        self._transactions: dict[int, int] = {}
        self._begun_at: dict[int, datetime] = {}

    def boot(self) -> Call:
        """Return BootNotification."""
        payload = call16.BootNotification(
            charge_point_model=self._station.model[:20],
            charge_point_vendor=self._station.maker[:20],
            charge_point_serial_number=self._station.id[:25],
            firmware_version=FIRMWARE,
        )
        return Call(payload=lambda: payload, keep=False)

    def heartbeat(self) -> Call:
        """Return Heartbeat."""
        return Call(payload=call16.Heartbeat, keep=False)

    def available(self, connector: int, at_utc: datetime) -> Call:
        """Return StatusNotification Available."""
        return self._status(connector, at_utc, "Available")

    def calls(self, event: OutletEvent) -> Iterator[Call]:
        """Yield what is said about an event."""
        match event:
            case Begun():
                yield from self._begun(event)
            case Sampled():
                yield self._sampled(event)
            case Ended():
                yield from self._ended(event)
            case Faulted():
                yield self._status(event.connector, event.at_utc, "Faulted", "GroundFailure")
            case Recovered():
                yield self._status(event.connector, event.at_utc, "Available")

    def _begun(self, event: Begun) -> Iterator[Call]:
        self._begun_at[event.visit] = event.at_utc
        payload = call16.StartTransaction(
            connector_id=event.connector,
            id_tag=event.tag_uid,
            meter_start=int(event.register_wh),
            timestamp=stamp(event.at_utc),
        )

        def numbered(answer: Any) -> None:
            self._transactions[event.visit] = answer.transaction_id

        yield self._status(event.connector, event.at_utc, "Preparing")
        yield Call(payload=lambda: call16.Authorize(id_tag=event.tag_uid), keep=False)
        yield Call(payload=lambda: payload, answered=numbered)
        yield self._status(event.connector, event.at_utc, "Charging")

    def _sampled(self, event: Sampled) -> Call:
        register_wh = int(event.register_wh)
        sampled = [
            {
                "value": str(register_wh),
                "context": "Sample.Periodic",
                "measurand": "Energy.Active.Import.Register",
                "location": "Outlet",
                "unit": "Wh",
            },
            {
                "value": f"{event.power_w:.0f}",
                "context": "Sample.Periodic",
                "measurand": "Power.Active.Import",
                "location": "Outlet",
                "unit": "W",
            },
        ]

        def payload() -> Any:
            return call16.MeterValues(
                connector_id=event.connector,
                transaction_id=self._transactions.get(event.visit),
                meter_value=[{"timestamp": stamp(event.at_utc), "sampled_value": sampled}],
            )

        return Call(payload=payload, promises=_promised(event, float(register_wh), round(event.power_w)))

    def _ended(self, event: Ended) -> Iterator[Call]:
        begun_at_utc = self._begun_at.pop(event.visit, event.at_utc)

        def payload() -> Any:
            return call16.StopTransaction(
                meter_stop=int(event.register_wh),
                timestamp=stamp(event.at_utc),
                transaction_id=self._transactions.get(event.visit, -1),
                reason=_REASONS_16[event.ending],
                id_tag=event.tag_uid,
            )

        def forget(_answer: Any) -> None:
            self._transactions.pop(event.visit, None)

        ended = EndedSession(event.station, event.connector, begun_at_utc)
        yield Call(payload=payload, answered=forget, ends=ended)
        yield self._status(event.connector, event.at_utc, "Available")

    def _status(self, connector: int, at_utc: datetime, status: str, error_code: str = "NoError") -> Call:
        payload = call16.StatusNotification(
            connector_id=connector, error_code=error_code, status=status, timestamp=stamp(at_utc)
        )
        return Call(payload=lambda: payload)


@dataclass(slots=True)
class _Transaction:
    id: str
    begun_at_utc: datetime
    next_number: int = 0


class Dialect201:
    """OCPP 2.0.1: the station names the transaction and numbers its events; Wh with one decimal."""

    protocol = Protocol.OCPP_201
    subprotocol = "ocpp2.0.1"
    connection = ChargePoint201

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
        trigger, reason = _ENDINGS_201[event.ending]
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
        return Call(payload=lambda: payload, promises=_promised(event, register_wh, power_w), ends=ended)

    def _status(self, connector: int, at_utc: datetime, status: str) -> Call:
        payload = call201.StatusNotification(
            timestamp=stamp(at_utc), connector_status=status, evse_id=connector, connector_id=1
        )
        return Call(payload=lambda: payload)


def stamp(at_utc: datetime) -> str:
    """Return an instant as stations write it, with milliseconds."""
    return f"{at_utc:%Y-%m-%dT%H:%M:%S}.{at_utc.microsecond // 1000:03d}Z"


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


def _promised(event: OutletEvent, register_wh: float, power_w: float | None) -> tuple[Promise, ...]:
    source = f"station:{event.station}/{event.connector}"
    register = Promise(source, Quantity.ENERGY_IMPORT_WH, register_wh, event.at_utc)
    if power_w is None:
        return (register,)
    return (register, Promise(source, Quantity.POWER_W, float(round(power_w)), event.at_utc))
