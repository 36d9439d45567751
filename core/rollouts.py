"""Firmware for many charge points, in waves: what is to be installed, how far each station is, and who stopped it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from core.texts import Finding


class RolloutState(StrEnum):
    """How far a roll-out is. The last two are final."""

    RUNNING = "running"
    PAUSED = "paused"
    """By a person: what is under way goes on, nothing more begins."""
    STOPPED = "stopped"
    """By itself, as too many stations failed."""
    DONE = "done"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Return whether nothing more begins, whoever wants it."""
        return self in (RolloutState.DONE, RolloutState.CANCELLED)


class StationRollout(StrEnum):
    """How far one station is. The last three are final."""

    WAITING = "waiting"
    """For its wave."""
    ASKED = "asked"
    """The command waits for the station, or the station loads and installs."""
    PROVING = "proving"
    """It says that it has installed; its restart with the new version is still to come."""
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    """It had the version already, or was not begun when the roll-out was cancelled."""

    @property
    def final(self) -> bool:
        """Return whether nothing more is to come."""
        return self in (StationRollout.DONE, StationRollout.FAILED, StationRollout.SKIPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutStation:
    """How far one station is since `since_utc`; `wave` counts from 1, `command` is the number of what it was asked."""

    station: str
    wave: int
    since_utc: datetime
    state: StationRollout = StationRollout.WAITING
    command: int | None = None
    finding: Finding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """What is to be installed on which stations, in which order, and how far it is.

    `firmware` is the version as stations tell it once it is installed, `file` its number in the library, None where it
    comes from elsewhere. After each wave `pause` passes. `stop_after`
    failures, not counting the `forgiven` ones of before it was resumed, stop it. A station has `within` from when it
    was asked. `turn` counts changes: who saves an older one is refused. `id` is 0 until the ledger has given one.
    """

    firmware: str
    url: str
    stations: tuple[RolloutStation, ...]
    pause: timedelta
    within: timedelta
    stop_after: int
    when_idle: bool
    started_by: str
    started_at_utc: datetime
    changed_by: str
    changed_at_utc: datetime
    state: RolloutState = RolloutState.RUNNING
    signing_certificate: str = ""
    signature: str = ""
    file: int | None = None
    forgiven: int = 0
    finding: Finding | None = None
    turn: int = 0
    id: int = 0

    @property
    def failed(self) -> int:
        """Return how many stations failed."""
        return sum(each.state is StationRollout.FAILED for each in self.stations)

    @property
    def group(self) -> str:
        """Return the name that its commands share."""
        return f"rollout:{self.id}"


class RolloutBook(Protocol):
    """Keeps roll-outs."""

    async def add_rollout(self, rollout: Rollout) -> Rollout:
        """Keep a new roll-out; return it with its id."""
        ...

    async def save_rollout(self, rollout: Rollout) -> Rollout | None:
        """Keep how far a roll-out is, and return it; None where somebody else changed it since it was read."""
        ...

    async def rollout(self, id: int) -> Rollout | None:  # noqa: A002
        """Return one, None if there is none."""
        ...

    async def rollouts(self, states: Sequence[RolloutState] | None = None) -> tuple[Rollout, ...]:
        """Return roll-outs (in these states), newest first."""
        ...
