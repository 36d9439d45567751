"""One person's look at one page: who asks, in which language, at which moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from config.settings import ConsoleSettings
from console.pages.board import Board
from console.pages.places import menu_of, path_of
from console.pages.templates import FRAGMENTS, asset
from console.pages.words import Words
from console.publication import Publication
from console.signin import SignIn, Visitor, check_csrf, form_csrf
from core.alarms import AlarmState
from core.people import Actor
from core.ports import Clock
from core.quantities import Quantity
from core.texts import LANGUAGES, Language, catalogue
from operations.gate import Gate
from operations.long import LongOperations

LIVE_EVERY_S = 2.0
"""How often the parts of a live page are compared with what the browser has."""

LANGUAGE_COOKIE = "kreiswatt_language"
DONE_COOKIE = "kreiswatt_done"
NAMES: tuple[tuple[Language, str], ...] = (("de", "Deutsch"), ("en", "English"))
"""Each language by its own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What all pages share."""

    gate: Gate
    signin: SignIn
    settings: ConsoleSettings
    clock: Clock
    long: LongOperations
    board: Board = field(default_factory=lambda: Board(LIVE_EVERY_S / 2))
    publication: Publication = field(default_factory=Publication)


class Visit:
    """A request for a page by `visitor`, None where nobody is signed in."""

    def __init__(self, desk: Desk, request: Request, visitor: Visitor | None) -> None:
        self.desk = desk
        self.request = request
        self.visitor = visitor
        self.now_utc = desk.clock()
        self.alarms = 0
        self.language = _language(request, visitor, desk.settings)
        self.words = Words(self.language, self.now_utc, ZoneInfo(desk.gate.house.time_zone))

    @property
    def actor(self) -> Actor:
        """Return who asks; only pages for signed-in people have one."""
        assert self.visitor is not None  # noqa: S101 - the router admits nobody else
        return self.visitor.actor

    @property
    def query(self) -> Mapping[str, str]:
        """Return what the address asks for."""
        return self.request.query_params

    def part(self, name: str) -> str:
        """Return a part of the path, e.g. the id of a station."""
        found: str = self.request.path_params[name]
        return found

    async def form(self) -> FormData:
        """Return the posted form. Raises `ForbiddenError` unless it came from our own page."""
        form = await self.request.form()
        if self.visitor is not None:
            check_csrf(self.request, self.visitor, form_csrf(form))
        return form

    async def ask(self, capability: str, **given: Any) -> Any:
        """Return the result of a capability; fields left empty are not given."""
        filled = {name: value for name, value in given.items() if value not in ("", None)}
        return await self.desk.gate.ask(capability, filled, self.actor, self.now_utc)

    async def count_alarms(self) -> None:
        """Count the alarms that nobody has seen yet, for the menu."""
        self.alarms = (await self.ask("alarms.list", state=AlarmState.ACTIVE, limit=1)).total

    def page(self, template: str, heading: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Return a page with its heading (as text)."""
        done = self._done()
        text = FRAGMENTS.get_template(template).render(self.context(heading=heading, done=done, **values))
        answer = HTMLResponse(text, status, {"content-language": self.language})
        if done:
            answer.delete_cookie(DONE_COOKIE)
        return answer

    def fragment(self, template: str, **values: Any) -> str:
        """Return a part of a page."""
        return FRAGMENTS.get_template(template).render(self.context(**values))

    def go(self, path: str, done: str = "") -> Response:
        """Return the redirection after a form; the next page says the text `done` once."""
        answer = RedirectResponse(path, 303)
        if done:
            answer.set_cookie(DONE_COOKIE, done, max_age=60, httponly=True, samesite="lax")
        return answer

    def context(self, **values: Any) -> dict[str, Any]:
        """Return what every template knows, and `values`."""
        known: dict[str, Any] = {
            "w": self.words,
            "t": self.words.t,
            "language": self.language,
            "languages": NAMES,
            "language_path": self._language_path,
            "asset": asset,
            "path_of": path_of,
            "medium_of": self.desk.gate.house.inventory().medium_of,
            "quantities": Quantity,
            "csrf_token": self.visitor.csrf if self.visitor else "",
            "problems": (),
        }
        if self.visitor:
            known |= {
                "actor": self.actor,
                "navigation": menu_of(self.actor),
                "alarms": self.alarms,
                "here": _section(self.request.url.path),
            }
        return known | values

    def _language_path(self, language: Language) -> str:
        url = self.request.url
        back = f"{url.path}?{url.query}" if url.query else url.path
        if self.request.method != "GET":  # a form's answer cannot be asked for again
            back = _section(url.path)
        return f"/language/{language}?back={quote(back, safe='')}"

    def _done(self) -> str:
        code = self.request.cookies.get(DONE_COOKIE, "")
        known = code.startswith("console.done_") and code in catalogue(self.language).codes()
        return self.words.t(code) if known else ""


def _language(request: Request, visitor: Visitor | None, settings: ConsoleSettings) -> Language:
    chosen = request.cookies.get(LANGUAGE_COOKIE, visitor.user.language if visitor else "")
    return next((language for language in LANGUAGES if language == chosen), settings.language)


def _section(path: str) -> str:
    return "/" + path.strip("/").partition("/")[0]
