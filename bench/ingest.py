"""A day of every format through Mosquitto to the durable commit, and what decoding costs by format.

Messages per second at QoS 1 of our daemon, decoding in its loop, in one worker and in two, against a bare paho
subscriber that only acknowledges, taking turns, as the machine is not alone; the ratio is that of the medians.
Then the processor time that each format costs a message, routing included, without broker and store. The three
slowest are named first.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time

from bench.brokers import running_mosquitto
from bench.districts import FORMATS, messages
from bench.result import Result, report
from bench.subscribers import DAEMON, PAHO, rate
from ingest import mosquitto
from ingest.intake import Intake
from tests.ingest.encoded import ENCODERS, END_UTC, district, messages_of
from tests.ingest.simulated_day import ZONE

GOAL_RATIO = 0.5
WAYS = ((PAHO, 0), (DAEMON, 0), (DAEMON, 1), (DAEMON, 2))
DECODE_ROUNDS = 5


def main() -> int:
    """Print the figures; return 0 if the ratio is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--messages", type=int, default=50_000, help="at most; a day has about 22,000")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    results = [*_through_a_broker(options.messages, options.rounds), *_decoding()]
    return report(results, as_json=options.json)


def _through_a_broker(most: int, rounds: int) -> list[Result]:
    said = messages(FORMATS, most)
    with running_mosquitto() as port:
        turns = [
            [
                rate(role, said, district=FORMATS, port=port, window=mosquitto.WINDOW, workers=workers)
                for role, workers in WAYS
            ]
            for _ in range(rounds)
        ]
    bare, in_loop, *with_workers = (statistics.median(rates) for rates in zip(*turns, strict=True))
    ratio = in_loop / bare
    results = [Result("ingest_all_formats", in_loop, "msg/s", bare, ratio, GOAL_RATIO, ratio >= GOAL_RATIO)]
    for (_, workers), value in zip(WAYS[2:], with_workers, strict=True):
        results.append(Result(f"ingest_all_formats_{workers}_workers", value, "msg/s", bare, value / bare))
    return results


def _decoding() -> list[Result]:
    costs = sorted(((_cost_us(name), name) for name in ENCODERS), reverse=True)
    named = [(f"decode_{name}", cost) for cost, name in costs]
    named[:3] = [(f"{name} (slowest {place})", cost) for place, (name, cost) in enumerate(named[:3], 1)]
    return [Result(name, cost, "us/msg") for name, cost in named]


def _cost_us(name: str) -> float:
    """Return what a message of a format costs in microseconds, in the best of some rounds."""
    inventory, said = district(), list(messages_of(name))
    best = float("inf")
    for _ in range(DECODE_ROUNDS):
        intake = Intake("main", ZONE, lambda: inventory)
        intake.sort(said[:1], END_UTC)  # makes the router
        begun = time.perf_counter()
        intake.sort(said, END_UTC)
        best = min(best, time.perf_counter() - begun)
    return best / len(said) * 1e6


if __name__ == "__main__":
    sys.exit(main())
