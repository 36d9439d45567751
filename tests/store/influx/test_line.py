"""Line protocol is read back as it was meant: by rules, and by a real InfluxDB."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from influxdb_client.client.write.point import Point
from influxdb_client.domain.write_precision import WritePrecision

from core.errors import StoreError
from store.influx.line import FIRST_MS, LAST_MS, joined, lines, point, rfc3339, storable
from store.influx.statements import name, text
from tests.influx_server import Influxd

_numbers = itertools.count()
ODD = ['Rät haus, "Süd" = 1', "a,b c=d", "🚗 \\ Ende", "zwei\nZeilen", "c:\\,x", "'quoted'", "ends\\", "\ud800", " "]
texts = st.text(min_size=1, max_size=20) | st.sampled_from(ODD)
values = st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | texts


def ask(server: Influxd, database: str, statement: str) -> list[dict[str, Any]]:
    return server.ask(statement, database)


@pytest.fixture
def database(influxd: Influxd) -> Any:
    made = influxd.create()
    yield made
    influxd.drop(made)


@pytest.mark.influxdb
@given(
    st.dictionaries(texts.filter(lambda key: storable(key).strip() not in ("", "time")), texts, max_size=3),
    st.lists(st.tuples(st.integers(FIRST_MS, LAST_MS), values), min_size=1, max_size=4, unique_by=lambda row: row[0]),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_influxdb_reads_back_what_was_written(
    influxd: Influxd, database: str, tags: dict[str, str], rows: list[tuple[int, Any]]
) -> None:
    kinds = {str: "s", bool: "b", float: "f"}
    measurement = f'm "{next(_numbers)}", \' ü='
    body = joined(point(measurement, tags, {f"{kinds[type(value)]} =,\\x": value}, at) for at, value in rows)

    answer = influxd.http.post("/write", params={"db": database, "precision": "ms"}, content=body)
    assert answer.status_code == 204, answer.text
    found = ask(influxd, database, f"SELECT * FROM {name(measurement)} GROUP BY *")
    got = {
        (row[0], column[:1]): float(value) if column[0] == "f" else value  # JSON may write it as a whole number
        for series in found
        for row in series["values"]
        for column, value in zip(series["columns"][1:], row[1:], strict=True)
        if value is not None
    }
    wanted = {
        (at, kinds[type(value)]): value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
        for at, value in rows
    }
    assert got == wanted
    assert {key: value for key, value in found[0].get("tags", {}).items() if value} == {
        storable(key): storable(value) for key, value in tags.items()
    }
    for key, value in tags.items():
        chosen = f"SELECT * FROM {name(measurement)} WHERE {name(storable(key))} = {text(storable(value))}"
        assert ask(influxd, database, chosen), (key, value)


@given(st.lists(st.dictionaries(st.sampled_from("abc"), values, min_size=1), min_size=1, max_size=5))
def test_a_body_is_parted_into_the_lines_it_was_made_of(points: list[dict[str, Any]]) -> None:
    made = [point("m", {"source": "meter:a"}, fields, 7) for fields in points]
    assert lines(joined(made)) == made


@given(st.floats(allow_nan=False, allow_infinity=False, width=32), st.text("abcü= ,", min_size=1, max_size=9))
def test_our_lines_are_those_of_the_client(value: float, tag: str) -> None:
    made = Point("reading").tag("source", tag).field("power_w", value).time(7, WritePrecision.MS).to_line_protocol()
    ours = point("reading", {"source": tag}, {"power_w": value}, 7).decode()
    head, _, end = ours.partition("power_w=")
    assert (made.partition("power_w=")[0], float(end.split()[0])) == (head, value)


@pytest.mark.parametrize(
    ("fields", "at_ms", "code"),
    [
        ({"power_w": float("nan")}, 0, "influx.not_finite"),
        ({"power_w": float("inf")}, 0, "influx.not_finite"),
        ({}, 0, "influx.point_without_fields"),
        ({"power_w": 1.0}, LAST_MS + 1, "influx.instant_out_of_range"),
        ({"power_w": 1.0}, FIRST_MS - 1, "influx.instant_out_of_range"),
    ],
)
def test_what_influxdb_could_not_keep_is_refused_before_it_is_sent(
    fields: dict[str, Any], at_ms: int, code: str
) -> None:
    with pytest.raises(StoreError) as raised:
        point("m", {}, fields, at_ms)
    assert raised.value.finding.code == code


def test_a_megabyte_fits_into_a_field_and_not_into_a_tag() -> None:
    long = "ü" * 500_000
    assert len(point("m", {}, {"note": long}, 0)) > 1_000_000
    with pytest.raises(StoreError):
        point("m", {"note": long}, {"a": 1.0}, 0)


@given(st.integers(FIRST_MS, LAST_MS))
def test_instants_are_written_for_statements_to_the_millisecond(at_ms: int) -> None:
    seconds, milliseconds = divmod(at_ms, 1000)
    read = datetime.fromisoformat(rfc3339(at_ms))
    assert read == datetime.fromtimestamp(seconds, UTC).replace(microsecond=milliseconds * 1000)


def test_a_statement_cannot_be_left_by_a_name_or_a_text(influxd: Influxd, database: str) -> None:
    evil = "x' OR 1=1; DROP MEASUREMENT m --"

    body = point("m", {"a": 'q"; --'}, {"v": 1.0}, 0)
    assert influxd.http.post("/write", params={"db": database}, content=body).status_code == 204
    assert ask(influxd, database, f'SELECT v FROM m WHERE "a" = {text(evil)}') == []
    assert ask(influxd, database, f"SELECT v FROM {name(evil)}") == []
    assert len(ask(influxd, database, "SELECT v FROM m")) == 1
