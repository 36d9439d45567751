"""What municipalities have of the renewable power on their ground."""

from __future__ import annotations

from typing import Final

from core.published import Fact
from dashboards.choices import REPORTS
from dashboards.model import COUNT, EUR, INSTANT, Asked, Dashboard, Head, Unit
from dashboards.shapes import columns, ranking, table, tile
from store.panels import DAY, Select, is_, last_of, sum_of, value_of

_SHARES: Final = Fact.SHARES.value
_TOWN: Final = is_("party", "municipality")
_PLANT: Final = is_("party", "plant")
_YEARS: Final = Unit("€", 0)


def _sum(field: str) -> Select:
    return Select(measurement=_SHARES, columns=(sum_of(field, "€"),), where=(_TOWN,))


BOARD: Final = Dashboard(
    uid="kw-shares",
    text="shares",
    page="/shares",
    marks=(REPORTS,),
    since="now-4y/y",
    refresh="1h",
    panels=(
        tile(1, "owed", _sum("owed_eur"), EUR, nothing="no_shares", width=8),
        tile(2, "paid", _sum("paid_eur"), EUR, nothing="no_shares", width=8),
        tile(3, "reimbursable", _sum("reimbursable_eur"), EUR, nothing="no_shares", width=8),
        columns(
            4,
            "by_year",
            _YEARS,
            Asked(
                Select(
                    measurement=_SHARES,
                    columns=(sum_of("paid_eur", "€"),),
                    where=(_TOWN,),
                    every=DAY,
                    by=("name",),
                ),
                tag="$tag_name",
            ),
            nothing="no_shares",
            height=10,
        ),
        ranking(
            5,
            "newest",
            EUR,
            Select(measurement=_SHARES, columns=(last_of("paid_eur", "€"),), where=(_TOWN,), by=("name",)),
            {"name": Head("municipality"), "€": Head("paid_eur", EUR)},
            nothing="no_shares",
            height=10,
            sort="€",
        ),
        table(
            6,
            "municipalities",
            Select(
                measurement=_SHARES,
                columns=(
                    value_of("name", "name"),
                    value_of("owed_eur", "owed"),
                    value_of("paid_eur", "paid"),
                    value_of("reimbursable_eur", "reimbursable"),
                    value_of("plants", "plants"),
                    value_of("draft", "draft"),
                ),
                where=(_TOWN,),
                most=200,
            ),
            {
                "Time": Head("year", INSTANT),
                "name": Head("municipality"),
                "owed": Head("owed_eur", EUR),
                "paid": Head("paid_eur", EUR),
                "reimbursable": Head("reimbursable_eur", EUR),
                "plants": Head("plants", COUNT),
                "draft": Head("draft", words="yes"),
            },
            nothing="no_shares",
            width=24,
            sort="paid",
        ),
        table(
            7,
            "plants",
            Select(
                measurement=_SHARES,
                columns=(
                    value_of("name", "name"),
                    value_of("owed_eur", "owed"),
                    value_of("offered_eur", "offered"),
                    value_of("draft", "draft"),
                ),
                where=(_PLANT,),
                most=200,
            ),
            {
                "Time": Head("year", INSTANT),
                "name": Head("plant"),
                "owed": Head("owed_eur", EUR),
                "offered": Head("offered_eur", EUR),
                "draft": Head("draft", words="yes"),
            },
            nothing="no_shares",
            width=12,
            sort="owed",
        ),
        table(
            8,
            "forecast",
            Select(
                measurement=Fact.SHARE_FORECAST.value,
                columns=(value_of("name", "name"), value_of("owed_eur", "owed"), value_of("paid_eur", "paid")),
                where=(_TOWN,),
                most=200,
            ),
            {
                "Time": Head("year", INSTANT),
                "name": Head("municipality"),
                "owed": Head("owed_eur", EUR),
                "paid": Head("paid_eur", EUR),
            },
            nothing="no_forecast",
            width=12,
            sort="paid",
        ),
    ),
)
