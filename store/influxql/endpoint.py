"""`/query` over the embedded store: parses, carries out statement by statement, puts the answer together."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import duckdb
from duckdb import DuckDBPyConnection

from core.intervals import SeriesKey
from core.inventory import Inventory
from core.ports import Clock, InfluxQlRequest
from store.influxql.catalogue import Catalogue, catalogue, facts, occupied, within
from store.influxql.errors import ParseError, StatementError
from store.influxql.literals import NS, rfc3339
from store.influxql.select import Rows, Selecting
from store.influxql.show import Showing
from store.influxql.tree import Pattern, Select, Show, Source, Statement, walk
from store.points.access import Access
from store.points.columns import EPOCH

DATABASE: Final = "kreiswatt"
AGAIN_S: Final = 0.05
TOO_LONG: Final = "query-timeout limit exceeded"
_MICROSECOND: Final = timedelta(microseconds=1)
_EPOCHS: Final = {"ns": 1, "n": 1, "u": NS["u"], "µ": NS["u"], "ms": NS["ms"], "s": NS["s"], "m": NS["m"], "h": NS["h"]}


class EmbeddedInfluxQl:
    """`core.ports.InfluxQlEndpoint` over the embedded time series.

    One query runs at a time, so that others find a reader free; `timeout_s` ends one that takes too
    long. Which tables a series has rows in is looked up again after `fresh_s`.
    """

    def __init__(
        self,
        access: Access,
        inventory: Callable[[], Inventory],
        clock: Clock,
        *,
        database: str = DATABASE,
        timeout_s: float = 30.0,
        fresh_s: float = 5.0,
    ) -> None:
        self._access = access
        self._inventory = inventory
        self._clock = clock
        self._database = database
        self._timeout_s = timeout_s
        self._shelf = _Shelf(fresh_s)
        self._turn = asyncio.Semaphore(1)

    async def ask(self, request: InfluxQlRequest) -> dict[str, Any]:
        """Return `{"results": [...]}` as InfluxDB 1.x does. Raises `ParseError` for what cannot be parsed."""
        async with self._turn:
            return await self._access.read(lambda connection: self._answer(connection, request))

    def _answer(self, connection: DuckDBPyConnection, request: InfluxQlRequest) -> dict[str, Any]:
        from store.influxql.grammar import parse  # noqa: PLC0415 - many a service never gets a query

        statements = parse(request.text, request.params)
        matcher = _Matcher(connection)
        for statement in statements:
            for pattern in _patterns(statement):
                matcher.check(pattern)
        if not statements:
            return {"results": [{"statement_id": 0}]}
        with _limited(connection, self._timeout_s) as over:
            try:
                everything = self._shelf.catalogue(connection, self._access.numbers, self._inventory())
            except duckdb.InterruptException:
                return {"results": [{"statement_id": 0, "error": TOO_LONG}]}
            seen = everything if request.sites is None else within(everything, request.sites)
            results = [
                {"statement_id": number, "error": TOO_LONG}
                if over.is_set()
                else self._result(connection, number, statement, request, seen, matcher)
                for number, statement in enumerate(statements)
            ]
        return {"results": results}

    def _result(
        self,
        connection: DuckDBPyConnection,
        number: int,
        statement: Statement,
        request: InfluxQlRequest,
        seen: Catalogue,
        matcher: _Matcher,
    ) -> dict[str, Any]:
        now_ns = (self._clock() - EPOCH) // _MICROSECOND * 1000
        try:
            self._check_database(statement, request)
            if isinstance(statement, Show):
                series = Showing(seen, self._database, now_ns, matcher.matches).run(statement)
            else:
                rows = Selecting(connection, seen, self._database, now_ns, matcher.matches).run(statement)
                series = frames(rows, request.epoch, statement.zone)
        except StatementError as error:
            return {"statement_id": number, "error": str(error)}
        except duckdb.InterruptException:
            return {"statement_id": number, "error": TOO_LONG}
        except (duckdb.DataError, duckdb.OutOfMemoryException):
            return {
                "statement_id": number,
                "error": "the query cannot be computed: values or rows are too many or too large",
            }
        return {"statement_id": number, "series": series} if series else {"statement_id": number}

    def _check_database(self, statement: Statement, request: InfluxQlRequest) -> None:
        name = request.database
        if isinstance(statement, Show):
            if statement.what == "DATABASES":
                return
            name = statement.database or name
        elif all(isinstance(source, Source) and source.database for source in statement.sources):
            return
        if not name:
            raise StatementError("database name required")
        if name != self._database:
            raise StatementError(f"database not found: {name}")


def frames(rows: Rows, epoch: str, zone: ZoneInfo | None) -> list[dict[str, Any]]:
    """Return the series of an answer, in InfluxDB's order of keys."""
    columns = [rows.time, *(name for name, _ in rows.columns)]
    values = list(zip(_times(rows, epoch, zone), *(column.listed() for _, column in rows.columns), strict=True))
    found = []
    for group, first, last in _spans(rows):
        named: dict[str, Any] = {"name": rows.groups[group].name}
        if rows.dimensions:
            named["tags"] = rows.groups[group].tags
        found.append({**named, "columns": columns, "values": values[first:last]})
    return found


def _spans(rows: Rows) -> Iterator[tuple[int, int, int]]:
    groups = rows.group.tolist()
    first = 0
    for place in range(1, len(groups) + 1):
        if place == len(groups) or groups[place] != groups[first]:
            yield groups[first], first, place
            first = place


def _times(rows: Rows, epoch: str, zone: ZoneInfo | None) -> list[Any]:
    if not epoch:
        return [rfc3339(at, zone) for at in rows.at.tolist()]
    unit = _EPOCHS.get(epoch, 1)
    at: list[Any] = (rows.at // unit).tolist() if unit > 1 else rows.at.tolist()
    return at


def _patterns(statement: Statement) -> Iterator[str]:
    if isinstance(statement, Show):
        if statement.key_op in {"=~", "!~"}:
            yield from statement.keys
        expressions = [] if statement.condition is None else [statement.condition]
    else:
        expressions = [*(field.expr for field in statement.fields), *statement.dimensions]
        expressions += [] if statement.condition is None else [statement.condition]
    for source in statement.sources:
        if isinstance(source, Select):
            yield from _patterns(source)
        elif source.pattern is not None:
            yield source.pattern.text
    yield from (part.text for expr in expressions for part in walk(expr) if isinstance(part, Pattern))


_LITERAL: Final = r"(?:[^\\^$*+?.()|\[\]{}]|\\[\\^$*+?.()|\[\]{}/])+"
_LIST: Final = re.compile(rf"\^(?:\(({_LITERAL}(?:\|{_LITERAL})*)\)|({_LITERAL}))\$\Z")
_ALTERNATIVE: Final = re.compile(_LITERAL)


def listed(pattern: str) -> frozenset[str] | None:
    """Return the texts that a pattern such as Grafana writes of chosen values (`^(a|b)$`) names, None of any other."""
    found = _LIST.match(pattern)
    if found is None:
        return None
    return frozenset(re.sub(r"\\(.)", r"\1", each) for each in _ALTERNATIVE.findall(found[1] or found[2]))


class _Matcher:
    """Finds patterns in texts with DuckDB's RE2, which is what InfluxDB's patterns are written for.

    Lists of values are looked up: a dashboard asks for each of hundreds of series whether it is among them.
    """

    def __init__(self, connection: DuckDBPyConnection) -> None:
        self._connection = connection
        self._known: dict[tuple[str, str], bool] = {}
        self._lists: dict[str, frozenset[str] | None] = {}

    def check(self, pattern: str) -> None:
        """Raise `ParseError` for what is no pattern."""
        try:
            self.matches(pattern, "")
        except duckdb.Error as error:
            reason, _, at = str(error).partition("Error: ")[2].split("\n", 1)[0].partition(": ")
            raise ParseError(
                f"error parsing regexp: {reason.replace('missing ', 'missing closing ')}: `{at}`"
            ) from error

    def matches(self, pattern: str, text: str) -> bool:
        """Return whether the pattern is found in the text."""
        if pattern not in self._lists:
            self._lists[pattern] = listed(pattern)
        among = self._lists[pattern]
        if among is not None:
            return text in among
        key = (pattern, text)
        if key not in self._known:
            found = self._connection.execute("select regexp_matches(?, ?)", [text, pattern]).fetchone()
            self._known[key] = bool(found and found[0])
        return self._known[key]


class _Shelf:
    """Keeps the catalogue, which takes longer to make than most queries."""

    def __init__(self, fresh_s: float) -> None:
        self._fresh_s = fresh_s
        self._made_s = -fresh_s
        self._made_of: tuple[Inventory, int] | None = None
        self._catalogue: Catalogue = {}

    def catalogue(
        self,
        connection: DuckDBPyConnection,
        numbers: Callable[[], Mapping[SeriesKey, int]],
        inventory: Inventory,
    ) -> Catalogue:
        """Return the catalogue, made anew where series or inventory are others, or it is old."""
        known = numbers()
        same = self._made_of is not None and self._made_of[0] is inventory and self._made_of[1] == len(known)
        if not same or time.monotonic() - self._made_s >= self._fresh_s:
            self._catalogue = catalogue(dict(known), inventory, occupied(connection), facts(connection))
            self._made_of, self._made_s = (inventory, len(known)), time.monotonic()
        return self._catalogue


@contextmanager
def _limited(connection: DuckDBPyConnection, timeout_s: float) -> Iterator[threading.Event]:
    """Yield what is set once the time is over; from then on every query on the connection is interrupted."""
    over, done = threading.Event(), threading.Event()

    def watch() -> None:
        wait_s = timeout_s
        while not done.wait(wait_s):
            over.set()
            connection.interrupt()  # again and again, for between two queries nothing hears it
            wait_s = AGAIN_S

    watching = threading.Thread(target=watch, name="influxql-limit", daemon=True)
    watching.start()
    try:
        yield over
    finally:
        done.set()
        watching.join()  # so that it interrupts nobody who comes after
