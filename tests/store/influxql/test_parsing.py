"""Any text is a query or a `RequestError` in InfluxDB's words; nothing else comes out."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import RequestError
from store.influxql.errors import ParseError
from store.influxql.grammar import parse
from store.influxql.tree import Select, Show
from tests.store.influxql.conftest import Ours
from tests.store.influxql.examples import EXAMPLES

_WORDS = """
select from where group by time( ) , ; . * / // /a/ = =~ !~ and or fill( null tz( limit slimit order desc show tag
values with key mean( count( top( now() power_w reading site 1h 1.5 7 -1 $x :: ::tag 'utc' "x" 'x' ü 😀 " '
18446744073709551615 99999w 1e5
"""
WORDS = st.sampled_from([*_WORDS.split(), "\\", "\n"])


@given(st.text(max_size=60))
@example("select " + "(" * 5000)
@example("select v from m where a = " + "-" * 3000 + "1")
@example("\x00")
def test_any_text_is_a_query_or_a_parse_error(text: str) -> None:
    try:
        statements = parse(text, {})
    except ParseError:
        return
    assert all(isinstance(each, Select | Show) for each in statements)


@given(st.lists(WORDS, max_size=25).map(" ".join))
def test_any_row_of_words_is_answered_or_refused(ours: Ours, text: str) -> None:
    try:
        answer = ours(text)
    except RequestError:
        return
    assert answer["results"]


@given(st.sampled_from(EXAMPLES), st.data())
def test_a_query_with_a_piece_missing_is_answered_or_refused(ours: Ours, text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(1, 12))
    with contextlib.suppress(RequestError):
        assert ours(text[:place] + text[place + length :])["results"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("select v fro m", "found fro, expected FROM at line 1, char 10"),
        ("select v from", "found EOF, expected identifier at line 1, char 15"),
        ("select v from m where", "found EOF, expected identifier, string, number, bool at line 1, char 23"),
        ("select from m", "found FROM, expected identifier, string, number, bool at line 1, char 8"),
        ("select mean(v from m", "found FROM, expected ) at line 1, char 15"),
        ("show tag values", "found EOF, expected WITH at line 1, char 17"),
        ("select v from m\nlimit x", "found x, expected integer at line 2, char 7"),
        ("select v from m tz('Foo')", "unable to find time zone Foo"),
        ("select v from m tz('../../etc/passwd')", "unable to find time zone ../../etc/passwd"),
        ("select v from m where time > now() - 1y", "invalid duration"),
        ("select v from m where a = $a", "missing parameter: a"),
        ("drop measurement m", "found DROP, expected SELECT, SHOW at line 1, char 1"),
        ("select v into x from m", "found INTO, expected FROM at line 1, char 10"),
    ],
)
def test_what_is_no_query_is_said_as_influxdb_says_it(text: str, said: str) -> None:
    with pytest.raises(ParseError) as raised:
        parse(text, {})
    assert raised.value.said == f"error parsing query: {said}"


def test_bound_parameters_are_values_never_text(ours: Ours) -> None:
    text = "SELECT count(power_w) FROM reading WHERE source = $source AND power_w > $least AND site =~ $site"
    bound = {"source": "meter:rathaus-pv", "least": 0, "site": {"regex": "^rat"}}
    (row,) = ours(text, params=bound)["results"][0]["series"][0]["values"]
    assert row[1] > 0
    assert ours(text, params={**bound, "source": "x' OR site != '"}) == {"results": [{"statement_id": 0}]}


def test_a_scope_shows_its_sites_alone(ours: Ours) -> None:
    (series,) = ours('SHOW TAG VALUES FROM reading WITH KEY = "site"', sites=frozenset({"bad"}))["results"][0]["series"]
    assert series["values"] == [["site", "bad"]]
    hidden = "SELECT count(power_w) FROM reading WHERE site = 'rathaus'"
    assert ours(hidden, sites=frozenset({"bad"})) == {"results": [{"statement_id": 0}]}
    assert ours("SHOW SERIES FROM statement_fleet", sites=frozenset({"bad"})) == {"results": [{"statement_id": 0}]}


def test_another_database_is_not_found(ours: Ours) -> None:
    assert ours("SHOW MEASUREMENTS", database="x") == {
        "results": [{"statement_id": 0, "error": "database not found: x"}]
    }


def test_too_many_windows_are_refused(ours: Ours) -> None:
    text = "SELECT mean(power_w) FROM reading WHERE time >= 0s AND time < 1000d GROUP BY time(1s)"
    assert ours(text)["results"][0]["error"] == "max-select-buckets limit exceeded: (86400000/500000)"


@pytest.mark.parametrize(
    ("epoch", "at"),
    [
        ("", "2026-03-28T12:00:00Z"),
        ("ns", 1774699200000000000),
        ("ms", 1774699200000),
        ("s", 1774699200),
        ("h", 492972),
    ],
)
def test_times_are_in_the_unit_asked_for(ours: Ours, epoch: str, at: object) -> None:
    text = "SELECT power_w FROM reading WHERE source = 'meter:rathaus-strom' LIMIT 1"
    assert ours(text, epoch=epoch)["results"][0]["series"][0]["values"][0][0] == at


@pytest.mark.parametrize(
    "text",
    [
        "SELECT mean(power_w) FROM reading GROUP BY time(1u) fill(0)",
        "SELECT mean(power_w) FROM reading WHERE time >= 1774699200s AND time < 1793023200s GROUP BY time(1ns)",
        "SELECT mean(x) FROM (SELECT mean(power_w) AS x FROM reading GROUP BY time(1ms) fill(0)) GROUP BY time(1d)",
    ],
)
def test_more_rows_than_an_answer_may_have_are_refused_at_once(ours: Ours, text: str) -> None:
    assert "limit exceed" in ours(text)["results"][0]["error"]


def test_numbers_beyond_all_measure_cost_only_their_own_statement(ours: Ours) -> None:
    text = "SELECT pow(power_w, 900) * 1e300 FROM reading LIMIT 1; SELECT power_w * 99999999999999999999 FROM reading"
    with pytest.raises(RequestError):
        ours(text)
    huge = "SELECT pow(power_w, 900), exp(power_w) FROM reading LIMIT 1"
    assert ours(huge)["results"][0]["series"][0]["values"][0][1:] == (None, None)
    test = "SELECT power_w FROM reading WHERE exp(power_w) > 5 AND sqrt(power_w - 99999) > 1"
    assert ours(test)["results"][0].keys() <= {"statement_id", "error"}


@pytest.mark.parametrize(
    "text",
    [
        "SELECT count(power_w) * 18446744073709551615 FROM reading",
        "SELECT power_w * 9223372036854775807 * 9223372036854775807 FROM reading LIMIT 1",
        "SELECT power_w FROM reading WHERE time > now() + 15000w * 99999",
        "SELECT power_w FROM reading WHERE time < 9223372036854775807 AND time > -9223372036854775808 LIMIT 1",
        "SELECT power_w FROM reading WHERE power_w > 99999999999999999 * 1e300",
        "SELECT mean(power_w) FROM reading GROUP BY time(15250w)",
        "SELECT mean(power_w) FROM reading WHERE time > '0001-01-01' GROUP BY time(1w) tz('Europe/Berlin')",
        "SELECT mean(x) FROM (SELECT power_w AS x FROM reading) WHERE time < 9223372036854775807",
        "SELECT moving_average(power_w, 9223372036854775807) FROM reading",
        "SELECT top(power_w, 9223372036854775807) FROM reading",
        "SELECT power_w FROM reading LIMIT 99999999999999999999 OFFSET 99999999999999999999",
        "SELECT derivative(power_w, 15250w) FROM reading LIMIT 1",
    ],
)
def test_vast_numbers_are_answered_or_refused(ours: Ours, text: str) -> None:
    with contextlib.suppress(ParseError):
        assert ours(text)["results"]
