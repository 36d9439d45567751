"""The device detective: everybody on one real broker, floods, refusals, traps."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from core.errors import NotFoundError, UnavailableError
from core.inventory import Medium, MeterRole
from core.quantities import Quantity
from ingest.decoders.tesla_fleet import fingerprint
from ingest.detective import Heard, investigate
from ingest.hearing import KEPT_PER_TOPIC, KEPT_TOPICS, Hearing
from ingest.listening import BrokerListener
from ingest.messages import LARGEST_PAYLOAD_BYTES, Message
from ingest.routing import DECODERS, feed_findings
from ingest.settings import BrokerSettings
from tests.ingest.crowd import Somebody, everybody
from tests.ingest.rig import DEVICE_PASSWORD, DEVICE_USER, Device, Mosquitto, now

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
ALSO_THERE = {
    ("sparkplug_b", "spBv1.0/Rathaus/NDATA/Technik"),  # the node itself, which counts its hours
    ("zigbee2mqtt", "zigbee2mqtt/0x84fd27fffe39e3ac"),  # what the announced device sends
}


def mixed(people: list[Somebody], seed: int) -> list[tuple[str, bytes]]:
    """Return everybody's messages in a random order that keeps the order of each device."""
    queues = [list(person.messages) for person in people]
    turns = [number for number, queue in enumerate(queues) for _ in queue]
    Random(seed).shuffle(turns)
    return [queues[number].pop(0) for number in turns]


def heard(*messages: tuple[str, bytes | str], every_s: float = 10.0, retained: bool = False) -> list[Heard]:
    hearing = Hearing()
    for number, (topic, payload) in enumerate(messages):
        body = payload.encode() if isinstance(payload, str) else payload
        hearing.take(Message("main", topic, body, NOW + timedelta(seconds=number * every_s), retained))
    return list(investigate(list(hearing.tracks.values()), "main", "Europe/Berlin").devices)


def codes(one: Heard) -> set[str]:
    return {finding.code for finding in (*one.doubts, *one.warnings)}


async def listen(mosquitto: Mosquitto, duration_s: float, *topics: str, **changes: object) -> Hearing:
    listener = BrokerListener([mosquitto.settings(**changes)], now)
    return await listener.listen("main", topics or ("#",), duration_s, lambda *_: None)


async def test_everybody_on_one_broker_is_recognised(mosquitto: Mosquitto, device: Device) -> None:
    people = everybody()
    listening = asyncio.create_task(listen(mosquitto, 1.6))
    await asyncio.sleep(0.3)
    await asyncio.to_thread(device.send_all, mixed(people, seed=4))
    hearing = await listening
    assert hearing.messages == sum(len(person.messages) for person in people)
    found = investigate(list(hearing.tracks.values()), "main", "Europe/Berlin")
    told = {(one.feed.format, one.feed.topic) for one in found.devices}
    expected = {(person.format, person.topic) for person in people}
    assert len(expected & told) / len(expected) >= 0.95
    wrong = [one for one in found.devices if (one.feed.format, one.feed.topic) not in expected | ALSO_THERE]
    assert not [one.feed for one in wrong if not one.doubts]
    assert {person.format for person in people} == DECODERS.keys()


@settings(max_examples=8)
@given(st.integers(0, 2**16))
def test_the_order_of_devices_changes_nobody(seed: int) -> None:
    people = everybody()[::3]
    found = heard(*mixed(people, seed), every_s=0.01)
    expected = {(person.format, person.topic) for person in people}
    assert expected <= {(one.feed.format, one.feed.topic) for one in found}


def test_a_proposed_feed_reads_what_the_device_sends() -> None:
    for person in everybody():
        for one in heard(*person.messages):
            if not any(finding.code == "ingest.fields_missing" for finding in feed_findings(one.feed)):
                assert feed_findings(one.feed) == (), one.feed


def test_values_come_with_newest_range_count_and_interval() -> None:
    payloads = [("tele/keller/SENSOR", f'{{"SML":{{"Total_in":{kwh},"Power_curr":{watt}}}}}') for kwh, watt in
                ((10.0, 500), (10.5, -20), (11.0, 300), (11.5, 100))]  # fmt: skip
    (one,) = heard(*payloads, every_s=30)
    power = one.seen.values[Quantity.POWER_W]
    assert (power.newest, power.lowest, power.highest, power.count) == (100.0, -20.0, 500.0, 4)
    assert one.seen.values[Quantity.ENERGY_IMPORT_WH].newest == 11_500.0
    assert (one.seen.interval_s, one.part.medium, one.doubts) == (30, Medium.ELECTRICITY, ())


def test_each_channel_of_a_device_is_one() -> None:
    status = '{{"id":{0},"act_power":5.0,"total_act_energy":1.0}}'
    topics = [(f"shellypro-x/status/em1:{number}", status.format(number)) for number in range(3)]
    assert [one.feed.device for one in heard(*topics)] == ["em1:0", "em1:1", "em1:2"]
    relays = [
        (f"shellies/shellyem-1/emeter/{number}/{leaf}", "5.0") for number in (0, 1) for leaf in ("power", "total")
    ]
    assert [one.feed.device for one in heard(*relays)] == ["emeter/0", "emeter/1"]
    plug = '{"Time":"2026-11-22T16:00:00+00:00","ENERGY":{"Total":[1.0,2.0],"Power":[3,4]}}'
    assert [one.feed.device for one in heard(("tele/x/SENSOR", plug))] == ["1", "2"]
    telegram = (
        '{{"media":"water","meter":"iperl","name":"W","id":"{}","total_m3":1.5,"timestamp":"2026-11-22T16:00:00Z"}}'
    )
    water = [("wmbusmeters", telegram.format(number)) for number in ("11111111", "22222222")]
    assert [one.feed.device for one in heard(*water)] == ["11111111", "22222222"]


def test_a_generator_is_proposed_as_one() -> None:
    (one,) = heard(("solar/114182912345/0/power", "100.0"), ("solar/114182912345/0/yieldtotal", "3.5"))
    assert (one.part.role, one.part.generator) == (MeterRole.GENERATION, "pv")
    assert one.seen.values[Quantity.ENERGY_EXPORT_WH].newest == 3500.0


TRACKER = (
    '{"position":{"fixTime":"2026-11-22T16:00:00Z","latitude":47.7,"longitude":10.3,"attributes":'
    '{"batteryLevel":88,"totalDistance":306214.55}},"device":{"uniqueId":"17"}}'
)


@pytest.mark.parametrize(
    ("code", "messages"),
    [
        ("detective.watt_minutes", [("shellies/shellyplug-s-1/relay/0/energy", "70")]),
        ("detective.units_mixed", [("solar/114182912345/0/yieldday", "12")]),
        ("detective.local_time", [("tele/x/SENSOR", '{"Time":"2026-11-22T17:00:00","SML":{"Total_in":1}}')]),
        ("detective.session_counter_only", [("solar/114182912345/0/yieldday", "12")]),
        (
            "detective.session_counter",
            [("evcc/loadpoints/1/chargedEnergy", "12"), ("evcc/loadpoints/1/chargeTotalImport", "3.5")],
        ),
        (
            "detective.register_falls",
            [("tele/x/SENSOR", '{"SML":{"Total_in":9}}'), ("tele/x/SENSOR", '{"SML":{"Total_in":2}}')],
        ),
        ("detective.unit_missing", [("haus/obis", '{"1.8.0":4711.5}')]),
        ("detective.sentinel", [("tele/x/SENSOR", '{"SML":{"Total_in":4294967295}}')]),
        ("detective.clock_behind_hours", [("tele/x/SENSOR", '{"Time":"2026-11-22T12:00:00Z","SML":{"Total_in":1}}')]),
        ("detective.clock_ahead", [("tele/x/SENSOR", '{"Time":"2026-11-22T16:04:00Z","SML":{"Total_in":1}}')]),
        ("detective.clock_behind", [("tele/x/SENSOR", '{"Time":"2026-11-22T15:00:00Z","SML":{"Total_in":1}}')]),
        ("detective.clock_behind_days", [("tele/x/SENSOR", '{"Time":"2026-01-21T11:07:31Z","SML":{"Total_in":1}}')]),
        ("detective.clock_unusable", [("tele/x/SENSOR", '{"Time":"1970-01-01T00:00:00","SML":{"Total_in":1}}')]),
        (
            "detective.meaning_missing",
            [("watermeter/main/json", '{"value":"1","raw":"1","pre":"1","error":"no error"}')],
        ),
        ("detective.meaning_guessed", [("haus/strom", '{"bezug_kwh":12.5}')]),
        ("detective.doubt_declared", [("haus/strom", '{"bezug_kwh":12.5}')]),
        ("detective.vehicle", [("teslamate/cars/1/odometer", "1653")]),
        ("detective.tracker_battery", [("gps/forward", TRACKER)]),
        ("detective.tracker_distance", [("gps/forward", TRACKER)]),
        ("detective.units_of_profile", [("wican/a1/can/rx", '{"autopid_data":{"SOC":50}}')]),
        ("detective.nothing_measured", [("zigbee2mqtt/Fenster", '{"contact":true,"linkquality":60}')]),
        ("detective.doubt_thin", [("flur/steckdose", '{"energy":1.5,"linkquality":60}')]),
        ("detective.doubt_unreadable", [("tele/x/SENSOR", '{"ENERGY":7,"x":{"y":[]},"bad "SML"}')]),
        ("detective.topic_personal", [("ovms/fleet/WVWZZZ1JZXW000001/metric/v/b/soc", "50")]),
    ],
)
def test_a_trap_is_told(code: str, messages: list[tuple[str, str]]) -> None:
    (one, *_) = heard(*messages)
    assert code in codes(one)


def test_what_only_the_broker_remembers_is_read_and_marked() -> None:
    (one,) = heard(("evcc/loadpoints/1/chargePower", "4200"), retained=True)
    power = one.seen.values[Quantity.POWER_W]
    assert (power.newest, power.replayed) == (4200.0, True)
    assert "detective.retained_only" in codes(one)


def test_two_formats_that_fit_alike_are_a_doubt() -> None:
    (one, *_) = heard(("v1/solar/site/pvPower", "5"), ("inverter/ac/power", "5"))
    assert one.doubts


def test_who_tells_only_where_it_is_is_not_called_silent() -> None:
    (one,) = heard(("teslamate/cars/1/location", '{"latitude":47.7,"longitude":10.3}'))
    assert one.seen.positions == 1
    assert "detective.nothing_measured" not in codes(one)


def test_each_car_behind_one_server_is_one_and_named_without_its_vin() -> None:
    vins = ("5YJ3E1EA7KF317000", "5YJ3E1EA7KF317001")
    found = heard(*((f"telemetry/{vin}/v/BatteryLevel", "75.5") for vin in vins))
    assert [one.feed.topic for one in found] == ["telemetry", "telemetry"]
    assert {one.feed.device for one in found} == {fingerprint(vin) for vin in vins}
    assert all(one.seen.values[Quantity.SOC_PERCENT].newest == 75.5 for one in found)


def test_nothing_secret_is_shown() -> None:
    body = '{"password":"geheim","latitude":47.9,"leistung_w":5,"vin":"WVWZZZ1JZXW000001"}'
    (one,) = heard(("gps/tracker", body))
    assert [named.name for named in one.part.names] == ["leistung_w"]


async def test_fifty_thousand_retained_messages_cost_bounded_memory(mosquitto: Mosquitto) -> None:
    await asyncio.to_thread(_retain, mosquitto, 50_000)
    before_kb = resident_kb()
    hearing = await listen(mosquitto, 2.5)
    if hearing.messages <= KEPT_TOPICS:  # a busy machine
        hearing = await listen(mosquitto, 20)
    assert resident_kb() - before_kb < 64 * 1024
    assert hearing.messages == hearing.retained > KEPT_TOPICS
    assert len(hearing.tracks) == KEPT_TOPICS
    assert hearing.unkept_topics == hearing.messages - KEPT_TOPICS
    found = investigate(list(hearing.tracks.values()), "main", "Europe/Berlin")
    assert len(found.devices) <= 500


def resident_kb() -> int:
    text = Path("/proc/self/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1])  # type: ignore[index]


def _retain(mosquitto: Mosquitto, count: int) -> None:
    client = Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(DEVICE_USER, DEVICE_PASSWORD)
    client.connect("127.0.0.1", mosquitto.port)
    client.loop_start()
    for number in range(count):
        client.publish(f"flut/{number}/wert", f"{number}", 0, retain=True)
    client.publish("flut/ende", "", 1).wait_for_publish(30)
    client.disconnect()
    client.loop_stop()


def test_a_flood_on_one_topic_keeps_its_newest() -> None:
    hearing = Hearing()
    for number in range(5000):
        hearing.take(Message("main", "t", b"%d" % number, NOW))
    hearing.take(Message("main", "big", b"x" * (LARGEST_PAYLOAD_BYTES + 1), NOW))
    assert (hearing.messages, len(hearing.tracks["t"].kept)) == (5001, KEPT_PER_TOPIC)
    assert hearing.tracks["t"].newest.payload == b"4999"
    assert "big" not in hearing.tracks


async def test_the_visit_leaves_no_session_and_takes_no_message_from_ingest(
    mosquitto: Mosquitto, device: Device
) -> None:
    await listen(mosquitto, 0.3, protocol="3.1.1")
    device.send("tele/x/SENSOR", "{}", qos=1)
    hearing = await listen(mosquitto, 0.5, protocol="3.1.1")
    assert hearing.messages == 0


async def test_who_is_refused_or_unknown_is_told_why(mosquitto: Mosquitto) -> None:
    with pytest.raises(UnavailableError) as refused:
        await listen(mosquitto, 1.0, password="wrong")
    assert refused.value.finding.code == "ingest.broker_refused"
    with pytest.raises(UnavailableError) as unreachable:
        await listen(mosquitto, 1.0, port=1)
    assert unreachable.value.finding.code == "ingest.broker_unreachable"
    with pytest.raises(NotFoundError):
        await BrokerListener([], now).listen("x", ("#",), 1.0, lambda *_: None)


async def test_a_subscription_that_is_forbidden_is_told() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(b"\x20\x03\x00\x00\x00")
        asked = await reader.read(1000)
        writer.write(b"\x90\x04" + asked[2:4] + b"\x00\x87")
        await reader.read(1000)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    settings = BrokerSettings(name="main", port=server.sockets[0].getsockname()[1])
    with pytest.raises(UnavailableError) as forbidden:
        await BrokerListener([settings], now).listen("main", ("secret/#",), 2.0, lambda *_: None)
    assert str(forbidden.value.finding) == "ingest.subscription_refused broker=main topics=secret/#"
    server.close()


@given(st.lists(st.tuples(st.text(min_size=1, max_size=30), st.binary(max_size=80)), max_size=6))
def test_any_bytes_on_any_topic_come_to_an_answer(messages: list[tuple[str, bytes]]) -> None:
    for one in heard(*messages):
        assert 0 < one.confidence <= 1


LOOKS = (
    b'"SML"',
    b'{"ENERGY":',
    b'"linkquality"',
    b'"1.8.0":',
    b'{"val":1,"ack":',
    b'"media":"meter":"id":',
    b"}",
    b"[",
)
PLACES = ("tele/x/SENSOR", "v3/a@b/devices/c/up", "spBv1.0/g/DDATA/e/d", "shellies/a/b", "x/chn0/raw", "a/status/em:0")


@given(
    st.lists(
        st.tuples(st.sampled_from(PLACES), st.lists(st.sampled_from(LOOKS) | st.binary(max_size=8)).map(b"".join)),
        max_size=5,
    )
)
def test_half_a_message_of_a_format_comes_to_an_answer(messages: list[tuple[str, bytes]]) -> None:
    counts = Counter(one.feed.topic for one in heard(*messages))
    assert all(count <= 64 * len(DECODERS) for count in counts.values())
