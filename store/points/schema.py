"""The one place of the time series' names: tables, columns, and the numbers that stand for words.

A rename is one diff here, and a step in `store/points/upgrade.py` for the files that are there. Points
stand in three tables of the same columns, each of them once: `point_hot` as they arrive,
`point_warm` by day, series and instant, `point_cold` by month, series and instant and without the
time of receipt; together they are the view `point`. `settled` says of each series how many points
stand in warm and cold and which is the newest of them. Instants are UTC, to the millisecond. There
is no key on points: the one writer keeps (series, instant) unique (why: `docs/adr/`).
"""

from __future__ import annotations

from typing import Final

from core.readings import ReadingQuality
from store.facts import tables as fact_tables
from store.spans import tables as interval_tables

VERSION: Final = 2
"""The layout this code reads and writes; a file with a higher one belongs to a newer release."""

META: Final = "meta"
SERIES: Final = "series"
POINT: Final = "point"
POINT_HOT: Final = "point_hot"
POINT_WARM: Final = "point_warm"
POINT_COLD: Final = "point_cold"
SETTLED: Final = "settled"
FORGOTTEN: Final = "forgotten"
EVENT: Final = "event"
RECEIPT: Final = "receipt"

QUALITY_NUMBERS: Final[dict[ReadingQuality, int]] = {
    ReadingQuality.MEASURED: 0,
    ReadingQuality.ESTIMATED: 1,
    ReadingQuality.INTERPOLATED: 2,
    ReadingQuality.RECOVERED: 3,
    ReadingQuality.CORRECTED: 4,
    ReadingQuality.MANUAL: 5,
}
"""How a quality is stored; a number is never given a second meaning."""

QUALITIES: Final[dict[int, ReadingQuality]] = {number: quality for quality, number in QUALITY_NUMBERS.items()}

REWRITTEN: Final = "rewritten"
"""The kind of event that keeps a value which a later message replaced."""

POINT_TABLES: Final = (POINT_HOT, POINT_WARM, POINT_COLD)
"""Where points stand; new ones go into the first."""

_POINT: Final = "ts timestamp_ms not null, series_id integer not null, value double not null, quality utinyint not null"
_RECEIVED: Final = "ingested timestamp_ms not null"
_PERHAPS_RECEIVED: Final = "ingested timestamp_ms"
_RULE: Final = "rule varchar not null, quantity varchar not null, kind varchar not null"
_ALL_POINTS: Final = " union all by name ".join(f"select * from {table}" for table in POINT_TABLES)

CREATE_POINTS: Final[tuple[str, ...]] = (
    f"create table {POINT_HOT} ({_POINT}, {_RECEIVED})",
    f"create table {POINT_WARM} ({_POINT}, {_RECEIVED})",
    f"create table {POINT_COLD} ({_POINT}, {_PERHAPS_RECEIVED})",
    f"create view {POINT} as {_ALL_POINTS}",
    f"create table {SETTLED} (points bigint not null, {_POINT}, {_RECEIVED})",
    f"create table {FORGOTTEN} ({_RULE}, before timestamp_ms not null)",
)

CREATE_EVENT: Final = (
    f"create table {EVENT} (kind varchar not null, {_POINT}, {_PERHAPS_RECEIVED}, noted timestamp_ms not null)"
)

CREATE: Final[tuple[str, ...]] = (
    f"create table {META} (version integer not null, since timestamp not null)",
    f"create table {SERIES} (series_id integer not null, source varchar not null, quantity varchar not null)",
    *CREATE_POINTS,
    CREATE_EVENT,
    f"create table {RECEIPT} (id bigint not null, broker varchar not null, client varchar not null, deliveries blob)",
    *interval_tables.CREATE,
    *fact_tables.CREATE,
)
"""Makes an empty file. `receipt.deliveries` packs all messages of one commit: `store/points/receipts.py`."""
