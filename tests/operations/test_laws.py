"""Laws of paging, freshness and reading requests."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.facts import LastValue
from core.inventory import Municipality
from core.quantities import Quantity
from core.readings import ReadingQuality
from operations.edge import InvalidRequestError, read_request
from operations.table import CAPABILITIES
from operations.values import Freshness, freshness, matches, page_of, values_of
from tests.district import SINCE

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = sorted({field.name for row in CAPABILITIES.values() for field in row.fields})


@given(keys=st.lists(st.text(max_size=6), unique=True, max_size=40), limit=st.integers(1, 7))
def test_pages_tile_a_list_in_order(keys: list[str], limit: int) -> None:
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = page_of(keys, keys, limit, cursor)
        assert page.total == len(keys)
        assert len(page.items) <= limit
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == sorted(keys)


@given(age_s=st.floats(-1e6, 1e9), older_s=st.floats(0, 1e9), interval_s=st.floats(1, 1e6))
def test_a_source_never_gets_fresher_by_waiting(age_s: float, older_s: float, interval_s: float) -> None:
    order = list(Freshness)
    assert order.index(freshness(age_s, interval_s)) <= order.index(freshness(age_s + older_s, interval_s))
    assert freshness(age_s, interval_s) is not Freshness.NEVER


@given(name=st.sampled_from(sorted(CAPABILITIES)), asked=st.dictionaries(st.sampled_from(NAMES), PLAIN, max_size=5))
def test_any_request_is_read_or_refused_and_nothing_else_happens(name: str, asked: dict[str, Any]) -> None:
    capability = CAPABILITIES[name]
    with suppress(InvalidRequestError):
        assert isinstance(read_request(capability, asked), capability.request)


@given(text=st.text(min_size=1, max_size=10), around=st.tuples(st.text(max_size=3), st.text(max_size=3)))
def test_a_text_is_found_wherever_it_stands_in_a_name(text: str, around: tuple[str, str]) -> None:
    entry = Municipality(id="x", name=text.join(around), valid_from=SINCE, key="0", state="NI")
    assert matches(entry, text)
    assert matches(entry, None)


def test_a_state_is_as_fresh_as_its_source_and_a_value_only_as_itself() -> None:
    now_utc = datetime(2026, 11, 22, 12, tzinfo=UTC)
    days_ago = now_utc - timedelta(days=4)
    known = {
        each: LastValue(
            source="vehicle:a",
            quantity=each,
            at_utc=at_utc,
            value=0.0,
            quality=ReadingQuality.MEASURED,
            received_at_utc=at_utc,
        )
        for each, at_utc in (
            (Quantity.PLUGGED_IN_FLAG, days_ago),
            (Quantity.SOC_PERCENT, days_ago),
            (Quantity.ODOMETER_M, now_utc),
        )
    }
    found = {each.quantity: each for each in values_of({"vehicle:a": known}, "vehicle:a", 300.0, now_utc)}
    assert found[Quantity.PLUGGED_IN_FLAG].freshness is Freshness.FRESH
    assert found[Quantity.SOC_PERCENT].freshness is Freshness.SILENT
    assert found[Quantity.PLUGGED_IN_FLAG].age_s == 4 * 86_400
