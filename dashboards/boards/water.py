"""Water: how much, and whether it ever stops."""

from __future__ import annotations

from typing import Final

from core.published import Fact
from core.quantities import Quantity
from dashboards.choices import BOOKINGS, GAPS, PERIODS, PRICES, SITE, SITES, TO_METER
from dashboards.model import COUNT, Asked, Colour, Dashboard, Head, Unit
from dashboards.shapes import columns, course, points, table, tile
from store.panels import AUTO, DAY, DAYS, PERIOD, SLOTS, Select, flow, is_, last_of, mean, sum_of, total

_WATER: Final = is_("medium", "water")
_VOLUME, _FLOW = Quantity.VOLUME_M3, Quantity.FLOW_M3_PER_H
_M3: Final = Unit.of(_VOLUME)
_M3_PER_H: Final = Unit.of(_FLOW)

BOARD: Final = Dashboard(
    uid="kw-water",
    text="water",
    page="/loads",
    variables=(SITES, PERIODS),
    marks=(BOOKINGS, GAPS, PRICES),
    since="now-30d",
    panels=(
        tile(
            1,
            "whole",
            Select(measurement=DAYS, columns=(total(_VOLUME, "m³"),), where=(SITE, _WATER, is_("role", "supply"))),
            _M3,
            nothing="no_water",
            colour=Colour.WATER,
            width=8,
            height=8,
        ),
        columns(
            2,
            "by_meter",
            _M3,
            Asked(
                Select(
                    measurement=PERIOD,
                    columns=(total(_VOLUME, "m³"),),
                    where=(SITE, _WATER, is_("role", "supply")),
                    every=DAY,
                    by=("source",),
                ),
                tag="$tag_source",
            ),
            nothing="no_water",
            width=16,
            links=(TO_METER,),
        ),
        course(
            3,
            "flow",
            _M3_PER_H,
            Asked(
                Select(
                    measurement=SLOTS,
                    columns=(flow(_VOLUME, "m³/h"),),
                    where=(SITE, _WATER),
                    every=AUTO,
                    by=("source",),
                    fill="null",
                ),
                tag="$tag_source",
            ),
            nothing="no_water",
            width=12,
        ),
        course(
            4,
            "measured_flow",
            _M3_PER_H,
            Asked(
                Select(
                    measurement=SLOTS,
                    columns=(mean(_FLOW, "m³/h"),),
                    where=(SITE,),
                    every=AUTO,
                    by=("source",),
                    fill="null",
                ),
                tag="$tag_source",
            ),
            nothing="not_told",
            width=12,
        ),
        points(
            5,
            "base_flow",
            _M3_PER_H,
            Asked(
                Select(
                    measurement=Fact.BASE_LOAD.value,
                    columns=(sum_of("base_flow_m3_per_h", "m³/h"),),
                    where=(SITE, _WATER),
                    every=DAY,
                    by=("site",),
                ),
                tag="$tag_site",
            ),
            nothing="no_base_flow",
            back="395d",
        ),
        table(
            6,
            "nights",
            Select(
                measurement=Fact.BASE_LOAD.value,
                columns=(last_of("night_flow_m3_per_h", "m³/h"), last_of("night_flow_nights", "nights")),
                where=(SITE, _WATER),
                by=("site",),
            ),
            {
                "Time": Head("month", is_hidden=True),
                "site": Head("site"),
                "m³/h": Head("night_flow", _M3_PER_H),
                "nights": Head("nights", COUNT),
            },
            nothing="no_night_flow",
            back="62d",
            width=12,
            sort="nights",
        ),
    ),
)
