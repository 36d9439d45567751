"""Grafana's HTTP API, as much as a push needs: grafana-client behind our own errors.

What grafana-client 3.11.2 has no call for, or a wrong one, goes through its plain requests.
"""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

import requests
from grafana_client import GrafanaApi
from grafana_client.client import GrafanaException, TokenAuth

from core.errors import UnavailableError
from dashboards.pushing.answers import (
    GrafanaRefusalError,
    MissingError,
    Patience,
    checked,
    checked_list,
    is_too_busy,
    refusal,
    unanswered,
)

TIME_MAX_S: Final = 480
"""A push ends after so long, with what was pushed and what was not, while who asked for it still waits."""

_EDITABLE: Final = {"X-Disable-Provenance": "true"}
"""Alert resources that were made with it may be changed in Grafana's pages; without it they are read-only there."""

_ALERTS: Final = "/v1/provisioning"
_RIGHTS, _MISSING = 403, 404


class Grafana:
    """One Grafana. Every call may raise `UnavailableError` (no answer) or `GrafanaRefusalError`; None is: not there.

    A redirect is never followed: a write that is redirected becomes a read, and would seem to have gone well.
    """

    def __init__(
        self,
        url: str,
        token: str,
        timeout_s: float = 15.0,
        *,
        authority: Path | None = None,
        wait: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not re.fullmatch("[!-~]*", token):
            raise UnavailableError("grafana.token_unusable")
        parts = urlsplit(url)
        prefix, host = parts.path.strip("/"), parts.hostname or ""
        self._url = url
        self._timeout_s = timeout_s
        self._patience = Patience(wait)
        self._clock = clock
        self._until_s = clock() + TIME_MAX_S
        self._api = GrafanaApi(
            TokenAuth(token),
            host=f"[{host}]" if ":" in host else host,
            port=parts.port,
            url_path_prefix=f"{prefix}/" if prefix else "",
            protocol=parts.scheme,
            verify=_readable(authority) if authority else True,
            timeout=timeout_s,
        )
        self._last: requests.Response | None = None
        self._api.client.s.max_redirects = 0
        self._api.client.s.hooks["response"].append(self._remember)

    def close(self) -> None:
        """Let go of the connections."""
        self._api.client.s.close()

    def version(self) -> str:
        """Return the version, empty where the server hides it even from us.

        `/api/health` hides it where anonymous visitors shall not see it; who has signed in finds it in the settings
        of the browser's part.
        """
        try:
            answer = checked(self._asked(self._api.health.check), self._url)
        except MissingError as error:
            raise UnavailableError("grafana.answer_strange", url=self._url) from error
        return str(answer.get("version") or "") or self._told_version()

    def _told_version(self) -> str:
        try:
            built = self._get("/frontend/settings").get("buildInfo")
        except GrafanaRefusalError as error:
            if error.status not in (_RIGHTS, _MISSING):
                raise
            return ""
        return str(built.get("version") or "") if isinstance(built, dict) else ""

    def folders(self) -> list[dict[str, Any]]:
        """Return the folders that the token may see."""
        return self._list("/folders?limit=1000")

    def folder(self, uid: str) -> dict[str, Any] | None:
        """Return a folder."""
        return self._found(f"/folders/{_part(uid)}")

    def create_folder(self, uid: str, title: str) -> None:
        """Make a folder at the top."""
        checked(self._asked(lambda: self._api.folder.create_folder(title, uid), writing=True), self._url, uid=str)

    def data_source(self, uid: str) -> dict[str, Any] | None:
        """Return a data source, without its secrets."""
        return self._found(f"/datasources/uid/{_part(uid)}")

    def data_source_named(self, name: str) -> dict[str, Any] | None:
        """Return the data source of a name, which no other may have."""
        return self._found(f"/datasources/name/{_part(name)}")

    def data_source_trouble(self, uid: str) -> str:
        """Return what a data source says that is wrong when Grafana tries it, as *Save & test* does; else nothing."""
        try:
            answer = self._get(f"/datasources/uid/{_part(uid)}/health")
        except GrafanaRefusalError as error:
            if error.status == _RIGHTS:
                return ""
            return str(dict(error.finding.params).get("told") or f"HTTP {error.status}")
        return "" if answer.get("status") == "OK" else str(answer.get("message") or "?")

    def save_data_source(self, uid: str, source: dict[str, Any], *, new: bool) -> None:
        """Make or replace a data source."""
        if new:
            self._written(lambda: self._api.client.POST("/datasources", json=source))
        else:
            self._written(lambda: self._api.client.PUT(f"/datasources/uid/{_part(uid)}", json=source))

    def board(self, uid: str) -> dict[str, Any] | None:
        """Return `{"dashboard": …, "meta": …}`, asked for in the classic model, which Grafana 13 no longer keeps.

        Raises `NewLayoutError` where it has no classic form any more.
        """
        found = self._found(f"/dashboards/uid/{_part(uid)}?apiVersion=v1beta1")
        return None if found is None else checked(found, self._url, dashboard=dict, meta=dict)

    def save_board(self, board: dict[str, Any], folder_uid: str, message: str, *, over_any: bool = False) -> None:
        """Save a dashboard over the version that it names, or `over_any`; if it is another by now Grafana refuses."""
        asked = {"dashboard": board, "folderUid": folder_uid, "message": message, "overwrite": over_any}
        answer = self._asked(lambda: self._api.dashboard.update_dashboard(asked), writing=True)
        checked(answer, self._url, uid=str, version=int)

    def rule_group(self, folder_uid: str, name: str) -> dict[str, Any] | None:
        """Return a group of alert rules."""
        found = self._found(f"{_ALERTS}/folder/{_part(folder_uid)}/rule-groups/{_part(name)}")
        if found is not None and found.get("rules"):
            checked_list(found["rules"], self._url)
        return found

    def save_rule_group(self, folder_uid: str, name: str, group: dict[str, Any], *, editable: bool = True) -> None:
        """Make a group, or replace all of its rules."""
        path = f"{_ALERTS}/folder/{_part(folder_uid)}/rule-groups/{_part(name)}"
        self._written(lambda: self._api.client.PUT(path, json=group, headers=_EDITABLE if editable else None))

    def contact_points(self) -> list[dict[str, Any]]:
        """Return all contact points."""
        return self._list(f"{_ALERTS}/contact-points")

    def save_contact_point(self, point: dict[str, Any], *, new: bool, editable: bool = True) -> None:
        """Make or replace a contact point."""
        base, headers = f"{_ALERTS}/contact-points", _EDITABLE if editable else None
        if new:
            self._written(lambda: self._api.client.POST(base, json=point, headers=headers))
        else:
            path = f"{base}/{_part(point['uid'])}"
            self._written(lambda: self._api.client.PUT(path, json=point, headers=headers, accept_empty_json=True))

    def _list(self, path: str) -> list[dict[str, Any]]:
        return checked_list(self._asked(lambda: self._api.client.GET(path)), self._url)

    def _get(self, path: str) -> dict[str, Any]:
        return checked(self._asked(lambda: self._api.client.GET(path)), self._url)

    def _found(self, path: str) -> dict[str, Any] | None:
        try:
            return self._get(path)
        except MissingError:
            return None

    def _written(self, ask: Callable[[], Any]) -> None:
        """Write; an answer may be empty, but is never a page."""
        answer = self._asked(ask, writing=True)
        if answer not in (None, "") and not isinstance(answer, dict):
            raise UnavailableError("grafana.answer_strange", url=self._url)

    def _asked(self, ask: Callable[[], Any], *, writing: bool = False) -> Any:
        while True:
            left_s = self._until_s - self._clock()
            if left_s <= 0:
                raise UnavailableError("grafana.out_of_time", url=self._url, seconds=TIME_MAX_S)
            self._api.client.timeout = min(self._timeout_s, left_s)
            self._last = None
            try:
                return ask()
            except GrafanaException as error:
                if self._patience.waited(self._last):
                    continue
                if is_too_busy(error):
                    raise UnavailableError("grafana.busy", url=self._url) from error
                raise refusal(error, self._url, writing=writing) from error
            except requests.exceptions.JSONDecodeError as error:
                raise UnavailableError("grafana.answer_strange", url=self._url) from error
            except requests.RequestException as error:
                raise unanswered(error, self._url, self._timeout_s, writing=writing) from error

    def _remember(self, response: requests.Response, **_: Any) -> None:
        self._last = response


def release(version: str) -> tuple[int, int] | None:
    """Return the (12, 4) of `12.4.1`; None where there are no numbers."""
    found = re.match(r"v?(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else None


def _readable(authority: Path) -> str:
    try:
        ssl.create_default_context(cafile=authority)
    except OSError as error:
        raise UnavailableError("grafana.authority_unusable", file=str(authority)) from error
    return str(authority)


def _part(text: str) -> str:
    return quote(text, safe="")
