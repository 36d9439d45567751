"""Classes cover every series once; periods count back on the calendar of the place."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.quantities import Quantity
from core.retention import READINGS, RECORDS, SLOTS, Keep, RecordKind, RetentionClass

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["meter", "plant", "station", "vehicle"])
@pytest.mark.parametrize("quantity", Quantity)
def test_every_series_belongs_to_one_class_of_readings_and_one_of_slots(kind: str, quantity: Quantity) -> None:
    assert sum(covered.covers(f"{kind}:x", quantity) for covered in READINGS.values()) == 1
    assert sum(covered.covers(f"{kind}:x", quantity) for covered in SLOTS.values()) == 1


def test_every_class_is_of_one_sort() -> None:
    others = {RetentionClass.FRAMES, RetentionClass.STATION_LOGS, RetentionClass.VEHICLE_DAYS}
    assert {*READINGS, *SLOTS, *RECORDS, *others} == set(RetentionClass)
    assert set(RECORDS.values()) == set(RecordKind)


@pytest.mark.parametrize(
    ("keep", "before"),
    [
        (Keep(days=30), "2026-10-22T22:00:00+00:00"),  # summer time still held
        (Keep(months=12), "2025-11-21T23:00:00+00:00"),
        (Keep(months=120), "2016-11-21T23:00:00+00:00"),
        (Keep(months=1, days=22), "2026-09-29T22:00:00+00:00"),
    ],
)
def test_a_period_ends_at_a_midnight_of_the_place(keep: Keep, before: str) -> None:
    assert keep.before(NOW, BERLIN).isoformat() == before


def test_a_month_back_from_its_last_day_is_the_last_day_of_the_month_before() -> None:
    assert Keep(months=1).before(datetime(2027, 3, 31, 12, tzinfo=UTC), BERLIN).isoformat().startswith("2027-02-27T23")


@given(st.integers(0, 600), st.integers(0, 4000), st.datetimes(datetime(2010, 1, 1), datetime(2099, 1, 1)))  # noqa: DTZ001
def test_longer_is_never_less(months: int, days: int, at: datetime) -> None:
    now = at.replace(tzinfo=UTC)
    assert Keep(months=months, days=days + 1).before(now, BERLIN) < Keep(months=months, days=days).before(now, BERLIN)
    assert Keep(months=months + 2, days=days).before(now, BERLIN) < Keep(months=months, days=days).before(now, BERLIN)
    assert (now - Keep(months=months, days=days).before(now, BERLIN)).days >= Keep(
        months=months, days=days
    ).least_days - 1
