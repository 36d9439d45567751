"""What holds for any input: bytes become readings or a named rejection, never another error."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import PayloadError
from core.inventory import Meter, Vehicle
from core.texts import catalogue
from ingest.decoding import decode
from ingest.messages import Memory, Message
from ingest.routing import DECODERS, Route, bind
from tests.ingest.rig import INVENTORY, ZONE

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ENTRIES: list[Meter | Vehicle] = [*INVENTORY.meters.values(), *INVENTORY.vehicles.values()]
TAILS = {
    "tasmota_sml": [""],
    "shelly_gen2": ["/events/rpc", "/status/em:0", "/status/emdata:0", "/status/em1:0", "/status/switch:0", "/x"],
    "chirpstack_v4": ["/event/up", "/event/status", "/event/join"],
    "ovms_v3": ["/metric/v/b/soc", "/metric/v/c/charging", "/metric/v/b/power", "/metric/v/vin"],
    "teslamate": ["/battery_level", "/charging_state", "/plugged_in", "/power", "/charger_power", "/location"],
}
NAMES = st.sampled_from(
    [
        "SML", "PV", "Time", "Total_in", "Power_curr", "StatusSNS", "method", "params", "ts", "em:0", "em1:0",
        "total_act_power", "a_act_power", "b_act_power", "c_act_power", "object", "meter", "liter", "time", "data",
        "deduplicationId", "batteryLevel", "aenergy", "total", "emdata:0",
    ]
)  # fmt: skip
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.datetimes().map(datetime.isoformat)
    | st.sampled_from(["NotifyStatus", "NotifyFullStatus", "NaN", "1,5", "2026-11-22T09:59:00", "unavailable"])
)
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6))


def feed_all(tail_of: int, payload: bytes, *, retained: bool) -> None:
    for entry in ENTRIES:
        assert entry.feed is not None
        tails = TAILS[entry.feed.format]
        topic = entry.feed.topic + tails[tail_of % len(tails)]
        route = Route(entry.feed.format, DECODERS[entry.feed.format].decode, bind(entry.source, entry.feed, ZONE))
        memory, said = Memory(), ""
        for _ in range(2):
            try:
                decoded = decode(Message("main", topic, payload, NOW, retained=retained), route, memory)
            except PayloadError as error:
                said = error.finding.code
                break
            finally:
                assert said in {"", *catalogue("en").codes()}
            memory = decoded.memory
            assert all(notice.code in catalogue("en").codes() for notice in decoded.notices)
            for reading in decoded.readings:
                assert math.isfinite(reading.value)
                assert reading.source == entry.source
                assert reading.at_utc <= NOW + timedelta(minutes=5)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 5), st.booleans())
def test_any_bytes_are_readings_or_a_named_rejection(payload: bytes, tail: int, retained: bool) -> None:  # noqa: FBT001
    feed_all(tail, payload, retained=retained)


@settings(max_examples=250, deadline=None)
@given(st.dictionaries(NAMES, JSON, max_size=8), st.integers(0, 5), st.booleans())
def test_any_json_is_readings_or_a_named_rejection(
    body: dict[str, object],
    tail: int,
    retained: bool,  # noqa: FBT001
) -> None:
    try:
        payload = orjson.dumps(body)
    except orjson.JSONEncodeError:  # an integer beyond 64 bits, a lone surrogate
        payload = repr(body).encode("utf-8", "replace")
    feed_all(tail, payload, retained=retained)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_decoding_the_same_message_twice_gives_the_same(entry: Meter | Vehicle) -> None:
    assert entry.feed is not None
    route = Route(entry.feed.format, DECODERS[entry.feed.format].decode, bind(entry.source, entry.feed, ZONE))
    topic = entry.feed.topic + TAILS[entry.feed.format][0]
    message = Message("main", topic, b'{"Time":"2026-11-22T09:59:00","SML":{"Total_in":1},"PV":{},"params":{}}', NOW)
    assert decode(message, route, Memory()) == decode(message, route, Memory())
