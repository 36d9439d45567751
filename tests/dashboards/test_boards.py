"""Dashboards keep uids and numbers for ever, are committed as they are built, and say all in both languages."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.texts import LANGUAGES, Language
from dashboards.model import Panel, PanelKind
from dashboards.registry import BOARDS, build_all

JSON = Path(__file__).parents[2] / "dashboards" / "json"
KEPT = {
    "kw-home": {1, 2, 3, 4, 5, 6, 7, 1000},
    "kw-site-energy": {1, 2, 3, 4, 5, 6, 7, 1000},
    "kw-data-quality": {1, 2, 1000},
}
"""What people's links and alert rules may point to: grows only."""


def panels() -> Iterator[Panel]:
    for board in BOARDS:
        yield from board.panels


def test_uids_and_numbers_of_panels_stay() -> None:
    there = {uid: [panel["id"] for panel in board["panels"]] for uid, board in build_all("de").items()}
    for uid, kept in KEPT.items():
        assert kept <= set(there[uid]), uid
    for uid, numbers in there.items():
        assert len(numbers) == len(set(numbers)), uid
        assert uid.startswith("kw-")
        assert set(numbers) == KEPT[uid], "a new panel is entered above, so that it stays"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_built_is_committed(language: Language) -> None:
    for uid, board in build_all(language).items():
        text = json.dumps(board, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        file = JSON / language / f"{uid}.json"
        if os.environ.get("KREISWATT_RECORD"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert file.read_text(encoding="utf-8") == text, "KREISWATT_RECORD=1 writes it anew"
    assert {file.stem for file in (JSON / language).glob("*.json")} == set(build_all(language))


def test_panels_stand_beside_each_other_and_never_upon() -> None:
    for board in build_all("de").values():
        taken: set[tuple[int, int]] = set()
        for panel in board["panels"]:
            place = panel["gridPos"]
            cells = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            assert not cells & taken, (board["uid"], panel["id"])
            assert place["x"] + place["w"] <= 24
            taken |= cells


def test_the_unit_of_a_number_is_that_of_its_question() -> None:
    for panel in panels():
        names = {column.name for column in panel.ask.columns}
        if panel.unit.suffix and panel.unit.suffix != "%":
            assert names == {panel.unit.suffix}, panel.title


def test_each_panel_has_its_purpose_and_says_what_it_is_to_have_nothing() -> None:
    for language in LANGUAGES:
        for board in build_all(language).values():
            for panel in _drawn(board):
                assert panel["title"]
                assert panel["description"]
                assert panel["fieldConfig"]["defaults"]["noValue"]
                assert len(panel["targets"]) <= 4
                assert panel["targets"][0]["datasource"]["uid"] == "${datasource}"


def test_tables_name_their_columns() -> None:
    for panel in panels():
        if panel.kind in (PanelKind.TABLE, PanelKind.BARS):
            asked = {*panel.ask.by, *(column.name for column in panel.ask.columns)}
            assert set(panel.heads) - {"Time"} <= asked, panel.title


def _drawn(board: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (panel for panel in board["panels"] if panel["type"] != "text")
