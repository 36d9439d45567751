"""Inverters' gateways and evcc: mixed units, sums that fall, trees that are emptied."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.inventory import Feed
from core.quantities import Quantity
from core.readings import Reading
from ingest.messages import Decoded, Memory
from ingest.routing import DECODERS, feed_findings, hint
from tests.ingest.decoders.samples import NOW, SOURCE, a_feed, codes, read, recorded, values

INVERTER = a_feed("opendtu", "solar/114182912345")
ALL = a_feed("opendtu", "solar/ac")
ROOF = a_feed("ahoydtu", "inverter/Turnhalle")
LOADPOINT = a_feed("evcc", "evcc/loadpoints/1")
SECOND = timedelta(seconds=1)

Said = tuple[tuple[str, str], ...]


def hear(feed: Feed, said: Said, *, retained: bool = False, memory: Memory | None = None) -> list[Decoded]:
    """Return what comes of a device's messages, a second between them."""
    heard = []
    for number, (leaf, payload) in enumerate(said):
        topic = f"{feed.topic}/{leaf}"
        heard.append(read(feed, topic, payload, memory, retained=retained, received_at_utc=NOW + number * SECOND))
        memory = heard[-1].memory
    return heard


def readings(heard: list[Decoded]) -> list[tuple[Quantity, float]]:
    return [(reading.quantity, reading.value) for decoded in heard for reading in decoded.readings]


@pytest.mark.parametrize(
    ("feed", "leaf", "payload", "quantity", "value"),
    [
        (INVERTER, "0/yieldtotal", "1234.567", Quantity.ENERGY_EXPORT_WH, 1_234_567.0),
        (INVERTER, "0/yieldday", "4321", Quantity.ENERGY_SESSION_WH, 4321.0),
        (INVERTER, "0/power", "310.5", Quantity.POWER_W, -310.5),
        (INVERTER, "0/voltage", "233.1", Quantity.VOLTAGE_V, 233.1),
        (ROOF, "ch0/YieldTotal", "87.250", Quantity.ENERGY_EXPORT_WH, 87_250.0),
        (ROOF, "ch0/YieldDay", "512.000", Quantity.ENERGY_SESSION_WH, 512.0),
        (LOADPOINT, "chargePower", "11040", Quantity.POWER_W, 11_040.0),
        (LOADPOINT, "chargedEnergy", "5060.5", Quantity.ENERGY_SESSION_WH, 5060.5),
        (LOADPOINT, "chargeTotalImport", "1234.567", Quantity.ENERGY_IMPORT_WH, 1_234_567.0),
        (a_feed("evcc", "evcc/site/grid"), "power", "-1200", Quantity.POWER_W, -1200.0),
        (a_feed("evcc", "evcc/site/pv"), "", "3400", Quantity.POWER_W, -3400.0),
        (a_feed("evcc", "evcc/site/home"), "", "700", Quantity.POWER_W, 700.0),
    ],
)
def test_a_value_has_its_unit_and_its_sign(
    feed: Feed, leaf: str, payload: str, quantity: Quantity, value: float
) -> None:
    topic = f"{feed.topic}/{leaf}" if leaf else f"{feed.topic}Power"
    assert read(feed, topic, payload).readings == (Reading(SOURCE, quantity, NOW, value),)


def test_ahoys_lines_as_its_manual_prints_them() -> None:
    lines = [line.split() for line in recorded("ahoydtu/lines.txt").decode().splitlines()]
    feed = a_feed("ahoydtu", "<TOPIC>/<INVERTER_NAME>")
    found = [values(read(feed, topic, payload)) for topic, payload in lines]
    assert found == [{Quantity.POWER_W: -71.0}, {Quantity.VOLTAGE_V: 233.3}]


def test_the_mains_of_an_older_evcc_have_another_name() -> None:
    feed = a_feed("evcc", "evcc/site/grid")
    assert values(read(feed, "evcc/site/gridPower", "250")) == {Quantity.POWER_W: 250.0}


def test_an_inverters_values_are_dated_by_the_last_update_before_them() -> None:
    at_utc = datetime(2026, 11, 22, 8, 59, 50, tzinfo=UTC)
    heard = hear(INVERTER, (("status/last_update", f"{at_utc.timestamp():.0f}"), ("0/yieldtotal", "5.000")))
    assert [(each.at_utc, each.value) for each in heard[1].readings] == [(at_utc, 5000.0)]
    assert heard[1].dated


@pytest.mark.parametrize("stated", ["0", "", "soon", "99999999999"])
def test_a_last_update_that_cannot_be_believed_dates_nothing(stated: str) -> None:
    heard = hear(INVERTER, (("status/last_update", stated), ("0/yieldtotal", "5.000")))
    assert [(each.at_utc, each.value) for each in heard[1].readings] == [(NOW + SECOND, 5000.0)]


def test_a_last_update_that_came_long_before_a_value_is_not_the_values() -> None:
    told = read(INVERTER, f"{INVERTER.topic}/status/last_update", f"{NOW.timestamp():.0f}")
    later = NOW + timedelta(minutes=5)
    decoded = read(INVERTER, f"{INVERTER.topic}/0/power", "1", told.memory, received_at_utc=later)
    assert [each.at_utc for each in decoded.readings] == [later]


GOOD = (("power", "900"), ("yieldtotal", "100.000"), ("yieldday", "2500"), ("is_valid", "1"))
FALLEN = (("power", "400"), ("yieldtotal", "40.000"), ("yieldday", "900"), ("is_valid", "0"))
SUMS = [
    (Quantity.POWER_W, -900.0),
    (Quantity.ENERGY_EXPORT_WH, 100_000.0),
    (Quantity.ENERGY_SESSION_WH, 2500.0),
]


def test_sums_are_believed_once_they_are_called_valid() -> None:
    heard = hear(ALL, GOOD)
    assert readings(heard[:3]) == []
    assert readings(heard) == SUMS
    assert [reading.at_utc for reading in heard[3].readings] == [NOW, NOW + SECOND, NOW + 2 * SECOND]


def test_a_sum_that_falls_as_an_inverter_is_out_of_reach_is_no_reset() -> None:
    heard = hear(ALL, GOOD + FALLEN + FALLEN + GOOD + GOOD)
    assert readings(heard) == SUMS + SUMS
    assert [codes(each) for each in heard if each.notices] == [["payload.sum_incomplete"]] * 3


def test_a_retained_verdict_is_remembered_and_retained_sums_are_no_samples() -> None:
    seeded = hear(ALL, FALLEN, retained=True)
    assert readings(seeded) == []
    assert readings(hear(ALL, GOOD, memory=seeded[-1].memory)) == []


@pytest.mark.parametrize("feed", [INVERTER, ROOF, LOADPOINT])
def test_what_the_broker_replays_is_no_sample(feed: Feed) -> None:
    for leaf in ("0/yieldtotal", "ch0/YieldTotal", "chargeTotalImport"):
        assert read(feed, f"{feed.topic}/{leaf}", "5", retained=True).readings == ()


@pytest.mark.parametrize("text", ["NaN", "+Inf", "-Inf", "null"])
def test_what_evcc_cannot_compute_is_never_zero(text: str) -> None:
    decoded = read(LOADPOINT, "evcc/loadpoints/1/chargePower", text)
    assert (decoded.readings, codes(decoded)) == ((), ["payload.value_missing"])


def test_a_tree_that_evcc_empties_is_silence() -> None:
    leaves = ("chargePower", "chargedEnergy", "chargeTotalImport", "vehicleSoc", "chargeCurrents/1", "")
    assert [read(LOADPOINT, f"evcc/loadpoints/1/{leaf}", "") for leaf in leaves] == [Decoded()] * len(leaves)


@pytest.mark.parametrize(
    ("feed", "leaf"),
    [
        (INVERTER, "1/yieldtotal"),
        (INVERTER, "status/reachable"),
        (INVERTER, "name"),
        (ALL, "unknown"),
        (ROOF, "ch1/YieldTotal"),
        (ROOF, "available"),
        (LOADPOINT, "vehicleSoc"),
        (LOADPOINT, "vehicleOdometer"),
        (a_feed("evcc", "evcc/site/grid"), "currents/1"),
    ],
)
def test_other_topics_carry_nothing(feed: Feed, leaf: str) -> None:
    assert read(feed, f"{feed.topic}/{leaf}", "17") == Decoded()


@pytest.mark.parametrize(
    ("topic", "name", "feed_topic"),
    [
        ("solar/114182912345/0/yieldtotal", "opendtu", "solar/114182912345"),
        ("haus/dach/114182912345/status/reachable", "opendtu", "haus/dach/114182912345"),
        ("solar/ac/yieldday", "opendtu", "solar/ac"),
        ("inverter/Turnhalle/ch0/P_AC", "ahoydtu", "inverter/Turnhalle"),
        ("evcc/loadpoints/2/chargedEnergy", "evcc", "evcc/loadpoints/2"),
        ("evcc/site/gridPower", "evcc", "evcc/site/grid"),
        ("evcc/site/grid/power", "evcc", "evcc/site/grid"),
        ("evcc/site/pvPower", "evcc", "evcc/site/pv"),
        ("solar/dtu/uptime", "", ""),
        ("inverter/Turnhalle/ch0/P_DC", "", ""),
        ("evcc/loadpoints/2/mode", "", ""),
    ],
)
def test_a_topic_tells_its_format_and_its_device(topic: str, name: str, feed_topic: str) -> None:
    assert hint(topic, b"1") == name
    if name:
        found = DECODERS[name].feed_topic(topic)
        assert found == feed_topic
        assert feed_findings(a_feed(name, found)) == ()


@pytest.mark.parametrize(
    ("name", "topic"),
    [("opendtu", "solar"), ("opendtu", "solar/114182912345/0"), ("evcc", "evcc/site"), ("evcc", "evcc/site/battery")],
)
def test_a_topic_that_is_no_devices_is_found(name: str, topic: str) -> None:
    assert [finding.code for finding in feed_findings(a_feed(name, topic))] == ["ingest.topic_wrong"]


def test_a_device_where_the_topic_says_it_all_is_found() -> None:
    feed = a_feed("opendtu", "solar/114182912345", "114182912345")
    assert [finding.code for finding in feed_findings(feed)] == ["ingest.device_wrong"]
