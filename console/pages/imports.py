"""Importing files: handing one in, trying it, importing it, and taking that back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Response
from starlette.datastructures import UploadFile

from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.filters import Filters, choice, members
from console.pages.places import may
from console.pages.visit import Visit
from console.pages.vouchers import said_of
from console.uploads import keep_form_file
from core.errors import ServiceError
from core.imports import ImportState
from ingest.files.columns import letter
from operations.edge import read_request
from operations.gate import admitted

TRY, RUN = "imports.preview", "imports.run"


async def show_all(visit: Visit) -> Response:
    """Return what was imported, newest first, and the form for one more file."""
    return await _list(visit)


async def hand_in(visit: Visit) -> Response:
    """Take a file in, and try it at once where its mapping is known."""
    admitted(RUN, visit.actor)
    form = await visit.form()
    file, mapping = form.get("upload"), str(form.get("mapping", ""))
    if not isinstance(file, UploadFile) or not file.filename:
        await form.close()
        return await _list(visit, [Problem(visit.words.t("console.imports.no_file"), "upload")], 422)
    try:
        kept = await keep_form_file(visit.desk.gate.house, file)
    except ServiceError as error:
        return await _list(visit, problems_of(visit, error), 422)
    finally:
        await file.close()
    return _try(visit, kept.digest, mapping) if mapping else visit.go(f"/imports/files/{kept.digest}")


async def look(visit: Visit) -> Response:
    """Return the first rows of a file as they stand there, and the mappings to try."""
    found = await visit.ask("imports.look", upload=visit.part("upload"))
    return visit.page(
        "imports/look.html",
        found.name,
        look=found,
        mappings=await _known(visit),
        papers=_papers(visit),
        column_letter=letter,
    )


async def start_trial(visit: Visit) -> Response:
    """Begin to try a file, and go where it can be watched."""
    form = await visit.form()
    return _try(visit, visit.part("upload"), str(form.get("mapping", "")))


async def show_trial(visit: Visit) -> Response:
    """Return how far a trial is, and then what the file would bring."""
    run = visit.desk.long.run(visit.part("run"), visit.actor)
    heading = visit.words.t("console.imports.trial")
    return visit.page("imports/trial.html", heading, run=run, says=lambda row: said_of(visit.words, row))


async def cancel_trial(visit: Visit) -> Response:
    """Stop a trial."""
    await visit.form()
    run = await visit.desk.long.cancel(visit.part("run"), visit.actor)
    return visit.go(f"/imports/trial/{run.id}")


async def start_run(visit: Visit) -> Response:
    """Begin to import a file, and go where it can be watched."""
    form = await visit.form()
    given = {"upload": visit.part("upload"), "mapping": str(form.get("mapping", ""))}
    run = visit.desk.long.start(RUN, read_request(admitted(RUN, visit.actor), given), visit.actor)
    return visit.go(f"/imports/run/{run.id}")


async def show_run(visit: Visit) -> Response:
    """Return how far an import is."""
    run = visit.desk.long.run(visit.part("run"), visit.actor)
    return visit.page("imports/run.html", visit.words.t("console.imports.importing"), run=run)


async def cancel_run(visit: Visit) -> Response:
    """Stop an import; what it has stored stays until it is taken back."""
    await visit.form()
    run = await visit.desk.long.cancel(visit.part("run"), visit.actor)
    return visit.go(f"/imports/run/{run.id}")


async def show(visit: Visit) -> Response:
    """Return one import."""
    return await _one(visit)


async def withdraw(visit: Visit) -> Response:
    """Take an import back."""
    form = await visit.form()
    given = {"id": visit.part("id"), "reason": str(form.get("reason", "")).strip()}
    try:
        await visit.desk.gate.ask("imports.withdraw", given, visit.actor, visit.now_utc)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await _one(visit, problems_of(visit, error), 422)
    return visit.go(f"/imports/{visit.part('id')}", "console.done_import_withdrawn")


async def _known(visit: Visit) -> tuple[Any, ...]:
    """Return the mappings that files may be tried by: of readings, and of papers for who sees these."""
    papers = (await visit.ask("voucher_mappings.list")).items if _papers(visit) else ()
    return (*(await visit.ask("mappings.list")).items, *papers)


def _papers(visit: Visit) -> bool:
    return may(visit.actor, "voucher_mappings.list")


def _try(visit: Visit, digest: str, mapping: str) -> Response:
    request = read_request(admitted(TRY, visit.actor), {"upload": digest, "mapping": mapping})
    return visit.go(f"/imports/trial/{visit.desk.long.start(TRY, request, visit.actor).id}")


async def _list(visit: Visit, problems: list[Problem] | None = None, status: int = 200) -> Response:
    words = visit.words
    fields = (choice(visit.query, "state", "console.state", members(ImportState, words)),)
    filters = Filters("/imports", fields, visit.query.get("cursor", ""))
    page = await visit.ask("imports.list", **filters.given(), cursor=filters.cursor)
    may_import = may(visit.actor, RUN)
    mappings = await _known(visit) if may_import else ()
    values: Mapping[str, Any] = {
        "page": page,
        "filters": filters,
        "mappings": mappings,
        "may_import": may_import,
        "papers": _papers(visit),
    }
    values = {**values, "limit_mb": words.number(visit.desk.settings.upload_max_mb)}
    return visit.page("imports/list.html", words.t("console.imports.title"), status, problems=problems or (), **values)


async def _one(visit: Visit, problems: list[Problem] | None = None, status: int = 200) -> Response:
    detail = await visit.ask("imports.show", id=visit.part("id"))
    heading = visit.words.t("console.imports.one", id=detail.row.id)
    may_withdraw = may(visit.actor, "imports.withdraw") and detail.row.state is not ImportState.WITHDRAWN
    values: Mapping[str, Any] = {"detail": detail, "may_withdraw": may_withdraw}
    return visit.page("imports/show.html", heading, status, problems=problems or (), **values)
