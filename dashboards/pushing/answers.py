"""What Grafana's answers mean, and what stands for Grafana without being it: proxies, sign-in pages, silence.

Statuses and bodies as Grafana's HTTP API documentation names them; its own answers are JSON, errors with a `message`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any, Final

import requests
from grafana_client.client import GrafanaException

from core.errors import ServiceError, UnavailableError
from core.texts import Param

WAIT_MAX_S: Final = 60.0
"""As long as one push waits in all where Grafana asks for patience."""

_PATIENCE_S: Final = 2.0
"""How long to wait after a 429 that does not say."""

_PAUSE_MIN_S: Final = 1.0

_TOKEN, _RIGHTS, _NOT_FOUND, _V2, _CONFLICT, _CHANGED, _TOO_LARGE, _TOO_MANY = 401, 403, 404, 406, 409, 412, 413, 429
_FAULT, _NO_SERVICE = 500, 503
_LOST_BEHIND = (502, 504)
_TOLD_MAX: Final = 300


class GrafanaRefusalError(ServiceError):
    """Grafana answered, and it was no; `status` is that of HTTP."""

    def __init__(self, code: str, /, status: int, **params: Param) -> None:
        super().__init__(code, status=status, **params)
        self.status = status


class MissingError(GrafanaRefusalError):
    """Grafana itself says that there is no such thing."""


class TokenError(GrafanaRefusalError):
    """Grafana does not accept the token, or no longer: nothing else will go."""


class ChangedMeanwhileError(GrafanaRefusalError):
    """Somebody saved the thing between our reading and our writing."""


class NewLayoutError(GrafanaRefusalError):
    """A dashboard that somebody saved in the layout of Grafana 12 and later, which has no classic form."""


class UnsureError(UnavailableError):
    """What was written got no answer: Grafana may have taken it or not."""


def refusal(error: GrafanaException, url: str, *, writing: bool) -> ServiceError:
    """Return our error for an answer of status 400 and more."""
    status = int(error.status_code)
    if not isinstance(error.response, dict):
        return _between(status, url, writing=writing)
    said = error.response.get("message") or error.response.get("error") or ""
    told = str(said)[:_TOLD_MAX] or f"HTTP {status}"
    if status == _FAULT:
        return GrafanaRefusalError("grafana.fault", status, told=told)
    if status > _FAULT:
        return _no_service(status, url, writing=writing)
    if status == _CHANGED:
        return _unmet(str(error.response.get("status") or ""), told)
    kinds: dict[int, tuple[type[GrafanaRefusalError], str]] = {
        _TOKEN: (TokenError, "grafana.token_refused"),
        _RIGHTS: (GrafanaRefusalError, "grafana.no_right"),
        _NOT_FOUND: (MissingError, "grafana.refused"),
        _V2: (NewLayoutError, "grafana.board_new_layout"),
        _CONFLICT: (GrafanaRefusalError, "grafana.in_conflict"),
    }
    kind, code = kinds.get(status, (GrafanaRefusalError, "grafana.refused"))
    return kind(code, status, told=told)


def _unmet(word: str, told: str) -> GrafanaRefusalError:
    """Return the error for status 412, which has several meanings and a word for each."""
    if word == "version-mismatch":
        return ChangedMeanwhileError("grafana.changed_meanwhile", _CHANGED)
    if word == "name-exists":
        return GrafanaRefusalError("grafana.board_name_taken", _CHANGED)
    return GrafanaRefusalError("grafana.in_conflict", _CHANGED, told=told)


def _between(status: int, url: str, *, writing: bool) -> ServiceError:
    """Return the error for an answer that is not JSON: it comes from something between us and Grafana."""
    if status == _TOO_LARGE:
        return GrafanaRefusalError("grafana.too_large", status)
    if status >= _FAULT:
        return _no_service(status, url, writing=writing)
    return GrafanaRefusalError("grafana.refused_between", status, url=url)


def _no_service(status: int, url: str, *, writing: bool) -> UnavailableError:
    """Return the error for 5xx; behind 502 and 504 of a proxy Grafana may have taken what was written."""
    if writing and status in _LOST_BEHIND:
        return UnsureError("grafana.unsure", url=url, reason=f"HTTP {status}")
    return UnavailableError("grafana.broken", url=url, status=status)


def unanswered(error: requests.RequestException, url: str, timeout_s: float, *, writing: bool) -> UnavailableError:
    """Return our error for a request without an answer, or with one that leads elsewhere."""
    if isinstance(error, requests.exceptions.TooManyRedirects):
        to = error.response.headers.get("Location", "") if error.response is not None else ""
        return UnavailableError("grafana.redirected", url=url, to=to.partition("?")[0][:_TOLD_MAX])
    if isinstance(error, requests.exceptions.SSLError):
        return _unsafe(str(error), url)
    if writing and not _never_sent(error):
        return UnsureError("grafana.unsure", url=url, reason=type(error).__name__)
    if isinstance(error, requests.exceptions.Timeout):
        return UnavailableError("grafana.timed_out", url=url, seconds=timeout_s)
    why = re.search(r"\[Errno -?\d+\] ([^'\")]+)", str(error))
    return UnavailableError("grafana.unreachable", url=url, reason=why[1] if why else type(error).__name__)


def _unsafe(told: str, url: str) -> UnavailableError:
    """Return the error for a line that cannot be encrypted, or to somebody that we need not believe."""
    why = re.search(r"certificate verify failed: ([^(]+?) *\(", told)
    if why:
        return UnavailableError("grafana.certificate", url=url, reason=why[1])
    return UnavailableError("grafana.not_encrypted", url=url)


def _never_sent(error: requests.RequestException) -> bool:
    """Return whether the request cannot have reached Grafana: there was no connection, or nothing to send to."""
    if isinstance(error, requests.exceptions.ConnectTimeout | ValueError):
        return True
    cause = error.args[0] if error.args else None
    return type(getattr(cause, "reason", None)).__name__ in ("NewConnectionError", "NameResolutionError")


class Patience:
    """Waits where Grafana asks for it, `WAIT_MAX_S` in all."""

    def __init__(self, wait: Callable[[float], None]) -> None:
        self._wait = wait
        self._left_s = WAIT_MAX_S

    def waited(self, response: requests.Response | None) -> bool:
        """Return whether a request that got this answer may be made again by now; None: there was no answer."""
        if response is None or response.status_code not in (_TOO_MANY, _NO_SERVICE):
            return False
        asked_s = _retry_after_s(response)
        if asked_s is None and response.status_code == _NO_SERVICE:
            return False
        wait_s = _PATIENCE_S if asked_s is None else max(asked_s, _PAUSE_MIN_S)
        if wait_s > self._left_s:
            return False
        self._left_s -= wait_s
        self._wait(wait_s)
        return True


def _retry_after_s(response: requests.Response) -> float | None:
    """Return what `Retry-After` says: seconds, or an instant, by the clock of who says it (RFC 9110, 10.2.3)."""
    said = response.headers.get("Retry-After", "").strip()
    if said.isdecimal():
        return float(said)
    try:
        until, now = (parsedate_to_datetime(each) for each in (said, response.headers.get("Date", "")))
        return (until - now).total_seconds()
    except (ValueError, TypeError):
        return None


def is_too_busy(error: GrafanaException) -> bool:
    """Return whether Grafana, or what is before it, has no time for more requests."""
    return int(error.status_code) == _TOO_MANY


def checked(answer: Any, url: str, **fields: type) -> dict[str, Any]:
    """Return an answer that is an object with these fields. Raises `UnavailableError` for any other."""
    if not isinstance(answer, dict) or any(not isinstance(answer.get(name), kind) for name, kind in fields.items()):
        raise UnavailableError("grafana.answer_strange", url=url)
    return answer


def checked_list(answer: Any, url: str) -> list[dict[str, Any]]:
    """Return an answer that is a list of objects. Raises `UnavailableError` for any other."""
    if not isinstance(answer, list) or not all(isinstance(each, dict) for each in answer):
        raise UnavailableError("grafana.answer_strange", url=url)
    return answer
