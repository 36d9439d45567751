"""Panels with the answers to their queries, each as what the sheet shows of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from core.errors import ServiceError
from core.texts import Finding, Language
from dashboards.preview import drawing
from dashboards.preview.fields import Writing, is_hidden, reduced, writing_of
from dashboards.preview.frames import TIME, AskedWronglyError, Column, Frame, table, time_series
from dashboards.preview.transforms import NotShownError, transformed
from dashboards.preview.variables import Ask, Variables, filled
from dashboards.preview.window import Window, window_back

ROWS_MOST: Final = 12
BARS_MOST: Final = 12
_BARS: Final = frozenset({"barchart", "bargauge"})


class Look(StrEnum):
    """How a panel is shown."""

    CHART = "chart"
    STAT = "stat"
    TABLE = "table"
    BARS = "bars"
    TEXT = "text"
    ROW = "row"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Series:
    """A series of a chart, with its newest value in words."""

    name: str
    colour: str
    drawn: drawing.Drawn
    last: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart over time: its series, the ticks of its axes in words with their places."""

    series: tuple[Series, ...]
    ticks: tuple[tuple[str, float], ...]
    moments: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A value in words; `percent` is how long its bar is."""

    name: str
    text: str
    colour: str
    percent: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A panel on the sheet. `finding` says why there is nothing to see, or not all; `queries` what was asked."""

    id: int
    title: str
    kind: str
    look: Look
    width: int
    height: int
    is_empty: bool = False
    failed: bool = False
    finding: Finding | None = None
    queries: tuple[str, ...] = ()
    chart: Chart | None = None
    figures: tuple[Figure, ...] = ()
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    left_out: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Sitting:
    """What all panels of a dashboard are drawn with."""

    ask: Ask
    window: Window
    variables: Variables
    language: Language


async def panel_shown(panel: Mapping[str, Any], others: Mapping[int, Mapping[str, Any]], at: Sitting) -> Shown:
    """Return a panel as the sheet shows it; one whose query is refused says so and costs only itself."""
    place = panel.get("gridPos") or {}
    at = replace(at, window=window_back(at.window, str(panel.get("timeFrom") or "")))
    title = filled(str(panel.get("title", "")), at.variables, at.window, panel)
    kind = str(panel["type"])
    shown = Shown(
        id=int(panel["id"]),
        title=title,
        kind=kind,
        look=Look.OTHER,
        width=int(place.get("w", 24)),
        height=int(place.get("h", 8)),
    )
    if kind == "row":
        return replace(shown, look=Look.ROW)
    if kind == "text":
        content = str((panel.get("options") or {}).get("content", ""))
        return replace(shown, look=Look.TEXT, text=filled(content, at.variables, at.window, panel))
    if not panel.get("targets"):
        return replace(shown, finding=Finding.of("grafana.preview_other", kind=kind))
    try:
        queries, frames = await _asked(panel, others, at)
    except AskedWronglyError as error:
        return _refused(shown, str(error))
    except ServiceError as error:
        return _refused(shown, str(dict(error.finding.params).get("said", error.finding)))
    return _answered(replace(shown, queries=queries), panel, frames, at)


def _refused(shown: Shown, told: str) -> Shown:
    return replace(shown, failed=True, finding=Finding.of("grafana.preview_refused", told=told[:300]))


def _answered(shown: Shown, panel: Mapping[str, Any], frames: Sequence[Frame], at: Sitting) -> Shown:
    if not any(value is not None for frame in frames for each in _values(frame) for value in each.values):
        said = ((panel.get("fieldConfig") or {}).get("defaults") or {}).get("noValue")
        return replace(shown, is_empty=True, finding=Finding.of("grafana.preview_empty"), text=str(said or ""))
    try:
        return _drawn(shown, panel, transformed(frames, panel.get("transformations") or ()), at)
    except NotShownError as error:
        said = Finding.of("grafana.preview_transformation", name=str(error))
        return replace(_drawn(replace(shown, kind="other"), panel, frames, at), finding=said)


async def _asked(
    panel: Mapping[str, Any], others: Mapping[int, Mapping[str, Any]], at: Sitting
) -> tuple[tuple[str, ...], list[Frame]]:
    queries: list[str] = []
    frames: list[Frame] = []
    for target in panel.get("targets") or ():
        if "panelId" in target:  # what another panel has asked
            more, found = await _asked(others[int(target["panelId"])], {}, at)
            queries += more
            frames += found
        elif not target.get("hide"):
            text = filled(str(target.get("query", "")), at.variables, at.window, panel)
            name, answer = str(target.get("refId", "A")), await at.ask(text)
            queries.append(text)
            alias = filled(str(target.get("alias") or ""), at.variables, at.window, panel)
            is_table = target.get("resultFormat") == "table"
            frames += table(answer, name) if is_table else time_series(answer, name, alias)
    return tuple(queries), frames


def _drawn(shown: Shown, panel: Mapping[str, Any], frames: Sequence[Frame], at: Sitting) -> Shown:
    if shown.kind == "timeseries":
        return replace(shown, look=Look.CHART, chart=_chart(panel, frames, at))
    if shown.kind == "stat":
        figures, _ = _figures(panel, frames, at)
        return replace(shown, look=Look.STAT, figures=figures[:BARS_MOST], left_out=max(len(figures) - BARS_MOST, 0))
    if shown.kind in _BARS:
        figures = _bar_figures(panel, frames, at)
        return replace(shown, look=Look.BARS, figures=figures[:BARS_MOST], left_out=max(len(figures) - BARS_MOST, 0))
    heads, rows = _cells(panel, frames, at)
    finding = None if shown.kind == "table" else Finding.of("grafana.preview_other", kind=shown.kind)
    return replace(
        shown,
        look=Look.TABLE if shown.kind == "table" else Look.OTHER,
        heads=heads,
        rows=rows[:ROWS_MOST],
        left_out=max(len(rows) - ROWS_MOST, 0),
        finding=finding,
    )


def _chart(panel: Mapping[str, Any], frames: Sequence[Frame], at: Sitting) -> Chart:
    found = [
        (times, each, writing)
        for frame in frames
        if (times := frame.column(TIME)) is not None
        for each, writing in _written(panel, frame, at)
        if each.is_number and not is_hidden(writing)
    ]
    custom = ((panel.get("fieldConfig") or {}).get("defaults") or {}).get("custom") or {}
    values: list[drawing.Values] = [each.values for _, each, _ in found]
    is_stacked = (custom.get("stacking") or {}).get("mode") == "normal"
    if is_stacked:
        values = list(drawing.stacked(values))
    low, high = (found[0][2].options.get(name) for name in ("min", "max")) if found else (None, None)
    axis = drawing.axis_of(values, low, high)
    ends = (at.window.start_ms, at.window.end_ms)
    series = []
    for number, ((times, each, writing), drawn_values) in enumerate(zip(found, values, strict=True)):
        colour = writing.colour(None, number)
        as_bars = (writing.options.get("custom.drawStyle") or custom.get("drawStyle")) == "bars"
        drawn = (drawing.columns if as_bars else drawing.lines)(times.values, drawn_values, *ends, axis)
        last = writing.text(reduced(each.values, "lastNotNull"))
        series.append(Series(writing.name(each), colour, drawn, last))
    # What is stacked is drawn from the top down, so that the lower ones stay to be seen.
    told = found[0][2] if found else Writing({}, at.language, at.window.zone)
    return Chart(
        tuple(reversed(series)) if is_stacked else tuple(series),
        tuple((told.text(value), y) for value, y in axis.ticks),
        tuple((told.text(ms, is_time=True), x) for ms, x in drawing.moments(*ends)),
    )


def _figures(
    panel: Mapping[str, Any], frames: Sequence[Frame], at: Sitting
) -> tuple[tuple[Figure, ...], tuple[float, ...]]:
    asked = (panel.get("options") or {}).get("reduceOptions") or {}
    how = str(next(iter(asked.get("calcs") or ()), "lastNotNull"))
    wants_text = bool(asked.get("fields"))
    found: list[Figure] = []
    values: list[float] = []
    for frame in frames:
        for each, writing in _written(panel, frame, at):
            if is_hidden(writing) or not (each.is_number or wants_text):
                continue
            value = reduced(each.values, how)
            found.append(Figure(writing.name(each), writing.text(value), writing.colour(value, len(found))))
            values.append(float(value) if isinstance(value, int | float) else 0.0)
    return tuple(found), tuple(values)


def _bar_figures(panel: Mapping[str, Any], frames: Sequence[Frame], at: Sitting) -> tuple[Figure, ...]:
    """Return bars: of a bar chart one for each row and value, of a bar gauge one for each series."""
    if panel["type"] == "bargauge":
        return _measured(*_figures(panel, frames, at))
    found: list[Figure] = []
    values: list[float] = []
    for frame in frames:
        written = _written(panel, frame, at, with_time=True)
        named = str((panel.get("options") or {}).get("xField") or "")
        texts = [each for each in written if not each[0].is_number]
        x = next((each for each in written if named in (each[0].name, each[1].name(each[0]))), [*texts, *written][0])
        bars = [
            (each, how)
            for each, how in written
            if each not in (x[0], frame.column(TIME)) and each.is_number and not is_hidden(how)
        ]
        for row in range(frame.length):
            label = x[1].text(x[0].values[row], is_time=x[0].name == TIME)
            for number, (each, how) in enumerate(bars):
                name = f"{label} · {how.name(each)}" if len(bars) > 1 else label
                value = each.values[row]
                found.append(Figure(name, how.text(value), how.colour(value, number)))
                values.append(float(value or 0.0))
    return _measured(found, values)


def _measured(figures: Sequence[Figure], values: Sequence[float]) -> tuple[Figure, ...]:
    whole = max(map(abs, values), default=0.0) or 1.0
    return tuple(
        replace(figure, percent=round(100 * abs(value) / whole, 1))
        for figure, value in zip(figures, values, strict=True)
    )


def _cells(
    panel: Mapping[str, Any], frames: Sequence[Frame], at: Sitting
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return the cells: of a table the first frame's, of other panels all series beside each other."""
    if panel["type"] != "table" and all(frame.column(TIME) for frame in frames):
        frames = transformed(frames, [{"id": "joinByField"}])
    heads: dict[str, None] = {}
    rows: list[dict[str, str]] = []
    for frame in frames[: 1 if panel["type"] == "table" else None]:
        written = [each for each in _written(panel, frame, at, with_time=True) if not is_hidden(each[1])]
        heads |= dict.fromkeys(how.name(each) for each, how in written)
        for row in range(frame.length):
            cells = {how.name(each): how.text(each.values[row], is_time=each.name == TIME) for each, how in written}
            rows.append(cells)
    return tuple(heads), tuple(tuple(row.get(head, "") for head in heads) for row in rows)


def _values(frame: Frame) -> list[Column]:
    return [each for each in frame.columns if each.name != TIME]


def _written(
    panel: Mapping[str, Any], frame: Frame, at: Sitting, *, with_time: bool = False
) -> list[tuple[Column, Writing]]:
    wanted = frame.columns if with_time else _values(frame)
    return [(each, writing_of(panel, frame, each, at.language, at.window.zone)) for each in wanted]


def paragraphs(text: str) -> list[str]:
    """Return a text panel's paragraphs without the signs of Markdown and HTML."""
    plain = re.sub(r"<[^>]+>", " ", text)
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", plain)
    plain = re.sub(r"[*_`#|]+", "", plain)
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n|\n\s*-\s", plain) if part.strip()]
