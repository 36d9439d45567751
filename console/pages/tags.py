"""Charging cards: the list with the unknown ones seen lately, adding, handing on, blocking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import Response

from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.filters import Choice, Filters, choice, members, search
from console.pages.places import may
from console.pages.visit import Visit
from console.pages.words import Words
from core.errors import ConfigError, ServiceError
from operations.tags.rows import TagState

FIELDS: Final = ("id", "label", "pseudonym", "vehicle", "group", "valid_from", "valid_to")
"""What the form of a new card may show again; its number is none of them."""

UNKNOWN_SHOWN = 10

MARKS: Final[Mapping[TagState, tuple[str, str]]] = {
    TagState.VALID: ("good", "good"),
    TagState.BLOCKED: ("offline", "bad"),
    TagState.NOT_YET: ("paused", "idle"),
    TagState.ENDED: ("closed", "idle"),
}
"""Shape and tone of a card's state."""


async def show_all(visit: Visit) -> Response:
    """Return the list of cards with the form for another one, filled in with an unknown card where one was chosen."""
    return await _list(visit, {"pseudonym": visit.query.get("seen", "")})


async def add(visit: Visit) -> Response:
    """Add a card, or return the form with what is wrong with it."""
    form = await visit.form()
    given = {name: str(form.get(name, "")).strip() for name in FIELDS}
    number = str(form.get("uid", "")).strip()
    try:
        asked = {name: text for name, text in given.items() if text or name in ("id", "label")}
        await visit.ask("tags.add", **asked, **({"uid": number} if number else {}))
    except ServiceError as error:
        return await _list(visit, given, 422, _problems(visit, error, given["id"]))
    return visit.go(f"/tags/{given['id']}", "console.done_tag_added")


async def show(visit: Visit) -> Response:
    """Return one card."""
    return await _one(visit, {})


async def assign(visit: Visit) -> Response:
    """Hand a card on."""
    form = await visit.form()
    given = {name: str(form.get(name, "")).strip() for name in ("vehicle", "group", "valid_from", "valid_to")}
    try:
        made = await visit.ask(
            "tags.assign", id=visit.part("id"), **{name: text for name, text in given.items() if text}
        )
    except ServiceError as error:
        return await _one(visit, given, 422, _problems(visit, error, visit.part("id")))
    return visit.go(f"/tags/{made.change.entry.partition('/')[2]}", "console.done_tag_assigned")


async def block(visit: Visit) -> Response:
    """Block a card."""
    form = await visit.form()
    clears = form.get("clear_caches") == "true"
    reason = str(form.get("reason", "")).strip()
    return await _settle(visit, "tags.block", "console.done_tag_blocked", reason=reason, clear_caches=clears)


async def unblock(visit: Visit) -> Response:
    """Let a card charge again."""
    await visit.form()
    return await _settle(visit, "tags.unblock", "console.done_tag_unblocked")


async def _settle(visit: Visit, row: str, done: str, **given: Any) -> Response:
    try:
        await visit.ask(row, id=visit.part("id"), **given)
    except ServiceError as error:
        return await _one(visit, {}, 422, _problems(visit, error, visit.part("id")))
    return visit.go(f"/tags/{visit.part('id')}", done)


async def _list(
    visit: Visit, given: Mapping[str, str], status: int = 200, problems: Sequence[Problem] = ()
) -> Response:
    states = choice(visit.query, "state", "console.state", members(TagState, visit.words))
    filters = Filters("/tags", (search(visit.query), states), visit.query.get("cursor", ""))
    page = await visit.ask("tags.list", **filters.given(), cursor=filters.cursor)
    unknown = await visit.ask("tags.unknown", limit=UNKNOWN_SHOWN)
    shown = {"valid_from": visit.desk.gate.house.day(visit.now_utc).isoformat(), **given}
    return visit.page(
        "tags/list.html",
        visit.words.t("tags.title"),
        status,
        page=page,
        filters=filters,
        unknown=unknown,
        given={name: shown.get(name, "") for name in FIELDS},
        problems=problems,
        may_add=may(visit.actor, "tags.add"),
        may_import=may(visit.actor, "tags.import"),
        **_said(visit),
    )


async def _one(visit: Visit, given: Mapping[str, str], status: int = 200, problems: Sequence[Problem] = ()) -> Response:
    detail = await visit.ask("tags.show", id=visit.part("id"))
    today = visit.desk.gate.house.day(visit.now_utc).isoformat()
    shown = {"valid_from": today, **given}
    return visit.page(
        "tags/show.html",
        detail.tag.name,
        status,
        detail=detail,
        given={name: shown.get(name, "") for name in ("vehicle", "group", "valid_from", "valid_to")},
        problems=problems,
        **_said(visit),
    )


def _said(visit: Visit) -> dict[str, Any]:
    """Return how templates of this subject say things, and what can be chosen."""
    house = visit.desk.gate.house
    day = house.day(visit.now_utc)
    vehicles = [
        each for each in house.inventory().vehicles.values() if each.valid_on(day) and visit.actor.sees(each.site)
    ]
    return {
        "vehicles": [Choice(each.id, each.name) for each in sorted(vehicles, key=lambda each: each.name)],
        "groups": sorted({each.group for each in vehicles}),
        "mark_of": lambda state: _mark(visit.words, state),
    }


def _mark(words: Words, state: TagState) -> dict[str, str]:
    shape, tone = MARKS[state]
    return {"shape": shape, "tone": tone, "text": words.label(state)}


def _problems(visit: Visit, error: ServiceError, tag: str) -> list[Problem]:
    """Return what is wrong at the fields of the form; file and line of what was not written help nobody."""
    if not isinstance(error, ConfigError):
        if not (can_be_mended(error) or error.finding.code == "config.managed_read_only"):
            raise error
        return problems_of(visit, error)
    found = []
    for finding in error.findings:
        key, text = str(dict(finding.params).get("key", "")), visit.words.say(finding)
        field = key.removeprefix(f"tags.{tag}.") if key.startswith(f"tags.{tag}.") else ""
        field = "label" if field == "name" else field
        found.append(Problem(text.partition(f"{key}: ")[2] or text, field))
    return found
