"""MQTT QoS 1 messages per second, from the broker to the durable commit.

Our daemon (decode, DuckDB, acknowledge) against a bare paho subscriber that only acknowledges, both
through the same Mosquitto; then our daemon through the embedded broker. Messages of a Tasmota SML
reader of about 200 bytes on 1,000 topics. The subscriber has one core, broker and generator the other.
Baseline and daemon take turns, as the machine is not alone; the ratio is that of their medians.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bench.brokers import OTHER_CORE, PASSWORD, USER, running_embedded, running_mosquitto
from bench.result import Result, report
from core.inventory import Feed, Inventory, Medium, Meter, MeterRole
from ingest import embedded, mosquitto
from ingest.daemon import Ingest
from ingest.settings import BrokerSettings
from store.open import open_embedded

GOAL_RATIO = 0.5
TOPICS = 1000
PUBLISH_WINDOW = 4000
SUBSCRIBER_CORE = 0
GIVE_UP_S = 120.0


def main() -> int:
    """Print the figures; return 0 if the ratio is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--messages", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--role", choices=["paho", "daemon"], help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--window", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.role == "paho":
        return _paho(options.port, options.window, options.messages)
    if options.role == "daemon":
        return asyncio.run(_daemon(options.port, options.window, options.messages))
    return report(_measure(options.messages, options.rounds), as_json=options.json)


def _measure(messages: int, rounds: int) -> list[Result]:
    with running_mosquitto() as port:
        pairs = [
            [_round(role, port, port, mosquitto.WINDOW, messages) for role in ("paho", "daemon")] for _ in range(rounds)
        ]
    bare, ours = (statistics.median(rates) for rates in zip(*pairs, strict=True))
    with running_embedded() as (port, port_311):
        beside = statistics.median(
            _round("daemon", port, port_311, embedded.WINDOW, messages // 5) for _ in range(rounds)
        )
    ratio = ours / bare
    return [
        Result("mqtt_durable_mosquitto", ours, "msg/s", bare, ratio, GOAL_RATIO, ratio >= GOAL_RATIO),
        Result("mqtt_durable_embedded", beside, "msg/s"),
    ]


def _round(role: str, port: int, publish_port: int, window: int, messages: int) -> float:
    """Return the messages per second that a fresh subscriber took from the first to the last."""
    command = [sys.executable, "-m", "bench.mqtt", "--role", role, "--port", str(port), "--window", str(window)]
    with subprocess.Popen(
        [*command, "--messages", str(messages)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as subscriber:
        assert subscriber.stdout is not None
        assert subscriber.stdout.readline() == "ready\n"
        _publish(publish_port, messages)
        answer = subscriber.stdout.readline()
    return float(json.loads(answer)["rate"])


# The subscribers, each in its own process.


def _paho(port: int, window: int, messages: int) -> int:
    from paho.mqtt.client import Client, MQTTMessage, MQTTv5
    from paho.mqtt.enums import CallbackAPIVersion
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    os.sched_setaffinity(0, {SUBSCRIBER_CORE})
    client = Client(CallbackAPIVersion.VERSION2, "bare", protocol=MQTTv5, manual_ack=True)
    client.username_pw_set(USER, PASSWORD)
    properties = Properties(PacketTypes.CONNECT)
    properties.ReceiveMaximum = window
    arrivals: list[float] = []

    def on_message(client: Client, _userdata: object, message: MQTTMessage) -> None:
        client.ack(message.mid, message.qos)
        arrivals.append(message.timestamp)

    client.on_message = on_message
    client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
    client.on_subscribe = lambda *_: print("ready", flush=True)
    client.connect("127.0.0.1", port, clean_start=True, properties=properties)
    client.loop_start()
    begun = time.monotonic()
    while len(arrivals) < messages and time.monotonic() - begun < GIVE_UP_S:
        time.sleep(0.01)
    print(json.dumps({"rate": len(arrivals) / (arrivals[-1] - arrivals[0])}), flush=True)
    client.disconnect()
    client.loop_stop()
    return 0


async def _daemon(port: int, window: int, messages: int) -> int:
    os.sched_setaffinity(0, {SUBSCRIBER_CORE})
    settings = BrokerSettings(
        name="bench", port=port, username=USER, password=PASSWORD, window=window, client_id=f"bench-{os.getpid()}"
    )
    inventory = _inventory()
    with tempfile.TemporaryDirectory() as folder:
        stores = await open_embedded(Path(folder), _now)
        daemon = Ingest(
            settings,
            inventory=lambda: inventory,
            sink=stores.readings,
            receipts=stores.readings,
            rejections=stores.ledger,
            clock=_now,
        )
        serving = asyncio.create_task(daemon.serve())
        await _until(lambda: daemon.health().ok)
        print("ready", flush=True)
        await _until(lambda: daemon.health().figures["messages"] > 0)
        # The first batch is durable: the clock runs from here, less that batch.
        first, begun = daemon.health().figures["messages"], time.monotonic()
        await _until(lambda: daemon.health().figures["messages"] >= messages)
        ended = time.monotonic()
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
        kept = sum((await stores.readings.count()).values())
        await stores.close()
    assert kept == 3 * messages, kept
    print(json.dumps({"rate": (messages - first) / (ended - begun)}), flush=True)
    return 0


async def _until(condition: Callable[[], bool]) -> None:
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < GIVE_UP_S
        await asyncio.sleep(0.005)


def _now() -> datetime:
    return datetime.fromtimestamp(time.clock_gettime(time.CLOCK_REALTIME), UTC)


def _inventory() -> Inventory:
    meters = {
        f"m{number}": Meter(
            id=f"m{number}",
            name=f"m{number}",
            valid_from=date(2020, 1, 1),
            site="s",
            medium=Medium.ELECTRICITY,
            role=MeterRole.SUPPLY,
            feed=Feed(broker="bench", format="tasmota_sml", topic=_topic(number)),
        )
        for number in range(TOPICS)
    }
    return Inventory(meters=meters)


# The generator: MQTT 3.1.1 packets, encoded beforehand, so that it is never the limit.


def _topic(number: int) -> str:
    return f"tele/tasmota_{number:06x}/SENSOR"


def _payload(number: int, step: int) -> bytes:
    at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=10 * step)
    return (
        f'{{"Time":"{at:%Y-%m-%dT%H:%M:%S}","SML":{{"Total_in":{2687.3687 + number + step / 100:.4f},'
        f'"Total_out":{582.4569 + number:.4f},"Power_curr":{number - 36},"Meter_Id":"0a01454652240487bd2a",'
        f'"voltage_l1":235.3,"current_l1":0.98,"Frequenz":49.9}},"TempUnit":"C"}}'
    ).encode()


def _packets(messages: int) -> list[bytes]:
    packets = []
    for index in range(messages):
        step, number = divmod(index, TOPICS)
        topic = _topic(number).encode()
        packet_id = index % 65_535 + 1
        body = struct.pack("!H", len(topic)) + topic + struct.pack("!H", packet_id) + _payload(number, step)
        packets.append(b"\x32" + _length(len(body)) + body)
    return packets


def _length(size: int) -> bytes:
    encoded = bytearray()
    while True:
        size, digit = divmod(size, 128)
        encoded.append(digit | (0x80 if size else 0))
        if not size:
            return bytes(encoded)


def _publish(port: int, messages: int) -> None:
    """Send all messages at QoS 1 and return when the broker has acknowledged them."""
    packets = _packets(messages)
    mine = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {OTHER_CORE})
    try:
        with socket.create_connection(("127.0.0.1", port)) as wire:
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            wire.sendall(_connect_packet())
            assert wire.recv(4) == b"\x20\x02\x00\x00"
            _send_in_window(wire, packets)
            wire.sendall(b"\xe0\x00")
    finally:
        os.sched_setaffinity(0, mine)


def _send_in_window(wire: socket.socket, packets: list[bytes]) -> None:
    sent = acknowledged_bytes = 0
    while acknowledged_bytes < 4 * len(packets):
        room = PUBLISH_WINDOW - (sent - acknowledged_bytes // 4)
        if sent < len(packets) and room > PUBLISH_WINDOW // 2:
            wire.sendall(b"".join(packets[sent : sent + room]))
            sent = min(sent + room, len(packets))
        acknowledged_bytes += len(wire.recv(65_536))


def _connect_packet() -> bytes:
    def text(value: str) -> bytes:
        return struct.pack("!H", len(value)) + value.encode()

    body = text("MQTT") + b"\x04\xc2" + struct.pack("!H", 60) + text("generator") + text(USER) + text(PASSWORD)
    return b"\x10" + _length(len(body)) + body


if __name__ == "__main__":
    sys.exit(main())
