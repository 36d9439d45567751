"""Memory stays flat under load; KREISWATT_SOAK_MINUTES makes it shorter or longer than `make soak`'s ten."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import count, cycle, islice
from pathlib import Path

import pytest

from tests.ingest.encoded import ENCODERS, messages_of
from tests.ingest.publishing import publish
from tests.ingest.rig import DEVICE_PASSWORD, DEVICE_USER, Mosquitto

MINUTES = float(os.environ.get("KREISWATT_SOAK_MINUTES", "10"))
PER_SECOND = 1000
MOST_GROWTH_MB = 24.0


def traffic() -> Iterator[tuple[str, bytes]]:
    """Yield the days of all formats again and again; every fiftieth message is on a new topic or is no message."""
    days = cycle([(each.topic, each.payload) for name in ENCODERS for each in messages_of(name)])
    broken = cycle([next(iter(messages_of(name))).topic for name in ENCODERS])
    for number in count():
        if number % 50:
            yield next(days)
        else:
            yield (f"noise/{number}", b"1") if number % 100 else (next(broken), b"\xff%d" % number)


def keep_sending(port: int, over: threading.Event) -> int:
    """Publish a second's messages each second; return how many there were."""
    said, sent = traffic(), 0
    due = time.monotonic()
    while not over.wait(max(0.0, due - time.monotonic())):
        publish(port, DEVICE_USER, DEVICE_PASSWORD, list(islice(said, PER_SECOND)))
        sent += PER_SECOND
        due += 1.0
    return sent


@pytest.mark.soak
@pytest.mark.mosquitto
@pytest.mark.timeout(MINUTES * 60 + 300)
def test_memory_stays_flat_under_all_formats_at_once(mosquitto: Mosquitto, tmp_path: Path) -> None:
    over, sent = threading.Event(), list[int]()
    program = [sys.executable, "-m", "tests.ingest.soak_program", str(mosquitto.port), str(tmp_path / "data"), "0"]
    sending = threading.Thread(target=lambda: sent.append(keep_sending(mosquitto.port, over)))
    told: list[dict[str, float]] = []
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdin is not None
        assert daemon.stdout is not None
        until = time.monotonic() + MINUTES * 60
        for line in daemon.stdout:
            told.append(json.loads(line))
            if told[-1]["ok"] and not sending.is_alive() and not over.is_set():
                sending.start()
            if time.monotonic() > until and not over.is_set():
                over.set()
                sending.join()
            if sent and told[-1]["messages"] >= sent[0]:
                break
        daemon.stdin.close()
    memory = [each["rss_mb"] for each in told]
    fifth = len(memory) // 5
    begin, end = (statistics.median(part) for part in (memory[fifth : 2 * fifth], memory[-fifth:]))
    print(f"\n{sent[0]} messages, {told[-1]['readings']:.0f} readings: {begin:.0f} MB, at the end {end:.0f} MB")
    assert told[-1]["rejected"] > 0
    assert told[-1]["discovered"] > 0
    assert end - begin < MOST_GROWTH_MB
