"""The console as a part of the service: uvicorn under our supervisor's signals."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from core.errors import UnavailableError
from core.ports import Health
from core.texts import Finding

DRAIN_S = 3
"""How long open requests and event streams may take to end after a stop."""


class Console:
    """Serves `app` on `host`:`port` until it is cancelled; port 0 takes a free one."""

    name = "console"

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self._app = app
        self._host = host
        self.port = port
        self._server: _Server | None = None

    @property
    def ready(self) -> bool:
        """Return whether connections are accepted."""
        return self._server is not None and self._server.started

    async def serve(self) -> None:
        """Run until cancelled, then let open requests end. Raises `UnavailableError` if the port is taken."""
        listener = self._bind()
        self.port = listener.getsockname()[1]
        server = _Server(
            uvicorn.Config(
                self._app,
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="on",
                timeout_graceful_shutdown=DRAIN_S,
                ws="none",
            )
        )
        self._server = server
        running = asyncio.create_task(server.serve([listener]))
        try:
            await asyncio.shield(running)
        finally:
            server.should_exit = True
            with contextlib.suppress(asyncio.CancelledError):
                await running
            self._server = None
            listener.close()

    def health(self) -> Health:
        """Return whether connections are accepted."""
        if self.ready:
            return Health(name=self.name, ok=True)
        return Health(name=self.name, ok=False, finding=Finding.of("run.not_listening", host=self._host))

    def _bind(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self._host, self.port))
        except OSError as error:
            listener.close()
            raise UnavailableError(
                "run.port_taken", host=self._host, port=self.port, reason=error.strerror or str(error)
            ) from error
        return listener


class _Server(uvicorn.Server):
    """A uvicorn server that leaves the signals to the supervisor."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
