"""How a stock Grafana reads `/query`: its two parsers, rewritten from their rules; where they panic, we fail.

Rules: the influxdb data source's `buffered/response_parser.go` and `converter/converter.go`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Frame:
    """Named fields of equal length, with the labels of the series."""

    name: str
    labels: Mapping[str, str]
    fields: dict[str, list[Any]] = field(default_factory=dict)


class InfluxError(Exception):
    """What Grafana shows as the query's error."""


def time_series(body: bytes) -> list[Frame]:
    """Return a frame per series and value column, as the buffered parser makes them."""
    frames = []
    for series in _first_result(body):
        labels = series.get("tags", {})
        if "time" not in series["columns"]:
            column = 1 if series["columns"] == ["key", "value"] else 0
            frames.append(Frame(series.get("name", ""), labels, {"Value": [row[column] for row in series["values"]]}))
            continue
        rows = [row for row in series["values"] if isinstance(row[0], int) and not isinstance(row[0], bool)]
        assert len(rows) == len(series["values"]), "rows whose time is no number are dropped silently"
        for place, column_name in enumerate(series["columns"][1:], 1):
            values = [row[place] for row in rows]
            frames.append(Frame(column_name, labels, {"Time": [row[0] for row in rows], "Value": _of_one_type(values)}))
    return frames


def table(body: bytes) -> Frame:
    """Return one frame over all series; the first series decides on the columns."""
    found = _first_result(body)
    if not found:
        return Frame("", {})
    columns, keys = found[0]["columns"], sorted(found[0].get("tags", {}))
    frame = Frame("", {}, {name: [] for name in ("Time", *keys, *columns[1:])})
    for series in found:
        assert series["columns"] == columns, "missing columns make Grafana panic"
        assert sorted(series.get("tags", {})) == keys, "missing tags make Grafana panic"
        for row in series["values"]:
            for name, value in zip(("Time", *columns[1:]), row, strict=True):
                frame.fields[name].append(value)
            for key in keys:
                frame.fields[key].append(series["tags"][key])
    return frame


def streamed(body: bytes) -> list[tuple[str, dict[str, str], list[str], int]]:
    """Return name, tags, columns and count of rows of each series, read key by key in their order."""
    found = []
    tags: dict[str, str] = {}  # Grafana's streaming parser never resets them
    for result in json.loads(body)["results"]:
        for series in result.get("series", []):
            order = list(series)
            assert order == [key for key in ("name", "tags", "columns", "values") if key in series], order
            tags = series.get("tags", tags)
            if series["columns"][0] == "time":
                assert all(isinstance(row[0], int) for row in series["values"])
            found.append((series.get("name", ""), tags, series["columns"], len(series["values"])))
    return found


def check_shape(answer: Mapping[str, Any], statements: int = 1) -> None:
    """Fail where an answer breaks what both parsers need (checklist 2, 3, 4, 5, 6)."""
    assert [result["statement_id"] for result in answer["results"]] == list(range(statements))
    for result in answer["results"]:
        assert set(result) <= {"statement_id", "series", "error"}
        series = result.get("series", [])
        assert series or "series" not in result
        for each in series:
            assert list(each) == [key for key in ("name", "tags", "columns", "values") if key in each]
            assert each["values"]
            assert all(isinstance(tag, str) for tag in each.get("tags", {}).values())
            assert all(len(row) == len(each["columns"]) for row in each["values"])
            for column in zip(*each["values"], strict=True):
                _of_one_type(list(column))
        if series and "time" in series[0]["columns"]:
            assert all(each["columns"] == series[0]["columns"] for each in series)
            assert all(each.get("tags", {}).keys() == series[0].get("tags", {}).keys() for each in series)
            assert all(type(row[0]) is int for each in series for row in each["values"])


def _first_result(body: bytes) -> list[dict[str, Any]]:
    answer = json.loads(body)
    if "error" in answer:
        raise InfluxError(answer["error"])
    first = answer["results"][0]
    if "error" in first:
        raise InfluxError(first["error"])
    series: list[dict[str, Any]] = first.get("series", [])
    return series


def _of_one_type(values: list[Any]) -> list[Any]:
    kinds = {float if type(value) is int else type(value) for value in values if value is not None}
    assert len(kinds) <= 1, f"cells of another type become null: {kinds}"
    return values
