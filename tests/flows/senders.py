"""Devices and stations that send whatever a case says, and what they are answered."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from core.facts import Protocol
from tests.flows.frames import GIVEN, call
from tests.flows.rig import KreiswattProcess

SILENCE = ""
RESULT = 3
PATIENCE_S = 1.0
"""For an answer; after it, silence. A late answer is met by the heartbeat that ends every conversation."""


@dataclass
class OddStation:
    """A connected station that sends one frame after the other, each answered before the next."""

    service: KreiswattProcess
    name: str
    protocol: Protocol
    transaction: int = 0
    sent: list[bytes] = field(default_factory=list)

    async def send_all(self, frames: Sequence[bytes]) -> list[str]:
        """Return the answers; after them a heartbeat on the same connection, if it still stands, is answered."""
        async with connect(**self._door()) as socket:
            answers = [await self._send(socket, frame) for frame in frames]
            if not answers[-1].startswith("close"):
                assert await self._send(socket, call("hb", "Heartbeat")) == "[3,hb]"
            return answers

    async def knock(self, password: str) -> str:
        """Return how a handshake with this password is answered."""
        try:
            async with connect(**self._door(password)):
                return "connected"
        except InvalidStatus as refused:
            return f"HTTP {refused.response.status_code}"

    async def _send(self, socket: ClientConnection, frame: bytes) -> str:
        frame = frame.replace(f'"{GIVEN}"'.encode(), str(self.transaction).encode())
        self.sent.append(frame)
        try:
            await socket.send(frame, text=True)
            async with asyncio.timeout(PATIENCE_S):
                answer = orjson.loads(await socket.recv())
        except TimeoutError:
            return SILENCE
        except ConnectionClosed as closed:
            return f"close {closed.rcvd.code if closed.rcvd else closed}"
        if answer[0] == RESULT:
            self.transaction = answer[2].get("transactionId", self.transaction)
            return f"[3,{answer[1]}]"
        return f"[4,{answer[1]},{answer[2]}]"

    def _door(self, password: str | None = None) -> dict[str, Any]:
        secret = self.service.configuration.station_secrets.get(self.name, "") if password is None else password
        credentials = base64.b64encode(f"{self.name}:{secret}".encode()).decode()
        name = self.name.replace("<", "%3C").replace(">", "%3E").replace(" ", "%20")
        return {
            "uri": f"{self.service.ocpp_url}/{name}",
            "subprotocols": [f"ocpp{self.protocol.value}"],
            "additional_headers": {"Authorization": f"Basic {credentials}"},
        }
