"""Loads and peaks of sites: how high, when, and who made them."""

from __future__ import annotations

from typing import Final

from core.published import Fact
from core.quantities import Quantity
from dashboards.choices import BOOKINGS, GAPS, SITE, SITES
from dashboards.model import EUR, INSTANT, KW, PERCENT, Asked, Dashboard, Head
from dashboards.shapes import columns, course, points, ranking, table, tile
from store.panels import (
    AUTO,
    DAY,
    SLOTS,
    Select,
    highest,
    is_,
    last_of,
    load,
    max_of,
    sum_of,
    value_of,
)

_IMPORT: Final = Quantity.ENERGY_IMPORT_WH
_SUPPLY: Final = (SITE, is_("role", "supply"), is_("medium", "electricity"))
_QUARTERS: Final = Select(
    measurement=SLOTS, columns=(sum_of(_IMPORT.value, "kW", 250),), where=_SUPPLY, every="15m", by=("site",)
)

BOARD: Final = Dashboard(
    uid="kw-peaks",
    text="peaks",
    page="/loads",
    variables=(SITES,),
    marks=(BOOKINGS, GAPS),
    since="now-30d",
    panels=(
        course(
            1,
            "load",
            KW,
            Asked(
                Select(
                    measurement=SLOTS,
                    columns=(load(_IMPORT, "kW"),),
                    where=_SUPPLY,
                    every=AUTO,
                    by=("source",),
                    fill="null",
                ),
                tag="$tag_source",
            ),
            nothing="no_slots",
            width=24,
        ),
        table(
            2,
            "top",
            Select(inner=_QUARTERS, columns=(highest("kW", 10, "kW"), value_of("site", "site"))),
            {"Time": Head("begin", INSTANT), "site": Head("site"), "kW": Head("peak_kw", KW)},
            nothing="no_slots",
            width=8,
            height=11,
            sort="kW",
        ),
        points(
            3,
            "by_month",
            KW,
            Asked(
                Select(
                    measurement=Fact.PEAK.value,
                    columns=(max_of("peak_w", "kW", 1000),),
                    where=(SITE,),
                    every=DAY,
                    by=("site",),
                ),
                tag="$tag_site",
                colour=None,
            ),
            nothing="no_peaks",
            back="395d",
            width=16,
            height=11,
        ),
        table(
            4,
            "months",
            Select(
                measurement=Fact.PEAK.value,
                columns=(
                    value_of("site", "site"),
                    value_of("peak_w", "kW", 1000),
                    value_of("at_ms", "at"),
                    value_of("contract_w", "contract", 1000),
                    value_of("cost_eur", "cost"),
                    value_of("known_percent", "known"),
                ),
                where=(SITE,),
                most=200,
            ),
            {
                "Time": Head("month", INSTANT),
                "site": Head("site"),
                "kW": Head("peak_kw", KW),
                "at": Head("begin", INSTANT),
                "contract": Head("contract_kw", KW),
                "cost": Head("cost", EUR),
                "known": Head("known", PERCENT),
            },
            nothing="no_peaks",
            back="395d",
            width=24,
            sort="Time",
        ),
        ranking(
            5,
            "parts",
            KW,
            Select(
                measurement=Fact.PEAK_PART.value,
                columns=(last_of("part_w", "kW", 1000),),
                where=(SITE, is_("depth", "outer")),
                by=("source",),
            ),
            {"source": Head("source"), "kW": Head("part_kw", KW)},
            nothing="no_peaks",
            back="31d",
            sort="kW",
            width=12,
        ),
        columns(
            6,
            "parts_by_month",
            KW,
            Asked(
                Select(
                    measurement=Fact.PEAK_PART.value,
                    columns=(sum_of("part_w", "kW", 1000),),
                    where=(SITE, is_("depth", "outer")),
                    every=DAY,
                    by=("source",),
                ),
                tag="$tag_source",
            ),
            nothing="no_peaks",
            back="395d",
            width=12,
        ),
        points(
            7,
            "base_load",
            KW,
            Asked(
                Select(
                    measurement=Fact.BASE_LOAD.value,
                    columns=(sum_of("base_load_w", "kW", 1000),),
                    where=(SITE, is_("medium", "electricity")),
                    every=DAY,
                    by=("site",),
                ),
                tag="$tag_site",
            ),
            nothing="no_base_load",
            back="395d",
            width=16,
        ),
        tile(
            8,
            "base_share",
            Select(
                measurement=Fact.BASE_LOAD.value,
                columns=(last_of("base_percent", "%"),),
                where=(SITE, is_("medium", "electricity")),
                by=("site",),
            ),
            PERCENT,
            tag="$tag_site",
            nothing="no_base_load",
            back="62d",
            width=8,
            height=8,
        ),
    ),
)
