"""A station as the field has them: what was not answered is sent again, for ever.

Written on plain websockets from the OCPP-J rules, so that it shares no code with the server.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

SAMPLES = 3


@dataclass(frozen=True)
class Transaction:
    """One finished charging process as the station knows it."""

    begun_at_utc: datetime
    register_start_wh: int
    register_stop_wh: int


@dataclass
class ResendingStation:
    """Charges again and again; keeps the ids of all calls that were answered and all finished transactions."""

    url: str
    name: str
    password: str
    protocol: str
    clock: datetime
    answered: list[str] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    refused: list[Any] = field(default_factory=list)
    _ids: Any = field(default_factory=count)
    _socket: ClientConnection | None = None
    _register_wh: int = 10_000

    async def charge_until(self, stop: asyncio.Event) -> None:
        """Run transactions until `stop`; the last one is finished."""
        await self._call("BootNotification", self._boot())
        while not stop.is_set():
            await (self._charge_16() if self.protocol == "ocpp1.6" else self._charge_201())
        if self._socket is not None:
            await self._socket.close()

    async def charge_once(self) -> None:
        """Run one transaction."""
        await self._call("BootNotification", self._boot())
        await (self._charge_16() if self.protocol == "ocpp1.6" else self._charge_201())
        if self._socket is not None:
            await self._socket.close()

    async def _charge_16(self) -> None:
        begun, start_wh = self._tick(), self._register_wh
        answer = await self._call(
            "StartTransaction",
            {"connectorId": 1, "idTag": "04AA", "meterStart": start_wh, "timestamp": _text(begun)},
        )
        number = answer["transactionId"]
        for _ in range(SAMPLES):
            value = {"timestamp": _text(self._tick()), "sampledValue": [{"value": str(self._register_wh)}]}
            await self._call("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": [value]})
        ended = _text(self._tick())
        stop_wh = self._register_wh
        await self._call("StopTransaction", {"transactionId": number, "meterStop": stop_wh, "timestamp": ended})
        self.transactions.append(Transaction(begun, start_wh, stop_wh))

    async def _charge_201(self) -> None:
        begun, start_wh = self._tick(), self._register_wh
        transaction = f"{self.name}-{start_wh}"
        await self._event("Started", begun, 0, transaction, start_wh)
        for number in range(1, SAMPLES + 1):
            await self._event("Updated", self._tick(), number, transaction, self._register_wh)
        ended = self._tick()
        await self._event("Ended", ended, SAMPLES + 1, transaction, self._register_wh)
        self.transactions.append(Transaction(begun, start_wh, self._register_wh))

    async def _event(self, kind: str, at: datetime, number: int, transaction: str, register_wh: int) -> None:
        sample = {"value": register_wh, "measurand": "Energy.Active.Import.Register"}
        event = {
            "eventType": kind,
            "timestamp": _text(at),
            "triggerReason": {"Started": "Authorized", "Updated": "MeterValuePeriodic", "Ended": "StopAuthorized"}[
                kind
            ],
            "seqNo": number,
            "transactionInfo": {"transactionId": transaction},
            "evse": {"id": 1, "connectorId": 1},
            "meterValue": [{"timestamp": _text(at), "sampledValue": [sample]}],
        }
        await self._call("TransactionEvent", event)

    async def _call(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Return the answer; send again on a new socket until there is one."""
        while True:
            with contextlib.suppress(ConnectionClosed, InvalidHandshake, OSError, TimeoutError, EOFError):
                socket = self._socket or await self._connect()
                unique = f"{self.name}-{next(self._ids)}"
                await socket.send(json.dumps([2, unique, action, payload]))
                async with asyncio.timeout(10):
                    answer = await self._answer(socket, unique)
                if answer[0] == 4:
                    self.refused.append((action, answer))
                self.answered.append(unique)
                return answer[2] if answer[0] == 3 else {}
            self._socket = None
            await asyncio.sleep(0.1)

    async def _answer(self, socket: ClientConnection, unique: str) -> list[Any]:
        while True:
            message = json.loads(await socket.recv())
            if message[0] in (3, 4) and message[1] == unique:
                return message

    async def _connect(self) -> ClientConnection:
        credentials = base64.b64encode(f"{self.name}:{self.password}".encode()).decode()
        self._socket = await connect(
            f"{self.url}/{self.name}",
            subprotocols=[self.protocol],
            additional_headers={"Authorization": f"Basic {credentials}"},
            open_timeout=5,
        )
        return self._socket

    def _tick(self) -> datetime:
        """Let twenty seconds pass at 11 kW."""
        self.clock += timedelta(seconds=20)
        self._register_wh += 61
        return self.clock

    def _boot(self) -> dict[str, Any]:
        if self.protocol == "ocpp1.6":
            return {"chargePointVendor": "Testbau", "chargePointModel": "T1"}
        return {"reason": "PowerUp", "chargingStation": {"vendorName": "Testbau", "model": "T2"}}


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
