"""Bills of suppliers: the list with a form for another one, and one bill held against meter and tariff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from babel.numbers import NumberFormatError, parse_decimal
from fastapi import Response

from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.evidence import path_of_figure
from console.pages.filters import Choice, Filters, choice
from console.pages.places import may
from console.pages.visit import Visit
from core.errors import ServiceError
from core.inventory import MeterRole
from operations.keepers import EntryKind, keeps

Control = Literal["day", "number", "unit", "text"]


@dataclass(frozen=True, slots=True)
class BillField:
    """A field of the form: its name, what it is called, how it is filled in."""

    name: str
    label: str
    control: Control = "text"
    required: bool = False


FIELDS = (
    BillField("number", "console.bills.number"),
    BillField("first_day", "console.bills.first_day", "day", required=True),
    BillField("last_day", "console.bills.last_day", "day", required=True),
    BillField("used", "console.bills.used", "number"),
    BillField("unit", "console.bills.unit", "unit"),
    BillField("begin_reading", "console.bills.begin_reading", "number"),
    BillField("end_reading", "console.bills.end_reading", "number"),
    BillField("net_eur", "console.bills.net_amount", "number", required=True),
    BillField("gross_eur", "console.bills.gross_amount", "number"),
    BillField("document", "console.bills.document"),
    BillField("note", "console.bills.note"),
)


async def show_all(visit: Visit) -> Response:
    """Return the list of bills with a form for another one."""
    return await _list(visit, visit.query)


async def add(visit: Visit) -> Response:
    """Keep a bill, or return the form with what is wrong with it."""
    form = await visit.form()
    given = {name: str(form.get(name, "")).strip() for name in ("meter", *(field.name for field in FIELDS))}
    read, problems = _read(visit, given)
    if problems:
        return await _list(visit, given, 422, problems)
    try:
        row = await visit.ask("bills.add", **read)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await _list(visit, given, 422, problems_of(visit, error))
    return visit.go(f"/bills/{row.id}", "console.done_bill")


async def show(visit: Visit) -> Response:
    """Return one bill held against meter and tariff."""
    detail = await visit.ask("bills.show", id=visit.part("id"))
    bill = detail.bill
    heading = visit.words.t("console.bills.heading", number=bill.number or str(bill.id))
    may_withdraw = may(visit.actor, "bills.withdraw") and keeps(visit.actor, EntryKind.METERS, [bill.site])
    return visit.page(
        "costs/bill.html", heading, detail=detail, may_withdraw=may_withdraw, path_of_figure=path_of_figure
    )


async def withdraw(visit: Visit) -> Response:
    """Take a bill back."""
    form = await visit.form()
    await visit.ask("bills.withdraw", id=visit.part("id"), reason=str(form.get("reason", "")))
    return visit.go(f"/bills/{visit.part('id')}", "console.done_bill_withdrawn")


async def _list(
    visit: Visit, given: Mapping[str, str], status: int = 200, problems: Sequence[Problem] = ()
) -> Response:
    sites = await visit.ask("sites.list", limit=500)
    at = choice(visit.query, "site", "console.site", [Choice(site.id, site.name) for site in sites.items])
    also = choice(
        visit.query, "withdrawn", "console.state", [Choice("true", visit.words.t("console.bills.withdrawn_too"))]
    )
    filters = Filters("/bills", (at, also), visit.query.get("cursor", ""))
    page = await visit.ask("bills.list", **filters.given(), cursor=filters.cursor)
    filled = {name: given.get(name, "") for name in ("meter", *(field.name for field in FIELDS))}
    return visit.page(
        "costs/bills.html",
        visit.words.t("console.bills.title"),
        status,
        page=page,
        filters=filters,
        meters=_meters(visit),
        may_add=may(visit.actor, "bills.add"),
        fields=FIELDS,
        given=filled,
        problems=problems,
    )


def _meters(visit: Visit) -> list[Any]:
    """Return the supply meters that the actor keeps, former ones too: their bills may come late."""
    found = [
        meter
        for meter in visit.desk.gate.house.inventory().meters.values()
        if meter.role is MeterRole.SUPPLY and keeps(visit.actor, EntryKind.METERS, [meter.site])
    ]
    return sorted(found, key=lambda meter: meter.name)


def _read(visit: Visit, given: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """Return what was filled in as requests take it, and what is no number."""
    read, problems = {name: text for name, text in given.items() if text}, []
    for field in FIELDS:
        if field.control == "number" and field.name in read:
            try:
                text = read[field.name].replace(" ", "")
                read[field.name] = str(parse_decimal(text, locale=visit.language, strict=True))
            except NumberFormatError:
                label = visit.words.t(field.label)
                problems.append(Problem(visit.words.t("console.bookings.unreadable", field=label), field.name))
    return read, problems
