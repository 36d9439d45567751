"""A reading is an instant in UTC and a finite value of one source, or it is none."""

import math
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import PayloadError, ReadingError
from core.quantities import PROPERTIES, Kind, Quantity
from core.readings import Reading, ReadingQuality, instant, is_source

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
zones = st.one_of(st.timezones(), st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes))))


def reading(source: str = "meter:a", value: float = 1.0, at: datetime = NOON) -> Reading:
    return Reading(source, Quantity.POWER_W, at, value)


def test_a_reading_is_measured_unless_it_says_otherwise() -> None:
    assert reading().quality is ReadingQuality.MEASURED


def test_equal_readings_are_equal_and_can_be_kept_in_sets() -> None:
    assert {reading(), reading()} == {reading()}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**400, -(10**400)])
def test_a_value_that_is_no_finite_number_is_refused(value: float) -> None:
    with pytest.raises(ReadingError) as caught:
        reading(value=value)
    assert caught.value.finding.code == "reading.not_finite"
    assert dict(caught.value.finding.params) == {"source": "meter:a", "quantity": "power_w"}


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_finite_value_is_kept_as_it_is(value: float) -> None:
    assert reading(value=value).value == value


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ReadingError) as caught:
        reading(at=datetime(2026, 7, 1, 12))  # noqa: DTZ001 - the fault itself
    assert caught.value.finding.code == "reading.time_naive"


class _Unsure(tzinfo):
    """A zone that does not say how far it is from UTC."""

    def utcoffset(self, _: datetime | None) -> None:
        return None


def test_a_zone_without_an_offset_is_as_good_as_none() -> None:
    with pytest.raises(ReadingError, match=r"reading\.time_naive"):
        reading(at=datetime(2026, 7, 1, 12, tzinfo=_Unsure()))


@pytest.mark.parametrize(
    "at",
    [
        datetime.min.replace(tzinfo=timezone(timedelta(hours=2))),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-2))),
    ],
)
def test_a_time_outside_of_the_calendar_is_refused(at: datetime) -> None:
    with pytest.raises(ReadingError, match=r"reading\.time_out_of_range"):
        reading(at=at)


def test_a_local_time_becomes_utc() -> None:
    assert reading(at=datetime(2026, 7, 1, 14, tzinfo=BERLIN)) == reading(at=NOON)
    assert reading(at=datetime(2026, 7, 1, 14, tzinfo=BERLIN)).at_utc.tzinfo is UTC


def test_the_doubled_hour_keeps_its_two_instants() -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
    assert instant(first.replace(fold=1)) - instant(first) == timedelta(hours=1)


@given(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=zones))  # noqa: DTZ001 - zones are drawn
def test_an_instant_is_the_same_moment_cut_to_milliseconds(at: datetime) -> None:
    cut = instant(at)
    assert cut.tzinfo is UTC
    assert cut.microsecond % 1000 == 0
    assert timedelta(0) <= at.astimezone(UTC) - cut < timedelta(milliseconds=1)
    assert instant(cut) is cut


@pytest.mark.parametrize(
    "source", ["meter:schule-a-strom", "station:lra-01/1", "vehicle:erz-e-101", "plant:wea-3", "meter:a"]
)
def test_source_ids_are_kind_and_slug(source: str) -> None:
    assert is_source(source)
    assert reading(source).source == source


@pytest.mark.parametrize(
    "source",
    [
        *("", "meter", "meter:", ":a", "Meter:a", "meter:A", "meter:1a", "meter:\u00e4", "meter:a/", "meter:a/b"),
        *("meter:a/1/2", "meter:a b", "meter:a\n", "\nmeter:a", "meter:a/\u0661", "meter:a_b", "x" * 1000),
    ],
)
def test_anything_else_is_no_source_id(source: str) -> None:
    with pytest.raises(PayloadError) as caught:
        reading(source)
    assert caught.value.finding.code == "reading.source_invalid"
    assert len(str(dict(caught.value.finding.params)["source"])) <= 80


@pytest.mark.parametrize("quantity", Quantity)
def test_a_quantity_ends_in_its_unit_and_says_how_it_is_shown(quantity: Quantity) -> None:
    assert quantity.value == quantity.name.lower()
    units = {"wh", "w", "v", "a", "hz", "m3", "m", "c", "h", "percent", "flag", "g", "kwh", "mwh"}
    assert quantity.value.rsplit("_", 1)[1] in units
    properties = PROPERTIES[quantity]
    assert quantity.kind is properties.kind
    assert properties.divisor in {1, 1000}
    assert properties.decimals >= 0
    assert (quantity.value.endswith("_flag")) == (quantity.kind is Kind.STATE)
