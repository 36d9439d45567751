"""Where InfluxDB 1.6.7 and we differ on purpose, each shown on both; `docs/influxql.md` lists them."""

from __future__ import annotations

import pytest

from core.errors import RequestError
from tests.store.influxql.conftest import Ask, Ours
from tests.store.influxql.test_differential import as_one
from tests.store.influxql.world import AUTUMN_MS, HOUR_MS, SPRING_MS, same

SPRING = f"time >= {SPRING_MS}ms AND time < {SPRING_MS + 12 * HOUR_MS}ms"
AUTUMN = f"time >= {AUTUMN_MS}ms AND time < {AUTUMN_MS + 48 * HOUR_MS}ms"


def test_integral_has_its_last_windows_in_their_series(ours: Ours, theirs: Ask) -> None:
    question = f"SELECT integral(power_w) FROM reading WHERE {SPRING} AND site = 'rathaus' GROUP BY time(1h), source"
    sources = [series["tags"]["source"] for series in ours(question)["results"][0]["series"]]
    assert sources == ["meter:rathaus-pv", "meter:rathaus-strom"]
    assert len(theirs(question)["results"][0]["series"]) > len(sources)
    assert same(as_one(question, ours(question)), as_one(question, theirs(question)))


def test_a_window_too_small_for_a_percentile_is_left_out_alone(ours: Ours, theirs: Ask) -> None:
    question = f"SELECT percentile(energy_wh, 20) FROM session WHERE {AUTUMN} GROUP BY time(5h) fill(none)"
    assert theirs(question)["results"] == [{"statement_id": 0}] or len(
        theirs(question)["results"][0]["series"][0]["values"]
    ) < len(ours(question)["results"][0]["series"][0]["values"])


def test_a_number_never_fills_a_column_of_text(ours: Ours, theirs: Ask) -> None:
    question = f"SELECT first(power_w), site FROM reading WHERE {AUTUMN} AND kind = 'station' GROUP BY time(6h) fill(0)"
    (series,) = ours(question)["results"][0]["series"]
    (other,) = theirs(question)["results"][0]["series"]
    assert [row[:2] for row in series["values"]] == [pytest.approx(row[:2]) for row in other["values"]]
    assert {row[2] for row in series["values"]} == {"bauhof", None}
    assert {row[2] for row in other["values"]} == {"bauhof", 0}


def test_of_equally_frequent_values_the_one_seen_first_is_the_mode(ours: Ours, theirs: Ask) -> None:
    question = "SELECT mode(vehicle) FROM session"
    assert ours(question)["results"][0]["series"][0]["values"][0][1] == "bauhof,2"
    assert theirs(question)["results"][0]["series"][0]["values"][0][1] in {"bauhof,2", "größer=3", "erz e-1"}


def test_a_limit_counts_rows_of_the_answer_not_points_that_top_sees(ours: Ours, theirs: Ask) -> None:
    question = (
        f"SELECT top(power_w, 2) FROM reading WHERE {SPRING} AND source = 'meter:rathaus-strom' GROUP BY time(2h)"
    )
    whole = ours(question)["results"][0]["series"][0]["values"]
    assert ours(f"{question} LIMIT 2")["results"][0]["series"][0]["values"] == whole[:2]
    assert [row[1] for row in theirs(f"{question} LIMIT 2")["results"][0]["series"][0]["values"]] != whole[:2]


@pytest.mark.parametrize("more", ["", ", source"])
def test_a_limit_with_percentile_is_no_difference(ours: Ours, theirs: Ask, more: str) -> None:
    question = (
        f"SELECT percentile(power_w, 50){more} FROM reading WHERE {SPRING} AND site = 'rathaus' GROUP BY time(2h)"
    )
    for limit, rows in (("", 6), (" LIMIT 2", 2), (" LIMIT 2 OFFSET 1", 2)):
        (series,) = ours(question + limit)["results"][0]["series"]
        (other,) = theirs(question + limit)["results"][0]["series"]
        assert [list(row) for row in series["values"]] == other["values"]
        assert len(other["values"]) == rows


def test_statements_after_a_failed_one_are_answered(ours: Ours, theirs: Ask) -> None:
    question = "SELECT 1 FROM x; SHOW MEASUREMENTS"
    assert [("series" in result) for result in ours(question)["results"]] == [False, True]
    assert all("series" not in result for result in theirs(question)["results"])


def test_a_tag_is_compared_with_another_tag_by_value(ours: Ours, theirs: Ask) -> None:
    question = "SELECT power_w FROM reading WHERE site = source LIMIT 1"
    assert ours(question) == {"results": [{"statement_id": 0}]}
    assert "series" in theirs(question)["results"][0]


@pytest.mark.parametrize("function", ["sample(power_w, 2)", "holt_winters(mean(power_w), 2, 2)"])
def test_sample_and_holt_winters_are_refused(ours: Ours, theirs: Ask, function: str) -> None:
    question = f"SELECT {function} FROM reading WHERE {SPRING} GROUP BY time(1h)"
    assert ours(question)["results"][0]["error"] == f"undefined function {function.partition('(')[0]}()"
    assert "error" not in theirs(question)["results"][0]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "SHOW STATS",
            "found STATS, expected DATABASES, FIELD, MEASUREMENTS, RETENTION, SERIES, TAG at line 1, char 6",
        ),
        ("KILL QUERY 5", "found KILL, expected SELECT, SHOW at line 1, char 1"),
        ("SELECT power_w FROM reading WHERE site =~ /(/", "error parsing regexp: missing closing ): `(`"),
    ],
)
def test_what_only_a_server_of_its_own_does_is_a_parse_error(ours: Ours, question: str, said: str) -> None:
    with pytest.raises(RequestError) as raised:
        ours(question)
    assert dict(raised.value.finding.params)["said"] == f"error parsing query: {said}"


def test_the_zone_utc_may_be_written_small(ours: Ours, theirs: Ask) -> None:
    question = f"SELECT mean(power_w) FROM reading WHERE {SPRING} GROUP BY time(6h) tz('utc')"
    assert "series" in ours(question)["results"][0]
    assert theirs(question) == {"error": "error parsing query: unable to find time zone utc"}
