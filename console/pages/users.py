"""People who sign in."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from console.pages.errors import can_be_mended, problems_of
from console.pages.filters import Filters
from console.pages.people import scope, sites_given
from console.pages.visit import Visit
from core.errors import ServiceError
from core.people import Role

NOTHING: dict[str, Any] = {"name": "", "role": Role.VIEWER.value, "sites": ()}


async def show_all(visit: Visit) -> Response:
    """Return all users and the form for a new one."""
    return await _list(visit, NOTHING)


async def add(visit: Visit) -> Response:
    """Add a user and show the sign-in link, once."""
    form = await visit.form()
    given = {"name": str(form.get("name", "")).strip(), "role": str(form.get("role", "")), "sites": sites_given(form)}
    try:
        made = await visit.ask("users.add", name=given["name"], role=given["role"], sites=given["sites"] or None)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await _list(visit, given, problems=problems_of(visit, error), status=422)
    return await _one(visit, made.user, link=made)


async def show(visit: Visit) -> Response:
    """Return one user."""
    return await _one(visit, await visit.ask("users.show", name=visit.part("name")))


async def change(visit: Visit) -> Response:
    """Change role, scope and language."""
    form, name = await visit.form(), visit.part("name")
    sites = sites_given(form)
    given = {"role": form.get("role"), "language": form.get("language"), "sites": sites or None}
    try:
        await visit.ask("users.change", name=name, all_sites=not sites, **given)
    except ServiceError as error:
        return await _refused(visit, error)
    return visit.go(f"/users/{name}", "console.done_user_changed")


async def link(visit: Visit) -> Response:
    """Make a new sign-in link and show it, once."""
    await visit.form()
    made = await visit.ask("users.link", name=visit.part("name"))
    return await _one(visit, made.user, link=made)


async def disable(visit: Visit) -> Response:
    """Lock a user out; `enable` takes it back."""
    await visit.form()
    name = visit.part("name")
    try:
        await visit.ask("users.disable", name=name)
    except ServiceError as error:
        return await _refused(visit, error)
    return visit.go(f"/users/{name}", "console.done_user_disabled")


async def enable(visit: Visit) -> Response:
    """Let a user in again."""
    await visit.form()
    name = visit.part("name")
    await visit.ask("users.change", name=name, enabled=True)
    return visit.go(f"/users/{name}", "console.done_user_enabled")


async def _refused(visit: Visit, error: ServiceError) -> Response:
    if not can_be_mended(error):
        raise error
    user = await visit.ask("users.show", name=visit.part("name"))
    return await _one(visit, user, problems=problems_of(visit, error), status=422)


async def _list(visit: Visit, given: dict[str, Any], status: int = 200, **values: Any) -> Response:
    filters = Filters("/users", (), visit.query.get("cursor", ""))
    page = await visit.ask("users.list", cursor=filters.cursor)
    known = await scope(visit) | {"page": page, "filters": filters, "given": given} | values
    return visit.page("people/users.html", visit.words.t("console.users.title"), status, **known)


async def _one(visit: Visit, user: Any, link: Any = None, status: int = 200, **values: Any) -> Response:
    known = await scope(visit) | {"user": user, "link": link} | values
    return visit.page("people/user.html", user.name, status, **known)
