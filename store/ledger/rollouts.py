"""The book of roll-outs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.rollouts import (
    NetworkChange,
    Rollout,
    RolloutKind,
    RolloutState,
    RolloutStation,
    SettingChange,
    StationRollout,
)
from store.ledger.database import Database, finding_of, finding_row
from store.ledger.database import replace as put
from store.ledger.rollout_tables import ROLLOUT, ROLLOUT_STATION

_C, _S = ROLLOUT.c, ROLLOUT_STATION.c
_PLAIN = (
    *("firmware", "url", "signing_certificate", "signature", "stop_after", "when_idle", "started_by"),
    *("started_at_utc", "changed_by", "changed_at_utc", "forgiven", "file", "plan", "reverses"),
)
_OF_STATION = ("station", "wave", "since_utc", "command")


class Rollouts:
    """`core.rollouts.RolloutBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_rollout(self, rollout: Rollout) -> Rollout:
        """Keep a new roll-out; return it with its id."""
        async with self._database.writing() as connection:
            added = ROLLOUT.insert().values(_row(rollout, 0)).returning(_C.id)
            kept = replace(rollout, id=(await connection.execute(added)).scalar_one(), turn=0)
            await _put_stations(connection, kept)
        return kept

    async def save_rollout(self, rollout: Rollout) -> Rollout | None:
        """Keep how far a roll-out is, and return it; None where somebody else changed it since it was read."""
        mine = update(ROLLOUT).where(_C.id == rollout.id, _C.turn == rollout.turn)
        async with self._database.writing() as connection:
            changed = await connection.execute(mine.values(_row(rollout, rollout.turn + 1)))
            if not changed.rowcount:
                return None
            await _put_stations(connection, rollout)
        return replace(rollout, turn=rollout.turn + 1)

    async def rollout(self, id: int) -> Rollout | None:  # noqa: A002
        """Return one, None if there is none."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(ROLLOUT).where(_C.id == id))).mappings().one_or_none()
            return None if row is None else (await _whole(connection, [row]))[0]

    async def rollouts(self, states: Sequence[RolloutState] | None = None) -> tuple[Rollout, ...]:
        """Return roll-outs (in these states), newest first."""
        wanted = select(ROLLOUT).order_by(_C.id.desc())
        if states is not None:
            wanted = wanted.where(_C.state.in_([each.value for each in states]))
        async with self._database.reading() as connection:
            return await _whole(connection, (await connection.execute(wanted)).mappings().all())


async def _put_stations(connection: AsyncConnection, rollout: Rollout) -> None:
    await put(connection, ROLLOUT_STATION, [_station_row(rollout.id, each) for each in rollout.stations])


async def _whole(connection: AsyncConnection, rows: Sequence[RowMapping]) -> tuple[Rollout, ...]:
    stations: dict[int, list[RolloutStation]] = {row["id"]: [] for row in rows}
    wanted = select(ROLLOUT_STATION).where(_S.rollout.in_(sorted(stations))).order_by(_S.wave, _S.station)
    for each in (await connection.execute(wanted)).mappings():
        stations[each["rollout"]].append(_station(each))
    return tuple(_rollout(row, tuple(stations[row["id"]])) for row in rows)


def _row(rollout: Rollout, turn: int) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(rollout, name) for name in _PLAIN}
    return row | {
        "pause_s": round(rollout.pause.total_seconds()),
        "within_s": round(rollout.within.total_seconds()),
        "kind": rollout.kind.value,
        "state": rollout.state.value,
        "finding": None if rollout.finding is None else finding_row(rollout.finding),
        "turn": turn,
    }


def _station_row(rollout: int, station: RolloutStation) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(station, name) for name in _OF_STATION}
    told = None if station.finding is None else finding_row(station.finding)
    changes = [asdict(each) for each in station.changes] or None
    return row | {"rollout": rollout, "state": station.state.value, "finding": told, "changes": changes}


def _rollout(row: RowMapping, stations: tuple[RolloutStation, ...]) -> Rollout:
    return Rollout(
        **{name: row[name] for name in _PLAIN},
        id=row["id"],
        turn=row["turn"],
        pause=timedelta(seconds=row["pause_s"]),
        within=timedelta(seconds=row["within_s"]),
        kind=RolloutKind(row["kind"]),
        state=RolloutState(row["state"]),
        finding=None if row["finding"] is None else finding_of(row["finding"]),
        stations=stations,
    )


def _station(row: RowMapping) -> RolloutStation:
    return RolloutStation(
        **{name: row[name] for name in _OF_STATION},
        state=StationRollout(row["state"]),
        finding=None if row["finding"] is None else finding_of(row["finding"]),
        changes=tuple(_change(each) for each in row["changes"] or ()),
    )


def _change(said: dict[str, Any]) -> SettingChange:
    network = said.get("network")
    return SettingChange(**{**said, "network": NetworkChange(**network) if network else None})
