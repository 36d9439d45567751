"""The one place of the time series' names: tables, columns, and the numbers that stand for words.

A rename is one diff here. The point tables follow one pattern: `point_hot` holds points as they
arrive, `point_cold` the same columns sorted by series and instant; together they are the view
`point`. Instants are UTC, to the millisecond. There is no key on points: the one writer keeps
(series, instant) unique (why: `docs/adr/`).
"""

from __future__ import annotations

from typing import Final

from core.readings import ReadingQuality
from store import fact_tables, interval_tables

VERSION: Final = 1
"""The layout this code reads and writes; a file with a higher one belongs to a newer release."""

META: Final = "meta"
SERIES: Final = "series"
POINT: Final = "point"
POINT_HOT: Final = "point_hot"
POINT_COLD: Final = "point_cold"
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

_POINT_COLUMNS: Final = """
    ts timestamp not null, series_id integer not null, value double not null,
    quality utinyint not null, ingested timestamp not null
"""

CREATE: Final[tuple[str, ...]] = (
    f"create table {META} (version integer not null, since timestamp not null)",
    f"create table {SERIES} (series_id integer not null, source varchar not null, quantity varchar not null)",
    f"create table {POINT_HOT} ({_POINT_COLUMNS})",
    f"create table {POINT_COLD} ({_POINT_COLUMNS})",
    f"create view {POINT} as select * from {POINT_HOT} union all by name select * from {POINT_COLD}",
    f"create table {EVENT} (kind varchar not null, {_POINT_COLUMNS}, noted timestamp not null)",
    f"create table {RECEIPT} (id bigint not null, broker varchar not null, client varchar not null, deliveries blob)",
    *interval_tables.CREATE,
    *fact_tables.CREATE,
)
"""Makes an empty file. `receipt.deliveries` packs all messages of one commit: `store/receipts.py`."""
