"""A plan as people read it on a terminal: by charge point, what is and what would be, in colour where there is any."""

from __future__ import annotations

from typing import Final

from pydantic import TypeAdapter
from rich.console import Console
from rich.text import Text

from chargepoints.configuring.plan import PlannedState
from cli.shown import harmless
from core.texts import Catalogue, Language, catalogue
from operations.configuring.rows import PlannedRow, ShownPlan, StationPlanRow

_PLAN: Final = TypeAdapter(ShownPlan)
_CHANGED, _OLD, _NEW, _ASIDE = "yellow", "red", "green", "dim"


def show_plan(answer: bytes, language: Language) -> None:
    """Print a plan."""
    plan, texts = _PLAN.validate_json(answer), catalogue(language)
    screen = Console(soft_wrap=True, highlight=False)
    for station in plan.stations:
        _show_station(screen, station, texts)
    said = (
        texts.say("configuring.differing", part=plan.differing, whole=plan.total)
        if plan.stations
        else texts.say("configuring.as_wanted", count=plan.total)
    )
    screen.print(harmless(said))
    screen.print(Text(texts.say("configuring.shown_hash", hash=plan.hash), _ASIDE))


def _show_station(screen: Console, station: StationPlanRow, texts: Catalogue) -> None:
    source = texts.say(f"configuring.source.{station.plan_source}")
    screen.print(Text.assemble((station.station, "bold"), f"  {station.station_name}  ", (source, _ASIDE)))
    for row in station.settings:
        screen.print(_line(row, texts))
    screen.print()


def _line(row: PlannedRow, texts: Catalogue) -> Text:
    changes = row.planned is PlannedState.CHANGE
    line = Text.assemble(("  ~ " if changes else "  ! ", _CHANGED if changes else _ASIDE), row.key or row.term, ": ")
    if changes or row.old is not None:
        old = harmless(row.old).plain if row.old is not None else texts.say("configuring.not_told")
        line.append(old, _OLD)
        line.append(" → ")
    new = texts.say("configuring.new_password") if row.new is None and changes else row.new or ""
    line.append(new, _NEW)
    marks = [row.origin]
    if not changes:
        marks.insert(0, texts.say(f"configuring.planned.{row.planned}"))
    if row.needs_reboot:
        marks.append(texts.say("configuring.restarts"))
    if row.irreversible and changes:
        marks.append(texts.say("configuring.irreversible_mark"))
    if row.cut_short:
        marks.append(texts.say("configuring.cut_short"))
    line.append(f"  ({'; '.join(marks)})", _ASIDE)
    return line
