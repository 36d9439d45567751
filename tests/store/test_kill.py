"""`kill -9` in the middle of writing: what was acknowledged is there, nothing is there in part."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.books import SessionFilter
from core.periods import Period
from core.quantities import Quantity
from store.open import Stores, open_embedded

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
EVER = Period(NOW, NOW + timedelta(days=1))
ROWS = 400
KILLS = 3

Acknowledged = dict[str, list[tuple[int, int]]]


def write_until_killed(folder: Path, first: int, seconds: float) -> Acknowledged:
    program = Path(__file__).with_name("writing_program.py")
    with subprocess.Popen([sys.executable, program, folder, str(first)], stdout=subprocess.PIPE, text=True) as writing:
        assert writing.stdout is not None
        said = [writing.stdout.readline()]  # it is open and writing
        time.sleep(seconds)
        writing.kill()
        said += writing.stdout.readlines()
    found: Acknowledged = defaultdict(list)
    for line in said:
        if line.endswith("\n"):
            kind, writer, number = line.split()
            found[kind].append((int(writer), int(number)))
    return found


@pytest.mark.kill
async def test_everything_acknowledged_survives_kills_and_nothing_is_torn(tmp_path: Path) -> None:
    total: Acknowledged = defaultdict(list)
    for kill in range(KILLS):
        for kind, entries in write_until_killed(tmp_path, kill * 10_000, 0.3 + kill * 0.17).items():
            total[kind] += entries
        stores = await open_embedded(tmp_path, lambda: NOW)
        try:
            await assert_whole_batches(stores, total)
            await assert_frames_and_sessions(stores, total)
        finally:
            await stores.close()
    assert min(len(total[kind]) for kind in ("batch", "again", "frame", "session")) > KILLS


async def assert_whole_batches(stores: Stores, total: Acknowledged) -> None:
    per_instant: dict[tuple[int, int], list[float]] = defaultdict(list)
    for writer in (0, 1):
        for row in range(0, ROWS, 50):
            for reading in await stores.readings.readings(f"meter:w{writer}-{row}", Quantity.POWER_W, EVER):
                number = int((reading.at_utc - NOW).total_seconds())
                assert abs(reading.value) == number + row / 8
                per_instant[writer, number].append(reading.value)
    assert {len(values) for values in per_instant.values()} == {ROWS // 50}
    assert set(total["batch"]) <= per_instant.keys()
    for values in per_instant.values():
        assert min(values) >= 0 or max(values) <= 0
    assert all(max(per_instant[entry]) <= 0 for entry in total["again"])
    counts = await stores.readings.count()
    assert counts == {"meter": len(per_instant) * ROWS}
    newest = {writer: max(number for who, number in per_instant if who == writer) for writer in (0, 1)}
    for last in await stores.readings.last():
        writer, row = map(int, last.source.removeprefix("meter:w").split("-"))
        number = int((last.at_utc - NOW).total_seconds())
        assert (number, abs(last.value)) == (newest[writer], number + row / 8)
    for writer in (0, 1):
        known = {int(receipt.digest) for receipt in await stores.readings.receipts("own", f"w{writer}")}
        assert known == {number for who, number in per_instant if who == writer}


async def assert_frames_and_sessions(stores: Stores, total: Acknowledged) -> None:
    frames = {frame.id: frame.payload async for frame in stores.journal.frames()}
    assert all(frames[frame_id] == b"%d " % number * 50 for frame_id, number in total["frame"])
    saved = {session.id for session in (await stores.ledger.sessions(SessionFilter(limit=100_000))).items}
    assert {f"w{writer}-{number}" for writer, number in total["session"]} <= saved
