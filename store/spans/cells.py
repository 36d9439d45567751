"""What series counted, or were on the mean, in each span of a calendar.

A cell is (series, span). Whole local days are read as days; the cut ones at both ends, and those
that a series has no row for, are read as slots. So a day's row only ever saves work: without it the
cell is the same. All of it blocks and belongs into a reader's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from core.intervals import Resolution
from core.readings import SlotShare
from energy.series import SHARE_NUMBERS, Instants
from store.spans.calendar import Calendar
from store.spans.columns import Table, length, numbered, offered
from store.spans.rows import of_series, within
from store.spans.tables import AMOUNT, MEAN, SECONDS

Ids = NDArray[np.int32]

_ESTIMATED: Final = SHARE_NUMBERS[SlotShare.ESTIMATED]
_MISSING: Final = SHARE_NUMBERS[SlotShare.MISSING]
KNOWN_S: Final = " + ".join(SECONDS[:_MISSING])
_SECONDS: Final = {name: (f"sum({name})::bigint", np.add) for name in SECONDS}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of spans: its tables, and how each of a cell's columns comes from rows, in SQL and from other cells.

    `told` is the condition that a row says anything. `course` says what a course shows of a row; `finish` does so
    for a cell of which so many seconds are known, and `shown` which cells a course shows, given how long each is.
    """

    tables: Mapping[Resolution, str]
    told: str
    columns: Mapping[str, tuple[str, np.ufunc]]
    course: str
    finish: Callable[[Table, NDArray[np.int64]], Table]
    shown: Callable[[Table, Instants], NDArray[np.bool_]]


AMOUNTS: Final = Kind(
    AMOUNT,
    "true",  # across a long silence the course is missing, yet what was counted is known
    {
        "thousandths": ("sum(thousandths)::bigint", np.add),
        # by multiplication, not by cases or filters: it takes a third of the time
        "begins": ("max(begins)", np.maximum),
        "ends": ("max(ends)", np.maximum),
        "first_begins": ("max(begins * is_first)", np.maximum),
        "last_ends": ("max(ends * is_last)", np.maximum),
        **_SECONDS,
    },
    "thousandths / 1000 as value",
    lambda cell, _: {"value": cell["thousandths"] / 1000},
    lambda cell, due_ms: (known_s(cell) > 0) | (known_as(cell, due_ms) < _ESTIMATED),
)
MEANS: Final = Kind(
    MEAN,
    f"{KNOWN_S} > 0",
    {
        "weighted": (f"sum(mean * ({KNOWN_S}))", np.add),
        "minimum": ("min(minimum)", np.minimum),
        "maximum": ("max(maximum)", np.maximum),
        **_SECONDS,
    },
    "mean as value, minimum, maximum",
    lambda cell, seconds: {
        "value": np.clip(cell["weighted"] / seconds, cell["minimum"], cell["maximum"]),
        "minimum": cell["minimum"],
        "maximum": cell["maximum"],
    },
    lambda cell, _: known_s(cell) > 0,
)


def cells(connection: DuckDBPyConnection, kind: Kind, numbers: Sequence[int], calendar: Calendar) -> Table:
    """Return the cells of these series of which any row tells, by series and span.

    The columns are `series_id`, `span` and those of the kind.
    """
    ids = np.unique(np.array(numbers, np.int32))
    parts, covered = [], np.zeros((len(ids), len(calendar.whole)), np.bool_)
    by_days = calendar.whole.any()
    if len(ids) and by_days:
        days = calendar.days_as_rows()
        parts.append(_of_days(connection, kind, ids, days))
        covered[:, calendar.whole] = _covered(connection, kind, ids, days, int(parts[0]["found"].sum()))
    for rows, begin, end in _gaps(covered):
        first, last = _narrowed(connection, kind, ids[rows], calendar, begin, end) if by_days else (begin, end)
        if length(slots := calendar.slots_as_rows(first, last)):
            parts.append(_of_slots(connection, kind, ids[rows], slots, ~covered[rows, first:last], first))
    return _merged(kind, parts)


def known_s(table: Table) -> NDArray[np.int64]:
    """Return of how many seconds of each cell the course is known."""
    seconds: NDArray[np.int64] = np.add.reduce([table[name] for name in SECONDS[:_MISSING]])
    return seconds


def known_as(table: Table, due_ms: Instants) -> NDArray[np.int64]:
    """Return how the total of each cell of amounts is known (`SHARE_NUMBERS`), whatever its course is.

    It is known as its outer borders are, if rows fill what is due and miss no border between them.
    """
    whole = np.add.reduce([table[name] for name in SECONDS]) * 1000 == due_ms
    whole &= np.maximum(table["begins"], table["ends"]) < _MISSING
    return np.where(whole, np.maximum(table["first_begins"], table["last_ends"]), _MISSING)


def _of_days(connection: DuckDBPyConnection, kind: Kind, ids: Ids, days: Table) -> Table:
    with _seeing(connection, ids, days) as rows:
        return connection.execute(
            f"select series_id, span, count(*) as found, {_aggregates(kind)}"
            f" from {kind.tables[Resolution.DAY]} p {rows} and {kind.told} group by series_id, span"
        ).fetchnumpy()


def _covered(connection: DuckDBPyConnection, kind: Kind, ids: Ids, days: Table, known: int) -> NDArray[np.bool_]:
    """Return of which days each series has a row; `known` is the number of rows already read."""
    covered = np.ones((len(ids), length(days)), np.bool_)
    if known < covered.size:
        with _seeing(connection, ids, days) as rows:
            there = connection.execute(
                f"select series_id, row from {kind.tables[Resolution.DAY]} p {rows}"
            ).fetchnumpy()
        covered[:] = False
        covered[np.searchsorted(ids, there["series_id"]), there["row"]] = True
    return covered


def _gaps(covered: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.intp], int, int]]:
    """Yield series and the range of days in which they lack some: what all lack at both ends, what some lack between.

    So that days still to come, or one silent series, do not make us read the slots of all the others.
    """
    days = np.flatnonzero(covered.any(axis=0))
    count = covered.shape[1]
    begin, end = (int(days[0]), int(days[-1]) + 1) if len(days) else (count, count)
    for first, last in ((0, begin), (begin, end), (end, count)):
        rows = np.flatnonzero(~covered[:, first:last].all(axis=1))
        if len(rows):
            yield rows, first, last


def _narrowed(
    connection: DuckDBPyConnection, kind: Kind, ids: Ids, calendar: Calendar, first: int, last: int
) -> tuple[int, int]:
    """Return that part of the days from `first` up to `last` outside of which these series have no slots.

    Of months to come, or before the first reading, there are none: a glance tells, where joining takes long.
    """
    begin_us, end_us = (int(calendar.days[day]) * 1000 for day in (first, last))
    (found,) = connection.execute(
        f"select epoch_ms(min(ts)), epoch_ms(max(ts)) from {kind.tables[Resolution.SLOT]} where {within(ids.tolist())}",
        [begin_us, end_us],
    ).fetchall()
    if found[0] is None:
        return first, first
    begin, end = np.searchsorted(calendar.days, found, "right").tolist()
    return begin - 1, end


def _of_slots(
    connection: DuckDBPyConnection, kind: Kind, ids: Ids, slots: Table, lacking: NDArray[np.bool_], first: int
) -> Table:
    row, day = np.nonzero(lacking)
    wanted = {"series_id": ids[row], "day": (day + first).astype(np.int32)}
    only = "" if lacking.all() else " and (p.series_id, day) in (select (series_id, day) from wanted)"
    with _seeing(connection, ids, slots) as rows, offered(connection, wanted=wanted):
        return connection.execute(
            f"select series_id, span, {_aggregates(kind)} from {kind.tables[Resolution.SLOT]} p {rows}"
            f"{only} and {kind.told} group by series_id, span"
        ).fetchnumpy()


@contextmanager
def _seeing(connection: DuckDBPyConnection, ids: Ids, places: Table) -> Iterator[str]:
    """Let a statement join rows `p` of these series with the places they lie at; give the text that does so.

    Bounds stand in it as figures, so that blocks of the file are passed over.
    """
    instants_us = places["ts"].view(np.int64)
    text = (
        f"join places using (ts) where p.ts between make_timestamp({instants_us[0]}) and"
        f" make_timestamp({instants_us[-1]}) and {of_series(ids.tolist())}"
    )
    with offered(connection, places=numbered(places)):
        yield text


def _merged(kind: Kind, parts: Sequence[Table]) -> Table:
    """Return the cells of all parts, those of the same place as one."""
    names = ("series_id", "span", *kind.columns)
    table = {name: np.concatenate([np.zeros(0, np.int64), *(part[name] for part in parts)]) for name in names}
    place = table["series_id"].astype(np.int64) << 32 | table["span"]
    order = np.argsort(place)
    table = {name: column[order] for name, column in table.items()}
    starts = np.flatnonzero(np.diff(place[order], prepend=-1))
    if len(starts) == len(order):
        return table
    reducers = {name: reduce for name, (_, reduce) in kind.columns.items()}
    return {
        name: reducers[name].reduceat(column, starts) if name in reducers else column[starts]
        for name, column in table.items()
    }


def _aggregates(kind: Kind) -> str:
    return ", ".join(f"{aggregate} as {name}" for name, (aggregate, _) in kind.columns.items())
