"""Every message is accounted for, and repetition does not fill the disk."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

from core.inventory import Inventory
from core.quantities import Quantity
from ingest.intake import KEPT_DISCOVERIES, KEPT_PER_HOUR, SAMPLE_BYTES, THE_REST, Catch, Intake
from ingest.messages import Message
from tests.ingest.rig import INVENTORY, ZONE

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TOPIC = "tele/tasmota_power/SENSOR"


def message(topic: str, payload: bytes, at_utc: datetime = NOW) -> Message:
    return Message("main", topic, payload, at_utc)


def an_intake() -> Intake:
    return Intake("main", ZONE, lambda: INVENTORY)


def sort(intake: Intake, *messages: Message, at_utc: datetime = NOW) -> Catch:
    return intake.sort(messages, at_utc)


def test_one_message_may_be_the_reading_of_one_entry_and_the_rejection_of_another() -> None:
    catch = sort(an_intake(), message(TOPIC, b'{"Time":"2026-11-22T09:59:00","SML":{"Total_in":1}}'))
    assert [(reading.source, reading.quantity) for reading in catch.readings] == [
        ("meter:power", Quantity.ENERGY_IMPORT_WH)
    ]
    assert [rejection.reason.code for rejection in catch.rejections] == ["payload.part_missing"]
    assert catch.undated == [True]


def test_what_the_device_dated_needs_no_receipt() -> None:
    body = b'{"Time":"2026-11-22T09:59:00","SML":{"Total_in":1},"PV":{"E_out":1}}'
    assert sort(an_intake(), message(TOPIC, body)).undated == [False]


def test_what_bears_the_time_of_receipt_needs_one() -> None:
    assert sort(an_intake(), message("ovms/fleet/VAN1/metric/v/b/soc", b"96.3")).undated == [True]


def test_a_known_device_may_say_things_that_are_no_readings() -> None:
    catch = sort(an_intake(), message("shellypro3em-1/online", b"true"))
    assert catch == Catch(undated=[False])


def test_a_rejection_keeps_the_payload_without_secrets() -> None:
    catch = sort(an_intake(), message("shellypro3em-1/status/em:0", b'[{"password":"hunter2","x":1}]'))
    (rejection,) = catch.rejections
    assert rejection.channel == "mqtt:main"
    assert rejection.subject == "shellypro3em-1/status/em:0"
    assert rejection.payload == b'[{"password":"[redacted]","x":1}]'
    assert rejection.received_at_utc == NOW


def test_repeated_garbage_is_kept_a_few_times_and_then_counted() -> None:
    intake, garbage = an_intake(), message("shellypro3em-1/status/em:0", b"\xff")
    catches = [sort(intake, garbage, garbage) for _ in range(20)]
    assert sum(len(catch.rejections) for catch in catches) == KEPT_PER_HOUR
    assert sum(catch.rejected for catch in catches) == 40
    told = [notice for catch in catches for notice in catch.notices] + intake.rest()
    assert {(notice.source, notice.finding.code) for notice in told} == {
        ("meter:shelly-3em", "payload.rejected_not_kept")
    }
    assert sum(notice.count for notice in told) == 40 - KEPT_PER_HOUR


def test_after_an_hour_garbage_is_kept_again() -> None:
    intake = an_intake()
    for hour in range(3):
        at_utc = NOW + timedelta(hours=hour)
        catch = sort(intake, *[message("shellypro3em-1/status/em:0", b"\xff", at_utc)] * 20, at_utc=at_utc)
        assert len(catch.rejections) == KEPT_PER_HOUR


def test_of_an_oversized_payload_only_the_beginning_is_kept() -> None:
    catch = sort(an_intake(), message(TOPIC, b"x" * 300_000))
    assert {len(rejection.payload) for rejection in catch.rejections} == {SAMPLE_BYTES}
    assert {rejection.reason.code for rejection in catch.rejections} == {"payload.too_large"}


def test_an_unknown_topic_is_counted_with_a_sample_and_a_hint() -> None:
    first = message("teslamate/cars/7/odometer", b"1", NOW - timedelta(seconds=1))
    (discovery,) = sort(an_intake(), first, message("teslamate/cars/7/odometer", b"2")).discoveries
    assert dataclasses.astuple(discovery) == (
        "mqtt:main",
        "teslamate/cars/7/odometer",
        NOW - timedelta(seconds=1),
        NOW,
        2,
        b"2",
        "teslamate",
    )


def test_a_discovered_position_or_vin_is_not_kept() -> None:
    catch = sort(an_intake(), message("telemetry/WVWZZZ1JZXW000001/v/Location", b'{"latitude":52.5}'))
    (discovery,) = catch.discoveries
    assert discovery.subject == "telemetry/[vin]/v/Location"
    assert discovery.sample == b"[redacted]"


def test_endless_new_topics_are_counted_together() -> None:
    intake = an_intake()
    flood = [message(f"noise/{number}", b"x" * 5000) for number in range(KEPT_DISCOVERIES + 500)]
    catch = intake.sort(flood, NOW)
    assert len(catch.discoveries) == KEPT_DISCOVERIES + 1
    assert [entry.count for entry in catch.discoveries if entry.subject == THE_REST] == [500]
    assert max(len(entry.sample) for entry in catch.discoveries) == SAMPLE_BYTES


def test_a_notice_is_told_at_once_and_its_repetition_once_a_minute() -> None:
    intake, topic = an_intake(), "teslamate/cars/1/odometer"
    told = []
    for second in range(150):
        at_utc = NOW + timedelta(seconds=second)
        told += sort(intake, message(topic, b"NaN", at_utc), at_utc=at_utc).notices
    assert [notice.count for notice in told] == [1, 60, 60]
    assert [notice.count for notice in intake.rest()] == [29]
    assert told[1].first_seen_utc == NOW + timedelta(seconds=1)
    assert told[1].last_seen_utc == NOW + timedelta(seconds=60)


def test_a_changed_inventory_is_followed_and_memory_stays() -> None:
    inventories = [INVENTORY]
    intake = Intake("main", ZONE, lambda: inventories[0])
    topic = "teslamate/cars/1/power"
    sort(intake, message("teslamate/cars/1/charger_power", b"11"))
    inventories[0] = Inventory(vehicles=INVENTORY.vehicles)
    assert sort(intake, message(TOPIC, b"{}")).discovered == 1
    assert sort(intake, message(topic, b"-10")).readings == []
