from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.inventory import Feed, Inventory, Meter
from core.quantities import Quantity
from demo.dials import Dial
from demo.messages import Outgoing
from demo.meters import Device, devices_of
from demo.world import World

NOW = datetime(2026, 7, 1, 10, 0, 7, 123_000, tzinfo=UTC)
ZONES = {"hof": ZoneInfo("Europe/Berlin")}

# The documentation's samples (docs of Tasmota, Shelly and ChirpStack), cut to their structure.
TASMOTA = """{"Time":"2019-12-15T15:38:02",
    "SML":{"Total_in":20481.9505,"Total_out":10898.4095,"Power_curr":281,"Meter_number":"0901454d4800004735c7"}}"""
SHELLY_RPC = """{"src":"shellyemg3-dcb4d9c564f4","dst":"shellyemg3/events","method":"NotifyStatus",
    "params":{"ts":1788820998.37,"em1:0":{"id":0,"current":16.714,"act_power":-1899.8,"voltage":117.6}}}"""
SHELLY_EMDATA = """{"id":0,"a_total_act_energy":1075513.08,"a_total_act_ret_energy":0.00,
    "b_total_act_energy":1776542.72,"b_total_act_ret_energy":0.00,"c_total_act_energy":0.01,
    "c_total_act_ret_energy":0.00,"total_act":2852055.81,"total_act_ret":0.00}"""
SHELLY_EM = """{"id":0,"a_current":3.761,"a_voltage":121.7,"a_act_power":342.8,"a_aprt_power":457.5,"a_pf":-0.80,
    "b_current":8.109,"n_current":null,"total_act_power":1300.252,"total_aprt_power":1441.226,
    "user_calibrated_phase":[]}"""
CHIRPSTACK = """{"deduplicationId":"3ac7e3c4","time":"2022-07-18T09:34:15.775023242+00:00",
    "deviceInfo":{"tenantName":"ChirpStack","applicationName":"Test application","deviceProfileName":"p",
    "deviceName":"Test device","devEui":"0101010101010101","tags":{"key":"value"}},"devAddr":"00189440","dr":1,
    "fPort":1,"data":"qg==","rxInfo":[{"gatewayId":"0016c001f153a14c","rssi":-36,"snr":10.5}],"txInfo":{}}"""


@pytest.fixture
def world(depot: Inventory) -> World:
    world = World(depot, seed=1, now_utc=NOW - timedelta(seconds=10))
    world.step(NOW)
    return world


def device(world: World, *names: str, feed: Feed | None = None) -> Device:
    dials = [world.dials[name] for name in names]
    if feed:
        dials = [Dial(replaced(dial, feed), dial.rate, dial.exact) for dial in dials]
    (found,) = devices_of(dials, ZONES, 1, NOW.timestamp())
    return found


def replaced(dial: Dial, feed: Feed) -> Meter:
    return replace(dial.meter, feed=feed)


def only(messages: Iterable[Outgoing]) -> Outgoing:
    (message,) = messages
    return message


def keys(payload: str | bytes) -> set[str]:
    return set(json.loads(payload))


def test_tasmota_speaks_as_documented_in_local_time_without_offset(world: World) -> None:
    message = only(device(world, "hof-strom").messages(NOW))
    body, sample = json.loads(message.payload), json.loads(TASMOTA)
    assert message.topic == "tele/hof/SENSOR"
    assert message.qos == 1
    assert keys(message.payload) == set(sample)
    assert {key.lower() for key in body["SML"]} == {key.lower() for key in sample["SML"]}
    assert body["Time"] == "2026-07-01T12:00:07"
    assert body["SML"]["Total_in"] * 1000 == pytest.approx(
        world.dials["hof-strom"].exact[Quantity.ENERGY_IMPORT_WH], abs=0.2
    )


def test_what_tasmota_promises_is_what_it_says(world: World) -> None:
    message = only(device(world, "hof-strom").messages(NOW))
    said = json.loads(message.payload)["SML"]
    promised = {promise.quantity: promise.value for promise in message.promises}
    assert promised == {
        Quantity.ENERGY_IMPORT_WH: said["Total_in"] * 1000,
        Quantity.ENERGY_EXPORT_WH: said["Total_out"] * 1000,
        Quantity.POWER_W: said["Power_curr"],
    }
    assert {promise.at_utc for promise in message.promises} == {NOW.replace(microsecond=0)}


def test_two_meters_on_one_reader_share_a_message(world: World) -> None:
    second = Feed(
        broker="main",
        format="tasmota_sml",
        topic="tele/hof/SENSOR",
        device="SM2",
        fields=(("E_in", "energy_import_wh * 1000"),),
    )
    dials = [
        world.dials["hof-strom"],
        Dial(replaced(world.dials["hof-laden"], second), 5.0, world.dials["hof-laden"].exact),
    ]
    (reader,) = devices_of(dials, ZONES, 1, NOW.timestamp())
    body = json.loads(only(reader.messages(NOW)).payload)
    assert keys(json.dumps(body)) == {"Time", "SML", "SM2"}
    assert "E_in" in body["SM2"]


def test_shelly_notifies_deltas_with_its_own_time_then_gives_registers_and_status(world: World) -> None:
    shelly = device(world, "hof-laden")
    rpc, status, data = shelly.messages(NOW)
    body = json.loads(rpc.payload)
    assert keys(rpc.payload) == keys(SHELLY_RPC)
    assert rpc.topic == "shelly-laden/events/rpc"
    assert body["params"]["ts"] == pytest.approx(NOW.timestamp(), abs=0.01)
    assert set(body["params"]) == {"ts", "em:0", "emdata:0"}
    assert (status.topic, data.topic) == ("shelly-laden/status/em:0", "shelly-laden/status/emdata:0")
    assert keys(status.payload) >= keys(SHELLY_EM)
    assert keys(data.payload) == keys(SHELLY_EMDATA)
    shelly.sent = 1
    assert set(json.loads(only(shelly.messages(NOW)).payload)["params"]) == {"ts", "em:0"}


def test_the_phases_of_a_shelly_add_up(world: World) -> None:
    body = json.loads(next(iter(device(world, "hof-laden").messages(NOW))).payload)["params"]
    assert sum(body["em:0"][f"{phase}_act_power"] for phase in "abc") == pytest.approx(body["em:0"]["total_act_power"])
    data = body["emdata:0"]
    assert sum(data[f"{phase}_total_act_energy"] for phase in "abc") == pytest.approx(data["total_act"], abs=0.05)


def test_a_single_phase_shelly_speaks_em1(world: World) -> None:
    feed = Feed(broker="main", format="shelly_gen2", topic="shellyemg3-x", device="em1:0")
    rpc, status, data = device(world, "hof-laden", feed=feed).messages(NOW)
    sample = json.loads(SHELLY_RPC)["params"]["em1:0"]
    assert set(json.loads(rpc.payload)["params"]["em1:0"]) == set(sample) == keys(status.payload)
    assert keys(data.payload) == {"id", "total_act_energy", "total_act_ret_energy"}


def test_a_shelly_without_own_time_promises_values_without_instant(world: World) -> None:
    _, status, _ = device(world, "hof-laden").messages(NOW)
    assert [promise.at_utc for promise in status.promises] == [None]


def test_chirpstack_sends_nanoseconds_and_the_codecs_object(world: World) -> None:
    node = device(world, "hof-wasser")
    message = only(node.messages(NOW))
    body = json.loads(message.payload)
    assert message.topic == "application/5c2b/device/fe01/event/up"
    assert keys(message.payload) == keys(CHIRPSTACK) | {"object"}
    assert set(body["deviceInfo"]) == set(json.loads(CHIRPSTACK)["deviceInfo"]) | {"applicationId"}
    assert len(body["time"].partition(".")[2].partition("+")[0]) == 9
    assert body["object"]["sensor"] == {"battery": 88.0}
    litres = world.dials["hof-wasser"].register(Quantity.VOLUME_M3) * 1000
    assert body["object"]["volume_l"] == pytest.approx(litres)


def test_frame_0_has_no_counter_and_every_uplink_its_own_id(world: World) -> None:
    node = device(world, "hof-wasser")
    first, second = (json.loads(only(node.messages(NOW)).payload) for _ in range(2))
    assert "fCnt" not in first
    assert second["fCnt"] == 1
    assert first["deduplicationId"] != second["deduplicationId"]
