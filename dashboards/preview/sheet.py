"""The contact sheet: dashboards one below the other in one file of HTML, without scripts and foreign addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from core.texts import Catalogue, Language, catalogue
from dashboards.preview import drawing
from dashboards.preview.panels import Look, Shown, Sitting, panel_shown, paragraphs
from dashboards.preview.variables import Ask, Chosen, variables_of
from dashboards.preview.window import Window, window_of

REPEATS_MOST: Final = 3
"""A panel that is repeated for each value of a variable is shown for so many."""

_SHOWN_VARIABLES: Final = frozenset({"query", "custom", "interval", "textbox"})


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard on the sheet, with its variables in words."""

    uid: str
    title: str
    period: str
    variables: tuple[str, ...]
    panels: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The file, and what is on it: how many panels, how many without data, and of how many a query was refused."""

    html: str
    dashboards: int
    panels: int
    empty: int
    failed: int


async def sheet_of(
    boards: Mapping[str, dict[str, Any]],
    ask: Ask,
    language: Language,
    now_utc: datetime,
    zone: ZoneInfo,
    wanted: Mapping[str, str] | None = None,
) -> Sheet:
    """Return the sheet of dashboards by uid, with live data; variables are `wanted` or as when they are opened."""
    shown = [await _board(uid, board, ask, language, now_utc, zone, wanted or {}) for uid, board in boards.items()]
    texts = catalogue(language)
    panels = [panel for board in shown for panel in board.panels if panel.look not in (Look.ROW, Look.TEXT)]
    html = _template().render(
        language=language,
        boards=shown,
        width=drawing.WIDTH,
        height=drawing.HEIGHT,
        paragraphs=paragraphs,
        left_out=lambda count: texts.say("grafana.preview_left_out", count=count),
        tell=lambda finding: texts.say(finding.code, **dict(finding.params)),
        words=_words(texts, format_datetime(now_utc.astimezone(zone), "long", locale=language)),
    )
    return Sheet(
        html,
        len(shown),
        len(panels),
        sum(panel.is_empty for panel in panels),
        sum(panel.failed for panel in panels),
    )


def _words(texts: Catalogue, made_at: str) -> dict[str, str]:
    return {
        "title": texts.say("grafana.preview_title"),
        "notice": texts.say("grafana.preview_notice", made_at=made_at),
        "asked": texts.say("grafana.preview_asked"),
        "none": texts.say("grafana.preview_none"),
    }


async def _board(
    uid: str,
    board: dict[str, Any],
    ask: Ask,
    language: Language,
    now_utc: datetime,
    zone: ZoneInfo,
    wanted: Mapping[str, str],
) -> Board:
    window = window_of(board, now_utc, zone)
    variables = await variables_of(board, ask, window, wanted)
    at = Sitting(ask, window, variables, language)
    panels = _in_order(board.get("panels") or ())
    by_id = {int(panel["id"]): panel for panel in panels}
    shown = [await panel_shown(panel, by_id, sitting) for panel in panels for sitting in _repeats(panel, at)]
    said = tuple(
        f"{variable.get('label') or variable['name']}: {_said(variables[variable['name']])}"
        for variable in (board.get("templating") or {}).get("list", ())
        if variable["type"] in _SHOWN_VARIABLES and variable.get("hide") != 2  # noqa: PLR2004 - Grafana's "hidden"
    )
    return Board(uid, str(board["title"]), _period(window, language), said, tuple(shown))


def _in_order(panels: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return all panels from top to bottom, those inside of rows too."""
    found = []
    for panel in sorted(panels, key=lambda each: (each["gridPos"]["y"], each["gridPos"]["x"])):
        found.append(panel)
        found += _in_order(panel.get("panels") or ())
    return found


def _repeats(panel: Mapping[str, Any], at: Sitting) -> list[Sitting]:
    name = panel.get("repeat")
    chosen = at.variables.get(str(name)) if name else None
    if chosen is None or panel["type"] == "row":
        return [at]
    return [
        replace(at, variables={**at.variables, str(name): Chosen((value,), multi=chosen.multi)})
        for value in chosen.values[:REPEATS_MOST]
    ]


def _said(chosen: Chosen) -> str:
    values = ", ".join(chosen.values[:REPEATS_MOST])
    more = len(chosen.values) - REPEATS_MOST
    return f"{values} (+{more})" if more > 0 else values or "–"


def _period(window: Window, language: Language) -> str:
    ends = (window.start_utc, window.end_utc)
    return " – ".join(format_datetime(at.astimezone(window.zone), "short", locale=language) for at in ends)


@cache
def _template() -> Template:
    loader = PackageLoader("dashboards", "preview")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template("sheet.html")
