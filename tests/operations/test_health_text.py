"""What parts of the service count has a name and a unit for people, and keeps its name for programs."""

from __future__ import annotations

import ast
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.texts import LANGUAGES, Language, catalogue
from ingest.lane import FIGURES
from operations.health_text import figures_said, part_name
from operations.schedule import JOBS

ROOT = Path(__file__).parents[2]
BERLIN = ZoneInfo("Europe/Berlin")
SOURCES = {
    "chargepoints": "chargepoints/central.py",
    "influx": "store/influx/sender.py",
    "ingest": "ingest/daemon.py",
    "notify": "notify/postman.py",
    "ledger": "store/ledger/ledger.py",
}


def named_in(file: str) -> set[str]:
    """Return the names of figures that a part writes in its source, in a dict literal or by a subscript."""
    names: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        match node:
            case (
                ast.keyword(arg="figures", value=ast.Dict(keys=keys))
                | ast.Assign(targets=[ast.Name(id="figures")], value=ast.Dict(keys=keys))
                | ast.Assign(targets=[ast.Attribute(attr="_figures")], value=ast.Dict(keys=keys))
            ):
                names |= {key.value for key in keys if isinstance(key, ast.Constant)}
            case ast.Subscript(value=ast.Name(id="figures"), slice=ast.Constant(value=str(name))):
                names.add(name)
    return names


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_has_a_name_for_people(language: Language) -> None:
    texts = catalogue(language)
    for part, file in SOURCES.items():
        names = named_in(file) | (set(FIGURES) if part == "ingest" else set())
        assert names, part
        for figure in (*names, "restarts"):
            ((label, _),) = figures_said(part, {figure: 1.0}, texts, BERLIN)
            assert label != figure, (part, figure)
    for job in JOBS:
        ((label, _),) = figures_said("jobs", {f"{job}_failures": 0.0, f"{job}_done_timestamp_s": 1.0}, texts, BERLIN)
        assert label == texts.say(f"job.{job}") != f"job.{job}"


def test_figures_are_said_with_their_units_and_instants_in_local_time() -> None:
    texts = catalogue("de")
    figures = {"connected": 1.0, "commit_age_s": 90.0, "messages": 12_345.0, "unheard_of": 2.0}
    assert [value for _, value in figures_said("ingest:main", figures, texts, BERLIN)] == [
        "ja",
        "90 Sek.",
        "12.345",
        "2",
    ]
    done = {"alarms_failures": 2.0, "alarms_done_timestamp_s": 1_795_373_884.5, "usage_failures": 0.0}
    said = [value for _, value in figures_said("jobs", done, texts, BERLIN)]
    assert said == ["22.11.2026, 19:58 (2 Fehlschläge)", "noch nie"]
    ((_, waiting),) = figures_said("influx", {"spool_bytes": 1_500.0}, texts, BERLIN)
    assert waiting == "1,5\N{NO-BREAK SPACE}kB"


def test_a_part_is_called_what_it_does_and_which_it_is() -> None:
    assert part_name("ingest:main", catalogue("de")) == "Datenannahme (main)"
    assert part_name("ingest:main", catalogue("en")) == "Ingest (main)"
    assert part_name("something", catalogue("de")) == "something"
