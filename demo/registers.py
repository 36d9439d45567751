"""What dials show before anybody has read them, and how finely they can be read."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.inventory import Medium, Meter, MeterRole
from core.quantities import Kind, Quantity
from demo.chance import FloatArray, key_of, one_of

Positions = Mapping[tuple[str, Quantity], float]
"""What series showed last, by source and quantity."""

_HIGHEST_FIRST: dict[Quantity, float] = {
    Quantity.ENERGY_IMPORT_WH: 2.0e8,
    Quantity.ENERGY_EXPORT_WH: 5.0e7,
    Quantity.HEAT_WH: 2.0e8,
    Quantity.VOLUME_M3: 9_000.0,
    Quantity.ODOMETER_M: 6.0e7,
}
_HIGHEST_SHARE_OF_DIAL = 0.3
_STEP_TOLERANCE = 1e-3
"""A dial that was read and counts on from there must not lose a step to binary fractions."""
_BESIDE_RESOLUTION_M3 = 0.01
WARMING_M3_PER_WH = 1.0 / (1_163.0 * 30.0)
"""Water through a heat meter: 1,163 Wh per m³ and kelvin, 30 K between flow and return."""


def registers_of(meter: Meter) -> tuple[Quantity, ...]:
    """Return the registers that a meter's device sends."""
    if meter.feed and meter.feed.format == "chirpstack_v4":
        named = {target.partition("*")[0].strip() for _, target in meter.feed.fields}
        return tuple(quantity for quantity in Quantity if quantity.kind is Kind.REGISTER and quantity in named)
    match meter.medium:
        case Medium.HEAT:
            return (Quantity.HEAT_WH,)
        case Medium.GAS | Medium.WATER | Medium.OIL:
            return (Quantity.VOLUME_M3,)
        case _ if meter.role in (MeterRole.SUBMETER, MeterRole.TENANT) and not (
            meter.feed and meter.feed.format == "shelly_gen2"
        ):
            return (Quantity.ENERGY_IMPORT_WH,)
        case _:
            return (Quantity.ENERGY_IMPORT_WH, Quantity.ENERGY_EXPORT_WH)


def register_gains(meter: Meter, quantity: Quantity, rate: FloatArray) -> FloatArray:
    """Return by how much a register grows per hour at each rate: W (negative towards the grid) or m³/h."""
    match quantity:
        case Quantity.ENERGY_IMPORT_WH:
            return np.maximum(rate, 0.0)
        case Quantity.ENERGY_EXPORT_WH:
            return np.maximum(-rate, 0.0)
        case Quantity.VOLUME_M3 if meter.medium is Medium.HEAT:
            return rate * WARMING_M3_PER_WH
        case _:
            return rate


def resolution_of(meter: Meter, quantity: Quantity) -> float:
    """Return the steps in which a register counts; the inventory's are those of the meter's own medium."""
    beside = quantity is Quantity.VOLUME_M3 and meter.medium is Medium.HEAT
    return _BESIDE_RESOLUTION_M3 if beside else meter.resolution


def first_value(seed: int, source: str, quantity: Quantity, limit: float | None = None) -> float:
    """Return what a register showed when its history began, well below where its dial ends."""
    highest = _HIGHEST_FIRST.get(quantity, 0.0)
    if limit is not None:
        highest = min(highest, _HIGHEST_SHARE_OF_DIAL * limit)
    return highest * (0.1 + 0.9 * one_of(key_of(seed, "first", source, quantity)))


def dial_limit(meter: Meter) -> float | None:
    """Return where a meter's dial starts anew, None where the inventory does not say."""
    return None if meter.digits is None else meter.resolution * 10.0**meter.digits


def read_dial(value: FloatArray, step: float) -> FloatArray:
    """Return what the dial shows: the value cut to whole steps, so that it never falls."""
    return np.round(np.floor(value / step + _STEP_TOLERANCE) * step, 6)
