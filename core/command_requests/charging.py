"""What a station does for whoever charges: start, stop, outlets, reservations, what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCharging:
    """Start a session for a tag, at most at a power or a current if one is given; `parent_tag` is the tag's group."""

    connector: int
    tag: str
    power_w: float | None = None
    current_a: float | None = None
    phases: int | None = None
    parent_tag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopCharging:
    """End a running session."""

    session: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionStatus:
    """Ask whether a session runs, and whether messages still wait at the station (2.x)."""

    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostUpdated:
    """Tell a station what a session has cost so far (2.x)."""

    session: str
    total_eur: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlockConnector:
    """Release a locked plug."""

    connector: int
    plug: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAvailability:
    """Take an outlet, or the whole station, in or out of service."""

    operative: bool
    connector: int | None = None
    plug: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveOutlet:
    """Keep an outlet, or any of the station, for a tag until then. `number` names the reservation ever after."""

    number: int
    tag: str
    until_utc: datetime
    connector: int | None = None
    parent_tag: str = ""
    connector_type: str = ""
    """Of any outlet, one with such a plug, as OCPP 2.x calls it, e.g. `sType2` or `cCCS2`; 1.6 knows no types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelReservation:
    """Give a reserved outlet free."""

    number: int
