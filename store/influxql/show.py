"""SHOW: what databases, measurements, fields, tags and series there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from store.influxql.catalogue import Catalogue, Measurement, Series
from store.influxql.conditions import Matches, decide, split
from store.influxql.sources import measurements
from store.influxql.tree import Expr, Limits, Show

Frame = dict[str, Any]
POLICY = "autogen"


class Showing:
    """SHOW over a catalogue."""

    def __init__(self, catalogue: Catalogue, database: str, now_ns: int, matches: Matches) -> None:
        self._catalogue = catalogue
        self._database = database
        self._now_ns = now_ns
        self._matches = matches

    def run(self, show: Show) -> list[Frame]:
        """Return the frames of a statement. Raises `StatementError` in InfluxDB's words."""
        answers: dict[str, Callable[[Show], list[Frame]]] = {
            "DATABASES": self._databases,
            "RETENTION POLICIES": self._policies,
            "MEASUREMENTS": self._measurements,
            "FIELD KEYS": self._field_keys,
            "TAG KEYS": self._tag_keys,
            "TAG VALUES": self._tag_values,
            "SERIES": self._series,
        }
        return answers[show.what](show)

    def _databases(self, _show: Show) -> list[Frame]:
        return [_frame("databases", ["name"], [[self._database]])]

    def _policies(self, _show: Show) -> list[Frame]:
        columns = ["name", "duration", "shardGroupDuration", "replicaN", "default"]
        return [_frame("", columns, [[POLICY, "0s", "168h0m0s", 1, True]])]

    def _measurements(self, show: Show) -> list[Frame]:
        names = sorted({name for name, _ in self._chosen(show)}, key=str.encode)
        rows = _limited([[name] for name in names], show.limits)
        return [_frame("measurements", ["name"], rows)] if rows else []

    def _field_keys(self, show: Show) -> list[Frame]:
        frames = []
        for measurement in self._named(show):
            fields = sorted(measurement.fields.items(), key=lambda field: field[0].encode())
            rows = _limited([[name, kind.value] for name, kind in fields], show.limits)
            if rows:
                frames.append(_frame(measurement.name, ["fieldKey", "fieldType"], rows))
        return frames

    def _tag_keys(self, show: Show) -> list[Frame]:
        found = _by_name((name, key) for name, series in self._chosen(show) for key in series.tags)
        frames = []
        for name, keys in found.items():
            rows = _limited([[key] for key in keys], show.limits)
            if rows:
                frames.append(_frame(name, ["tagKey"], rows))
        return frames

    def _tag_values(self, show: Show) -> list[Frame]:
        found = _by_name(
            (name, pair)
            for name, series in self._chosen(show)
            for pair in series.tags.items()
            if self._is_wanted(show, pair[0])
        )
        frames = []
        for name, pairs in found.items():
            rows = _limited([list(pair) for pair in pairs], show.limits)
            if rows:
                frames.append(_frame(name, ["key", "value"], rows))
        return frames

    def _series(self, show: Show) -> list[Frame]:
        keys = {
            ",".join(
                [_escaped(name), *(f"{_escaped(key)}={_escaped(series.tags[key])}" for key in sorted(series.tags))]
            )
            for name, series in self._chosen(show)
        }
        rows = _limited([[key] for key in sorted(keys, key=str.encode)], show.limits)
        return [_frame("", ["key"], rows)] if rows else []

    def _is_wanted(self, show: Show, key: str) -> bool:
        match show.key_op:
            case "=~":
                return self._matches(show.keys[0], key)
            case "!~":
                return not self._matches(show.keys[0], key)
            case "!=":
                return key not in show.keys
            case _:
                return key in show.keys

    def _named(self, show: Show) -> list[Measurement]:
        if not show.sources:
            return list(self._catalogue.values())
        names = {
            name
            for source in show.sources
            for name in measurements(self._catalogue, source, self._database, self._matches)
        }
        return [self._catalogue[name] for name in sorted(names, key=str.encode)]

    def _chosen(self, show: Show) -> Iterable[tuple[str, Series]]:
        condition, _ = split(show.condition, self._now_ns, None)
        for measurement in self._named(show):
            for series in measurement.series:
                if condition is None or self._holds(condition, series, measurement):
                    yield measurement.name, series

    def _holds(self, condition: Expr, series: Series, measurement: Measurement) -> bool:
        return decide(condition, {**series.tags, "_name": measurement.name}, {}, self._matches) is True


def _frame(name: str, columns: Sequence[str], rows: list[list[Any]]) -> Frame:
    named = {"name": name} if name else {}
    return {**named, "columns": list(columns), "values": rows}


def _by_name(found: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    names: dict[str, set[Any]] = {}
    for name, each in found:
        names.setdefault(name, set()).add(each)
    return {name: sorted(names[name]) for name in sorted(names, key=str.encode)}


def _limited(rows: list[list[Any]], limits: Limits) -> list[list[Any]]:
    return rows[limits.offset : limits.offset + limits.limit if limits.limit else None]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(",", "\\,").replace(" ", "\\ ").replace("=", "\\=")
