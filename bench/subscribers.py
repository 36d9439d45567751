"""Who takes messages from a broker in a measurement, each in a process of its own: bare paho, or our daemon.

`python -m bench.subscribers ROLE ...` is started by `rate`. The subscriber has one core, broker and generator the
other; only decode workers may run on both.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from bench import districts
from bench.brokers import PASSWORD, USER, on_the_other_core
from ingest.daemon import Ingest
from ingest.settings import BrokerSettings
from store.open import open_embedded
from tests.ingest.publishing import publish

SUBSCRIBER_CORE = 0
GIVE_UP_S = 120.0
PAHO, DAEMON = "paho", "daemon"


def rate(
    role: str,
    messages: Sequence[tuple[str, bytes]],
    *,
    district: str,
    port: int,
    window: int,
    publish_port: int | None = None,
    workers: int = 0,
) -> float:
    """Return the messages per second that a fresh subscriber took from the first to the last.

    `district` names a function of `bench.districts`.
    """
    numbers = {"--port": port, "--window": window, "--messages": len(messages), "--workers": workers}
    command = [sys.executable, "-m", "bench.subscribers", role, district]
    command += [str(word) for pair in numbers.items() for word in pair]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as subscriber:
        assert subscriber.stdout is not None
        assert subscriber.stdout.readline() == "ready\n"
        with on_the_other_core():
            publish(publish_port or port, USER, PASSWORD, messages)
        answer = subscriber.stdout.readline()
    return float(json.loads(answer)["rate"])


def main() -> int:
    """Subscribe, say `ready`, take the messages, print the rate as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", choices=[PAHO, DAEMON])
    parser.add_argument("district")
    for name in ("--port", "--window", "--messages", "--workers"):
        parser.add_argument(name, type=int, required=True)
    options = parser.parse_args()
    if not options.workers:
        os.sched_setaffinity(0, {SUBSCRIBER_CORE})
    if options.role == PAHO:
        found = _paho(options.port, options.window, options.messages)
    else:
        found = asyncio.run(_daemon(options.district, options.port, options.window, options.messages, options.workers))
    print(json.dumps({"rate": found}), flush=True)
    return 0


def _paho(port: int, window: int, messages: int) -> float:
    from paho.mqtt.client import Client, MQTTMessage, MQTTv5
    from paho.mqtt.enums import CallbackAPIVersion
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

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
    client.disconnect()
    client.loop_stop()
    return len(arrivals) / (arrivals[-1] - arrivals[0])


async def _daemon(district: str, port: int, window: int, messages: int, workers: int) -> float:
    settings = BrokerSettings(
        name="main",
        port=port,
        username=USER,
        password=PASSWORD,
        window=window,
        client_id=f"bench-{os.getpid()}",
        decode_workers=workers,
    )
    inventory = districts.inventory(district)
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
    figures = daemon.health().figures
    assert figures["rejected"] == figures["parked"] == figures["discovered"] == 0, figures
    assert 0 < kept <= figures["readings"], (kept, figures)
    return (messages - first) / (ended - begun)


async def _until(condition: Callable[[], bool]) -> None:
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < GIVE_UP_S
        await asyncio.sleep(0.005)


def _now() -> datetime:
    return datetime.fromtimestamp(time.clock_gettime(time.CLOCK_REALTIME), UTC)


if __name__ == "__main__":
    sys.exit(main())
