"""Which combustion vehicle could be replaced next."""

from __future__ import annotations

from typing import Final

from core.published import Fact
from dashboards.choices import GROUP, GROUPS, TO_VEHICLE
from dashboards.model import COUNT, EUR, KM, TEXT, TONNES, Dashboard, Head, Panel, Unit
from dashboards.shapes import ranking, table, tile
from store.panels import Column, Select, count_of, is_, last_of, sum_of

_BACK: Final = "31d"
_CANDIDATE: Final = Fact.CANDIDATE.value

_NEWEST: Final = Select(
    measurement=_CANDIDATE,
    columns=(
        last_of("rank", "rank"),
        last_of("suitability", "suitability"),
        last_of("co2e_avoided_year_g", "t", 1_000_000),
        last_of("cost_delta_eur", "€"),
    ),
    where=(GROUP,),
    by=("source",),
)
"""Of each vehicle what is known last: at the turn of a month there is what was known in both."""


def _of_suitable(number: int, text: str, column: Column, unit: Unit) -> Panel:
    select = Select(inner=_NEWEST, columns=(column,), where=(is_("suitability", "suitable"),))
    return tile(number, text, select, unit, nothing="no_candidates", back=_BACK, width=8)


BOARD: Final = Dashboard(
    uid="kw-candidates",
    text="candidates",
    page="/vehicles/candidates",
    variables=(GROUPS,),
    since="now/y",
    refresh="1h",
    panels=(
        _of_suitable(1, "suitable", count_of("rank", "n"), COUNT),
        _of_suitable(2, "avoidable", sum_of("t", "t"), TONNES),
        _of_suitable(3, "cost", sum_of("€", "€"), EUR),
        table(
            4,
            "ranked",
            Select(
                measurement=_CANDIDATE,
                columns=(
                    last_of("rank", "rank"),
                    last_of("suitability", "suitability"),
                    last_of("best", "best"),
                    last_of("year_distance_m", "km", 1000),
                    last_of("failing_days", "failing"),
                    last_of("limit", "limit"),
                    last_of("cost_delta_eur", "cost"),
                    last_of("co2e_avoided_year_g", "avoided", 1_000_000),
                ),
                where=(GROUP,),
                by=("source", "group", "name"),
            ),
            {
                "rank": Head("rank", COUNT),
                "name": Head("vehicle", TEXT),
                "source": Head("source", link=TO_VEHICLE),
                "group": Head("group"),
                "suitability": Head("suitability", words="suitability"),
                "best": Head("best"),
                "km": Head("year_km", KM),
                "failing": Head("failing_days", COUNT),
                "limit": Head("limit", words="limit"),
                "cost": Head("cost_delta", EUR),
                "avoided": Head("avoided_year", TONNES),
            },
            nothing="no_candidates",
            back=_BACK,
            height=14,
            sort="-rank",
        ),
        ranking(
            5,
            "by_avoided",
            TONNES,
            Select(
                measurement=_CANDIDATE,
                columns=(last_of("co2e_avoided_year_g", "t", 1_000_000),),
                where=(GROUP,),
                by=("name",),
            ),
            {"name": Head("vehicle"), "t": Head("avoided_year", TONNES)},
            nothing="no_candidates",
            back=_BACK,
            sort="t",
        ),
        ranking(
            6,
            "by_cost",
            EUR,
            Select(
                measurement=_CANDIDATE,
                columns=(last_of("cost_delta_eur", "€"),),
                where=(GROUP,),
                by=("name",),
            ),
            {"name": Head("vehicle"), "€": Head("cost_delta", EUR)},
            nothing="no_candidates",
            back=_BACK,
            sort="-€",
        ),
    ),
)
