"""What-if calculations: a form for the common case, YAML for every other, the result with its sums, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from babel.numbers import NumberFormatError, parse_decimal
from fastapi import Response

from console.pages.calc_forms import CALCULATIONS, CLEAN_VEHICLES, SAVINGS, SHARES, THG, CalcPage, yaml_of
from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.visit import Visit
from core.errors import ServiceError
from core.exact import written
from operations.edge import write_result
from operations.laws.wording import key_in_words
from operations.table import CAPABILITIES

BY_YAML: Final = "yaml"
AS_JSON: Final = "json"


async def show_savings(visit: Visit) -> Response:
    """Return the form about savings."""
    return _page(visit, SAVINGS, _start(visit, SAVINGS))


async def show_thg(visit: Visit) -> Response:
    """Return the form about the THG quota."""
    return _page(visit, THG, _start(visit, THG))


async def show_clean_vehicles(visit: Visit) -> Response:
    """Return the form about clean vehicles."""
    return _page(visit, CLEAN_VEHICLES, _start(visit, CLEAN_VEHICLES))


async def show_shares(visit: Visit) -> Response:
    """Return the form about revenue shares."""
    return _page(visit, SHARES, _start(visit, SHARES))


async def savings(visit: Visit) -> Response:
    """Return what would be saved, with the form as it was filled in."""
    return await _calculate(visit, SAVINGS)


async def thg(visit: Visit) -> Response:
    """Return what certificates would bring."""
    return await _calculate(visit, THG)


async def clean_vehicles(visit: Visit) -> Response:
    """Return how the quotas would stand."""
    return await _calculate(visit, CLEAN_VEHICLES)


async def shares(visit: Visit) -> Response:
    """Return what a plant would have to share."""
    return await _calculate(visit, SHARES)


async def _calculate(visit: Visit, page: CalcPage) -> Response:
    form = await visit.form()
    given = {field.name: str(form.get(field.name, "")).strip() for field in page.fields}
    text = str(form.get("input", ""))
    if form.get("by") == BY_YAML:
        given = _start(visit, page)
    else:
        read, problems = _read(visit, page, given)
        if problems:
            return _page(visit, page, given, text, problems, status=422)
        text = yaml_of(page.input_of(read))
    try:
        result = await visit.ask(page.row, input=text or " ", origin="YAML")
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return _page(visit, page, given, text, problems_of(visit, error), status=422)
    if form.get("as") == AS_JSON:
        return _download(page, result)
    return _page(visit, page, given, text, result=result)


def _download(page: CalcPage, result: Any) -> Response:
    name = f"kreiswatt-{page.path.rpartition('/')[2]}.json"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(write_result(CAPABILITIES[page.row], result), media_type="application/json", headers=headers)


def _start(visit: Visit, page: CalcPage) -> dict[str, str]:
    """Return the form as it is at first: about last year, whose factors are published."""
    year = str(visit.now_utc.year - 1)
    return {field.name: year if field.year else field.start for field in page.fields}


def _read(visit: Visit, page: CalcPage, given: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """Return numbers as inputs write them, and what is none."""
    read, problems = dict(given), []
    for field in page.fields:
        if field.control == "number" and given[field.name]:
            try:
                number = parse_decimal(given[field.name].replace(" ", ""), locale=visit.language, strict=True)
                read[field.name] = format(number, "f")
            except NumberFormatError:
                label = visit.words.t(field.label)
                problems.append(Problem(visit.words.t("console.bookings.unreadable", field=label), field.name))
    return read, problems


def _page(
    visit: Visit,
    page: CalcPage,
    given: Mapping[str, str],
    text: str = "",
    problems: list[Problem] | None = None,
    *,
    result: Any = None,
    status: int = 200,
) -> Response:
    return visit.page(
        "calc/page.html",
        visit.words.t(page.title),
        status,
        page=page,
        calculations=CALCULATIONS,
        given=given,
        text=text,
        problems=problems or [],
        result=result,
        formula=lambda said: written(said, visit.language),
        said=lambda text: text.text(visit.language),
        in_words=lambda key: key_in_words(key, visit.language),
    )
