"""STAND-IN: not Grafana. A small server written from Grafana's HTTP API documentation, versions 10 to 13.

It keeps folders, data sources, dashboards, rule groups and contact points, and answers with the status codes and
bodies that the documentation names. What a real Grafana does beyond it is not known from here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

TOKEN = "glsa_stand_in"
ALERTS_FOR_EDITORS = 11


@dataclass
class Grafana:
    """What the server keeps, and how it behaves: `role` is the token's, `dies_after` counts answered requests."""

    version: str = "12.4.1"
    role: str = "Admin"
    dies_after: int | None = None
    folders: dict[str, dict[str, Any]] = field(default_factory=dict)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    boards: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    points: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0] or ALERTS_FOR_EDITORS)

    @property
    def writes(self) -> list[tuple[str, str]]:
        return [(method, path) for method, path in self.asked if method != "GET"]

    def edit(self, uid: str, **changes: Any) -> None:
        """Save a dashboard as a person does in the browser."""
        board = self.boards[uid]
        board["dashboard"] |= changes
        board["dashboard"]["version"] += 1
        board["meta"]["updatedBy"] = "erika"

    def answer(self, method: str, path: str, body: Any, token: str) -> tuple[int, Any]:
        self.asked.append((method, path))
        if path == "/api/health":
            return 200, {"database": "ok", "version": self.version} if self.version else {"database": "ok"}
        if token != f"Bearer {TOKEN}":
            return 401, {"message": "Invalid API key"}
        for verb, pattern, act in self._routes():
            found = re.fullmatch(f"/api{pattern}", path)
            if verb == method and found:
                return act(body, *(unquote(part) for part in found.groups()))
        return 404, {"message": "Not found"}

    def _routes(self) -> list[tuple[str, str, Any]]:
        return [
            ("GET", "/folders", lambda _: (200, list(self.folders.values()))),
            ("GET", "/folders/([^/]+)", lambda _, uid: self._one(self.folders, uid, "folder not found")),
            ("POST", "/folders", self._make_folder),
            ("GET", "/datasources/uid/([^/]+)", self._source),
            ("POST", "/datasources", self._make_source),
            ("PUT", "/datasources/uid/([^/]+)", self._change_source),
            ("GET", "/dashboards/uid/([^/]+)", lambda _, uid: self._one(self.boards, uid, "Dashboard not found")),
            ("POST", "/dashboards/db", self._save_board),
            ("GET", "/v1/provisioning/folder/([^/]+)/rule-groups/([^/]+)", self._group),
            ("PUT", "/v1/provisioning/folder/([^/]+)/rule-groups/([^/]+)", self._save_group),
            ("GET", "/v1/provisioning/contact-points", lambda _: self._alerts() or (200, list(self.points.values()))),
            ("POST", "/v1/provisioning/contact-points", self._save_point),
            ("PUT", "/v1/provisioning/contact-points/([^/]+)", self._save_point),
        ]

    def _one(self, kept: dict[str, Any], uid: str, missing: str) -> tuple[int, Any]:
        return (200, kept[uid]) if uid in kept else (404, {"message": missing})

    def _needs(self, *roles: str) -> tuple[int, Any] | None:
        return None if self.role in roles else (403, {"message": "You'll need additional permissions"})

    def _alerts(self) -> tuple[int, Any] | None:
        return self._needs("Admin", "Editor") if self.major >= ALERTS_FOR_EDITORS else self._needs("Admin")

    def _make_folder(self, body: Any) -> tuple[int, Any]:
        if refused := self._needs("Admin", "Editor"):
            return refused
        if body["uid"] in self.folders:
            return 412, {"message": "the folder has been changed by someone else", "status": "version-mismatch"}
        self.folders[body["uid"]] = {"uid": body["uid"], "title": body["title"]}
        return 200, self.folders[body["uid"]]

    def _source(self, _: Any, uid: str) -> tuple[int, Any]:
        if refused := self._needs("Admin"):
            return refused
        if uid not in self.sources:
            return 404, {"message": "Data source not found"}
        secret = self.sources[uid].get("secureJsonData", {})
        shown = {name: value for name, value in self.sources[uid].items() if name != "secureJsonData"}
        return 200, {"readOnly": False, **shown, "secureJsonFields": dict.fromkeys(secret, True)}

    def _make_source(self, body: Any) -> tuple[int, Any]:
        if refused := self._needs("Admin"):
            return refused
        if any(each["name"] == body["name"] for each in self.sources.values()):
            return 409, {"message": "data source with the same name already exists"}
        self.sources[body["uid"]] = body
        return 200, {"message": "Datasource added"}

    def _change_source(self, body: Any, uid: str) -> tuple[int, Any]:
        if refused := self._needs("Admin"):
            return refused
        self.sources[uid] = body
        return 200, {"message": "Datasource updated"}

    def _save_board(self, body: Any) -> tuple[int, Any]:
        if refused := self._needs("Admin", "Editor"):
            return refused
        board = dict(body["dashboard"])
        if body["folderUid"] not in self.folders:
            return 400, {"message": "folder not found"}
        there = self.boards.get(board["uid"])
        if there and there["meta"].get("provisioned"):
            return 400, {"message": "Cannot save provisioned dashboard"}
        if there and there["dashboard"]["version"] != board["version"] and not body["overwrite"]:
            return 412, {"message": "The dashboard has been changed by someone else", "status": "version-mismatch"}
        board["version"] = (there["dashboard"]["version"] if there else 0) + 1
        board["id"] = len(self.boards) + 1
        self.boards[board["uid"]] = {"dashboard": board, "meta": {"folderUid": body["folderUid"], "updatedBy": "sa-kw"}}
        return 200, {"uid": board["uid"], "status": "success", "version": board["version"]}

    def _group(self, _: Any, folder: str, name: str) -> tuple[int, Any]:
        if refused := self._alerts():
            return refused
        return self._one(self.groups, (folder, name), "rule group not found")  # type: ignore[arg-type]

    def _save_group(self, body: Any, folder: str, name: str) -> tuple[int, Any]:
        if refused := self._alerts():
            return refused
        rules = [
            {"id": place, "orgID": 1, "updated": "2026-11-23T00:00:00Z", **each}
            for place, each in enumerate(body["rules"])
        ]
        self.groups[folder, name] = body | {"rules": rules}
        return 200, self.groups[folder, name]

    def _save_point(self, body: Any, uid: str = "") -> tuple[int, Any]:
        if refused := self._alerts():
            return refused
        self.points[uid or body["uid"]] = body | {"provenance": ""}
        return 202, body


@contextmanager
def running(grafana: Grafana) -> Iterator[Grafana]:
    """Serve it on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if grafana.dies_after is not None and len(grafana.asked) >= grafana.dies_after:
                self.close_connection = True
                return
            path = urlsplit(self.path).path
            token = self.headers.get("Authorization", "")
            status, answer = grafana.answer(self.command, path, json.loads(body) if body else None, token)
            written = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815 - as http.server names them

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    grafana.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield grafana
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
