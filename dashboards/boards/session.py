"""One charge session: its course, and whether charge point, vehicle and building agree."""

from __future__ import annotations

from typing import Final

from core.published import Fact
from core.quantities import Quantity
from dashboards.model import (
    COUNT,
    HOURS,
    INSTANT,
    KW,
    KWH,
    PERCENT,
    Asked,
    Colour,
    Dashboard,
    Head,
    Panel,
    Unit,
    Variable,
)
from dashboards.shapes import course, table, tile
from store.panels import AUTO, SLOTS, Select, is_, last_of, load, newest, value_of

_ONE: Final = is_("session", "$session")
_OUTLET: Final = is_("source", "$outlet")
_BACK: Final = "400d"


def _figure(number: int, text: str, field: str, colour: Colour, nothing: str = "no_session") -> Panel:
    asked = Select(measurement=Fact.SESSION.value, columns=(last_of(field, "kWh", 1000),), where=(_ONE,))
    return tile(number, text, asked, KWH, nothing=nothing, colour=colour, back=_BACK)


BOARD: Final = Dashboard(
    uid="kw-session",
    text="session",
    page="/sessions",
    variables=(Variable(name="session", hidden=True), Variable(name="outlet", hidden=True)),
    since="now-24h",
    panels=(
        _figure(1, "energy", "energy_wh", Colour.CHARGING),
        _figure(2, "battery", "battery_wh", Colour.PLAIN, "not_compared"),
        _figure(3, "own_power", "pv_wh", Colour.SUN, "not_valued"),
        _figure(4, "grid", "grid_wh", Colour.GRID, "not_valued"),
        course(
            5,
            "power",
            KW,
            Asked(
                Select(
                    measurement=SLOTS, columns=(load(Quantity.ENERGY_IMPORT_WH, "kW"),), where=(_OUTLET,), every=AUTO
                ),
                series="power",
            ),
            nothing="no_session",
            colour=Colour.CHARGING,
            width=16,
            height=10,
        ),
        course(
            6,
            "charge",
            Unit.of(Quantity.SOC_PERCENT),
            Asked(
                Select(measurement=SLOTS, columns=(newest(Quantity.SOC_PERCENT, "%"),), where=(_OUTLET,), every=AUTO),
                series="level",
            ),
            nothing="no_charge_level",
            width=8,
            height=10,
        ),
        table(
            7,
            "facts",
            Select(
                measurement=Fact.SESSION.value,
                columns=(
                    value_of("source", "source"),
                    value_of("energy_wh", "kWh", 1000),
                    value_of("peak_power_w", "kW", 1000),
                    value_of("duration_s", "hours", 3600),
                    value_of("idle_s", "idle", 3600),
                    value_of("stop_reason", "reason"),
                    value_of("vehicle", "vehicle"),
                    value_of("basis", "basis"),
                    value_of("confidence_percent", "confidence"),
                    value_of("findings", "findings"),
                    value_of("contradictions", "contradictions"),
                ),
                where=(_ONE,),
                most=5,
            ),
            {
                "Time": Head("begin", INSTANT),
                "source": Head("outlet"),
                "kWh": Head("energy_kwh", KWH),
                "kW": Head("peak_kw", KW),
                "hours": Head("duration", HOURS),
                "idle": Head("idle", HOURS),
                "reason": Head("stop_reason"),
                "vehicle": Head("vehicle"),
                "basis": Head("basis", words="basis"),
                "confidence": Head("confidence", PERCENT),
                "findings": Head("findings", COUNT),
                "contradictions": Head("contradictions", COUNT),
            },
            nothing="no_session",
            back=_BACK,
            height=5,
        ),
    ),
)
