"""P1 telegrams line by line: what completes a reading, at which instant, and what is no measurement."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from core.inventory import Feed
from core.quantities import Quantity
from core.readings import Reading
from ingest.messages import Decoded, Memory
from tests.ingest.decoders.samples import NOW, SOURCE, a_feed, codes, read, recorded, values

TOPIC = "tele/wemos-9/RESULT"
METER, BEHIND = a_feed("tasmota_p1", TOPIC), a_feed("tasmota_p1", TOPIC, "0-1")
T1, T2 = "1-0:1.8.1(005779.835*kWh)", "1-0:1.8.2(004220.165*kWh)"
SUMMER = "0-0:1.0.0(200913101618S)"


def wrapped(line: str) -> str:
    return json.dumps({"SerialReceived": f"{line}\r"})


def telegram(feed: Feed, *lines: str, memory: Memory | None = None) -> list[Decoded]:
    said: list[Decoded] = []
    for line in lines:
        said.append(read(feed, TOPIC, wrapped(line), said[-1].memory if said else memory))
    return said


def recorded_lines() -> list[str]:
    """Return the four recorded lines; the first is printed with its wrapper."""
    first, *rest = (json.loads(line) for line in recorded("tasmota_p1/lines.txt").decode().splitlines())
    return [each.rstrip("\r") for each in (first["SerialReceived"], *rest)]


def test_both_tariffs_make_one_register_at_the_telegrams_time() -> None:
    said = telegram(METER, SUMMER, T1, T2)
    assert [decoded.readings for decoded in said] == [
        (),
        (),
        (Reading(SOURCE, Quantity.ENERGY_IMPORT_WH, datetime(2020, 9, 13, 8, 16, 18, tzinfo=UTC), 10_000_000.0),),
    ]
    assert said[-1].dated


def test_the_recorded_lines_alone_complete_only_the_gas() -> None:
    lines = recorded_lines()
    assert [decoded.readings for decoded in telegram(METER, *lines)] == [(), (), (), ()]
    gas = [decoded.readings for decoded in telegram(BEHIND, *lines)]
    at_utc = datetime(2020, 9, 13, 8, 0, tzinfo=UTC)
    assert gas == [(), (), (Reading(SOURCE, Quantity.VOLUME_M3, at_utc, 4139.079),), ()]


@pytest.mark.parametrize(
    ("stated", "hour"), [("261025023000S", 0), ("261025023000W", 1)], ids=["still summer", "already winter"]
)
def test_the_hour_an_autumn_night_has_twice_is_told_apart(stated: str, hour: int) -> None:
    said = telegram(METER, f"0-0:1.0.0({stated})", T1, T2)
    assert [reading.at_utc for reading in said[-1].readings] == [datetime(2026, 10, 25, hour, 30, tzinfo=UTC)]


def test_power_is_what_comes_less_what_goes() -> None:
    said = telegram(METER, SUMMER, "1-0:1.7.0(00.000*kW)", "1-0:2.7.0(01.250*kW)")
    assert values(said[-1]) == {Quantity.POWER_W: -1250.0}


def test_feed_in_is_export() -> None:
    said = telegram(METER, SUMMER, "1-0:2.8.1(000100.000*kWh)", "1-0:2.8.2(000050.500*kWh)")
    assert values(said[-1]) == {Quantity.ENERGY_EXPORT_WH: 150_500.0}


def test_a_tariff_of_the_telegram_before_is_not_summed() -> None:
    said = telegram(METER, SUMMER, T1, "0-0:1.0.0(200913101628S)", T2)
    assert said[-1].readings == ()


def test_a_telegram_without_a_time_bears_that_of_its_receipt() -> None:
    said = telegram(METER, "/KMP5 KA6U001585575011", T1, T2)
    assert [(reading.at_utc, reading.value) for reading in said[-1].readings] == [(NOW, 10_000_000.0)]
    assert codes(said[-1]) == []


def test_gas_is_told_again_only_when_it_was_read_again() -> None:
    line = "0-1:24.2.1(200913100000S)(04139.079*m3)"
    later = "0-1:24.2.1(200913110000S)(04139.500*m3)"
    assert [len(decoded.readings) for decoded in telegram(BEHIND, line, line, later)] == [1, 0, 1]


def test_heat_behind_the_meter_is_in_wh() -> None:
    said = telegram(BEHIND, "0-1:24.2.1(200913100000S)(00012.012*GJ)")
    assert values(said[-1]) == {Quantity.HEAT_WH: pytest.approx(3_336_666.7)}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("1-0:1.8.1(2147483647*kWh)", "payload.value_sentinel"),
        ("1-0:1.8.1(005779.835*m3)", "payload.value_invalid"),
        ("1-0:1.8.1(twelve*kWh)", "payload.value_invalid"),
    ],
)
def test_a_line_that_cannot_be_gives_no_sum(line: str, code: str) -> None:
    said = telegram(METER, SUMMER, line, T2)
    assert codes(said[1]) == [code]
    assert said[-1].readings == ()


@pytest.mark.parametrize("payload", ['{"POWER":"ON"}', '{"SerialReceived":7}', wrapped("1-0:99.97.0(1)(0-0:96.7.19)")])
def test_what_is_no_measurement_is_passed_over(payload: str) -> None:
    assert read(METER, TOPIC, payload) == Decoded()
