"""What the inventory says of a source changes: what was counted by other rules is counted again, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from core.intervals import Resolution
from core.inventory import Inventory, Meter, MeterRole
from core.periods import Period
from core.readings import Reading, SlotShare
from core.work import DirtySpan
from energy.series import SHARE_NUMBERS
from operations.intervals.plans import EPOCH_UTC
from tests.operations.places import (
    EXPORT,
    IMPORT,
    MINUTE,
    NOW,
    POWER,
    SLOT,
    STROM,
    WATT,
    Place,
    delete_before,
    dial,
    dies_at,
    inventory,
    opened,
)

MISSING = SHARE_NUMBERS[SlotShare.MISSING]
BEGIN = datetime(2026, 9, 27, tzinfo=UTC)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with opened(tmp_path / "data") as place:
        yield place


def said(place: Place, meter: str, **fields: Any) -> None:
    """Let the inventory say something else of a meter."""
    known = inventory()
    changed: Meter = replace(known.meters[meter], **fields)
    other: Inventory = replace(known, meters=known.meters | {meter: changed})
    place.house = replace(place.house, inventory=lambda: other)


def stepping(count: int) -> list[Reading]:
    """Return a dial that once goes on by 10 kWh in two hours, and twice is silent for two days."""
    calm = enumerate(dial(BEGIN, count, every=8))
    stepped = [(number, replace(each, value=each.value + 10_000 * (number >= 100))) for number, each in calm]
    return [each for number, each in stepped if not (200 < number < 224 or 450 < number < 474)]


async def at_once(folder: Path, readings: list[Reading], meter: str, **fields: Any) -> dict[object, list[Any]]:
    """Return what comes of readings that were counted by the present rules from the beginning."""
    async with opened(folder) as place:
        said(place, meter, **fields)
        await place.put(*readings)
        await place.run()
        return await place.everything()


@pytest.mark.parametrize("fields", [{"max_power_w": 2_000.0}, {"nominal_interval_s": 86_400}])
async def test_other_rules_come_to_what_they_had_come_to_from_the_beginning(
    place: Place, tmp_path: Path, fields: dict[str, Any]
) -> None:
    readings = stepping(300)
    await place.put(*readings)
    await place.run()
    before = await place.everything()
    said(place, "strom", **fields)
    done = await place.run()
    assert (done.series, done.ruled, done.readings) == (1, 1, len(readings))
    after = await place.everything()
    assert after == await at_once(tmp_path / "fresh", readings, "strom", **fields)
    assert 0 < done.slots == changed(before, after, "15m")
    assert 0 < done.days == changed(before, after, "day")
    again = await place.run()
    assert (again.series, again.ruled) == (0, 0)


async def test_what_has_nothing_to_do_with_counting_changes_nothing(place: Place) -> None:
    await place.put(*dial(BEGIN, 30))
    await place.run()
    said(place, "strom", name="Strom Hauptgebäude", building="haus")
    done = await place.run()
    assert (done.series, done.ruled) == (0, 0)


async def test_only_slots_within_the_days_a_meter_is_valid_count(place: Place) -> None:
    await place.put(*dial(BEGIN, 8 * 96))
    await place.run()
    whole, before = await place.amounts(), await place.everything()
    first_ms, end_ms = (int(datetime(2026, 9, day, 22, tzinfo=UTC).timestamp() * 1000) for day in (28, 30))  # Berlin
    said(place, "strom", valid_from=date(2026, 9, 29), valid_to=date(2026, 10, 1))
    done = await place.run()
    within = (whole.start_ms >= first_ms) & (whole.start_ms < end_ms)
    found = await place.amounts()
    assert found.start_ms.tolist() == whole.start_ms[within].tolist()
    assert found.thousandths.tolist() == whole.thousandths[within].tolist()
    assert (found.begins.max(), found.ends.max()) == (0, 0)  # measured: readings beyond still say where the dial stood
    assert (done.ruled, done.slots) == (1, (~within).sum())
    days = await place.amounts(resolution=Resolution.DAY)
    assert days.start_ms.tolist() == [first_ms, (first_ms + end_ms) // 2]
    said(place, "strom")
    await place.run()
    assert await place.everything() == before


async def test_energy_that_power_is_no_longer_added_up_to_goes(place: Place, tmp_path: Path) -> None:
    readings = [
        Reading(*WATT, NOW - 200 * SLOT + number * 5 * MINUTE, (-1) ** number * 6000.0) for number in range(400)
    ]
    said(place, "pv", role=MeterRole.STORAGE)
    await place.put(*readings)
    await place.run()
    stored = await place.everything()
    assert {key[1][1] for key in stored} == {IMPORT, EXPORT, POWER}  # type: ignore[index]
    said(place, "pv", role=MeterRole.GENERATION)
    done = await place.run()
    assert (done.ruled, {key[1][1] for key in await place.everything()}) == (1, {EXPORT, POWER})  # type: ignore[index]
    assert await place.everything() == await at_once(tmp_path / "fresh", readings, "pv", role=MeterRole.GENERATION)


async def test_where_readings_are_deleted_rules_hold_from_the_first_month_that_can_be_counted(place: Place) -> None:
    readings = stepping(640)
    await place.put(*readings)
    await place.run()
    before = await place.amounts()
    await delete_before(place.stores, datetime(2026, 10, 10, tzinfo=UTC))
    said(place, "strom", nominal_interval_s=86_400)
    done = await place.run()
    assert (done.ruled, done.series) == (1, 1)
    after = await place.amounts()
    november_ms = int(datetime(2026, 10, 31, 23, tzinfo=UTC).timestamp() * 1000)
    early = before.start_ms < november_ms
    assert after.take(after.start_ms < november_ms).seconds.tolist() == before.take(early).seconds.tolist()
    assert done.slots == (before.seconds[~early, MISSING] > 0).sum()
    assert not after.seconds[after.start_ms >= november_ms, MISSING].any()
    assert await codes(place) == ["intervals.ruled_since"]
    assert (await place.run()).ruled == 0


async def test_where_all_readings_are_deleted_rules_hold_for_what_comes(place: Place) -> None:
    await place.put(*dial(BEGIN, 30))
    await place.run()
    before = await place.everything()
    await delete_before(place.stores, NOW)
    said(place, "strom", nominal_interval_s=3600)
    done = await place.run()
    assert (done.ruled, done.slots, done.days) == (1, 0, 0)
    assert await place.everything() == before
    assert (await place.run()).ruled == 0


async def test_a_kill_between_any_two_writes_forgets_no_rule(tmp_path: Path) -> None:
    readings = stepping(500)
    expected = await at_once(tmp_path / "fresh", readings, "strom", max_power_w=2_000.0)
    step, died = 0, True
    while died:
        step += 1
        async with opened(tmp_path / str(step)) as place:
            await place.put(*readings)
            await place.run()
            said(place, "strom", max_power_w=2_000.0)
            died = await dies_at(place, step)
            await place.run()
            assert await place.everything() == expected
    assert step > 5


async def codes(place: Place) -> list[str]:
    notices = await place.stores.ledger.notices([STROM[0]])
    return [one.finding.code for one in notices if "suspected" not in one.finding.code]


def changed(before: dict[object, list[Any]], after: dict[object, list[Any]], resolution: str) -> int:
    """Return how many rows are others than before, or gone."""
    count = 0
    for key in before.keys() | after.keys():
        if key[0] == resolution:  # type: ignore[index]
            old, new = ({row[0]: row for row in rows.get(key, [])} for rows in (before, after))
            count += sum(old.get(at) != new.get(at) for at in old.keys() | new.keys())
    return count


async def test_asked_for_as_much_is_computed_again_as_there_are_readings_for(place: Place) -> None:
    await place.put(*stepping(640))
    await place.run()
    before = await place.everything()
    await delete_before(place.stores, datetime(2026, 10, 10, tzinfo=UTC))
    await place.stores.ledger.mark_dirty(
        [DirtySpan(source=STROM[0], quantity=STROM[1], period=Period(EPOCH_UTC, NOW), reason="rule")]
    )
    done = await place.run()
    assert (done.series, done.ruled, done.slots, done.readings > 100) == (1, 0, 0, True)
    assert await place.everything() == before
    assert await codes(place) == ["intervals.ruled_since"]
