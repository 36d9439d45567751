"""One vehicle that many use, day by day. Of vehicles that a single person uses nothing is published."""

from __future__ import annotations

from typing import Final

from core.published import Fact
from core.quantities import Quantity
from dashboards.choices import GROUPS, VEHICLES
from dashboards.model import KM, KWH, PERCENT, Asked, Colour, Dashboard, Panel, Unit
from dashboards.shapes import columns, course, tile
from store.panels import AUTO, DAY, SLOTS, Select, is_, max_of, mean, newest, sum_of, total

_ONE: Final = is_("source", "$vehicle")


def _day(field: str, name: str, divisor: float, series: str, colour: Colour) -> Asked:
    asked = Select(
        measurement=Fact.VEHICLE_DAY.value, columns=(sum_of(field, name, divisor),), where=(_ONE,), every=DAY
    )
    return Asked(asked, series=series, colour=colour)


def _told(quantity: Quantity, series: str, *, last: bool = False) -> Asked:
    column = (newest if last else mean)(quantity, Unit.of(quantity).suffix or "n")
    return Asked(Select(measurement=SLOTS, columns=(column,), where=(_ONE,), every=AUTO), series=series)


def _sum(field: str, name: str) -> Select:
    return Select(measurement=Fact.VEHICLE_DAY.value, columns=(sum_of(field, name, 1000),), where=(_ONE,))


def _course(number: int, text: str, unit: Unit, *asked: Asked, nothing: str) -> Panel:
    return course(number, text, unit, *asked, nothing=nothing)


BOARD: Final = Dashboard(
    uid="kw-vehicle",
    text="vehicle",
    page="/vehicles",
    variables=(GROUPS, VEHICLES),
    since="now-90d",
    refresh="1h",
    panels=(
        tile(1, "distance", _sum("distance_m", "km"), KM, nothing="no_vehicle", width=8),
        tile(2, "own", _sum("own_charged_wh", "kWh"), KWH, nothing="no_vehicle", colour=Colour.CHARGING, width=8),
        tile(
            3,
            "odometer",
            Select(measurement=Fact.VEHICLE_DAY.value, columns=(max_of("odometer_end_m", "km", 1000),), where=(_ONE,)),
            KM,
            nothing="no_vehicle",
            width=8,
        ),
        columns(4, "by_day", KM, _day("distance_m", "km", 1000, "km", Colour.GRID), nothing="no_vehicle"),
        columns(
            5,
            "charged",
            KWH,
            _day("own_charged_wh", "kWh", 1000, "own", Colour.CHARGING),
            _day("elsewhere_charged_wh", "kWh", 1000, "elsewhere", Colour.PLAIN),
            nothing="no_vehicle",
        ),
        _course(6, "level", PERCENT, _told(Quantity.SOC_PERCENT, "level"), nothing="no_charge_level"),
        _course(7, "health", PERCENT, _told(Quantity.SOH_PERCENT, "health"), nothing="no_battery_health"),
        columns(
            8,
            "standby",
            PERCENT,
            _day("standby_percent", "%", 1, "standby", Colour.PLAIN),
            nothing="no_standby",
        ),
        columns(
            9,
            "driven",
            KWH,
            Asked(
                Select(
                    measurement=SLOTS,
                    columns=(total(Quantity.ENERGY_USED_WH, "kWh"),),
                    where=(_ONE,),
                    every=DAY,
                ),
                series="used",
            ),
            nothing="no_use_told",
        ),
        _course(
            10,
            "plugged",
            Unit("", 1),
            _told(Quantity.PLUGGED_IN_FLAG, "plugged_in"),
            _told(Quantity.CHARGING_FLAG, "charging"),
            nothing="not_told",
        ),
        _course(11, "tank", PERCENT, _told(Quantity.FUEL_PERCENT, "fuel"), nothing="no_tank"),
        columns(
            12,
            "odometer_day",
            Unit.of(Quantity.ODOMETER_M),
            Asked(
                Select(measurement=SLOTS, columns=(total(Quantity.ODOMETER_M, "km"),), where=(_ONE,), every=DAY),
                series="km",
            ),
            nothing="no_vehicle",
        ),
        columns(
            13,
            "charge_counter",
            KWH,
            Asked(
                Select(
                    measurement=SLOTS,
                    columns=(total(Quantity.ENERGY_SESSION_WH, "kWh"),),
                    where=(_ONE,),
                    every=DAY,
                ),
                series="charged",
            ),
            nothing="no_session_counter",
        ),
    ),
)
