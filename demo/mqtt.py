"""The district's connections to the broker: they reconnect by themselves and know what was acknowledged."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from paho.mqtt.client import Client, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from demo.messages import Outgoing
from demo.tally import Tally

_KEEPALIVE_S = 30
_LONGEST_PAUSE_S = 2
_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class BrokerAccess:
    """Where the broker listens for MQTT 5 (`port`) and 3.1.1 (`port_311`), and as whom the devices sign in."""

    host: str
    port: int
    port_311: int
    username: str
    password: str = field(repr=False)


class Line:
    """One connection. Messages of QoS 1 that are not acknowledged go out again after a reconnect."""

    def __init__(self, access: BrokerAccess, version: MQTTProtocolVersion, name: str, tally: Tally) -> None:
        self._tally = tally
        self._waiting: dict[int, Outgoing] = {}
        self._acknowledged: deque[int] = deque()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=version)
        self._client.username_pw_set(access.username, access.password)
        self._client.reconnect_delay_set(1, _LONGEST_PAUSE_S)
        self._client.on_publish = self._on_publish
        port = access.port if version is MQTTProtocolVersion.MQTTv5 else access.port_311
        self._client.connect_async(access.host, port, keepalive=_KEEPALIVE_S)
        self._client.loop_start()

    def publish(self, message: Outgoing) -> None:
        """Hand a message over; without a connection only QoS 1 waits for the next one."""
        info: MQTTMessageInfo = self._client.publish(message.topic, message.payload, message.qos, message.retain)
        self._tally.was_sent(message.format)
        if message.qos:
            self._waiting[info.mid] = message

    def sweep(self) -> None:
        """Enter in the tally what the broker has acknowledged since."""
        while self._acknowledged:
            message = self._waiting.pop(self._acknowledged.popleft(), None)
            if message:
                self._tally.was_acknowledged(message.promises)

    async def close(self, timeout_s: float) -> None:
        """Wait for what is not acknowledged, then disconnect and end the thread."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        self.sweep()
        while self._waiting and loop.time() < deadline:
            await asyncio.sleep(_POLL_S)
            self.sweep()
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)
        self.sweep()

    def _on_publish(self, _client: Client, _data: Any, mid: int, _reason: Any, _properties: Any) -> None:
        # In paho's thread, which holds paho's lock: a deque takes it without one of ours. Ids of
        # QoS 0 come here too and find nothing waiting.
        self._acknowledged.append(mid)
