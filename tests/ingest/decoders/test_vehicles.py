"""What vehicles tell: what is read, in which unit, with which sign, and what is never read."""

from __future__ import annotations

import json

import pytest

from core.quantities import Quantity
from core.readings import Reading
from ingest.decoders.tesla_fleet import fingerprint
from ingest.messages import Decoded, Memory
from ingest.routing import feed_findings
from tests.ingest.decoders.samples import NOW, a_feed, codes, read, recorded, values

VIN = "5YJ3E1EA7KF317000"
TESLA = a_feed("tesla_fleet", "telemetry", fingerprint(VIN))
WICAN = a_feed("wican", "wican/a1b2c3")
TRACKER = a_feed("traccar", "fleet/positions", "350000000000017")
EVCC = a_feed("evcc_vehicle", "evcc/loadpoints", "db:5")


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


@pytest.mark.parametrize("metric", ["v/p/longitude", "v/vin", "v/p/location", "m/net/type"])
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


def test_a_position_of_teslamate_is_read_and_not_shown() -> None:
    leaves = json.loads(recorded("teslamate/leaves.json"))
    decoded = read("car", "teslamate/cars/1/location", leaves["location"])
    (position,) = decoded.positions
    assert (position.source, position.fix.latitude_deg, position.fix.longitude_deg) == (
        "vehicle:car",
        35.278131,
        29.744801,
    )
    assert "35.27" not in repr(decoded)
    assert read("car", "teslamate/cars/1/location", leaves["location"], retained=True).positions == ()


def test_half_a_position_waits_for_its_other_half() -> None:
    first = read("van", "ovms/fleet/VAN1/metric/v/p/latitude", "47.7236")
    assert first.positions == ()
    (position,) = read("van", "ovms/fleet/VAN1/metric/v/p/longitude", "10.3175", first.memory).positions
    assert (position.fix.latitude_deg, position.fix.longitude_deg) == (47.7236, 10.3175)


@pytest.mark.parametrize("place", ["0,0", "91,10", "47,181", "x,10", ",", "NaN,10"])
def test_a_position_on_no_map_is_told_without_saying_it(place: str) -> None:
    latitude, _, longitude = place.partition(",")
    first = read("van", "ovms/fleet/VAN1/metric/v/p/latitude", latitude)
    decoded = read("van", "ovms/fleet/VAN1/metric/v/p/longitude", longitude, first.memory)
    assert decoded.positions == ()
    assert [str(finding) for finding in decoded.notices] == ["payload.position_invalid"]


@pytest.mark.parametrize("payload", ["127.5", "255", "-1", "100.5"])
def test_a_charge_level_beyond_percent_is_none(payload: str) -> None:
    decoded = read("van", "ovms/fleet/VAN1/metric/v/b/soc", payload)
    assert (decoded.readings, codes(decoded)) == ((), ["payload.value_out_of_range"])


def test_times_that_never_were_stop_nothing() -> None:
    assert read("car", "teslamate/cars/1/since", "2019-02-29T23:00:07Z") == Decoded()
    assert read("van", "ovms/fleet/VAN1/metric/v/c/timestart", "2024-11-11 18:19:21 CET") == Decoded()


def test_tesla_fields_as_their_documentation_prints_them() -> None:
    fields = json.loads(recorded("tesla_fleet/fields.json"))
    told = {name: read(TESLA, f"telemetry/{VIN}/v/{name}", payload) for name, payload in fields.items()}
    assert values(told["BatteryLevel"]) == {Quantity.SOC_PERCENT: 75.5}
    assert told["VehicleName"] == Decoded()
    assert told["Location"].positions[0].fix.longitude_deg == -122.4194


def test_a_tesla_is_known_by_its_fingerprint_alone() -> None:
    assert read(TESLA, "telemetry/5YJ3E1EA7KF000001/v/BatteryLevel", "75.5") == Decoded()
    assert VIN not in repr(TESLA)


@pytest.mark.parametrize("payload", ["12.5", '"12.5"'])
def test_miles_become_metres_whether_number_or_text(payload: str) -> None:
    assert values(read(TESLA, f"telemetry/{VIN}/v/Odometer", payload)) == {Quantity.ODOMETER_M: pytest.approx(20_116.8)}


@pytest.mark.parametrize(
    ("state", "charging", "plugged"),
    [("DetailedChargeStateCharging", 1, 1), ('"Complete"', 0, 1), ("DetailedChargeStateDisconnected", 0, 0)],
)
def test_the_charge_state_of_a_tesla_tells_charging_and_plug(state: str, charging: float, plugged: float) -> None:
    told = values(read(TESLA, f"telemetry/{VIN}/v/DetailedChargeState", state))
    assert told == {Quantity.CHARGING_FLAG: charging, Quantity.PLUGGED_IN_FLAG: plugged}
    assert read(TESLA, f"telemetry/{VIN}/v/DetailedChargeState", "null") == Decoded()


def test_two_powers_of_a_tesla_do_not_alternate() -> None:
    def power(name: str, kw: str, memory: Memory | None = None) -> Decoded:
        return read(TESLA, f"telemetry/{VIN}/v/{name}", kw, memory)

    at_battery = power("DCChargingPower", "9.8")
    assert power("ACChargingPower", "11.0", at_battery.memory).readings == ()
    at_plug = power("ACChargingPower", "11.0")
    assert power("DCChargingPower", "0", at_plug.memory).readings == ()
    assert values(at_plug) == {Quantity.POWER_W: 11_000.0}


def test_a_sleeping_control_unit_has_no_values() -> None:
    half_asleep = read(WICAN, "wican/a1b2c3/can/rx", recorded("wican/autopid.partial.json"))
    assert values(half_asleep) == {Quantity.FUEL_PERCENT: 62.35}
    asleep = '{"SOC":0,"FUEL":100,"ODOMETER":0,"COOLANT_TMP":-40}'
    assert read(WICAN, "wican/a1b2c3/can/rx", asleep).readings == ()
    awake = '{"autopid_data":{"SOC":0,"ODOMETER":48211,"COOLANT_TMP":80}}'
    assert values(read(WICAN, "wican/a1b2c3/can/rx", awake)) == {
        Quantity.SOC_PERCENT: 0.0,
        Quantity.ODOMETER_M: 48_211_000.0,
    }


def test_the_status_of_a_dongle_is_quiet() -> None:
    assert read(WICAN, "wican/a1b2c3/status", '{"status":"online","sta_pass":"x"}') == Decoded()


def forwarded(**changes: object) -> str:
    attributes = json.loads(recorded("traccar/attributes.partial.json"))
    position = {
        "fixTime": "2026-11-22T08:59:00.000+00:00",
        "valid": True,
        "outdated": False,
        "latitude": 47.7236,
        "longitude": 10.3175,
        "attributes": {**attributes, "odometer": 48_211_000, "batteryLevel": 64},
        **changes,
    }
    return json.dumps({"position": position, "device": {"id": 7, "name": "Bus", "uniqueId": "350000000000017"}})


def test_a_forwarded_position_has_the_time_of_its_fix() -> None:
    decoded = read(TRACKER, "fleet/positions", forwarded())
    assert values(decoded) == {Quantity.ODOMETER_M: 48_211_000.0}
    assert decoded.dated
    assert decoded.readings[0].at_utc == decoded.positions[0].fix.at_utc == NOW.replace(hour=8, minute=59)


@pytest.mark.parametrize("flaw", [{"valid": False}, {"outdated": True}, {"accuracy": 900.0}])
def test_a_flawed_position_is_none(flaw: dict[str, object]) -> None:
    assert read(TRACKER, "fleet/positions", forwarded(**flaw)).positions == ()


def test_a_tracker_without_a_usable_time_says_nothing() -> None:
    decoded = read(TRACKER, "fleet/positions", forwarded(fixTime="2019-02-29T10:00:00Z"))
    assert (decoded.readings, decoded.positions, codes(decoded)) == ((), (), ["payload.time_invalid"])


def test_the_battery_of_a_tracker_is_a_vehicles_only_if_declared() -> None:
    feed = a_feed(
        "traccar",
        "fleet/positions",
        "350000000000017",
        fields=(("batteryLevel", "soc_percent"), ("totalDistance", "odometer_m"), ("odometer", "odometer_m")),
    )
    assert values(read(feed, "fleet/positions", forwarded()))[Quantity.SOC_PERCENT] == 64.0


def test_another_tracker_on_the_topic_is_not_ours() -> None:
    other = a_feed("traccar", "fleet/positions", "350000000000018")
    assert read(other, "fleet/positions", forwarded()) == Decoded()


ANY_CAR = a_feed(
    "generic_json",
    "fleet/any",
    fields=(("mileage", "odometer_m * 1609.344"), ("plug", "plugged_in_flag"), ("soc", "soc_percent in 0..100")),
    options=(("latitude", "gps.lat"), ("longitude", "gps.lon"), ("time", "at")),
)


def test_any_vehicle_can_be_declared() -> None:
    body = '{"at":"2026-11-22T08:58:00Z","mileage":"10","plug":true,"soc":254,"gps":{"lat":47.7236,"lon":10.3175}}'
    decoded = read(ANY_CAR, "fleet/any", body)
    assert values(decoded) == {Quantity.ODOMETER_M: pytest.approx(16_093.44), Quantity.PLUGGED_IN_FLAG: 1.0}
    assert decoded.positions[0].fix.at_utc == NOW.replace(hour=8, minute=58)
    assert codes(decoded) == ["payload.value_out_of_range"]
    only_place = read(ANY_CAR, "fleet/any", '{"at":"2026-11-22T08:58:00Z","gps":{"lat":47.7236,"lon":10.3175}}')
    assert (only_place.readings, len(only_place.positions)) == ((), 1)
    assert read(ANY_CAR, "fleet/any", body, decoded.memory, retained=True).positions == ()


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((("latitude", "gps.lat"),), "ingest.option_needs"),
        ((("latitude", "y"), ("longitude", "lon")), "ingest.place_not_told"),
    ],
)
def test_a_position_is_declared_whole_and_under_a_name_that_tells_it(
    options: tuple[tuple[str, str], ...], code: str
) -> None:
    feed = a_feed("generic_json", "fleet/any", fields=(("soc", "soc_percent"),), options=options)
    assert [finding.code for finding in feed_findings(feed)] == [code]


def test_evcc_tells_of_a_vehicle_only_while_it_is_there() -> None:
    here = read(EVCC, "evcc/loadpoints/1/vehicleName", "db:5", retained=True).memory
    assert values(read(EVCC, "evcc/loadpoints/1/vehicleSoc", "61", here)) == {Quantity.SOC_PERCENT: 61.0}
    assert read(EVCC, "evcc/loadpoints/2/vehicleSoc", "12", here).readings == ()
    gone = read(EVCC, "evcc/loadpoints/1/vehicleName", "db:9", here).memory
    assert read(EVCC, "evcc/loadpoints/1/vehicleSoc", "12", gone).readings == ()
