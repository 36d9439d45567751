"""Every answer to every question has the shape that both of Grafana's parsers need."""

from __future__ import annotations

import orjson
import pytest

from core.errors import RequestError
from tests.store.influxql import grafana
from tests.store.influxql.conftest import Ours
from tests.store.influxql.examples import EXAMPLES
from tests.store.influxql.questions import questions

ASKED = (*EXAMPLES, *list(dict.fromkeys(questions()))[::4])


@pytest.mark.parametrize("part", range(4))
def test_every_answer_suits_both_parsers_of_grafana(ours: Ours, part: int) -> None:
    for question in ASKED[part::4]:
        try:
            answer = ours(question)
        except RequestError:
            continue
        statements = len([each for each in question.split(";") if each.strip()])
        grafana.check_shape(orjson.loads(orjson.dumps(answer)), statements)
        body = orjson.dumps(answer)
        grafana.streamed(body)
        if "error" not in answer["results"][0]:
            frames = grafana.time_series(body)
            assert (
                len(frames)
                == sum(
                    len(series["columns"]) - 1 if "time" in series["columns"] else 1
                    for series in answer["results"][0].get("series", [])
                )
                or "zeit" in question
            )
