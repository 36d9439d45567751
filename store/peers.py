"""The processes that serve charge points together, as a PostgreSQL database tells them apart.

Each holds an advisory lock on a connection of its own. The lock ends with the process, however that ends, so no
clock decides who is alive; who loses the connection must stop, for others take over what was its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

import psycopg

from core.errors import StoreError
from core.processes import Call, Claim, Estate, Hearer
from store.journal.layout import LAYOUT
from store.ledger.engines import connect, place_of_database

_ALIVE: Final = 0x6B77_6370  # "kwcp"
_CHANNEL: Final = "kreiswatt_charge_points"
_TO_ALL: Final = 0
_PATIENCE_S: Final = 15.0

_BORN = f"""
    with born as (
        insert into service_process (name, applied_frame)
        select %s, coalesce(max(id), 0) from journal_frame returning number, applied_frame
    )
    select number, applied_frame, pg_advisory_lock({_ALIVE}, number::int) from born
"""
_DEAD = f"pg_try_advisory_xact_lock({_ALIVE}, number::int)"
_CLAIM = """
    insert into station_socket (station, process) values (%s, %s) on conflict (station) do update set since_utc = now()
    where station_socket.process = excluded.process returning xmax = 0
"""
_ADOPT = f"""
    with dead as materialized (
        select number, applied_frame from service_process where number <> %(me)s and {_DEAD}
    ), left_behind as (
        update station_socket set process = %(me)s where process in (select number from dead) returning station
    ), lowered as (
        update service_process set applied_frame = least(applied_frame, (select min(applied_frame) from dead))
        where number = %(me)s and exists (select 1 from left_behind)
    )
    select (select array_agg(number) from dead), (select min(applied_frame) from dead),
        (select array_agg(station) from left_behind)
"""
_APPLIED = """
    with mine as (update service_process set applied_frame = %(frame)s where number = %(me)s returning number),
    least_of_all as (
        select least(%(frame)s, min(applied_frame)) as frame from service_process where number <> %(me)s
        and exists (select 1 from station_socket where process = number)
    ), marked as (
        insert into mark (name, value) select 'applied_frame', frame from least_of_all, mine
        on conflict (name) do update set value = excluded.value
    )
    select number from mine
"""


class DatabasePeers:
    """`core.processes.Peers` over the database at a URL."""

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._name = name
        self._number = 0
        self._life: psycopg.AsyncConnection[Any] | None = None
        self._hand: psycopg.AsyncConnection[Any] | None = None
        self._turn = asyncio.Lock()

    async def begin(self) -> int:
        """Become one of them; return the newest journal id: frames above it may be ours."""
        await self._close()
        try:
            self._hand = await connect(self._url)
            await self._hand.execute(LAYOUT.encode())
            self._life = await connect(self._url)
            await self._life.execute(f"listen {_CHANNEL}".encode())
            born = await self._life.execute(_BORN.encode(), (self._name,))
            self._number, applied_frame, _ = await born.fetchone() or (0, 0, None)
        except psycopg.Error as error:
            raise self._failed(error) from error
        return int(applied_frame)

    async def run(self, heard: Hearer) -> None:
        """Tell what others call, until cancelled. Raises `StoreError` once we count as dead for the others."""
        if self._life is None:
            raise StoreError("store.closed")
        try:
            async for notice in self._life.notifies():
                call, process, station = notice.payload.split(" ", 2)
                if int(process) in (_TO_ALL, self._number):
                    heard(Call(call), station)
        except psycopg.Error as error:
            raise self._failed(error) from error

    async def alone(self) -> bool:
        """Return whether no other process is alive."""
        others = f"select count(*) from service_process where number <> %s and not {_DEAD}"
        return not (await self._ask(others, (self._number,)))[0][0]

    async def claim(self, station: str) -> Claim:
        """Take a station, or ask the process that has it to let go."""
        claimed = await self._ask(_CLAIM, (station, self._number))
        if claimed:
            return Claim.NEW if claimed[0][0] else Claim.OURS
        asked = f"select pg_notify('{_CHANNEL}', 'leave ' || process || ' ' || station) from station_socket"
        await self._ask(f"{asked} where station = %s", (station,))
        return Claim.ELSEWHERE

    async def let_go(self, station: str) -> None:
        """Give a station away: all it said is stored."""
        gone = "with gone as (delete from station_socket where station = %s and process = %s)"
        told = f"select pg_notify('{_CHANNEL}', 'free {_TO_ALL} ' || %s)"
        await self._ask(f"{gone} {told}", (station, self._number, station))

    async def adopt(self) -> Estate | None:
        """Take over what dead processes left, None if there is nothing."""
        try:
            async with asyncio.timeout(_PATIENCE_S), self._turn, self._connected().transaction():
                found = await self._connected().execute(_ADOPT.encode(), {"me": self._number})
                dead, applied_frame, stations = await found.fetchone() or (None, 0, None)
                if dead:
                    await self._connected().execute(b"delete from service_process where number = any(%s)", (dead,))
        except (psycopg.Error, TimeoutError) as error:
            raise self._failed(error) from error
        return Estate(frozenset(stations), applied_frame) if stations else None

    async def applied(self, frame: int) -> None:
        """Remember that all our stations' frames up to this one are stored."""
        if not await self._ask(_APPLIED, {"frame": frame, "me": self._number}):
            raise StoreError("store.process_taken_over")

    async def ring(self) -> None:
        """Have all processes look at commands."""
        await self._ask(f"select pg_notify('{_CHANNEL}', 'commands {_TO_ALL} ')")

    async def end(self) -> None:
        """Be none of them any more; everything of ours is stored."""
        with suppress(StoreError):
            await self._ask("delete from station_socket where process = %s", (self._number,))
            await self._ask("delete from service_process where number = %s", (self._number,))
        await self._close()

    async def _close(self) -> None:
        for connection in (self._life, self._hand):
            if connection is not None:
                await connection.close()
        self._life = self._hand = None

    def _connected(self) -> psycopg.AsyncConnection[Any]:
        if self._hand is None:
            raise StoreError("store.closed")
        return self._hand

    async def _ask(self, statement: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[Any]:
        try:
            async with asyncio.timeout(_PATIENCE_S), self._turn:
                found = await self._connected().execute(statement.encode(), parameters)
                return await found.fetchall() if found.description else []
        except (psycopg.Error, TimeoutError) as error:
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> StoreError:
        cause = str(error).strip().partition("\n")[0] or type(error).__name__
        return StoreError("store.database_unreachable", database=place_of_database(self._url), error=cause)
