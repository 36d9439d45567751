"""The odometer read by people: bookings as for a meter's dial, counted by the same rules, and links to tell them by."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

from annotated_types import Ge, Le

from core.inventory import Vehicle
from core.periods import Period
from core.quantities import Quantity
from core.texts import Finding
from core.work import MeterEventKind
from operations.fleet.vehicle_days import seen_vehicle
from operations.house import Call, House
from operations.keepers import EntryKind, must_keep
from operations.metering.booking_effect import INSTANT, surroundings
from operations.metering.booking_rows import Booked, BookingRefusedError, BookingRow, Reason, booking_row
from operations.metering.bookings import WithdrawBooking, take_back
from operations.metering.life import book, booking_about
from operations.metering.links import made_links


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOdometer:
    """What the odometer of a vehicle showed (`odometer_m`), now or at `at_utc`."""

    id: str
    odometer_m: float
    at_utc: datetime | None = None
    reason: str = ""
    confirm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeOdometer:
    """The odometer, or the tracker that tells it, was exchanged: it shows `odometer_m` now or at `at_utc`.

    The old one ended at `end_odometer_m`; left out, where it was last known to stand.
    """

    id: str
    odometer_m: float
    end_odometer_m: float | None = None
    at_utc: datetime | None = None
    reason: str = ""
    confirm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOdometerBookings:
    """All bookings about a vehicle's odometer, by its id."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawOdometerBooking:
    """Which booking is taken back, by its number, and why."""

    id: int
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkVehicle:
    """A link for one reading of a vehicle's odometer, good for some hours."""

    id: str
    hours: Annotated[int, Ge(1), Le(336)] = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlinkVehicle:
    """All links of a vehicle are taken back."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OdometerBookings:
    """The bookings about one odometer, the newest instant first, those that were taken back too."""

    items: tuple[BookingRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleLink:
    """A link for a reading of a vehicle's odometer. It is shown this once; only its digest is kept."""

    vehicle: str
    name: str
    link: str = field(repr=False)
    expires_at_utc: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleUnlinked:
    """How many links were taken back."""

    vehicle: str
    links: int


async def read_odometer(house: House, request: ReadOdometer, call: Call) -> Booked:
    """Book what an odometer showed; days, savings and costs are then counted by it.

    Raises `BookingRefusedError`, and `DoubtfulBookingError` for a fall or an impossible jump unless confirmed.
    """
    vehicle = _kept(house, request.id, call)
    at_utc = request.at_utc or call.now_utc
    event = booking_about(
        vehicle, MeterEventKind.MANUAL, at_utc, None, call, start_value=request.odometer_m, reason=request.reason
    )
    return await book(house, vehicle, event, call, confirm=request.confirm)


async def exchange_odometer(house: House, request: ExchangeOdometer, call: Call) -> Booked:
    """Book that an odometer or its tracker was exchanged. Raises as `read_odometer`, and where nobody knows the end."""
    vehicle = _kept(house, request.id, call)
    at_utc = request.at_utc or call.now_utc
    event = booking_about(
        vehicle,
        MeterEventKind.EXCHANGE,
        at_utc,
        None,
        call,
        start_value=request.odometer_m,
        end_value=await _ended_at(house, vehicle, request.end_odometer_m, at_utc, call),
        reason=request.reason,
    )
    return await book(house, vehicle, event, call, confirm=request.confirm)


async def list_odometer_bookings(house: House, request: ListOdometerBookings, call: Call) -> OdometerBookings:
    """Return who booked what about an odometer, when and why. Raises `NotFoundError` or `ForbiddenError`."""
    vehicle = _kept(house, request.id, call)
    made = await house.ledger.bookings_made(vehicle.source)
    return OdometerBookings(items=tuple(booking_row(event) for event in reversed(made)))


async def withdraw_odometer_booking(house: House, request: WithdrawOdometerBooking, call: Call) -> BookingRow:
    """Take a booking about an odometer back. Raises `NotFoundError`, `ForbiddenError` or `ConflictError`."""
    return await take_back(house, WithdrawBooking(id=request.id, reason=request.reason), _kept, call)


async def link_vehicle(house: House, request: LinkVehicle, call: Call) -> VehicleLink:
    """Return a new link for one reading. Raises `UnavailableError` where nobody knows the console's address."""
    vehicle = _kept(house, request.id, call)
    until = call.now_utc + timedelta(hours=request.hours)
    (link,) = await made_links(house, [(vehicle, Quantity.ODOMETER_M)], until, call, lasting=False)
    return VehicleLink(vehicle=vehicle.id, name=vehicle.name, link=link, expires_at_utc=until)


async def unlink_vehicle(house: House, request: UnlinkVehicle, call: Call) -> VehicleUnlinked:
    """Take all links of a vehicle back."""
    vehicle = _kept(house, request.id, call)
    return VehicleUnlinked(vehicle=vehicle.id, links=await house.ledger.drop_links_to_read(vehicle.source))


async def _ended_at(house: House, vehicle: Vehicle, said_m: float | None, at_utc: datetime, call: Call) -> float:
    if said_m is not None:
        return said_m
    key = (vehicle.source, Quantity.ODOMETER_M)
    line = None
    if at_utc.tzinfo is not None:  # an instant without a zone is refused with the booking
        around = await surroundings(house, key, Period(at_utc, at_utc + INSTANT), call.now_utc)
        line = around.line_before(at_utc)
    if line is None:
        raise BookingRefusedError([Finding.of("bookings.odometer_unknown", field="end_odometer_m")])
    return line.value


def _kept(house: House, name: str, call: Call) -> Vehicle:
    """Return a vehicle that the actor keeps. Raises `NotFoundError` or `ForbiddenError`."""
    vehicle = seen_vehicle(house, name, call)
    must_keep(call.actor, EntryKind.VEHICLES, [vehicle.site])
    return vehicle
