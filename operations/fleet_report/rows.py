"""What stands beside the vehicles in the monthly report: local power of sites, how sources were known, corrections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from core.readings import SlotShare
from fleet.vehicle_days.warmth import WarmthClass
from operations.candidates.rows import Candidates, SiteInfrastructure

FLEET_REPORT: Final = "fleet"
"""The kind of the report and its statements, and the first word of the ids of its figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoofMonth:
    """A site that makes power: how much, how much of it was used there, all use, and what of it was not the grid's."""

    site: str
    name: str
    generation_wh: Decimal
    self_use_wh: Decimal
    use_wh: Decimal
    local_wh: Decimal


class SourceKind(StrEnum):
    """What a source tells."""

    ODOMETER = "odometer"
    CHARGE_LEVEL = "charge_level"
    PRESENCE = "presence"
    SESSIONS = "sessions"
    METER = "meter"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceMonth:
    """How a source was known: of all that was `expected` (days, sessions, hours) the percentages by what they are.

    `name` is that of a meter. A `silent` one told nothing on the last day.
    """

    kind: SourceKind
    name: str = ""
    expected: int
    percent: Mapping[SlotShare, float] = field(hash=False)
    silent: bool = False

    def of(self, *shares: SlotShare) -> float:
        """Return the percentage of these shares."""
        return sum(self.percent.get(each, 0.0) for each in shares)


class CorrectionKind(StrEnum):
    """What was done to a value."""

    BOOKED = "booked"
    BOOKING_WITHDRAWN = "booking_withdrawn"
    PAPER_WITHDRAWN = "paper_withdrawn"
    ASSIGNED = "assigned"
    """A session was given to another vehicle by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A value that was corrected: whose it is (`vehicle:x`, `meter:y`), of which day, when, and why."""

    subject: str
    kind: CorrectionKind
    day: date
    at_utc: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """All that stands beside the vehicles of a month.

    `blocked_s` is for how long outlets were held without charging, in `blocked_known` sessions. `candidates` are None
    where there are none to be computed; `infrastructure` is what sites need for those that are suitable.
    """

    roofs: tuple[RoofMonth, ...] = ()
    sources: tuple[SourceMonth, ...] = ()
    corrected: tuple[Corrected, ...] = ()
    warmth: tuple[WarmthClass, ...] = ()
    blocked_s: Decimal = Decimal(0)
    blocked_known: int = 0
    candidates: Candidates | None = None
    infrastructure: tuple[SiteInfrastructure, ...] = ()
