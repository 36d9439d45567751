"""The book of firmware roll-outs, over every ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from core.retention import RecordKind
from core.rollouts import Rollout, RolloutState, RolloutStation, StationRollout
from core.texts import Finding
from store.ledger.ledger import SqlLedger
from store.ledger.rollout_tables import ROLLOUT_STATION

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def rollout(*stations: str) -> Rollout:
    return Rollout(
        firmware="2.1.0",
        url="https://firmware.example/2.1.0.bin",
        stations=tuple(RolloutStation(station=name, wave=place, since_utc=NOW) for place, name in enumerate(stations)),
        pause=timedelta(hours=1),
        within=timedelta(days=1),
        stop_after=1,
        when_idle=True,
        started_by="anna",
        started_at_utc=NOW,
        changed_by="anna",
        changed_at_utc=NOW,
    )


async def test_a_rollout_comes_back_whole_and_newest_first(ledger: SqlLedger) -> None:
    first = await ledger.add_rollout(rollout("a", "b"))
    second = await ledger.add_rollout(rollout("c"))
    assert await ledger.rollout(first.id) == first
    assert await ledger.rollouts() == (second, first)
    assert await ledger.rollout(99) is None


async def test_who_did_not_see_the_newest_change_is_refused(ledger: SqlLedger) -> None:
    read = await ledger.add_rollout(rollout("a", "b"))
    failed = replace(read.stations[0], state=StationRollout.FAILED, command=7, finding=Finding.of("rollouts.late"))
    stopped = replace(
        read,
        state=RolloutState.STOPPED,
        finding=Finding.of("rollouts.stopped_itself", count=1),
        stations=(failed, read.stations[1]),
    )
    saved = await ledger.save_rollout(stopped)
    assert saved == replace(stopped, turn=1)
    assert await ledger.save_rollout(replace(read, state=RolloutState.PAUSED)) is None
    assert await ledger.rollouts([RolloutState.STOPPED]) == (saved,)
    assert await ledger.rollouts([RolloutState.RUNNING]) == ()


async def test_only_what_is_over_is_forgotten_with_its_stations(ledger: SqlLedger) -> None:
    over = await ledger.add_rollout(replace(rollout("a", "b"), state=RolloutState.DONE))
    stopped = await ledger.add_rollout(replace(rollout("c"), state=RolloutState.STOPPED))
    assert await ledger.forget_records(RecordKind.ROLLOUTS, over.changed_at_utc) == 0
    assert await ledger.forget_records(RecordKind.ROLLOUTS, over.changed_at_utc + timedelta(seconds=1)) == 1
    assert await ledger.rollouts() == (stopped,)
    async with ledger._database.reading() as connection:
        left = (await connection.execute(select(ROLLOUT_STATION.c.station))).scalars().all()
    assert left == ["c"]
