"""The fleet's facts: where vehicles stand, what papers say, their days, whose sessions are theirs; and the books.

No person and no position has a field here. Distances are in metres, energies in watt-hours, both exact.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from core.packed import Packed
from core.periods import Period
from core.readings import SlotShare
from core.sendings import SendingBook
from core.texts import Finding
from core.vehicle_months import VehicleMonthBook
from core.vouchers import VoucherBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Since when a vehicle has been at a `site`, or on a trip (None)."""

    vehicle: str
    since_utc: datetime
    site: str | None


class PresenceBook(Protocol):
    """Keeps where vehicles stood."""

    async def save_presences(self, presences: Sequence[Presence]) -> None:
        """Insert or replace by (vehicle, instant)."""
        ...

    async def presences(self, vehicles: Collection[str], period: Period) -> tuple[Presence, ...]:
        """Return by vehicle and instant what began in `period`, and of each vehicle the last before it."""
        ...

    async def last_presences(self) -> tuple[Presence, ...]:
        """Return of each vehicle the newest, by vehicle."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleDay:
    """What a vehicle did on a local day. What is not known is None; `findings` say why.

    `distance_m` is that of the odometer, `checked_distance_m` what logbook or tracker say beside it. `own_charged_wh`
    is measured at our charge points (sessions valued as this vehicle's, by the quarter hours of the day),
    `elsewhere_charged_wh` is what vouchers tell; `battery_charged_wh` and `driven_wh` are told by the vehicle.
    `standby_percent` is the charge lost while parked and not charging, over `parked_s`. `dwell_s` are the seconds at
    each site. `fuel_l` was filled in on this day.
    """

    vehicle: str
    day: date
    distance_m: Decimal | None = None
    distance_share: SlotShare = SlotShare.MISSING
    odometer_end_m: Decimal | None = None
    checked_distance_m: Decimal | None = None
    own_charged_wh: Decimal = Decimal(0)
    elsewhere_charged_wh: Decimal = Decimal(0)
    battery_charged_wh: Decimal | None = None
    driven_wh: Decimal | None = None
    soc_begin_percent: Decimal | None = None
    soc_end_percent: Decimal | None = None
    standby_percent: Decimal | None = None
    parked_s: int | None = None
    away_s: int | None = None
    dwell_s: Mapping[str, int] = field(default_factory=dict, hash=False)
    fuel_l: Decimal | None = None
    findings: tuple[Finding, ...] = ()


class VehicleDayBook(Protocol):
    """Keeps vehicle days."""

    async def save_vehicle_days(self, days: Sequence[VehicleDay]) -> None:
        """Insert or replace by (vehicle, day)."""
        ...

    async def vehicle_days(
        self, first: date, last: date, vehicles: Collection[str] | None = None
    ) -> tuple[VehicleDay, ...]:
        """Return the days from `first` to `last`, by vehicle and day."""
        ...

    async def packed_vehicle_days(
        self, first: date, last: date, vehicles: Collection[str] | None = None
    ) -> Packed[VehicleDay]:
        """Return the same, not made out yet."""
        ...


class PvAllocation(StrEnum):
    """Whose the used roof power is: everybody's by their load, or what the others leave over."""

    PRO_RATA = "pro_rata"
    SURPLUS_FIRST = "surplus_first"


class MatchBasis(StrEnum):
    """By what a session was found to be a vehicle's, surest first."""

    HAND = "hand"
    TAG = "tag"
    PLUG = "plug"
    SOC = "soc"
    SITE = "site"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionValuation:
    """Whose session it was and how much of it was local power; a new version for each change.

    `confidence` is from 0 to 1. `pv_wh` and `grid_wh` add up to the session's energy; None: not known. `battery_wh` is
    what the vehicle counted, `soc_rise_percent` by how much its state of charge rose. `findings` are what the charge
    triangle (charge point, vehicle, building) disagrees on, and why something is not known.
    """

    session: str
    version: int
    vehicle: str | None
    basis: MatchBasis
    confidence: Decimal
    begun_at_utc: datetime
    energy_wh: Decimal | None = None
    pv_wh: Decimal | None = None
    grid_wh: Decimal | None = None
    battery_wh: Decimal | None = None
    soc_rise_percent: Decimal | None = None
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    made_by: str
    made_at_utc: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RoofSession:
    """Of the newest valuation of a session what its roof power is told by: all else of it stays as it is."""

    session: str
    version: int
    vehicle: str | None
    basis: MatchBasis
    energy_wh: Decimal | None
    pv_wh: Decimal | None
    findings: tuple[Finding, ...]
    made_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoofPart:
    """What of a session was roof power, told of a `version` of its valuation; `findings` take the place of its own."""

    session: str
    version: int
    pv_wh: Decimal
    grid_wh: Decimal
    findings: tuple[Finding, ...]
    made_by: str
    made_at_utc: datetime


class ValuationBook(Protocol):
    """Keeps valuations in versions."""

    async def value_sessions(self, valuations: Sequence[SessionValuation]) -> int:
        """Keep those that say something else than the newest version of their session; return how many.

        The version is given here, whatever it says.
        """
        ...

    async def value_roof_power(self, parts: Sequence[RoofPart]) -> int:
        """Keep what of sessions was roof power as their next versions, all else as it was; return of how many.

        Where there is a newer version than the one it is told of, nothing is kept.
        """
        ...

    async def valuations(self, period: Period, vehicles: Collection[str] | None = None) -> tuple[SessionValuation, ...]:
        """Return the newest valuation of each session begun in `period`, by instant."""
        ...

    async def packed_valuations(
        self, period: Period, vehicles: Collection[str] | None = None
    ) -> Packed[SessionValuation]:
        """Return the same, not made out yet."""
        ...

    async def roof_sessions(self, period: Period, *, again: bool) -> tuple[RoofSession, ...]:
        """Return of the same what their roof power is told by, without `again` only where none is told yet."""
        ...

    async def valuations_of(self, session: str) -> tuple[SessionValuation, ...]:
        """Return all versions of one session's valuation, newest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetAction:
    """Something to be done: who, what, until when. Made by the job from a finding (`code`) or by a person.

    `subject` is what it is about (`vehicle:x`, `site:y`). `id` is 0 until the ledger has given one.
    """

    code: str
    subject: str
    text: str
    owner: str = ""
    due: date | None = None
    done_at_utc: datetime | None = None
    made_by: str
    made_at_utc: datetime
    id: int = 0


class FleetActionBook(Protocol):
    """Keeps what is to be done; one that a person changed stays as they left it."""

    async def save_action(self, action: FleetAction) -> FleetAction:
        """Insert (id 0; of the same open (code, subject) the one that is there is returned) or replace by id."""
        ...

    async def actions(self, done: bool | None = None) -> tuple[FleetAction, ...]:  # noqa: FBT001
        """Return actions, those due first."""
        ...


class FleetBooks(
    PresenceBook,
    VoucherBook,
    VehicleDayBook,
    VehicleMonthBook,
    ValuationBook,
    SendingBook,
    FleetActionBook,
    Protocol,
):
    """All books of the fleet together."""
