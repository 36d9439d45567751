"""Scenarios of the fleet side by side, chosen by a form, and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Response

from console.pages.evidence import path_of_figure
from console.pages.exports import BYTE_ORDER_MARK, written_line
from console.pages.fleet_candidates import TONES
from console.pages.fleet_vehicles import said_km
from console.pages.visit import Visit
from console.pages.words import NO_BREAK
from operations.candidates.rows import Scenario, Scenarios
from operations.fleet.figures import FigureRow

SCENARIO: Final = "vehicles.scenario"
TOP: Final = "top:"
NAMED: Final = frozenset({"today", "suitable"})
"""Choices that have a name of their own."""

NAMES_MOST: Final = 2
"""More vehicles than these are counted in a heading, not named."""


async def show(visit: Visit) -> Response:
    """Return the scenarios asked for, beside today."""
    words = visit.words
    found = await _found(visit)
    names = {row.vehicle: row.name for row in found.ranking}
    query = urlencode([("replace", each.replace) for each in found.items[1:]] + [("years", str(found.years))])
    return visit.page(
        "fleet/scenario.html",
        words.t("scenario.title"),
        found=found,
        chosen=_chosen(found),
        named=lambda scenario: _named(visit, scenario.replace, names),
        rows=list(zip(*(scenario.figures for scenario in found.items), strict=True)),
        groups=_groups(found),
        site_rows=_sites(found),
        title=lambda row: words.t(f"scenario.figure.{row.name}", count=found.years),
        group=lambda value: words.t(f"candidates.group.{value}"),
        suited=lambda value: words.t(f"candidates.suitability.{value}"),
        tones=TONES,
        say=lambda row: _said(visit, row),
        power=lambda value: words.power(float(value)),
        path_of_figure=path_of_figure,
        query=f"?{query}",
    )


async def export(visit: Visit) -> Response:
    """Return the figures as CSV, a column per scenario, in the units their names end in."""
    found = await _found(visit)
    lines = [written_line(("figure", *(scenario.replace for scenario in found.items)), visit.language)]
    lines += [
        written_line([row[0].name, *(figure.value for figure in row)], visit.language)
        for row in zip(*(scenario.figures for scenario in found.items), strict=True)
    ]
    for group in _groups(found):
        values = [_next_needed(scenario, group) for scenario in found.items]
        lines.append(written_line([f"quota_next_needed.{group}", *values], visit.language))
    return Response(
        BYTE_ORDER_MARK + "".join(lines),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="kreiswatt-scenario-{found.until}.csv"'},
    )


async def _found(visit: Visit) -> Any:
    """Return what the form asks for: `replace` as it stands, the first `top`, and the vehicles ticked."""
    query = visit.request.query_params
    wanted = [each for each in query.getlist("replace") if each.strip()]
    top = query.get("top", "").strip()
    ticked = ",".join(query.getlist("vehicle"))
    wanted += [f"{TOP}{top}"] if top else []
    wanted += [ticked] if ticked else []
    given: dict[str, Any] = {"replace": tuple(wanted)} if wanted else {}
    asked = {name: query.get(name, "").strip() for name in ("until", "years")}
    return await visit.ask(SCENARIO, **given, **{name: value for name, value in asked.items() if value})


def _chosen(found: Scenarios) -> dict[str, Any]:
    """Return what the form starts with: what was asked for."""
    texts = [scenario.replace for scenario in found.items]
    top = next((text.removeprefix(TOP) for text in texts if text.startswith(TOP)), "")
    named = [text for text in texts if not text.startswith(TOP) and text not in NAMED]
    ticked = {each for text in named for each in text.split(",")}
    return {"suitable": "suitable" in texts, "top": top, "vehicles": ticked}


def _named(visit: Visit, text: str, names: dict[str, str]) -> str:
    words = visit.words
    if text in NAMED:
        return words.t(f"scenario.name.{text}")
    if text.startswith(TOP):
        return words.t("scenario.name.top", count=int(text.removeprefix(TOP)))
    vehicles = text.split(",")
    if len(vehicles) > NAMES_MOST:
        return words.t("scenario.name.some", count=len(vehicles))
    return words.t("scenario.name.only", names=", ".join(names.get(each, each) for each in vehicles))


def _groups(found: Scenarios) -> list[str]:
    """Return the groups with a quota in any scenario."""
    return list(dict.fromkeys(path.group.value for scenario in found.items for path in scenario.quotas))


def _next_needed(scenario: Scenario, group: str) -> int | None:
    return next((path.next_needed for path in scenario.quotas if path.group.value == group), None)


def _sites(found: Scenarios) -> Sequence[tuple[str, list[dict[str, Any] | None]]]:
    """Return by the name of a site what it needs in each scenario."""
    names = {site.site: site.site_name for scenario in found.items for site in scenario.sites}
    return [(name, [_site(scenario, site) for scenario in found.items]) for site, name in names.items()]


def _site(scenario: Scenario, site: str) -> dict[str, Any] | None:
    row = next((each for each in scenario.sites if each.site == site), None)
    if row is None:
        return None
    figures = {figure.name: figure for figure in row.figures}
    return {"row": row, "needed": figures["connectors_needed"], "missing": figures["missing_w.managed"]}


def _said(visit: Visit, row: FigureRow) -> str:
    """Return a figure in the unit people read it in, or why there is none."""
    words = visit.words
    if row.value is None:
        return words.tell(row.reason) if row.reason else words.t("console.none")
    value = float(row.value)
    match row.unit:
        case "m":
            return said_km(words, row.value)
        case "Wh":
            return f"{words.number(value / 1000)}{NO_BREAK}kWh"
        case "g":
            return f"{words.number(value / 1000)}{NO_BREAK}kg"
        case "EUR":
            return f"{words.number(value)}{NO_BREAK}€"
        case _:
            return words.number(value)
