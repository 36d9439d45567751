"""Sources computed again on demand: by whoever keeps them, and as far back as readings reach."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from core.errors import ForbiddenError, NotFoundError, RequestError
from core.people import Actor, Role
from core.periods import Period
from core.quantities import Quantity
from core.work import DirtySpan
from operations.intervals.plans import EPOCH_UTC
from tests.district import NOW, District

FACILITY = Actor("frieda", Role.FACILITY)
OPERATOR = Actor("ole", Role.OPERATOR)


async def marked(district: District) -> set[DirtySpan]:
    spans = await district.stores.ledger.dirty_spans()
    await district.stores.ledger.settle([span.id for span in spans])
    return {
        DirtySpan(source=each.source, quantity=each.quantity, period=each.period, reason=each.reason) for each in spans
    }


async def test_all_series_of_a_source_wait_to_be_computed_again(district: District) -> None:
    await marked(district)
    done = await district.ask("intervals.recompute", FACILITY, sources=("meter:schule-strom",))
    spans = await marked(district)
    assert done.series == len(spans) == 2
    assert {span.quantity for span in spans} == {Quantity.POWER_W, Quantity.ENERGY_IMPORT_WH}
    assert {(span.period, span.reason) for span in spans} == {(Period(EPOCH_UTC, NOW), "rule")}


async def test_a_day_is_that_of_the_place(district: District) -> None:
    await marked(district)
    await district.ask("intervals.recompute", FACILITY, sources=("meter:schule-strom",), since=date(2026, 11, 1))
    assert {span.period.start_utc for span in await marked(district)} == {datetime(2026, 10, 31, 23, tzinfo=UTC)}


async def test_who_does_not_keep_a_source_marks_nothing(district: District) -> None:
    await marked(district)
    elsewhere = Actor("frieda", Role.FACILITY, frozenset({"bauhof"}))
    for actor, sources in (
        (FACILITY, ("meter:schule-strom", "station:lis-01")),
        (OPERATOR, ("meter:schule-strom",)),
        (elsewhere, ("meter:schule-strom",)),
        (Actor("vera", Role.VIEWER), ("meter:schule-strom",)),
    ):
        with pytest.raises(ForbiddenError):
            await district.ask("intervals.recompute", actor, sources=sources)
    assert await marked(district) == set()


async def test_a_station_means_its_outlets_too(district: District) -> None:
    known = {last.source for last in await district.stores.readings.last() if last.source.startswith("station:lis-01")}
    await marked(district)
    await district.ask("intervals.recompute", OPERATOR, sources=("station:lis-01",))
    assert {span.source for span in await marked(district)} == known


async def test_what_is_not_known_or_to_come_is_refused(district: District) -> None:
    with pytest.raises(NotFoundError, match="source_unknown"):
        await district.ask("intervals.recompute", FACILITY, sources=("meter:nirgends",))
    with pytest.raises(RequestError, match="since_ahead"):
        await district.ask("intervals.recompute", FACILITY, sources=("meter:schule-strom",), since=date(2027, 1, 1))
