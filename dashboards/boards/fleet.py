"""How electric the fleet is, what it drives and takes."""

from __future__ import annotations

from typing import Final

from core.published import Fact
from dashboards.choices import GROUP, GROUPS, REPORTS, TO_VEHICLE
from dashboards.model import KM, KWH, PERCENT, Asked, Colour, Dashboard, Head, Unit
from dashboards.shapes import columns, points, ranking, table, tile
from store.panels import DAY, Select, last_of, per, sum_of

_PER_100: Final = Unit("kWh/100 km", 1)
_DAY_KWH_PER_100: Final = 100
"""Wh per m are kWh per km; times 100."""


def _month(field: str, name: str, divisor: float, series: str, colour: Colour) -> Asked:
    asked = Select(measurement=Fact.FLEET.value, columns=(last_of(field, name, divisor),), every=DAY)
    return Asked(asked, series=series, colour=colour)


def _figure(field: str, name: str, divisor: float = 1) -> Select:
    return Select(measurement=Fact.FLEET.value, columns=(last_of(field, name, divisor),))


BOARD: Final = Dashboard(
    uid="kw-fleet",
    text="fleet",
    page="/vehicles",
    variables=(GROUPS,),
    marks=(REPORTS,),
    since="now-12M/M",
    refresh="1h",
    panels=(
        tile(1, "electric_vehicles", _figure("electric_vehicles_percent", "%"), PERCENT, nothing="no_fleet_month"),
        tile(2, "electric_km", _figure("electric_distance_percent", "%"), PERCENT, nothing="no_fleet_month"),
        tile(
            3,
            "distance",
            Select(measurement=Fact.VEHICLE_DAY.value, columns=(sum_of("distance_m", "km", 1000),), where=(GROUP,)),
            KM,
            nothing="no_vehicle_days",
        ),
        tile(
            4,
            "charged",
            Select(
                measurement=Fact.VEHICLE_DAY.value, columns=(sum_of("own_charged_wh", "kWh", 1000),), where=(GROUP,)
            ),
            KWH,
            nothing="no_vehicle_days",
            colour=Colour.CHARGING,
        ),
        columns(
            5,
            "by_drive",
            KM,
            _month("distance_m.battery", "km", 1000, "battery", Colour.CHARGING),
            _month("distance_m.plug_in_hybrid", "km", 1000, "plug_in_hybrid", Colour.WATER),
            _month("distance_m.diesel", "km", 1000, "diesel", Colour.PLAIN),
            _month("distance_m.petrol", "km", 1000, "petrol", Colour.HEAT),
            nothing="no_fleet_month",
        ),
        columns(
            6,
            "where",
            KWH,
            _month("own_charged_wh", "kWh", 1000, "own", Colour.CHARGING),
            _month("elsewhere_charged_wh", "kWh", 1000, "elsewhere", Colour.PLAIN),
            nothing="no_fleet_month",
        ),
        points(
            7,
            "electric_share",
            PERCENT,
            _month("electric_distance_percent", "%", 1, "km", Colour.CHARGING),
            _month("electric_vehicles_percent", "%", 1, "vehicles", Colour.GRID),
            nothing="no_fleet_month",
        ),
        points(
            8,
            "consumption",
            _PER_100,
            _month("gross_wh_per_100km", "kWh/100 km", 1000, "gross", Colour.CHARGING),
            nothing="no_fleet_month",
        ),
        ranking(
            9,
            "by_group",
            KM,
            Select(
                measurement=Fact.VEHICLE_DAY.value,
                columns=(sum_of("distance_m", "km", 1000),),
                where=(GROUP,),
                by=("group",),
            ),
            {"group": Head("group"), "km": Head("distance_km", KM)},
            nothing="no_vehicle_days",
            width=24,
            height=6,
            sort="km",
        ),
        table(
            10,
            "vehicles",
            Select(
                measurement=Fact.VEHICLE_DAY.value,
                columns=(
                    sum_of("distance_m", "km", 1000),
                    sum_of("own_charged_wh", "own", 1000),
                    sum_of("elsewhere_charged_wh", "elsewhere", 1000),
                    per("own_charged_wh", "electric_distance_m", "per_100", _DAY_KWH_PER_100),
                    sum_of("fuel_l", "litres"),
                ),
                where=(GROUP,),
                by=("source", "group", "drive"),
            ),
            {
                "source": Head("vehicle", link=TO_VEHICLE),
                "group": Head("group"),
                "drive": Head("drive", words="drive"),
                "km": Head("distance_km", KM),
                "own": Head("own_kwh", KWH),
                "elsewhere": Head("elsewhere_kwh", KWH),
                "per_100": Head("own_per_100", _PER_100),
                "litres": Head("fuel_l", Unit("L", 0)),
            },
            nothing="no_vehicle_days",
            height=12,
            sort="km",
        ),
    ),
)
