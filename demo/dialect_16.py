"""OCPP 1.6J as a station speaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from ocpp.v16 import call as call16

from core.facts import Protocol
from core.inventory import Station
from demo.calls import FIRMWARE, Call, promised, stamp
from demo.events import Begun, Ended, Ending, Faulted, OutletEvent, Recovered, Sampled
from demo.obedience import Obedient16
from demo.tally import EndedSession

_REASONS = {
    Ending.DRIVER: "Local",
    Ending.UNPLUGGED: "EVDisconnected",
    Ending.FAULT: "Other",
    Ending.SHUTDOWN: "PowerLoss",
}


class Dialect16:
    """OCPP 1.6J: the central system gives the transaction its number; Wh and W as whole numbers in strings."""

    protocol = Protocol.OCPP_16
    subprotocol = "ocpp1.6"
    connection: Callable[..., Any] = Obedient16

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

        return Call(payload=payload, promises=promised(event, float(register_wh), round(event.power_w)))

    def _ended(self, event: Ended) -> Iterator[Call]:
        begun_at_utc = self._begun_at.pop(event.visit, event.at_utc)

        def payload() -> Any:
            return call16.StopTransaction(
                meter_stop=int(event.register_wh),
                timestamp=stamp(event.at_utc),
                transaction_id=self._transactions.get(event.visit, -1),
                reason=_REASONS[event.ending],
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
