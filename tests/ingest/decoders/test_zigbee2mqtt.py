"""Zigbee plugs: what is read, at which instant, and which of what comes again is news."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from core.quantities import Quantity
from core.readings import Reading
from ingest.messages import Decoded, Memory
from tests.ingest.decoders.samples import NOW, SOURCE, a_feed, codes, read, recorded, values

TOPIC = "zigbee2mqtt/plug_zigbee23"
PLUG = a_feed("zigbee2mqtt", TOPIC)
ENERGY, POWER = Quantity.ENERGY_IMPORT_WH, Quantity.POWER_W


def report(memory: Memory | None = None, /, **said: object) -> Decoded:
    return read(PLUG, TOPIC, json.dumps(said), memory)


def test_a_plug_as_it_was_recorded() -> None:
    decoded = read(PLUG, TOPIC, recorded("zigbee2mqtt/plug.json"))
    at_utc = datetime(2022, 11, 15, 19, 6, 38, tzinfo=UTC)
    assert decoded.readings == (
        Reading(SOURCE, ENERGY, at_utc, 8420.0),
        Reading(SOURCE, POWER, at_utc, 3.0),
        Reading(SOURCE, Quantity.VOLTAGE_V, at_utc, 241.0),
        Reading(SOURCE, Quantity.CURRENT_A, at_utc, 0.1),
    )
    assert decoded.dated
    assert codes(decoded) == []


@pytest.mark.parametrize("stated", ["2026-11-22T08:59:30.000Z", "2026-11-22T09:59:30+01:00", 1_795_337_970_000])
def test_when_a_device_was_last_seen_is_written_in_three_ways(stated: object) -> None:
    decoded = report(power=3, last_seen=stated)
    assert [reading.at_utc for reading in decoded.readings] == [datetime(2026, 11, 22, 8, 59, 30, tzinfo=UTC)]


def test_without_last_seen_a_report_bears_the_time_of_its_receipt() -> None:
    decoded = report(power=3)
    assert decoded.readings == (Reading(SOURCE, POWER, NOW, 3.0),)
    assert codes(decoded) == []
    assert not decoded.dated


def test_a_name_may_have_slashes() -> None:
    feed = a_feed("zigbee2mqtt", "zigbee2mqtt/Rathaus/EG/Drucker")
    assert len(read(feed, "zigbee2mqtt/Rathaus/EG/Drucker", '{"power":3}').readings) == 1
    assert read(feed, "zigbee2mqtt/Rathaus/EG/Drucker/availability", '{"state":"online"}') == Decoded()


def test_an_old_energy_beside_a_new_power_is_no_reading() -> None:
    first = report(energy=8.42, power=2000)
    second = report(first.memory, energy=8.42, power=2010)
    third = report(second.memory, energy=8.45, power=2010)
    assert [values(each) for each in (first, second, third)] == [
        {ENERGY: 8420.0, POWER: 2000.0},
        {POWER: 2010.0},
        {ENERGY: 8450.0, POWER: 2010.0},
    ]


def test_an_old_energy_is_no_reading_even_where_the_device_was_just_seen() -> None:
    first = report(energy=8.42, power=2000, last_seen="2026-11-22T08:50:00Z")
    assert values(report(first.memory, energy=8.42, power=1990, last_seen="2026-11-22T08:55:00Z")) == {POWER: 1990.0}


def test_the_energy_of_a_plug_that_uses_nothing_stays_fresh() -> None:
    using = report(energy=8.42, power=2000)
    off = report(using.memory, energy=8.42, power=0)
    still_off = report(off.memory, energy=8.42, power=0)
    on = report(still_off.memory, energy=8.42, power=2000)
    assert [ENERGY in values(each) for each in (using, off, still_off, on)] == [True, False, True, False]


def test_an_energy_that_falls_when_unplugged_is_left_to_counting() -> None:
    first = report(energy=8.42, power=3)
    assert values(report(first.memory, energy=8.4, power=0))[ENERGY] == 8400.0


def test_a_limit_of_24_bits_is_no_power() -> None:
    decoded = report(power=-8388608, energy=1.0)
    assert values(decoded) == {ENERGY: 1000.0}
    assert codes(decoded) == ["payload.value_sentinel"]


def test_a_record_of_nulls_gives_nothing() -> None:
    decoded = report(energy=None, power=None, voltage=None, current=None, linkquality=48)
    assert decoded.readings == ()
    assert set(codes(decoded)) == {"payload.value_missing"}


def test_a_retained_state_counts_only_with_a_time_that_is_news() -> None:
    assert read(PLUG, TOPIC, '{"power":3}', retained=True).readings == ()
    dated = '{"power":3,"last_seen":"2026-11-22T08:50:00Z"}'
    first = read(PLUG, TOPIC, dated, retained=True)
    assert len(first.readings) == 1
    assert read(PLUG, TOPIC, dated, first.memory, retained=True).readings == ()
