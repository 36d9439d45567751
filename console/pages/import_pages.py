"""Files from other systems on a page: the form, the trial, the import, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Response
from starlette.datastructures import FormData, UploadFile

from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.visit import Visit
from console.uploads import keep_form_file
from core.errors import ServiceError
from operations.gate import admitted


@dataclass(frozen=True, slots=True)
class ImportPage:
    """The page at which files of one kind are taken in.

    `columns` are those that a file may have, `switches` and `lists` the form's own boxes and fields of lines.
    `more` is what the template knows besides.
    """

    capability: str
    template: str
    title: str
    columns: tuple[str, ...]
    switches: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    more: Callable[[Visit], Mapping[str, Any]] = lambda _: {}

    async def show(self, visit: Visit) -> Response:
        """Return the form."""
        admitted(self.capability, visit.actor)
        return self._page(visit)

    async def take(self, visit: Visit) -> Response:
        """Take a file in, or only try it."""
        admitted(self.capability, visit.actor)
        form = await visit.form()
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            no_file = Problem(visit.words.t("console.intensity.no_file"), "file")
            return self._page(visit, 422, problems=(no_file,))
        try:
            kept = await keep_form_file(visit.desk.gate.house, file)
            taken = await visit.ask(self.capability, upload=kept.digest, **self._asked(form))
        except ServiceError as error:
            if not can_be_mended(error):
                raise
            return self._page(visit, 422, problems=problems_of(visit, error))
        finally:
            await file.close()
        return self._page(visit, taken=taken)

    def _asked(self, form: FormData) -> dict[str, Any]:
        boxes = {name: "true" if form.get(name) else "false" for name in ("dry_run", *self.switches)}
        lines = {
            name: tuple(filter(str.strip, str(form.get(name, "")).splitlines())) for name in ("columns", *self.lists)
        }
        return boxes | lines

    def _page(self, visit: Visit, status: int = 200, **values: Any) -> Response:
        shown = {"problems": (), "taken": None, "columns": self.columns, **self.more(visit)} | values
        return visit.page(self.template, visit.words.t(self.title), status, **shown)
