"""Water, heat, gas and electricity by radio, and dials read by a camera."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import FormatError
from core.quantities import Quantity
from core.readings import Reading
from ingest.messages import Memory
from tests.ingest.decoders.samples import NOW, SOURCE, a_feed, codes, read, recorded, values

TOPIC = "wmbusmeters/cellar"
RADIO = a_feed("wmbusmeters", TOPIC)
CAMERA_TOPIC = "watermeter/main/json"
CAMERA = a_feed("ai_on_the_edge", CAMERA_TOPIC, fields=(("value", "volume_m3"), ("rate", "flow_m3_per_h * 60")))


def telegram(**changes: object) -> str:
    plain = {"media": "water", "meter": "iperl", "id": "33225544", "total_m3": 1.5, "timestamp": "2026-11-22T08:59:00Z"}
    return json.dumps({**plain, **changes})


@pytest.mark.parametrize(
    ("name", "at_utc", "found"),
    [
        ("water.json", datetime(2024, 3, 3, 18, 37, tzinfo=UTC), {Quantity.VOLUME_M3: 123.529}),
        (
            "heat.partial.json",
            datetime(2023, 1, 14, 7, 20, 22, tzinfo=UTC),
            {Quantity.HEAT_WH: 3_781_000.0, Quantity.VOLUME_M3: 344.27, Quantity.FLOW_M3_PER_H: 1.005},
        ),
        (
            "gas.partial.json",
            NOW,
            {Quantity.VOLUME_M3: 6842.784, Quantity.FLOW_M3_PER_H: 0.0, Quantity.TEMPERATURE_C: 15.9},
        ),
    ],
)
def test_a_telegram_is_read_by_its_medium(name: str, at_utc: datetime, found: dict[Quantity, float]) -> None:
    decoded = read(RADIO, TOPIC, recorded(f"wmbusmeters/{name}"))
    assert values(decoded) == found
    assert {reading.at_utc for reading in decoded.readings} == {at_utc}
    assert decoded.dated is (at_utc != NOW)


def test_electricity_has_two_registers_and_kilowatts() -> None:
    shown = json.loads(recorded("wmbusmeters/electricity.partial.json"))
    decoded = read(RADIO, TOPIC, telegram(media="electricity", **shown))
    assert values(decoded) == {
        Quantity.ENERGY_IMPORT_WH: 15_694_050.0,
        Quantity.ENERGY_EXPORT_WH: 7480.0,
        Quantity.POWER_W: 330.0,
    }


def test_power_is_negative_when_more_is_fed_in() -> None:
    body = telegram(media="electricity", current_power_consumption_kw=0, current_power_production_kw=1.25)
    assert values(read(RADIO, TOPIC, body))[Quantity.POWER_W] == -1250.0


def test_older_releases_write_numbers_as_strings_under_other_names() -> None:
    body = telegram(media="electricity", total_kwh="15694.05", current_kw="0.000")
    assert values(read(RADIO, TOPIC, body)) == {Quantity.ENERGY_IMPORT_WH: 15_694_050.0, Quantity.POWER_W: 0.0}
    assert values(read(RADIO, TOPIC, telegram(media="heat", total_kwh="3781")))[Quantity.HEAT_WH] == 3_781_000.0


def test_pulses_are_read_by_the_entrys_own_field_map() -> None:
    feed = a_feed("wmbusmeters", TOPIC, "00010206", fields=(("a_counter", "volume_m3 * 0.01"),))
    decoded = read(feed, TOPIC, recorded("wmbusmeters/pulse.json"))
    at_utc = datetime(2021, 9, 12, 8, 45, 52, tzinfo=UTC)
    assert values(decoded) == {Quantity.VOLUME_M3: pytest.approx(47.11)}
    assert [reading.at_utc for reading in decoded.readings] == [at_utc]


def test_pulses_that_nobody_mapped_are_told() -> None:
    decoded = read(RADIO, TOPIC, recorded("wmbusmeters/pulse.json"))
    assert (decoded.readings, codes(decoded)) == ((), ["payload.nothing_mapped"])


def test_energy_of_a_medium_that_is_not_known_is_not_guessed() -> None:
    decoded = read(RADIO, TOPIC, telegram(media="cooling load", total_kwh=5, total_m3=None))
    assert (decoded.readings, codes(decoded)) == ((), ["payload.nothing_mapped"])


def test_a_repeated_telegram_is_read_once() -> None:
    first = read(RADIO, TOPIC, telegram())
    again = read(RADIO, TOPIC, telegram(timestamp="2026-11-22T08:59:16Z"), first.memory)
    assert again.readings == ()
    changed = read(RADIO, TOPIC, telegram(timestamp="2026-11-22T08:59:32Z", total_m3=1.501), again.memory)
    assert values(changed) == {Quantity.VOLUME_M3: 1.501}
    minute = read(RADIO, TOPIC, telegram(timestamp="2026-11-22T09:00:00Z"), again.memory)
    assert len(minute.readings) == 1


@pytest.mark.parametrize("device", ["00010206", "10206"])
def test_an_id_has_leading_zeros_and_tells_meters_on_one_topic_apart(device: str) -> None:
    feed = a_feed("wmbusmeters", TOPIC, device)
    assert len(read(feed, TOPIC, telegram(id="00010206")).readings) == 1
    assert len(read(feed, TOPIC, telegram(id=10206)).readings) == 1
    assert read(feed, TOPIC, telegram(id="10002060")).readings == ()


def test_a_second_meter_on_the_topic_is_not_taken_for_the_first() -> None:
    first = read(RADIO, TOPIC, telegram())
    with pytest.raises(FormatError, match=r"payload\.other_meter"):
        read(RADIO, TOPIC, telegram(id="99657098"), first.memory)


@pytest.mark.parametrize("status", ["POWER_LOW", "ERROR_FLAGS_2000000", "SEAL_BROKEN"])
def test_a_status_is_told_and_the_register_is_read(status: str) -> None:
    decoded = read(RADIO, TOPIC, telegram(status=status))
    assert (values(decoded), codes(decoded)) == ({Quantity.VOLUME_M3: 1.5}, ["payload.meter_status"])


@pytest.mark.parametrize("status", ["OK", "", None])
def test_a_status_that_says_nothing_is_not_told(status: str | None) -> None:
    assert codes(read(RADIO, TOPIC, telegram(status=status))) == []


def test_the_reading_on_the_billing_date_is_told_when_it_changes() -> None:
    first = read(RADIO, TOPIC, recorded("wmbusmeters/heat.partial.json"))
    assert [finding.params for finding in first.notices] == [
        (("date", "2022-12-01"), ("field", "target_energy_kwh"), ("value", "2933"))
    ]
    body = json.loads(recorded("wmbusmeters/heat.partial.json")) | {"timestamp": "2023-01-15T07:20:22Z"}
    assert codes(read(RADIO, TOPIC, json.dumps(body), first.memory)) == []
    assert codes(read(RADIO, TOPIC, json.dumps(body | {"target_energy_kwh": 3000}), first.memory)) == [
        "payload.billing_value"
    ]


def test_the_meters_own_date_is_not_the_time_of_the_reading() -> None:
    decoded = read(RADIO, TOPIC, telegram(meter_date="2026-11-20", device_datetime="2026-11-20 12:57"))
    assert {reading.at_utc for reading in decoded.readings} == {NOW - timedelta(minutes=1)}


@pytest.mark.parametrize("body", [{"media": "water", "total_m3": 1}, {"id": True}, {"id": []}])
def test_a_telegram_of_nobody_is_rejected(body: dict[str, object]) -> None:
    with pytest.raises(FormatError, match=r"payload\.part_missing part=id"):
        read(RADIO, TOPIC, json.dumps(body))


def test_a_dial_is_read_with_the_declared_unit_at_local_time() -> None:
    decoded = read(CAMERA, CAMERA_TOPIC, recorded("ai_on_the_edge/value.json"))
    at_utc = datetime(2026, 6, 27, 8, 0, tzinfo=UTC)
    assert decoded.readings == (
        Reading(SOURCE, Quantity.VOLUME_M3, at_utc, 11.234),
        Reading(SOURCE, Quantity.FLOW_M3_PER_H, at_utc, 1.234 * 60),
    )
    assert decoded.dated


@pytest.mark.parametrize("time", ["2026-06-27T10:00:00+0200", "2026-06-27T10:00:00+02:00", "2026-06-27T08:00:00Z"])
def test_a_camera_may_state_its_offset(time: str) -> None:
    body = recorded("ai_on_the_edge/value.json").replace(b"2026-06-27T10:00:00", time.encode())
    decoded = read(CAMERA, CAMERA_TOPIC, body)
    assert {reading.at_utc for reading in decoded.readings} == {datetime(2026, 6, 27, 8, 0, tzinfo=UTC)}


@pytest.mark.parametrize("error", ["Neg. Rate - Read: 11.1", "Rate too high", "No error, but a guess"])
def test_a_picture_that_could_not_be_read_is_rejected(error: str) -> None:
    body = json.loads(recorded("ai_on_the_edge/value.json")) | {"error": error}
    with pytest.raises(FormatError, match=r"payload\.reader_error"):
        read(CAMERA, CAMERA_TOPIC, json.dumps(body))


@pytest.mark.parametrize(
    ("value", "code"), [("", "missing"), ("NNN", "invalid"), ("11.2N4", "invalid"), (None, "missing")]
)
def test_digits_that_the_camera_cannot_tell_are_no_value(value: str | None, code: str) -> None:
    body = {"value": value, "error": "no error", "timestamp": "2026-06-27T10:00:00"}
    decoded = read(CAMERA, CAMERA_TOPIC, json.dumps(body))
    assert (decoded.readings, codes(decoded)) == ((), [f"payload.value_{code}"])


def test_a_replayed_picture_counts_only_if_its_time_is_news() -> None:
    body = recorded("ai_on_the_edge/value.json")
    first = read(CAMERA, CAMERA_TOPIC, body, retained=True)
    assert len(first.readings) == 2
    assert read(CAMERA, CAMERA_TOPIC, body, first.memory, retained=True).readings == ()


def test_other_topics_of_a_camera_carry_nothing() -> None:
    assert read(CAMERA, "watermeter/main/value", "11.234", Memory()).readings == ()
