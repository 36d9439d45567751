"""An InfluxDB 1.x of our own: a temporary folder, free ports, stopped and started as a test needs it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx

CONFIG = """
reporting-disabled = true
bind-address = "127.0.0.1:{backup}"
[meta]
dir = "{folder}/meta"
[data]
dir = "{folder}/data"
wal-dir = "{folder}/wal"
index-version = "tsi1"
wal-fsync-delay = "0s"
query-log-enabled = false
[http]
bind-address = "127.0.0.1:{port}"
log-enabled = false
auth-enabled = {auth}
max-body-size = {body_bytes_max}
[ifql]
enabled = false
[monitor]
store-enabled = false
[logging]
level = "warn"
"""


def free_ports(wanted: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(wanted)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@dataclass
class Influxd:
    """A server that a test may stop, kill and start again on the same data."""

    folder: Path
    auth: bool = False
    body_bytes_max: int = 25_000_000
    port: int = field(init=False)
    http: httpx.Client = field(init=False, repr=False)
    _process: subprocess.Popen[bytes] | None = None
    _numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.port, backup = free_ports(2)
        # one client: each reads the authorities' certificates anew, which takes longer than a query
        self.http = httpx.Client(base_url=self.url, timeout=120, trust_env=False, verify=False)  # noqa: S501
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "influxd.conf").write_text(
            CONFIG.format(
                folder=self.folder,
                port=self.port,
                backup=backup,
                auth=str(self.auth).lower(),
                body_bytes_max=self.body_bytes_max,
            )
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "influxd.log"

    def start(self, patience_s: float = 60) -> None:
        """Return when it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                ["influxd", "-config", self.folder / "influxd.conf"], stdout=log, stderr=log
            )
        deadline = time.monotonic() + patience_s
        while not self._answers():
            assert self._process.poll() is None, self.log.read_text()[-3000:]
            assert time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(0.02)

    def stop(self, *, kill: bool = False) -> None:
        """End it, as the system does or as a power failure would."""
        if self._process is not None:
            self._process.kill() if kill else self._process.terminate()
            self._process.wait(60)
            self._process = None

    def create(self, shard: str = "36500d") -> str:
        """Return a new database. Its shards are long, as each costs a file: tests reach over centuries."""
        name = f"kreiswatt_{next(self._numbers)}"
        self.ask(f'CREATE DATABASE "{name}" WITH DURATION INF SHARD DURATION {shard}')
        return name

    def drop(self, database: str) -> None:
        self.ask(f'DROP DATABASE "{database}"')

    def ask(self, statement: str, database: str = "", **more: Any) -> list[dict[str, Any]]:
        """Return the series of one statement."""
        params = {"db": database, "q": statement, "epoch": "ms"}
        answer = self.http.post("/query", params=params, **more)
        (result,) = answer.json()["results"]
        assert "error" not in result, result
        found: list[dict[str, Any]] = result.get("series", [])
        return found

    def _answers(self) -> bool:
        try:
            return self.http.get("/ping", timeout=1).status_code == httpx.codes.NO_CONTENT
        except httpx.TransportError:
            return False


@contextmanager
def running_influxd(**settings: Any) -> Iterator[Influxd]:
    """Yield a server that runs while inside; its folder goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="kreiswatt-influxd-"))
    server = Influxd(folder, **settings)
    server.start()
    try:
        yield server
    finally:
        server.stop(kill=True)
        server.http.close()
        shutil.rmtree(folder, ignore_errors=True)
