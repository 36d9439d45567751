"""How much power a station may give, and what it plans to give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.command_words import LimitPurpose, LimitSource, LimitTime, RateUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitStep:
    """A limit from `start_s` on, counted from the begin of its schedule: a power or a current."""

    start_s: int
    power_w: float | None = None
    current_a: float | None = None
    phases: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitPower:
    """Limit power or current, constantly or by `steps`. `profile` is the limit's number at the station.

    `from_utc` is the begin of the schedule, the time of sending where there is none; the limit ends at
    `until_utc`. Of several limits for the same purpose the one with the highest `stack_level` counts.
    """

    power_w: float | None = None
    current_a: float | None = None
    phases: int | None = None
    steps: tuple[LimitStep, ...] = ()
    connector: int | None = None
    purpose: LimitPurpose = LimitPurpose.STATION
    time: LimitTime = LimitTime.ABSOLUTE
    from_utc: datetime | None = None
    until_utc: datetime | None = None
    stack_level: int = 0
    profile: int | None = None
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearLimit:
    """Take away limits: the one of this number, or all that fit."""

    profile: int | None = None
    connector: int | None = None
    purpose: LimitPurpose | None = None
    stack_level: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetLimits:
    """Ask for the limits a station has (2.x)."""

    connector: int | None = None
    purpose: LimitPurpose | None = None
    stack_level: int | None = None
    profiles: tuple[int, ...] = ()
    sources: tuple[LimitSource, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositeSchedule:
    """Ask what all limits together allow in the next `duration_s`."""

    connector: int = 0
    duration_s: int = 86_400
    unit: RateUnit | None = None
