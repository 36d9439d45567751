"""One's own password."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Response

from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.visit import Visit
from core.errors import ServiceError


async def show(visit: Visit) -> Response:
    """Return the form."""
    return _page(visit)


async def change_password(visit: Visit) -> Response:
    """Set the password; all sessions end, so the next page is the door."""
    form = await visit.form()
    password, again = str(form.get("password", "")), str(form.get("again", ""))
    if password != again:
        return _page(visit, [Problem(visit.words.t("console.account.not_equal"), "again")])
    try:
        await visit.ask("users.password", password=password)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return _page(visit, problems_of(visit, error))
    return visit.go("/signin", "console.done_password_set")


def _page(visit: Visit, problems: Sequence[Problem] = ()) -> Response:
    status = 422 if problems else 200
    return visit.page("people/account.html", visit.words.t("console.account.title"), status, problems=problems)
