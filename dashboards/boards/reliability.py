"""Whether charge points work, and whether they are set as they should be."""

from __future__ import annotations

from typing import Final

from core.published import Fact
from dashboards.choices import DRIFT, SITE, SITES
from dashboards.model import COUNT, HOURS, INSTANT, PERCENT, Asked, Colour, Dashboard, Head
from dashboards.recurring import open_alarms
from dashboards.shapes import columns, points, ranking, table, tile
from store.panels import DAY, Select, is_, is_like, last_of, part_of_both, sum_of, value_of

_DAYS: Final = Fact.AVAILABILITY.value
_UP: Final = part_of_both("up_s", "down_s", "%")


def _hours(field: str, series: str, colour: Colour) -> Asked:
    asked = Select(measurement=_DAYS, columns=(sum_of(field, "h", 3600),), where=(SITE,), every=DAY)
    return Asked(asked, series=series, colour=colour)


BOARD: Final = Dashboard(
    uid="kw-reliability",
    text="reliability",
    page="/reliability",
    variables=(SITES,),
    marks=(DRIFT,),
    since="now-30d",
    panels=(
        tile(
            1,
            "available",
            Select(measurement=_DAYS, columns=(_UP,), where=(SITE,)),
            PERCENT,
            nothing="no_availability",
            width=8,
            height=6,
        ),
        tile(
            2,
            "outages",
            Select(measurement=_DAYS, columns=(sum_of("outages", "n"),), where=(SITE,)),
            COUNT,
            nothing="no_availability",
            width=8,
            height=6,
        ),
        tile(
            3,
            "unknown",
            Select(measurement=_DAYS, columns=(sum_of("unknown_s", "h", 3600),), where=(SITE,)),
            HOURS,
            nothing="no_availability",
            width=8,
            height=6,
        ),
        columns(
            4,
            "down",
            HOURS,
            _hours("out_of_order_s", "out_of_order", Colour.BAD),
            _hours("no_contact_s", "no_contact", Colour.PLAIN),
            _hours("planned_s", "planned", Colour.GRID),
            nothing="no_availability",
            width=24,
        ),
        ranking(
            5,
            "by_station",
            PERCENT,
            Select(measurement=_DAYS, columns=(_UP,), where=(SITE,), by=("station",)),
            {"station": Head("station"), "%": Head("available", PERCENT)},
            nothing="no_availability",
            sort="-%",
        ),
        points(
            6,
            "course",
            PERCENT,
            Asked(
                Select(
                    measurement=_DAYS,
                    columns=(last_of("availability_percent", "%"),),
                    where=(SITE,),
                    every=DAY,
                    by=("station",),
                ),
                tag="$tag_station",
            ),
            nothing="no_availability",
        ),
        table(
            7,
            "drift",
            Select(
                measurement=Fact.EVENT.value,
                columns=(value_of("source", "source"), value_of("key", "key"), value_of("ended", "ended")),
                where=(SITE, is_("event", "drift")),
                most=100,
            ),
            {
                "Time": Head("since", INSTANT),
                "source": Head("station"),
                "key": Head("setting"),
                "ended": Head("ended", words="truth"),
            },
            nothing="no_drift",
            back="400d",
            width=12,
            sort="Time",
        ),
        open_alarms(8, "alarms", SITE, is_like("kind", "^station_"), width=12),
    ),
)
