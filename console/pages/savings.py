"""What was avoided in a month: both boundaries apart, every figure with its band, its reasons and its explanation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from fastapi import Response

from console.pages.evidence import path_of_figure
from console.pages.exports import BYTE_ORDER_MARK, written_line
from console.pages.filters import Choice, Filters, choice
from console.pages.fleet_vehicles import said_km
from console.pages.visit import Visit
from console.pages.words import NO_BREAK, Words
from core.errors import NotFoundError
from core.exact import written

PATH = "/savings"
WHOLE_FROM_G = 10_000
TENTHS_FROM_G = 1_000
COLUMNS = (
    "scope",
    "name",
    "period",
    "version",
    "final",
    "figure",
    "boundary",
    "account",
    "resolution",
    "avoided_g",
    "low_g",
    "high_g",
    "provisional",
    "computed",
    "not_computed",
    "reasons",
)


async def show(visit: Visit) -> Response:
    """Return what a scope avoided in a month."""
    title = visit.words.t("console.savings.title")
    try:
        found = await _asked(visit)
    except NotFoundError as error:
        if visit.query.get("month") or visit.query.get("scope"):
            raise
        return visit.page("savings/none.html", title, why=error.finding)
    given = {"month": found.period, "scope": found.scope}
    return visit.page(
        "savings/show.html",
        title,
        found=found,
        name=found.name or visit.words.t("console.savings.fleet"),
        filters=_filters(visit, found, given),
        blocks=list(_blocks(found.figures)),
        said_once=list(_said_once(found.figures)),
        remarks=lambda row: _remarks(row, found.figures),
        mass=lambda mass_g: said_mass(visit.words, mass_g),
        path_of_figure=path_of_figure,
        km=lambda distance_m: said_km(visit.words, distance_m),
        formula=lambda text: written(text, visit.language),
        csv_path=f"{PATH}.csv?{urlencode(given)}",
        json_path=f"/api/v1/savings?{urlencode(given)}",
        of_vehicle=lambda name: f"{PATH}?{urlencode({'month': found.period, 'scope': f'vehicle:{name}'})}",
    )


async def export(visit: Visit) -> Response:
    """Return the figures of a scope and of its vehicles as CSV, in grams with all digits."""
    found = await _asked(visit)
    lines = [written_line(COLUMNS, visit.language), *_lines(visit, found)]
    name = f"kreiswatt-savings-{found.period}.csv"
    return Response(
        BYTE_ORDER_MARK + "".join(lines),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


async def _asked(visit: Visit) -> Any:
    return await visit.ask(
        "savings.show", month=visit.query.get("month", "").strip(), scope=visit.query.get("scope", "").strip()
    )


def _filters(visit: Visit, found: Any, given: dict[str, str]) -> Filters:
    words = visit.words
    scopes = [Choice(each.scope, each.name or words.t("console.savings.fleet")) for each in found.scopes]
    scopes += [Choice(f"vehicle:{each.vehicle}", each.name) for each in found.vehicles]
    months = [Choice(each, words.period(each)) for each in found.months]
    fields = (
        choice(given, "month", "console.savings.month", months),
        choice(given, "scope", "console.savings.scope", scopes),
    )
    return Filters(PATH, fields)


def _blocks(figures: Iterable[Any]) -> Iterator[tuple[Any, list[Any]]]:
    """Yield each boundary with its figures: they stand apart and are never added."""
    by_boundary: dict[Any, list[Any]] = {}
    for row in figures:
        by_boundary.setdefault(row.boundary, []).append(row)
    yield from by_boundary.items()


def _said_once(figures: Iterable[Any]) -> Iterator[tuple[Any, list[Any]]]:
    """Yield each way of accounting with the reasons that hold within every boundary: they are said once."""
    by_account: dict[Any, list[Any]] = {}
    for row in figures:
        by_account.setdefault((row.account, row.resolution), []).append(row)
    for rows in by_account.values():
        shared = _shared(rows)
        if shared:
            yield rows[0], shared


def _shared(rows: Sequence[Any]) -> list[Any]:
    """Return the reasons that stand with each of several rows, nothing for a single one."""
    return [each for each in rows[0].reasons if all(each in row.reasons for row in rows)] if len(rows) > 1 else []


def _remarks(row: Any, figures: Iterable[Any]) -> list[Any]:
    """Return what stands beside a figure: its notes, and the reasons that are not said once for all boundaries."""
    alike = [each for each in figures if (each.account, each.resolution) == (row.account, row.resolution)]
    once = _shared(alike)
    return [*(each for each in row.reasons if each not in once), *row.notes]


def said_mass(words: Words, mass_g: Decimal | None) -> str:
    """Return a mass in kilograms: whole ones from ten on, with one decimal from one on, with three below."""
    if mass_g is None:
        return words.t("console.none")
    if abs(mass_g) < TENTHS_FROM_G:
        return words.kilograms(mass_g)
    decimals = 0 if abs(mass_g) >= WHOLE_FROM_G else 1
    return f"{words.number(float(mass_g) / 1000, decimals)}{NO_BREAK}kg"


def _lines(visit: Visit, found: Any) -> Iterator[str]:
    whole = [(found.scope, found.name, row) for row in found.figures]
    vehicles = [(f"vehicle:{each.vehicle}", each.name, each.headline) for each in found.vehicles]
    for scope, name, row in (*whole, *(each for each in vehicles if each[0] != found.scope)):
        band = row.uncertainty
        yield written_line(
            [
                scope,
                name or visit.words.t("console.savings.fleet"),
                found.period,
                found.version,
                found.final,
                f"{row.figure}@r{found.version}",
                row.boundary.value,
                row.account.value,
                row.resolution.value,
                row.avoided_g,
                band.low_g if band else None,
                band.high_g if band else None,
                row.provisional,
                row.computed,
                row.not_computed,
                " ".join(visit.words.tell(each) for each in row.reasons),
            ],
            visit.language,
        )
