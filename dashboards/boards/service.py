"""Whether the service itself is well: jobs, parts, spools."""

from __future__ import annotations

from typing import Final

from core.published import Fact
from dashboards.model import COUNT, INSTANT, Asked, Dashboard, Head, Panel, Unit
from dashboards.shapes import course, table, tile
from store.panels import AUTO, Select, equals, is_like, lacking, last_of, max_of, mean_of, sum_of, value_of

_SERVICE: Final = Fact.SERVICE.value
_JOB: Final = Fact.JOB_RUN.value
_SECONDS: Final = Unit("s", 1)
_UNWELL: Final = Select(measurement=_SERVICE, columns=(lacking("ok", "unwell"),), by=("source",))


def _counter(number: int, text: str, field: str, unit: Unit, nothing: str, divisor: float = 1) -> Panel:
    asked = Select(measurement=_SERVICE, columns=(max_of(field, "n", divisor),), every=AUTO, by=("source",))
    return course(number, text, unit, Asked(asked, tag="$tag_source"), nothing=nothing, width=8)


BOARD: Final = Dashboard(
    uid="kw-service",
    text="service",
    page="/health",
    since="now-24h",
    panels=(
        tile(
            1,
            "unwell",
            Select(inner=_UNWELL, columns=(sum_of("unwell", "n"),)),
            COUNT,
            nothing="no_service",
            act_from=1,
            width=8,
        ),
        tile(
            2,
            "alarms",
            Select(
                measurement=Fact.ALARM.value,
                columns=(sum_of("open", "n"),),
                where=(is_like("source", "^service:"),),
            ),
            COUNT,
            nothing="no_alarms",
            back="400d",
            act_from=1,
            width=8,
        ),
        tile(
            3,
            "looked",
            Select(measurement=Fact.ALARM_LOOK.value, columns=(last_of("open", "n"),)),
            COUNT,
            nothing="no_looks",
            width=8,
        ),
        table(
            4,
            "jobs",
            Select(
                measurement=_JOB,
                columns=(
                    last_of("state", "state"),
                    last_of("period", "period"),
                    mean_of("duration_s", "mean"),
                    max_of("duration_s", "longest"),
                ),
                by=("source",),
            ),
            {
                "source": Head("job"),
                "state": Head("state", words="run"),
                "period": Head("period"),
                "mean": Head("mean_s", _SECONDS),
                "longest": Head("longest_s", _SECONDS),
            },
            nothing="no_runs",
            width=12,
            height=12,
            sort="longest",
        ),
        table(
            5,
            "failed",
            Select(
                measurement=_JOB,
                columns=(value_of("source", "source"), value_of("period", "period"), value_of("done", "done")),
                where=(equals("done", 0),),
                most=100,
            ),
            {"Time": Head("begin", INSTANT), "source": Head("job"), "period": Head("period")},
            nothing="none_failed",
            back="30d",
            width=12,
            height=12,
            sort="Time",
        ),
        _counter(6, "readings", "readings", COUNT, "no_service"),
        _counter(7, "frames", "frames", COUNT, "no_service"),
        _counter(8, "spool", "spool_bytes", Unit("MB", 1), "no_spool", 1_000_000),
    ),
)
