"""A push on a screen: what became of each thing, and the difference line by line."""

from __future__ import annotations

import json

import pytest

from cli.shown import show

ANSWER = {
    "complete": False,
    "same": False,
    "version": "12.4.1",
    "findings": [],
    "steps": [
        {"part": "folder", "uid": "kw-folder", "title": "Kreiswatt", "outcome": "same", "finding": None, "changes": []},
        {
            "part": "dashboard",
            "uid": "kw-home",
            "title": "Übersicht",
            "outcome": "edited",
            "finding": {"code": "grafana.board_edited", "params": {"who": "erika"}},
            "changes": [
                "--- Grafana",
                "+++ Kreiswatt",
                '- "title": "[red]Erikas\\u001b[2J",',
                '+ "title": "Übersicht",',
            ],
        },
    ],
}


@pytest.mark.parametrize("name", ["dashboards.diff", "dashboards.push"])
def test_the_difference_stands_below_its_thing(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    show(name, json.dumps(ANSWER).encode(), "de")
    text = capsys.readouterr().out
    assert "blieb, wie es ist" in text
    assert "erika" in text
    below = text.split("Übersicht (kw-home)\n")[1].splitlines()
    assert below[-1] == '+ "title": "Übersicht",'
    assert below[-2].startswith('- "title": "[red]Erikas')
    assert "Kreiswatt (kw-folder)" not in text
