"""Run by `test_kill.py`: writes to every store until killed, and says on stdout what was acknowledged."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.facts import ChargeSession, Protocol, SessionState
from core.ports import Batch, Direction, Frame, Receipt
from core.quantities import Quantity
from core.readings import Reading
from store.open import Stores, open_embedded
from store.points.timeseries import TimeSeries

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
ROWS = 400


def acknowledged(kind: str, writer: int, number: int) -> None:
    sys.stdout.write(f"{kind} {writer} {number}\n")
    sys.stdout.flush()


async def put_readings(stores: Stores, writer: int, first: int) -> None:
    number = first
    while True:
        at_utc = NOW + timedelta(seconds=number)
        rows = [Reading(f"meter:w{writer}-{row}", Quantity.POWER_W, at_utc, number + row / 8) for row in range(ROWS)]
        receipt = Receipt("own", f"w{writer}", number % 65536, b"%d" % number)
        await stores.readings.put(Batch(rows, at_utc, [receipt]))
        acknowledged("batch", writer, number)
        if number % 3 == 0:  # a message that comes twice, with another value
            again = [Reading(row.source, row.quantity, row.at_utc, -row.value) for row in rows]
            await stores.readings.put(Batch(again, at_utc))
            acknowledged("again", writer, number)
        number += 1


async def sort(stores: Stores) -> None:
    assert isinstance(stores.readings, TimeSeries)
    while True:  # to warm and on to cold, so that a kill hits the moves, too
        for days in (2, 400):
            await stores.readings.compact(NOW + timedelta(days=days), lambda _: None)
            await asyncio.sleep(0.05)


async def append_frames(stores: Stores, writer: int, first: int) -> None:
    number = first
    while True:
        payload = b"%d " % number * 50
        frame = Frame(f"st-{writer}", "c", Direction.IN, NOW, "ocpp1.6", payload)
        acknowledged("frame", await stores.journal.append(frame), number)
        number += 1


async def save_sessions(stores: Stores, writer: int, first: int) -> None:
    number = first
    while True:
        session = ChargeSession(
            id=f"w{writer}-{number}",
            station="st",
            connector=1,
            protocol=Protocol.OCPP_16,
            transaction=str(number),
            state=SessionState.OPEN,
            begun_at_utc=NOW,
        )
        await stores.ledger.save_sessions([session])
        acknowledged("session", writer, number)
        number += 1


async def main() -> None:
    stores = await open_embedded(Path(sys.argv[1]), lambda: NOW)
    first = int(sys.argv[2])
    jobs = [
        put_readings(stores, 0, first),
        put_readings(stores, 1, first),
        save_sessions(stores, 0, first),
        sort(stores),
    ]
    await asyncio.gather(*jobs, *(append_frames(stores, writer, first) for writer in range(10)))


asyncio.run(main())
