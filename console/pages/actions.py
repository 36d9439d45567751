"""Actions: what is to be done about the fleet, by whom and until when."""

from __future__ import annotations

from fastapi import Response

from console.pages.places import may
from console.pages.visit import Visit

ADD, CHANGE = "actions.add", "actions.change"


async def show_all(visit: Visit) -> Response:
    """Return what is to be done, and the form to enter more."""
    page = await visit.ask("actions.list")
    return visit.page("fleet/actions.html", visit.words.t("actions.title"), page=page, may_add=may(visit.actor, ADD))


async def add(visit: Visit) -> Response:
    """Enter something to be done."""
    form = await visit.form()
    given = {name: str(form.get(name, "")).strip() for name in ("text", "owner", "due")}
    await visit.ask(ADD, **{name: value for name, value in given.items() if value or name == "text"})
    return visit.go("/actions", "actions.added")


async def finish(visit: Visit) -> Response:
    """Mark something as done."""
    await visit.form()
    await visit.ask(CHANGE, id=visit.part("id"), done=True)
    return visit.go("/actions", "actions.changed")
