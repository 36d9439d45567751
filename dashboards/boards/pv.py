"""What own generation brought: how much was made, used on the spot, stored and fed in."""

from __future__ import annotations

from typing import Final

from core.published import Fact, Span
from core.quantities import Quantity
from dashboards.choices import BOOKINGS, GAPS, PERIODS, SITE, SITES
from dashboards.model import KW, KWH, PERCENT, Asked, Colour, Dashboard, Head, Unit
from dashboards.shapes import columns, course, points, table, tile
from store.panels import AUTO, DAY, SLOTS, Select, Where, is_, last_of, load, percent_of, sum_of

_DAYS: Final = (SITE, is_("span", Span.DAY.value))
_CHOSEN: Final = (SITE, is_("span", "$period"))
_EXPORT: Final = Quantity.ENERGY_EXPORT_WH


def _sum(field: str, *where: Where) -> Select:
    return Select(measurement=Fact.BALANCE.value, columns=(sum_of(field, "kWh", 1000),), where=where)


def _by_day(field: str, series: str, colour: Colour) -> Asked:
    asked = Select(measurement=Fact.BALANCE.value, columns=(sum_of(field, "kWh", 1000),), where=_CHOSEN, every=DAY)
    return Asked(asked, series=series, colour=colour)


BOARD: Final = Dashboard(
    uid="kw-pv",
    text="pv",
    page="/balance",
    variables=(SITES, PERIODS),
    marks=(BOOKINGS, GAPS),
    since="now-30d",
    panels=(
        tile(1, "made", _sum("generation_wh", *_DAYS), KWH, nothing="no_generation", colour=Colour.SUN),
        tile(2, "used", _sum("self_use_wh", *_DAYS), KWH, nothing="no_generation", colour=Colour.SUN),
        tile(3, "fed_in", _sum("export_wh", *_DAYS), KWH, nothing="no_generation", colour=Colour.SUN),
        tile(
            4,
            "self_use",
            Select(
                measurement=Fact.BALANCE.value,
                columns=(percent_of("self_use_wh", "generation_wh", "%"),),
                where=_DAYS,
            ),
            PERCENT,
            nothing="no_generation",
            colour=Colour.SUN,
        ),
        columns(
            5,
            "where_to",
            KWH,
            _by_day("self_use_wh", "self_use", Colour.SUN),
            _by_day("export_wh", "export", Colour.PLAIN),
            nothing="no_generation",
        ),
        columns(
            6,
            "where_from",
            KWH,
            _by_day("import_wh", "grid", Colour.GRID),
            _by_day("self_use_wh", "self_use", Colour.SUN),
            nothing="no_balance",
        ),
        course(
            7,
            "course",
            KW,
            Asked(
                Select(
                    measurement=SLOTS,
                    columns=(load(_EXPORT, "kW"),),
                    where=(SITE, is_("role", "generation")),
                    every=AUTO,
                    by=("source",),
                    fill="null",
                ),
                tag="$tag_source",
            ),
            nothing="no_generation",
            width=24,
        ),
        points(
            8,
            "autarky",
            PERCENT,
            Asked(
                Select(
                    measurement=Fact.BALANCE.value,
                    columns=(last_of("autarky_percent", "%"),),
                    where=(SITE, is_("span", Span.MONTH.value)),
                    every=DAY,
                    by=("site",),
                ),
                tag="$tag_site",
            ),
            nothing="no_generation",
            back="395d",
        ),
        points(
            9,
            "battery",
            KWH,
            _by_day("charge_wh", "charge", Colour.CHARGING),
            _by_day("discharge_wh", "discharge", Colour.GRID),
            nothing="no_battery",
        ),
        table(
            10,
            "roofs",
            Select(
                measurement=Fact.ROOF.value,
                columns=(
                    sum_of("generation_wh", "made", 1000),
                    sum_of("buildings_wh", "buildings", 1000),
                    sum_of("charging_wh", "charging", 1000),
                    sum_of("export_wh", "export", 1000),
                    sum_of("avoided_g.self_use.average_upstream", "avoided", 1000),
                ),
                where=(SITE,),
                by=("site",),
            ),
            {
                "site": Head("site"),
                "made": Head("made_kwh", KWH),
                "buildings": Head("buildings_kwh", KWH),
                "charging": Head("charging_kwh", KWH),
                "export": Head("export_kwh", KWH),
                "avoided": Head("avoided_kg", Unit("kg CO₂e", 0)),
            },
            nothing="no_generation",
            back="395d",
            sort="made",
        ),
    ),
)
