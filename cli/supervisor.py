"""Supervises the daemons: starts them, restarts what fails, drains on SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import structlog

from core.errors import ServiceError
from core.ports import Daemon, Health
from core.texts import Finding

log = structlog.get_logger("supervisor")

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 60.0
STEADY_S = 60.0
"""A daemon that ran this long without failing is restarted at once again."""


@dataclass(slots=True)
class Watch:
    """What the supervisor knows of one daemon: its restarts and why it is down, if it is."""

    daemon: Daemon
    restarts: int = 0
    failure: Finding | None = None
    pause_s: float = field(default=FIRST_PAUSE_S)

    def health(self) -> Health:
        """Return the daemon's own health, or why it is not running."""
        own = self.daemon.health()
        figures = {**own.figures, "restarts": float(self.restarts)}
        if self.failure is not None:
            return Health(name=own.name, ok=False, finding=self.failure, figures=figures)
        return Health(name=own.name, ok=own.ok, finding=own.finding, figures=figures)


class Supervisor:
    """Runs daemons side by side until `stop` is called."""

    def __init__(self, daemons: Sequence[Daemon]) -> None:
        self._watches = [Watch(daemon) for daemon in daemons]
        self._stopping = asyncio.Event()

    def health(self) -> tuple[Health, ...]:
        """Return the health of every daemon, in their order."""
        return tuple(watch.health() for watch in self._watches)

    def stop(self) -> None:
        """Ask all daemons to finish what they have begun and end."""
        self._stopping.set()

    async def run(self) -> None:
        """Run until stopped; daemons end one after the other, the first in the list first."""
        tasks = [asyncio.create_task(self._keep(watch), name=watch.daemon.name) for watch in self._watches]
        await self._stopping.wait()
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _keep(self, watch: Watch) -> None:
        loop = asyncio.get_running_loop()
        while True:
            begun = loop.time()
            watch.failure = None
            try:
                await watch.daemon.serve()
                watch.failure = Finding.of("run.ended", name=watch.daemon.name)
            except ServiceError as error:
                watch.failure = error.finding
                log.error("daemon failed", daemon=watch.daemon.name, finding=str(error.finding))
            except Exception as error:  # the one place: whatever it is, the others go on
                watch.failure = Finding.of("run.failed", name=watch.daemon.name, reason=f"{type(error).__name__}")
                log.exception("daemon failed", daemon=watch.daemon.name)
            watch.restarts += 1
            steady = loop.time() - begun > STEADY_S
            watch.pause_s = FIRST_PAUSE_S if steady else min(watch.pause_s * 2, LONGEST_PAUSE_S)
            await asyncio.sleep(watch.pause_s)


@contextlib.contextmanager
def signals(stop: Callable[[], None], reload: Callable[[], None]) -> Iterator[None]:
    """While inside, SIGTERM and SIGINT call `stop`, SIGHUP calls `reload`."""
    loop = asyncio.get_running_loop()
    handlers = {signal.SIGTERM: stop, signal.SIGINT: stop, signal.SIGHUP: reload}
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number in handlers:
            loop.remove_signal_handler(number)
