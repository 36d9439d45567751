"""Sessions of a charge point assembled again from its journal: what would be otherwise, and kept if wanted."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from fastapi import Response

from console.pages.visit import Visit

REBUILD = "stations.rebuild"


async def show(visit: Visit) -> Response:
    """Return the form."""
    return await _page(visit, None)


async def run(visit: Visit) -> Response:
    """Assemble again, and show what is otherwise."""
    form = await visit.form()
    since = _midnight(visit, str(form.get("since", "")))
    more = {} if since is None else {"since_utc": since}
    rebuilt = await visit.ask(REBUILD, id=visit.part("id"), dry_run=not form.get("keep"), **more)
    return await _page(visit, rebuilt)


async def _page(visit: Visit, rebuilt: Any) -> Response:
    detail = await visit.ask("stations.show", id=visit.part("id"))
    heading = visit.words.t("console.rebuild.title")
    return visit.page("stations/rebuild.html", heading, station=detail.station, rebuilt=rebuilt)


def _midnight(visit: Visit, text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), tzinfo=visit.words.zone).astimezone(UTC)
    except ValueError:
        return None
