"""Charge points that can be configured: each keeps its settings, restarts, and has the habits of its make."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

Payload = dict[str, Any]
OLD: dict[str, str] = {
    "HeartbeatInterval": "900",
    "MeterValueSampleInterval": "60",
    "ClockAlignedDataInterval": "0",
    "ConnectionTimeOut": "60",
    "LocalAuthListEnabled": "false",
}
"""What stations of 1.6 have at first."""
OLD_2: dict[str, str] = {
    "OCPPCommCtrlr/HeartbeatInterval": "900",
    "SampledDataCtrlr/TxUpdatedInterval": "60",
    "AlignedDataCtrlr/Interval": "0",
    "TxCtrlr/EVConnectionTimeOut": "60",
    "LocalAuthListCtrlr/Enabled": "false",
}
"""The same for 2.x."""


PRIORITY, PROFILE = "OCPPCommCtrlr/NetworkConfigurationPriority", "SecurityCtrlr/SecurityProfile"


@dataclass(eq=False)
class ParkStation:
    """One station. Keys are compared without case, as OCPP says.

    `needs_restart` keys take effect at a restart only; of `refused` ones none is changed, of `forgotten` ones neither,
    though it says Accepted. A `mute` one answers no call.
    It lists at most `lists` settings of its own accord. Its report comes in `parts`, the last
    ones first.
    """

    url: str
    name: str
    maker: str = "Kranichwerk"
    version: str = "ocpp1.6"
    settings: dict[str, str] = field(default_factory=dict)
    needs_restart: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    forgotten: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    lists: int = 1_000
    parts: int = 1
    shouts: bool = False
    mute: bool = False
    takes_s: float = 0.005
    restarts: int = 0
    under_way: int = 0
    most_under_way: int = 0
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    up: asyncio.Event = field(default_factory=asyncio.Event)
    networks: dict[int, Payload] = field(default_factory=dict)
    """The network profiles of 2.x by their slots; the first that it has by its priority counts from a restart on."""

    _waits: dict[str, str] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: count(1))
    _socket: ClientConnection | None = None
    _later: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def is_16(self) -> bool:
        return self.version == "ocpp1.6"

    async def run(self) -> None:
        """Be there, and come back after each restart, until `stopped`."""
        while not self.stopped.is_set():
            with suppress(ConnectionClosed, OSError):
                async with connect(
                    f"{self.url}/{self.name}", subprotocols=[self.version], ping_interval=None
                ) as socket:  # type: ignore[list-item]
                    self._socket = socket
                    await self._boot()
                    async for frame in socket:
                        await self._hear(json.loads(frame))
            self._socket = None
            self.up.clear()
            await asyncio.sleep(0.02)

    async def leave(self) -> None:
        """Be gone for good."""
        self.stopped.set()
        if self._socket is not None:
            await self._socket.close()

    async def _boot(self) -> None:
        self.settings.update(self._waits)
        self._waits.clear()
        first = self.settings.get(PRIORITY, "").split(",")[0]
        if first.isdigit() and int(first) in self.networks:
            self.settings[PROFILE] = str(self.networks[int(first)]["securityProfile"])
        said: Payload = {"chargePointVendor": self.maker, "chargePointModel": "Eins", "firmwareVersion": "1.0"}
        if not self.is_16:
            station = {"vendorName": self.maker, "model": "Zwei", "firmwareVersion": "1.0"}
            said = {"reason": "PowerUp", "chargingStation": station}
        await self._say([2, f"b{next(self._ids)}", "BootNotification", said])

    async def _hear(self, message: Sequence[Any]) -> None:
        if message[0] == 3 and "interval" in message[2]:
            self.up.set()
        if message[0] != 2:
            return
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        self._then(self._answer(*message[1:]))

    async def _answer(self, id_: str, action: str, payload: Payload) -> None:
        """Answer after a while, in which another message would be noticed."""
        await asyncio.sleep(self.takes_s)
        if self.mute:
            self.under_way -= 1
            await self._say([4, id_, "NotImplemented", "", {}])
            return
        answer = getattr(self, f"_{action}")(payload)
        self.under_way -= 1
        await self._say([3, id_, answer])
        if action == "GetBaseReport":
            self._then(self._report(payload["requestId"]))
        if action == "Reset":
            self.restarts += 1
            assert self._socket is not None
            self._then(self._socket.close())

    def _then(self, doing: Any) -> None:
        task = asyncio.ensure_future(doing)
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def _say(self, message: Sequence[Any]) -> None:
        assert self._socket is not None
        await self._socket.send(json.dumps(message))

    def _key(self, key: str) -> str | None:
        return next((each for each in self.settings if each.casefold() == key.casefold()), None)

    def _shown(self, key: str) -> str:
        return key.upper() if self.shouts else key

    def _set(self, key: str, value: str) -> str:
        known = self._key(key)
        if known is None:
            return "NotSupported" if self.is_16 else "UnknownVariable"
        if known in self.refused or known in self.read_only:
            return "Rejected"
        if known in self.forgotten:
            return "Accepted"
        if known in self.needs_restart:
            self._waits[known] = value
            return "RebootRequired"
        self.settings[known] = value.upper() if self.shouts and value in ("true", "false") else value
        return "Accepted"

    def _GetConfiguration(self, payload: Payload) -> Payload:  # noqa: N802 - the action's name
        wanted = payload.get("key")
        keys = list(self.settings)[: self.lists] if wanted is None else [self._key(each) for each in wanted]
        told = [
            {"key": self._shown(each), "readonly": each in self.read_only}
            | ({} if each in self.hidden else {"value": self.settings[each]})
            for each in keys
            if each is not None
        ]
        unknown = [each for each in wanted or () if self._key(each) is None]
        return {"configurationKey": told, "unknownKey": unknown}

    def _ChangeConfiguration(self, payload: Payload) -> Payload:  # noqa: N802
        return {"status": self._set(payload["key"], payload["value"])}

    def _Reset(self, _payload: Payload) -> Payload:  # noqa: N802
        return {"status": "Accepted"}

    def _SetNetworkProfile(self, payload: Payload) -> Payload:  # noqa: N802
        self.networks[payload["configurationSlot"]] = payload["connectionData"]
        return {"status": "Accepted"}

    def _TriggerMessage(self, _payload: Payload) -> Payload:  # noqa: N802
        return {"status": "Rejected"}

    def _GetBaseReport(self, _payload: Payload) -> Payload:  # noqa: N802
        return {"status": "Accepted"}

    def _GetVariables(self, payload: Payload) -> Payload:  # noqa: N802
        return {"getVariableResult": [self._variable(each) for each in payload["getVariableData"]]}

    def _variable(self, asked: Payload) -> Payload:
        place = {"component": asked["component"], "variable": asked["variable"]}
        known = self._key(f"{asked['component']['name']}/{asked['variable']['name']}")
        if known is None:
            return {**place, "attributeStatus": "UnknownVariable"}
        if known in self.hidden:
            return {**place, "attributeStatus": "Rejected"}
        return {**place, "attributeStatus": "Accepted", "attributeValue": self.settings[known]}

    def _SetVariables(self, payload: Payload) -> Payload:  # noqa: N802
        results = []
        for each in payload["setVariableData"]:
            place = {"component": each["component"], "variable": each["variable"]}
            status = self._set(f"{each['component']['name']}/{each['variable']['name']}", each["attributeValue"])
            results.append({**place, "attributeStatus": status})
        return {"setVariableResult": results}

    async def _report(self, request: int) -> None:
        """Tell all settings in parts, those at the end first."""
        told = [self._reported(key) for key in list(self.settings)[: self.lists]]
        size = -(-len(told) // self.parts)
        chunks = [told[start : start + size] for start in range(0, len(told), size)]
        for number, chunk in reversed(list(enumerate(chunks))):
            part: Payload = {
                "requestId": request,
                "generatedAt": "2026-11-23T09:00:00Z",
                "seqNo": number,
                "tbc": number < len(chunks) - 1,
                "reportData": chunk,
            }
            await self._say([2, f"r{next(self._ids)}", "NotifyReport", part])

    def _reported(self, key: str) -> Payload:
        component, _, variable = key.partition("/")
        attribute: Payload = {"type": "Actual", "mutability": "ReadOnly" if key in self.read_only else "ReadWrite"}
        if key in self.hidden:
            attribute["mutability"] = "WriteOnly"
        else:
            attribute["value"] = self.settings[key]
        return {
            "component": {"name": component},
            "variable": {"name": self._shown(variable)},
            "variableAttribute": [attribute],
        }
