"""The preview: what a dashboard's JSON asks, and what is drawn of the answers of the real embedded endpoint."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.ports import Batch, InfluxQlRequest
from core.quantities import Quantity
from core.readings import Reading
from dashboards.preview import drawing
from dashboards.preview.fields import Writing, reduced
from dashboards.preview.frames import Column, Frame
from dashboards.preview.sheet import sheet_of
from dashboards.preview.transforms import NotShownError, transformed
from dashboards.preview.variables import Ask, Chosen, filled
from dashboards.preview.window import Window, instant, interval_ms, interval_text, window_of
from store.influxql.endpoint import EmbeddedInfluxQl
from store.points.timeseries import TimeSeries
from tests.district import small_inventory

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
WINDOW = Window(NOW - timedelta(days=1), NOW, BERLIN)
FROM_READINGS = 'FROM "reading" WHERE "site" =~ /^$site$/ AND $timeFilter'


def panel(number: int, kind: str, query: str, **more: Any) -> dict[str, Any]:
    form = "table" if kind in ("table", "barchart") else "time_series"
    target = {"refId": "A", "rawQuery": True, "resultFormat": form, "query": query, "alias": "$tag_source"}
    place = {"h": 8, "w": 12, "x": 0, "y": 8 * number}
    return {"id": number, "type": kind, "title": f"Feld {number}", "gridPos": place, "targets": [target], **more}


MEANS = f'SELECT mean("power_w") / 1000 AS "kW" {FROM_READINGS} GROUP BY time($__interval), "source" fill(null)'
LAST = f'SELECT last("power_w") / 1000 AS "kW" {FROM_READINGS} GROUP BY "source"'
BOARD: dict[str, Any] = {
    "uid": "kw-probe",
    "title": "Probe <b>",
    "time": {"from": "now-1d", "to": "now"},
    "templating": {
        "list": [
            {"type": "datasource", "name": "datasource", "query": "influxdb"},
            {
                "type": "query",
                "name": "site",
                "label": "Standort",
                "multi": True,
                "includeAll": True,
                "query": 'SHOW TAG VALUES FROM "reading" WITH KEY = "site"',
            },
            {"type": "custom", "name": "period", "query": "Tag : 1d, Woche : 7d"},
        ]
    },
    "panels": [
        {"id": 1, "type": "row", "title": "Zeile", "gridPos": {"h": 1, "w": 24, "x": 0, "y": 0}, "panels": []},
        panel(2, "timeseries", MEANS, fieldConfig={"defaults": {"unit": "suffix:kW", "decimals": 1}}),
        panel(3, "stat", LAST, fieldConfig={"defaults": {"unit": "suffix:kW"}}),
        panel(
            4, "table", LAST, transformations=[{"id": "organize", "options": {"renameByName": {"source": "Zähler"}}}]
        ),
        panel(5, "barchart", LAST, options={"xField": "source"}),
        panel(6, "heatmap", MEANS),
        panel(7, "stat", LAST.replace("power_w", "water_m3"), fieldConfig={"defaults": {"noValue": "kein Wasser"}}),
        panel(8, "stat", "SELECT nonsense("),
        panel(9, "table", LAST, transformations=[{"id": "groupingToMatrix"}]),
        {
            "id": 10,
            "type": "text",
            "title": "Zweck",
            "gridPos": {"h": 2, "w": 24, "x": 0, "y": 90},
            "options": {"content": "**Frage** an $site\n\nFormel"},
        },
    ],
}


@pytest.fixture
async def ask(tmp_path: Path) -> AsyncIterator[Ask]:
    series = await TimeSeries.open(tmp_path / "timeseries.duckdb", NOW)
    slot = timedelta(minutes=15)
    readings = [
        Reading(source, Quantity.POWER_W, NOW - n * slot, power)
        for source, power in (("meter:schule-strom", 4200.0), ("station:lis-01/1", 11_000.0))
        for n in range(40)
    ]
    await series.put(Batch(readings, NOW))
    endpoint = EmbeddedInfluxQl(series, small_inventory, lambda: NOW)

    async def asked(text: str) -> dict[str, Any]:
        return await endpoint.ask(InfluxQlRequest(text=text, database="kreiswatt", epoch="ms"))

    yield asked
    await series.close()


async def test_each_kind_of_panel_is_drawn_from_what_the_query_gives(ask: Ask) -> None:
    sheet = await sheet_of({"kw-probe": BOARD}, ask, "de", NOW, BERLIN)
    assert (sheet.dashboards, sheet.panels, sheet.empty, sheet.failed) == (1, 8, 1, 1)
    for text in (
        "Das ist eine Vorschau, nicht Grafana",
        "Probe &lt;b&gt;",
        "Standort: schule",
        "<polyline",
        "4,20 kW",
        "<div>station:lis-01/1 · 11<span",
        '<th scope="col">Time</th><th scope="col">meter:schule-strom</th><th scope="col">station:lis-01/1</th>',
        "11 kW",
        "Zähler</th>",
        "kein Wasser",
        "Die Abfrage wurde abgelehnt",
        "Die Umformung groupingToMatrix kennt die Vorschau nicht",
        "Felder der Art heatmap zeichnet die Vorschau nicht",
        "Frage an schule",
    ):
        assert text in sheet.html, text
    assert "<script" not in sheet.html
    assert "<b>Probe" not in sheet.html


async def test_a_variable_may_be_chosen_and_then_nothing_be_there(ask: Ask) -> None:
    sheet = await sheet_of({"kw-probe": BOARD}, ask, "en", NOW, BERLIN, {"site": "bauhof"})
    assert (sheet.empty, sheet.failed) == (7, 1)
    assert "This is a preview, not Grafana" in sheet.html
    assert "No data" in sheet.html


async def test_without_dashboards_it_says_so(ask: Ask) -> None:
    assert "There are no dashboards." in (await sheet_of({}, ask, "en", NOW, BERLIN)).html


@pytest.mark.parametrize(
    ("text", "ends", "expected"),
    [
        ("now", True, "2026-11-22T11:00"),
        ("now-6h", False, "2026-11-22T05:00"),
        ("now/d", False, "2026-11-22T00:00"),
        ("now/d", True, "2026-11-23T00:00"),
        ("now-1M/M", False, "2026-10-01T00:00"),
        ("now-1M/M", True, "2026-11-01T00:00"),
        ("now-30d/d", False, "2026-10-23T00:00"),
        ("now-1y/y", True, "2026-01-01T00:00"),
        ("now/w", False, "2026-11-16T00:00"),
        ("now-11M", False, "2025-12-22T11:00"),
    ],
)
def test_times_are_read_as_grafana_reads_them(text: str, ends: bool, expected: str) -> None:  # noqa: FBT001 - a table
    found = instant(text, NOW, BERLIN, ends=ends)
    assert found.strftime("%Y-%m-%dT%H:%M") == expected
    assert found.utcoffset() == found.replace(tzinfo=BERLIN).utcoffset()


def test_a_time_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="gestern"):
        window_of({"time": {"from": "gestern"}}, NOW, BERLIN)


def test_steps_are_those_that_grafana_would_take() -> None:
    wide = {"gridPos": {"w": 24}}
    assert interval_text(interval_ms(WINDOW, wide)) == "15m"
    month = Window(NOW - timedelta(days=30), NOW, BERLIN)
    assert interval_text(interval_ms(month, wide)) == "1h"
    assert interval_text(interval_ms(month, wide | {"interval": "1d"})) == "1d"
    assert interval_text(interval_ms(month, {"gridPos": {"w": 6}})) == "3h"


@pytest.mark.parametrize(
    ("chosen", "text", "expected"),
    [
        (Chosen(("a.b",)), "= '$x'", "= 'a.b'"),
        (Chosen(("a.b",)), "=~ /^$x$/", r"=~ /^a\.b$/"),
        (Chosen(("a.b",), multi=True), "=~ /^$x$/", r"=~ /^a\.b$/"),
        (Chosen(("a", "b"), multi=True), "=~ /^${x}$/", "=~ /^(a|b)$/"),
        (Chosen(("a", "b"), multi=True, all_value=".*"), "=~ /^[[x]]$/", "=~ /^.*$/"),
        (Chosen(("a", "b"), multi=True), "${x:raw}", "a,b"),
        (Chosen((), multi=True), "=~ /^$x$/", "=~ /^()$/"),
        (Chosen(("a",)), "$unknown ${__from}ms", f"$unknown {WINDOW.start_ms}ms"),
    ],
)
def test_variables_are_put_in_as_grafana_puts_them(chosen: Chosen, text: str, expected: str) -> None:
    assert filled(text, {"x": chosen}, WINDOW, {}) == expected


def frame(**columns: tuple[Any, ...]) -> Frame:
    return Frame(tuple(Column(name, values) for name, values in columns.items()))


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("sortBy", {"sort": [{"field": "kwh", "desc": True}]}, {"site": ("b", "a", "c"), "kwh": (2.0, 1.0, None)}),
        ("limit", {"limitField": 1}, {"site": ("a",), "kwh": (1.0,)}),
        ("organize", {"excludeByName": {"site": True}, "renameByName": {"kwh": "x"}}, {"x": (1.0, 2.0, None)}),
        ("filterFieldsByName", {"include": {"names": ["site"]}}, {"site": ("a", "b", "c")}),
        ("renameByRegex", {"regex": "^k(.*)", "renamePattern": "M$1"}, None),
    ],
)
def test_a_transformation_does_what_grafana_does(name: str, options: Any, expected: Any) -> None:
    (found,) = transformed([frame(site=("a", "b", "c"), kwh=(1.0, 2.0, None))], [{"id": name, "options": options}])
    told = {column.name: column.values for column in found.columns}
    assert told == (expected or {"site": ("a", "b", "c"), "Mwh": (1.0, 2.0, None)})


def test_frames_are_joined_and_merged_by_what_they_share() -> None:
    frames = [frame(Time=(1, 2), a=(1.0, 2.0)), frame(Time=(2, 3), b=(5.0, 6.0))]
    for name in ("joinByField", "merge"):
        (found,) = transformed(frames, [{"id": name, "options": {"byField": "Time"}}])
        rows = {row[0]: row[1:] for row in found.rows()}
        assert rows == {1: (1.0, None), 2: (2.0, 5.0), 3: (None, 6.0)}
    with pytest.raises(NotShownError):
        transformed(frames, [{"id": "never"}])


@pytest.mark.parametrize(
    ("options", "value", "expected"),
    [
        ({"unit": "suffix:kWh", "decimals": 1}, 1234.56, "1.234,6 kWh"),
        ({"unit": "percent"}, 12.0, "12 %"),
        ({"unit": "percentunit", "decimals": 0}, 0.125, "12 %"),
        ({"unit": "s"}, 3725.0, "1:02:05 h"),
        ({"noValue": "keine Daten"}, None, "keine Daten"),
        ({}, None, "–"),
        ({"unit": "dateTimeAsLocal"}, NOW.timestamp() * 1000, "22.11.26, 11:00"),
        ({"mappings": [{"type": "value", "options": {"1": {"text": "an"}}}]}, 1.0, "an"),
        ({"mappings": [{"type": "range", "options": {"from": 0, "to": 9, "result": {"text": "wenig"}}}]}, 3, "wenig"),
        ({"mappings": [{"type": "special", "options": {"match": "null", "result": {"text": "leer"}}}]}, None, "leer"),
    ],
)
def test_a_value_is_written_with_its_unit(options: Any, value: Any, expected: str) -> None:
    assert Writing(options, "de", BERLIN).text(value) == expected


def test_thresholds_colour_and_reducers_reduce() -> None:
    steps = [{"color": "green", "value": None}, {"color": "red", "value": 80}]
    told = Writing({"color": {"mode": "thresholds"}, "thresholds": {"steps": steps}}, "de", BERLIN)
    assert told.colour(79, 0) != told.colour(80, 0) == "#e02f44"
    values = (None, 1.0, 3.0, None)
    assert [reduced(values, how) for how in ("lastNotNull", "sum", "mean", "max", "range", "count", "last")] == [
        *(3.0, 4.0, 2.0, 3.0, 2.0, 4, None),
    ]


def test_lines_break_where_nothing_is_known_and_bars_stand_on_zero() -> None:
    axis = drawing.axis_of([(0.0, 100.0, None, 50.0)])
    assert (axis.bottom, axis.top, axis.y(0.0), axis.y(100.0)) == (0.0, 100.0, 160.0, 0.0)
    line = drawing.lines((0, 1, 2, 3), (0.0, 100.0, None, 50.0), 0, 4, axis)
    assert line.runs == ("0.0,160.0 150.0,0.0", "450.0,80.0 450.0,80.0")
    bars = drawing.columns((0, 1, 2, 3), (0.0, 100.0, None, 50.0), 0, 4, axis)
    assert [(x, y, height) for x, y, _, height in bars.bars] == [
        (0.0, 160.0, 0.0),
        (150.0, 0.0, 160.0),
        (450.0, 80.0, 80.0),
    ]
    assert drawing.stacked([(1.0, None), (2.0, 3.0)]) == [[1.0, None], [3.0, 3.0]]
