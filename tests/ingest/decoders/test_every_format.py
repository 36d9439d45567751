"""What holds for every format: limits, retained messages, the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import FormatError
from ingest.decoding import decode
from ingest.messages import Decoded, Memory, Message
from ingest.routing import DECODERS, Route, bind
from tests.ingest.decoders.samples import read
from tests.ingest.rig import INVENTORY, ZONE


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
