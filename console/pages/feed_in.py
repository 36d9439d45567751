"""What plants feed in: operators' statements with a form and an import, a plant's year, and day-ahead prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from babel.numbers import NumberFormatError, parse_decimal
from fastapi import Response
from starlette.datastructures import UploadFile

from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.exports import csv_answer, written_line
from console.pages.filters import Choice, Field, Filters, choice
from console.pages.places import may
from console.pages.visit import Visit
from console.uploads import keep_form_file
from core.errors import ConflictError, ServiceError
from core.quantities import Quantity
from operations.gate import admitted

PATH: Final = "/feed-in"
OWN_PATH: Final = "/own-plants"
OPTIONAL: Final = (
    *("metered_wh", "stated_wh", "difference_wh", "unavailable_wh", "curtailed_wh", "other_fictitious_wh"),
    *("negative_wh", "measured_percent"),
)
"""What of a plant's year is shown only if anything of it is known."""
IMPORT, PRICES = "feed_in.import", "prices.import"
ENERGIES: Final = ("fed_in_wh", "unavailable_wh", "curtailed_wh", "other_fictitious_wh", "negative_wh")
FICTITIOUS: Final = ENERGIES[1:4]
TEXTS: Final = ("plant", "month", "number", "confirm")
COLUMNS: Final = (
    *("plant_column", "month_column", "fed_in_column", "unavailable_column", "curtailed_column"),
    *("other_fictitious_column", "negative_column", "number_column"),
)
OWN_COLUMNS: Final = (
    *("plant", "site", "marketing", "month", "generation_wh", "self_use_wh", "fed_in_wh", "negative_wh"),
    *("paid_eur", "market_eur"),
)
EXPORT: Final = Quantity.ENERGY_EXPORT_WH
WH_PER_KWH: Final = 1000
YEARS_SHOWN: Final = 6


async def show_all(visit: Visit) -> Response:
    """Return what operators state, with the forms for more of it."""
    return await _list(visit)


async def add(visit: Visit) -> Response:
    """Keep a statement, or return the form with what is wrong with it."""
    form = await visit.form()
    given = {name: str(form.get(name, "")).strip() for name in (*TEXTS, *ENERGIES)}
    asked, problems = _read(visit, given)
    if problems:
        return await _list(visit, 422, given=given, problems=problems)
    try:
        await visit.ask("feed_in.add", **asked)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        doubtful = isinstance(error, ConflictError) and bool(getattr(error, "findings", ()))
        return await _list(visit, 422, given=given, problems=problems_of(visit, error), doubtful=doubtful)
    return visit.go(PATH, "console.done_feed_in")


async def withdraw(visit: Visit) -> Response:
    """Take a statement back, or let it count again."""
    form = await visit.form()
    asked = {name: str(form.get(name, "")).strip() for name in ("reason", "restore") if form.get(name)}
    try:
        await visit.ask("feed_in.withdraw", id=visit.part("id"), **asked)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await _list(visit, 422, problems=problems_of(visit, error))
    return visit.go(PATH, "console.done_feed_in_restored" if "restore" in asked else "console.done_feed_in_withdrawn")


async def take(visit: Visit) -> Response:
    """Take a file of statements in, or only try it."""
    form = await visit.form()
    asked: dict[str, Any] = {name: str(form.get(name, "")).strip() for name in COLUMNS}
    asked |= {"plants": tuple(filter(str.strip, str(form.get("plants", "")).splitlines()))}
    taken = await _taken(visit, IMPORT, form.get("file"), form.get("dry_run"), asked)
    return taken if isinstance(taken, Response) else await _list(visit, taken=taken)


async def take_prices(visit: Visit) -> Response:
    """Take a file of day-ahead prices in, or only try it."""
    form = await visit.form()
    asked = {"series": str(form.get("series", "")).strip()}
    taken = await _taken(visit, PRICES, form.get("file"), form.get("dry_run"), asked)
    return taken if isinstance(taken, Response) else await _list(visit, priced=taken)


async def show(visit: Visit) -> Response:
    """Return a plant's year."""
    year = visit.query.get("year", "").strip()
    found = await visit.ask("feed_in.show", id=visit.part("id"), **({"year": year} if year else {}))
    told = {name: any(getattr(month, name) is not None for month in found.months) for name in OPTIONAL}
    filters = _of_year(visit, f"{PATH}/{found.plant}", found.year)
    words = visit.words
    labels = {name: words.t(f"column.{name}") for name in OPTIONAL} | {"measured_percent": words.t("feed_in.measured")}
    shown: dict[str, Any] = {
        "energy": lambda energy_wh: words.quantity(EXPORT, energy_wh),
        "told": told,
        "labels": labels,
        "shared_by": words.t(f"feed_in.shared_by.{found.shared_by}") if found.shared_by else "",
    }
    return visit.page("feed_in/show.html", found.name, found=found, filters=filters, **shown)


async def show_own(visit: Visit) -> Response:
    """Return what own plants made, used, fed in and earned in a year."""
    year = visit.query.get("year", "").strip()
    found = await visit.ask("feed_in.revenue", **({"year": year} if year else {}))
    filters = _of_year(visit, OWN_PATH, found.year)
    return visit.page("feed_in/own.html", visit.words.t("feed_in.own_title"), found=found, filters=filters)


async def own_csv(visit: Visit) -> Response:
    """Return the months of own plants as CSV."""
    year = visit.query.get("year", "").strip()
    found = await visit.ask("feed_in.revenue", **({"year": year} if year else {}))
    lines = [written_line(OWN_COLUMNS, visit.language)]
    for plant in found.plants:
        of_plant = {"plant": plant.plant, "site": plant.site, "marketing": plant.marketing.value}
        rows = ([of_plant.get(name, getattr(month, name, None)) for name in OWN_COLUMNS] for month in plant.months)
        lines += [written_line(row, visit.language) for row in rows]
    return csv_answer(f"own-plants-{found.year}", lines)


async def _taken(visit: Visit, row: str, file: Any, trial: Any, asked: Mapping[str, Any]) -> Any:
    """Return what came of a file, or the page that says what is wrong with it."""
    admitted(row, visit.actor)
    if not isinstance(file, UploadFile) or not file.filename:
        return await _list(visit, 422, problems=[Problem(visit.words.t("console.intensity.no_file"), "file")])
    try:
        kept = await keep_form_file(visit.desk.gate.house, file)
        return await visit.ask(row, upload=kept.digest, dry_run="true" if trial else "false", **asked)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await _list(visit, 422, problems=problems_of(visit, error))
    finally:
        await file.close()


async def _list(visit: Visit, status: int = 200, given: Mapping[str, str] | None = None, **values: Any) -> Response:
    words, plants = visit.words, _plants(visit)
    of = choice(visit.query, "plant", "feed_in.plant", [Choice(each.id, each.name) for each in plants])
    year = choice(visit.query, "year", "feed_in.year", [Choice(str(each), str(each)) for each in _years(visit)])
    also = choice(visit.query, "withdrawn", "console.state", [Choice("true", words.t("feed_in.withdrawn_too"))])
    filters = Filters(PATH, (of, year, also), visit.query.get("cursor", ""))
    page = await visit.ask("feed_in.list", **filters.given(), cursor=filters.cursor)
    known: Mapping[str, str] = given or {}
    shown: dict[str, Any] = {"problems": (), "taken": None, "priced": None, "doubtful": False} | values
    return visit.page(
        "feed_in/list.html",
        words.t("feed_in.title"),
        status,
        page=page,
        filters=filters,
        plants=plants,
        prices=(await visit.ask("prices.list", limit=500)).items,
        may_add=may(visit.actor, "feed_in.add"),
        may_import=may(visit.actor, IMPORT),
        given={name: known.get(name, "") for name in (*TEXTS, *ENERGIES)},
        energies=ENERGIES,
        columns=COLUMNS,
        labels={name: words.t(f"feed_in.{name}") for name in ENERGIES}
        | {name: words.t(f"option.{name}") for name in COLUMNS},
        fictitious=fictitious_wh,
        energy=lambda energy_wh: words.quantity(EXPORT, energy_wh),
        **shown,
    )


def fictitious_wh(row: Any) -> int | None:
    """Return what a statement says was not fed in, None where it says nothing of it."""
    said = [getattr(row, name) for name in FICTITIOUS]
    return None if all(energy is None for energy in said) else sum(energy or 0 for energy in said)


def _of_year(visit: Visit, path: str, year: int) -> Filters:
    years = [Choice(str(each), str(each)) for each in sorted({*_years(visit), year}, reverse=True)]
    return Filters(path, (Field("year", "feed_in.year", str(year), "choice", tuple(years)),))


def _plants(visit: Visit) -> list[Any]:
    return sorted(visit.desk.gate.house.inventory().plants.values(), key=lambda each: each.name)


def _years(visit: Visit) -> Sequence[int]:
    this = visit.now_utc.astimezone(visit.words.zone).year
    return range(this, this - YEARS_SHOWN, -1)


def _read(visit: Visit, given: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """Return what was filled in as requests take it, in Wh, and what cannot be read."""
    asked: dict[str, str] = {name: given[name] for name in TEXTS if given[name]}
    problems = []
    for name in ENERGIES:
        if not given[name]:
            continue
        try:
            value = parse_decimal(given[name].replace(" ", ""), locale=visit.language, strict=True)
            asked[name] = str(round(Decimal(value) * WH_PER_KWH))
        except NumberFormatError:
            label = visit.words.t(f"feed_in.{name}")
            problems.append(Problem(visit.words.t("vouchers.unreadable", field=label), name))
    return asked, problems
