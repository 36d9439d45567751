"""A PostgreSQL cluster of our own: a temporary folder, a free port, an unprivileged user, gone afterwards."""

from __future__ import annotations

import os
import shutil
import signal
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

import psycopg

BINARIES = "/usr/lib/postgresql"
USER = "keeper"
QUICK = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    "max_connections": "60",
}
"""What is tested is not the durability of PostgreSQL."""


@dataclass
class Cluster:
    """A running server that sorts like a German one: what pages must not depend on it."""

    folder: Path
    port: int
    _process: subprocess.Popen[bytes] | None = None
    _numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str, user: str = USER, password: str = "") -> str:
        who = f"{user}:{password}" if password else user
        return f"postgresql://{who}@127.0.0.1:{self.port}/{database}"

    def create(self, more: str = "") -> str:
        """Return the URL of a new database, which takes a tenth of a second."""
        name = f"ledger_{next(self._numbers)}"
        self.execute(f"create database {name} template template0 strategy file_copy {more}")
        return self.url(name)

    def empty(self, url: str) -> None:
        """Take all rows out of a ledger's tables and let numbers begin anew: quicker than a new database."""
        database = url.rpartition("/")[2]
        tables = self.execute("select tablename from pg_tables where schemaname = 'public'", database)
        gone = [f"delete from {table}" for (table,) in tables if table != "alembic_version"]
        begun = "select setval(oid::regclass, 1, false) from pg_class where relkind = 'S'"
        self.execute(";".join([*gone, begun]), database)

    def drop(self, url: str) -> None:
        self.execute(f"drop database if exists {url.rpartition('/')[2]} with (force)")

    def execute(self, statement: str, database: str = "postgres") -> list[Any]:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            found = connection.execute(statement.encode())
            return found.fetchall() if found.description else []

    def start(self) -> None:
        settings = [part for name, value in QUICK.items() for part in ("-c", f"{name}={value}")]
        self._process = _spawn(
            "postgres", "-D", self.folder, "-h", "127.0.0.1", "-p", self.port, "-k", "", *settings, log=self.log
        )
        deadline = time.monotonic() + 20
        while not self._answers():
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop at once, as a crash would: connections break."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(20)
            self._process = None

    @property
    def log(self) -> Path:
        return self.folder.parent / "log"

    def _answers(self) -> bool:
        try:
            self.execute("select 1")
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Yield a cluster; its data is removed at the end."""
    top = Path(tempfile.mkdtemp(prefix="kreiswatt-postgresql-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(top, "postgres", "postgres")
        sorts = ("--encoding=UTF8", "--locale=C", "--locale-provider=icu", "--icu-locale=de-DE")
        made = _spawn("initdb", "-D", top / "data", "-A", "trust", "-U", USER, "--no-sync", *sorts, log=top / "made")
        assert made.wait(60) == 0, (top / "made").read_text()
        cluster = Cluster(top / "data", _free_port())
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(top, ignore_errors=True)


def _spawn(program: str, *arguments: object, log: Path) -> subprocess.Popen[bytes]:
    """Start a program of PostgreSQL as a user it accepts; it ends with us, come what may."""
    command = ["setpriv", "--pdeathsig", "QUIT", _binary(program), *map(str, arguments)]
    whom: dict[str, Any] = {}
    if os.geteuid() == 0:
        whom = {"user": "postgres", "group": "postgres", "extra_groups": []}
    with log.open("ab") as said:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            cwd="/",
            env={"PATH": os.environ["PATH"]},
            **whom,
        )


def _binary(program: str) -> str:
    newest = sorted(Path(BINARIES).glob(f"*/bin/{program}"), key=lambda path: int(path.parts[-3]))
    found = str(newest[-1]) if newest else shutil.which(program)
    assert found, f"{program} is missing: see tests/system-packages.txt"
    return found


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
