"""A building and its meters in detail: every quantity that a meter tells."""

from __future__ import annotations

from typing import Final

from core.quantities import Quantity
from core.readings import SlotShare
from dashboards.choices import (
    BOOKINGS,
    BUILDING,
    BUILDINGS,
    GAPS,
    METER,
    METERS,
    PERIODS,
    PRICES,
    SITES,
)
from dashboards.model import KW, KWH, PERCENT, Asked, Colour, Dashboard, Head, Panel, Unit
from dashboards.shapes import columns, course, points, table
from store.panels import AUTO, DAY, PERIOD, SLOTS, Column, Select, load, mean, peak, share, total

_IMPORT: Final = Quantity.ENERGY_IMPORT_WH
_CHOSEN: Final = (BUILDING, METER)


def _slots(column: Column, series: str = "") -> Asked:
    asked = Select(measurement=SLOTS, columns=(column,), where=_CHOSEN, every=AUTO, by=("source",), fill="null")
    return Asked(asked, tag="$tag_source", series=series)


def _told(number: int, text: str, quantity: Quantity) -> Panel:
    """Return the course of what sensors and meters tell of an instant."""
    unit = Unit.of(quantity)
    return course(number, text, unit, _slots(mean(quantity, unit.suffix)), nothing="not_told", width=8, height=7)


def _counted(quantity: Quantity, series: str = "") -> Asked:
    asked = Select(
        measurement=PERIOD,
        columns=(total(quantity, Unit.of(quantity).suffix),),
        where=_CHOSEN,
        every=DAY,
        by=("source",),
    )
    return Asked(asked, tag="$tag_source", series=series)


BOARD: Final = Dashboard(
    uid="kw-building",
    text="building",
    page="/meters",
    variables=(SITES, BUILDINGS, METERS, PERIODS),
    marks=(BOOKINGS, GAPS, PRICES),
    panels=(
        course(1, "load", KW, _slots(load(_IMPORT, "kW")), nothing="no_slots", width=24),
        columns(2, "electricity", KWH, _counted(_IMPORT), nothing="no_days", width=12),
        points(
            3,
            "heat",
            KWH,
            _counted(Quantity.HEAT_WH),
            _counted(Quantity.FUEL_HO_WH, "upper"),
            _counted(Quantity.FUEL_HI_WH, "lower"),
            nothing="no_heat",
            width=12,
        ),
        columns(
            4,
            "volume",
            Unit.of(Quantity.VOLUME_M3),
            _counted(Quantity.VOLUME_M3),
            nothing="no_volume",
            width=12,
            colour=Colour.WATER,
        ),
        table(
            5,
            "meters",
            Select(
                measurement=SLOTS,
                columns=(
                    total(_IMPORT, "kWh"),
                    peak(_IMPORT, "kW"),
                    total(Quantity.VOLUME_M3, "m³"),
                    share(_IMPORT, SlotShare.MEASURED, "measured"),
                ),
                where=_CHOSEN,
                by=("source", "medium"),
            ),
            {
                "source": Head("source"),
                "medium": Head("medium", words="medium"),
                "kWh": Head("energy_kwh", KWH),
                "kW": Head("peak_kw", KW),
                "m³": Head("volume_m3", Unit.of(Quantity.VOLUME_M3)),
                "measured": Head("measured", PERCENT),
            },
            nothing="no_slots",
            width=12,
        ),
        _told(6, "power", Quantity.POWER_W),
        _told(7, "temperature", Quantity.TEMPERATURE_C),
        _told(8, "humidity", Quantity.HUMIDITY_PERCENT),
        _told(9, "voltage", Quantity.VOLTAGE_V),
        _told(10, "current", Quantity.CURRENT_A),
        _told(11, "frequency", Quantity.FREQUENCY_HZ),
    ),
)
