"""LoRaWAN servers: what is read, in which unit, at which instant."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from core.errors import FormatError
from core.quantities import Quantity
from core.readings import Reading
from ingest.messages import Decoded
from ingest.routing import DECODERS, hint
from tests.ingest.decoders.samples import SOURCE, a_feed, codes, read, recorded, values
from tests.ingest.rig import LORA


def test_an_uplink_is_read_by_the_entrys_own_field_map() -> None:
    body = json.loads(recorded("chirpstack_v4/up.partial.json"))
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
        read("water", f"{LORA}/event/up", recorded("chirpstack_v4/up.partial.json"))


def test_an_empty_uplink_is_nothing() -> None:
    assert read("water", f"{LORA}/event/up", '{"time":"2026-11-22T08:59:00Z"}').readings == ()


def test_a_status_event_tells_of_the_battery() -> None:
    decoded = read("water", f"{LORA}/event/status", recorded("chirpstack_v4/status.partial.json"))
    assert values(decoded) == {Quantity.BATTERY_PERCENT: 88.3}


def test_a_device_that_sends_late_is_dated_by_itself() -> None:
    feed = a_feed("chirpstack_v4", LORA, fields=(("v", "volume_m3"),), options=(("time", "zeit"),))
    body = '{"time":"2026-11-22T08:59:00Z","object":{"v":5,"zeit":1795244400}}'
    assert [reading.at_utc for reading in read(feed, f"{LORA}/event/up", body).readings] == [
        datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
    ]


TTS = "v3/hafi-ttn-lorawan@ttn/devices/eui-lobaro-modbus"
CISTERN = a_feed(
    "things_stack_v3",
    TTS,
    fields=(("zisternenpegel", "tank_m3"), ("airhumidity", "humidity_percent"), ("relais3", "power_w")),
)


def test_an_uplink_of_the_things_stack_keeps_zero_and_null_in_what_was_decoded() -> None:
    decoded = read(CISTERN, f"{TTS}/up", recorded("things_stack_v3/up.partial.json"))
    at_utc = datetime(2024, 1, 22, 7, 6, 25, 260_000, tzinfo=UTC)
    assert decoded.readings == (
        Reading(SOURCE, Quantity.TANK_M3, at_utc, 2.0),
        Reading(SOURCE, Quantity.HUMIDITY_PERCENT, at_utc, 50.9),
    )
    assert codes(decoded) == ["payload.value_missing"]
    assert decoded.dated
    zero = a_feed("things_stack_v3", TTS, fields=(("relais1", "power_w"),))
    assert values(read(zero, f"{TTS}/up", recorded("things_stack_v3/up.partial.json"))) == {Quantity.POWER_W: 0.0}


def test_frames_are_read_whatever_their_counter_says() -> None:
    """It begins anew at each join, and 0 is left out."""
    memory = None
    for counter in ('"f_cnt":7,', "", '"f_cnt":1,'):
        body = (
            f'{{"received_at":"2026-11-22T08:00:00Z","uplink_message":{{{counter}"decoded_payload":{{"relais3":1}}}}}}'
        )
        decoded = read(CISTERN, f"{TTS}/up", body, memory)
        memory = decoded.memory
        assert values(decoded) == {Quantity.POWER_W: 1.0}


@pytest.mark.parametrize("own", ['"timestamp":1672472296', '"timestamp":"2022-12-31T08:38:16+01:00"'])
def test_replayed_frames_are_dated_by_the_device_where_the_entry_says_so(own: str) -> None:
    feed = a_feed("things_stack_v3", TTS, fields=(("volt", "voltage_v"),), options=(("time", "timestamp"),))
    late = f'{{"received_at":"2026-11-22T08:00:00Z","uplink_message":{{"decoded_payload":{{"volt":3.6,{own}}}}}}}'
    live = '{"received_at":"2026-11-22T08:00:00Z","uplink_message":{"decoded_payload":{"volt":3.6}}}'
    first = read(feed, f"{TTS}/up", live)
    second = read(feed, f"{TTS}/up", late, first.memory)
    assert [reading.at_utc for reading in first.readings] == [datetime(2026, 11, 22, 8, 0, tzinfo=UTC)]
    assert [reading.at_utc for reading in second.readings] == [datetime(2022, 12, 31, 7, 38, 16, tzinfo=UTC)]


def test_what_a_person_simulated_was_not_measured() -> None:
    body = json.loads(recorded("things_stack_v3/up.partial.json"))
    decoded = read(CISTERN, f"{TTS}/up", json.dumps({**body, "simulated": True}))
    assert (decoded.readings, codes(decoded)) == ((), ["payload.simulated"])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('{"uplink_message":{"frm_payload":"qg=="}}', r"payload\.no_codec"),
        ('{"join_accept":{}}', r"payload\.part_missing part=uplink_message"),
    ],
)
def test_an_uplink_of_the_things_stack_without_values_is_rejected(body: str, code: str) -> None:
    with pytest.raises(FormatError, match=code):
        read(CISTERN, f"{TTS}/up", body)


@pytest.mark.parametrize("tail", ["join", "down/queued", "service/data"])
def test_other_events_of_the_things_stack_carry_nothing(tail: str) -> None:
    assert read(CISTERN, f"{TTS}/{tail}", "{}") == Decoded()


def test_an_uplink_without_port_and_values_is_nothing() -> None:
    assert read(CISTERN, f"{TTS}/up", '{"uplink_message":{}}').readings == ()


def test_an_uplink_of_the_things_stack_is_recognised() -> None:
    assert hint(f"{TTS}/up", recorded("things_stack_v3/up.partial.json")) == "things_stack_v3"
    assert DECODERS["things_stack_v3"].feed_topic(f"{TTS}/down/queued") == TTS
