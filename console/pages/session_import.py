"""Taking over past charge sessions from other systems."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import Response
from starlette.datastructures import UploadFile

from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.visit import Visit
from console.uploads import keep_form_file
from core.errors import ServiceError
from ingest.files.charge_sessions import COLUMNS
from operations.charging.rows import SessionsImported
from operations.gate import admitted

IMPORT: Final = "sessions.import"


async def show(visit: Visit) -> Response:
    """Return the form for a file of sessions."""
    admitted(IMPORT, visit.actor)
    return _page(visit)


async def take(visit: Visit) -> Response:
    """Take a file over, or only try it."""
    admitted(IMPORT, visit.actor)
    form = await visit.form()
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return _page(visit, 422, problems=[Problem(visit.words.t("console.intensity.no_file"), "file")])
    columns = tuple(filter(str.strip, str(form.get("columns", "")).splitlines()))
    try:
        kept = await keep_form_file(visit.desk.gate.house, file)
        dry_run = "true" if form.get("dry_run") else "false"
        stations = tuple(filter(str.strip, str(form.get("stations", "")).splitlines()))
        taken = await visit.ask(IMPORT, upload=kept.digest, columns=columns, stations=stations, dry_run=dry_run)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return _page(visit, 422, problems=problems_of(visit, error))
    finally:
        await file.close()
    return _page(visit, taken=taken)


def _page(
    visit: Visit, status: int = 200, *, taken: SessionsImported | None = None, problems: Sequence[Problem] = ()
) -> Response:
    return visit.page(
        "sessions/import.html",
        visit.words.t("console.sessions.import"),
        status,
        taken=taken,
        problems=problems,
        columns=COLUMNS,
    )
