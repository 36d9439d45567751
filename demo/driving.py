"""What driving takes: from the battery by temperature, from the tank, and what is lost on the way into the battery."""

from __future__ import annotations

from core.inventory import Drive, Vehicle
from core.inventory.mobility import VehicleClass
from demo.cars import USE_WH_PER_KM
from demo.chance import key_of, one_of

_MILD_C, _MORE_PER_DEGREE = 20.0, 0.013
"""Below 20 °C each degree takes 1.3 % more from the battery: heating, thicker air, cold tyres."""
_FUEL_MORE_PER_DEGREE = 0.004
_STATED_AT = 1.0 + _MORE_PER_DEGREE * 8.0
"""What the inventory states is the mean of a year at about 12 °C."""
_LOSS_LEAST, _LOSS_SPAN = 0.08, 0.06
_HYBRID_L_PER_100KM = 6.4
_TANK_L = {
    VehicleClass.N1: 70.0,
    VehicleClass.N2: 120.0,
    VehicleClass.N3: 200.0,
    VehicleClass.SPECIAL: 75.0,
}
_TANK_OF_CARS_L = 45.0


def efficiency_of(vehicle: Vehicle, seed: int) -> float:
    """Return which share of the energy at the outlet reaches the battery, 0.86 to 0.92 where nothing is stated."""
    if vehicle.charge_loss_percent is not None:
        return 1.0 - float(vehicle.charge_loss_percent) / 100.0
    return 1.0 - _LOSS_LEAST - _LOSS_SPAN * one_of(key_of(seed, "loss", vehicle.id))


def use_wh_per_km(vehicle: Vehicle, outdoor_c: float) -> float:
    """Return what a kilometre takes from the battery."""
    stated = vehicle.energy_wh_per_100km
    at_mean_wh = USE_WH_PER_KM if stated is None else float(stated) / 100.0
    return at_mean_wh * _factor(outdoor_c, _MORE_PER_DEGREE) / _STATED_AT


def burnt_l(vehicle: Vehicle, distance_m: float, electric_m: float, outdoor_c: float) -> float:
    """Return the litres that a trip burns, 0 where nothing is burnt or nobody says how much."""
    hybrid = vehicle.drive is Drive.PLUG_IN_HYBRID
    per_100km_l = _HYBRID_L_PER_100KM if hybrid else float(vehicle.fuel_l_per_100km or 0)
    return (distance_m - electric_m) / 1e5 * per_100km_l * _factor(outdoor_c, _FUEL_MORE_PER_DEGREE)


def tank_l(vehicle: Vehicle) -> float:
    """Return the size of a vehicle's tank."""
    return _TANK_L.get(vehicle.vehicle_class, _TANK_OF_CARS_L)


def _factor(outdoor_c: float, more_per_degree: float) -> float:
    return 1.0 + more_per_degree * max(_MILD_C - outdoor_c, 0.0)
