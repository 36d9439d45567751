"""What Home Assistant's words for a sensor mean to us: device class, state class and unit.

Document: home-assistant.io, integration sensor, device classes. Home Assistant has one class for all
energy: that a register counts what goes out is only said in its name, by words such as these.
"""

from __future__ import annotations

import re
from typing import Final

from core.errors import ReadingError
from core.quantities import Kind, Quantity
from ingest.messages import Field
from ingest.units import factor_of

QUANTITIES: Final[dict[str, Quantity]] = {
    "energy": Quantity.ENERGY_IMPORT_WH,
    "power": Quantity.POWER_W,
    "voltage": Quantity.VOLTAGE_V,
    "current": Quantity.CURRENT_A,
    "frequency": Quantity.FREQUENCY_HZ,
    "gas": Quantity.VOLUME_M3,
    "water": Quantity.VOLUME_M3,
    "volume": Quantity.VOLUME_M3,
    "volume_storage": Quantity.TANK_M3,
    "volume_flow_rate": Quantity.FLOW_M3_PER_H,
    "temperature": Quantity.TEMPERATURE_C,
    "humidity": Quantity.HUMIDITY_PERCENT,
    "battery": Quantity.BATTERY_PERCENT,
}
OUTWARD: Final = frozenset(
    {"export", "exported", "return", "returned", "ret", "produced", "production", "feedin", "einspeisung", "lieferung"}
)
_WORDS: Final = re.compile(r"[^a-z]+")


def field_of(name: str, device_class: str, state_class: str, unit: str) -> Field | None:
    """Return what a sensor measures, None if it is nothing we store.

    Raises `ReadingError` where its words contradict each other: a unit that the class cannot have,
    a register that is called a momentary value.
    """
    quantity = QUANTITIES.get(device_class)
    if quantity is None:
        return None
    if quantity is Quantity.ENERGY_IMPORT_WH and OUTWARD & set(_WORDS.split(name.lower())):
        quantity = Quantity.ENERGY_EXPORT_WH
    if not unit:
        raise ReadingError("payload.unit_missing", field=name)
    factor = factor_of(unit, quantity)
    if factor is None:
        raise ReadingError("payload.unit_wrong", field=name, unit=unit, quantity=quantity)
    if quantity.kind is Kind.REGISTER and state_class == "measurement":
        raise ReadingError("payload.class_wrong", field=name, kind=f"{device_class}, {state_class}")
    return Field(name, quantity, factor)
