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

from core.inventory.mobility import FuelKind
from core.periods import Period
from core.ports import Page
from core.readings import SlotShare
from core.texts import Finding
from core.vehicle_months import VehicleMonthBook


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


class VoucherKind(StrEnum):
    """What a paper is about."""

    FUEL = "fuel"
    """`fuel_l` litres of `fuel` were filled in."""
    CHARGING = "charging"
    """`energy_wh` were charged at a charge point that is not ours."""
    LOGBOOK = "logbook"
    """`distance_m` were driven on a day; the odometer showed `odometer_m` at its end."""


class ChargePlace(StrEnum):
    """Whose charge point it was."""

    PUBLIC = "public"
    HOME = "home"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """A line of a fuel card, charging card, invoice or logbook, about one vehicle. It names no person and no place.

    `number` is the line's own in the system that it comes from, `file_import` the import that brought it (None:
    entered by hand). The same (vehicle, kind, instant, number) is the same voucher. `id` is 0 until the ledger has
    given one.
    """

    kind: VoucherKind
    vehicle: str
    at_utc: datetime
    number: str = ""
    fuel: FuelKind | None = None
    fuel_l: Decimal | None = None
    energy_wh: Decimal | None = None
    place: ChargePlace | None = None
    distance_m: Decimal | None = None
    odometer_m: Decimal | None = None
    amount_eur: Decimal | None = None
    file_import: int | None = None
    entered_by: str = ""
    entered_at_utc: datetime
    withdrawn_at_utc: datetime | None = None
    withdrawn_by: str = ""
    withdrawn_reason: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherFilter:
    """Which vouchers, newest first; those withdrawn only with `withdrawn`."""

    vehicles: Collection[str] | None = None
    kind: VoucherKind | None = None
    period: Period | None = None
    file_import: int | None = None
    withdrawn: bool = False
    limit: int = 50
    cursor: str | None = None


class VoucherBook(Protocol):
    """Keeps vouchers; none is changed, some are withdrawn."""

    async def keep_vouchers(self, vouchers: Sequence[Voucher]) -> int:
        """Keep those that are not there yet (or were withdrawn); return how many were new."""
        ...

    async def vouchers(self, wanted: VoucherFilter) -> Page[Voucher]:
        """Return vouchers, newest first."""
        ...

    async def voucher(self, id: int) -> Voucher | None:  # noqa: A002
        """Return one voucher, None if there is none."""
        ...

    async def vouchers_during(self, period: Period, vehicles: Collection[str] | None = None) -> tuple[Voucher, ...]:
        """Return all vouchers in force of a period, by vehicle and instant."""
        ...

    async def withdraw_vouchers(self, ids: Collection[int], at_utc: datetime, by: str, reason: str) -> int:
        """Withdraw vouchers; return how many were in force until now."""
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
    """Whose session it was, what it cost and how much of it was local power; a new version for each change.

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
    cost_eur: Decimal | None = None
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    made_by: str
    made_at_utc: datetime


class ValuationBook(Protocol):
    """Keeps valuations in versions."""

    async def value_sessions(self, valuations: Sequence[SessionValuation]) -> int:
        """Keep those that say something else than the newest version of their session; return how many.

        The version is given here, whatever it says.
        """
        ...

    async def valuations(self, period: Period, vehicles: Collection[str] | None = None) -> tuple[SessionValuation, ...]:
        """Return the newest valuation of each session begun in `period`, by instant."""
        ...

    async def valuations_of(self, session: str) -> tuple[SessionValuation, ...]:
        """Return all versions of one session's valuation, newest first."""
        ...


class SendingState(StrEnum):
    """How the sending of a report to one recipient stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    """The service stopped between giving the letter and the server's answer: a person decides."""
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A report's way to one recipient; an attempt is kept before the letter is given to the server.

    `message_id` comes from period, revision and the recipient's scope. `letter_digest` is SHA-256 of the bytes that
    are archived exactly as sent. `id` is 0 until the ledger has given one.
    """

    report: str
    period: str
    revision: int
    recipient: str
    message_id: str
    state: SendingState
    attempts: int = 0
    letter_digest: str = ""
    answer: str = ""
    created_at_utc: datetime
    last_attempt_at_utc: datetime | None = None
    next_attempt_at_utc: datetime | None = None
    id: int = 0


class SendingBook(Protocol):
    """Keeps sendings with the letters as they were sent."""

    async def keep_sending(self, sending: Sending, letter: bytes | None = None) -> Sending:
        """Insert (id 0; of the same `message_id` the one that is there is returned) or replace by id."""
        ...

    async def sendings(
        self, report: str | None = None, period: str | None = None, states: Collection[SendingState] | None = None
    ) -> tuple[Sending, ...]:
        """Return sendings, newest first."""
        ...

    async def sent_letter(self, id: int) -> bytes | None:  # noqa: A002
        """Return the letter of a sending as it was given to the server, None if there is none."""
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
