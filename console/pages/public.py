"""The public page on shares, open to everybody where `console.public_shares` says so."""

from __future__ import annotations

from importlib import resources
from pathlib import PurePath
from typing import Final

from fastapi import Response
from fastapi.responses import RedirectResponse

from console.pages.errors import unknown
from console.pages.visit import Visit
from console.publication import KEPT_FOR
from console.signin import TooManyAttemptsError
from reports.public_page import PAGES

PATH: Final = "/public/shares"
SCHEMAS: Final = ("share_statement.schema.json",)
"""Descriptions of files that the service makes for programs; they hold no data."""

MEDIA: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
}


async def show_front(visit: Visit) -> Response:
    """Lead to the page in the reader's language."""
    if not visit.desk.settings.public_shares:
        return await unknown(visit)
    return RedirectResponse(f"{PATH}/{PAGES[visit.language]}")


async def show_file(visit: Visit) -> Response:
    """Return a page or a file of open data. Raises `TooManyAttemptsError` for who asks again and again."""
    if not visit.desk.settings.public_shares:
        return await unknown(visit)
    publication = visit.desk.publication
    if wait_s := publication.wait_s(visit.request.client.host if visit.request.client else ""):
        raise TooManyAttemptsError(wait_s)
    name = visit.part("file")
    content = (await publication.files(visit.desk.gate.house, visit.now_utc)).get(name)
    if content is None:
        return await unknown(visit)
    kept_s = int(KEPT_FOR.total_seconds())
    headers = {"cache-control": f"public, max-age={kept_s}"}
    return Response(content, media_type=MEDIA[PurePath(name).suffix], headers=headers)


async def show_schema(visit: Visit) -> Response:
    """Return the description of a form for programs, to everybody."""
    name = visit.part("file")
    if name not in SCHEMAS:
        return await unknown(visit)
    content = (resources.files("reports") / name).read_bytes()
    return Response(content, media_type="application/schema+json")
