"""The balance of a place: where its energy came from and went, month by month, and its meters behind each other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi import Response

from console.pages.drawing import share_percent
from console.pages.evidence import path_of_figure
from console.pages.flows import drawn
from console.pages.places import may
from console.pages.visit import Visit
from core.inventory import Generator, Medium
from core.quantities import Quantity
from core.units import look_of
from fleet.savings.pv_savings import BY_SLOTS

SITE = "site:"
COLUMNS = ("import_wh", "generation_wh", "export_wh", "self_use_wh", "use_wh", "own_wh", "autarky_percent")
"""What the table of months shows, as far as a place has it."""


async def show(visit: Visit) -> Response:
    """Return the balance of a place in a period."""
    scope = visit.part("id")
    asked = {"period": visit.query.get("period", "").strip()}
    balance = await visit.ask("balance.show", id=scope, **asked)
    asked = {"period": balance.period}
    medium = visit.query.get("medium", "").strip()
    tree = await visit.ask("metering.show", id=scope, medium=medium, **asked) if scope.startswith(SITE) else None
    there = {figure.name for figure in balance.whole.figures} if balance.whole else set()
    generators = {figure.generator for figure in balance.whole.figures} if balance.whole else set()
    pv = await visit.ask("pv.show", id=scope, **asked) if Generator.PV in generators else None
    return visit.page(
        "balance/show.html",
        visit.words.t("console.balance.heading", name=balance.name),
        balance=balance,
        tree=tree,
        pv=pv,
        pv_lines=_pv_lines(pv.whole.avoided) if pv and pv.whole else {},
        pv_untold=_pv_untold(pv.whole.avoided) if pv and pv.whole else [],
        zone=ZoneInfo(balance.time_zone),
        flows=drawn(balance.flows),
        columns=[name for name in COLUMNS if name in there],
        electricity=Medium.ELECTRICITY,
        ENERGY=Quantity.ENERGY_IMPORT_WH,
        PERCENT=Quantity.SOC_PERCENT,
        cells=_cells,
        said=lambda beginning, name: visit.words.t(beginning + name),
        FIGURE="balance.figure.",
        FROM="balance.from.",
        PV_ENERGY="pv.energy.",
        TO="balance.to.",
        unit=look_of(tree.quantity, tree.medium).shown_unit if tree else "",
        place=f"/sites/{balance.site}",
        place_name=visit.desk.gate.house.inventory().sites[balance.site].name,
        json_path=f"/api/v1/balance/{quote(scope, safe=':')}?{urlencode(asked)}",
        bar=share_percent,
        path_of_figure=path_of_figure,
        may_freeze=may(visit.actor, "balance.freeze"),
    )


async def freeze(visit: Visit) -> Response:
    """Freeze the balance of a period."""
    form = await visit.form()
    period, scope = str(form.get("period", "")).strip(), visit.part("id")
    await visit.ask("balance.freeze", id=scope, period=period, reason=str(form.get("reason", "")))
    return visit.go(f"/balance/{quote(scope, safe=':')}?period={quote(period)}", "console.done_balance_frozen")


def _cells(row: Any, name: str) -> list[Any]:
    """Return the figures of a name in a row, one per generator."""
    return [figure for figure in row.figures if figure.name == name]


def _pv_lines(avoided: Iterable[Any]) -> dict[Any, list[Any]]:
    """Return what each line saved, one per method; those that are counted elsewhere are left out.

    So are methods by quarter hours that no line has a figure of.
    """
    rows = [each for each in avoided if each.line != "charging"]
    told = {each.method for each in rows if each.avoided_g is not None or each.method not in BY_SLOTS}
    lines: dict[Any, list[Any]] = {}
    for each in rows:
        if each.method in told:
            lines.setdefault(each.line, []).append(each)
    return lines


def _pv_untold(avoided: Iterable[Any]) -> list[Any]:
    """Return why nothing is told by quarter hours, each reason once."""
    found: list[Any] = []
    for each in avoided:
        wanted = each.line != "charging" and each.method in BY_SLOTS and each.reason is not None
        if wanted and each.reason not in found:
            found.append(each.reason)
    return found
