"""Errors as RFC 9457 problem documents, said in the language asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from core.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    ServiceError,
    StoreError,
    UnavailableError,
)
from core.texts import LANGUAGES, Finding, Language, catalogue

STATUS: dict[type[ServiceError], int] = {
    NotFoundError: 404,
    ForbiddenError: 403,
    ConflictError: 409,
    UnavailableError: 503,
    StoreError: 503,
}
"""The status of each kind of error; any other is 422, a request that cannot be carried out as asked."""


class UnauthorizedError(ServiceError):
    """Nobody we know asks."""


def status_of(error: ServiceError) -> int:
    """Return the HTTP status of an error."""
    if isinstance(error, UnauthorizedError):
        return 401
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 422)


def problem_of(request: Request, error: ServiceError) -> JSONResponse:
    """Return an error as a problem document; all findings of an error that has several are in `errors`."""
    findings = getattr(error, "findings", ())
    headers = {"www-authenticate": "Bearer"} if isinstance(error, UnauthorizedError) else {}
    return problem(request, status_of(error), error.finding, findings, headers)


def problem(
    request: Request,
    status: int,
    finding: Finding,
    findings: Sequence[Finding] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return the problem document of a finding."""
    language = language_of(request)
    body = {"type": "about:blank", "status": status, **described(finding, language)}
    body["title"] = catalogue(language).say(f"error.status_{status}")
    if request.url.path == "/query":
        body["error"] = body["detail"]  # where InfluxDB's clients look
    if findings:
        body["errors"] = [described(each, language) for each in findings]
    return JSONResponse(
        body,
        status,
        {"content-language": language, "vary": "accept-language", **(headers or {})},
        media_type="application/problem+json",
    )


def described(finding: Finding, language: Language) -> dict[str, Any]:
    """Return a finding's text as `detail`, with its code and parameters for programs."""
    return {"detail": catalogue(language).tell(finding), "code": finding.code, "params": dict(finding.params)}


def language_of(request: Request, default: Language = "en") -> Language:
    """Return the language of the request's Accept-Language that we speak and it likes best."""
    wanted = [_preference(part) for part in request.headers.get("accept-language", "").split(",")]
    for _, language in sorted(wanted, key=lambda each: -each[0]):
        for known in LANGUAGES:
            if language == known:
                return known
    return default


def _preference(part: str) -> tuple[float, str]:
    tag, _, quality = part.partition(";q=")
    try:
        weight = float(quality) if quality else 1.0
    except ValueError:
        weight = 0.0
    return weight, tag.strip().partition("-")[0].casefold()
