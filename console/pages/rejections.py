"""Rejected messages: why, what they said, and another try."""

from __future__ import annotations

from fastapi import Response

from console.pages.filters import by_subject
from console.pages.visit import Visit
from operations.edge import read_request
from operations.gate import admitted

REPLAY = "rejections.replay"


async def show_all(visit: Visit) -> Response:
    """Return the list, newest first."""
    filters = by_subject("/rejections", visit.query)
    page = await visit.ask("rejections.list", **filters.given(), cursor=filters.cursor)
    return visit.page("inbox/rejections.html", visit.words.t("console.rejections.title"), page=page, filters=filters)


async def show(visit: Visit) -> Response:
    """Return one rejected message whole."""
    detail = await visit.ask("rejections.show", id=visit.part("id"))
    heading = visit.words.t("console.rejections.one", id=detail.rejection.id)
    return visit.page("inbox/rejection.html", heading, detail=detail)


async def replay(visit: Visit) -> Response:
    """Begin to decode messages again, and go where it can be watched."""
    form = await visit.form()
    given = {"ids": form.getlist("ids"), "query": form.get("query")}
    filled = {name: value for name, value in given.items() if value}
    request = read_request(admitted(REPLAY, visit.actor), filled)
    run = visit.desk.long.start(REPLAY, request, visit.actor)
    return visit.go(f"/rejections/replay/{run.id}")


async def show_run(visit: Visit) -> Response:
    """Return how far a replay is."""
    run = visit.desk.long.run(visit.part("run"), visit.actor)
    return visit.page("inbox/replay.html", visit.words.t("console.replay.title"), run=run)


async def cancel_run(visit: Visit) -> Response:
    """Stop a replay; what has been stored stays."""
    await visit.form()
    run = await visit.desk.long.cancel(visit.part("run"), visit.actor)
    return visit.go(f"/rejections/replay/{run.id}")
