"""Units as devices write them, and what makes ours of them (rule 9 of the payload reference)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.quantities import Quantity

_ENERGY: Final = {
    "Wh": 1.0, "wh": 1.0, "kWh": 1e3, "KWh": 1e3, "kwh": 1e3, "KWH": 1e3, "MWh": 1e6, "GWh": 1e9,
    "J": 1 / 3600, "kJ": 1 / 3.6, "MJ": 1e3 / 3.6, "GJ": 1e6 / 3.6,
}  # fmt: skip
_POWER: Final = {"mW": 1e-3, "W": 1.0, "w": 1.0, "kW": 1e3, "KW": 1e3, "kw": 1e3, "MW": 1e6}
_VOLUME: Final = {
    "m³": 1.0, "m3": 1.0, "m^3": 1.0, "L": 1e-3, "l": 1e-3, "dm³": 1e-3, "mL": 1e-6, "ml": 1e-6,
    "ft³": 0.028316846592, "CCF": 2.8316846592, "gal": 0.003785411784,
}  # fmt: skip
_FLOW: Final = {
    "m³/h": 1.0, "m3/h": 1.0, "m³/min": 60.0, "m³/s": 3600.0, "L/s": 3.6, "l/s": 3.6, "L/min": 0.06, "l/min": 0.06,
    "L/h": 1e-3, "l/h": 1e-3,
}  # fmt: skip
_PERCENT: Final = {"%": 1.0}
_UNITS: Final[Mapping[Quantity, Mapping[str, float]]] = {
    Quantity.ENERGY_IMPORT_WH: _ENERGY,
    Quantity.ENERGY_EXPORT_WH: _ENERGY,
    Quantity.ENERGY_SESSION_WH: _ENERGY,
    Quantity.ENERGY_USED_WH: _ENERGY,
    Quantity.HEAT_WH: _ENERGY,
    Quantity.FUEL_HO_WH: _ENERGY,
    Quantity.FUEL_HI_WH: _ENERGY,
    Quantity.POWER_W: _POWER,
    Quantity.VOLTAGE_V: {"mV": 1e-3, "V": 1.0, "v": 1.0, "kV": 1e3},
    Quantity.CURRENT_A: {"mA": 1e-3, "A": 1.0, "a": 1.0},
    Quantity.FREQUENCY_HZ: {"Hz": 1.0, "hz": 1.0, "kHz": 1e3},
    Quantity.VOLUME_M3: _VOLUME,
    Quantity.TANK_M3: _VOLUME,
    Quantity.FLOW_M3_PER_H: _FLOW,
    Quantity.STOCK_G: {"g": 1.0, "kg": 1e3, "t": 1e6},
    Quantity.TEMPERATURE_C: {"°C": 1.0, "C": 1.0},
    Quantity.HUMIDITY_PERCENT: _PERCENT,
    Quantity.BATTERY_PERCENT: _PERCENT,
    Quantity.SOC_PERCENT: _PERCENT,
    Quantity.SOH_PERCENT: _PERCENT,
}


def factor_of(unit: str, quantity: Quantity) -> float | None:
    """Return what turns `unit` into the unit of `quantity`; None where it cannot, such as kWh of water.

    The case of letters is kept, as mW and MW are not the same.
    """
    return _UNITS.get(quantity, {}).get(unit.strip())
