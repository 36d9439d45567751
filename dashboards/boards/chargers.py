"""Charge points as they are now: who charges, what is faulted, what is out of contact."""

from __future__ import annotations

from typing import Final

from core.published import Fact
from core.quantities import Quantity
from dashboards.choices import SITE, SITES
from dashboards.model import KW, KWH, Asked, Colour, Dashboard, Head
from dashboards.recurring import count_of_alarms
from dashboards.shapes import columns, course, table, tile
from store.panels import AUTO, DAY, DAYS, SLOTS, Select, is_, is_not, last_of, load, sum_of, total

_STATION: Final = is_("kind", "station")
_IMPORT: Final = Quantity.ENERGY_IMPORT_WH

BOARD: Final = Dashboard(
    uid="kw-chargers",
    text="chargers",
    page="/stations",
    variables=(SITES,),
    since="now-24h",
    refresh="1m",
    panels=(
        count_of_alarms(1, "offline", "station_offline", "never_offline", SITE),
        count_of_alarms(2, "faulted", "station_faulted", "never_faulted", SITE),
        tile(
            3,
            "charged",
            Select(measurement=SLOTS, columns=(total(_IMPORT, "kWh"),), where=(SITE, _STATION)),
            KWH,
            nothing="no_charging",
            colour=Colour.CHARGING,
        ),
        tile(
            4,
            "sessions",
            Select(measurement=Fact.SESSION.value, columns=(sum_of("energy_wh", "kWh", 1000),), where=(SITE,)),
            KWH,
            nothing="no_sessions",
            colour=Colour.CHARGING,
        ),
        course(
            5,
            "power",
            KW,
            Asked(
                Select(
                    measurement=SLOTS,
                    columns=(load(_IMPORT, "kW"),),
                    where=(SITE, _STATION),
                    every=AUTO,
                    by=("source",),
                ),
                tag="$tag_source",
            ),
            nothing="no_charging",
            stacked=True,
            width=24,
        ),
        table(
            6,
            "states",
            Select(
                measurement=Fact.OUTLET.value,
                columns=(last_of("status", "status"), last_of("error_code", "error")),
                where=(SITE, is_not("connector", "0")),
                by=("station", "connector", "site"),
            ),
            {
                "station": Head("station"),
                "connector": Head("outlet"),
                "site": Head("site"),
                "status": Head("status", words="status"),
                "error": Head("error"),
            },
            nothing="no_states",
            back="400d",
            width=12,
            height=12,
        ),
        table(
            7,
            "links",
            Select(
                measurement=Fact.OUTLET.value,
                columns=(last_of("connected", "connected"), last_of("firmware", "firmware")),
                where=(SITE, is_("connector", "0")),
                by=("station", "site"),
            ),
            {
                "station": Head("station"),
                "site": Head("site"),
                "connected": Head("connected", words="yes"),
                "firmware": Head("firmware"),
            },
            nothing="no_states",
            back="400d",
            width=12,
            height=12,
            sort="-connected",
        ),
        columns(
            8,
            "by_day",
            KWH,
            Asked(
                Select(
                    measurement=DAYS,
                    columns=(total(_IMPORT, "kWh"),),
                    where=(SITE, _STATION),
                    every=DAY,
                    by=("station",),
                ),
                tag="$tag_station",
            ),
            nothing="no_charging",
            back="30d",
            width=24,
        ),
    ),
)
