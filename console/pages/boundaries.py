"""Boundaries of municipalities: which editions there are, taking one in, its areas on a map, taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import Response
from starlette.datastructures import UploadFile

from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.places import may
from console.pages.visit import Visit
from console.uploads import keep_form_file
from core.errors import ServiceError
from ingest.boundary_layout import KNOWN_EPSG
from operations.gate import admitted

IMPORT: Final = "boundaries.import"
FIELDS: Final = (
    "valid_on",
    "source",
    "edition",
    "crs",
    "layer",
    "key_column",
    "name_column",
    "kind_column",
    "state_column",
)


async def show_all(visit: Visit) -> Response:
    """Return the list of editions with a form for another one."""
    return await _list(visit)


async def show(visit: Visit) -> Response:
    """Return an edition with its areas."""
    found = await visit.ask("boundaries.show", id=visit.part("id"), map="true", language=visit.language)
    may_withdraw = may(visit.actor, "boundaries.withdraw")
    return visit.page("boundaries/show.html", found.row.edition, found=found, row=found.row, may_withdraw=may_withdraw)


async def take(visit: Visit) -> Response:
    """Take a file in, or only try it."""
    form = await visit.form()
    file, given = form.get("file"), {name: str(form.get(name, "")).strip() for name in (*FIELDS, "keys")}
    if not isinstance(file, UploadFile) or not file.filename:
        await form.close()
        return await _list(visit, 422, given, problems=[Problem(visit.words.t("boundaries.no_file"), "file")])
    admitted(IMPORT, visit.actor)
    asked: dict[str, Any] = {name: given[name] for name in FIELDS} | {"keys": given["keys"].split() or None}
    try:
        kept = await keep_form_file(visit.desk.gate.house, file)
        taken = await visit.ask(IMPORT, upload=kept.digest, **asked, dry_run="true" if form.get("dry_run") else "false")
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await _list(visit, 422, given, problems=problems_of(visit, error))
    finally:
        await file.close()
    return await _list(visit, given=given if taken.dry_run else {}, taken=taken)


async def withdraw(visit: Visit) -> Response:
    """Withdraw an edition, or take its withdrawal back."""
    form = await visit.form()
    undo = bool(form.get("undo"))
    await visit.ask(
        "boundaries.withdraw",
        id=visit.part("id"),
        reason=str(form.get("reason", "")).strip(),
        undo="true" if undo else "false",
    )
    done = "console.done_boundaries_undone" if undo else "console.done_boundaries_withdrawn"
    return visit.go(f"/boundaries/{visit.part('id')}", done)


async def _list(visit: Visit, status: int = 200, given: Mapping[str, str] | None = None, **values: Any) -> Response:
    withdrawn = visit.query.get("withdrawn") == "true"
    page = await visit.ask("boundaries.list", withdrawn="true" if withdrawn else "")
    shown = {"problems": [], "taken": None, **values}
    return visit.page(
        "boundaries/list.html",
        visit.words.t("boundaries.title"),
        status,
        page=page,
        given={name: (given or {}).get(name, "") for name in (*FIELDS, "keys")},
        codes=[f"EPSG:{code}" for code in KNOWN_EPSG],
        withdrawn=withdrawn,
        may_import=may(visit.actor, IMPORT),
        **shown,
    )
