"""Which emissions electric vehicles and own power avoided, by which account and factors."""

from __future__ import annotations

from typing import Final

from core.published import Fact
from core.quantities import Quantity
from dashboards.choices import REPORTS
from dashboards.model import COUNT, INSTANT, KM, KWH, PERCENT, TONNES, Asked, Colour, Dashboard, Head, Unit
from dashboards.shapes import columns, course, points, ranking, table, tile
from fleet.savings.statement import HEADLINE
from store.panels import AUTO, DAY, SLOTS, Select, is_, mean, min_of, sum_of, value_of

_T: Final = 1_000_000
_FLEET: Final = is_("scope", "fleet")
_VEHICLE: Final = is_("scope", "vehicle")
_SAVINGS: Final = Fact.SAVINGS.value
_INTENSITY: Final = Quantity.INTENSITY_G_PER_KWH
_DIRECT: Final = Unit("t CO₂", 2)


def _month(field: str, series: str, colour: Colour, *, dashed: bool = False) -> Asked:
    asked = Select(measurement=_SAVINGS, columns=(sum_of(field, "t", _T),), where=(_FLEET,), every=DAY)
    return Asked(asked, series=series, colour=colour, dashed=dashed)


def _sum(field: str, name: str, divisor: float) -> Select:
    return Select(measurement=_SAVINGS, columns=(sum_of(field, name, divisor),), where=(_FLEET,))


BOARD: Final = Dashboard(
    uid="kw-emissions",
    text="emissions",
    page="/savings",
    marks=(REPORTS,),
    since="now-12M/M",
    refresh="1h",
    panels=(
        tile(1, "avoided", _sum(HEADLINE, "t", _T), TONNES, nothing="no_savings", colour=Colour.CHARGING),
        tile(
            2,
            "market",
            _sum("co2e_avoided_g.wtw.market", "t", _T),
            TONNES,
            nothing="no_savings",
            colour=Colour.CHARGING,
        ),
        tile(3, "direct", _sum("co2_avoided_g.ttw.location", "t", _T), _DIRECT, nothing="no_savings"),
        tile(
            4,
            "coverage",
            Select(measurement=_SAVINGS, columns=(min_of("coverage_percent", "%"),), where=(_FLEET,)),
            PERCENT,
            nothing="no_savings",
            act_below=80,
        ),
        points(
            5,
            "by_month",
            TONNES,
            _month(HEADLINE, "location", Colour.CHARGING),
            _month(f"{HEADLINE}.low", "low", Colour.PLAIN, dashed=True),
            _month(f"{HEADLINE}.high", "high", Colour.PLAIN, dashed=True),
            _month("co2e_avoided_g.wtw.market", "market", Colour.GRID),
            nothing="no_savings",
            width=16,
            height=10,
        ),
        ranking(
            6,
            "by_group",
            TONNES,
            Select(measurement=_SAVINGS, columns=(sum_of(HEADLINE, "t", _T),), where=(_VEHICLE,), by=("group",)),
            {"group": Head("group"), "t": Head("avoided_t", TONNES)},
            nothing="no_savings",
            width=8,
            height=10,
            sort="t",
        ),
        columns(
            7,
            "charged",
            KWH,
            Asked(
                Select(measurement=_SAVINGS, columns=(sum_of("grid_wh", "kWh", 1000),), where=(_FLEET,), every=DAY),
                series="grid",
                colour=Colour.GRID,
            ),
            Asked(
                Select(measurement=_SAVINGS, columns=(sum_of("pv_wh", "kWh", 1000),), where=(_FLEET,), every=DAY),
                series="self_use",
                colour=Colour.SUN,
            ),
            nothing="no_savings",
        ),
        columns(
            8,
            "roofs",
            TONNES,
            Asked(
                Select(
                    measurement=Fact.ROOF.value,
                    columns=(sum_of("avoided_g.self_use.average_upstream", "t", _T),),
                    every=DAY,
                    by=("site",),
                ),
                tag="$tag_site",
            ),
            nothing="no_generation",
        ),
        course(
            9,
            "intensity",
            Unit.of(_INTENSITY),
            Asked(
                Select(measurement=SLOTS, columns=(mean(_INTENSITY, "g/kWh"),), every=AUTO, by=("source",)),
                tag="$tag_source",
            ),
            nothing="no_intensity",
            back="30d",
            colour=Colour.PLAIN,
        ),
        table(
            10,
            "statements",
            Select(
                measurement=_SAVINGS,
                columns=(
                    value_of(HEADLINE, "avoided", _T),
                    value_of(f"{HEADLINE}.low", "low", _T),
                    value_of(f"{HEADLINE}.high", "high", _T),
                    value_of("distance_m", "km", 1000),
                    value_of("coverage_percent", "coverage"),
                    value_of("final", "final"),
                    value_of("version", "version"),
                ),
                where=(_FLEET,),
                most=60,
            ),
            {
                "Time": Head("month", INSTANT),
                "avoided": Head("avoided_t", TONNES),
                "low": Head("low_t", TONNES),
                "high": Head("high_t", TONNES),
                "km": Head("distance_km", KM),
                "coverage": Head("known", PERCENT),
                "final": Head("final", words="yes"),
                "version": Head("version", COUNT),
            },
            nothing="no_savings",
            width=12,
            sort="Time",
        ),
    ),
)
