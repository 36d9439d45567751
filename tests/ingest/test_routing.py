from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import islice

import pytest

from core.errors import ConfigError, NotFoundError
from core.inventory import Feed, Inventory
from core.quantities import Quantity
from core.texts import catalogue
from ingest.decoding import decode_sample
from ingest.messages import Field
from ingest.routing import DECODERS, Router, bind, feed_findings, hint
from tests.ingest.encoded import ENCODERS, case_of, messages_of
from tests.ingest.rig import INVENTORY, LORA, ZONE, meter

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def _counter(*options: tuple[str, str]) -> Feed:
    fields = (("C1", "volume_m3"),)
    return Feed(broker="b", format="tasmota_counter", topic="tele/x/SENSOR", fields=fields, options=options)


def sources(topic: str, router: Router | None = None) -> set[str]:
    router = router or Router(INVENTORY, "main", ZONE, TODAY)
    return {route.binding.source for route in router.routes(topic)}


@pytest.mark.parametrize(
    ("topic", "found"),
    [
        ("tele/tasmota_power/SENSOR", {"meter:power", "meter:second"}),
        ("tele/tasmota_power/LWT", {"meter:power", "meter:second"}),
        ("shellyemg3-dcb4d9c564f4/events/rpc", {"meter:shelly", "meter:shelly-channel-1"}),
        ("shellypro3em-1/status/em:0", {"meter:shelly-3em"}),
        (f"{LORA}/event/up", {"meter:water"}),
        ("ovms/fleet/VAN1/metric/v/b/soc", {"vehicle:van"}),
        ("teslamate/cars/1/battery_level", {"vehicle:car"}),
        ("teslamate/cars/10/battery_level", set()),
        ("tele/tasmota_power2/SENSOR", set()),
        ("ovms/fleet", set()),
        ("", set()),
    ],
)
def test_a_topic_finds_its_entries(topic: str, found: set[str]) -> None:
    assert sources(topic) == found


def test_another_brokers_topics_are_unknown() -> None:
    assert sources("tele/tasmota_power/SENSOR", Router(INVENTORY, "other", ZONE, TODAY)) == set()


def test_an_entry_is_routed_on_its_days_only() -> None:
    assert sources("tele/tasmota_power/SENSOR", Router(INVENTORY, "main", ZONE, date(2019, 12, 31))) == set()


def test_a_wrong_feed_leaves_the_others_alone() -> None:
    broken = meter("broken", Feed(broker="main", format="smoke_signals", topic="a/b"))
    inventory = Inventory(meters={**INVENTORY.meters, "broken": broken})
    router = Router(inventory, "main", ZONE, TODAY)
    assert sources("a/b", router) == set()
    assert sources("shellypro3em-1/status/em:0", router) == {"meter:shelly-3em"}


@pytest.mark.parametrize(
    ("feed", "codes"),
    [
        (Feed(broker="b", format="tasmota_sml", topic="tele/x/SENSOR"), []),
        (Feed(broker="b", format="smoke_signals", topic="x"), ["ingest.format_unknown"]),
        (Feed(broker="b", format="tasmota_sml", topic="SENSOR"), ["ingest.topic_wrong"]),
        (Feed(broker="b", format="ovms_v3", topic="ovms/+/x"), ["ingest.topic_wrong"]),
        (Feed(broker="b", format="teslamate", topic=""), ["ingest.topic_wrong"]),
        (Feed(broker="b", format="chirpstack_v4", topic=LORA), ["ingest.fields_missing"]),
        (Feed(broker="b", format="tasmota_plug", topic="tele/x/SENSOR", device="2"), []),
        (Feed(broker="b", format="tasmota_plug", topic="tele/x/SENSOR", device="left"), ["ingest.device_wrong"]),
        (Feed(broker="b", format="shelly_gen1", topic="shellies/x", device="emeter/0+2"), []),
        (Feed(broker="b", format="shelly_gen1", topic="shellies/x", device="emeter"), ["ingest.device_wrong"]),
        (Feed(broker="b", format="zigbee2mqtt", topic="z/x", options=(("colour", "red"),)), ["ingest.option_unknown"]),
        (_counter(("counts", "delta"), ("period_s", "60")), []),
        (_counter(("counts", "backwards"), ("period_s", "0")), ["ingest.option_wrong", "ingest.option_wrong"]),
        (Feed(broker="b", format="ovms_v3", topic="o/u/v", fields=(("a", "power_w"),)), ["ingest.fields_unused"]),
        (Feed(broker="b", format="tasmota_sml", topic="t/x/S", fields=(("a", "joy"),)), ["ingest.field_wrong"]),
        (Feed(broker="b", format="tasmota_sml", topic="t/x/S", fields=(("a", "power_w*x"),)), ["ingest.field_wrong"]),
        (
            Feed(broker="b", format="tasmota_sml", topic="t/x/S", fields=(("a", "power_w*nan"),)),
            ["ingest.field_wrong"],
        ),
    ],
)
def test_a_feed_is_checked(feed: Feed, codes: list[str]) -> None:
    findings = feed_findings(feed)
    assert [finding.code for finding in findings] == codes
    assert all(catalogue("de").tell(finding) != finding.code for finding in findings)


def test_own_fields_replace_those_of_the_format() -> None:
    feed = Feed(broker="b", format="tasmota_sml", topic="t/x/S", fields=(("Total_in", "energy_import_wh"),))
    assert bind("meter:x", feed, ZONE).fields == (
        Field("Total_out", Quantity.ENERGY_EXPORT_WH, 1000.0),
        Field("Power_curr", Quantity.POWER_W),
        Field("Total_in", Quantity.ENERGY_IMPORT_WH),
    )


def test_a_wrong_feed_cannot_be_bound() -> None:
    with pytest.raises(ConfigError):
        bind("meter:x", Feed(broker="b", format="smoke_signals", topic="x"), ZONE)


@pytest.mark.parametrize(
    ("topic", "payload", "name"),
    [
        ("tele/x/SENSOR", b'{"SML":{"Total_in":1}}', "tasmota_sml"),
        ("shelly-1/events/rpc", b'{"method":"NotifyStatus"}', "shelly_gen2"),
        ("shelly-1/status/em1:0", b"{}", "shelly_gen2"),
        ("application/9/device/0102/event/up", b'{"deviceInfo":{}}', "chirpstack_v4"),
        ("ovms/u/v/metric/v/b/soc", b"96.3", "ovms_v3"),
        ("teslamate/cars/2/odometer", b"1", "teslamate"),
        ("zigbee2mqtt/plug", b'{"power":3}', ""),
        ("zigbee2mqtt/Rathaus/EG/plug", b'{"power":3,"linkquality":48}', "zigbee2mqtt"),
        ("zigbee2mqtt/bridge/info", b'{"energy":3}', ""),
        ("tele/x/SENSOR", b'{"ENERGY":{"Total":1}}', "tasmota_plug"),
        ("tele/x/SENSOR", b'{"COUNTER":{"C1":1}}', "tasmota_counter"),
        ("tele/x/RESULT", b'{"SerialReceived":"1-0:1.8.1(005779.835*kWh)"}', "tasmota_p1"),
        ("shellies/shellyem3-1/emeter/0/total", b"21831.1", "shelly_gen1"),
    ],
)
def test_an_unknown_topic_is_given_a_hint(topic: str, payload: bytes, name: str) -> None:
    assert hint(topic, payload) == name


@pytest.mark.parametrize("name", ENCODERS)
def test_the_topic_of_an_entry_is_found_in_one_of_its_messages(name: str) -> None:
    topic = case_of(name).feed.topic
    found = {DECODERS[name].feed_topic(message.topic) for message in islice(messages_of(name), 40)}
    assert any(f"{each}/".startswith(f"{topic}/") for each in found)


def test_a_pasted_sample_is_decoded() -> None:
    decoded = decode_sample("ovms_v3", "ovms/u/v/metric/v/b/soc", b"96.3", NOW, "Europe/Berlin")
    assert [(reading.source, reading.value) for reading in decoded.readings] == [("meter:sample", 96.3)]


def test_a_pasted_uplink_is_decoded_by_given_fields() -> None:
    body = b'{"time":"2026-11-22T08:00:00Z","object":{"liter":5}}'
    decoded = decode_sample(
        "chirpstack_v4", f"{LORA}/event/up", body, NOW, "Europe/Berlin", fields=(("liter", "volume_m3 * 0.001"),)
    )
    assert [reading.value for reading in decoded.readings] == [0.005]


def test_a_pasted_message_is_decoded_by_given_options() -> None:
    body = b'{"Time":"2026-11-22T10:00:00","COUNTER":{"C1":7}}'
    decoded = decode_sample(
        "tasmota_counter",
        "tele/x/SENSOR",
        body,
        NOW,
        "Europe/Berlin",
        fields=(("C1", "volume_m3"),),
        options=(("counts", "delta"),),
    )
    assert [reading.value for reading in decoded.readings] == [0.0, 7.0]


def test_a_sample_of_an_unknown_format_is_refused() -> None:
    with pytest.raises(NotFoundError, match=r"ingest\.format_unknown"):
        decode_sample("smoke_signals", "x", b"", NOW, "Europe/Berlin")
