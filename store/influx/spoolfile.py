"""The spool: what InfluxDB has not yet confirmed, in one SQLite file on our disk.

An entry is a body of line protocol, or a deletion, in the order in which they were put. Receipts,
newest values and the sources' places are written in the same transaction. Everything here blocks
and belongs into the one thread of `SpoolFile`'s owner.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

import orjson

from core.errors import StoreError
from store.points.receipts import ReceiptChange, ReceiptRow

_VERSION: Final = 1
_CREATE: Final = (
    """create table entry (
        id integer primary key autoincrement, kind text not null, points integer not null,
        bytes integer not null, at_ms integer not null, body blob not null
    )""",
    """create table latest (
        source text not null, quantity text not null, at_ms integer not null, value real not null,
        quality integer not null, received_ms integer not null, primary key (source, quantity)
    ) without rowid""",
    "create table receipt (id integer primary key, broker text not null, client text not null, deliveries blob)",
    """create table place (
        source text not null, since_ms integer not null, tags text not null, primary key (source, since_ms)
    ) without rowid""",
    "create table sent (points integer not null, dead integer not null)",
    "insert into sent values (0, 0)",
    f"pragma user_version = {_VERSION}",
)


class Kind(StrEnum):
    """What an entry asks InfluxDB to do."""

    WRITE = "write"
    """The body is line protocol."""
    DELETE = "delete"
    """The body is the JSON of `store.influx.deleting.Deletion`."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to be sent. `at_ms` is when it was put; `id` is 0 until the file has given one."""

    kind: Kind
    body: bytes
    points: int
    at_ms: int
    id: int = 0


@dataclass(frozen=True, slots=True)
class LatestRow:
    """The newest reading of a series that was put."""

    source: str
    quantity: str
    at_ms: int
    value: float
    quality: int
    received_ms: int


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """The tags of a source's points from `since_ms` on."""

    source: str
    since_ms: int
    tags: dict[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """What one commit adds."""

    entries: Sequence[Entry]
    latest: Sequence[LatestRow] = ()
    places: Sequence[PlaceRow] = ()
    receipts: ReceiptChange | None = None
    ended: Sequence[tuple[str, str]] = ()
    """Sources and quantities that have no newest value any more."""


@dataclass(frozen=True, slots=True)
class Depth:
    """What waits: how many entries, points and bytes, and since when the oldest.

    `sent` and `dead` count points since the file was made.
    """

    entries: int
    points: int
    bytes: int
    oldest_ms: int | None
    sent: int
    dead: int

    def with_added(self, entries: Sequence[Entry]) -> Depth:
        """Return the depth once these wait too."""
        return replace(
            self,
            entries=self.entries + len(entries),
            points=self.points + sum(entry.points for entry in entries),
            bytes=self.bytes + sum(len(entry.body) for entry in entries),
            oldest_ms=self.oldest_ms if self.oldest_ms or not entries else entries[0].at_ms,
        )

    def with_removed(self, entries: Sequence[Entry], dead: int, oldest_ms: int | None) -> Depth:
        """Return the depth once these are gone, `dead` of their points into the dead-letter file."""
        points = sum(entry.points for entry in entries)
        return Depth(
            entries=self.entries - len(entries),
            points=self.points - points,
            bytes=self.bytes - sum(len(entry.body) for entry in entries),
            oldest_ms=oldest_ms,
            sent=self.sent + points - dead,
            dead=self.dead + dead,
        )


class SpoolFile:
    """One open file. Raises `StoreError` where it cannot be opened or written; then nothing was changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with _opening(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            with _opening(path):
                self._prepare()
        except StoreError:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        execute = self._connection.execute
        execute("pragma auto_vacuum = incremental")  # only counts before the first table
        execute("pragma journal_mode = wal")
        execute("pragma synchronous = full")
        (version,) = execute("pragma user_version").fetchone()
        if version > _VERSION:
            raise StoreError("store.file_too_new", file=str(self.path))
        if version == 0:
            execute("begin immediate")
            for statement in _CREATE:
                execute(statement)
            execute("commit")

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def add(self, change: Change) -> tuple[int, ...]:
        """Return the ids of the new entries once everything is on the disk."""
        with self._writing() as connection:
            ids = tuple(self._add_entry(connection, entry) for entry in change.entries)
            connection.executemany("delete from latest where source = ? and quantity = ?", change.ended)
            connection.executemany(
                "insert or replace into latest values (?, ?, ?, ?, ?, ?)",
                [
                    (row.source, row.quantity, row.at_ms, row.value, row.quality, row.received_ms)
                    for row in change.latest
                ],
            )
            connection.executemany(
                "insert or replace into place values (?, ?, ?)",
                [(row.source, row.since_ms, orjson.dumps(row.tags).decode()) for row in change.places],
            )
            if change.receipts:
                _write_receipts(connection, change.receipts)
        return ids

    def oldest(self, points: int, size_bytes: int) -> list[Entry]:
        """Return the oldest entries that fit into one request: all of one kind, one deletion alone, at least one."""
        found: list[Entry] = []
        with _working("store.read_failed", self.path):
            rows = self._connection.execute("select kind, body, points, at_ms, id from entry order by id")
            for kind, body, count, at_ms, number in rows:
                points -= count
                size_bytes -= len(body)
                if found and (points < 0 or size_bytes < 0 or kind != found[0].kind or kind == Kind.DELETE):
                    break
                found.append(Entry(Kind(kind), body, count, at_ms, number))
            rows.close()
        return found

    def remove(self, entries: Sequence[Entry], dead: int) -> int | None:
        """Take entries away that InfluxDB has confirmed, except for `dead` points that it never will.

        Returns since when the oldest that is left waits.
        """
        points = sum(entry.points for entry in entries)
        with self._writing() as connection:
            connection.executemany("delete from entry where id = ?", [(entry.id,) for entry in entries])
            connection.execute("update sent set points = points + ?, dead = dead + ?", (points - dead, dead))
        with _working("store.write_failed", self.path):
            self._connection.execute("pragma incremental_vacuum(2000)").fetchall()
            oldest = self._connection.execute("select at_ms from entry order by id limit 1").fetchone()
        return oldest[0] if oldest else None

    def last_id(self) -> int:
        """Return the id of the newest entry there ever was."""
        with _working("store.read_failed", self.path):
            found = self._connection.execute("select seq from sqlite_sequence where name = 'entry'").fetchone()
        return int(found[0]) if found else 0

    def depth(self) -> Depth:
        """Return what waits."""
        with _working("store.read_failed", self.path):
            waiting = self._connection.execute(
                "select count(*), coalesce(sum(points), 0), coalesce(sum(bytes), 0), min(at_ms) from entry"
            ).fetchone()
            sent = self._connection.execute("select points, dead from sent").fetchone()
        return Depth(*waiting, *sent)

    def latest(self) -> list[LatestRow]:
        """Return the newest value of every series."""
        with _working("store.read_failed", self.path):
            rows = self._connection.execute("select source, quantity, at_ms, value, quality, received_ms from latest")
            return [LatestRow(*row) for row in rows]

    def places(self) -> list[PlaceRow]:
        """Return where sources have been, oldest first."""
        with _working("store.read_failed", self.path):
            rows = self._connection.execute("select source, since_ms, tags from place order by source, since_ms")
            return [PlaceRow(source, since_ms, orjson.loads(tags)) for source, since_ms, tags in rows]

    def receipts(self) -> list[ReceiptRow]:
        """Return all rows of the receipt table."""
        with _working("store.read_failed", self.path):
            rows = self._connection.execute("select id, broker, client, deliveries from receipt")
            return [ReceiptRow.of(row) for row in rows]

    def _add_entry(self, connection: sqlite3.Connection, entry: Entry) -> int:
        found = connection.execute(
            "insert into entry (kind, points, bytes, at_ms, body) values (?, ?, ?, ?, ?)",
            (entry.kind.value, entry.points, len(entry.body), entry.at_ms, entry.body),
        )
        return found.lastrowid or 0

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with _working("store.write_failed", self.path):
            self._connection.execute("begin immediate")
            try:
                yield self._connection
                self._connection.execute("commit")
            except BaseException:
                if self._connection.in_transaction:  # a full disk may have ended it already
                    self._connection.execute("rollback")
                raise


def _write_receipts(connection: sqlite3.Connection, change: ReceiptChange) -> None:
    connection.executemany("delete from receipt where id = ?", [(number,) for number in change.dropped])
    connection.executemany("insert into receipt values (?, ?, ?, ?)", [row.columns for row in change.written])


@contextmanager
def _opening(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StoreError("influx.spool_unreadable", file=str(path), error=str(error)) from error


@contextmanager
def _working(code: str, path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(code, file=str(path), error=str(error)) from error
