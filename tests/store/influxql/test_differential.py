"""The same questions to a real InfluxDB 1.6.7 and to us: the same rows."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import RequestError
from tests.store.influxql.conftest import Ask, Ours
from tests.store.influxql.examples import EXAMPLES
from tests.store.influxql.questions import questions
from tests.store.influxql.world import same

QUESTIONS = tuple(dict.fromkeys(questions()))
PARTS = 12


def answered(ours: Ours, question: str) -> dict[str, Any]:
    try:
        return ours(question)
    except RequestError as error:
        return {"error": dict(error.finding.params)["said"]}


def as_one(question: str, answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer with the pieces of a series put together: integral() sends its last windows at the end."""
    if "integral" not in question:
        return answer
    results = []
    for result in answer["results"]:
        series: dict[str, dict[str, Any]] = {}
        for each in result.get("series", []):
            kept = series.setdefault(str(sorted(each.get("tags", {}).items())), {**each, "values": []})
            kept["values"] = sorted([*kept["values"], *map(list, each["values"])])
        results.append({**result, "series": [series[key] for key in sorted(series)]})
    return {"results": results}


def told_again(question: str) -> int:
    """Return how often a question is asked: a limit on integral() cuts off whichever windows InfluxDB sends last."""
    return 30 if "integral" in question and ("LIMIT" in question or "OFFSET" in question) else 1


def compare(ours: Ours, theirs: Ask, question: str) -> str | None:
    given = answered(ours, question)
    for _ in range(told_again(question)):
        expected = theirs(question)
        if same(as_one(question, given), as_one(question, expected)):
            return None
    return f"{question}\n  InfluxDB  {str(expected)[:600]}\n  Kreiswatt {str(given)[:600]}"


def test_there_are_enough_questions() -> None:
    assert len(QUESTIONS) >= 500


@pytest.mark.parametrize("part", range(PARTS))
def test_questions_drawn_from_a_grammar_have_the_same_rows(ours: Ours, theirs: Ask, part: int) -> None:
    different = [said for question in QUESTIONS[part::PARTS] if (said := compare(ours, theirs, question))]
    assert not different, "\n".join(different[:10])


@pytest.mark.parametrize("question", EXAMPLES)
def test_what_is_written_by_hand_has_the_same_answer(ours: Ours, theirs: Ask, question: str) -> None:
    assert compare(ours, theirs, question) is None
