"""The grid's intensity: which series there are, taking a file in, and the course of a series with how much is known."""

from __future__ import annotations

from typing import Any

from fastapi import Response
from starlette.datastructures import UploadFile

from console.pages.charts import line, scale
from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.filters import members
from console.pages.places import may
from console.pages.visit import Visit
from console.uploads import keep_form_file
from core.errors import ServiceError
from core.factors import Boundary
from operations.gate import admitted
from operations.grid.series import BOUNDARIES

IMPORT = "intensity.import"
HOUR_S = 3600


async def show_all(visit: Visit) -> Response:
    """Return the list of series."""
    return await _list(visit)


async def show(visit: Visit) -> Response:
    """Return the course of a series in a period."""
    found = await visit.ask("intensity.show", id=visit.part("id"), period=visit.query.get("period", "").strip())
    values = [point.g_per_kwh for point in found.points]
    axis = scale(values) if values else None
    whole_s = (found.end_utc - found.begin_utc).total_seconds()
    at = [((point.at_utc - found.begin_utc).total_seconds() + HOUR_S / 2) / whole_s for point in found.points]
    heading = visit.words.t("console.intensity.heading", name=found.name)
    drawn = line(values, axis, at) if axis else None
    return visit.page("intensity/show.html", heading, found=found, axis=axis, drawn=drawn)


async def take(visit: Visit) -> Response:
    """Take a file in, or only try it."""
    form = await visit.form()
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        await form.close()
        return await _list(visit, 422, problems=[Problem(visit.words.t("console.intensity.no_file"), "file")])
    admitted(IMPORT, visit.actor)
    asked = {name: str(form.get(name, "")).strip() for name in ("boundary", "series")}
    try:
        kept = await keep_form_file(visit.desk.gate.house, file)
        taken = await visit.ask(IMPORT, upload=kept.digest, **asked, dry_run="true" if form.get("dry_run") else "false")
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await _list(visit, 422, problems=problems_of(visit, error))
    finally:
        await file.close()
    return await _list(visit, taken=taken)


async def _list(visit: Visit, status: int = 200, **values: Any) -> Response:
    page = await visit.ask("intensity.list", limit=500)
    boundaries = [each for each in members(Boundary, visit.words) if each.value in set(BOUNDARIES)]
    shown = {"problems": [], "taken": None, **values}
    heading = visit.words.t("console.intensity.title")
    return visit.page(
        "intensity/list.html",
        heading,
        status=status,
        page=page,
        boundaries=boundaries,
        may_import=may(visit.actor, IMPORT),
        **shown,
    )
