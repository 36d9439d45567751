"""The book of what stations report of themselves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select

from core.facts import ConnectorStatus, Protocol, StationLink, StationStatus
from store.ledger.database import Database, insert, replace
from store.ledger.tables import STATION_LINK, STATION_STATUS


class Stations:
    """`core.books.StationBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_statuses(self, statuses: Sequence[StationStatus]) -> None:
        """Keep the newest status per outlet, by the station's own instant; of equal instants the one given last."""
        if not statuses:
            return
        async with self._database.writing() as connection:
            statement = insert(connection, STATION_STATUS)
            fresh = {
                name: statement.excluded[name] for name in ("status", "at_utc", "received_at_utc", "error_code", "info")
            }
            newer = statement.excluded.at_utc >= STATION_STATUS.c.at_utc
            upsert = statement.on_conflict_do_update(index_elements=["station", "connector"], set_=fresh, where=newer)
            await connection.execute(upsert, [_status_row(status) for status in statuses])

    async def statuses(self) -> tuple[StationStatus, ...]:
        """Return the newest status of every outlet, by station and connector."""
        wanted = select(STATION_STATUS).order_by(STATION_STATUS.c.station, STATION_STATUS.c.connector)
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).mappings().all()
        return tuple(StationStatus(**{**row, "status": ConnectorStatus(row["status"])}) for row in rows)

    async def save_link(self, link: StationLink) -> None:
        """Keep the connection state of a station."""
        await self.save_links([link])

    async def save_links(self, links: Sequence[StationLink]) -> None:
        """Keep the connection states of several stations at once; of one station the one given last."""
        if not links:
            return
        async with self._database.writing() as connection:
            await replace(connection, STATION_LINK, [_link_row(link) for link in links])

    async def links(self, stations: Collection[str] | None = None) -> tuple[StationLink, ...]:
        """Return the connection state of every station ever seen (or of these), by station."""
        wanted = select(STATION_LINK).order_by(STATION_LINK.c.station)
        if stations is not None:
            wanted = wanted.where(STATION_LINK.c.station.in_(sorted(stations)))
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).mappings().all()
        return tuple(StationLink(**{**row, "protocol": row["protocol"] and Protocol(row["protocol"])}) for row in rows)


def _link_row(link: StationLink) -> dict[str, Any]:
    return {column.name: getattr(link, column.name) for column in STATION_LINK.c}


def _status_row(status: StationStatus) -> dict[str, Any]:
    return {column.name: getattr(status, column.name) for column in STATION_STATUS.c}
