"""The firmware library: which files there are, taking one in, looking at one, throwing one away."""

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
from operations.gate import admitted

ADD: Final = "firmware.add"
GIVEN: Final[Mapping[str, str]] = {
    "maker": "",
    "model": "",
    "firmware": "",
    "signing_certificate": "",
    "signature": "",
}
"""What the form begins with."""


async def show_all(visit: Visit) -> Response:
    """Return the files, newest first, with the form for another."""
    return await _list(visit)


async def add(visit: Visit) -> Response:
    """Take a file into the library, or return the form with what is wrong with it."""
    admitted(ADD, visit.actor)
    form = await visit.form()
    given = {name: str(form.get(name, "")).strip() for name in GIVEN}
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return await _list(visit, 422, given, [Problem(visit.words.t("console.intensity.no_file"), "file")])
    try:
        kept = await keep_form_file(visit.desk.gate.house, file)
        added = await visit.ask(ADD, upload=kept.digest, **given)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await _list(visit, 422, given, problems_of(visit, error))
    finally:
        await file.close()
    return visit.go(f"/firmware/{added.row.id}", "firmware.added")


async def show(visit: Visit) -> Response:
    """Return a file, and how it is brought to stations."""
    found = await visit.ask("firmware.show", id=visit.part("id"))
    title = visit.words.t("firmware.one", maker=found.row.maker, model=found.row.model, firmware=found.row.firmware)
    return visit.page("firmware/show.html", title, found=found, row=found.row, may_keep=may(visit.actor, ADD))


async def remove(visit: Visit) -> Response:
    """Throw a file away."""
    await visit.form()
    await visit.ask("firmware.remove", id=visit.part("id"))
    return visit.go("/firmware", "firmware.removed")


async def _list(visit: Visit, status: int = 200, given: Mapping[str, str] = GIVEN, problems: Any = ()) -> Response:
    known = visit.desk.gate.house.inventory().stations.values()
    return visit.page(
        "firmware/list.html",
        visit.words.t("firmware.title"),
        status,
        page=await visit.ask("firmware.list"),
        given=given,
        problems=problems,
        makers=sorted({each.maker for each in known if each.maker}),
        models=sorted({each.model for each in known if each.model}),
        may_add=may(visit.actor, ADD),
    )
