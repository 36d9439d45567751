"""The district at a glance: whether everything is alright, and what was used."""

from __future__ import annotations

from typing import Final

from core.published import Fact
from core.quantities import Quantity
from dashboards.choices import REPORTS, TO_SITE
from dashboards.model import COUNT, KWH, TONNES, Asked, Colour, Dashboard, Panel, PanelKind, Unit
from dashboards.recurring import count_of_alarms, open_alarms
from dashboards.shapes import columns, tile
from store.panels import DAY, DAYS, Select, count_of, equals, is_, last_of, sum_of, total

_SUPPLY: Final = is_("role", "supply")
_POWER: Final = is_("medium", "electricity")
_WATER: Final = is_("medium", "water")
_IMPORT, _EXPORT, _VOLUME = Quantity.ENERGY_IMPORT_WH, Quantity.ENERGY_EXPORT_WH, Quantity.VOLUME_M3

BOARD: Final = Dashboard(
    uid="kw-home",
    text="home",
    page="/",
    marks=(REPORTS,),
    panels=(
        tile(
            1,
            "alarms",
            Select(measurement=Fact.ALARM_LOOK.value, columns=(last_of("open", "open"),)),
            COUNT,
            nothing="no_looks",
            act_from=1,
        ),
        tile(
            2,
            "drawn",
            Select(measurement=DAYS, columns=(total(_IMPORT, "kWh"),), where=(_SUPPLY, _POWER)),
            KWH,
            nothing="no_days",
            colour=Colour.GRID,
        ),
        tile(
            3,
            "fed_in",
            Select(measurement=DAYS, columns=(total(_EXPORT, "kWh"),), where=(_SUPPLY, _POWER)),
            KWH,
            nothing="no_days",
            colour=Colour.SUN,
        ),
        tile(
            4,
            "charged",
            Select(measurement=Fact.SESSION.value, columns=(sum_of("energy_wh", "kWh", 1000),)),
            KWH,
            nothing="no_sessions",
            colour=Colour.CHARGING,
        ),
        columns(
            5,
            "drawn_by_day",
            KWH,
            Asked(
                Select(
                    measurement=DAYS, columns=(total(_IMPORT, "kWh"),), where=(_SUPPLY, _POWER), every=DAY, by=("site",)
                ),
                tag="$tag_site",
            ),
            nothing="no_days",
            width=16,
            links=(TO_SITE,),
        ),
        open_alarms(6, "open_alarms", width=8),
        columns(
            7,
            "water_by_day",
            Unit.of(_VOLUME),
            Asked(
                Select(
                    measurement=DAYS, columns=(total(_VOLUME, "m³"),), where=(_SUPPLY, _WATER), every=DAY, by=("site",)
                ),
                tag="$tag_site",
            ),
            nothing="no_days",
            width=16,
            links=(TO_SITE,),
        ),
        Panel(id=8, kind=PanelKind.BOARDS, text="boards", width=8),
        count_of_alarms(9, "offline", "station_offline", "never_offline"),
        tile(
            10,
            "avoided",
            Select(
                measurement=Fact.SAVINGS.value,
                columns=(sum_of("co2e_avoided_g.wtw.location", "t", 1_000_000),),
                where=(is_("scope", "fleet"),),
            ),
            TONNES,
            nothing="no_savings",
            back="365d",
        ),
        tile(
            11,
            "paid",
            Select(
                measurement=Fact.SHARES.value, columns=(sum_of("paid_eur", "€"),), where=(is_("party", "municipality"),)
            ),
            Unit("€", 0),
            nothing="no_shares",
            back="730d",
        ),
        tile(
            12,
            "failed",
            Select(measurement=Fact.JOB_RUN.value, columns=(count_of("done", "n"),), where=(equals("done", 0),)),
            COUNT,
            nothing="none_failed",
            back="2d",
        ),
    ),
)
