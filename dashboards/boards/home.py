"""The district at a glance: whether everything is alright, and what was used."""

from __future__ import annotations

from typing import Final

from core.alarms import ALARM_FACT, LOOK_FACT
from core.quantities import Quantity
from dashboards.model import COUNT, Colour, Dashboard, Panel, PanelKind, Unit
from store.panels import DAY, DAYS, SESSIONS, Column, Select, equals, is_, total

_SUPPLY: Final = is_("role", "supply")
_POWER: Final = is_("medium", "electricity")
_WATER: Final = is_("medium", "water")
_IMPORT, _EXPORT, _VOLUME = Quantity.ENERGY_IMPORT_WH, Quantity.ENERGY_EXPORT_WH, Quantity.VOLUME_M3

BOARD: Final = Dashboard(
    uid="kw-home",
    title="boards.home.title",
    purpose="boards.home.purpose",
    panels=(
        Panel(
            id=1,
            kind=PanelKind.STAT,
            title="boards.home.alarms",
            purpose="boards.home.alarms_how",
            nothing="boards.no_looks",
            ask=Select(measurement=LOOK_FACT, columns=(Column("open", "last", "open"),)),
            unit=COUNT,
            width=6,
            height=4,
        ),
        Panel(
            id=2,
            kind=PanelKind.STAT,
            title="boards.home.drawn",
            purpose="boards.home.drawn_how",
            nothing="boards.no_days",
            ask=Select(measurement=DAYS, columns=(total(_IMPORT, "kWh"),), where=(_SUPPLY, _POWER)),
            unit=Unit.of(_IMPORT),
            colour=Colour.GRID,
            width=6,
            height=4,
        ),
        Panel(
            id=3,
            kind=PanelKind.STAT,
            title="boards.home.fed_in",
            purpose="boards.home.fed_in_how",
            nothing="boards.no_days",
            ask=Select(measurement=DAYS, columns=(total(_EXPORT, "kWh"),), where=(_SUPPLY, _POWER)),
            unit=Unit.of(_EXPORT),
            colour=Colour.SUN,
            width=6,
            height=4,
        ),
        Panel(
            id=4,
            kind=PanelKind.STAT,
            title="boards.home.charged",
            purpose="boards.home.charged_how",
            nothing="boards.no_sessions",
            ask=Select(measurement=SESSIONS, columns=(Column("energy_wh", "sum", "kWh", 1000),)),
            unit=Unit.of(_IMPORT),
            colour=Colour.CHARGING,
            width=6,
            height=4,
        ),
        Panel(
            id=5,
            kind=PanelKind.TIMESERIES,
            title="boards.home.drawn_by_day",
            purpose="boards.home.drawn_by_day_how",
            nothing="boards.no_days",
            ask=Select(
                measurement=DAYS, columns=(total(_IMPORT, "kWh"),), where=(_SUPPLY, _POWER), every=DAY, by=("site",)
            ),
            unit=Unit.of(_IMPORT),
            alias="$tag_site",
            bars=True,
            stacked=True,
            width=16,
        ),
        Panel(
            id=6,
            kind=PanelKind.TABLE,
            title="boards.home.open_alarms",
            purpose="boards.home.open_alarms_how",
            nothing="boards.no_alarms",
            ask=Select(
                measurement=ALARM_FACT,
                columns=(Column("open", "last", "open"),),
                where=(equals("open", 1),),
                by=("kind", "source", "site", "severity"),
            ),
            unit=COUNT,
            heads={
                "Time": "boards.head.since",
                "kind": "boards.head.kind",
                "source": "boards.head.source",
                "site": "boards.head.site",
                "severity": "boards.head.severity",
            },
            width=8,
        ),
        Panel(
            id=7,
            kind=PanelKind.TIMESERIES,
            title="boards.home.water_by_day",
            purpose="boards.home.water_by_day_how",
            nothing="boards.no_days",
            ask=Select(
                measurement=DAYS, columns=(total(_VOLUME, "m³"),), where=(_SUPPLY, _WATER), every=DAY, by=("site",)
            ),
            unit=Unit.of(_VOLUME),
            alias="$tag_site",
            bars=True,
            stacked=True,
            width=24,
        ),
    ),
)
