"""What vehicles tell: what is read, in which unit, with which sign, and what is never read."""

from __future__ import annotations

import json

import pytest

from core.quantities import Quantity
from core.readings import Reading
from ingest.messages import Decoded
from tests.ingest.decoders.samples import NOW, codes, read, recorded, values


def test_ovms_values_become_percent_and_metres() -> None:
    metrics = json.loads(recorded("ovms_v3/metrics.partial.json"))
    found = {
        quantity: value
        for metric, payload in metrics.items()
        for quantity, value in values(read("van", f"ovms/fleet/VAN1/metric/{metric}", payload)).items()
    }
    assert found == {Quantity.SOC_PERCENT: 96.3, Quantity.ODOMETER_M: pytest.approx(57_913_100)}


@pytest.mark.parametrize(
    ("metric", "payload", "quantity", "value"),
    [
        ("v/b/energy/used/total", "8123.4", Quantity.ENERGY_USED_WH, 8_123_400.0),
        ("v/c/kwh/grid/total", "9000", Quantity.ENERGY_IMPORT_WH, 9_000_000.0),
        ("v/c/kwh", "5.5", Quantity.ENERGY_SESSION_WH, 5500.0),
        ("v/b/power", "-7.2", Quantity.POWER_W, 7200.0),
        ("v/b/power", "20", Quantity.POWER_W, -20_000.0),
        ("v/b/soh", "97.5", Quantity.SOH_PERCENT, 97.5),
        ("v/c/charging", "yes", Quantity.CHARGING_FLAG, 1.0),
        ("v/c/charging", "no", Quantity.CHARGING_FLAG, 0.0),
    ],
)
def test_ovms_metrics_have_unit_and_sign(metric: str, payload: str, quantity: Quantity, value: float) -> None:
    decoded = read("van", f"ovms/fleet/VAN1/metric/{metric}", payload)
    assert decoded.readings == (Reading("vehicle:van", quantity, NOW, value),)


@pytest.mark.parametrize("metric", ["v/p/latitude", "v/p/longitude", "v/vin", "v/p/location", "m/net/type"])
def test_positions_and_vins_never_leave_the_ovms_decoder(metric: str) -> None:
    assert read("van", f"ovms/fleet/VAN1/metric/{metric}", "52.5") == Decoded()


def test_teslamate_values_as_its_documentation_prints_them() -> None:
    leaves = json.loads(recorded("teslamate/leaves.json"))
    found = {leaf: values(read("car", f"teslamate/cars/1/{leaf}", payload)) for leaf, payload in leaves.items()}
    assert found == {
        "battery_level": {Quantity.SOC_PERCENT: 88.0},
        "odometer": {Quantity.ODOMETER_M: 1_653_000.0},
        "charge_energy_added": {Quantity.ENERGY_SESSION_WH: pytest.approx(5060)},
        "charger_power": {Quantity.POWER_W: 48_900.0},
        "charging_state": {Quantity.CHARGING_FLAG: 1.0},
        "plugged_in": {Quantity.PLUGGED_IN_FLAG: 1.0},
        "state": {},
        "since": {},
        "geofence": {},
        "location": {},
        "active_route": {},
    }


def test_teslamate_power_is_kw_and_negative_while_charging() -> None:
    assert values(read("car", "teslamate/cars/1/power", "-9")) == {Quantity.POWER_W: 9000.0}


def test_the_charger_speaks_for_the_car_while_it_gives_power() -> None:
    charging = read("car", "teslamate/cars/1/charger_power", "11").memory
    assert read("car", "teslamate/cars/1/power", "-10", charging).readings == ()
    ended = read("car", "teslamate/cars/1/charger_power", "", charging).memory
    assert values(read("car", "teslamate/cars/1/power", "20", ended)) == {Quantity.POWER_W: -20_000.0}


@pytest.mark.parametrize("payload", ["", "nil", "NaN", "null"])
def test_no_value_of_teslamate_is_never_zero(payload: str) -> None:
    decoded = read("car", "teslamate/cars/1/battery_level", payload)
    assert decoded.readings == ()
    assert codes(decoded) == ["payload.value_missing"]


@pytest.mark.parametrize(
    ("entry", "topic", "payload"),
    [("van", "ovms/fleet/VAN1/metric/v/b/soc", "96.3"), ("car", "teslamate/cars/1/battery_level", "88")],
)
def test_a_retained_value_without_a_time_is_no_sample(entry: str, topic: str, payload: str) -> None:
    assert read(entry, topic, payload, retained=True).readings == ()


def test_a_retained_charger_power_is_remembered() -> None:
    seeded = read("car", "teslamate/cars/1/charger_power", "11", retained=True)
    assert seeded.readings == ()
    assert read("car", "teslamate/cars/1/power", "-10", seeded.memory).readings == ()
