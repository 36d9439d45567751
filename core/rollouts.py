"""Firmware or settings for many charge points, in waves: what they get, how far each station is, and who stopped it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from core.texts import Finding


class RolloutKind(StrEnum):
    """What stations get."""

    FIRMWARE = "firmware"
    SETTINGS = "settings"


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
    """It says that it has installed or taken it; that it tells so itself after its restart is still to come."""
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    """It had the version already, or was not begun when the roll-out was cancelled."""

    @property
    def final(self) -> bool:
        """Return whether nothing more is to come."""
        return self in (StationRollout.DONE, StationRollout.FAILED, StationRollout.SKIPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkChange:
    """How a station of OCPP 2.x may reach us: what goes into which slot, beside those that it tries by `priority`."""

    slot: int
    url: str
    security_profile: int
    priority: str = ""

    @property
    def new_priority(self) -> str:
        """Return in which order the slots are tried from then on: the new one first, then as before."""
        others = [each.strip() for each in self.priority.split(",") if each.strip() not in ("", str(self.slot))]
        return ",".join((str(self.slot), *others))


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingChange:
    """A setting that a station gets: `new` as the profile `origin` wants it, `old` as the station told it.

    `new` is None for a password, which is made when it is sent and stands nowhere; `old` is None for what the station
    does not tell. `term` is the setting's neutral name, empty where it has none. `network` is what a station of 2.x
    is told before the setting, which then is the order of its network profiles. `certificate` is a root certificate
    (PEM) that is installed, by which the station knows us; then `new` is its fingerprint.
    """

    key: str
    new: str | None
    old: str | None = None
    term: str = ""
    origin: str = ""
    needs_reboot: bool = False
    irreversible: bool = False
    network: NetworkChange | None = None
    certificate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutStation:
    """How far one station is since `since_utc`; `wave` counts from 1.

    `command` is the number of what it was asked last, `changes` are the settings it gets, where it gets settings.
    """

    station: str
    wave: int
    since_utc: datetime
    state: StationRollout = StationRollout.WAITING
    command: int | None = None
    finding: Finding | None = None
    changes: tuple[SettingChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """What stations get, in which order, and how far it is.

    `firmware` is the version as stations tell it once it is installed, `file` its number in the library, None where it
    comes from elsewhere; both are nothing where they get settings. Then `plan` is the hash of the plan that was
    approved, or `reverses` the number of the roll-out whose settings are taken back. After each wave `pause` passes.
    `stop_after` failures, not counting the `forgiven` ones of before it was resumed, stop it. A station has `within`
    from when it was asked. `turn` counts changes: who saves an older one is refused. `id` is 0 until the ledger has
    given one.
    """

    stations: tuple[RolloutStation, ...]
    pause: timedelta
    within: timedelta
    stop_after: int
    when_idle: bool
    started_by: str
    started_at_utc: datetime
    changed_by: str
    changed_at_utc: datetime
    kind: RolloutKind = RolloutKind.FIRMWARE
    firmware: str = ""
    url: str = ""
    plan: str = ""
    reverses: int | None = None
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
