"""Heat and what makes it, beside the weather."""

from __future__ import annotations

from typing import Final

from core.published import Fact
from core.quantities import Quantity
from dashboards.choices import BOOKINGS, GAPS, PERIODS, PRICES, SITE, SITES, TO_METER
from dashboards.model import KWH, Asked, Colour, Dashboard, Head, Unit
from dashboards.shapes import columns, course, points, table
from store.panels import AUTO, DAY, PERIOD, SLOTS, Select, is_, last_of, mean, mean_of, sum_of, total

_KD: Final = Unit("K·d", 0)


def _counted(quantity: Quantity, series: str = "") -> Asked:
    asked = Select(
        measurement=PERIOD,
        columns=(total(quantity, Unit.of(quantity).suffix),),
        where=(SITE,),
        every=DAY,
        by=("source",),
    )
    return Asked(asked, tag="$tag_source", series=series)


def _told(quantity: Quantity) -> Asked:
    column = mean(quantity, Unit.of(quantity).suffix)
    asked = Select(measurement=SLOTS, columns=(column,), where=(SITE,), every=AUTO, by=("source",), fill="null")
    return Asked(asked, tag="$tag_source")


def _month(field: str, name: str, divisor: float, series: str, colour: Colour) -> Asked:
    column = (mean_of if name == "K·d" else sum_of)(field, name, divisor)
    asked = Select(measurement=Fact.WEATHER.value, columns=(column,), where=(SITE,), every=DAY)
    return Asked(asked, series=series, colour=colour)


BOARD: Final = Dashboard(
    uid="kw-heat",
    text="heat",
    page="/weather",
    variables=(SITES, PERIODS),
    marks=(BOOKINGS, GAPS, PRICES),
    since="now-30d",
    panels=(
        columns(1, "heat", KWH, _counted(Quantity.HEAT_WH), nothing="no_heat", colour=Colour.HEAT, links=(TO_METER,)),
        points(
            2,
            "fuel",
            KWH,
            _counted(Quantity.FUEL_HO_WH, "upper"),
            _counted(Quantity.FUEL_HI_WH, "lower"),
            nothing="no_fuel",
            links=(TO_METER,),
        ),
        points(
            3,
            "use_by_month",
            KWH,
            _month("heat_wh", "kWh", 1000, "heat", Colour.HEAT),
            _month("fuel_ho_wh", "kWh", 1000, "upper", Colour.GAS),
            nothing="no_weather",
            back="395d",
        ),
        columns(
            4,
            "degree_days",
            _KD,
            _month("degree_days_kd", "K·d", 1, "degree_days", Colour.GRID),
            nothing="no_weather",
            back="395d",
        ),
        table(
            5,
            "corrected",
            Select(
                measurement=Fact.CORRECTED.value,
                columns=(
                    last_of("heat_wh", "heat", 1000),
                    last_of("corrected_heat_wh", "heat_corrected", 1000),
                    last_of("fuel_ho_wh", "fuel", 1000),
                    last_of("corrected_fuel_ho_wh", "fuel_corrected", 1000),
                ),
                where=(SITE,),
                by=("site",),
            ),
            {
                "site": Head("site"),
                "heat": Head("heat_kwh", KWH),
                "heat_corrected": Head("heat_corrected_kwh", KWH),
                "fuel": Head("fuel_kwh", KWH),
                "fuel_corrected": Head("fuel_corrected_kwh", KWH),
            },
            nothing="no_weather",
            back="62d",
            width=24,
        ),
        course(6, "temperature", Unit.of(Quantity.TEMPERATURE_C), _told(Quantity.TEMPERATURE_C), nothing="not_told"),
        columns(
            7,
            "gas",
            Unit.of(Quantity.VOLUME_M3),
            Asked(
                Select(
                    measurement=PERIOD,
                    columns=(total(Quantity.VOLUME_M3, "m³"),),
                    where=(SITE, is_("medium", "gas")),
                    every=DAY,
                    by=("source",),
                ),
                tag="$tag_source",
            ),
            nothing="no_gas",
            colour=Colour.GAS,
            links=(TO_METER,),
        ),
        course(8, "tank", Unit.of(Quantity.TANK_M3), _told(Quantity.TANK_M3), nothing="not_told", width=8),
        course(9, "stock", Unit.of(Quantity.STOCK_G), _told(Quantity.STOCK_G), nothing="not_told", width=8),
        columns(10, "mass", Unit.of(Quantity.MASS_G), _counted(Quantity.MASS_G), nothing="no_pellets", width=8),
    ),
)
