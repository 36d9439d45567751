"""The broker that the service runs itself, for demo and trial: iotcore in a child process.

Memory only: nothing survives its end, and a full queue drops its oldest messages without a word.
One port for MQTT 5 (ingest) and one for 3.1.1 (devices); messages cross between them; the same users on
both. It leaves 100 messages unacknowledged, whatever it is asked for. In production: Mosquitto.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from iotcore import Broker

from core.errors import ConfigError, UnavailableError
from core.texts import Finding
from ingest.settings import EmbeddedBrokerSettings

WINDOW: Final = 100
"""How many messages it leaves unacknowledged: `BrokerSettings.window` of whoever subscribes here."""
_LISTENER: Final = """
[{protocol}.1]
name = "{protocol}"
listen = {listen}
next_connection_delay_ms = 1
[{protocol}.1.connections]
connection_timeout_ms = 60000
max_payload_size = 262144
max_inflight_count = 1000
[{protocol}.1.connections.auth]
{users}
"""
_ROUTER: Final = """\
id = 0
[router]
id = 0
max_connections = 1000
max_outgoing_packet_count = 200
max_segment_size = 104857600
max_segment_count = 10
"""


class EmbeddedBroker:
    """The broker of these settings; its file, with the passwords, lies in `folder`, readable for its owner only.

    Raises `ConfigError` if there are no users: it never runs open to everybody.
    """

    def __init__(self, settings: EmbeddedBrokerSettings, folder: Path) -> None:
        if not settings.users:
            raise ConfigError([Finding.of("ingest.embedded_without_users")])
        self._settings = settings
        self._file = folder / "broker.toml"
        self._broker: Broker | None = None

    def start(self) -> None:
        """Return once both ports accept connections. Raises `UnavailableError` if they cannot."""
        if self._broker is not None:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.touch(mode=0o600)
        self._file.chmod(0o600)
        self._file.write_text(embedded_toml(self._settings), encoding="utf-8")
        broker = Broker(config_path=str(self._file))
        try:
            with _no_interrupt():
                broker.start()
        except (OSError, RuntimeError) as error:
            ports = f"{self._settings.port}, {self._settings.port_311}"
            raise UnavailableError("ingest.embedded_not_started", ports=ports, reason=str(error)) from error
        self._broker = broker

    def stop(self) -> None:
        """End the broker and free its ports. What it held in memory is gone."""
        if self._broker is not None:
            self._broker.stop()
            self._broker = None

    @property
    def running(self) -> bool:
        """Return whether the child process lives."""
        return self._broker is not None and bool(self._broker.is_running)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Keep Ctrl-C from the child that is started inside: it ends when we have taken what it holds, not before."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def embedded_toml(settings: EmbeddedBrokerSettings) -> str:
    """Return the configuration file of the broker, passwords included."""
    users = "\n".join(f"{json.dumps(name)} = {json.dumps(secret)}" for name, secret in settings.users.items())
    listeners = (("v5", settings.port), ("v4", settings.port_311))
    return _ROUTER + "".join(
        _LISTENER.format(protocol=protocol, listen=json.dumps(f"{settings.host}:{port}"), users=users)
        for protocol, port in listeners
    )
