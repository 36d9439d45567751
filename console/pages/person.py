"""What is stored of one person: handing it out, and forgetting their card."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.visit import Visit
from core.errors import ServiceError


async def show(visit: Visit) -> Response:
    """Return the form that asks whose data it is."""
    return _page(visit, {"tag": visit.query.get("tag", "")})


async def export(visit: Visit) -> Response:
    """Make a copy of all that is stored of a person, and say where it lies."""
    given = await _given(visit)
    return await _answer(visit, "privacy.export", given, "exported", language=visit.language)


async def erase(visit: Visit) -> Response:
    """Say what would be forgotten of a card; once that is confirmed, forget it."""
    given = await _given(visit)
    given.pop("vehicle")
    if given.pop("asked") and not given["for_good"]:
        problem = Problem(visit.words.t("console.privacy.erase_confirm_missing"), "for_good")
        return await _answer(visit, "privacy.erase", given, "erased", 422, (problem,))
    return await _answer(visit, "privacy.erase", given, "erased")


async def _given(visit: Visit) -> dict[str, Any]:
    form = await visit.form()
    texts = {name: str(form.get(name, "")).strip() for name in ("tag", "uid", "vehicle", "asked")}
    return {**texts, "for_good": form.get("for_good") == "true"}


async def _answer(
    visit: Visit,
    row: str,
    given: dict[str, Any],
    name: str,
    status: int = 200,
    problems: tuple[Problem, ...] = (),
    **more: str,
) -> Response:
    asked = {field: value for field, value in {**given, **more}.items() if field not in ("asked", "for_good")}
    if row == "privacy.erase":
        asked["for_good"] = given["for_good"]
    try:
        done = await visit.ask(row, **asked)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return _page(visit, given, 422, problems=problems_of(visit, error))
    return _page(visit, given, status, problems=problems, **{name: done})


def _page(visit: Visit, given: dict[str, Any], status: int = 200, **values: Any) -> Response:
    """Return the page; a card's number is never shown again."""
    inventory = visit.desk.gate.house.inventory()
    known: dict[str, Any] = {"exported": None, "erased": None, "problems": ()}
    return visit.page(
        "people/person.html",
        visit.words.t("console.privacy.person"),
        status,
        given={"tag": given.get("tag", ""), "vehicle": given.get("vehicle", ""), "by_number": bool(given.get("uid"))},
        cards=sorted(inventory.tags),
        vehicles=[each for each in inventory.vehicles.values() if each.personal],
        **(known | values),
    )
