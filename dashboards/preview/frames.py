"""What `/query` answers, as the frames that Grafana's panels draw.

Source: the rules of Grafana's InfluxDB data source (`response_parser.go`), rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

TIME: Final = "Time"
_ALIAS: Final = re.compile(r"\$(\w+)|\[\[([^\]]+)\]\]")


class AskedWronglyError(Exception):
    """What the database says of a query that it does not take."""


@dataclass(frozen=True, slots=True)
class Column:
    """A field of a frame: its name, its values, and of a series its tags."""

    name: str
    values: tuple[Any, ...]
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_number(self) -> bool:
        """Return whether it holds numbers; where nothing is known it may."""
        first = next((value for value in self.values if value is not None), 0.0)
        return isinstance(first, int | float) and not isinstance(first, bool)


@dataclass(frozen=True, slots=True)
class Frame:
    """Columns of equal length, and which query of the panel they are from."""

    columns: tuple[Column, ...]
    query: str = "A"

    @property
    def length(self) -> int:
        """Return how many rows there are."""
        return len(self.columns[0].values) if self.columns else 0

    def column(self, name: str) -> Column | None:
        """Return a column by its name."""
        return next((each for each in self.columns if each.name == name), None)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield the rows."""
        return zip(*(each.values for each in self.columns), strict=True)

    def taken(self, places: Sequence[int]) -> Frame:
        """Return the frame with the rows at some places only."""
        columns = [replace(each, values=tuple(each.values[place] for place in places)) for each in self.columns]
        return replace(self, columns=tuple(columns))


def first_result(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the series of the first statement; Grafana looks at no other. Raises `AskedWronglyError`."""
    if answer.get("error"):
        raise AskedWronglyError(str(answer["error"]))
    result = answer["results"][0]
    if result.get("error"):
        raise AskedWronglyError(str(result["error"]))
    found: list[dict[str, Any]] = result.get("series", [])
    return found


def time_series(answer: Mapping[str, Any], query: str, alias: str) -> list[Frame]:
    """Return a frame for each series and value."""
    frames = []
    for series in first_result(answer):
        if "time" not in series["columns"]:
            place = 1 if series["columns"] == ["key", "value"] else 0
            frames.append(Frame((Column("Value", tuple(row[place] for row in series["values"])),), query))
            continue
        labels = series.get("tags", {})
        times = Column(TIME, tuple(row[0] for row in series["values"]))
        for place, name in enumerate(series["columns"][1:], 1):
            values = tuple(row[place] for row in series["values"])
            told = _named(series, name, alias)
            frames.append(Frame((times, Column(told, values, labels)), query))
    return frames


def table(answer: Mapping[str, Any], query: str) -> list[Frame]:
    """Return one frame over all series: time, tags, values."""
    found = first_result(answer)
    if not found:
        return []
    keys, columns = sorted(found[0].get("tags", {})), found[0]["columns"]
    rows = [
        (row[0], *(series.get("tags", {}).get(key) for key in keys), *row[1:])
        for series in found
        for row in series["values"]
    ]
    first = TIME if columns[0] == "time" else columns[0]
    names = (first, *keys, *columns[1:])
    return [Frame(tuple(Column(name, tuple(row[n] for row in rows)) for n, name in enumerate(names)), query)]


def _named(series: Mapping[str, Any], column: str, alias: str) -> str:
    tags = series.get("tags", {})
    if not alias:
        told = ", ".join(f"{key}: {value}" for key, value in sorted(tags.items()))
        return f"{series.get('name', '')}.{column}" + (f" {{ {told} }}" if told else "")

    def put(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name.startswith("tag_"):
            return str(tags.get(name.removeprefix("tag_"), match[0]))
        whole = str(series.get("name", ""))
        return {"col": column, "m": whole, "measurement": whole}.get(name, match[0])

    return _ALIAS.sub(put, alias)
