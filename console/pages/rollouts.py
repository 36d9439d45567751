"""Roll-outs: which there are, starting one of firmware, following its stations, pausing, resuming, taking back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from fastapi import Response

from console.pages.errors import can_be_mended, problems_of
from console.pages.filters import Filters, choice, members
from console.pages.places import may
from console.pages.targets import WAVES, targets
from console.pages.visit import Visit
from console.pages.words import Words
from core.errors import ServiceError
from core.rollouts import RolloutKind, RolloutState

START: Final = "rollouts.start"
GIVEN: Final[Mapping[str, str]] = {
    "id": "",
    "group": "",
    "file": "",
    "firmware": "",
    "file_url": "",
    "canary": "1",
    "wave_size": "5",
    "pause_min": "60",
    "stop_after": "1",
    "within_h": "24",
    "signing_certificate": "",
    "signature": "",
}
"""What the form begins with."""

_LIVE: Final = (RolloutState.PAUSED, RolloutState.STOPPED)


async def show_all(visit: Visit) -> Response:
    """Return roll-outs, newest first, with the form for another (of a file of the library, if the address says so)."""
    return await _list(visit, given={**GIVEN, "file": visit.query.get("file", "")})


async def start(visit: Visit) -> Response:
    """Begin a roll-out, or return the form with what is wrong with it."""
    form = await visit.form()
    given = {name: str(form.get(name, "")).strip() for name in GIVEN}
    idle = bool(form.get("when_idle"))
    try:
        started = await visit.ask(START, **given, when_idle="true" if idle else "false")
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await _list(visit, 422, given, idle=idle, problems=problems_of(visit, error))
    return visit.go(f"/rollouts/{started.row.id}", "rollouts.started")


async def show(visit: Visit) -> Response:
    """Return a roll-out with how far each station is; while one is under way the page follows it."""
    found = await visit.ask("rollouts.show", id=visit.part("id"))
    row = found.row
    return visit.page(
        "rollouts/show.html",
        title_of(visit.words, row),
        found=found,
        row=row,
        follows=not row.state.final or row.through < row.stations,
        may_steer=may(visit.actor, START),
        may_pause=row.state is RolloutState.RUNNING,
        may_resume=row.state in _LIVE,
        may_cancel=not row.state.final,
        may_reverse=row.rollout_kind is RolloutKind.SETTINGS and row.reverses is None,
    )


def title_of(words: Words, row: Any) -> str:
    """Return what a roll-out is called: by its firmware, or as one of settings."""
    if row.rollout_kind is RolloutKind.FIRMWARE:
        return words.t("rollouts.one", firmware=row.firmware)
    return words.t("rollouts.settings_back", id=row.reverses) if row.reverses else words.t("rollouts.settings")


async def pause(visit: Visit) -> Response:
    """Let nothing more begin."""
    return await _turned(visit, "rollouts.pause", "rollouts.is_paused")


async def resume(visit: Visit) -> Response:
    """Let a roll-out go on."""
    return await _turned(visit, "rollouts.resume", "rollouts.is_resumed")


async def cancel(visit: Visit) -> Response:
    """End a roll-out."""
    return await _turned(visit, "rollouts.cancel", "rollouts.is_cancelled")


async def reverse(visit: Visit) -> Response:
    """Take the settings of a roll-out back by another, which is shown."""
    await visit.form()
    begun = await visit.ask("rollouts.reverse", id=visit.part("id"))
    return visit.go(f"/rollouts/{begun.row.id}", "rollouts.is_reversed")


async def _turned(visit: Visit, row: str, done: str) -> Response:
    await visit.form()
    await visit.ask(row, id=visit.part("id"))
    return visit.go(f"/rollouts/{visit.part('id')}", done)


async def _list(visit: Visit, status: int = 200, given: Mapping[str, str] = GIVEN, **values: Any) -> Response:
    words = visit.words
    filters = Filters(
        "/rollouts", (choice(visit.query, "state", "console.state", members(RolloutState, words)),), cursor=""
    )
    page = await visit.ask("rollouts.list", **filters.given())
    shown: dict[str, Any] = {"problems": [], "idle": True, **values}
    return visit.page(
        "rollouts/list.html",
        words.t("rollouts.title"),
        status,
        page=page,
        filters=filters,
        given=given,
        numbers=WAVES,
        **await targets(visit),
        title_of=partial(title_of, words),
        library=(await visit.ask("firmware.list")).items,
        may_start=may(visit.actor, START),
        **shown,
    )
