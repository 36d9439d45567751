"""Lets firmware roll-outs go on as soon as a station has something to say, and when a pause is over."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

import structlog

from core.errors import ConflictError, ServiceError
from core.ports import Health
from jobs.runner import Runner

log = structlog.get_logger("jobs")

JOB: Final = "rollouts"
SETTLED_AFTER_S: Final = 1.0
"""So long after a station spoke it is looked: what it said is stored by then, and so is what its neighbours said."""
LOOKED_EVERY_S: Final = 20.0
"""While something is under way; a pause that is over is noticed within this time."""


class RolloutDriver:
    """A part of the service: `ring` it when a command is over or a station has started.

    It records no runs, as they are many and say nothing. Every quarter of an hour the job does the same, whatever
    happens here, and for what other processes hear of stations.
    """

    name = "rollouts"

    def __init__(
        self, runner: Runner, settled_after_s: float = SETTLED_AFTER_S, looked_every_s: float = LOOKED_EVERY_S
    ) -> None:
        self._runner = runner
        self._settled_after_s = settled_after_s
        self._looked_every_s = looked_every_s
        self._bell = asyncio.Event()
        self._looked = 0
        self._under_way = 0

    def ring(self, _station: str = "") -> None:
        """Have roll-outs looked at soon."""
        self._bell.set()

    async def serve(self) -> None:
        """Look at roll-outs until cancelled."""
        while True:
            await asyncio.sleep(self._settled_after_s)
            self._bell.clear()
            await self._look()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._looked_every_s if self._under_way else None):
                    await self._bell.wait()

    def health(self) -> Health:
        """Return how often roll-outs were looked at, and how many are under way."""
        figures = {"looked": float(self._looked), "under_way": float(self._under_way)}
        return Health(name=self.name, ok=True, figures=figures)

    async def _look(self) -> None:
        try:
            self._under_way = (await self._runner.between(JOB)).rollouts
            self._looked += 1
        except ConflictError:
            self._under_way = 0  # another process has the right to
        except ServiceError as error:  # the job tells people of it
            log.warning("rollouts not looked at", finding=str(error.finding))
