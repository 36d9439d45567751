"""What sites pay, and whether the budgets will do."""

from __future__ import annotations

from typing import Final

from core.published import Fact
from core.quantities import Quantity
from dashboards.choices import PRICES, SITE, SITES
from dashboards.model import EUR, PERCENT, Asked, Colour, Dashboard, Head, Unit
from dashboards.shapes import columns, course, table, tile
from store.panels import AUTO, DAY, SLOTS, Select, last_of, mean, sum_of

_PRICE: Final = Quantity.PRICE_EUR_PER_MWH


def _sum(field: str) -> Select:
    return Select(measurement=Fact.COST.value, columns=(sum_of(field, "€"),), where=(SITE,))


def _by_month(tag: str) -> Asked:
    asked = Select(measurement=Fact.COST.value, columns=(sum_of("cost_eur", "€"),), where=(SITE,), every=DAY, by=(tag,))
    return Asked(asked, tag=f"$tag_{tag}")


BOARD: Final = Dashboard(
    uid="kw-cost",
    text="cost",
    page="/costs",
    variables=(SITES,),
    marks=(PRICES,),
    since="now-12M/M",
    refresh="1h",
    panels=(
        tile(1, "whole", _sum("cost_eur"), EUR, nothing="no_cost"),
        tile(2, "energy", _sum("energy_eur"), EUR, nothing="no_cost"),
        tile(3, "power", _sum("power_eur"), EUR, nothing="no_cost"),
        tile(4, "export", _sum("export_eur"), EUR, nothing="no_cost"),
        columns(5, "by_medium", EUR, _by_month("medium"), nothing="no_cost"),
        columns(6, "by_site", EUR, _by_month("site"), nothing="no_cost"),
        table(
            7,
            "parts",
            Select(
                measurement=Fact.COST.value,
                columns=(
                    sum_of("cost_eur", "cost"),
                    sum_of("energy_eur", "energy"),
                    sum_of("base_eur", "base"),
                    sum_of("power_eur", "power"),
                    sum_of("export_eur", "export"),
                ),
                where=(SITE,),
                by=("site", "medium"),
            ),
            {
                "site": Head("site"),
                "medium": Head("medium", words="medium"),
                "cost": Head("cost", EUR),
                "energy": Head("energy_eur", EUR),
                "base": Head("base_eur", EUR),
                "power": Head("power_eur", EUR),
                "export": Head("export_eur", EUR),
            },
            nothing="no_cost",
            height=10,
            sort="cost",
        ),
        table(
            8,
            "budgets",
            Select(
                measurement=Fact.BUDGET.value,
                columns=(
                    last_of("budget_eur", "budget"),
                    last_of("spent_eur", "spent"),
                    last_of("spent_percent", "spent_percent"),
                    last_of("forecast_eur", "forecast"),
                    last_of("forecast_percent", "forecast_percent"),
                ),
                where=(SITE,),
                by=("site", "medium", "source"),
            ),
            {
                "site": Head("site"),
                "medium": Head("medium", words="medium"),
                "source": Head("budget"),
                "budget": Head("budget_eur", EUR),
                "spent": Head("spent_eur", EUR),
                "spent_percent": Head("spent_percent", PERCENT),
                "forecast": Head("forecast_eur", EUR),
                "forecast_percent": Head("forecast_percent", PERCENT),
            },
            nothing="no_budget",
            back="366d",
            sort="forecast_percent",
        ),
        course(
            9,
            "price",
            Unit.of(_PRICE),
            Asked(
                Select(measurement=SLOTS, columns=(mean(_PRICE, "EUR/MWh"),), every=AUTO, by=("source",)),
                tag="$tag_source",
            ),
            nothing="no_price",
            back="30d",
            colour=Colour.GRID,
            width=24,
        ),
    ),
)
