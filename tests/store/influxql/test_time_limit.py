"""A query that takes too long is ended, and costs only itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from core.ports import InfluxQlRequest
from store.influxql.endpoint import EmbeddedInfluxQl
from tests.store.influxql import world
from tests.store.influxql.conftest import Ours

HOURS = "select sum(a.range * b.range) from range(100_000_000) a, range(100_000) b"
TOO_LONG = "query-timeout limit exceeded"
QUESTION = "SELECT mean(power_w) FROM reading"


class Slowed:
    """A reader's connection on which some queries take hours."""

    def __init__(self, real: Any, slow: Callable[[str], bool]) -> None:
        self._real = real
        self._slow = slow

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def execute(self, text: str, *given: Any) -> Any:
        return self._real.execute(HOURS) if self._slow(text) else self._real.execute(text, *given)


class Access:
    """The readers of a time series."""

    def __init__(self, ours: Ours, slow: Callable[[str], bool]) -> None:
        self.numbers = ours.series.numbers
        self._ours = ours
        self._slow = slow

    async def read(self, work: Callable[[Any], Any]) -> Any:
        return await self._ours.series.read(lambda connection: work(Slowed(connection, self._slow)))


def ask(ours: Ours, slow: Callable[[str], bool], text: str) -> list[dict[str, Any]]:
    access: Any = Access(ours, slow)
    endpoint = EmbeddedInfluxQl(access, lambda: world.INVENTORY, lambda: world.NOW, timeout_s=0.3)
    begun_s = time.monotonic()
    found: list[dict[str, Any]] = ours.run(
        endpoint.ask(InfluxQlRequest(text=text, database=world.DATABASE, epoch="ms"))
    )["results"]
    assert time.monotonic() - begun_s < 5
    return found


@pytest.mark.parametrize("part", ["limit ", "distinct series_id"])
def test_whatever_of_a_query_takes_too_long_it_ends_and_the_next_one_is_answered(ours: Ours, part: str) -> None:
    assert ask(ours, lambda text: part in text, QUESTION) == [{"statement_id": 0, "error": TOO_LONG}]
    assert ask(ours, lambda _: False, QUESTION)[0]["series"] == ours(QUESTION)["results"][0]["series"]


def test_the_limit_is_that_of_all_statements_together(ours: Ours) -> None:
    found = ask(ours, lambda text: "limit " in text, ";".join([QUESTION] * 20))
    assert found == [{"statement_id": number, "error": TOO_LONG} for number in range(20)]
