"""What every book of register checkpoints must do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from core.quantities import Quantity
from core.work import RegisterCheckpoint

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
IMPORT = Quantity.ENERGY_IMPORT_WH


def checkpoint(hour: int, source: str = "meter:a", quantity: Quantity = IMPORT) -> RegisterCheckpoint:
    at = NOW + timedelta(hours=hour)
    return RegisterCheckpoint(
        source=source, quantity=quantity, at_utc=at, state=f'{{"at":{hour}}}', intervals_until_utc=at
    )


async def test_the_newest_at_or_before_an_instant_is_found_for_each_series(ledger: Any) -> None:
    others = [checkpoint(2, "meter:b"), checkpoint(4, "meter:a", Quantity.ENERGY_EXPORT_WH)]
    await ledger.save_checkpoints([checkpoint(1), checkpoint(3), checkpoint(5), *others])
    found = await ledger.checkpoints(
        [
            (("meter:a", IMPORT), NOW + timedelta(hours=3)),
            (("meter:b", IMPORT), NOW + timedelta(hours=1)),
            (("meter:c", IMPORT), NOW + timedelta(hours=9)),
        ]
    )
    assert found == {("meter:a", IMPORT): checkpoint(3)}
    assert await ledger.checkpoints([]) == {}


async def test_a_checkpoint_of_the_same_instant_is_replaced(ledger: Any) -> None:
    await ledger.save_checkpoints([checkpoint(1)])
    newer = replace(checkpoint(1), state='{"at":"again"}', intervals_until_utc=NOW + timedelta(days=1))
    await ledger.save_checkpoints([newer])
    await ledger.save_checkpoints([])
    assert await ledger.checkpoints([(("meter:a", IMPORT), NOW + timedelta(days=1))]) == {("meter:a", IMPORT): newer}


async def test_what_lies_after_a_change_is_dropped_for_that_series_only(ledger: Any) -> None:
    await ledger.save_checkpoints([checkpoint(1), checkpoint(2), checkpoint(3), checkpoint(3, "meter:b")])
    await ledger.drop_checkpoints(("meter:a", IMPORT), NOW + timedelta(hours=2))
    later = NOW + timedelta(days=1)
    found = await ledger.checkpoints([(("meter:a", IMPORT), later), (("meter:b", IMPORT), later)])
    assert found == {("meter:a", IMPORT): checkpoint(2), ("meter:b", IMPORT): checkpoint(3, "meter:b")}


async def test_a_thousand_series_are_asked_at_once(ledger: Any) -> None:
    many = [checkpoint(hour, f"meter:m{number}") for number in range(1000) for hour in (0, 1)]
    await ledger.save_checkpoints(many)
    found = await ledger.checkpoints([((each.source, IMPORT), NOW + timedelta(hours=1)) for each in many[::2]])
    assert len(found) == 1000
    assert {each.at_utc for each in found.values()} == {NOW + timedelta(hours=1)}


async def test_a_newer_checkpoint_may_take_the_place_of_an_older_one(ledger: Any) -> None:
    await ledger.save_checkpoints([checkpoint(0), checkpoint(1), checkpoint(1, "meter:b")])
    at = NOW + timedelta(hours=1)
    await ledger.save_checkpoints([checkpoint(2)], instead_of=[(("meter:a", IMPORT), at), (("meter:c", IMPORT), at)])
    later = NOW + timedelta(days=1)
    found = await ledger.checkpoints([(("meter:a", IMPORT), later), (("meter:b", IMPORT), later)])
    assert found == {("meter:a", IMPORT): checkpoint(2), ("meter:b", IMPORT): checkpoint(1, "meter:b")}
    assert await ledger.checkpoints([(("meter:a", IMPORT), at)]) == {("meter:a", IMPORT): checkpoint(0)}
