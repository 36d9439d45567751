"""Shelly: what is read, in which unit, with which sign, at which instant."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.quantities import Quantity
from core.readings import Reading
from ingest.messages import Decoded
from tests.ingest.decoders.samples import NOW, codes, read, recorded, values

SHELLY = "shellyemg3-dcb4d9c564f4"
PRO_3EM = "shellypro3em-1"


def test_a_shelly_notification_is_dated_by_the_device() -> None:
    decoded = read("shelly", f"{SHELLY}/events/rpc", recorded("shelly_gen2/em1_notification.json"))
    at_utc = datetime(2026, 9, 7, 22, 43, 18, 370_000, tzinfo=UTC)
    assert decoded.readings == (
        Reading("meter:shelly", Quantity.POWER_W, at_utc, -1899.8),
        Reading("meter:shelly", Quantity.VOLTAGE_V, at_utc, 117.6),
        Reading("meter:shelly", Quantity.CURRENT_A, at_utc, 16.714),
    )
    assert decoded.dated


def test_a_shelly_status_bears_the_time_of_receipt() -> None:
    decoded = read("shelly-3em", f"{PRO_3EM}/status/em:0", recorded("shelly_gen2/em_status.partial.json"))
    assert values(decoded) == {Quantity.POWER_W: 1300.252, Quantity.CURRENT_A: 11.896}
    assert {reading.at_utc for reading in decoded.readings} == {NOW}
    assert not decoded.dated


def test_shelly_energy_is_in_wh_already() -> None:
    decoded = read("shelly-3em", f"{PRO_3EM}/status/emdata:0", recorded("shelly_gen2/emdata_status.json"))
    assert values(decoded) == {Quantity.ENERGY_IMPORT_WH: 2_852_055.81, Quantity.ENERGY_EXPORT_WH: 0.0}


def test_a_shelly_notification_of_one_phase_is_laid_over_the_last_status() -> None:
    memory = read("shelly-3em", f"{PRO_3EM}/status/emdata:0", recorded("shelly_gen2/emdata_status.json")).memory
    delta = '{"method":"NotifyStatus","params":{"ts":1795338000.0,"emdata:0":{"a_total_act_energy":1075523.08}}}'
    decoded = read("shelly-3em", f"{PRO_3EM}/events/rpc", delta, memory)
    assert values(decoded) == {Quantity.ENERGY_IMPORT_WH: pytest.approx(2_852_065.81)}


def test_a_shelly_notification_of_one_phase_alone_gives_no_total() -> None:
    delta = '{"method":"NotifyStatus","params":{"ts":1795338000.0,"emdata:0":{"a_total_act_energy":1075523.08}}}'
    assert read("shelly-3em", f"{PRO_3EM}/events/rpc", delta).readings == ()


def test_a_phase_that_fails_gives_no_total_instead_of_an_old_one() -> None:
    memory = read("shelly-3em", f"{PRO_3EM}/status/emdata:0", recorded("shelly_gen2/emdata_status.json")).memory
    delta = '{"method":"NotifyStatus","params":{"ts":1795338000.0,"emdata:0":{"a_total_act_energy":null}}}'
    decoded = read("shelly-3em", f"{PRO_3EM}/events/rpc", delta, memory)
    assert decoded.readings == ()
    assert codes(decoded) == ["payload.value_missing"]


def test_a_shelly_clock_that_was_not_set_yet_gives_way_to_the_time_of_receipt() -> None:
    body = '{"method":"NotifyStatus","params":{"ts":1.61,"em1:0":{"act_power":10.0}}}'
    decoded = read("shelly", f"{SHELLY}/events/rpc", body)
    assert [(reading.at_utc, reading.value) for reading in decoded.readings] == [(NOW, 10.0)]
    assert codes(decoded) == ["payload.time_implausible"]


def test_a_shelly_switch_counts_wh() -> None:
    body = '{"id":0,"output":true,"apower":9.2,"voltage":230.1,"aenergy":{"total":1234.5,"by_minute":[1,2,3]}}'
    decoded = read("shelly", f"{SHELLY}/status/switch:0", body)
    assert values(decoded) == {Quantity.POWER_W: 9.2, Quantity.VOLTAGE_V: 230.1, Quantity.ENERGY_IMPORT_WH: 1234.5}


def test_an_entry_reads_only_its_own_shelly_component() -> None:
    body = '{"method":"NotifyStatus","params":{"ts":1795338000.0,"em1:0":{"act_power":1.0},"em1:1":{"act_power":2.0}}}'
    assert values(read("shelly", f"{SHELLY}/events/rpc", body)) == {Quantity.POWER_W: 1.0}
    assert values(read("shelly-channel-1", f"{SHELLY}/events/rpc", body)) == {Quantity.POWER_W: 2.0}
    assert read("shelly-channel-1", f"{SHELLY}/status/em1data:1", '{"total_act_energy":5.0}').readings != ()


def test_a_broken_shelly_component_costs_only_itself() -> None:
    body = '{"method":"NotifyStatus","params":{"ts":1795338000.0,"em1:0":[],"em1data:0":{"total_act_energy":5.0}}}'
    decoded = read("shelly", f"{SHELLY}/events/rpc", body)
    assert values(decoded) == {Quantity.ENERGY_IMPORT_WH: 5.0}
    assert codes(decoded) == ["payload.part_missing"]


@pytest.mark.parametrize("topic", ["online", "status/wifi", "status/sys", "command", ""])
def test_other_topics_of_a_shelly_carry_nothing(topic: str) -> None:
    assert read("shelly", f"{SHELLY}/{topic}", "true") == Decoded()
