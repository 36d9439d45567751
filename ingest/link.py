"""The connection to one broker: paho's network thread fills a queue, the daemon empties it.

The session outlives the connection (Session Expiry, clean start off, fixed client id), so the
broker keeps what comes while we are away, and sends again what was not acknowledged. What the
broker itself loses (a crash without persistence, a full queue) is outside of our promise.

Subscription options, deliberately: QoS 1; retained messages only when the subscription is new
(Retain Handling 1), as they are replays, not news; Retain As Published off, so that the retain
flag of what arrives says "replay" and nothing else. MQTT 3.1.1 has no such options: it replays
retained messages at each connection, marked the same way.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Final

import orjson
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from core.errors import ConfigError, StoreError
from core.texts import Finding
from ingest.settings import BrokerSettings

KEEP_ALIVE_S: Final = 30
LONGEST_RETRY_S: Final = 60
_RETAINED_IF_NEW: Final = 1
_LARGEST_RECEIVE_MAXIMUM: Final = 65_535


@dataclass(frozen=True, slots=True)
class Connected:
    """Stands in the queue where a connection began; `resumed` if the broker knew the session."""

    number: int
    resumed: bool
    timestamp: float = field(default_factory=monotonic)


class Link:
    """One broker's messages, in `queue`, and their acknowledgement. Made and used in one event loop.

    `folder` remembers which topics the session has subscribed, so that those of an older
    configuration are unsubscribed; without it they stay as long as the session lives.
    Raises `ConfigError` if the certificates cannot be used, `StoreError` if the folder cannot.
    """

    def __init__(self, settings: BrokerSettings, folder: Path | None) -> None:
        self.queue: deque[MQTTMessage | Connected] = deque()
        self.refusal: Finding | None = None
        self.connected = False
        self._settings = settings
        self._former = _former_topics(settings, folder)
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._wanted = 0
        self._number = 0
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._client = _client(settings)
        self._client.on_pre_connect = self._on_pre_connect
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message

    def start(self) -> None:
        """Connect and stay connected, with growing pauses, until stopped."""
        settings, client = self._settings, self._client
        if settings.protocol == "5":
            client.connect_async(
                settings.host,
                settings.port,
                KEEP_ALIVE_S,
                clean_start=False,
                properties=_session_properties(settings),
            )
        else:
            client.connect_async(settings.host, settings.port, KEEP_ALIVE_S)
        client.loop_start()

    async def stop(self) -> None:
        """Send what is to be sent, say goodbye and end the network thread. The session stays."""
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)
        self.connected = False

    def alive(self) -> bool:
        """Return whether the network thread runs (it may not have started to)."""
        return self._thread is None or self._thread.is_alive()

    async def wait(self, count: int, timeout_s: float | None = None) -> None:
        """Return once `count` items are in the queue, `nudge` was called, or time is up."""
        self._news.clear()
        self._wanted = count
        if len(self.queue) < count:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), timeout_s)
        self._wanted = 0

    def nudge(self) -> None:
        """End a wait."""
        self._news.set()

    def acknowledge(self, packets: Sequence[int], connection: int) -> bool:
        """Acknowledge messages of a connection; return False, doing nothing, if it is no longer there.

        Packet ids of an ended connection may mean other messages now; the broker will send again.
        """
        with self._guard:
            if connection != self._number or not self.connected:
                return False
            for packet in packets:
                self._client.ack(packet, 1)
            return True

    # What follows runs in paho's network thread.

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        queue = self.queue
        queue.append(message)
        if len(queue) == self._wanted:
            self._loop.call_soon_threadsafe(self._news.set)

    def _on_pre_connect(self, _client: Client, _userdata: object) -> None:
        self._thread = threading.current_thread()
        self._connection_ends()

    def _on_connect(
        self, client: Client, _userdata: object, flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self.refusal = Finding.of("ingest.broker_refused", broker=self._settings.name, reason=str(reason))
            return
        with self._guard:
            self.connected = True
            self.refusal = None
            self.queue.append(Connected(self._number, flags.session_present))
        self._subscribe(client)
        self._loop.call_soon_threadsafe(self._news.set)

    def _on_connect_fail(self, _client: Client, _userdata: object) -> None:
        settings = self._settings
        self.refusal = Finding.of(
            "ingest.broker_unreachable", broker=settings.name, host=settings.host, port=settings.port
        )

    def _on_disconnect(
        self,
        _client: Client,
        _userdata: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._connection_ends()
        if reason.is_failure and self.refusal is None:
            self.refusal = Finding.of("ingest.broker_lost", broker=self._settings.name, reason=str(reason))

    def _on_subscribe(
        self,
        _client: Client,
        _userdata: object,
        _packet: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        refused = [topic for topic, reason in zip(self._settings.topics, reasons, strict=False) if reason.is_failure]
        if refused:
            self.refusal = Finding.of(
                "ingest.subscription_refused", broker=self._settings.name, topics=", ".join(refused)
            )

    def _connection_ends(self) -> None:
        with self._guard:
            self._number += 1
            self.connected = False

    def _subscribe(self, client: Client) -> None:
        topics = self._settings.topics
        if self._former:
            client.unsubscribe(self._former)
        if self._settings.protocol == "5":
            options = SubscribeOptions(qos=1, retainAsPublished=False, retainHandling=_RETAINED_IF_NEW)
            client.subscribe([(topic, options) for topic in topics])
        else:
            client.subscribe([(topic, 1) for topic in topics])


def _former_topics(settings: BrokerSettings, folder: Path | None) -> list[str]:
    """Return the topics that this session may have subscribed before and is no longer to have.

    Raises `StoreError` if the folder cannot be written.
    """
    if folder is None:
        return []
    memo = folder / f"{settings.name}.{settings.client_id}.topics.json"
    try:
        known = orjson.loads(memo.read_bytes()) if memo.exists() else []
        folder.mkdir(parents=True, exist_ok=True)
        memo.write_bytes(orjson.dumps(sorted({*known, *settings.topics})))
    except (OSError, ValueError, TypeError) as error:
        raise StoreError("ingest.topics_not_remembered", file=str(memo), reason=str(error)) from error
    return [topic for topic in known if topic not in settings.topics]


def _client(settings: BrokerSettings) -> Client:
    if settings.protocol == "5":
        client = Client(CallbackAPIVersion.VERSION2, settings.client_id, protocol=MQTTv5, manual_ack=True)
    else:
        client = Client(
            CallbackAPIVersion.VERSION2, settings.client_id, clean_session=False, protocol=MQTTv311, manual_ack=True
        )
    if settings.username:
        client.username_pw_set(settings.username, settings.password)
    if settings.tls:
        client.tls_set_context(_tls(settings))
    client.reconnect_delay_set(1, LONGEST_RETRY_S)
    return client


def _tls(settings: BrokerSettings) -> ssl.SSLContext:
    files = settings.tls
    try:
        context = ssl.create_default_context(cafile=files.authority if files else None)
        if files and files.certificate:
            context.load_cert_chain(files.certificate, files.key)
    except OSError as error:
        finding = Finding.of("ingest.certificate_unusable", broker=settings.name, reason=str(error))
        raise ConfigError([finding]) from error
    return context


def _session_properties(settings: BrokerSettings) -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = settings.session_expiry_s
    properties.ReceiveMaximum = min(settings.window, _LARGEST_RECEIVE_MAXIMUM)
    return properties
