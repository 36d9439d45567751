"""What a roof's power was used for and what it saved, as programs get it. Energies are in Wh."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from core.fleet import PvAllocation
from fleet.savings.pv_savings import PvMethod
from operations.values import Told


class PvLine(StrEnum):
    """A line of savings: what buildings used, what was fed in, what charge points took."""

    SELF_USE = "self_use"
    FEED_IN = "feed_in"
    CHARGING = "charging"
    """It is counted with the vehicles, never here as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PvEnergy:
    """An energy of a roof: `name` like `generation_wh`, its value and the id of the figure."""

    name: str
    value: Decimal | None
    figure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PvAvoided:
    """What a line saved by one method; None with a `reason` where it is not computed.

    Lines of one method add up; methods never do. `provisional`: a factor of another year stands in. `notes` say what
    of a method by quarter hours counts with the year's average.
    """

    line: PvLine
    method: PvMethod
    energy_wh: Decimal | None
    avoided_g: Decimal | None
    factors: tuple[str, ...]
    provisional: bool
    reason: Told | None
    figure: str
    notes: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PvRow:
    """A roof in a period: its energies, what they saved, and how much of the period is known."""

    period: str
    begin_utc: datetime
    energies: tuple[PvEnergy, ...]
    avoided: tuple[PvAvoided, ...]
    known_percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PvOf:
    """The roof power of a site or building in a period as far as it has gone, and of what that is made of.

    `reason` says why nothing is told.
    """

    scope: str
    name: str
    site: str
    period: str
    begin_utc: datetime
    end_utc: datetime
    time_zone: str
    allocation: PvAllocation
    whole: PvRow | None
    rows: tuple[PvRow, ...]
    reason: Told | None
    findings: tuple[Told, ...]
