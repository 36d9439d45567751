"""Vehicles as their modules speak: OVMS v3 (QoS 0, retained) and TeslaMate (QoS 1, retained, on change).

Both send bare values without a time. Position and VIN are sent as the real ones do: the service
must not keep them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from core.inventory import Inventory, Site, Vehicle
from core.quantities import Quantity
from demo.cars import USE_WH_PER_KM, Activity, Car, is_electric
from demo.messages import Outgoing, Promise

OVMS_EVERY_S, TESLAMATE_EVERY_S = 4.0, 2.0

Leaf = tuple[str, tuple[Promise, ...]]
"""The text of a value, and the reading it promises, if any."""


@dataclass(slots=True)
class Module:
    """A vehicle's module, with what it sent last of each leaf."""

    vehicle: Vehicle
    car: Car
    site: Site
    due_s: float
    sent: dict[str, str] = field(default_factory=dict)

    def messages(self, now_utc: datetime) -> Iterator[Outgoing]:
        """Yield what the module sends now."""
        yield from ovms(self) if _format(self.vehicle) == "ovms_v3" else teslamate(self, now_utc)


EVERY_S: dict[str, float] = {"ovms_v3": OVMS_EVERY_S, "teslamate": TESLAMATE_EVERY_S}


def modules_of(inventory: Inventory, cars: Mapping[str, Car], now_s: float) -> list[Module]:
    """Return the modules of vehicles with a feed."""
    return [
        Module(car.vehicle, car, inventory.sites[car.vehicle.site], now_s + 0.3 * place)
        for place, car in enumerate(cars.values())
        if car.vehicle and _format(car.vehicle) in EVERY_S
    ]


def every_s(module: Module) -> float:
    """Return how often a module looks whether something has changed."""
    return EVERY_S[_format(module.vehicle)]


def ovms(module: Module) -> Iterator[Outgoing]:
    """Yield `<prefix>/metric/...`: bare numbers without unit, booleans as yes and no, nothing promised (QoS 0)."""
    car, electric = module.car, is_electric(module.vehicle)
    charging = "yes" if car.power_w > 0.0 else "no"
    leaves = {
        "metric/s/v3/connected": "yes",
        "metric/v/vin": "WV" + module.vehicle.id.upper().replace("-", "").ljust(15, "0")[:15],
        "metric/v/p/odometer": f"{car.odometer_m / 1000.0:.1f}",
        "metric/v/p/speed": f"{car.speed_m_per_s * 3.6:.0f}",
    }
    if electric:
        leaves |= {
            "metric/v/b/soc": f"{car.soc_percent:.1f}",
            "metric/v/b/soh": "96.0",
            "metric/v/b/power": f"{_battery_kw(car):.2f}",
            "metric/v/c/charging": charging,
            "metric/v/c/kwh": f"{car.session_wh / 1000.0:.3f}",
        }
    for name, text in _changed(module, leaves):
        yield Outgoing(format="ovms", topic=f"{_prefix(module)}/{name}", payload=text.encode(), qos=0, retain=True)


def teslamate(module: Module, now_utc: datetime) -> Iterator[Outgoing]:
    """Yield `teslamate/cars/<n>/<leaf>` for all that has changed."""
    car, source = module.car, module.vehicle.source
    km, added_kwh, charger_kw = car.odometer_m / 1000.0, car.session_wh / 1000.0, car.power_w / 1000.0
    plugged_in = car.activity is Activity.PLUGGED_IN
    state = "charging" if car.power_w > 0.0 else "driving" if car.activity is Activity.DRIVING else "online"
    promised: dict[str, tuple[str, Quantity, float]] = {
        "battery_level": (f"{car.soc_percent:.0f}", Quantity.SOC_PERCENT, float(f"{car.soc_percent:.0f}")),
        "odometer": (f"{km:.2f}", Quantity.ODOMETER_M, float(f"{km:.2f}") * 1000.0),
        "plugged_in": (str(plugged_in).lower(), Quantity.PLUGGED_IN_FLAG, float(plugged_in)),
        "charge_energy_added": (f"{added_kwh:.2f}", Quantity.ENERGY_SESSION_WH, float(f"{added_kwh:.2f}") * 1000.0),
        "charger_power": (f"{charger_kw:.0f}", Quantity.POWER_W, float(f"{charger_kw:.0f}") * 1000.0),
        "charging_state": (_charging_state(car), Quantity.CHARGING_FLAG, float(car.power_w > 0.0)),
    }
    others = {
        "display_name": module.vehicle.name,
        "state": state,
        "since": f"{now_utc:%Y-%m-%dT%H:%M:%SZ}" if module.sent.get("state") != state else module.sent["since"],
        "speed": f"{car.speed_m_per_s * 3.6:.0f}",
        "geofence": "" if car.activity is Activity.DRIVING else module.site.name,
        "location": _location(module.site),
    }
    texts = {name: text for name, (text, _, _) in promised.items()} | others
    for name, text in _changed(module, texts):
        _, quantity, value = promised.get(name, ("", None, 0.0))
        promises = (Promise(source, quantity, value),) if quantity else ()
        topic = f"{_prefix(module)}/{name}"
        yield Outgoing(format="teslamate", topic=topic, payload=text.encode(), retain=True, promises=promises)


def _changed(module: Module, leaves: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, text in leaves.items():
        if module.sent.get(name) != text:
            module.sent[name] = text
            yield name, text


def _battery_kw(car: Car) -> float:
    """Return the power out of the battery, negative while charging."""
    if car.power_w > 0.0:
        return -car.power_w / 1000.0
    return USE_WH_PER_KM * car.speed_m_per_s * 3.6 / 1000.0


def _charging_state(car: Car) -> str:
    if car.activity is not Activity.PLUGGED_IN:
        return "Disconnected"
    return "Charging" if car.power_w > 0.0 else "Complete"


def _location(site: Site) -> str:
    return orjson.dumps({"latitude": site.latitude_deg, "longitude": site.longitude_deg}).decode()


def _format(vehicle: Vehicle) -> str:
    return vehicle.feed.format if vehicle.feed else ""


def _prefix(module: Module) -> str:
    return module.vehicle.feed.topic if module.vehicle.feed else ""
