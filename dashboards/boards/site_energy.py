"""The energy of sites: how much, when, by which building and medium."""

from __future__ import annotations

from typing import Final

from core.quantities import Quantity
from dashboards.model import Colour, Dashboard, Panel, PanelKind, Unit, Variable
from store.panels import AUTO, DAY, DAYS, SLOTS, Select, chosen, is_, load, peak, total, values_of

_SITE: Final = chosen("site", "site")
_SUPPLY: Final = is_("role", "supply")
_IMPORT, _POWER, _HEAT, _VOLUME = Quantity.ENERGY_IMPORT_WH, Quantity.POWER_W, Quantity.HEAT_WH, Quantity.VOLUME_M3

BOARD: Final = Dashboard(
    uid="kw-site-energy",
    title="boards.site_energy.title",
    purpose="boards.site_energy.purpose",
    variables=(Variable(name="site", label="boards.variable.site", ask=values_of(SLOTS, "site")),),
    panels=(
        Panel(
            id=1,
            kind=PanelKind.TIMESERIES,
            title="boards.site_energy.load",
            purpose="boards.site_energy.load_how",
            nothing="boards.no_slots",
            ask=Select(
                measurement=SLOTS,
                columns=(load(_IMPORT, "kW"),),
                where=(_SITE, _SUPPLY, is_("medium", "electricity")),
                every=AUTO,
                by=("source",),
                fill="null",
            ),
            unit=Unit.of(_POWER),
            alias="$tag_source",
            width=24,
        ),
        Panel(
            id=2,
            kind=PanelKind.TIMESERIES,
            title="boards.site_energy.drawn",
            purpose="boards.site_energy.drawn_how",
            nothing="boards.no_days",
            ask=Select(
                measurement=DAYS,
                columns=(total(_IMPORT, "kWh"),),
                where=(_SITE, _SUPPLY, is_("medium", "electricity")),
                every=DAY,
                by=("source",),
            ),
            unit=Unit.of(_IMPORT),
            alias="$tag_source",
            bars=True,
            stacked=True,
            width=12,
        ),
        Panel(
            id=3,
            kind=PanelKind.TIMESERIES,
            title="boards.site_energy.by_building",
            purpose="boards.site_energy.by_building_how",
            nothing="boards.no_days",
            ask=Select(
                measurement=DAYS,
                columns=(total(_IMPORT, "kWh"),),
                where=(_SITE, is_("role", "submeter"), is_("medium", "electricity")),
                every=DAY,
                by=("source",),
            ),
            unit=Unit.of(_IMPORT),
            alias="$tag_source",
            bars=True,
            stacked=True,
            width=12,
        ),
        Panel(
            id=4,
            kind=PanelKind.TIMESERIES,
            title="boards.site_energy.heat",
            purpose="boards.site_energy.heat_how",
            nothing="boards.no_days",
            ask=Select(measurement=DAYS, columns=(total(_HEAT, "kWh"),), where=(_SITE,), every=DAY, by=("source",)),
            unit=Unit.of(_HEAT),
            alias="$tag_source",
            bars=True,
            stacked=True,
            colour=Colour.HEAT,
            width=8,
        ),
        Panel(
            id=5,
            kind=PanelKind.TIMESERIES,
            title="boards.site_energy.gas",
            purpose="boards.site_energy.gas_how",
            nothing="boards.no_days",
            ask=Select(
                measurement=DAYS,
                columns=(total(_VOLUME, "m³"),),
                where=(_SITE, is_("medium", "gas")),
                every=DAY,
                by=("source",),
            ),
            unit=Unit.of(_VOLUME),
            alias="$tag_source",
            bars=True,
            stacked=True,
            colour=Colour.GAS,
            width=8,
        ),
        Panel(
            id=6,
            kind=PanelKind.TIMESERIES,
            title="boards.site_energy.water",
            purpose="boards.site_energy.water_how",
            nothing="boards.no_days",
            ask=Select(
                measurement=DAYS,
                columns=(total(_VOLUME, "m³"),),
                where=(_SITE, is_("medium", "water")),
                every=DAY,
                by=("source",),
            ),
            unit=Unit.of(_VOLUME),
            alias="$tag_source",
            bars=True,
            stacked=True,
            colour=Colour.WATER,
            width=8,
        ),
        Panel(
            id=7,
            kind=PanelKind.BARS,
            title="boards.site_energy.peak",
            purpose="boards.site_energy.peak_how",
            nothing="boards.no_slots",
            ask=Select(
                measurement=SLOTS,
                columns=(peak(_IMPORT, "kW"),),
                where=(_SITE, _SUPPLY, is_("medium", "electricity")),
                by=("source",),
            ),
            unit=Unit.of(_POWER),
            heads={"source": "boards.head.source", "kW": "boards.head.peak"},
            width=24,
        ),
    ),
)
