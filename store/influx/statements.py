"""InfluxQL as we ask it: names and texts quoted, so that no value can become a part of the statement.

InfluxDB 2 knows no bound parameters at `/query`, so that texts are escaped, by the rules of the
InfluxQL reference: a backslash before a backslash and before the quote.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from core.periods import Period
from store.influx.line import rfc3339, storable_ms
from store.points.columns import to_ms


def name(identifier: str) -> str:
    """Return a measurement, tag or field as a statement names it."""
    return '"' + identifier.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def text(value: str) -> str:
    """Return a text as a statement compares with it."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


def within(period: Period) -> str:
    """Return the condition that an instant lies in the period."""
    start_ms, end_ms = storable_ms(period.start_utc), storable_ms(period.end_utc)
    if to_ms(period.end_utc) > end_ms:
        return f"time >= '{rfc3339(start_ms)}' AND time <= '{rfc3339(end_ms)}'"
    return f"time >= '{rfc3339(start_ms)}' AND time < '{rfc3339(end_ms)}'"


def of_sources(sources: Collection[str]) -> str:
    """Return the condition that a point is of one of the sources."""
    return "(" + " OR ".join(f'"source" = {text(source)}' for source in sources) + ")"


def select(fields: Iterable[str], measurement: str, conditions: Iterable[str], group_by: Collection[str] = ()) -> str:
    """Return a statement; `fields` are expressions, aggregates among them."""
    grouped = f" GROUP BY {', '.join(map(name, group_by))}" if group_by else ""
    where = " AND ".join(conditions)
    return f"SELECT {', '.join(fields)} FROM {name(measurement)}{f' WHERE {where}' if where else ''}{grouped}"


def portions(sources: Collection[str], size: int) -> Iterator[list[str]]:
    """Yield the sources in parts that one statement can name."""
    ordered = sorted(set(sources))
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]
