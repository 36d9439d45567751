"""What holds for all that others read for us: a clock that cannot be believed gives way, and a topic gives a hint."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from core.inventory import Feed
from ingest.routing import hint
from tests.ingest.decoders.samples import NOW, a_feed, codes, read

WH = "energy_import_wh"


@dataclass(frozen=True, slots=True)
class Dated:
    """A format that dates its values: an entry, its topic, and a message around a time."""

    feed: Feed
    topic: str
    body: str

    def at(self, time: str) -> str:
        return self.body.replace("TIME", time)


DATED = {
    "iobroker": Dated(a_feed("iobroker", "io/meter", fields=(("e", WH),)), "io/meter/e", '{"val":5,"ts":TIME,"q":0}'),
    "vzlogger": Dated(
        a_feed("vzlogger", "vzlogger", fields=(("chn0", WH),)), "vzlogger/chn0/raw", '{"timestamp":TIME,"value":5}'
    ),
    "obis_json": Dated(a_feed("obis_json", "m/o"), "m/o", '{"1.8.0":"5 Wh","timestamp":TIME}'),
    "wmbusmeters": Dated(
        a_feed("wmbusmeters", "w/m"), "w/m", '{"media":"water","meter":"iperl","id":"1","total_m3":5,"timestamp":TIME}'
    ),
    "ai_on_the_edge": Dated(
        a_feed("ai_on_the_edge", "c/json", fields=(("value", "volume_m3"),)),
        "c/json",
        '{"value":"5","raw":"5","pre":"5","error":"no error","timestamp":TIME}',
    ),
}


@pytest.mark.parametrize("name", DATED)
@pytest.mark.parametrize(
    ("time", "code"),
    [
        ("1577836799", "payload.time_implausible"),
        ("1795338301000", "payload.time_implausible"),
        ('"2000-01-01T00:00:10Z"', "payload.time_implausible"),
        ('"2026-02-29T12:00:00Z"', "payload.time_invalid"),
        ('"soon"', "payload.time_invalid"),
        ("true", "payload.time_invalid"),
    ],
)
def test_a_clock_that_cannot_be_believed_gives_way_to_the_time_of_receipt(name: str, time: str, code: str) -> None:
    case = DATED[name]
    decoded = read(case.feed, case.topic, case.at(time))
    assert [(reading.at_utc, reading.value) for reading in decoded.readings] == [(NOW, 5.0)]
    assert codes(decoded) == [code]
    assert not decoded.dated
    assert read(case.feed, case.topic, case.at(time), retained=True).readings == ()


@pytest.mark.parametrize("name", DATED)
def test_what_comes_late_bears_its_own_time(name: str) -> None:
    case = DATED[name]
    first = read(case.feed, case.topic, case.at("1795338000"))
    late = read(case.feed, case.topic, case.at("1795330800"), first.memory)
    assert [reading.at_utc for reading in late.readings] == [NOW - timedelta(hours=2)]
    assert late.memory.last_at_utc == NOW


@pytest.mark.parametrize("name", ["obis_json", "ai_on_the_edge"])
def test_a_local_time_is_of_the_brokers_zone(name: str) -> None:
    case = DATED[name]
    decoded = read(case.feed, case.topic, case.at('"2026-07-01T12:00:00"'))
    assert [reading.at_utc for reading in decoded.readings] == [datetime(2026, 7, 1, 10, 0, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("topic", "payload", "name"),
    [
        ("homeassistant/sensor/0x84/energy/config", '{"state_topic":"a/b","device_class":"energy"}', "ha_discovery"),
        ("homeassistant/sensor/plug/config", '{"stat_t":"a/b","dev_cla":"energy"}', "ha_discovery"),
        ("homeassistant/sensor/school/state", '"5"', "ha_statestream"),
        ("stream/sensor/school/last_updated", '"2026-11-22T09:00:00+00:00"', "ha_statestream"),
        ("iobroker/deconz/0/on", '{"val":true,"ack":true,"ts":1584690242021,"q":0}', "iobroker"),
        ("vzlogger/data/chn0/raw", "123.500000", "vzlogger"),
        ("vzlogger/chn12/uuid", "a9d7e4f0", "vzlogger"),
        ("meters/house", '{"1-0:1.8.0*255":1}', "obis_json"),
        ("meters/house", '{"77070100010800ff":{"value":1,"unit":"Wh"}}', "obis_json"),
        ("poweropti", '[{"measurand":"1-0:1.8.0","value":12345.678}]', "obis_json"),
        ("wmbusmeters/cellar", '{"_":"telegram","media":"water","meter":"iperl","id":"33225544"}', "wmbusmeters"),
        ("watermeter/main/json", DATED["ai_on_the_edge"].body, "ai_on_the_edge"),
        ("vzlogger/chnx/raw", "1", ""),
        ("some/json", json.dumps({"value": 1}), ""),
    ],
)
def test_an_unknown_topic_is_given_a_hint(topic: str, payload: str, name: str) -> None:
    assert hint(topic, payload.encode()) == name
