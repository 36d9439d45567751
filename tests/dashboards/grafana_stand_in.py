"""STAND-IN: not Grafana. A small server written from Grafana's HTTP API documentation, versions 10 to 13.

It keeps folders, data sources, dashboards, rule groups and contact points, and answers with the status codes and
bodies that the documentation names. What a real Grafana does beyond it is not known from here.
"""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.self_signed import Certificate

TOKEN = "glsa_stand_in"
ALERTS_FOR_EDITORS = 11
NAMES_FREE = 11
NEW_LAYOUT_TOLD = 13
RULES_ROUTED = (10, 4)


@dataclass
class Trouble:
    """What stands between: the next `times` requests whose `METHOD /path` it matches get this answer instead.

    `status` 0: no answer at all, until the server stops. `done` says that Grafana carries the request out first.
    """

    pattern: str
    status: int
    body: str = "<html><body>Sorry</body></html>"
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int = 1000
    done: bool = False


@dataclass
class Grafana:
    """What the server keeps, and how it behaves: `role` is the token's, `dies_after` counts answered requests.

    With `may_edit_folder` a viewer may save dashboards, as by a permission on their folder.
    `prefix` is the path below which it is reached, `source_says` what is wrong with every data source, and `meanwhile`
    is called before a request is carried out, as what somebody else does just then.
    """

    version: str = "12.4.1"
    role: str = "Admin"
    may_edit_folder: bool = False
    dies_after: int | None = None
    hides_version: bool = False
    prefix: str = ""
    source_says: str = ""
    troubles: list[Trouble] = field(default_factory=list)
    meanwhile: Callable[[str], None] = lambda _: None
    folders: dict[str, dict[str, Any]] = field(default_factory=dict)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    boards: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    points: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    stopped: Event = field(default_factory=Event)
    url: str = ""
    _editable: bool = False

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0] or ALERTS_FOR_EDITORS)

    @property
    def routes_rules(self) -> bool:
        return (self.major, int([*self.version.split("."), "4"][1])) >= RULES_ROUTED

    @property
    def writes(self) -> list[tuple[str, str]]:
        return [(method, path) for method, path in self.asked if method != "GET"]

    def edit(self, uid: str, **changes: Any) -> None:
        """Save a dashboard as a person does in the browser."""
        board = self.boards[uid]
        board["dashboard"] |= changes
        board["dashboard"]["version"] += 1
        board["meta"]["updatedBy"] = "erika"

    def answer(self, method: str, path: str, body: Any, token: str, *, editable: bool = False) -> tuple[int, Any]:
        self.asked.append((method, path))
        shown = {} if self.hides_version or not self.version else {"version": self.version}
        if path == "/api/health":
            return 200, {"database": "ok", **shown}
        if token != f"Bearer {TOKEN}":
            return 401, {"message": "Invalid API key"}
        self.meanwhile(f"{method} {path}")
        self._editable = editable
        for verb, pattern, act in self._routes():
            found = re.fullmatch(f"/api{pattern}", path)
            if verb == method and found:
                return act(body, *(unquote(part) for part in found.groups()))
        return 404, {"message": "Not found"}

    def trouble(self, request: str) -> Trouble | None:
        """Return what stands between us and this request."""
        for each in self.troubles:
            if each.times and re.search(each.pattern, request):
                each.times -= 1
                return each
        return None

    def _routes(self) -> list[tuple[str, str, Any]]:
        return [
            ("GET", "/frontend/settings", lambda _: (200, {"buildInfo": {"version": self.version}})),
            ("GET", "/folders", lambda _: (200, list(self.folders.values()))),
            ("GET", "/folders/([^/]+)", lambda _, uid: self._one(self.folders, uid, "folder not found")),
            ("POST", "/folders", self._make_folder),
            ("GET", "/datasources/uid/([^/]+)", self._source),
            ("GET", "/datasources/name/([^/]+)", self._named_source),
            ("GET", "/datasources/uid/([^/]+)/health", self._source_health),
            ("POST", "/datasources", self._make_source),
            ("PUT", "/datasources/uid/([^/]+)", self._change_source),
            ("GET", "/dashboards/uid/([^/]+)", self._board),
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
        secret = self.sources[uid].get("secureJsonData") or {}
        shown = {name: value for name, value in self.sources[uid].items() if name != "secureJsonData"}
        return 200, {"readOnly": False, **shown, "secureJsonFields": dict.fromkeys(secret, True)}

    def _make_source(self, body: Any) -> tuple[int, Any]:
        if refused := self._needs("Admin"):
            return refused
        if any(each["name"] == body["name"] for each in self.sources.values()):
            return 409, {"message": "data source with the same name already exists"}
        self.sources[body["uid"]] = body | {"version": 1}
        return 200, {"message": "Datasource added"}

    def _named_source(self, _: Any, name: str) -> tuple[int, Any]:
        if refused := self._needs("Admin"):
            return refused
        found = next((uid for uid, each in self.sources.items() if each["name"] == name), "")
        return self._source(None, found)

    def _source_health(self, _: Any, uid: str) -> tuple[int, Any]:
        if uid not in self.sources:
            return 404, {"message": "Data source not found"}
        if self.source_says:
            return 400, {"status": "ERROR", "message": self.source_says}
        return 200, {"status": "OK", "message": "datasource is working. 4 measurements found"}

    def _change_source(self, body: Any, uid: str) -> tuple[int, Any]:
        if refused := self._needs("Admin"):
            return refused
        there = self.sources[uid]
        if body.get("version") and body["version"] < there.get("version", 0):
            return 409, {"message": "Datasource has already been updated by someone else. Please reload and try again"}
        secret = (there.get("secureJsonData") or {}) | (body.get("secureJsonData") or {})
        self.sources[uid] = body | {"secureJsonData": secret, "version": there.get("version", 0) + 1}
        return 200, {"message": "Datasource updated"}

    def _board(self, _: Any, uid: str) -> tuple[int, Any]:
        there = self.boards.get(uid)
        if there and "elements" in there["dashboard"] and self.major < NEW_LAYOUT_TOLD:
            return 406, {"message": "dashboard api version not supported, use /apis/dashboard.grafana.app/v2 instead"}
        return self._one(self.boards, uid, "Dashboard not found")

    def _save_board(self, body: Any) -> tuple[int, Any]:
        if not self.may_edit_folder and (refused := self._needs("Admin", "Editor")):
            return refused
        board = dict(body["dashboard"])
        if body["folderUid"] not in self.folders:
            return 400, {"message": "folder not found"}
        there = self.boards.get(board["uid"])
        if there and there["meta"].get("provisioned"):
            return 400, {"message": "Cannot save provisioned dashboard"}
        if there and there["dashboard"].get("version") != board["version"] and not body["overwrite"]:
            return 412, {"message": "The dashboard has been changed by someone else", "status": "version-mismatch"}
        beside = [each for uid, each in self.boards.items() if uid != board["uid"]]
        names = {(each["dashboard"].get("title"), each["meta"].get("folderUid")) for each in beside}
        if self.major < NAMES_FREE and (board["title"], body["folderUid"]) in names:
            return 412, {"message": "A dashboard with the same name already exists", "status": "name-exists"}
        board["version"] = (there["dashboard"].get("version", 0) if there else 0) + 1
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
        there = self.groups.get((folder, name), {"rules": []})["rules"]
        if self._editable and any(rule.get("provenance") for rule in there):
            return 409, {"message": "cannot change provenance of a provisioned resource"}
        elsewhere = {
            rule["uid"] for key, each in self.groups.items() if key != (folder, name) for rule in each["rules"]
        }
        if elsewhere & {rule["uid"] for rule in body["rules"]}:
            return 409, {"message": "a rule with this UID is in another group"}
        dropped = () if self.routes_rules else ("notification_settings",)
        held = "" if self._editable else "api"
        rules = [
            {"id": place, "orgID": 1, "updated": "2026-11-23T00:00:00Z", "provenance": held}
            | {key: value for key, value in each.items() if key not in dropped}
            for place, each in enumerate(body["rules"])
        ]
        self.groups[folder, name] = body | {"rules": rules}
        return 200, self.groups[folder, name]

    def _save_point(self, body: Any, uid: str = "") -> tuple[int, Any]:
        if refused := self._alerts():
            return refused
        if self._editable and self.points.get(uid, {}).get("provenance"):
            return 409, {"message": "cannot change provenance of a provisioned resource"}
        self.points[uid or body["uid"]] = body | {"provenance": "" if self._editable else "api"}
        return 202, body


class _Door(BaseHTTPRequestHandler):
    """Takes requests for a Grafana, and lets its troubles pass first."""

    grafana: Grafana
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.grafana.dies_after is not None and len(self.grafana.asked) >= self.grafana.dies_after:
            self.close_connection = True
            return
        path = urlsplit(self.path).path
        trouble = self.grafana.trouble(f"{self.command} {path}")
        if trouble is None or trouble.done:
            self._carry_out(path, json.loads(body) if body else None, silent=trouble is not None)
        if trouble is None:
            return
        if not trouble.status:
            self.grafana.stopped.wait()
            self.close_connection = True
            return
        self._send(trouble.status, trouble.body, {"Content-Type": "text/html", **trouble.headers})

    def _carry_out(self, path: str, body: Any, *, silent: bool) -> None:
        if not path.startswith(self.grafana.prefix):
            self._send(404, "<html>no such page</html>", {"Content-Type": "text/html"})
            return
        token, editable = self.headers.get("Authorization", ""), "X-Disable-Provenance" in self.headers
        path = path.removeprefix(self.grafana.prefix)
        status, answer = self.grafana.answer(self.command, path, body, token, editable=editable)
        if not silent:
            self._send(status, json.dumps(answer), {"Content-Type": "application/json"})

    def _send(self, status: int, text: str, headers: Mapping[str, str]) -> None:
        self.send_response_only(status)
        for name, value in {**headers, "Content-Length": str(len(text.encode()))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815 - as http.server names them


@contextmanager
def running(grafana: Grafana, certificate: Certificate | None = None) -> Iterator[Grafana]:
    """Serve it on a free port of this machine, encrypted if there is a certificate."""
    door = type("Door", (_Door,), {"grafana": grafana})
    server = ThreadingHTTPServer(("127.0.0.1", 0), door)
    server.daemon_threads = True
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate.file, certificate.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    scheme = "https" if certificate else "http"
    grafana.url = f"{scheme}://127.0.0.1:{server.server_address[1]}{grafana.prefix}"
    try:
        yield grafana
    finally:
        grafana.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
