"""The difference between two JSON values, as people read it."""

from __future__ import annotations

from typing import Any

import pytest

from dashboards.pushing.differences import difference

PANEL: dict[str, Any] = {"id": 7, "title": "Strom", "gridPos": {"x": 0}, "fieldConfig": {"defaults": {"unit": "watth"}}}


@pytest.mark.parametrize(
    ("there", "ours", "lines"),
    [
        ({"a": 1, "id": 4, "version": 9}, {"a": 1, "b": []}, ()),
        ({"url": "http://a"}, {"url": "http://b"}, ("@ url", '- "http://a"', '+ "http://b"')),
        ({}, {"refresh": "5m"}, ("@ refresh", '+ "5m"')),
        ({"tags": ["a", "b"]}, {"tags": ["a"]}, ("@ tags[1]", '- "b"')),
        (
            {"panels": [{"id": 8, "gridPos": {}}, PANEL]},
            {"panels": [PANEL | {"fieldConfig": {"defaults": {"unit": "kwatth"}}}, {"id": 8, "gridPos": {}}]},
            ("@ panels[7 Strom].fieldConfig.defaults.unit", '- "watth"', '+ "kwatth"'),
        ),
        (
            {"panels": [PANEL, {"id": 9, "title": "Eigenes", "gridPos": {"x": 1}}]},
            {"panels": [PANEL]},
            ("@ panels[9 Eigenes]", '- {"gridPos": {"x": 1}, "id": 9, "title": "Eigenes"}'),
        ),
        ({"text": "a\nb\nc"}, {"text": "a\nB\nc"}, ("@ text", "- b", "+ B")),
        ({"list": [{"name": "x", "hide": 2}]}, {"list": [{"name": "x"}]}, ("@ list[x].hide", "- 2")),
        ({"list": [{"x": 1}, {"x": 1}]}, {"list": [{"x": 1}, {"x": 2}]}, ("@ list[1].x", "- 1", "+ 2")),
    ],
)
def test_each_place_is_named_with_what_goes_and_comes(there: Any, ours: Any, lines: tuple[str, ...]) -> None:
    assert difference(there, ours) == lines


def test_a_long_value_is_cut() -> None:
    assert len(difference({}, {"query": "x" * 5000})[1]) < 310
