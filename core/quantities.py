"""What can be measured. The value of a `Quantity` is its column, field, panel and API name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How the values of a quantity relate to time."""

    REGISTER = "register"
    """A dial that counts on; only differences mean something."""
    SESSION = "session"
    """A counter that starts anew with each charging session or day."""
    INSTANT = "instant"
    """A value that holds at its instant."""
    STATE = "state"
    """0 or 1, holding until it changes."""


class Quantity(StrEnum):
    """A measured quantity; the last word of its name is its unit."""

    ENERGY_IMPORT_WH = "energy_import_wh"
    ENERGY_EXPORT_WH = "energy_export_wh"
    ENERGY_SESSION_WH = "energy_session_wh"
    ENERGY_USED_WH = "energy_used_wh"
    POWER_W = "power_w"
    VOLTAGE_V = "voltage_v"
    CURRENT_A = "current_a"
    FREQUENCY_HZ = "frequency_hz"
    VOLUME_M3 = "volume_m3"
    FLOW_M3_PER_H = "flow_m3_per_h"
    HEAT_WH = "heat_wh"
    FUEL_HO_WH = "fuel_ho_wh"
    FUEL_HI_WH = "fuel_hi_wh"
    TANK_M3 = "tank_m3"
    STOCK_G = "stock_g"
    MASS_G = "mass_g"
    TEMPERATURE_C = "temperature_c"
    HUMIDITY_PERCENT = "humidity_percent"
    BATTERY_PERCENT = "battery_percent"
    SOC_PERCENT = "soc_percent"
    SOH_PERCENT = "soh_percent"
    FUEL_PERCENT = "fuel_percent"
    ODOMETER_M = "odometer_m"
    CHARGING_FLAG = "charging_flag"
    PLUGGED_IN_FLAG = "plugged_in_flag"
    INTENSITY_G_PER_KWH = "intensity_g_per_kwh"
    PRICE_EUR_PER_MWH = "price_eur_per_mwh"

    @property
    def kind(self) -> Kind:
        """Return how values of this quantity relate to time."""
        return PROPERTIES[self].kind


@dataclass(frozen=True, slots=True)
class Properties:
    """`kind`, and what people see: stored value / `divisor` in `shown_unit` with `decimals` places.

    Heating oil is the exception, see `core.units.look_of`.
    """

    kind: Kind
    divisor: float
    shown_unit: str
    decimals: int


PROPERTIES: dict[Quantity, Properties] = {
    Quantity.ENERGY_IMPORT_WH: Properties(Kind.REGISTER, 1000, "kWh", 1),
    Quantity.ENERGY_EXPORT_WH: Properties(Kind.REGISTER, 1000, "kWh", 1),
    Quantity.ENERGY_SESSION_WH: Properties(Kind.SESSION, 1000, "kWh", 2),
    Quantity.ENERGY_USED_WH: Properties(Kind.REGISTER, 1000, "kWh", 1),
    Quantity.POWER_W: Properties(Kind.INSTANT, 1000, "kW", 2),
    Quantity.VOLTAGE_V: Properties(Kind.INSTANT, 1, "V", 1),
    Quantity.CURRENT_A: Properties(Kind.INSTANT, 1, "A", 1),
    Quantity.FREQUENCY_HZ: Properties(Kind.INSTANT, 1, "Hz", 2),
    Quantity.VOLUME_M3: Properties(Kind.REGISTER, 1, "m³", 2),
    Quantity.FLOW_M3_PER_H: Properties(Kind.INSTANT, 1, "m³/h", 3),
    Quantity.HEAT_WH: Properties(Kind.REGISTER, 1000, "kWh", 1),
    Quantity.FUEL_HO_WH: Properties(Kind.REGISTER, 1000, "kWh\N{NO-BREAK SPACE}Ho", 1),
    Quantity.FUEL_HI_WH: Properties(Kind.REGISTER, 1000, "kWh\N{NO-BREAK SPACE}Hi", 1),
    Quantity.TANK_M3: Properties(Kind.INSTANT, 1, "m³", 3),
    Quantity.STOCK_G: Properties(Kind.INSTANT, 1000, "kg", 0),
    Quantity.MASS_G: Properties(Kind.REGISTER, 1000, "kg", 1),
    Quantity.TEMPERATURE_C: Properties(Kind.INSTANT, 1, "°C", 1),
    Quantity.HUMIDITY_PERCENT: Properties(Kind.INSTANT, 1, "%", 0),
    Quantity.BATTERY_PERCENT: Properties(Kind.INSTANT, 1, "%", 0),
    Quantity.SOC_PERCENT: Properties(Kind.INSTANT, 1, "%", 0),
    Quantity.SOH_PERCENT: Properties(Kind.INSTANT, 1, "%", 1),
    Quantity.FUEL_PERCENT: Properties(Kind.INSTANT, 1, "%", 0),
    Quantity.ODOMETER_M: Properties(Kind.REGISTER, 1000, "km", 0),
    Quantity.CHARGING_FLAG: Properties(Kind.STATE, 1, "", 0),
    Quantity.PLUGGED_IN_FLAG: Properties(Kind.STATE, 1, "", 0),
    Quantity.INTENSITY_G_PER_KWH: Properties(Kind.INSTANT, 1, "g/kWh", 0),
    Quantity.PRICE_EUR_PER_MWH: Properties(Kind.INSTANT, 1, "EUR/MWh", 2),
}
