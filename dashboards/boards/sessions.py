"""Which charge sessions there were, and whether they are plausible."""

from __future__ import annotations

from typing import Final

from core.published import Fact
from dashboards.choices import DRIFT, SITE, SITES, TO_SESSION
from dashboards.model import COUNT, HOURS, INSTANT, KW, KWH, PERCENT, Asked, Colour, Dashboard, Head
from dashboards.shapes import columns, ranking, table, tile
from store.panels import DAY, Select, above, count_of, mean_of, percent_of, sum_of, value_of

_SESSION: Final = Fact.SESSION.value

BOARD: Final = Dashboard(
    uid="kw-sessions",
    text="sessions",
    page="/sessions",
    variables=(SITES,),
    marks=(DRIFT,),
    since="now-30d",
    panels=(
        tile(
            1,
            "count",
            Select(measurement=_SESSION, columns=(count_of("session", "n"),), where=(SITE,)),
            COUNT,
            nothing="no_sessions",
            colour=Colour.CHARGING,
        ),
        tile(
            2,
            "energy",
            Select(measurement=_SESSION, columns=(sum_of("energy_wh", "kWh", 1000),), where=(SITE,)),
            KWH,
            nothing="no_sessions",
            colour=Colour.CHARGING,
        ),
        tile(
            3,
            "mean",
            Select(measurement=_SESSION, columns=(mean_of("energy_wh", "kWh", 1000),), where=(SITE,)),
            KWH,
            nothing="no_sessions",
            colour=Colour.CHARGING,
        ),
        tile(
            4,
            "own_power",
            Select(measurement=_SESSION, columns=(percent_of("pv_wh", "energy_wh", "%"),), where=(SITE,)),
            PERCENT,
            nothing="no_valuations",
            colour=Colour.SUN,
        ),
        columns(
            5,
            "by_day",
            KWH,
            Asked(
                Select(
                    measurement=_SESSION,
                    columns=(sum_of("energy_wh", "kWh", 1000),),
                    where=(SITE,),
                    every=DAY,
                    by=("site",),
                ),
                tag="$tag_site",
            ),
            nothing="no_sessions",
            width=16,
        ),
        ranking(
            6,
            "by_station",
            KWH,
            Select(
                measurement=_SESSION,
                columns=(sum_of("energy_wh", "kWh", 1000),),
                where=(SITE,),
                by=("station",),
            ),
            {"station": Head("station"), "kWh": Head("energy_kwh", KWH)},
            nothing="no_sessions",
            width=8,
            sort="kWh",
        ),
        table(
            7,
            "newest",
            Select(
                measurement=_SESSION,
                columns=(
                    value_of("source", "source"),
                    value_of("energy_wh", "kWh", 1000),
                    value_of("peak_power_w", "kW", 1000),
                    value_of("duration_s", "hours", 3600),
                    value_of("idle_s", "idle", 3600),
                    value_of("vehicle", "vehicle"),
                    value_of("basis", "basis"),
                    value_of("confidence_percent", "confidence"),
                    value_of("findings", "findings"),
                    value_of("session", "session"),
                    value_of("begun_ms", "begun_ms"),
                    value_of("ended_ms", "ended_ms"),
                ),
                where=(SITE,),
                most=200,
            ),
            {
                "Time": Head("begin", INSTANT, link=TO_SESSION),
                "source": Head("outlet"),
                "kWh": Head("energy_kwh", KWH),
                "kW": Head("peak_kw", KW),
                "hours": Head("duration", HOURS),
                "idle": Head("idle", HOURS),
                "vehicle": Head("vehicle"),
                "basis": Head("basis", words="basis"),
                "confidence": Head("confidence", PERCENT),
                "findings": Head("findings", COUNT),
                "session": Head("session", is_hidden=True),
                "begun_ms": Head("begun_ms", is_hidden=True),
                "ended_ms": Head("ended_ms", is_hidden=True),
            },
            nothing="no_sessions",
            height=14,
            sort="Time",
        ),
        table(
            8,
            "odd",
            Select(
                measurement=_SESSION,
                columns=(
                    value_of("source", "source"),
                    value_of("energy_wh", "kWh", 1000),
                    value_of("findings", "findings"),
                    value_of("contradictions", "contradictions"),
                    value_of("session", "session"),
                    value_of("begun_ms", "begun_ms"),
                    value_of("ended_ms", "ended_ms"),
                ),
                where=(SITE, above("findings", 0)),
                most=100,
            ),
            {
                "Time": Head("begin", INSTANT, link=TO_SESSION),
                "source": Head("outlet"),
                "kWh": Head("energy_kwh", KWH),
                "findings": Head("findings", COUNT),
                "contradictions": Head("contradictions", COUNT),
                "session": Head("session", is_hidden=True),
                "begun_ms": Head("begun_ms", is_hidden=True),
                "ended_ms": Head("ended_ms", is_hidden=True),
            },
            nothing="none_odd",
            sort="Time",
        ),
    ),
)
