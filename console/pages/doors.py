"""The ways in and out, the choice of language, and the static files."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Response
from fastapi.responses import FileResponse, RedirectResponse

from console.pages.errors import Problem, page
from console.pages.templates import STATIC
from console.pages.visit import LANGUAGE_COOKIE, Visit
from console.signin import check_origin
from core.texts import LANGUAGES

A_YEAR_S = 31_536_000
FILES = frozenset(file.name for file in STATIC.iterdir())


async def show(visit: Visit) -> Response:
    """Return the sign-in page; who is signed in already goes on."""
    if visit.visitor:
        return visit.go(_inside(visit.query.get("next", "/")))
    return _form(visit, visit.query.get("next", "/"))


async def enter(visit: Visit) -> Response:
    """Sign in by name and password."""
    check_origin(visit.request)
    form = await visit.request.form()
    name, following = str(form.get("name", "")).strip(), str(form.get("next", "/"))
    user = await visit.desk.signin.by_password(visit.request, name, str(form.get("password", "")))
    if user is None:
        problem = Problem(visit.words.t("console.signin.wrong"), "name")
        return _form(visit, following, name, [problem], 401)
    answer = visit.go(_inside(following))
    await visit.desk.signin.begin(visit.request, answer, user, "password")
    return answer


async def show_link(visit: Visit) -> Response:
    """Return the page that asks before a one-time link is used up: mail scanners open links too."""
    heading = visit.words.t("console.signin.title")
    return visit.page("service/link.html", heading, path=visit.request.url.path)


async def enter_by_link(visit: Visit) -> Response:
    """Sign in by a one-time link."""
    check_origin(visit.request)
    user = await visit.desk.signin.by_link(visit.request, visit.part("secret"))
    if user is None:
        return page(visit, 401, visit.words.t("console.signin.link_bad"))
    answer = visit.go("/")
    await visit.desk.signin.begin(visit.request, answer, user, "link")
    return answer


async def leave(visit: Visit) -> Response:
    """Sign out."""
    await visit.form()
    answer = visit.go("/signin", "console.done_signed_out")
    await visit.desk.signin.end(visit.request, answer)
    return answer


async def choose_language(visit: Visit) -> Response:
    """Remember the language in this browser and go back."""
    answer = RedirectResponse(_inside(visit.query.get("back", "/")), 303)
    if visit.part("language") in LANGUAGES:
        answer.set_cookie(LANGUAGE_COOKIE, visit.part("language"), max_age=A_YEAR_S, httponly=True, samesite="lax")
    return answer


async def static_file(visit: Visit) -> Response:
    """Return a style sheet, script or drawing of ours."""
    name = visit.part("file")
    if name not in FILES:
        return page(visit, 404, visit.words.t("console.error.unknown_path"))
    return FileResponse(STATIC / name, headers={"cache-control": f"public, max-age={A_YEAR_S}, immutable"})


def _form(
    visit: Visit, following: str, name: str = "", problems: list[Problem] | None = None, status: int = 200
) -> Response:
    heading = visit.words.t("console.signin.title")
    values = {"next": _inside(following), "given_name": name, "problems": problems or []}
    return visit.page("service/signin.html", heading, status, **values)


def _inside(path: str) -> str:
    """Return a path of this console; anything that leads elsewhere becomes the start page."""
    parts = urlsplit(path)
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return path if ours else "/"
