"""Tables at the widths of terminals and of logs: what belongs together stays together."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.layout import Strip, fitting, widths
from cli.shown import COLUMNS, EXPENDABLE, PROSE, show
from core.texts import LANGUAGES, Language

AT = "2026-11-22T12:53:00Z"
SAID = {"code": "jobs.no_maintenance", "params": {}}
DIED = {"code": "jobs.worker_died", "params": {"code": -9}}


def run(number: int, job: str, period: str, state: str, message: Any = None) -> dict[str, Any]:
    return {
        "id": number,
        "job": job,
        "period": period,
        "state": state,
        "begun_at_utc": AT,
        "duration_s": 75.5,
        "attempt": 2,
        "message": message,
        "started_by": "clock",
    }


def job(name: str, cadence: str, state: str, message: Any = None) -> dict[str, Any]:
    moments = {"done_at_utc": AT, "next_at_utc": AT}
    return {"name": name, "cadence": cadence, "state": state, "message": message, **moments}


ANSWERS = {
    "jobs.list": [
        job("intervals", "slot", "done"),
        job("publication", "hour", "failed", DIED),
        job("compaction", "day", "done", SAID),
    ],
    "jobs.history": [
        run(1234, "intervals", "2026-11-22T10:15Z", "done"),
        run(1233, "publication", "2026-11-22T09Z", "failed", DIED),
        run(1232, "compaction", "2026-11-21", "done", SAID),
    ],
}


def shown(name: str, language: Language, width: int, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TZ", "Europe/Berlin")
    items = ANSWERS[name]
    show(name, json.dumps({"items": items, "total": len(items), "next_cursor": None}).encode(), language)
    said: str = capsys.readouterr().out
    return said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("width", [80, 120])
def test_lists_of_jobs_are_legible_at_the_width_of_a_log(
    name: str, language: Language, width: int, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    lines = shown(name, language, width, monkeypatch, capsys).splitlines()
    assert max(map(len, lines)) <= width
    words = {word for line in lines for word in line.split()}
    whole = {"intervals", "publication", "compaction"}
    whole |= {"InfluxDB", "Zustand" if language == "de" else "State"}
    whole |= {"2026-11-22T10:15Z", "1234"} if name == "jobs.history" else {"erledigt" if language == "de" else "done"}
    assert whole <= words
    assert len(lines) < 24


def test_an_instant_is_written_so_that_nobody_mistakes_it(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    german = shown("jobs.list", "de", 160, monkeypatch, capsys)
    english = shown("jobs.list", "en", 160, monkeypatch, capsys)
    assert len(re.findall(r"22\.11\.2026 \d\d:53", german)) == 6
    assert len(re.findall(r"2026-11-22 \d\d:53", english)) == 6


def test_what_is_left_out_or_broken_is_a_column_of_the_list() -> None:
    for name, expendable in EXPENDABLE.items():
        assert set(expendable) < set(COLUMNS[name]), name
    assert {column for columns in COLUMNS.values() for column in columns} >= PROSE


WORDS = st.lists(st.text("abcdefgh", min_size=1, max_size=12), min_size=1, max_size=6).map(" ".join)
STRIPS = st.lists(
    st.builds(
        lambda header, cells, prose: Strip("x", header, cells, prose), WORDS, st.tuples(WORDS, WORDS), st.booleans()
    ),
    min_size=1,
    max_size=7,
)


@given(STRIPS, st.integers(40, 200))
def test_no_word_breaks_and_no_room_is_lost(strips: list[Strip], width: int) -> None:
    wide = widths(strips, width)
    room = width - 2 * (len(strips) - 1)
    assert all(least <= given <= most for least, given, most in _bounds(strips, wide))
    if sum(wide) > room:
        assert wide == [strip.least for strip in strips]
    else:
        assert sum(wide) == min(room, sum(strip.natural for strip in strips))


@given(STRIPS, st.integers(40, 200))
def test_only_what_is_expendable_is_left_out(strips: list[Strip], width: int) -> None:
    assert fitting(strips, width) == strips


def _bounds(strips: list[Strip], wide: list[int]) -> list[tuple[int, int, int]]:
    return [(strip.least, given, strip.natural) for strip, given in zip(strips, wide, strict=True)]
