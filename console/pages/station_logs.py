"""The logs that charge points uploaded: which there are, getting one, throwing one away."""

from __future__ import annotations

from fastapi import Response

from console.files import file_answer
from console.pages.filters import Choice, Field, Filters
from console.pages.places import may
from console.pages.visit import Visit

FETCH = "stations.fetch_log"


async def show_all(visit: Visit) -> Response:
    """Return the logs, newest first."""
    stations = (await visit.ask("stations.list", limit=500)).items
    choices = tuple(Choice(each.id, each.name) for each in stations)
    chosen = Field("station", "console.station", visit.query.get("station", ""), "choice", choices)
    filters = Filters("/station-logs", (chosen,), cursor=visit.query.get("cursor", ""))
    page = await visit.ask("stations.logs", **filters.given(), cursor=filters.cursor)
    title = visit.words.t("logs.title")
    return visit.page("stations/logs.html", title, page=page, filters=filters, may_fetch=may(visit.actor, FETCH))


async def fetch(visit: Visit) -> Response:
    """Return a log to be saved; that it was fetched is in the audit."""
    await visit.form()
    fetched = await visit.ask(FETCH, id=visit.part("id"))
    return file_answer(await visit.desk.gate.fetch(fetched.file.id, visit.actor, visit.now_utc))


async def delete(visit: Visit) -> Response:
    """Throw a log away."""
    await visit.form()
    await visit.ask("stations.delete_log", id=visit.part("id"))
    return visit.go("/station-logs", "logs.deleted")
