"""What may be asked of stations for whoever charges: start, stop, outlets, reservations, power, costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.command_requests import (
    CancelReservation,
    ChangeAvailability,
    ClearLimit,
    CompositeSchedule,
    CostUpdated,
    GetLimits,
    StartCharging,
    TransactionStatus,
    UnlockConnector,
)
from core.command_words import LimitPurpose, LimitTime
from operations.stations.requests.targets import Targets


@dataclass(frozen=True, kw_only=True)
class AskStart(Targets, StartCharging):
    """`tag` is a card's id or pseudonym."""


@dataclass(frozen=True, kw_only=True)
class AskStop(Targets):
    """Ends the session, or the one that runs at an outlet, or all of the stations."""

    session: str | None = None
    connector: int | None = None


@dataclass(frozen=True, kw_only=True)
class AskTransaction(Targets, TransactionStatus):
    """Asks whether a session runs, and whether messages wait (2.x)."""


@dataclass(frozen=True, kw_only=True)
class AskCost(Targets, CostUpdated):
    """Tells what a session has cost so far (2.x)."""


@dataclass(frozen=True, kw_only=True)
class AskUnlock(Targets, UnlockConnector):
    """Releases a plug."""


@dataclass(frozen=True, kw_only=True)
class AskAvailability(Targets, ChangeAvailability):
    """Takes outlets in or out of service."""


@dataclass(frozen=True, kw_only=True)
class AskReservation(Targets):
    """Keeps an outlet for a card until then; without a `number` one is given."""

    tag: str
    until_utc: datetime
    connector: int | None = None
    number: int | None = None
    parent_tag: str = ""


@dataclass(frozen=True, kw_only=True)
class AskNoReservation(Targets, CancelReservation):
    """Gives a reserved outlet free."""


@dataclass(frozen=True, kw_only=True)
class AskLimit(Targets):
    """Limits power or current; `steps` are texts like `3600=11000`: from that second on so many watts (or ampere)."""

    power_w: float | None = None
    current_a: float | None = None
    phases: int | None = None
    steps: tuple[str, ...] = ()
    connector: int | None = None
    purpose: LimitPurpose = LimitPurpose.STATION
    time: LimitTime = LimitTime.ABSOLUTE
    from_utc: datetime | None = None
    until_utc: datetime | None = None
    stack_level: int = 0
    profile: int | None = None
    session: str = ""


@dataclass(frozen=True, kw_only=True)
class AskNoLimit(Targets, ClearLimit):
    """Takes limits away."""


@dataclass(frozen=True, kw_only=True)
class AskLimits(Targets, GetLimits):
    """Asks which limits there are (2.x)."""


@dataclass(frozen=True, kw_only=True)
class AskSchedule(Targets, CompositeSchedule):
    """Asks what all limits together allow."""
