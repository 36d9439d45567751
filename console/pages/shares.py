"""Revenue shares: a year by municipality, operator and plant, each with all it stands on; payments and uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, urlencode

from babel.numbers import NumberFormatError, parse_decimal
from fastapi import Response

from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.evidence import path_of_figure
from console.pages.exports import BYTE_ORDER_MARK, written_line
from console.pages.places import may
from console.pages.visit import Visit
from core.errors import NotFoundError, RequestError, ServiceError
from core.exact import written
from operations.edge import read_request
from operations.gate import admitted
from renewables.rules import Said

PATH: Final = "/shares"
SETTLE, BOOK, WITHDRAW = "shares.settle", "shares.book_use", "shares.withdraw_use"
FORECAST: Final = "true"
PLANT, MUNICIPALITY = "plant:", "municipality:"
TEXTS: Final = ("amount_eur", "spent_on", "purpose", "district", "affected")
PAPERS: Final = (
    ("pdf", "statement", "share_papers.make.statement_pdf"),
    ("xlsx", "statement", "share_papers.make.statement_xlsx"),
    ("json", "statement", "share_papers.make.statement_json"),
    ("pdf", "use_of_funds", "share_papers.make.use_of_funds_pdf"),
)
"""Files that can be made of an account, and what their buttons say; the last is of municipalities only."""

COLUMNS: Final = (
    *("payee", "key", "amount_eur", "currency", "purpose", "payer", "law", "citation", "rule"),
    *("plant", "year", "payment_year", "revision"),
)


async def show_all(visit: Visit) -> Response:
    """Return a year: its sums, what is to be done about drafts, municipalities, operators and plants."""
    words = visit.words
    given = {name: visit.query.get(name, "").strip() for name in ("year", "forecast")}
    found = await visit.ask("shares.list", **given)
    return visit.page(
        "shares/list.html",
        words.t("shares.title"),
        found=found,
        drafts=[each for each in found.plants if each.draft],
        **_helpers(visit, found),
        may_settle=may(visit.actor, SETTLE),
        may_pay=may(visit.actor, "shares.payments"),
        may_publish=may(visit.actor, "shares.publish"),
        last_year=visit.now_utc.astimezone(words.zone).year - 1,
    )


async def show(visit: Visit) -> Response:
    """Return what was settled for a municipality, an operator or a plant."""
    asked = {name: visit.query.get(name, "").strip() for name in ("year", "forecast")}
    found = await visit.ask("shares.show", id=visit.part("id"), **asked)
    versions = () if found.forecast else (await visit.ask("shares.history", id=found.scope, year=found.year)).items
    values = _helpers(visit, found) | {"found": found, "versions": versions}
    if found.scope.startswith(PLANT):
        maps = await _maps(visit, found)
        return visit.page("shares/plant.html", found.name, **values, maps=maps)
    return visit.page(
        "shares/account.html",
        found.name,
        **values,
        is_municipality=found.scope.startswith(MUNICIPALITY),
        papers=PAPERS if found.scope.startswith(MUNICIPALITY) else PAPERS[:-1],
        may_pay=may(visit.actor, "shares.payments"),
    )


def _helpers(visit: Visit, found: Any) -> dict[str, Any]:
    """Return what the templates say amounts, formulas, rules and addresses with."""
    kept = {"year": found.year} | ({"forecast": FORECAST} if found.forecast else {})
    words = visit.words
    return {
        "path_of_figure": path_of_figure,
        "formula": lambda text: written(text, visit.language),
        "said": lambda text: said(text, visit),
        "exact_euro": lambda amount: words.exact_value(amount, "€"),
        "page_of": lambda scope: f"{PATH}/{quote(scope, safe=':')}?{urlencode(kept)}",
        "year_query": urlencode(kept),
        "sum_of": lambda rows, name: sum(getattr(each, name) for each in rows),
        "asked_year": asked_year,
    }


def said(text: Said, visit: Visit) -> str:
    """Return a text of a rule in the language of the page."""
    return text.text(visit.language)


def asked_year(rows: Iterable[Any], name: str) -> str:
    """Return the year that a column of payments or refunds is about; several as `2026/2027`."""
    return "/".join(sorted({str(year) for each in rows if (year := getattr(each, name))})) or ""


async def _maps(visit: Visit, found: Any) -> list[Any]:
    """Return the maps of a plant's circles, where the boundaries are still those that it was settled by."""
    if not found.areas:
        return []
    try:
        asked = {"plant": found.scope.removeprefix(PLANT), "year": found.year, "language": visit.language}
        shown = await visit.ask("shares.areas", **asked, map="true")
    except (NotFoundError, RequestError):  # the plant is no longer in the inventory
        return []
    same = {each.radius_m for each in found.areas if each.edition == shown.edition}
    return [each for each in shown.circles if each.map_svg and each.radius_m in same]


async def settle(visit: Visit) -> Response:
    """Begin to settle a year, and go where it can be watched."""
    form = await visit.form()
    asked = {"year": str(form.get("year", "")).strip()}
    request = read_request(admitted(SETTLE, visit.actor), {name: value for name, value in asked.items() if value})
    run = visit.desk.long.start(SETTLE, request, visit.actor)
    return visit.go(f"{PATH}/run/{run.id}")


async def show_run(visit: Visit) -> Response:
    """Return how far a settlement is, and what it came to."""
    run = visit.desk.long.run(visit.part("run"), visit.actor)
    return visit.page("shares/run.html", visit.words.t("shares.settling_year"), run=run)


async def cancel_run(visit: Visit) -> Response:
    """Stop settling; what was kept already stays."""
    await visit.form()
    run = await visit.desk.long.cancel(visit.part("run"), visit.actor)
    return visit.go(f"{PATH}/run/{run.id}")


async def show_payments(visit: Visit) -> Response:
    """Return the list of payments of a year, and what is held back; before the first settlement, how to make one."""
    try:
        found = await _payments(visit)
    except NotFoundError:
        if visit.query.get("year") or visit.query.get("party"):
            raise
        return visit.page("shares/no_payments.html", visit.words.t("shares.payments_link"))
    kept = {"year": found.year} | ({"party": found.party} if found.party else {})
    return visit.page(
        "shares/payments.html",
        visit.words.t("shares.payments_title", year=found.year),
        found=found,
        csv_path=f"{PATH}/payments.csv?{urlencode(kept)}",
        page_of=lambda scope: f"{PATH}/{quote(scope, safe=':')}?year={found.year}",
    )


async def export_payments(visit: Visit) -> Response:
    """Return the list of payments as CSV, without what is held back."""
    found = await _payments(visit)
    lines = [written_line(COLUMNS, visit.language)]
    lines += [
        written_line(["EUR" if name == "currency" else getattr(row, name) for name in COLUMNS], visit.language)
        for row in found.items
    ]
    return Response(
        BYTE_ORDER_MARK + "".join(lines),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="kreiswatt-payments-{found.year}.csv"'},
    )


async def _payments(visit: Visit) -> Any:
    asked = {name: visit.query.get(name, "").strip() for name in ("year", "party")}
    return await visit.ask("shares.payments", **asked, language=visit.language)


async def show_uses(visit: Visit) -> Response:
    """Return what a municipality did with its share, and the form to enter more."""
    return await _uses(visit, {})


async def book(visit: Visit) -> Response:
    """Enter a use, or return the form with what is wrong with it."""
    form = await visit.form()
    given = {name: str(form.get(name, "")).strip() for name in TEXTS}
    asked = {name: value for name, value in given.items() if value}
    try:
        amount = parse_decimal(given["amount_eur"].replace(" ", ""), locale=visit.language, strict=True)
        asked["amount_eur"] = str(amount)
        year = str(form.get("year", ""))
        await visit.ask(BOOK, municipality=visit.part("id"), year=year, **asked)
    except NumberFormatError:
        text = visit.words.t("vouchers.unreadable", field=visit.words.t("shares.amount"))
        return await _uses(visit, given, [Problem(text, "amount_eur")], year=str(form.get("year", "")))
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await _uses(visit, given, problems_of(visit, error), year=str(form.get("year", "")))
    return visit.go(_path_of_uses(visit.part("id"), year), "console.done_share_use")


async def withdraw(visit: Visit) -> Response:
    """Take a use back, or let it count again."""
    form = await visit.form()
    use, undo = str(form.get("id", "")), str(form.get("undo", ""))
    municipality, year = visit.part("id"), use.partition(":")[0]
    try:
        await visit.ask(WITHDRAW, id=use, reason=str(form.get("reason", "")).strip(), undo=undo)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await _uses(visit, {}, problems_of(visit, error), year=year)
    return visit.go(_path_of_uses(municipality, year), "console.done_share_use_withdrawn")


def _path_of_uses(municipality: str, year: str) -> str:
    return f"{PATH}/uses/{quote(municipality, safe=':')}?{urlencode({'year': year})}"


async def _uses(
    visit: Visit, given: Mapping[str, str], problems: Sequence[Problem] = (), *, year: str = ""
) -> Response:
    asked = year or visit.query.get("year", "").strip()
    found = await visit.ask("shares.use_of_funds", municipality=visit.part("id"), year=asked, language=visit.language)
    return visit.page(
        "shares/uses.html",
        visit.words.t("shares.uses_title", name=found.name),
        422 if problems else 200,
        found=found,
        given={name: given.get(name, "") for name in TEXTS},
        problems=problems,
        may_book=may(visit.actor, BOOK),
        said=lambda text: said(text, visit),
        code_of=lambda municipality: municipality.removeprefix(MUNICIPALITY),
        account_path=f"{PATH}/{quote(found.municipality, safe=':')}?year={found.year}",
    )
