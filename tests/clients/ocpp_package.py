"""A station on the `ocpp` package of Python: its dataclasses and schemas judge every call and every answer of ours."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import ocpp.v16
import ocpp.v16.call
import ocpp.v16.call_result
import ocpp.v201
import ocpp.v201.call
import ocpp.v201.call_result
from ocpp.charge_point import camel_to_snake_case, snake_to_camel_case
from ocpp.routing import after, on
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.clients.told import FOLDER, Told

PACKAGES: dict[str, Any] = {"ocpp1.6": ocpp.v16, "ocpp2.0.1": ocpp.v201}
ANSWERS: dict[str, dict[str, Any]] = json.loads((FOLDER / "answers.json").read_text())
CARD, STRANGER = "04A2B3C4D5", "04FFFFFFFF"
START_WH, STEP_WH = 12_000, 200


@asynccontextmanager
async def python_station(url: str, name: str, password: str, version: str) -> AsyncIterator[Told]:
    """Run a station of the package while inside."""
    header = {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}
    told = Told()
    async with connect(f"{url}/{name}", subprotocols=[version], additional_headers=header) as socket:  # type: ignore[list-item]
        living = asyncio.create_task(_live(socket, name, version, told))
        try:
            yield told
        finally:
            await socket.close()
            await living


async def _live(socket: ClientConnection, name: str, version: str, told: Told) -> None:
    station = {"ocpp1.6": Station16, "ocpp2.0.1": Station201}[version](socket, name, version, told)
    listening = asyncio.create_task(station.listen())
    told.news.put_nowait({"connected": socket.subprotocol})
    try:
        await station.boot()
        await station.charge(CARD)
        told.news.put_nowait({"ready": True})
    finally:
        await listening
        told.news.put_nowait(None)


class _Station:
    """What both versions have in common."""

    def __init__(self, socket: ClientConnection, name: str, version: str, told: Told) -> None:
        self._answers, self._told, self._version = ANSWERS[version], told, PACKAGES[version]
        handlers = {f"on_{action}": _handler(self, action) for action in self._answers}
        handlers |= {f"after_{action}": _follower(self, action) for action in self._answers}
        stack = type("Stack", (self._version.ChargePoint,), handlers)
        self.stack = stack(name, socket)
        self._socket = socket
        self._register, self._now = START_WH, datetime.now(UTC) - timedelta(hours=1)  # noqa: TID251
        self.transaction: Any = 0
        self.obeying = asyncio.Lock()

    async def listen(self) -> None:
        with suppress(ConnectionClosed):
            await self.stack.start()

    async def boot(self) -> None:
        raise AssertionError

    async def begin(self, card: str, **start: Any) -> None:
        raise AssertionError((card, start))

    async def measure(self) -> None:
        raise AssertionError

    async def end(self, reason: str) -> None:
        raise AssertionError(reason)

    async def obey(self, action: str, payload: dict[str, Any]) -> None:
        if action == "Reset":
            await self._socket.close()
        if action == "TriggerMessage":
            await self.call("Heartbeat", {})
        del payload

    async def charge(self, card: str) -> None:
        await self.begin(card)
        await self.measure()
        await self.end("Local")

    async def started_from_afar(self, card: str, **start: Any) -> None:
        await self.begin(card, **start)
        await self.measure()
        self._told.news.put_nowait({"charging": self.transaction})

    async def stopped_from_afar(self) -> None:
        await self.end("Remote")
        self._told.news.put_nowait({"stopped": self.transaction})

    async def call(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        request = getattr(self._version.call, action)(**camel_to_snake_case(payload))
        said = await self.stack.call(request, suppress=False)
        answer: dict[str, Any] = snake_to_camel_case(_plain(said))
        self._told.news.put_nowait({"called": action, "payload": payload, "answer": answer})
        return answer

    def answer(self, action: str, payload: dict[str, Any]) -> Any:
        self._told.news.put_nowait({"asked": action, "payload": snake_to_camel_case(payload)})
        return getattr(self._version.call_result, action)(**camel_to_snake_case(self._answers[action]))

    def tick(self) -> str:
        self._now += timedelta(minutes=1)
        self._register += STEP_WH
        return self._now.isoformat(timespec="seconds")


class Station16(_Station):
    async def boot(self) -> None:
        await self.call("BootNotification", {"chargePointVendor": "Fremd", "chargePointModel": "Eins"})
        for number in (0, 1):
            await self.call(
                "StatusNotification", {"connectorId": number, "errorCode": "NoError", "status": "Available"}
            )
        await self.call("Authorize", {"idTag": STRANGER})
        await self.call("Authorize", {"idTag": CARD})
        await self.call("Heartbeat", {})

    async def begin(self, card: str, **start: Any) -> None:
        assert not start
        at = self.tick()
        begun = {"connectorId": 1, "idTag": card, "meterStart": self._register, "timestamp": at}
        self.transaction = (await self.call("StartTransaction", begun))["transactionId"]

    async def measure(self) -> None:
        value = {"timestamp": self.tick(), "sampledValue": [{"value": str(self._register), "unit": "Wh"}]}
        await self.call("MeterValues", {"connectorId": 1, "transactionId": self.transaction, "meterValue": [value]})

    async def end(self, reason: str) -> None:
        at = self.tick()
        stopped = {"transactionId": self.transaction, "meterStop": self._register, "timestamp": at, "reason": reason}
        await self.call("StopTransaction", stopped)

    async def obey(self, action: str, payload: dict[str, Any]) -> None:
        await super().obey(action, payload)
        if action == "RemoteStartTransaction":
            await self.started_from_afar(payload["id_tag"])
        if action == "RemoteStopTransaction":
            await self.stopped_from_afar()


class Station201(_Station):
    number = 0
    count = 0

    async def boot(self) -> None:
        about = {"vendorName": "Fremd", "model": "Zwei"}
        await self.call("BootNotification", {"reason": "PowerUp", "chargingStation": about})
        status = {"timestamp": self.tick(), "connectorStatus": "Available", "evseId": 1, "connectorId": 1}
        await self.call("StatusNotification", status)
        for card in (STRANGER, CARD):
            await self.call("Authorize", {"idToken": {"idToken": card, "type": "ISO14443"}})
        await self.call("Heartbeat", {})

    async def begin(self, card: str, **start: Any) -> None:
        self.count += 1
        self.transaction, self.number = f"fremd-{self.count}", 0
        why = "RemoteStart" if start else "Authorized"
        await self._event("Started", why, {"idToken": {"idToken": card, "type": "ISO14443"}}, start)

    async def measure(self) -> None:
        await self._event("Updated", "MeterValuePeriodic", {}, {"chargingState": "Charging"})

    async def end(self, reason: str) -> None:
        why = "RemoteStop" if reason == "Remote" else "StopAuthorized"
        await self._event("Ended", why, {}, {"stoppedReason": reason})

    async def obey(self, action: str, payload: dict[str, Any]) -> None:
        await super().obey(action, payload)
        if action == "RequestStartTransaction":
            await self.started_from_afar(payload["id_token"]["id_token"], remoteStartId=payload["remote_start_id"])
        if action == "RequestStopTransaction":
            await self.stopped_from_afar()
        if action == "GetBaseReport":
            clock = {"component": {"name": "ClockCtrlr"}, "variable": {"name": "DateTime"}, "variableAttribute": [{}]}
            part = {"requestId": payload["request_id"], "generatedAt": self.tick(), "seqNo": 0, "reportData": [clock]}
            await self.call("NotifyReport", part)
            self._told.news.put_nowait({"reported": payload["request_id"]})

    async def _event(self, kind: str, why: str, more: dict[str, Any], info: dict[str, Any]) -> None:
        at = self.tick()
        sample = {"value": self._register, "measurand": "Energy.Active.Import.Register"}
        event = {
            "eventType": kind,
            "timestamp": at,
            "triggerReason": why,
            "seqNo": self.number,
            "transactionInfo": {"transactionId": self.transaction, **info},
            "evse": {"id": 1, "connectorId": 1},
            "meterValue": [{"timestamp": at, "sampledValue": [sample]}],
            **more,
        }
        self.number += 1
        await self.call("TransactionEvent", event)


def _handler(station: _Station, action: str) -> Callable[..., Any]:
    def handle(_stack: Any, **payload: Any) -> Any:
        return station.answer(action, payload)

    handle.__name__ = f"on_{action}"  # the package finds handlers by the names of their functions
    return on(action)(handle)  # type: ignore[no-any-return]


def _follower(station: _Station, action: str) -> Callable[..., Any]:
    async def follow(_stack: Any, **payload: Any) -> None:
        async with station.obeying:  # the reset at the end waits for what was asked before
            await station.obey(action, payload)

    follow.__name__ = f"after_{action}"
    return after(action)(follow)  # type: ignore[no-any-return]


def _plain(said: Any) -> dict[str, Any]:
    """Return an answer as a dictionary without what it does not say."""
    return {key: value for key, value in vars(said).items() if value is not None}
