"""Grafana's HTTP API, as much as a push needs: grafana-client behind our own errors.

What grafana-client 3.11.2 has no call for, or a wrong one, goes through its plain requests.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote, urlsplit

import requests
from grafana_client import GrafanaApi
from grafana_client.client import GrafanaClientError, GrafanaException, TokenAuth

from core.errors import ServiceError, UnavailableError
from core.texts import Param

NOT_FOUND: Final = 404
_RIGHTS: Final = 403
_TOKEN: Final = 401
_CONFLICTS: Final = frozenset({409, 412})
_EDITABLE: Final = {"X-Disable-Provenance": "true"}
"""Alert resources that were made with it may be changed in Grafana's pages; without it they are read-only there."""


class GrafanaRefusalError(ServiceError):
    """Grafana answered, and it was no; `status` is that of HTTP."""

    def __init__(self, code: str, /, status: int, **params: Param) -> None:
        super().__init__(code, status=status, **params)
        self.status = status


class Grafana:
    """One Grafana. Every call may raise `UnavailableError` (no answer) or `GrafanaRefusalError`; None is: not there."""

    def __init__(self, url: str, token: str, timeout_s: float = 15.0) -> None:
        parts = urlsplit(url)
        prefix = parts.path.strip("/")
        self._url = url
        self._api = GrafanaApi(
            TokenAuth(token),
            host=parts.hostname or "",
            port=parts.port,
            url_path_prefix=f"{prefix}/" if prefix else "",
            protocol=parts.scheme,
            timeout=timeout_s,
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._api.client.s.close()

    def version(self) -> str:
        """Return the version, empty where the server hides it."""
        answer = self._asked(self._api.health.check)
        return str(answer.get("version", "")) if isinstance(answer, dict) else ""

    def folders(self) -> list[dict[str, Any]]:
        """Return the folders that the token may see."""
        return self._list("/folders?limit=1000")

    def folder(self, uid: str) -> dict[str, Any] | None:
        """Return a folder."""
        return self._found(lambda: self._api.folder.get_folder(uid))

    def create_folder(self, uid: str, title: str) -> None:
        """Make a folder at the top."""
        self._asked(lambda: self._api.folder.create_folder(title, uid))

    def data_source(self, uid: str) -> dict[str, Any] | None:
        """Return a data source, without its secrets."""
        return self._found(lambda: self._api.client.GET(f"/datasources/uid/{_part(uid)}"))

    def save_data_source(self, uid: str, source: dict[str, Any], *, new: bool) -> None:
        """Make or replace a data source."""
        if new:
            self._asked(lambda: self._api.client.POST("/datasources", json=source))
        else:
            self._asked(lambda: self._api.client.PUT(f"/datasources/uid/{_part(uid)}", json=source))

    def board(self, uid: str) -> dict[str, Any] | None:
        """Return `{"dashboard": …, "meta": …}`, asked for in the classic model, which Grafana 13 no longer keeps."""
        return self._found(lambda: self._api.client.GET(f"/dashboards/uid/{_part(uid)}?apiVersion=v1beta1"))

    def save_board(self, board: dict[str, Any], folder_uid: str, message: str) -> None:
        """Save a dashboard over the version that it names; if it is another by now, Grafana refuses (412)."""
        asked = {"dashboard": board, "folderUid": folder_uid, "message": message, "overwrite": False}
        self._asked(lambda: self._api.dashboard.update_dashboard(asked))

    def rule_group(self, folder_uid: str, name: str) -> dict[str, Any] | None:
        """Return a group of alert rules."""
        path = f"/v1/provisioning/folder/{_part(folder_uid)}/rule-groups/{_part(name)}"
        return self._found(lambda: self._api.client.GET(path))

    def save_rule_group(self, folder_uid: str, name: str, group: dict[str, Any]) -> None:
        """Make a group, or replace all of its rules."""
        path = f"/v1/provisioning/folder/{_part(folder_uid)}/rule-groups/{_part(name)}"
        self._asked(lambda: self._api.client.PUT(path, json=group, headers=_EDITABLE))

    def contact_points(self) -> list[dict[str, Any]]:
        """Return all contact points."""
        return self._list("/v1/provisioning/contact-points")

    def save_contact_point(self, point: dict[str, Any], *, new: bool) -> None:
        """Make or replace a contact point."""
        base = "/v1/provisioning/contact-points"
        if new:
            self._asked(lambda: self._api.client.POST(base, json=point, headers=_EDITABLE))
        else:
            path = f"{base}/{_part(point['uid'])}"
            self._asked(lambda: self._api.client.PUT(path, json=point, headers=_EDITABLE, accept_empty_json=True))

    def _list(self, path: str) -> list[dict[str, Any]]:
        answer = self._asked(lambda: self._api.client.GET(path))
        if not isinstance(answer, list):
            raise UnavailableError("grafana.answer_strange", url=self._url)
        return answer

    def _found(self, ask: Callable[[], Any]) -> dict[str, Any] | None:
        try:
            answer = self._asked(ask)
        except GrafanaRefusalError as refusal:
            if refusal.status == NOT_FOUND:
                return None
            raise
        if not isinstance(answer, dict):
            raise UnavailableError("grafana.answer_strange", url=self._url)
        return answer

    def _asked(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except GrafanaClientError as error:
            raise _refusal(error) from error
        except GrafanaException as error:
            raise UnavailableError("grafana.broken", url=self._url, status=error.status_code) from error
        except requests.exceptions.JSONDecodeError as error:
            raise UnavailableError("grafana.answer_strange", url=self._url) from error
        except requests.RequestException as error:
            raise UnavailableError("grafana.unreachable", url=self._url, reason=type(error).__name__) from error


def major(version: str) -> int | None:
    """Return the 12 of `12.4.1`; None where there is no number."""
    found = re.match(r"v?(\d+)\.", version)
    return int(found[1]) if found else None


def _refusal(error: GrafanaException) -> GrafanaRefusalError:
    told = error.response.get("message", "") if isinstance(error.response, dict) else str(error.response)
    status = int(error.status_code)
    if status == _TOKEN:
        return GrafanaRefusalError("grafana.token_refused", status)
    if status == _RIGHTS:
        return GrafanaRefusalError("grafana.no_right", status, told=told[:300])
    if status in _CONFLICTS:
        return GrafanaRefusalError("grafana.in_conflict", status, told=told[:300])
    return GrafanaRefusalError("grafana.refused", status, told=told[:300])


def _part(text: str) -> str:
    return quote(text, safe="")
