"""What happens at outlets, told by the world to the stations that stand there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Ending(StrEnum):
    """Why a session ended."""

    DRIVER = "driver"
    UNPLUGGED = "unplugged"
    FAULT = "fault"
    SHUTDOWN = "shutdown"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletEvent:
    """Something at outlet `<station>/<connector>`; `visit` numbers the sessions of this run."""

    station: str
    connector: int
    at_utc: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun(OutletEvent):
    """A car was plugged in and its card held to the reader."""

    visit: int
    tag_uid: str = field(repr=False)
    register_wh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled(OutletEvent):
    """The outlet's meter was read during a session."""

    visit: int
    register_wh: float
    power_w: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(OutletEvent):
    """The cable was unplugged."""

    visit: int
    tag_uid: str = field(repr=False)
    register_wh: float
    ending: Ending


@dataclass(frozen=True, slots=True, kw_only=True)
class Faulted(OutletEvent):
    """The outlet's residual-current device has tripped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered(OutletEvent):
    """The outlet works again."""
