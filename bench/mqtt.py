"""MQTT QoS 1 messages per second, from the broker to the durable commit.

Our daemon (decode, DuckDB, acknowledge) against a bare paho subscriber that only acknowledges, both
through the same Mosquitto; then our daemon through the embedded broker. Messages of a Tasmota SML
reader of about 200 bytes on 1,000 topics. The subscriber has one core, broker and generator the other.
Baseline and daemon take turns, as the machine is not alone; the ratio is that of their medians.
"""

from __future__ import annotations

import argparse
import statistics
import sys

from bench.brokers import running_embedded, running_mosquitto
from bench.districts import READERS, messages
from bench.result import Result, report
from bench.subscribers import DAEMON, PAHO, rate
from ingest import embedded, mosquitto

GOAL_RATIO = 0.5


def main() -> int:
    """Print the figures; return 0 if the ratio is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--messages", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    return report(_measure(options.messages, options.rounds), as_json=options.json)


def _measure(count: int, rounds: int) -> list[Result]:
    said, window = messages(READERS, count), mosquitto.WINDOW
    with running_mosquitto() as port:
        pairs = [
            [rate(role, said, district=READERS, port=port, window=window) for role in (PAHO, DAEMON)]
            for _ in range(rounds)
        ]
    bare, ours = (statistics.median(rates) for rates in zip(*pairs, strict=True))
    few, window = said[: count // 5], embedded.WINDOW
    with running_embedded() as (port, publish_port):
        beside = statistics.median(
            rate(DAEMON, few, district=READERS, port=port, window=window, publish_port=publish_port)
            for _ in range(rounds)
        )
    ratio = ours / bare
    return [
        Result("mqtt_durable_mosquitto", ours, "msg/s", bare, ratio, GOAL_RATIO, ratio >= GOAL_RATIO),
        Result("mqtt_durable_embedded", beside, "msg/s"),
    ]


if __name__ == "__main__":
    sys.exit(main())
