"""Grafana's classic JSON of a dashboard: the same JSON for the same values.

Source: Grafana's documentation of the dashboard JSON model; schema 39 is read by Grafana 10 to 13. Numbers keep their
unit: a question divides to the shown unit, and `suffix:` shows it without rescaling.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from core.texts import Catalogue
from dashboards.fields import TAG, defaults, overrides, url_of
from dashboards.model import Asked, Dashboard, Marks, Panel, PanelKind, Variable

SCHEMA: Final = 39
SOURCE: Final[Mapping[str, str]] = {"type": "influxdb", "uid": "${datasource}"}
WIDTH: Final = 24
_PURPOSE_ID: Final = 1000
_FORMULAS_ID: Final = 1001
_PURPOSE_HEIGHT: Final = 3
_REFERENCES: Final = "ABCD"


def built(board: Dashboard, texts: Catalogue, console_url: str, source_name: str, source_uid: str) -> dict[str, Any]:
    """Return a dashboard as Grafana takes it, with links back into the console at an address.

    It is opened with the data source of this name and uid, and another may be chosen.
    """
    panels, y = _placed(board, texts, console_url)
    source = _source(texts, source_name, source_uid)
    return {
        "uid": board.uid,
        "title": texts.say(f"boards.{board.text}.title"),
        "description": texts.say(f"boards.{board.text}.purpose"),
        "tags": [TAG],
        "schemaVersion": SCHEMA,
        "timezone": "browser",
        "weekStart": "monday",
        "editable": True,
        "graphTooltip": 1,
        "refresh": board.refresh,
        "time": {"from": board.since, "to": board.until},
        "templating": {"list": [source, *(_variable(each, texts) for each in board.variables)]},
        "annotations": {"list": [_own_marks(), *(_marks(each, texts) for each in board.marks)]},
        "links": [_others(texts), _console(board, texts, console_url)],
        "panels": [_purpose(board, texts), *panels, _formulas(board, texts, y)],
    }


def _source(texts: Catalogue, name: str, uid: str) -> dict[str, Any]:
    return {
        "type": "datasource",
        "name": "datasource",
        "label": texts.say("boards.variable.datasource"),
        "query": "influxdb",
        "current": {"text": name, "value": uid},
        "hide": 0,
        "refresh": 1,
        "multi": False,
        "includeAll": False,
    }


def _variable(variable: Variable, texts: Catalogue) -> dict[str, Any]:
    said = {"name": variable.name, "label": texts.say(f"boards.variable.{variable.name}")}
    if variable.hidden:
        return {**said, "type": "textbox", "query": "", "hide": 2, "current": {"text": "", "value": ""}}
    if variable.options:
        options = [(texts.say(f"boards.option.{code}"), value) for code, value in variable.options.items()]
        first, value = options[0]
        query = ", ".join(f"{text} : {value}" for text, value in options)
        current = {"text": first, "value": value}
        return {**said, "type": "custom", "query": query, "multi": False, "includeAll": False, "current": current}
    return {
        **said,
        "type": "query",
        "datasource": dict(SOURCE),
        "query": variable.ask,
        "definition": variable.ask,
        "refresh": 1,
        "sort": 5,
        "multi": variable.multi,
        "includeAll": variable.multi,
        "current": {"text": ["All"], "value": ["$__all"]} if variable.multi else {},
        "hide": 0,
    }


def _own_marks() -> dict[str, Any]:
    """Return the marks that people set in Grafana themselves, which every dashboard has."""
    return {
        "builtIn": 1,
        "datasource": {"type": "grafana", "uid": "-- Grafana --"},
        "enable": True,
        "hide": True,
        "iconColor": "rgba(0, 211, 255, 1)",
        "name": "Annotations & Alerts",
        "type": "dashboard",
    }


def _marks(marks: Marks, texts: Catalogue) -> dict[str, Any]:
    name = texts.say(f"boards.marks.{marks.text}")
    target = {
        "refId": "Anno",
        "name": name,
        "fromAnnotations": True,
        "rawQuery": True,
        "resultFormat": "table",
        "query": marks.ask,
        "titleColumn": "event",
        "textColumn": "source",
        "tagsColumn": "",
        "timeEndColumn": marks.until,
    }
    said = {"name": name, "datasource": dict(SOURCE), "iconColor": marks.colour.value, "target": target}
    return {**said, "enable": True, "hide": False}


def _others(texts: Catalogue) -> dict[str, Any]:
    return {
        "type": "dashboards",
        "title": texts.say("boards.others"),
        "tags": [TAG],
        "asDropdown": True,
        "includeVars": True,
        "keepTime": True,
        "targetBlank": False,
    }


def _console(board: Dashboard, texts: Catalogue, console_url: str) -> dict[str, Any]:
    title = texts.say("boards.console")
    return {"type": "link", "title": title, "url": console_url + board.page, "icon": "external link", "tags": []}


def _purpose(board: Dashboard, texts: Catalogue) -> dict[str, Any]:
    place = {"x": 0, "y": 0, "w": WIDTH, "h": _PURPOSE_HEIGHT}
    return _text(_PURPOSE_ID, "", texts.say(f"boards.{board.text}.purpose"), place)


def _formulas(board: Dashboard, texts: Catalogue, y: int) -> dict[str, Any]:
    """Return what each panel shows and how that is computed, as one text at the end."""
    said = [(texts.say(f"boards.{board.text}.{each.text}"), how(board, each, texts)) for each in board.panels]
    content = "\n\n".join(f"**{title}**: {explained}" for title, explained in said)
    place = {"x": 0, "y": y, "w": WIDTH, "h": 2 + len(said)}
    return _text(_FORMULAS_ID, texts.say("boards.formulas"), content, place)


def how(board: Dashboard, panel: Panel, texts: Catalogue) -> str:
    """Return what a panel shows and how that is computed."""
    return texts.say(f"boards.{board.text}.{panel.text}_how")


def _text(number: int, title: str, content: str, place: Mapping[str, int]) -> dict[str, Any]:
    options = {"mode": "markdown", "content": content}
    clear = not title
    return {"id": number, "type": "text", "title": title, "transparent": clear, "gridPos": place, "options": options}


def _placed(board: Dashboard, texts: Catalogue, console_url: str) -> tuple[list[dict[str, Any]], int]:
    """Return panels from left to right, in rows as full as they go, and where the next row begins."""
    made, x, y, tallest = [], 0, _PURPOSE_HEIGHT, 0
    for panel in board.panels:
        if x + panel.width > WIDTH:
            x, y, tallest = 0, y + tallest, 0
        place = {"x": x, "y": y, "w": panel.width, "h": panel.height}
        made.append(_panel(board, panel, place, texts, console_url))
        x, tallest = x + panel.width, max(tallest, panel.height)
    return made, y + tallest


def _panel(
    board: Dashboard, panel: Panel, place: Mapping[str, int], texts: Catalogue, console_url: str
) -> dict[str, Any]:
    field_config = {
        "defaults": defaults(panel, texts, console_url),
        "overrides": overrides(panel, texts, console_url),
    }
    return {
        "id": panel.id,
        "type": panel.kind.value,
        "title": texts.say(f"boards.{board.text}.{panel.text}"),
        "description": how(board, panel, texts),
        "gridPos": dict(place),
        "datasource": dict(SOURCE),
        "targets": _targets(panel, texts),
        "fieldConfig": field_config,
        "options": _options(panel, texts),
        "transformations": _transformations(panel, texts),
        **({"timeFrom": panel.back, "hideTimeOverride": True} if panel.back else {}),
    }


def _targets(panel: Panel, texts: Catalogue) -> list[dict[str, Any]]:
    form = "time_series" if panel.kind in (PanelKind.TIMESERIES, PanelKind.STAT) else "table"
    return [
        {
            "refId": reference,
            "datasource": dict(SOURCE),
            "rawQuery": True,
            "query": asked.select.text,
            "resultFormat": form,
            "alias": alias_of(asked, texts),
        }
        for reference, asked in zip(_REFERENCES, panel.asked, strict=False)
    ]


def alias_of(asked: Asked, texts: Catalogue) -> str:
    """Return what the series of a question are called."""
    named = texts.say(f"boards.series.{asked.series}") if asked.series else ""
    return " ".join(part for part in (asked.tag, named) if part) or "$col"


def _options(panel: Panel, texts: Catalogue) -> dict[str, Any]:
    match panel.kind:
        case PanelKind.TIMESERIES:
            legend = {"displayMode": "list", "placement": "bottom", "showLegend": True}
            return {"legend": legend, "tooltip": {"mode": "multi", "sort": "desc"}}
        case PanelKind.STAT:
            return {
                "reduceOptions": {"calcs": ["sum" if panel.total else "lastNotNull"], "fields": "", "values": False},
                "colorMode": "value" if panel.act_from is not None or panel.act_below is not None else "none",
                "graphMode": "none",
                "textMode": "auto",
            }
        case PanelKind.BARS:
            return {"orientation": "horizontal", "showValue": "auto", "legend": {"showLegend": False}}
        case PanelKind.BOARDS:
            return {"tags": [TAG], "showSearch": True, "showStarred": False, "showHeadings": False, "maxItems": 30}
        case _:
            sort = panel.sort.removeprefix("-")
            by = texts.say(f"boards.head.{panel.heads[sort].text}") if sort else ""
            order = [{"displayName": by, "desc": not panel.sort.startswith("-")}] if sort else []
            return {"showHeader": True, "sortBy": order}


def _transformations(panel: Panel, texts: Catalogue) -> list[dict[str, Any]]:
    if not panel.heads:
        return []
    names = {column: texts.say(f"boards.head.{head.text}") for column, head in panel.heads.items()}
    left_out = {name: True for name in _columns(panel) if name not in panel.heads}
    order = {column: place for place, column in enumerate(panel.heads)}
    organize = {"renameByName": names, "excludeByName": left_out, "indexByName": order}
    merged: Sequence[dict[str, Any]] = [{"id": "merge", "options": {}}] if len(panel.asked) > 1 else []
    return [*merged, {"id": "organize", "options": organize}, *_sorting(panel, names)]


def _sorting(panel: Panel, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return that rows are sorted: the table does so itself, too, but bars and the preview do not."""
    if not panel.sort:
        return []
    rule = {"field": names[panel.sort.removeprefix("-")], "desc": not panel.sort.startswith("-")}
    return [{"id": "sortBy", "options": {"sort": [rule]}}]


def _columns(panel: Panel) -> list[str]:
    asked = [each.select for each in panel.asked]
    return ["Time", *(tag for each in asked for tag in each.by), *(col.name for each in asked for col in each.columns)]


__all__ = ["SOURCE", "TAG", "alias_of", "built", "how", "url_of"]
