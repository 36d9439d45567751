"""What dashboards ask, for one value, two, all and none: a real InfluxDB 1.x and we give the same rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboards.preview.variables import Chosen, filled
from dashboards.preview.window import Window
from dashboards.registry import build_all
from tests.store.influxql.conftest import Ask, Ours
from tests.store.influxql.test_differential import compare

BERLIN = ZoneInfo("Europe/Berlin")
WINDOWS = {
    "spring": Window(datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC), BERLIN),
    "autumn": Window(datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 10, 29, tzinfo=UTC), BERLIN),
}
CHOSEN = {
    "one": Chosen(("rathaus",), multi=True),
    "two": Chosen(("rathaus", "bauhof"), multi=True),
    "all": Chosen(("bad", "bauhof", "rathaus"), multi=True),
    "none": Chosen(("nirgends",), multi=True),
}
EMPTY = {"alarm", "alarm_look", "day"}
"""Measurements that this world has no rows of; `tests/operations` has them."""


def questions(window: Window, site: Chosen) -> Iterator[str]:
    for board in build_all("de").values():
        for variable in board["templating"]["list"]:
            if variable["type"] == "query":
                yield variable["query"]
        for panel in board["panels"]:
            for target in panel.get("targets", ()):
                yield filled(target["query"], {"site": site}, window, panel)


@pytest.mark.parametrize("when", WINDOWS)
@pytest.mark.parametrize("how", CHOSEN)
def test_both_give_the_same_rows(ours: Ours, theirs: Ask, when: str, how: str) -> None:
    asked = list(questions(WINDOWS[when], CHOSEN[how]))
    different = [said for each in asked if (said := compare(ours, theirs, each))]
    assert not different, "\n".join(different[:5])


def test_what_this_world_has_is_found(ours: Ours) -> None:
    told: dict[str, int] = {}
    for window in WINDOWS.values():
        for question in questions(window, CHOSEN["all"]):
            asked = question.partition(" AND time")[0].partition(" WHERE time")[0]
            told[asked] = told.get(asked, 0) + _rows(ours(question))
    assert [asked for asked, rows in told.items() if not rows and _measurement(asked) not in EMPTY] == []


def _rows(answer: Mapping[str, Any]) -> int:
    return sum(len(series["values"]) for result in answer["results"] for series in result.get("series", ()))


def _measurement(question: str) -> str:
    return question.partition('FROM "')[2].partition('"')[0]
