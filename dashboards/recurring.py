"""Panels that stand on several dashboards."""

from __future__ import annotations

from typing import Any

from core.published import Fact
from dashboards.choices import TO_SITE
from dashboards.model import COUNT, INSTANT, Head, Panel
from dashboards.shapes import table, tile
from store.panels import Select, Where, equals, is_, lacking, last_of, sum_of

_YEAR = "400d"
"""As far back as alarms and states are published."""


def offline(number: int, *where: Where) -> Panel:
    """Return how many charge points are out of contact."""
    links = Select(
        measurement=Fact.OUTLET.value,
        columns=(lacking("connected", "offline"),),
        where=(*where, is_("connector", "0")),
        by=("station",),
    )
    count = Select(inner=links, columns=(sum_of("offline", "offline"),))
    return tile(number, "offline", count, COUNT, nothing="no_states", back=_YEAR, act_from=1)


def open_alarms(number: int, text: str, *where: Where, **more: Any) -> Panel:
    """Return the open alarms."""
    select = Select(
        measurement=Fact.ALARM.value,
        columns=(last_of("open", "open"),),
        where=(*where, equals("open", 1)),
        by=("kind", "source", "site", "severity"),
    )
    heads = {
        "Time": Head("since", INSTANT),
        "kind": Head("kind", words="alarm"),
        "source": Head("source"),
        "site": Head("site", link=TO_SITE),
        "severity": Head("severity", words="severity"),
    }
    return table(number, text, select, heads, nothing="no_alarms", back=_YEAR, sort="Time", **more)
