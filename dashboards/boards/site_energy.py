"""The energy of sites: how much, when, by which building and medium."""

from __future__ import annotations

from typing import Final

from core.published import Fact
from core.quantities import Quantity
from dashboards.choices import BOOKINGS, GAPS, PERIODS, PRICES, SITE, SITES, TO_BUILDINGS, TO_METER, TO_SITE
from dashboards.model import KW, KWH, PERCENT, Asked, Colour, Dashboard, Head, Panel, Unit
from dashboards.shapes import columns, course, ranking, table
from store.panels import AUTO, DAY, PERIOD, SLOTS, Column, Select, Where, is_, last_of, load, peak, total

_SUPPLY: Final = is_("role", "supply")
_POWER: Final = is_("medium", "electricity")
_IMPORT, _HEAT, _VOLUME = Quantity.ENERGY_IMPORT_WH, Quantity.HEAT_WH, Quantity.VOLUME_M3


def _bars(
    number: int, text: str, unit: Unit, column: Column, *where: Where, width: int, colour: Colour | None
) -> Panel:
    asked = Select(measurement=PERIOD, columns=(column,), where=(SITE, *where), every=DAY, by=("source",))
    series = Asked(asked, tag="$tag_source")
    return columns(number, text, unit, series, nothing="no_days", width=width, colour=colour, links=(TO_METER,))


BOARD: Final = Dashboard(
    uid="kw-site-energy",
    text="site_energy",
    page="/sites",
    variables=(SITES, PERIODS),
    marks=(BOOKINGS, GAPS, PRICES),
    panels=(
        course(
            1,
            "load",
            KW,
            Asked(
                Select(
                    measurement=SLOTS,
                    columns=(load(_IMPORT, "kW"),),
                    where=(SITE, _SUPPLY, _POWER),
                    every=AUTO,
                    by=("source",),
                    fill="null",
                ),
                tag="$tag_source",
            ),
            nothing="no_slots",
            width=24,
            links=(TO_METER,),
        ),
        _bars(2, "drawn", KWH, total(_IMPORT, "kWh"), _SUPPLY, _POWER, width=12, colour=None),
        _bars(3, "by_building", KWH, total(_IMPORT, "kWh"), is_("role", "submeter"), _POWER, width=12, colour=None),
        _bars(4, "heat", KWH, total(_HEAT, "kWh"), width=8, colour=Colour.HEAT),
        _bars(5, "gas", Unit.of(_VOLUME), total(_VOLUME, "m³"), is_("medium", "gas"), width=8, colour=Colour.GAS),
        _bars(6, "water", Unit.of(_VOLUME), total(_VOLUME, "m³"), is_("medium", "water"), width=8, colour=Colour.WATER),
        ranking(
            7,
            "peak",
            KW,
            Select(measurement=SLOTS, columns=(peak(_IMPORT, "kW"),), where=(SITE, _SUPPLY, _POWER), by=("source",)),
            {"source": Head("source"), "kW": Head("peak_kw", KW)},
            nothing="no_slots",
            width=12,
            sort="kW",
        ),
        table(
            8,
            "per_area",
            Select(
                measurement=Fact.BENCHMARK.value,
                columns=(
                    last_of("use_wh_per_m2", "kWh/m²", 1000),
                    last_of("corrected_wh_per_m2", "corrected", 1000),
                    last_of("of_median_percent", "median"),
                ),
                where=(SITE,),
                by=("site", "medium", "use"),
            ),
            {
                "site": Head("site", link=TO_BUILDINGS),
                "medium": Head("medium", words="medium"),
                "kWh/m²": Head("per_area", Unit("kWh/m²", 1), link=TO_SITE),
                "corrected": Head("per_area_corrected", Unit("kWh/m²", 1)),
                "median": Head("of_median", PERCENT),
            },
            nothing="no_benchmark",
            width=12,
            back="62d",
            sort="kWh/m²",
        ),
    ),
)
