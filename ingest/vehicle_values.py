"""What vehicles tell, as far as it can be believed: percentages, odometers, and positions that are never shown.

A control unit that sleeps answers with the limits of a byte: 127.5 or 255 percent are none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from math import inf
from typing import Final

from core.errors import ReadingError
from core.quantities import Kind, Quantity
from core.readings import Reading
from energy.geofences import Fix
from ingest.messages import Binding, Decoded, Field, Memory, Message, Position
from ingest.values import flag, number, text_number

KM: Final = 1000.0
MILE: Final = 1609.344
BELIEVED: Final[Mapping[Quantity, tuple[float, float]]] = {
    Quantity.SOC_PERCENT: (0.0, 100.0),
    Quantity.SOH_PERCENT: (1.0, 120.0),
    Quantity.FUEL_PERCENT: (0.0, 100.0),
    Quantity.ODOMETER_M: (0.0, 5e9),
    Quantity.ENERGY_SESSION_WH: (0.0, inf),
}
_LATITUDE: Final = "latitude"


def vehicle_field(name: str, quantity: Quantity, factor: float = 1.0) -> Field:
    """Return a name of a vehicle's messages, with the range in which its values are believed."""
    lowest, highest = BELIEVED.get(quantity, (-inf, inf))
    return Field(name, quantity, factor, lowest=lowest, highest=highest)


def tell_value(field: Field, message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the one value that is the whole message, at the time of receipt; nothing of what is replayed."""
    if message.retained:
        return Decoded(memory=memory)
    read = flag if field.quantity.kind is Kind.STATE else text_number
    try:
        value = field.convert(read(message.payload, field.name))
        reading = Reading(binding.source, field.quantity, message.received_at_utc, value)
    except ReadingError as error:
        return Decoded(memory=memory, notices=(error.finding,))
    return Decoded((reading,), memory)


def tell_position(body: object, message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the position in an object with latitude and longitude, at the time of receipt; none of what is replayed.

    An object without them says nothing.
    """
    if message.retained or not isinstance(body, dict) or not {"latitude", "longitude"} <= body.keys():
        return Decoded(memory=memory)
    return replace(tell_place(body["latitude"], body["longitude"], message.received_at_utc, binding), memory=memory)


def tell_place(latitude: object, longitude: object, at_utc: datetime, binding: Binding) -> Decoded:
    """Return a position at an instant, or what is wrong with it."""
    try:
        fix = fix_of(latitude, longitude, at_utc)
    except ReadingError as error:
        return Decoded(notices=(error.finding,))
    return Decoded(positions=(Position(binding.source, fix),))


def tell_half_position(name: str, message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the position where a longitude comes to the latitude before it, which is remembered until then."""
    if message.retained:
        return Decoded(memory=memory)
    text = message.payload.decode("utf-8", "replace")
    if name == _LATITUDE:
        return Decoded(memory=Memory(memory.last_at_utc, {**memory.state, _LATITUDE: text}))
    state = dict(memory.state)
    latitude = state.pop(_LATITUDE, None)
    without = Memory(memory.last_at_utc, state)
    if latitude is None:
        return Decoded(memory=without)
    return tell_position({_LATITUDE: latitude, "longitude": text}, message, binding, without)


def fix_of(latitude: object, longitude: object, at_utc: datetime) -> Fix:
    """Return a position. Raises `ReadingError`, which does not show it, for one on no map, and for 0°, 0°: no fix."""
    try:
        fix = Fix(at_utc, number(latitude, ""), number(longitude, ""))
    except ReadingError:
        fix = None
    if fix is None or abs(fix.latitude_deg) > 90 or abs(fix.longitude_deg) > 180:  # noqa: PLR2004 - degrees
        raise ReadingError("payload.position_invalid")
    if fix.latitude_deg == fix.longitude_deg == 0:
        raise ReadingError("payload.position_invalid")
    return fix
