"""The brokers that messages are measured through, on a core of their own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ingest import mosquitto
from ingest.embedded import EmbeddedBroker
from ingest.settings import EmbeddedBrokerSettings

USER, PASSWORD = "bench", "bench-only"
OTHER_CORE = 1


@contextmanager
def running_mosquitto() -> Iterator[int]:
    """Run a Mosquitto with the settings we give it and yield its port."""
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), _free_port()
        passwords, acl, conf = folder / "passwd", folder / "acl", folder / "mosquitto.conf"
        passwords.touch(mode=0o600)
        subprocess.run(["mosquitto_passwd", "-b", str(passwords), USER, PASSWORD], check=True)
        acl.write_text(f"user {USER}\ntopic readwrite #\n")
        text = mosquitto.mosquitto_conf(host="127.0.0.1", port=port, folder=folder, passwords=passwords, acl=acl)
        conf.write_text(text + ("user root\n" if os.geteuid() == 0 else ""))
        with on_the_other_core():
            broker = subprocess.Popen(
                [shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or "mosquitto", "-c", conf],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        _wait_for(port)
        yield port
        broker.terminate()
        broker.wait(10)


@contextmanager
def running_embedded() -> Iterator[tuple[int, int]]:
    """Run the embedded broker and yield its ports: of ingest and of devices."""
    settings = EmbeddedBrokerSettings(port=_free_port(), port_311=_free_port(), users={USER: PASSWORD})
    with tempfile.TemporaryDirectory() as folder:
        broker = EmbeddedBroker(settings, Path(folder))
        with on_the_other_core():
            broker.start()
        yield settings.port, settings.port_311
        broker.stop()


@contextmanager
def on_the_other_core() -> Iterator[None]:
    """Run the block on the core of broker and generator; what it starts stays there."""
    mine = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {OTHER_CORE})
    yield
    os.sched_setaffinity(0, mine)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < 10:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.02)
    raise TimeoutError(port)
