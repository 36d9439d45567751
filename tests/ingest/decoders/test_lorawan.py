"""LoRaWAN servers: what is read, in which unit, at which instant."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from core.errors import FormatError
from core.quantities import Quantity
from core.readings import Reading
from tests.ingest.decoders.samples import read, recorded, values
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
