"""How panels write their values: units, colours, links, words for values, as Grafana's field options.

Source: Grafana's documentation of field options, overrides and data links.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from core.texts import Catalogue
from dashboards.model import Asked, Colour, Head, Link, Panel, PanelKind, Unit
from dashboards.words import WORDS

TAG: Final = "kreiswatt"
_DASH: Final = {"fill": "dash", "dash": [10, 10]}
_CALM: Final = "text"
_UNKNOWN: Final = "\N{EN DASH}"


def defaults(panel: Panel, texts: Catalogue, console_url: str) -> dict[str, Any]:
    """Return how all values of a panel are written."""
    said: dict[str, Any] = {
        **_unit(panel.unit),
        "noValue": texts.say(f"boards.{panel.nothing}"),
        "color": _colour(panel),
        "thresholds": _thresholds(panel),
    }
    if panel.links:
        said["links"] = [_link(each, texts, console_url, "__field.labels") for each in panel.links]
    if panel.kind is PanelKind.TIMESERIES:
        said["custom"] = {
            "drawStyle": "bars" if panel.bars else "line",
            "fillOpacity": 80 if panel.bars else 10,
            "lineWidth": 1,
            "showPoints": "always" if panel.points else "never",
            "spanNulls": False,
            "stacking": {"mode": "normal" if panel.stacked else "none", "group": "A"},
        }
    return said


def overrides(panel: Panel, texts: Catalogue, console_url: str) -> list[dict[str, Any]]:
    """Return how columns of a table and single questions of a chart are written otherwise."""
    by_question = [_of_question(reference, asked) for reference, asked in zip("ABCD", panel.asked, strict=False)]
    by_column = [_of_column(head, texts, console_url) for head in panel.heads.values()]
    return [each for each in (*by_question, *by_column) if each["properties"]]


def url_of(link: Link, console_url: str, values: str) -> str:
    """Return a link's address; `values` is where Grafana finds what the clicked row says."""

    def said(column: str) -> str:
        return f"${{{values}.{column}}}" if column.isidentifier() else f'${{{values}["{column}"]}}'

    if link.page:
        return console_url + link.page.format(**{name: said(column) for name, column in link.given.items()})
    during = "${__url_time_range}"
    if link.during is not None:
        begin, end = (said(column).replace("}", ".numeric}") for column in link.during)  # not as it is written
        during = f"from={begin}&to={end}"
    given = "".join(f"&var-{name}={said(column)}" for name, column in link.given.items())
    return f"/d/{quote(link.board)}?{during}{given}"


def _unit(unit: Unit) -> dict[str, Any]:
    if unit.decimals is None:
        return {"unit": "dateTimeAsLocal" if unit.suffix else "string"}
    return {"unit": f"suffix:{unit.suffix}" if unit.suffix else "none", "decimals": unit.decimals}


def _colour(panel: Panel) -> dict[str, Any]:
    if panel.act_from is not None or panel.act_below is not None:
        return {"mode": "thresholds"}
    if panel.colour is not None:
        shaded = any(asked.select.by for asked in panel.asked)
        return {"mode": "shades" if shaded else "fixed", "fixedColor": panel.colour.value}
    return {"mode": "palette-classic"}


def _thresholds(panel: Panel) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": _CALM, "value": None}]
    if panel.act_from is not None:
        steps.append({"color": Colour.BAD.value, "value": panel.act_from})
    if panel.act_below is not None:
        steps = [{"color": Colour.BAD.value, "value": None}, {"color": _CALM, "value": panel.act_below}]
    return {"mode": "absolute", "steps": steps}


def _of_question(reference: str, asked: Asked) -> dict[str, Any]:
    properties: list[dict[str, Any]] = []
    if asked.colour is not None:
        properties.append({"id": "color", "value": {"mode": "fixed", "fixedColor": asked.colour.value}})
    if asked.dashed:
        properties += [
            {"id": "custom.lineStyle", "value": dict(_DASH)},
            {"id": "custom.drawStyle", "value": "line"},
            {"id": "custom.fillOpacity", "value": 0},
            {"id": "custom.stacking", "value": {"mode": "none", "group": "A"}},
        ]
    return {"matcher": {"id": "byFrameRefID", "options": reference}, "properties": properties}


def _of_column(head: Head, texts: Catalogue, console_url: str) -> dict[str, Any]:
    properties = [{"id": name, "value": value} for name, value in _unit(head.unit).items()]
    properties.append({"id": "noValue", "value": _UNKNOWN})
    if head.link is not None:
        link = _link(head.link, texts, console_url, "__data.fields")
        properties.append({"id": "links", "value": [link]})
    if head.words:
        properties.append({"id": "mappings", "value": _mappings(head.words, texts)})
    if head.is_hidden:
        properties.append({"id": "custom.hidden", "value": True})
    name = texts.say(f"boards.head.{head.text}")
    return {"matcher": {"id": "byName", "options": name}, "properties": properties}


def _mappings(words: str, texts: Catalogue) -> list[Mapping[str, Any]]:
    options = {
        value: {"text": texts.say(code), "index": place} for place, (value, code) in enumerate(WORDS[words].items())
    }
    return [{"type": "value", "options": options}]


def _link(link: Link, texts: Catalogue, console_url: str, values: str) -> dict[str, Any]:
    url = url_of(link, console_url, values)
    return {"title": texts.say(f"boards.link.{link.text}"), "url": url, "targetBlank": bool(link.page)}
