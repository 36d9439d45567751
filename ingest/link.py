"""The connection to one broker: fills a queue that the daemon empties.

paho speaks MQTT, the event loop waits for its socket (paho's external loop). Its own network thread
would cost a change of threads per acknowledgement, which measured more than everything else here.

The session outlives the connection (Session Expiry, clean start off, fixed client id), so the
broker keeps what comes while we are away, and sends again what was not acknowledged. What the
broker itself loses (a crash without persistence, a full queue) is outside of our promise.

Subscription options, deliberately: QoS 1; retained messages once, at the first subscription (Retain
Handling 0), as decoders begin without memory and some devices say only there what their values
mean, and afterwards only when the subscription is new (1), as they are replays, not news; Retain As
Published off, so that the retain flag of what arrives says "replay" and nothing else. MQTT 3.1.1 has no
such options: it replays retained messages at each connection, marked the same way.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from math import inf
from pathlib import Path
from time import monotonic
from typing import Final

from paho.mqtt.client import MQTT_ERR_SUCCESS, Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from core.texts import Finding
from ingest.client import client_of, former_topics
from ingest.deliveries import Connected, Delivery, Inbox, Unsettled, delivery_of
from ingest.messages import Request
from ingest.refusals import redirected, refused
from ingest.settings import BrokerSettings
from ingest.sockets import Socket, pending

GOODBYE_TIMEOUT_S: Final = 2.0
FIRST_RETRY_S: Final = 0.5
LONGEST_RETRY_S: Final = 60.0
STEADY_S: Final = 5.0
"""A connection that was lost sooner is no reason to try again at once: some brokers take everybody and drop them."""
LARGEST_QUEUE: Final = 65_536
"""Beyond it messages of QoS 0 are dropped and counted; those of QoS 1 are limited by the window."""
LARGEST_UNSETTLED: Final = 20_000
"""Messages of QoS 1 beyond which nothing is read until half of them is settled: the broker waits, keeping the rest.

Not every broker heeds the window it was told: Mosquitto 2.0.11 does not (its issue 2301).
"""
LARGEST_UNSETTLED_BYTES: Final = 64 * 1024 * 1024
"""The same for all payloads together."""
_BURST: Final = 200
_RETAINED: Final = 0
_RETAINED_IF_NEW: Final = 1
_BROKEN_PACKET: Final = (ValueError, LookupError, TypeError, struct.error)


class Link(Inbox):
    """One broker's messages, in `queue` or shared among inboxes, and their acknowledgement.

    Made and used in one event loop. `folder` remembers which topics the session has subscribed, so that those of
    an older configuration are unsubscribed; without it they stay as long as the session lives. A visitor only listens:
    its session ends with the connection, and it subscribes at QoS 0, so that nothing waits for it.
    Raises `ConfigError` if the certificates cannot be used, `StoreError` if the folder cannot.
    """

    def __init__(self, settings: BrokerSettings, folder: Path | None, *, visiting: bool = False) -> None:
        super().__init__()
        self.refusal: Finding | None = None
        self.connected = False
        self.listening = False
        """Whether the broker has taken the subscriptions of this connection: before, messages may pass by."""
        self.dropped = 0
        self._inboxes: Sequence[Inbox] = (self,)
        self._inbox_of: Callable[[str], int] = _the_only
        self._arrived = 0
        self._unsettled = Unsettled(inf, inf) if visiting else Unsettled(LARGEST_UNSETTLED, LARGEST_UNSETTLED_BYTES)
        self._paused = False
        self._settings = settings
        self._qos = 0 if visiting else 1
        self._former = former_topics(settings, folder)
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        self._number = 0
        self._subscribed = False
        self._was_connected = False
        self._task: asyncio.Task[None] | None = None
        self._attempt: asyncio.Future[object] | None = None
        self._client = client = client_of(settings, visiting=visiting)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_socket_open = self._on_socket_open
        client.on_socket_close = self._on_socket_close
        client.on_socket_register_write = self._on_socket_register_write

    def share(self, inboxes: Sequence[Inbox], inbox_of: Callable[[str], int]) -> None:
        """Put messages from now on into these inboxes, by topic; every beginning of a connection into all."""
        self._inboxes, self._inbox_of = inboxes, inbox_of

    def settled(self, deliveries: Sequence[Delivery]) -> None:
        """Tell that deliveries are no longer in hand, so that reading may go on."""
        self._unsettled.remove(deliveries)
        if self._paused and self._unsettled.are_few:
            self._paused = False
            if sock := self._client.socket():
                self._attach(sock)
                self._loop.call_soon(self._read, sock)  # TLS may hold bytes of which the socket says nothing

    def start(self) -> None:
        """Connect and stay connected, with growing pauses, until stopped."""
        self._task = self._loop.create_task(self._stay_connected())

    async def stop(self) -> None:
        """Send what is to be sent and say goodbye. The session stays."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._attempt:
            await asyncio.wait([self._attempt])
        if self.connected:
            self._ended.clear()
            self._client.disconnect()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), GOODBYE_TIMEOUT_S)
        self.connected = False
        if left := self._client.socket():
            self._on_socket_close(self._client, None, left)
            left.close()

    def check(self) -> None:
        """Raise what ended the work of the link, if anything has."""
        if self._task and self._task.done():
            self._task.result()

    def acknowledge(self, packets: Sequence[int], connection: int) -> bool:
        """Acknowledge messages of a connection; return False, doing nothing, if it is no longer there.

        Packet ids of an ended connection may mean other messages now; the broker will send again.
        """
        if connection != self._number or not self.connected:
            return False
        for packet in packets:
            self._client.ack(packet, 1)
        return True

    def send(self, request: Request) -> bool:
        """Hand a request to the broker at QoS 0; return False if there is no connection to send it on."""
        if not self.connected:
            return False
        return self._client.publish(request.topic, request.payload, qos=0).rc == MQTT_ERR_SUCCESS

    async def _stay_connected(self) -> None:
        pause = FIRST_RETRY_S
        while True:
            self._number += 1
            self._was_connected = False
            self._ended.clear()
            begun = monotonic()
            if await self._connect():
                await self._until_ended()
            if self._was_connected and monotonic() - begun > max(pause, STEADY_S):
                pause = FIRST_RETRY_S
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_RETRY_S)

    async def _connect(self) -> bool:
        """Open the socket, in a thread, as names are looked up and TLS is agreed there; return whether it is open."""
        settings = self._settings
        self._attempt = self._loop.run_in_executor(None, self._client.reconnect)
        try:
            await asyncio.shield(self._attempt)
            self._attempt = None
        except OSError:
            self._attempt = None  # lets go of the socket that its traceback holds
            self.refusal = Finding.of(
                "ingest.broker_unreachable", broker=settings.name, host=settings.host, port=settings.port
            )
            return False
        return True

    async def _until_ended(self) -> None:
        while not self._ended.is_set():
            self._client.loop_misc()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), 1)

    def _on_socket_open(self, _client: Client, _userdata: object, sock: Socket) -> None:
        self._loop.call_soon_threadsafe(self._attach, sock)

    def _on_socket_register_write(self, _client: Client, _userdata: object, _sock: Socket) -> None:
        self._loop.call_soon_threadsafe(self._write)

    def _on_socket_close(self, _client: Client, _userdata: object, sock: Socket) -> None:
        self._loop.remove_reader(sock)
        self._loop.remove_writer(sock)

    def _attach(self, sock: Socket) -> None:
        if self._client.socket() is sock and not self._paused:
            self._loop.add_reader(sock, self._read, sock)

    def _read(self, sock: Socket) -> None:
        """Take what has arrived, up to a burst; the event loop calls again while there is more."""
        client = self._client
        if client.socket() is not sock:
            return
        try:
            for _ in range(_BURST):
                if self._unsettled.are_too_many:
                    self._paused = True
                    self._loop.remove_reader(sock)
                    return
                before = self._arrived
                client.loop_read()
                if self._arrived == before and not pending(sock):
                    return
        except _BROKEN_PACKET as error:
            self._lose(str(error))
            return
        if pending(sock):  # decrypted already: the socket itself may stay silent
            self._loop.call_soon(self._read, sock)

    def _write(self) -> None:
        client = self._client
        sock = client.socket()
        if sock is None:
            return
        client.loop_write()
        if client.socket() is not sock:
            return
        if client.want_write():
            self._loop.add_writer(sock, self._write)
        else:
            self._loop.remove_writer(sock)

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self._arrived += 1
        if message.qos == 0 and sum(len(inbox.queue) for inbox in self._inboxes) >= LARGEST_QUEUE:
            self.dropped += 1
            return
        delivery = delivery_of(message)
        self._unsettled.add(delivery)
        self._inboxes[self._inbox_of(delivery.topic)].put(delivery)

    def _on_connect(
        self, client: Client, _userdata: object, flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self.refusal = refused(self._settings.name, reason, properties)
            return
        self.connected = self._was_connected = True
        self.refusal = None
        for inbox in self._inboxes:
            inbox.put(Connected(self._number, flags.session_present))
            inbox.nudge()
        self._subscribe(client)

    def _on_disconnect(
        self, _client: Client, _userdata: object, _flags: DisconnectFlags, reason: ReasonCode, props: Properties | None
    ) -> None:
        self.refusal = self.refusal or redirected(self._settings.name, reason, props)
        self._lose(str(reason))

    def _lose(self, reason: str) -> None:
        self.connected = self.listening = False
        if self.refusal is None:
            self.refusal = Finding.of("ingest.broker_lost", broker=self._settings.name, reason=reason)
        if sock := self._client.socket():
            self._on_socket_close(self._client, None, sock)
        self._ended.set()

    def _subscribe(self, client: Client) -> None:
        if self._former:
            client.unsubscribe(self._former)
        topics = self._settings.topics
        if self._settings.protocol == "5":
            handling = _RETAINED_IF_NEW if self._subscribed else _RETAINED
            options = SubscribeOptions(qos=self._qos, retainAsPublished=False, retainHandling=handling)
            client.subscribe([(topic, options) for topic in topics])
        else:
            client.subscribe([(topic, self._qos) for topic in topics])

    def _on_subscribe(
        self, _client: Client, _userdata: object, _packet: int, reasons: list[ReasonCode], _props: Properties | None
    ) -> None:
        self._subscribed = self.listening = True
        answers = zip(self._settings.topics, reasons, strict=False)
        if refused := [topic for topic, reason in answers if reason.is_failure]:
            self.refusal = Finding.of(
                "ingest.subscription_refused", broker=self._settings.name, topics=", ".join(refused)
            )


def _the_only(_topic: str) -> int:
    return 0
