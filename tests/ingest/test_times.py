from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ingest.messages import Memory, Message
from ingest.times import Stamp, is_new, later, stamp

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def at(raw: object, last: datetime | None = None, received: datetime = NOW, zone: ZoneInfo = BERLIN) -> Stamp:
    return stamp(raw, Message("main", "t", b"", received), zone, Memory(last))


@pytest.mark.parametrize(
    ("raw", "instant"),
    [
        ("2026-11-22T09:59:00", datetime(2026, 11, 22, 8, 59, tzinfo=UTC)),
        ("2026-07-22T09:59:00", datetime(2026, 7, 22, 7, 59, tzinfo=UTC)),
        ("2026-11-22T09:59:00+01:00", datetime(2026, 11, 22, 8, 59, tzinfo=UTC)),
        ("2026-11-22T08:59:00Z", datetime(2026, 11, 22, 8, 59, tzinfo=UTC)),
        ("2022-07-18T09:34:15.775023242+00:00", datetime(2022, 7, 18, 9, 34, 15, 775_023, tzinfo=UTC)),
        ("2022-07-18T09:34:15.7Z", datetime(2022, 7, 18, 9, 34, 15, 700_000, tzinfo=UTC)),
        (1788820998, datetime(2026, 9, 7, 22, 43, 18, tzinfo=UTC)),
        (1584690242021, datetime(2020, 3, 20, 7, 44, 2, 21_000, tzinfo=UTC)),
    ],
)
def test_a_devices_time_is_read(raw: object, instant: datetime) -> None:
    assert at(raw) == Stamp(instant, own=True)


def test_a_local_time_is_that_of_the_brokers_devices() -> None:
    assert at("2026-11-22T08:59:00", zone=ZoneInfo("UTC")).at_utc == datetime(2026, 11, 22, 8, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (None, "payload.time_missing"),
        ("", "payload.time_missing"),
        ("2019-12-31T23:59:59Z", "payload.time_implausible"),
        ("2000-01-01T00:00:00", "payload.time_implausible"),
        ("2026-11-22T09:05:01Z", "payload.time_implausible"),
        (1.61, "payload.time_implausible"),
        ("2019-02-29T23:00:07Z", "payload.time_invalid"),
        ("yesterday", "payload.time_invalid"),
        (1e300, "payload.time_invalid"),
        (float("nan"), "payload.time_invalid"),
        ("0001-01-01T00:00:00", "payload.time_invalid"),
        ("9999-12-31T23:59:59-14:00", "payload.time_invalid"),
        ({}, "payload.time_invalid"),
        (True, "payload.time_invalid"),
        ("1" * 5000, "payload.time_implausible"),
    ],
)
def test_a_time_that_cannot_be_is_replaced_by_that_of_receipt(raw: object, code: str) -> None:
    found = at(raw)
    assert (found.at_utc, found.own) == (NOW, False)
    assert found.finding is not None
    assert found.finding.code == code


def test_five_minutes_ahead_is_a_clock_that_is_a_little_fast() -> None:
    assert at("2026-11-22T09:05:00Z").own


TWICE = "2026-10-25T02:30:00"
FIRST, SECOND = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("last", "received", "instant"),
    [
        (None, FIRST, FIRST),
        (None, SECOND, SECOND),
        (FIRST - timedelta(minutes=5), FIRST, FIRST),
        (FIRST + timedelta(minutes=5), SECOND, SECOND),
        (FIRST - timedelta(minutes=5), SECOND + timedelta(hours=5), FIRST),
        (FIRST + timedelta(minutes=5), SECOND + timedelta(hours=5), SECOND),
    ],
)
def test_an_hour_that_comes_twice(last: datetime | None, received: datetime, instant: datetime) -> None:
    assert at(TWICE, last, received).at_utc == instant


def test_an_hour_that_does_not_exist_is_read_as_if_the_clock_had_not_been_changed() -> None:
    assert at("2026-03-29T02:30:00").at_utc == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_the_newest_instant_is_remembered_whatever_comes_late() -> None:
    memory = Memory(NOW)
    assert later(memory, Stamp(NOW - timedelta(hours=1), own=True)) == NOW
    assert later(memory, Stamp(NOW + timedelta(hours=1), own=True)) == NOW + timedelta(hours=1)
    assert later(memory, Stamp(NOW + timedelta(hours=1), own=False)) == NOW


def test_what_is_not_retained_is_always_news() -> None:
    assert is_new(Message("main", "t", b"", NOW), Stamp(NOW - timedelta(days=3), own=True), Memory(NOW))
