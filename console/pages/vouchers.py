"""Papers about vehicles: the list with a form for another one, and taking one back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from babel.numbers import NumberFormatError, parse_decimal
from fastapi import Response

from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.filters import Choice, Filters, choice, members
from console.pages.places import may
from console.pages.visit import Visit
from console.pages.words import Words
from core.errors import ConflictError, ServiceError
from core.inventory.mobility import FuelKind
from core.vouchers import ChargePlace, VoucherKind

NUMBERS: Final[Mapping[str, tuple[str, int]]] = {
    "fuel_l": ("vouchers.fuel_l", 1),
    "energy_wh": ("vouchers.energy", 1000),
    "distance_m": ("vouchers.distance", 1000),
    "odometer_m": ("vouchers.odometer", 1000),
    "amount_eur": ("vouchers.amount", 1),
}
"""The numbers of the form: what they are called, and by what they are multiplied."""

TEXTS: Final = ("vehicle", "kind", "day", "time", "number", "fuel", "place", "confirm")


async def show_all(visit: Visit) -> Response:
    """Return the list of papers with a form for another one."""
    return await _list(visit, visit.query)


async def add(visit: Visit) -> Response:
    """Keep a paper, or return the form with what is wrong with it."""
    form = await visit.form()
    given = {name: str(form.get(name, "")).strip() for name in (*TEXTS, *NUMBERS)}
    read, problems = _read(visit, given)
    if problems:
        return await _list(visit, given, 422, problems)
    try:
        await visit.ask("vouchers.add", **read)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        doubtful = isinstance(error, ConflictError) and bool(getattr(error, "findings", ()))
        return await _list(visit, given, 422, problems_of(visit, error), doubtful=doubtful)
    return visit.go("/vouchers", "console.done_voucher")


async def withdraw(visit: Visit) -> Response:
    """Take a paper back."""
    form = await visit.form()
    try:
        await visit.ask("vouchers.withdraw", id=visit.part("id"), reason=str(form.get("reason", "")).strip())
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await _list(visit, {}, 422, problems_of(visit, error))
    return visit.go("/vouchers", "console.done_voucher_withdrawn")


async def _list(
    visit: Visit,
    given: Mapping[str, str],
    status: int = 200,
    problems: Sequence[Problem] = (),
    *,
    doubtful: bool = False,
) -> Response:
    words = visit.words
    known = _vehicles(visit)
    of = choice(visit.query, "vehicle", "console.vehicle", [Choice(each.id, each.name) for each in known])
    kind = choice(visit.query, "kind", "vouchers.kind", members(VoucherKind, words))
    also = choice(visit.query, "withdrawn", "console.state", [Choice("true", words.t("vouchers.withdrawn_too"))])
    filters = Filters("/vouchers", (of, kind, also), visit.query.get("cursor", ""))
    page = await visit.ask("vouchers.list", **filters.given(), cursor=filters.cursor)
    return visit.page(
        "fleet/vouchers.html",
        words.t("vouchers.title"),
        status,
        page=page,
        filters=filters,
        vehicles=known,
        may_add=may(visit.actor, "vouchers.add"),
        given={name: given.get(name, "") for name in (*TEXTS, *NUMBERS)},
        problems=problems,
        doubtful=doubtful,
        numbers=NUMBERS,
        kinds=tuple(VoucherKind),
        fuels=tuple(FuelKind),
        charge_places=tuple(ChargePlace),
        says=lambda row: said_of(words, row),
    )


def _vehicles(visit: Visit) -> list[Any]:
    """Return the vehicles that the actor may see, former ones too: papers may come late."""
    found = visit.desk.gate.house.inventory().vehicles.values()
    return sorted((each for each in found if visit.actor.sees(each.site)), key=lambda each: each.name)


def said_of(words: Words, row: Any) -> str:
    """Return what a paper says in one line."""
    said = [
        f"{words.number(float(value / factor), digits)} {unit}"
        for value, factor, digits, unit in (
            (row.fuel_l, 1, 2, "l"),
            (row.energy_wh, 1000, 1, "kWh"),
            (row.distance_m, 1000, 1, "km"),
        )
        if value is not None
    ]
    said += [words.label(each) for each in (row.fuel, row.place) if each is not None]
    if row.odometer_m is not None:
        odometer = words.number(float(row.odometer_m / 1000))
        said.append(f"{words.t('vouchers.odometer')}: {odometer}")
    return ", ".join(said)


def _read(visit: Visit, given: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """Return what was filled in as requests take it, and what cannot be read."""
    names = ("vehicle", "kind", "number", "fuel", "place", "confirm")
    read, problems = {name: given[name] for name in names if given[name]}, []
    for name, (label, factor) in NUMBERS.items():
        if not given[name]:
            continue
        try:
            value = parse_decimal(given[name].replace(" ", ""), locale=visit.language, strict=True)
            read[name] = str(Decimal(value) * factor)
        except NumberFormatError:
            problems.append(Problem(visit.words.t("vouchers.unreadable", field=visit.words.t(label)), name))
    usual = "23:59" if given["kind"] == VoucherKind.LOGBOOK else "12:00"
    try:
        at = datetime.fromisoformat(f"{given['day']}T{given['time'] or usual}")
        read["at_utc"] = at.replace(tzinfo=visit.words.zone).isoformat()
    except ValueError:
        problems.append(Problem(visit.words.t("vouchers.no_day"), "day"))
    return read, problems
