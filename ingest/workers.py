"""A decode worker: a process that sorts the messages of a lane, so that the daemon's loop does not.

It ends a decoder that takes too long by itself. Where that fails, or where it dies, the daemon finds in the memory
they share which message it was at, parks that one, and lets a new worker read the others again, which begins
as after a restart: without what the decoders remembered.
"""

from __future__ import annotations

import asyncio
import contextlib
import mmap
import pickle
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import Final, cast

from core.errors import UnavailableError
from core.facts import Notice
from core.inventory import Inventory
from ingest.deadline import LIMIT_S
from ingest.frames import LENGTH_BYTE, NOWHERE, Answer, Setting, catch_of, packed, task_of
from ingest.intake import Catch
from ingest.messages import Message
from ingest.parking import Parking

STUCK_S: Final = 5 * LIMIT_S
"""A worker that was at the same message for so long could not end it by itself."""
START_S: Final = 60.0
PROGRAM: Final = "from ingest.decode_process import main; main()"
_LONG_AGO: Final = datetime(2020, 1, 1, tzinfo=UTC)


class _GoneError(Exception):
    """The worker died, or was stuck and is killed."""


class DecodeWorker:
    """`ingest.sorting.Sorter` in a process of its own, which starts with the first messages."""

    def __init__(self, broker: str, time_zone: str, inventory: Callable[[], Inventory]) -> None:
        self._broker = broker
        self._time_zone = time_zone
        self._inventory = inventory
        self._told: Inventory | None = None
        self._process: Process | None = None
        self._memory = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the worker
        self._memory.truncate(mmap.PAGESIZE)
        self._at = memoryview(mmap.mmap(self._memory.fileno(), mmap.PAGESIZE)).cast("Q")
        self._parking = Parking()

    async def sort(self, messages: Sequence[Message], now_utc: datetime, *, patient: bool = False) -> Catch:
        """Return what the messages came to. A message that the worker is lost over is parked.

        Raises `UnavailableError` if the worker is lost over none.
        """
        left = dict(enumerate(messages))
        for number, message in enumerate(messages):
            if self._parking.is_closed(message.topic, message.received_at_utc):
                del left[number]
        catch = Catch()
        while left:
            try:
                catch = await self._ask(list(left.values()), now_utc, patient=patient)
                break
            except _GoneError:
                number = list(left)[self._place()]
                self._parking.close(messages[number].topic, now_utc)
                del left[number]
        for number, message in enumerate(messages):
            if number not in left:
                catch.undated.insert(number, catch.park(message))
        return catch

    async def rest(self) -> list[Notice]:
        """Return the notices that were still held back; none if the worker is gone."""
        if self._process is not None:
            with contextlib.suppress(_GoneError):
                return (await self._ask([], _LONG_AGO)).notices
        return []

    async def close(self) -> None:
        """End the process."""
        await self._kill()
        self._memory.close()

    def _place(self) -> int:
        """Return the place of the message that the worker was at. Raises `UnavailableError` if it was at none."""
        place = self._at[0]
        if place == NOWHERE:
            raise UnavailableError("ingest.worker_lost", broker=self._broker)
        return int(place)

    async def _ask(self, messages: list[Message], now_utc: datetime, *, patient: bool = False) -> Catch:
        process = await self._started()
        inventory = self._inventory()
        news = None if inventory is self._told else _part(inventory, self._broker)
        self._at[0] = NOWHERE
        exchange = asyncio.ensure_future(_exchange(process, packed(task_of(messages, now_utc, news, patient=patient))))
        try:
            await self._watch(exchange)
            answer = cast("Answer", pickle.loads(exchange.result()))  # noqa: S301 - from our own process
        except (OSError, EOFError) as error:
            raise _GoneError from error
        finally:
            if not exchange.done() or exchange.exception():
                exchange.cancel()
                await asyncio.wait([exchange])
                await self._kill()
        self._told = inventory
        return catch_of(answer)

    async def _watch(self, exchange: asyncio.Future[bytes]) -> None:
        """Return when there is an answer. Raises `TimeoutError` if the worker stays at one message for too long."""
        begun = monotonic()
        while True:
            place = self._at[0]
            done, _ = await asyncio.wait([exchange], timeout=STUCK_S)
            if done:
                return
            if place == self._at[0] and (place != NOWHERE or monotonic() - begun > START_S):
                raise TimeoutError

    async def _started(self) -> Process:
        if self._process is None:
            descriptor = self._memory.fileno()
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", PROGRAM, stdin=PIPE, stdout=PIPE, start_new_session=True, pass_fds=[descriptor]
            )
            self._told = None
            assert self._process.stdin  # noqa: S101 - it is a pipe
            self._process.stdin.write(packed(Setting(self._broker, self._time_zone, descriptor)))
        return self._process

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _part(inventory: Inventory, broker: str) -> Inventory:
    """Return the entries that report through a broker; a worker needs no others."""
    meters = {key: each for key, each in inventory.meters.items() if each.feed and each.feed.broker == broker}
    vehicles = {key: each for key, each in inventory.vehicles.items() if each.feed and each.feed.broker == broker}
    return Inventory(meters=meters, vehicles=vehicles)


async def _exchange(process: Process, task: bytes) -> bytes:
    assert process.stdin  # noqa: S101 - both are pipes
    assert process.stdout  # noqa: S101
    process.stdin.write(task)
    await process.stdin.drain()
    length = int.from_bytes(await process.stdout.readexactly(LENGTH_BYTE), "big")
    return await process.stdout.readexactly(length)
