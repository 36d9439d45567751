"""Shelly: what is read, in which unit, with which sign, at which instant."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from core.inventory import Feed
from core.quantities import Quantity
from core.readings import Reading
from ingest.messages import Decoded
from tests.ingest.decoders.samples import NOW, SOURCE, a_feed, codes, read, recorded, values

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


def test_an_unmeasured_neutral_conductor_is_nothing_odd() -> None:
    decoded = read("shelly-3em", f"{PRO_3EM}/status/em:0", recorded("shelly_gen2/em_status.partial.json"))
    assert codes(decoded) == []


def test_a_full_status_after_a_start_is_read_like_a_change() -> None:
    body = '{"method":"NotifyFullStatus","params":{"ts":1795338000.5,"wifi":{},"em:0":{"total_act_power":7.5}}}'
    decoded = read("shelly-3em", f"{PRO_3EM}/events/rpc", body)
    assert [(reading.value, reading.at_utc.isoformat()) for reading in decoded.readings] == [
        (7.5, "2026-11-22T09:00:00.500000+00:00")
    ]


@pytest.mark.parametrize(
    ("component", "status", "found"),
    [
        ("em1:2", {"act_power": -5.5}, {Quantity.POWER_W: -5.5}),
        ("em1data:2", {"total_act_energy": 1.5, "total_act_ret_energy": 2.5},
         {Quantity.ENERGY_IMPORT_WH: 1.5, Quantity.ENERGY_EXPORT_WH: 2.5}),
        ("pm1:2", {"apower": 3.0, "aenergy": {"total": 9.5}}, {Quantity.POWER_W: 3.0, Quantity.ENERGY_IMPORT_WH: 9.5}),
        ("switch:2", {"aenergy": {"total": 9.5, "by_minute": [1]}, "ret_aenergy": {"total": 0.5}},
         {Quantity.ENERGY_IMPORT_WH: 9.5, Quantity.ENERGY_EXPORT_WH: 0.5}),
        ("cover:2", {"state": "opening", "apower": 120.0, "aenergy": {"total": 77.0}},
         {Quantity.POWER_W: 120.0, Quantity.ENERGY_IMPORT_WH: 77.0}),
        ("light:2", {"output": True, "apower": 12.0}, {Quantity.POWER_W: 12.0}),
    ],
)  # fmt: skip
def test_every_component_that_measures_is_read(
    component: str, status: dict[str, object], found: dict[Quantity, float]
) -> None:
    feed = a_feed("shelly_gen2", "shelly-x", component.replace("data", ""))
    assert values(read(feed, f"shelly-x/status/{component}", json.dumps(status))) == found


EM3 = "shellies/shellyem3-3494546ECFF8"


def heard(feed: Feed, *messages: tuple[str, str]) -> list[Decoded]:
    said: list[Decoded] = []
    for leaf, payload in messages:
        said.append(read(feed, f"{feed.topic}/{leaf}", payload, said[-1].memory if said else None))
    return said


def test_a_phase_of_a_shelly_of_the_first_generation_as_it_was_recorded() -> None:
    lines = [line.split() for line in recorded("shelly_gen1/3em.txt").decode().splitlines()]
    feed = a_feed("shelly_gen1", EM3, "emeter/0")
    said = [read(feed, topic, payload) for topic, payload in lines]
    assert [decoded.readings for decoded in said] == [
        (Reading(SOURCE, Quantity.ENERGY_IMPORT_WH, NOW, 21831.1),),
        (Reading(SOURCE, Quantity.ENERGY_EXPORT_WH, NOW, 53.0),),
        (Reading(SOURCE, Quantity.POWER_W, NOW, 2.35),),
        (Reading(SOURCE, Quantity.VOLTAGE_V, NOW, 240.94),),
    ]
    assert not any(decoded.dated for decoded in said)


def test_a_3em_is_the_sum_of_its_phases_once_all_have_spoken() -> None:
    leaves = [(f"emeter/{phase}/total", value) for phase, value in ((0, "100.5"), (1, "20"), (2, "3"), (0, "101.5"))]
    said = heard(a_feed("shelly_gen1", EM3), *leaves)
    assert [[reading.value for reading in decoded.readings] for decoded in said] == [[], [], [123.5], []]


def test_two_of_three_phases_can_be_an_entry() -> None:
    feed = a_feed("shelly_gen1", EM3, "emeter/1+2")
    said = heard(feed, ("emeter/0/power", "1"), ("emeter/1/power", "-20"), ("emeter/2/power", "3.5"))
    assert [values(decoded) for decoded in said] == [{}, {}, {Quantity.POWER_W: -16.5}]


def test_watt_minutes_speak_only_where_there_is_no_total() -> None:
    relay = a_feed("shelly_gen1", "shellies/shelly1pm-1")
    said = heard(relay, ("relay/0/energy", "6000"), ("relay/0/power", "10"), ("relay/0/energy", "6600"))
    assert [values(each) for each in said] == [{}, {Quantity.POWER_W: 10.0}, {Quantity.ENERGY_IMPORT_WH: 110.0}]
    meter = a_feed("shelly_gen1", EM3, "emeter/0")
    said = heard(
        meter,
        ("emeter/0/energy", "60"),
        ("emeter/0/total", "5"),
        ("emeter/0/energy", "120"),
        ("emeter/0/energy", "180"),
    )
    assert [values(each) for each in said] == [{}, {Quantity.ENERGY_IMPORT_WH: 5.0}, {}, {}]


@pytest.mark.parametrize(
    ("leaf", "payload", "retained"),
    [("online", "true", True), ("online", "false", False), ("relay/0", "on", False), ("emeter/0/total", "5", True)],
)
def test_what_is_no_new_measurement_of_a_shelly_is_passed_over(leaf: str, payload: str, *, retained: bool) -> None:
    feed = a_feed("shelly_gen1", EM3, "emeter/0")
    assert read(feed, f"{EM3}/{leaf}", payload, retained=retained).readings == ()


def test_no_number_costs_only_itself() -> None:
    said = heard(a_feed("shelly_gen1", EM3), ("emeter/0/power", "nan"), ("emeter/0/power", "7"))
    assert codes(said[0]) == ["payload.value_missing"]
    assert codes(said[1]) == []
