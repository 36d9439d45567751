"""Tasmota on a meter: what is read, in which unit, with which sign, at which instant."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.errors import FormatError
from core.quantities import Quantity
from core.readings import Reading
from ingest.messages import Decoded
from tests.ingest.decoders.samples import NOW, codes, read, recorded, values


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
