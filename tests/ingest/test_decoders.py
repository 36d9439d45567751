"""Each decoder on recorded messages: what is read, in which unit, with which sign, at which instant."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import FormatError
from core.quantities import Quantity
from core.readings import Reading
from ingest.decoding import decode
from ingest.messages import Decoded, Memory, Message
from ingest.routing import DECODERS, Route, bind
from tests.ingest.rig import INVENTORY, ZONE

PAYLOADS = Path(__file__).parent / "payloads"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SHELLY = "shellyemg3-dcb4d9c564f4"
PRO_3EM = "shellypro3em-1"
LORA = "application/1/device/0101010101010101"


def recorded(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


def read(
    entry: str, topic: str, payload: bytes | str, memory: Memory | None = None, *, retained: bool = False
) -> Decoded:
    thing = INVENTORY.meters.get(entry) or INVENTORY.vehicles[entry]
    assert thing.feed is not None
    route = Route(thing.feed.format, DECODERS[thing.feed.format].decode, bind(thing.source, thing.feed, ZONE))
    body = payload.encode() if isinstance(payload, str) else payload
    return decode(Message("main", topic, body, NOW, retained=retained), route, memory or Memory())


def values(decoded: Decoded) -> dict[Quantity, float]:
    return {reading.quantity: reading.value for reading in decoded.readings}


def codes(decoded: Decoded) -> list[str]:
    return [finding.code for finding in decoded.notices]


def test_a_tasmota_reader_gives_kwh_as_wh_and_feed_in_as_negative_power() -> None:
    decoded = read("power", "tele/tasmota_power/SENSOR", recorded("tasmota_sml_phases.partial.json"))
    at_utc = datetime(2026, 1, 21, 10, 7, 31, tzinfo=UTC)
    assert decoded.readings == (
        Reading("meter:power", Quantity.ENERGY_IMPORT_WH, at_utc, 2_687_368.7),
        Reading("meter:power", Quantity.ENERGY_EXPORT_WH, at_utc, 582_456.9),
        Reading("meter:power", Quantity.POWER_W, at_utc, -36.0),
    )
    assert decoded.dated


def test_a_tasmota_time_from_before_2020_gives_way_to_the_time_of_receipt() -> None:
    decoded = read("power", "tele/tasmota_power/SENSOR", recorded("tasmota_sml_2019.json"))
    assert values(decoded) == {
        Quantity.ENERGY_IMPORT_WH: pytest.approx(20_481_950.5),
        Quantity.ENERGY_EXPORT_WH: pytest.approx(10_898_409.5),
        Quantity.POWER_W: 281.0,
    }
    assert {reading.at_utc for reading in decoded.readings} == {NOW}
    assert codes(decoded) == ["payload.time_implausible"]
    assert not decoded.dated


def test_a_wrapped_tasmota_status_reads_the_same() -> None:
    plain = recorded("tasmota_sml_phases.partial.json")
    wrapped = b'{"StatusSNS":' + plain + b"}"
    topic = "tele/tasmota_power/SENSOR"
    assert read("power", topic, wrapped).readings == read("power", topic, plain).readings


def test_a_second_meter_on_one_reader_is_a_second_object() -> None:
    body = '{"Time":"2026-11-22T09:59:00","SML":{"Total_in":1},"PV":{"E_out":2.5,"Total_out":7}}'
    decoded = read("second", "tele/tasmota_power/SENSOR", body)
    assert values(decoded) == {Quantity.ENERGY_EXPORT_WH: 7000.0, Quantity.ENERGY_IMPORT_WH: 2500.0}


def test_a_tasmota_message_without_the_configured_object_is_rejected() -> None:
    with pytest.raises(FormatError, match=r"payload\.part_missing part=SML"):
        read("power", "tele/tasmota_power/SENSOR", '{"Time":"2026-11-22T09:59:00","HTU21":{"Humidity":38.6}}')


def test_other_topics_of_a_tasmota_reader_carry_nothing() -> None:
    assert read("power", "tele/tasmota_power/LWT", "Online") == Decoded()


def test_a_bad_field_costs_only_itself() -> None:
    body = '{"Time":"2026-11-22T09:59:00","SML":{"Total_in":nan,"Total_out":"1,5","Power_curr":2147483647}}'
    decoded = read("power", "tele/tasmota_power/SENSOR", body)
    assert values(decoded) == {Quantity.ENERGY_EXPORT_WH: 1500.0}
    assert codes(decoded) == ["payload.value_missing", "payload.value_sentinel"]


def test_a_shelly_notification_is_dated_by_the_device() -> None:
    decoded = read("shelly", f"{SHELLY}/events/rpc", recorded("shelly_em1_notification.json"))
    at_utc = datetime(2026, 9, 7, 22, 43, 18, 370_000, tzinfo=UTC)
    assert decoded.readings == (
        Reading("meter:shelly", Quantity.POWER_W, at_utc, -1899.8),
        Reading("meter:shelly", Quantity.VOLTAGE_V, at_utc, 117.6),
        Reading("meter:shelly", Quantity.CURRENT_A, at_utc, 16.714),
    )
    assert decoded.dated


def test_a_shelly_status_bears_the_time_of_receipt() -> None:
    decoded = read("shelly-3em", f"{PRO_3EM}/status/em:0", recorded("shelly_em_status.partial.json"))
    assert values(decoded) == {Quantity.POWER_W: 1300.252, Quantity.CURRENT_A: 11.896}
    assert {reading.at_utc for reading in decoded.readings} == {NOW}
    assert not decoded.dated


def test_shelly_energy_is_in_wh_already() -> None:
    decoded = read("shelly-3em", f"{PRO_3EM}/status/emdata:0", recorded("shelly_emdata_status.json"))
    assert values(decoded) == {Quantity.ENERGY_IMPORT_WH: 2_852_055.81, Quantity.ENERGY_EXPORT_WH: 0.0}


def test_a_shelly_notification_of_one_phase_is_laid_over_the_last_status() -> None:
    memory = read("shelly-3em", f"{PRO_3EM}/status/emdata:0", recorded("shelly_emdata_status.json")).memory
    delta = '{"method":"NotifyStatus","params":{"ts":1795338000.0,"emdata:0":{"a_total_act_energy":1075523.08}}}'
    decoded = read("shelly-3em", f"{PRO_3EM}/events/rpc", delta, memory)
    assert values(decoded) == {Quantity.ENERGY_IMPORT_WH: pytest.approx(2_852_065.81)}


def test_a_shelly_notification_of_one_phase_alone_gives_no_total() -> None:
    delta = '{"method":"NotifyStatus","params":{"ts":1795338000.0,"emdata:0":{"a_total_act_energy":1075523.08}}}'
    assert read("shelly-3em", f"{PRO_3EM}/events/rpc", delta).readings == ()


def test_a_phase_that_fails_gives_no_total_instead_of_an_old_one() -> None:
    memory = read("shelly-3em", f"{PRO_3EM}/status/emdata:0", recorded("shelly_emdata_status.json")).memory
    delta = '{"method":"NotifyStatus","params":{"ts":1795338000.0,"emdata:0":{"a_total_act_energy":null}}}'
    decoded = read("shelly-3em", f"{PRO_3EM}/events/rpc", delta, memory)
    assert decoded.readings == ()
    assert codes(decoded) == ["payload.value_missing"]


def test_a_shelly_clock_that_was_not_set_yet_gives_way_to_the_time_of_receipt() -> None:
    body = '{"method":"NotifyStatus","params":{"ts":1.61,"em1:0":{"act_power":10.0}}}'
    decoded = read("shelly", f"{SHELLY}/events/rpc", body)
    assert [(reading.at_utc, reading.value) for reading in decoded.readings] == [(NOW, 10.0)]
    assert codes(decoded) == ["payload.time_implausible"]


def test_a_shelly_switch_counts_wh() -> None:
    body = '{"id":0,"output":true,"apower":9.2,"voltage":230.1,"aenergy":{"total":1234.5,"by_minute":[1,2,3]}}'
    decoded = read("shelly", f"{SHELLY}/status/switch:0", body)
    assert values(decoded) == {Quantity.POWER_W: 9.2, Quantity.VOLTAGE_V: 230.1, Quantity.ENERGY_IMPORT_WH: 1234.5}


def test_an_entry_reads_only_its_own_shelly_component() -> None:
    body = '{"method":"NotifyStatus","params":{"ts":1795338000.0,"em1:0":{"act_power":1.0},"em1:1":{"act_power":2.0}}}'
    assert values(read("shelly", f"{SHELLY}/events/rpc", body)) == {Quantity.POWER_W: 1.0}
    assert values(read("shelly-channel-1", f"{SHELLY}/events/rpc", body)) == {Quantity.POWER_W: 2.0}
    assert read("shelly-channel-1", f"{SHELLY}/status/em1data:1", '{"total_act_energy":5.0}').readings != ()


def test_a_broken_shelly_component_costs_only_itself() -> None:
    body = '{"method":"NotifyStatus","params":{"ts":1795338000.0,"em1:0":[],"em1data:0":{"total_act_energy":5.0}}}'
    decoded = read("shelly", f"{SHELLY}/events/rpc", body)
    assert values(decoded) == {Quantity.ENERGY_IMPORT_WH: 5.0}
    assert codes(decoded) == ["payload.part_missing"]


@pytest.mark.parametrize("topic", ["online", "status/wifi", "status/sys", "command", ""])
def test_other_topics_of_a_shelly_carry_nothing(topic: str) -> None:
    assert read("shelly", f"{SHELLY}/{topic}", "true") == Decoded()


def test_an_uplink_is_read_by_the_entrys_own_field_map() -> None:
    body = json.loads(recorded("chirpstack_up.partial.json"))
    body["object"] = {"meter": {"liter": 123_456}, "valve": "open"}
    decoded = read("water", f"{LORA}/event/up", json.dumps(body))
    at_utc = datetime(2022, 7, 18, 9, 34, 15, 775_000, tzinfo=UTC)
    assert decoded.readings == (Reading("meter:water", Quantity.VOLUME_M3, at_utc, 123.456),)


def test_an_uplink_delivered_twice_is_read_once() -> None:
    body = b'{"deduplicationId":"a","time":"2026-11-22T08:59:00Z","object":{"meter":{"liter":1}}}'
    first = read("water", f"{LORA}/event/up", body)
    assert len(first.readings) == 1
    assert read("water", f"{LORA}/event/up", body, first.memory).readings == ()


def test_an_uplink_without_codec_is_rejected() -> None:
    with pytest.raises(FormatError, match=r"payload\.no_codec"):
        read("water", f"{LORA}/event/up", recorded("chirpstack_up.partial.json"))


def test_an_empty_uplink_is_nothing() -> None:
    assert read("water", f"{LORA}/event/up", '{"time":"2026-11-22T08:59:00Z"}').readings == ()


def test_a_status_event_tells_of_the_battery() -> None:
    decoded = read("water", f"{LORA}/event/status", recorded("chirpstack_status.partial.json"))
    assert values(decoded) == {Quantity.BATTERY_PERCENT: 88.3}


def test_ovms_values_become_percent_and_metres() -> None:
    metrics = json.loads(recorded("ovms.partial.json"))
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
    leaves = json.loads(recorded("teslamate.json"))
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


def test_a_retained_message_counts_only_if_its_own_time_is_news() -> None:
    topic, body = "tele/tasmota_power/SENSOR", '{"Time":"2026-11-22T09:30:00","SML":{"Total_in":1.0}}'
    first = read("power", topic, body, retained=True)
    assert len(first.readings) == 1
    assert read("power", topic, body, first.memory, retained=True).readings == ()
    newer = body.replace("09:30", "09:35")
    assert len(read("power", topic, newer, first.memory, retained=True).readings) == 1


def test_a_retained_message_with_a_wrong_clock_is_no_sample() -> None:
    body = '{"Time":"1970-01-01T00:00:10","SML":{"Total_in":1.0}}'
    assert read("power", "tele/tasmota_power/SENSOR", body, retained=True).readings == ()


def test_a_payload_beyond_256_kb_is_rejected() -> None:
    with pytest.raises(FormatError, match=r"payload\.too_large"):
        read("power", "tele/tasmota_power/SENSOR", b" " * (256 * 1024 + 1))


def test_in_the_hour_an_autumn_night_has_twice_the_clock_runs_forward() -> None:
    def at(text: str, memory: Memory | None, received: datetime) -> Decoded:
        thing = INVENTORY.meters["power"]
        assert thing.feed is not None
        route = Route("tasmota_sml", DECODERS["tasmota_sml"].decode, bind(thing.source, thing.feed, ZONE))
        body = f'{{"Time":"2026-10-25T{text}","SML":{{"Power_curr":1}}}}'.encode()
        return decode(Message("main", thing.feed.topic, body, received), route, memory or Memory())

    midnight = datetime(2026, 10, 25, tzinfo=UTC)
    memory, instants = None, []
    for step, text in enumerate(["02:10:00", "02:40:00", "02:10:00", "02:40:00", "03:10:00"]):
        decoded = at(text, memory, midnight + timedelta(minutes=10 + 30 * step))
        memory = decoded.memory
        instants.append(decoded.readings[0].at_utc - midnight)
    assert instants == [timedelta(minutes=10 + 30 * step) for step in range(5)]
