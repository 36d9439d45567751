"""Home Assistant's discovery and statestream: what a device says of itself is what is read."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import FormatError
from core.inventory import Inventory
from core.quantities import Quantity
from core.readings import Reading
from ingest.messages import Decoded, Memory
from ingest.routing import Router
from tests.ingest.decoders.samples import NOW, SOURCE, Pairs, a_feed, codes, read, recorded, values
from tests.ingest.rig import ZONE, meter

NODE = "homeassistant/sensor/0x84fd27fffe39e3af"
STATE = "zigbee2mqtt/0x84fd27fffe39e3af"
PLUG = a_feed("ha_discovery", NODE, STATE)
ENTITY = "homeassistant/sensor/school_energy"
STREAM = a_feed("ha_statestream", ENTITY)


def config(**words: object) -> str:
    plain = {"state_topic": STATE, "device_class": "energy", "unit_of_measurement": "kWh"}
    return json.dumps({**plain, **words})


def announced(*configs: str, fields: Pairs = ()) -> Decoded:
    decoded = Decoded()
    for number, text in enumerate(configs):
        feed = a_feed("ha_discovery", NODE, STATE, fields=fields)
        decoded = read(feed, f"{NODE}/s{number}/config", text, decoded.memory, retained=True)
    return decoded


def stated(decoded: Decoded, payload: str, topic: str = STATE, fields: Pairs = ()) -> Decoded:
    return read(a_feed("ha_discovery", NODE, STATE, fields=fields), topic, payload, decoded.memory)


def test_an_announcement_says_how_the_state_is_read() -> None:
    memory = read(PLUG, f"{NODE}/voltage/config", recorded("ha_discovery/voltage.partial.json"), retained=True).memory
    decoded = read(PLUG, STATE, '{"voltage":241,"power":3,"linkquality":48}', memory)
    assert decoded.readings == (Reading(SOURCE, Quantity.VOLTAGE_V, NOW, 241.0),)
    assert not decoded.dated


@pytest.mark.parametrize(
    ("device_class", "unit", "quantity", "value"),
    [
        ("energy", "kWh", Quantity.ENERGY_IMPORT_WH, 8420.0),
        ("energy", "Wh", Quantity.ENERGY_IMPORT_WH, 8.42),
        ("energy", "MWh", Quantity.ENERGY_IMPORT_WH, 8_420_000.0),
        ("energy", "GJ", Quantity.ENERGY_IMPORT_WH, 8.42e6 / 3.6),
        ("power", "kW", Quantity.POWER_W, 8420.0),
        ("gas", "m³", Quantity.VOLUME_M3, 8.42),
        ("water", "L", Quantity.VOLUME_M3, 0.00842),
        ("volume_flow_rate", "L/min", Quantity.FLOW_M3_PER_H, 0.5052),
        ("volume_storage", "L", Quantity.TANK_M3, 0.00842),
        ("current", "mA", Quantity.CURRENT_A, 0.00842),
        ("frequency", "Hz", Quantity.FREQUENCY_HZ, 8.42),
        ("temperature", "°C", Quantity.TEMPERATURE_C, 8.42),
        ("battery", "%", Quantity.BATTERY_PERCENT, 8.42),
    ],
)
def test_class_and_unit_give_quantity_and_factor(
    device_class: str, unit: str, quantity: Quantity, value: float
) -> None:
    known = announced(config(device_class=device_class, unit_of_measurement=unit, value_template="{{ value_json.v }}"))
    assert codes(known) == []
    assert values(stated(known, '{"v":8.42}')) == {quantity: pytest.approx(value)}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"unit_of_measurement": "furlong"}, "payload.unit_wrong"),
        ({"device_class": "water"}, "payload.unit_wrong"),
        ({"device_class": "temperature", "unit_of_measurement": "°F"}, "payload.unit_wrong"),
        ({"unit_of_measurement": None}, "payload.unit_missing"),
        ({"state_class": "measurement"}, "payload.class_wrong"),
        ({"state_topic": "elsewhere/plug"}, "payload.state_elsewhere"),
        ({"value_template": "{{ value_json.energy * 1000 }}"}, "payload.template_unknown"),
        ({"value_template": "{{ states('sensor.x') }}"}, "payload.template_unknown"),
        ({"value_template": "{% if value_json.a %}{{ value_json.b }}{% endif %}"}, "payload.template_unknown"),
        ({"value_template": "{{ value_json.a | abs }}"}, "payload.template_unknown"),
        ({"value_template": "{{ value_json.a }}" + " " * 200 + "x"}, "payload.template_unknown"),
        ({"value_template": 7}, "payload.template_unknown"),
    ],
)
def test_what_contradicts_itself_or_would_have_to_be_evaluated_is_told(words: dict[str, object], code: str) -> None:
    known = announced(config(**words))
    assert codes(known) == [code]
    assert stated(known, '{"energy":1,"a":1,"b":1}').readings == ()


@pytest.mark.parametrize(
    "template",
    [
        "{{ value_json.a.b }}",
        "{{value_json.a.b}}",
        "{{ value_json['a']['b'] }}",
        '{{ value_json["a"].b | float }}',
        "{{ value_json.a['b'] | float(0) | round(2) }}",
        "{{ value_json.a.b | is_defined }}",
        "{{- value_json.a.b|int -}}",
    ],
)
def test_a_template_that_only_names_a_value_is_understood(template: str) -> None:
    known = announced(config(value_template=template))
    assert values(stated(known, '{"a":{"b":1.5}}')) == {Quantity.ENERGY_IMPORT_WH: 1500.0}


@pytest.mark.parametrize("template", ["{{ value }}", "{{ value | float }}", "{{ value_json }}", None])
def test_a_plain_value_is_read_where_the_template_is_the_value(template: str | None) -> None:
    words = {"value_template": template} if template else {}
    known = announced(config(state_topic=f"{STATE}/energy/state", **words))
    assert values(stated(known, "8.42", f"{STATE}/energy/state")) == {Quantity.ENERGY_IMPORT_WH: pytest.approx(8420)}


def test_abbreviations_and_the_base_topic_are_spelled_out() -> None:
    known = announced(
        json.dumps(
            {
                "~": STATE,
                "stat_t": "~/tele",
                "dev_cla": "energy",
                "stat_cla": "total_increasing",
                "unit_of_meas": "kWh",
                "val_tpl": "{{ value_json['ENERGY']['Total'] }}",
                "uniq_id": "x",
            }
        )
    )
    assert values(stated(known, '{"ENERGY":{"Total":6.294}}', f"{STATE}/tele")) == {Quantity.ENERGY_IMPORT_WH: 6294.0}


def test_a_device_may_announce_all_its_sensors_at_once() -> None:
    feed = a_feed("ha_discovery", "homeassistant/device/plug7", STATE)
    body = {
        "stat_t": STATE,
        "cmps": {
            "e": {"p": "sensor", "dev_cla": "energy", "unit_of_meas": "Wh", "val_tpl": "{{ value_json.e }}"},
            "p": {"p": "sensor", "dev_cla": "power", "unit_of_meas": "W", "val_tpl": "{{ value_json.p }}"},
            "s": {"p": "switch", "dev_cla": "energy", "unit_of_meas": "Wh", "val_tpl": "{{ value_json.s }}"},
        },
    }
    memory = read(feed, "homeassistant/device/plug7/config", json.dumps(body), retained=True).memory
    decoded = read(feed, STATE, '{"e":5,"p":-3,"s":1}', memory)
    assert values(decoded) == {Quantity.ENERGY_IMPORT_WH: 5.0, Quantity.POWER_W: -3.0}


def test_an_empty_announcement_takes_the_sensor_away() -> None:
    known = announced(
        config(value_template="{{ value_json.energy }}"), config(device_class="power", unit_of_measurement="W")
    )
    gone = read(PLUG, f"{NODE}/s0/config", "", known.memory)
    assert values(stated(gone, '{"energy":1}')) == {}


def test_a_register_that_counts_outwards_is_told_by_its_name() -> None:
    feed = a_feed("ha_discovery", NODE, STATE)
    memory = Memory()
    for name in ("energy", "energy_returned"):
        text = config(value_template=f"{{{{ value_json.{name} }}}}")
        memory = read(feed, f"{NODE}/{name}/config", text, memory, retained=True).memory
    decoded = read(feed, STATE, '{"energy":2,"energy_returned":1}', memory)
    assert values(decoded) == {Quantity.ENERGY_IMPORT_WH: 2000.0, Quantity.ENERGY_EXPORT_WH: 1000.0}


def test_of_two_sensors_that_claim_the_same_none_is_read_until_the_entry_says_which() -> None:
    both = (config(value_template="{{ value_json.total }}"), config(value_template="{{ value_json.today }}"))
    known = announced(*both)
    assert codes(known) == ["payload.sensor_ambiguous"]
    assert values(stated(known, '{"total":100,"today":1}')) == {}
    fields = (("total", "energy_import_wh * 1000"),)
    declared = announced(*both, fields=fields)
    assert codes(declared) == []
    assert values(stated(declared, '{"total":100,"today":1}', fields=fields)) == {Quantity.ENERGY_IMPORT_WH: 100_000.0}


def test_declared_fields_are_read_before_anything_was_announced() -> None:
    fields = (("energy", "energy_import_wh * 1000"),)
    assert values(stated(Decoded(), '{"energy":8.42}', fields=fields)) == {Quantity.ENERGY_IMPORT_WH: 8420.0}


def test_a_state_before_any_announcement_is_rejected_so_that_it_is_kept() -> None:
    with pytest.raises(FormatError, match=r"payload\.not_announced"):
        read(PLUG, STATE, '{"energy":8.42}')


def test_a_replayed_state_has_no_time_and_is_no_sample() -> None:
    known = announced(config(value_template="{{ value_json.energy }}"))
    assert read(PLUG, STATE, '{"energy":8.42}', known.memory, retained=True).readings == ()


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ('{"energy":null}', "payload.value_missing"),
        ('{"energy":"unavailable"}', "payload.value_missing"),
        ('{"energy":-8388608}', "payload.value_sentinel"),
        ('{"energy":"full"}', "payload.value_invalid"),
    ],
)
def test_no_value_is_never_zero_whatever_default_the_template_has(payload: str, code: str) -> None:
    known = announced(config(value_template="{{ value_json.energy | float(0) }}"))
    decoded = stated(known, payload)
    assert (decoded.readings, codes(decoded)) == ((), [code])


def test_other_announcements_carry_nothing() -> None:
    topic = "homeassistant/binary_sensor/0x84fd27fffe39e3af/x/config"
    feed = a_feed("ha_discovery", topic.removesuffix("/x/config"), STATE)
    assert read(feed, topic, config()).memory.state == {topic: ()}


@pytest.mark.parametrize("topic", [f"{NODE}/energy/config", STATE, f"{STATE}/availability"])
def test_one_entry_has_the_announcements_and_the_states(topic: str) -> None:
    entry = meter("plug", PLUG)
    router = Router(Inventory(meters={"plug": entry}), "main", ZONE, NOW.date())
    assert [route.binding.source for route in router.routes(topic)] == ["meter:plug"]


def streamed(*leaves: tuple[str, str], memory: Memory | None = None, retained: bool = False) -> Decoded:
    decoded = Decoded(memory=memory or Memory())
    for leaf, payload in leaves:
        decoded = read(STREAM, f"{ENTITY}/{leaf}", payload, decoded.memory, retained=retained)
    return decoded


def words(unit: str = "kWh", device_class: str = "energy") -> tuple[tuple[str, str], ...]:
    return (("unit_of_measurement", f'"{unit}"'), ("device_class", f'"{device_class}"'), ("state_class", '"total"'))


KNOWN = streamed(*words(), ("last_updated", "2026-11-22T08:00:00+00:00"), retained=True).memory


def test_a_state_is_dated_by_the_topic_that_follows_it() -> None:
    waiting = streamed(("state", '"20481.9505"'), memory=KNOWN)
    assert waiting.readings == ()
    decoded = streamed(("last_updated", "2026-11-22T08:59:58.969123+00:00"), memory=waiting.memory)
    at_utc = datetime(2026, 11, 22, 8, 59, 58, 969_000, tzinfo=UTC)
    assert [(reading.at_utc, reading.value) for reading in decoded.readings] == [(at_utc, pytest.approx(20_481_950.5))]
    assert decoded.dated


def test_without_times_a_state_bears_its_receipt() -> None:
    decoded = streamed(*words("W", "power"), ("state", "-36"))
    assert decoded.readings == (Reading(SOURCE, Quantity.POWER_W, NOW, -36.0),)


def test_when_times_are_no_longer_published_no_state_is_held_back() -> None:
    first = streamed(("state", "1"), memory=KNOWN)
    later = read(STREAM, f"{ENTITY}/state", "2", first.memory, received_at_utc=NOW + timedelta(minutes=5))
    assert [(reading.at_utc - NOW, reading.value) for reading in later.readings] == [
        (timedelta(), 1000.0),
        (timedelta(minutes=5), 2000.0),
    ]


@pytest.mark.parametrize("order", [("state", "last_updated"), ("last_updated", "state")])
def test_a_replayed_state_counts_once_if_its_time_is_news(order: tuple[str, str]) -> None:
    payloads = {"state": "5", "last_updated": "2026-11-22T08:30:00+00:00"}
    leaves = tuple((leaf, payloads[leaf]) for leaf in order)
    first = streamed(*words(), *leaves, retained=True)
    assert [reading.at_utc for reading in first.readings] == [datetime(2026, 11, 22, 8, 30, tzinfo=UTC)]
    assert streamed(*leaves, memory=first.memory, retained=True).readings == ()


@pytest.mark.parametrize("payload", ['"unavailable"', '"unknown"', "unavailable", '""'])
def test_an_entity_that_is_away_has_no_value(payload: str) -> None:
    decoded = streamed(*words(), ("state", payload))
    assert (decoded.readings, codes(decoded)) == ((), ["payload.value_missing"])


@pytest.mark.parametrize(
    ("known", "code"),
    [
        ((), "payload.class_unknown"),
        ((("device_class", '"energy"'),), "payload.unit_missing"),
        (words("kWh", "water"), "payload.unit_wrong"),
    ],
)
def test_a_state_of_unknown_meaning_is_not_read(known: tuple[tuple[str, str], ...], code: str) -> None:
    decoded = streamed(*known, ("state", "5"))
    assert (decoded.readings, codes(decoded)) == ((), [code])


def test_a_declared_state_needs_no_attributes() -> None:
    feed = a_feed("ha_statestream", ENTITY, fields=(("state", "volume_m3 * 0.001"),))
    assert values(read(feed, f"{ENTITY}/state", "5")) == {Quantity.VOLUME_M3: 0.005}


def test_the_stream_as_its_documentation_prints_it_says_no_number() -> None:
    leaves = json.loads(recorded("ha_statestream/leaves.partial.json"))
    decoded = streamed(*words(), ("state", leaves["state"]))
    assert codes(decoded) == ["payload.value_invalid"]
    old = streamed(*words(), ("last_updated", leaves["last_updated"]), ("state", "5"), ("last_updated", "2017-10-01"))
    assert [(reading.at_utc, reading.value) for reading in old.readings] == [(NOW, 5000.0)]
    assert codes(old) == ["payload.time_implausible"]
