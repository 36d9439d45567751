"""Tasmota on a meter: what is read, in which unit, with which sign, at which instant."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import FormatError
from core.inventory import Feed
from core.quantities import Quantity
from core.readings import Reading
from ingest.messages import Decoded, Memory
from tests.ingest.decoders.samples import NOW, SOURCE, a_feed, codes, read, recorded, values


def test_a_tasmota_reader_gives_kwh_as_wh_and_feed_in_as_negative_power() -> None:
    decoded = read("power", "tele/tasmota_power/SENSOR", recorded("tasmota_sml/phases.partial.json"))
    at_utc = datetime(2026, 1, 21, 10, 7, 31, tzinfo=UTC)
    assert decoded.readings == (
        Reading("meter:power", Quantity.ENERGY_IMPORT_WH, at_utc, 2_687_368.7),
        Reading("meter:power", Quantity.ENERGY_EXPORT_WH, at_utc, 582_456.9),
        Reading("meter:power", Quantity.POWER_W, at_utc, -36.0),
    )
    assert decoded.dated


def test_a_tasmota_time_from_before_2020_gives_way_to_the_time_of_receipt() -> None:
    decoded = read("power", "tele/tasmota_power/SENSOR", recorded("tasmota_sml/2019.json"))
    assert values(decoded) == {
        Quantity.ENERGY_IMPORT_WH: pytest.approx(20_481_950.5),
        Quantity.ENERGY_EXPORT_WH: pytest.approx(10_898_409.5),
        Quantity.POWER_W: 281.0,
    }
    assert {reading.at_utc for reading in decoded.readings} == {NOW}
    assert codes(decoded) == ["payload.time_implausible"]
    assert not decoded.dated


def test_a_wrapped_tasmota_status_reads_the_same() -> None:
    plain = recorded("tasmota_sml/phases.partial.json")
    wrapped = b'{"StatusSNS":' + plain + b"}"
    topic = "tele/tasmota_power/SENSOR"
    assert read("power", topic, wrapped).readings == read("power", topic, plain).readings


def test_a_second_meter_on_one_reader_is_a_second_object() -> None:
    body = '{"Time":"2026-11-22T09:59:00","SML":{"Total_in":1},"PV":{"E_out":2.5,"Total_out":7}}'
    decoded = read("second", "tele/tasmota_power/SENSOR", body)
    assert values(decoded) == {Quantity.ENERGY_EXPORT_WH: 7000.0, Quantity.ENERGY_IMPORT_WH: 2500.0}


def test_a_tasmota_message_without_the_configured_object_is_rejected() -> None:
    with pytest.raises(FormatError, match=r"payload\.part_missing part=SML"):
        read("power", "tele/tasmota_power/SENSOR", '{"Time":"2026-11-22T09:59:00","HTU21":{"Humidity":38.6}}')


def test_other_topics_of_a_tasmota_reader_carry_nothing() -> None:
    assert read("power", "tele/tasmota_power/LWT", "Online") == Decoded()


def test_a_bad_field_costs_only_itself() -> None:
    body = '{"Time":"2026-11-22T09:59:00","SML":{"Total_in":nan,"Total_out":"1,5","Power_curr":2147483647}}'
    decoded = read("power", "tele/tasmota_power/SENSOR", body)
    assert values(decoded) == {Quantity.ENERGY_EXPORT_WH: 1500.0}
    assert codes(decoded) == ["payload.value_missing", "payload.value_sentinel"]


PLUG, COUNTER = "tele/pow1/SENSOR", "tele/tasmota_1A2B3C/SENSOR"
AT = '"Time":"2026-11-22T09:59:00"'
AT_UTC = datetime(2026, 11, 22, 8, 59, tzinfo=UTC)


def plug(channel: str = "") -> Feed:
    return a_feed("tasmota_plug", PLUG, channel)


def counter(**options: str) -> Feed:
    return a_feed("tasmota_counter", COUNTER, fields=(("C1", "volume_m3 * 0.01"),), options=tuple(options.items()))


def energy(**said: object) -> str:
    return f'{{{AT},"ENERGY":{json.dumps(said)}}}'


def test_all_registers_at_0_right_after_a_start_are_passed_over_once() -> None:
    blank = f'{{{AT},"SML":{{"Total_in":0,"Total_out":0,"Power_curr":0}}}}'
    started = read("power", "tele/tasmota_power/INFO3", '{"Info3":{"RestartReason":"Power On"}}')
    first = read("power", "tele/tasmota_power/SENSOR", blank, started.memory)
    assert first.readings == ()
    assert codes(first) == ["payload.blank_after_start"]
    assert values(read("power", "tele/tasmota_power/SENSOR", blank, first.memory))[Quantity.ENERGY_IMPORT_WH] == 0.0


def test_a_register_that_never_counts_hides_nothing_after_a_start() -> None:
    started = read("power", "tele/tasmota_power/INFO1", "{}")
    body = f'{{{AT},"SML":{{"Total_in":12.5,"Total_out":0}}}}'
    decoded = read("power", "tele/tasmota_power/SENSOR", body, started.memory)
    assert values(decoded) == {Quantity.ENERGY_IMPORT_WH: 12_500.0, Quantity.ENERGY_EXPORT_WH: 0.0}


def test_a_tasmota_plug_as_its_documentation_prints_it() -> None:
    decoded = read(plug(), PLUG, recorded("tasmota_plug/pow.json"))
    assert values(decoded) == {
        Quantity.ENERGY_IMPORT_WH: 6294.0,
        Quantity.POWER_W: 2635.0,
        Quantity.VOLTAGE_V: 227.0,
        Quantity.CURRENT_A: 11.661,
    }
    assert codes(decoded) == ["payload.time_implausible"]  # of the year 2018


def test_a_tasmota_plug_writes_local_time() -> None:
    decoded = read(plug(), PLUG, energy(Total=1.0))
    assert decoded.readings == (Reading(SOURCE, Quantity.ENERGY_IMPORT_WH, AT_UTC, 1000.0),)
    assert decoded.dated


def test_the_days_counter_of_a_plug_speaks_only_without_a_register() -> None:
    decoded = read(plug(), PLUG, energy(Today=0.954, Yesterday=5.34, Period=217))
    assert values(decoded) == {Quantity.ENERGY_SESSION_WH: 954.0}


@pytest.mark.parametrize(
    ("channel", "said", "found"),
    [
        ("", {"Total": 5.0, "Power": [8.15, 2.0]}, {Quantity.ENERGY_IMPORT_WH: 5000.0, Quantity.POWER_W: 10.15}),
        ("", {"Total": [5.0, 1.5]}, {Quantity.ENERGY_IMPORT_WH: 6500.0}),
        ("", {"Power": [1, 2], "Voltage": [230, 231]}, {Quantity.POWER_W: 3.0}),
        ("2", {"Power": [8.15, 0], "Voltage": 230}, {Quantity.POWER_W: 0.0, Quantity.VOLTAGE_V: 230.0}),
        (
            "2",
            {"Total": [5.0, 1.5], "Voltage": [230, 231]},
            {Quantity.ENERGY_IMPORT_WH: 1500.0, Quantity.VOLTAGE_V: 231.0},
        ),
        ("1", {"Total": 5.0, "Today": 1.0, "Power": [8.15, 0]}, {Quantity.POWER_W: 8.15}),
        ("1", {"Total": 5.0, "Power": 8.15}, {Quantity.ENERGY_IMPORT_WH: 5000.0, Quantity.POWER_W: 8.15}),
    ],
)
def test_channels_are_summed_or_chosen(channel: str, said: dict[str, object], found: dict[Quantity, float]) -> None:
    decoded = read(plug(channel), PLUG, energy(**said))
    assert values(decoded) == pytest.approx(found)
    assert codes(decoded) == []


def test_a_channel_that_a_plug_does_not_have_is_said() -> None:
    with pytest.raises(FormatError, match=r"part=ENERGY\[3\]"):
        read(plug("3"), PLUG, energy(Power=[1, 2]))


def test_pulses_count_what_the_entry_says() -> None:
    decoded = read(counter(), COUNTER, recorded("tasmota_counter/counter.json"))
    at_utc = datetime(2021, 12, 31, 8, 39, 59, tzinfo=UTC)
    assert decoded.readings == (Reading(SOURCE, Quantity.VOLUME_M3, at_utc, 0.03),)


def test_pulses_since_the_last_message_are_added_up_and_repetitions_are_not() -> None:
    def told(minute: int, pulses: int, memory: Memory | None) -> Decoded:
        body = f'{{"Time":"2026-11-22T09:{minute:02}:00","COUNTER":{{"C1":{pulses}}}}}'
        return read(counter(counts="delta"), COUNTER, body, memory)

    first = told(30, 3, None)
    again = told(30, 3, first.memory)
    second = told(35, 4, again.memory)
    begun_utc = datetime(2026, 11, 22, 8, 25, 1, tzinfo=UTC)
    assert [(reading.at_utc, reading.value) for reading in first.readings] == [
        (begun_utc, 0.0),
        (begun_utc + timedelta(minutes=4, seconds=59), 0.03),
    ]
    assert again.readings == ()
    assert [reading.value for reading in second.readings] == [pytest.approx(0.07)]


def test_a_counter_read_at_another_pace_begins_a_period_earlier() -> None:
    body = f'{{{AT},"COUNTER":{{"C1":3}}}}'
    decoded = read(counter(counts="delta", period_s="60"), COUNTER, body)
    assert decoded.readings[0].at_utc == AT_UTC - timedelta(seconds=59)
