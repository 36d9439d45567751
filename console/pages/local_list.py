"""The list of cards inside a charge point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from fastapi import Response

from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.places import may
from console.pages.visit import Visit
from core.errors import ServiceError
from operations.local_lists.plan import ListState
from operations.local_lists.rows import LocalList

SHOW, SYNC = "stations.local_list", "stations.sync_list"

MARKS: Final[Mapping[ListState, tuple[str, str]]] = {
    ListState.IN_SYNC: ("good", "good"),
    ListState.UNDER_WAY: ("paused", "idle"),
    ListState.FAILED: ("offline", "bad"),
    ListState.NOT_SUPPORTED: ("closed", "idle"),
    ListState.OFF: ("closed", "idle"),
}
"""Shape and tone of a list's state."""


async def show(visit: Visit) -> Response:
    """Return how the list of a charge point stands, and which cards belong on it."""
    return _page(visit, await visit.ask(SHOW, id=visit.part("id")))


async def sync(visit: Visit) -> Response:
    """Have a charge point's list compared and put right."""
    await visit.form()
    name = visit.part("id")
    try:
        await visit.ask(SYNC, id=name)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return _page(visit, await visit.ask(SHOW, id=name), 422, problems_of(visit, error))
    return visit.go(f"/stations/{name}/cards", "console.done_list_asked")


def _page(visit: Visit, found: LocalList, status: int = 200, problems: Sequence[Problem] = ()) -> Response:
    shape, tone = MARKS[found.standing]
    return visit.page(
        "stations/cards.html",
        visit.words.t("local_lists.title"),
        status,
        found=found,
        mark={"shape": shape, "tone": tone, "text": visit.words.label(found.standing)},
        problems=problems,
        may_sync=may(visit.actor, SYNC) and found.standing is not ListState.OFF,
    )
