"""Which dial of which meter a booking is about."""

from __future__ import annotations

from core.errors import NotFoundError, RequestError
from core.inventory import Medium, Meter, MeterRole, Vehicle
from core.quantities import Quantity
from core.texts import Finding
from core.work import MeterEventKind
from operations.house import Call, House
from operations.intervals.derived import LEVELS
from operations.keepers import EntryKind, must_keep
from operations.metering.booking_rows import BookingRefusedError

REGISTERS: dict[Medium, tuple[Quantity, ...]] = {
    Medium.ELECTRICITY: (Quantity.ENERGY_IMPORT_WH, Quantity.ENERGY_EXPORT_WH),
    Medium.HEAT: (Quantity.HEAT_WH, Quantity.VOLUME_M3),
    Medium.GAS: (Quantity.VOLUME_M3,),
    Medium.WATER: (Quantity.VOLUME_M3,),
    Medium.OIL: (Quantity.VOLUME_M3, Quantity.TANK_M3),
    Medium.PELLETS: (Quantity.STOCK_G,),
}
"""The dials that a meter of a medium has, the one it is there for first; a generator's counts what is fed in.

How much is left of oil or pellets is read like a dial, and nothing else is booked about it.
"""

Dialled = Meter | Vehicle
"""What has a register that people read: a meter its dials, a vehicle its odometer."""


def seen_meter(house: House, id: str, call: Call) -> Meter:  # noqa: A002
    """Return a meter that the actor may see. Raises `NotFoundError` or `ForbiddenError`."""
    meter = house.inventory().meters.get(id)
    if meter is None:
        raise NotFoundError("meters.unknown", id=id[:80])
    call.must_see(meter.site)
    return meter


def kept_meter(house: House, id: str, call: Call) -> Meter:  # noqa: A002
    """Return a meter that the actor keeps. Raises `NotFoundError` or `ForbiddenError`."""
    meter = seen_meter(house, id, call)
    must_keep(call.actor, EntryKind.METERS, [meter.site])
    return meter


def register_of(meter: Dialled, wanted: Quantity | None = None) -> Quantity:
    """Return which dial of a meter is meant: the one that is wanted, else the one it is there for.

    Raises `RequestError` for a virtual meter, and for a quantity that it does not count. A vehicle has its odometer.
    """
    if isinstance(meter, Vehicle):
        return Quantity.ODOMETER_M
    dials = REGISTERS.get(meter.medium, ())
    if meter.terms or not dials:
        raise RequestError("bookings.no_dial", meter=meter.id)
    if wanted is None:
        fed_in = meter.role is MeterRole.GENERATION and meter.medium is Medium.ELECTRICITY
        return Quantity.ENERGY_EXPORT_WH if fed_in else dials[0]
    if wanted not in dials:
        raise RequestError("bookings.dial_unknown", field="quantity", meter=meter.id, quantity=wanted.value)
    return wanted


def dials_for(meter: Meter, kind: MeterEventKind) -> tuple[Quantity, ...]:
    """Return the dials of a meter about which something of a kind can be booked; a level can only be read."""
    dials = () if meter.terms else REGISTERS.get(meter.medium, ())
    return tuple(dial for dial in dials if kind.is_reading or dial not in LEVELS)


def width_of(meter: Meter, given: float | None) -> float:
    """Return at which value a meter's register begins again at 0. Raises `BookingRefusedError` if nobody knows."""
    if given is not None and given > 0:
        return given
    if meter.digits is None:
        raise BookingRefusedError([Finding.of("bookings.no_width", field="end_value")])
    return float(meter.resolution * 10.0**meter.digits)
