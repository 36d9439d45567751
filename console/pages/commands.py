"""How commands to charge points went: all of them, those asked at once, and one with the station's answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from fastapi import Response

from console.pages.filters import Filters, choice, members
from console.pages.places import may
from console.pages.visit import Visit
from console.pages.words import Words
from core.commands import CommandKind, CommandState
from core.errors import NotFoundError
from core.station_words import Line, lines_of
from core.texts import catalogue

CANCEL: Final = "commands.cancel"
AT_ONCE: Final = 500
"""So many commands of one asking are shown on its page."""


async def show_all(visit: Visit) -> Response:
    """Return commands to all stations, newest first; with `group` in the address, those asked at once."""
    if group := visit.query.get("group", ""):
        return await _show_group(visit, group)
    filters = Filters(
        "/commands",
        (
            choice(visit.query, "kind", "commands.command", members(CommandKind, visit.words)),
            choice(visit.query, "state", "console.state", members(CommandState, visit.words)),
        ),
        cursor=visit.query.get("cursor", ""),
    )
    page = await visit.ask("commands.list", **filters.given(), cursor=filters.cursor)
    return visit.page(
        "commands/list.html", visit.words.t("commands.title"), page=page, filters=filters, **rows_of(page)
    )


async def show(visit: Visit) -> Response:
    """Return one command with the station's answer."""
    row = await visit.ask("commands.show", id=visit.part("id"))
    return visit.page(
        "commands/show.html",
        visit.words.label(row.command),
        row=row,
        said=said(visit.words, row.station_said),
        asked=said(visit.words, row.request),
        may_cancel=may(visit.actor, CANCEL),
        progress_of=progress_of,
    )


async def cancel(visit: Visit) -> Response:
    """Take back a command that waits."""
    await visit.form()
    await visit.ask(CANCEL, id=visit.part("id"))
    return visit.go(f"/commands/{quote(visit.part('id'))}")


def rows_of(page: Any) -> dict[str, Any]:
    """Return what the table of commands needs besides its page; `going_on` where one of them has not ended."""
    return {"progress_of": progress_of, "going_on": any(not row.final for row in page.items)}


_TONES: Final[Mapping[CommandState, tuple[str, str]]] = {
    CommandState.WAITING: ("paused", "idle"),
    CommandState.SENT: ("busy", "busy"),
    CommandState.ACCEPTED: ("busy", "busy"),
    CommandState.DONE: ("good", "good"),
    CommandState.REJECTED: ("warn", "warn"),
    CommandState.FAILED: ("warn", "bad"),
    CommandState.TIMED_OUT: ("offline", "bad"),
    CommandState.NOT_SUPPORTED: ("closed", "idle"),
    CommandState.CANCELLED: ("closed", "idle"),
}


def progress_of(words: Words, state: CommandState) -> dict[str, str]:
    """Return how far a command is as shape, tone and word."""
    shape, tone = _TONES[state]
    return {"shape": shape, "tone": tone, "text": words.label(state)}


def said(words: Words, told: Mapping[str, Any]) -> list[Line]:
    """Return what a station was asked or said as names and values."""
    return lines_of(told, catalogue(words.language), words.local)


async def _show_group(visit: Visit, group: str) -> Response:
    page = await visit.ask("commands.list", group=group, limit=AT_ONCE)
    if not page.items:
        raise NotFoundError("commands.group_unknown")
    counts = Counter(row.progress for row in page.items)
    return visit.page(
        "commands/group.html",
        visit.words.label(page.items[0].command),
        page=page,
        counts=[(state, counts[state]) for state in CommandState if counts[state]],
        ended=sum(row.final for row in page.items),
        **rows_of(page),
    )
