"""Grafana's transformations, as many as our dashboards need; what is not among them is told, never skipped silently.

Source: Grafana's documentation of transformations.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from dashboards.preview.frames import TIME, Column, Frame

Frames = Sequence[Frame]


class NotShownError(Exception):
    """A transformation that the preview does not know."""


def transformed(frames: Frames, transformations: Sequence[Mapping[str, Any]]) -> list[Frame]:
    """Return the frames after all transformations. Raises `NotShownError`."""
    found = list(frames)
    for each in transformations:
        if each.get("disabled"):
            continue
        act = _KNOWN.get(str(each["id"]))
        if act is None:
            raise NotShownError(str(each["id"]))
        found = act(found, each.get("options") or {})
    return found


def _organize(frames: Frames, options: Mapping[str, Any]) -> list[Frame]:
    hidden = {name for name, is_hidden in (options.get("excludeByName") or {}).items() if is_hidden}
    kept = {name for name, is_kept in (options.get("includeByName") or {}).items() if is_kept}
    order, names = options.get("indexByName") or {}, options.get("renameByName") or {}
    found = []
    for frame in frames:
        columns = [each for each in frame.columns if each.name not in hidden and (not kept or each.name in kept)]
        columns.sort(key=lambda each: order.get(each.name, len(order)))
        renamed = tuple(replace(each, name=names.get(each.name) or each.name) for each in columns)
        found.append(replace(frame, columns=renamed))
    return found


def _filter(frames: Frames, options: Mapping[str, Any]) -> list[Frame]:
    def fits(column: Column) -> bool:
        inside, outside = options.get("include") or {}, options.get("exclude") or {}
        return _matches(column, inside, empty=True) and not _matches(column, outside, empty=False)

    return [replace(frame, columns=tuple(filter(fits, frame.columns))) for frame in frames]


def _matches(column: Column, rule: Mapping[str, Any], *, empty: bool) -> bool:
    if not rule:
        return empty
    by_pattern = bool(rule.get("pattern")) and re.search(str(rule["pattern"]).strip("/"), column.name) is not None
    return column.name in (rule.get("names") or ()) or by_pattern


def _sort(frames: Frames, options: Mapping[str, Any]) -> list[Frame]:
    found = list(frames)
    for rule in reversed(options.get("sort") or ()):
        found = [_sorted(frame, str(rule["field"]), down=bool(rule.get("desc"))) for frame in found]
    return found


def _sorted(frame: Frame, name: str, *, down: bool) -> Frame:
    column = frame.column(name)
    if column is None:
        return frame
    known = [place for place, value in enumerate(column.values) if value is not None]
    known.sort(key=lambda place: column.values[place], reverse=down)
    return frame.taken([*known, *(place for place, value in enumerate(column.values) if value is None)])


def _limit(frames: Frames, options: Mapping[str, Any]) -> list[Frame]:
    most = int(options.get("limitField", 10))
    return [frame.taken(range(min(most, frame.length))) for frame in frames]


def _join(frames: Frames, options: Mapping[str, Any]) -> list[Frame]:
    """Return one frame with a row for each value of the field that all are joined by."""
    by = str(options.get("byField") or TIME)
    joined = [frame for frame in frames if frame.column(by) is not None]
    if not joined:
        return list(frames)
    tables = [{row[_place(frame, by)]: row for row in frame.rows()} for frame in joined]
    keys = set.intersection(*map(set, tables)) if options.get("mode") == "inner" else set().union(*tables)
    order = sorted(keys, key=lambda key: (key is None, key))
    columns = [Column(by, tuple(order))]
    for frame, rows in zip(joined, tables, strict=True):
        for place, column in enumerate(frame.columns):
            if column.name != by:
                values = tuple(rows[key][place] if key in rows else None for key in order)
                columns.append(replace(column, values=values))
    return [Frame(tuple(columns))]


def _merge(frames: Frames, _options: Mapping[str, Any]) -> list[Frame]:
    """Return one frame; rows that agree in all fields that their frames share become one."""
    if not frames:
        return []
    names = list(dict.fromkeys(column.name for frame in frames for column in frame.columns))
    common = [name for name in names if all(frame.column(name) for frame in frames)]
    rows: dict[Any, dict[str, Any]] = {}
    for number, frame in enumerate(frames):
        for place, row in enumerate(frame.rows()):
            said = dict(zip((column.name for column in frame.columns), row, strict=True))
            key = tuple(said[name] for name in common) if common and len(frames) > 1 else (number, place)
            rows.setdefault(key, {}).update(said)
    columns = (Column(name, tuple(row.get(name) for row in rows.values())) for name in names)
    return [Frame(tuple(columns))]


def _labels(frames: Frames, _options: Mapping[str, Any]) -> list[Frame]:
    """Return the tags of series as columns beside their values."""
    found = []
    for frame in frames:
        columns: list[Column] = []
        for column in frame.columns:
            columns += [Column(key, (value,) * frame.length) for key, value in sorted(column.labels.items())]
            columns.append(replace(column, labels={}))
        found.append(replace(frame, columns=tuple(columns)))
    return found


def _rename(frames: Frames, options: Mapping[str, Any]) -> list[Frame]:
    pattern = re.compile(str(options.get("regex", "")))
    into = re.sub(r"\$(\d)", r"\\\1", str(options.get("renamePattern", "")))
    return [
        replace(frame, columns=tuple(replace(each, name=pattern.sub(into, each.name)) for each in frame.columns))
        for frame in frames
    ]


def _place(frame: Frame, name: str) -> int:
    return next(place for place, column in enumerate(frame.columns) if column.name == name)


_KNOWN: Final[Mapping[str, Callable[[Frames, Mapping[str, Any]], list[Frame]]]] = {
    "organize": _organize,
    "filterFieldsByName": _filter,
    "sortBy": _sort,
    "limit": _limit,
    "joinByField": _join,
    "merge": _merge,
    "labelsToFields": _labels,
    "renameByRegex": _rename,
}
