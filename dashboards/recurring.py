"""Panels that stand on several dashboards."""

from __future__ import annotations

from typing import Any

from core.published import Fact
from dashboards.choices import TO_SITE
from dashboards.model import COUNT, INSTANT, Head, Panel
from dashboards.shapes import table, tile
from store.panels import Select, Where, equals, is_, last_of, sum_of

_YEAR = "400d"
"""As far back as alarms are published."""


def count_of_alarms(number: int, text: str, kind: str, nothing: str, *where: Where, **more: Any) -> Panel:
    """Return how many alarms of a kind are open."""
    columns, wanted = (sum_of("open", "open"),), (*where, is_("kind", kind))
    select = Select(measurement=Fact.ALARM.value, columns=columns, where=wanted)
    return tile(number, text, select, COUNT, nothing=nothing, back=_YEAR, act_from=1, **more)


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
