from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.inventory import Inventory
from core.quantities import Quantity
from demo.cars import Activity
from demo.messages import Outgoing
from demo.vehicles import Module, modules_of
from demo.world import World

NOW = datetime(2026, 7, 1, 10, tzinfo=UTC)
# The leaves of the documentation's tables (OVMS metrics, TeslaMate's MQTT page).
OVMS = {"v/b/soc", "v/p/odometer", "v/b/power", "v/b/soh", "v/c/charging", "v/c/kwh", "v/vin", "s/v3/connected"}
TESLAMATE = {
    *("battery_level", "odometer", "state", "since", "charge_energy_added", "charger_power"),
    *("charging_state", "plugged_in", "geofence", "location"),
}


@pytest.fixture
def modules(depot: Inventory) -> dict[str, Module]:
    world = World(depot, seed=1, now_utc=NOW)
    return {module.vehicle.id: module for module in modules_of(depot, world.cars, NOW.timestamp())}


def by_leaf(messages: list[Outgoing], prefix: str) -> dict[str, Outgoing]:
    assert all(message.topic.startswith(prefix) for message in messages)
    return {message.topic.removeprefix(prefix): message for message in messages}


def test_only_vehicles_with_telemetry_speak(modules: dict[str, Module]) -> None:
    assert set(modules) == {"e-1", "e-2"}


def test_ovms_sends_bare_values_retained_and_promises_nothing(modules: dict[str, Module]) -> None:
    module = modules["e-1"]
    module.car.soc_percent, module.car.odometer_m = 96.34, 57_913_149.0
    said = by_leaf(list(module.messages(NOW)), "ovms/hof/e-1/metric/")
    assert set(said) >= OVMS
    assert said["v/b/soc"].payload == b"96.3"
    assert said["v/p/odometer"].payload == b"57913.1"
    assert said["v/c/charging"].payload == b"no"
    assert all(message.qos == 0 and message.retain and not message.promises for message in said.values())


def test_ovms_counts_power_out_of_the_battery(modules: dict[str, Module]) -> None:
    module = modules["e-1"]
    module.car.activity, module.car.power_w = Activity.PLUGGED_IN, 11_000.0
    said = by_leaf(list(module.messages(NOW)), "ovms/hof/e-1/metric/")
    assert float(said["v/b/power"].payload) == -11.0
    assert said["v/c/charging"].payload == b"yes"


def test_teslamate_speaks_as_documented_at_qos_1_retained(modules: dict[str, Module]) -> None:
    module = modules["e-2"]
    module.car.soc_percent, module.car.odometer_m = 88.2, 1_653_420.0
    said = by_leaf(list(module.messages(NOW)), "teslamate/cars/1/")
    assert set(said) >= TESLAMATE
    assert said["battery_level"].payload == b"88"
    assert said["odometer"].payload == b"1653.42"
    assert said["plugged_in"].payload == b"false"
    assert said["charging_state"].payload == b"Disconnected"
    assert all(message.qos == 1 and message.retain for message in said.values())


def test_teslamate_speaks_only_on_change(modules: dict[str, Module]) -> None:
    module = modules["e-2"]
    list(module.messages(NOW))
    assert list(module.messages(NOW)) == []
    module.car.activity, module.car.power_w = Activity.PLUGGED_IN, 22_000.0
    said = by_leaf(list(module.messages(NOW + timedelta(seconds=2))), "teslamate/cars/1/")
    assert set(said) == {"plugged_in", "charging_state", "charger_power", "state", "since"}
    assert said["charger_power"].payload == b"22"


def test_teslamate_promises_its_values_in_our_units(modules: dict[str, Module]) -> None:
    module = modules["e-2"]
    module.car.odometer_m, module.car.session_wh = 1_653_420.0, 5_060.0
    promised = {promise.quantity: promise.value for message in module.messages(NOW) for promise in message.promises}
    assert promised[Quantity.ODOMETER_M] == pytest.approx(1_653_420.0)
    assert promised[Quantity.ENERGY_SESSION_WH] == pytest.approx(5_060.0)
    assert promised[Quantity.PLUGGED_IN_FLAG] == 0.0
