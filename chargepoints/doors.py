"""Where stations come in: the plain port and the encrypted one, and the certificate shown there."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from ssl import SSLContext
from typing import Final

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from chargepoints.authority import Authority
from chargepoints.certificates import CertificateRecords
from chargepoints.handshake import choose_subprotocol
from chargepoints.server_certificate import ServerCertificate, own_certificates
from chargepoints.settings import ChargePointSettings
from chargepoints.sockets import StationSocket
from chargepoints.tls import keep_buffers_small
from chargepoints.turnstile import GuardedSocket, Turnstile, guarded
from core.errors import ConfigError, StoreError, UnavailableError
from core.ports import Clock

Handle = Callable[[ServerConnection], Awaitable[None]]
Admit = Callable[[ServerConnection, Request], Response | Awaitable[Response | None] | None]

_LOG = logging.getLogger(__name__)
_WIRE_LOG = logging.getLogger("chargepoints.wire")
_WIRE_LOG.setLevel(logging.WARNING)  # below that the library writes headers with passwords
_CLOSE_TIMEOUT_S: Final = 5.0
_REFRESH_EVERY_S: Final = 60.0
_WAIT_AT_ONCE: Final = 1024
"""So many connections the system keeps for us until we take them; it may allow fewer."""


class Doors:
    """Listens for stations; `port` and `tls_port` are known once it is open."""

    def __init__(
        self,
        settings: ChargePointSettings,
        authority: Authority | None,
        records: CertificateRecords,
        clock: Clock,
        *,
        turned: Callable[[str], None],
    ) -> None:
        self.port = settings.port
        self.tls_port = settings.tls.port if settings.tls else 0
        self.turnstile = Turnstile(settings.failed_connects_per_min, _now_s, turned, settings.proxies)
        self._settings = settings
        self._authority = authority
        self._records = records
        self._clock = clock

    async def open(self, closing: AsyncExitStack, handle: Handle, admit: Admit) -> None:
        """Listen until `closing` ends.

        Raises `ConfigError` if a certificate is unfit, `UnavailableError` if a port is taken.
        """
        settings = self._settings
        if settings.tls is not None:
            keep_buffers_small()
            shown = ServerCertificate.open(settings, settings.tls, self._authority, self._clock)
            for each in await self._sockets(settings.tls.host, settings.tls.port):
                await self._listen(closing, each, shown.context, handle, admit)
                self.tls_port = each.getsockname()[1]
            closing.callback(asyncio.create_task(self._keep_fresh(shown)).cancel)
        await self._records.own(own_certificates(settings))
        for each in await self._sockets(settings.host, settings.port):
            await self._listen(closing, each, None, handle, admit)
            self.port = each.getsockname()[1]

    async def _sockets(self, host: str, port: int) -> list[GuardedSocket]:
        """Return a socket for each address that a host has. Raises `UnavailableError` if one cannot be had."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(
                host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )
            return [guarded(family, address, self.turnstile.comes) for family, _, _, _, address in dict.fromkeys(found)]
        except OSError as error:
            reason = error.strerror or str(error)
            raise UnavailableError("run.port_taken", host=host, port=port, reason=reason) from error

    async def _listen(
        self, closing: AsyncExitStack, listener: GuardedSocket, context: SSLContext | None, handle: Handle, admit: Admit
    ) -> None:
        settings = self._settings
        server = serve(
            handle,
            sock=listener,
            backlog=_WAIT_AT_ONCE,
            ssl=context,
            create_connection=StationSocket,
            process_request=admit,
            select_subprotocol=_select_subprotocol,
            compression=None,
            open_timeout=settings.handshake_timeout_s,  # of the encryption, too
            ping_interval=None,  # the central system judges by frames as well as by pongs
            close_timeout=_CLOSE_TIMEOUT_S,
            max_size=settings.max_frame_bytes,
            logger=_WIRE_LOG,
            server_header=None,
        )
        await closing.enter_async_context(server)

    async def _keep_fresh(self, shown: ServerCertificate) -> None:
        """Have stations shown a new certificate as soon as there is one, and go on with the old one if it is unfit."""
        while True:
            await asyncio.sleep(_REFRESH_EVERY_S)
            try:
                if await asyncio.to_thread(shown.refresh, self._clock()):
                    await self._records.own(own_certificates(self._settings))
            except ConfigError as error:
                _LOG.error("certificate_not_renewed finding=%s", error.findings[0])
            except StoreError as error:
                _LOG.error("certificate_not_kept finding=%s", error.finding)


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def _select_subprotocol(_connection: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    chosen = choose_subprotocol(offered)
    return None if chosen is None else Subprotocol(chosen)
