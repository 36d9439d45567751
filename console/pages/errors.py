"""Pages for what did not work: what it was, in words, and the way on."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import HTTPException, Request, Response

from console.pages.visit import Visit
from console.problems import status_of
from console.signin import TooManyAttemptsError
from core.errors import ConflictError, NotFoundError, PayloadError, RequestError, ServiceError
from core.texts import Finding
from operations.routes import ROOT

ANSWERED_ON_THE_FORM = (RequestError, PayloadError)
"""What a form can be mended by; anything else gets a page of its own."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a form, and with which field (its id), if with one."""

    text: str
    field: str = ""


def show(visit: Visit, error: ServiceError) -> Response:
    """Return the page of an error."""
    lines = [visit.words.say(finding) for finding in getattr(error, "findings", ())]
    return page(visit, status_of(error), visit.words.say(error.finding), lines)


def too_many(visit: Visit, error: TooManyAttemptsError) -> Response:
    """Return the page for somebody who tries too often."""
    answer = page(visit, 429, visit.words.say(error.finding))
    answer.headers["retry-after"] = str(error.wait_s)
    return answer


def page(visit: Visit, status: int, text: str, lines: list[str] | None = None) -> Response:
    """Return an error page; people who have not signed in see no menu."""
    template = "service/error.html" if visit.visitor else "service/error_alone.html"
    heading = visit.words.t(f"error.status_{status}")
    return visit.page(template, heading, status, text=text, lines=lines or [])


def failed(request: Request, status: int, finding: Finding) -> Response:
    """Return the page for a request that never reached a page of its own, or was lost in one."""
    visit = Visit(request.app.state.desk, request, None)
    return page(visit, status, visit.words.say(finding))


async def unknown(visit: Visit) -> Response:
    """Return the page for an address that leads nowhere; programs get their own answer."""
    if visit.request.url.path.startswith(f"{ROOT}/"):
        raise HTTPException(404)
    return page(visit, 404, visit.words.t("console.error.unknown_path"))


def problems_of(visit: Visit, error: ServiceError) -> list[Problem]:
    """Return what is wrong with a form, one line for each field."""
    findings: tuple[Finding, ...] = getattr(error, "findings", ()) or (error.finding,)
    return [Problem(visit.words.say(finding), str(dict(finding.params).get("field", ""))) for finding in findings]


def can_be_mended(error: ServiceError) -> bool:
    """Return whether whoever filled in the form can do something about it."""
    mended = isinstance(error, ANSWERED_ON_THE_FORM)
    return mended and (status_of(error) == 422 or isinstance(error, (ConflictError, NotFoundError)))  # noqa: PLR2004
