"""A dashboard as values, and Grafana's classic JSON made of it: the same JSON for the same values.

Source: Grafana's documentation of the dashboard JSON model; schema 39 is read by Grafana 10 to 13. Numbers keep their
unit: a question divides to the shown unit, and `suffix:` shows it without rescaling.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from core.quantities import Quantity
from core.texts import Catalogue
from core.units import look_of
from store.panels import Select

SCHEMA: Final = 39
TAG: Final = "kreiswatt"
SOURCE: Final[Mapping[str, str]] = {"type": "influxdb", "uid": "${datasource}"}
WIDTH: Final = 24


class PanelKind(StrEnum):
    """Grafana's own panels that are used."""

    TIMESERIES = "timeseries"
    STAT = "stat"
    TABLE = "table"
    BARS = "barchart"


class Colour(StrEnum):
    """What a colour means, everywhere the same; told apart by people who see red and green alike, too."""

    GRID = "#3274d9"
    SUN = "#e0b400"
    HEAT = "#ff780a"
    WATER = "#00838f"
    GAS = "#a352cc"
    CHARGING = "#56a64b"
    BAD = "#e02f44"
    PLAIN = "#8e8e8e"


@dataclass(frozen=True, slots=True)
class Unit:
    """How numbers are written."""

    suffix: str
    decimals: int

    @classmethod
    def of(cls, quantity: Quantity) -> Unit:
        """Return the shown unit of a quantity."""
        look = look_of(quantity)
        return cls(look.shown_unit, look.decimals)


PERCENT: Final = Unit("%", 1)
COUNT: Final = Unit("", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel: `id` is its number for ever, `title`, `purpose` and `nothing` are codes of texts.

    `nothing` is said where there are no data. `stacked` series add up.
    """

    id: int
    kind: PanelKind
    title: str
    purpose: str
    nothing: str
    ask: Select
    unit: Unit
    width: int
    height: int = 8
    alias: str = ""
    bars: bool = False
    stacked: bool = False
    colour: Colour | None = None
    heads: Mapping[str, str] = field(default_factory=dict)
    """Codes of the heads of a table, by column; columns without one are hidden."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A choice above the dashboard: values of a tag. `label` is the code of its text."""

    name: str
    label: str
    ask: str
    multi: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """A dashboard: `uid` for ever, `title` and `purpose` codes of texts, panels in their order."""

    uid: str
    title: str
    purpose: str
    panels: Sequence[Panel]
    variables: Sequence[Variable] = ()
    since: str = "now-7d"
    refresh: str = "5m"


_PURPOSE_ID: Final = 1000
_PURPOSE_HEIGHT: Final = 3


def built(board: Dashboard, texts: Catalogue) -> dict[str, Any]:
    """Return a dashboard as Grafana takes it."""
    return {
        "uid": board.uid,
        "title": texts.say(board.title),
        "description": texts.say(board.purpose),
        "tags": [TAG],
        "schemaVersion": SCHEMA,
        "timezone": "browser",
        "editable": True,
        "graphTooltip": 1,
        "refresh": board.refresh,
        "time": {"from": board.since, "to": "now"},
        "templating": {"list": [_source(texts), *(_variable(each, texts) for each in board.variables)]},
        "annotations": {"list": []},
        "links": [_others(texts)],
        "panels": [_purpose(board, texts), *_placed(board.panels, texts)],
    }


def _source(texts: Catalogue) -> dict[str, Any]:
    return {
        "type": "datasource",
        "name": "datasource",
        "label": texts.say("boards.data_source"),
        "query": "influxdb",
        "hide": 0,
        "refresh": 1,
        "multi": False,
        "includeAll": False,
    }


def _variable(variable: Variable, texts: Catalogue) -> dict[str, Any]:
    return {
        "type": "query",
        "name": variable.name,
        "label": texts.say(variable.label),
        "datasource": dict(SOURCE),
        "query": variable.ask,
        "definition": variable.ask,
        "refresh": 1,
        "sort": 1,
        "multi": variable.multi,
        "includeAll": variable.multi,
        "current": {"text": ["All"], "value": ["$__all"]} if variable.multi else {},
        "hide": 0,
    }


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


def _purpose(board: Dashboard, texts: Catalogue) -> dict[str, Any]:
    return {
        "id": _PURPOSE_ID,
        "type": "text",
        "title": "",
        "transparent": True,
        "gridPos": {"x": 0, "y": 0, "w": WIDTH, "h": _PURPOSE_HEIGHT},
        "options": {"mode": "markdown", "content": texts.say(board.purpose)},
    }


def _placed(panels: Sequence[Panel], texts: Catalogue) -> list[dict[str, Any]]:
    """Return panels from left to right, in rows as full as they go."""
    made, x, y, tallest = [], 0, _PURPOSE_HEIGHT, 0
    for panel in panels:
        if x + panel.width > WIDTH:
            x, y, tallest = 0, y + tallest, 0
        made.append(_panel(panel, {"x": x, "y": y, "w": panel.width, "h": panel.height}, texts))
        x, tallest = x + panel.width, max(tallest, panel.height)
    return made


def _panel(panel: Panel, place: Mapping[str, int], texts: Catalogue) -> dict[str, Any]:
    form = "time_series" if panel.kind in (PanelKind.TIMESERIES, PanelKind.STAT) else "table"
    target = {
        "refId": "A",
        "datasource": dict(SOURCE),
        "rawQuery": True,
        "query": panel.ask.text,
        "resultFormat": form,
        "alias": panel.alias,
    }
    return {
        "id": panel.id,
        "type": panel.kind.value,
        "title": texts.say(panel.title),
        "description": texts.say(panel.purpose),
        "gridPos": dict(place),
        "datasource": dict(SOURCE),
        "targets": [target],
        "fieldConfig": {"defaults": _defaults(panel, texts), "overrides": []},
        "options": _options(panel),
        "transformations": _transformations(panel, texts),
    }


def _defaults(panel: Panel, texts: Catalogue) -> dict[str, Any]:
    colour: dict[str, Any] = {"mode": "palette-classic"}
    if panel.colour is not None:
        colour = {"mode": "fixed", "fixedColor": panel.colour.value}
    unit = f"suffix:{panel.unit.suffix}" if panel.unit.suffix else "none"
    said: dict[str, Any] = {
        "unit": unit,
        "decimals": panel.unit.decimals,
        "noValue": texts.say(panel.nothing),
        "color": colour,
        "thresholds": {"mode": "absolute", "steps": [{"color": "text", "value": None}]},
    }
    if panel.kind is PanelKind.TIMESERIES:
        said["custom"] = {
            "drawStyle": "bars" if panel.bars else "line",
            "fillOpacity": 80 if panel.bars else 10,
            "lineWidth": 1,
            "showPoints": "never",
            "spanNulls": False,
            "stacking": {"mode": "normal" if panel.stacked else "none", "group": "A"},
        }
    return said


def _options(panel: Panel) -> dict[str, Any]:
    match panel.kind:
        case PanelKind.TIMESERIES:
            legend = {"displayMode": "list", "placement": "bottom", "showLegend": True}
            return {"legend": legend, "tooltip": {"mode": "multi", "sort": "desc"}}
        case PanelKind.STAT:
            return {
                "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
                "colorMode": "none",
                "graphMode": "none",
                "textMode": "value",
            }
        case PanelKind.BARS:
            return {"orientation": "horizontal", "showValue": "auto", "legend": {"showLegend": False}}
        case _:
            return {"showHeader": True, "footer": {"show": False}}


def _transformations(panel: Panel, texts: Catalogue) -> list[dict[str, Any]]:
    if not panel.heads:
        return []
    names = {column: texts.say(code) for column, code in panel.heads.items()}
    hidden = {"Time": "Time" not in panel.heads}
    order = {column: place for place, column in enumerate(panel.heads)}
    organize = {"renameByName": names, "excludeByName": hidden, "indexByName": order}
    return [{"id": "organize", "options": organize}]
