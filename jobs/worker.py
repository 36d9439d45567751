"""The worker process: heavy calculation outside of the daemons' process.

It is started when first needed, ends after a while of idleness, and so gives its memory back. What
goes to it and comes back is pickled behind its length; see `jobs/calculator.py` for the other side.
"""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from typing import TypeVar

from core.errors import UnavailableError

T = TypeVar("T")

IDLE_S = 120.0
LENGTH_BYTE = 8
CALCULATOR = "from jobs.calculator import calculate; calculate()"


class WorkerProcess:
    """`core.ports.Worker` over one process of this machine, at a lower priority; one calculation at a time."""

    def __init__(self, idle_s: float = IDLE_S) -> None:
        self._idle_s = idle_s
        self._turn = asyncio.Lock()
        self._process: Process | None = None
        self._ending: asyncio.TimerHandle | None = None

    async def run(self, function: Callable[..., T], *arguments: object) -> T:
        """Return what an importable function returns; arguments and result are copied.

        Raises what the function raises, `UnavailableError` if the process died over it. Cancelling
        the caller ends the calculation.
        """
        question = pickle.dumps((function, arguments), pickle.HIGHEST_PROTOCOL)
        async with self._turn:
            process = await self._started()
            try:
                good, answer = pickle.loads(await _exchange(process, question))  # noqa: S301 - from our own process
            except (OSError, EOFError) as error:
                await self._kill()
                raise UnavailableError("jobs.worker_died", code=process.returncode) from error
            except asyncio.CancelledError:
                await self._kill()
                raise
            self._ending = asyncio.get_running_loop().call_later(self._idle_s, self._end)
        if not good:
            raise answer
        result: T = answer
        return result

    async def close(self) -> None:
        """End the process."""
        async with self._turn:
            self._stay()
            if self._process:
                await self._kill()

    async def _started(self) -> Process:
        self._stay()
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", CALCULATOR, stdin=PIPE, stdout=PIPE, start_new_session=True
            )
        return self._process

    def _stay(self) -> None:
        if self._ending:
            self._ending.cancel()
            self._ending = None

    def _end(self) -> None:
        """Let the process end by itself: it does when its input ends."""
        if self._process and self._process.stdin:
            self._process.stdin.close()
        self._process = None

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _exchange(process: Process, question: bytes) -> bytes:
    assert process.stdin, process.stdout  # noqa: S101 - both are pipes
    process.stdin.write(len(question).to_bytes(LENGTH_BYTE, "big") + question)
    await process.stdin.drain()
    assert process.stdout  # noqa: S101
    length = int.from_bytes(await process.stdout.readexactly(LENGTH_BYTE), "big")
    return await process.stdout.readexactly(length)
