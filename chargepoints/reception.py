"""At the door: a station is let in, refused with a note, or, where nobody knows it, looked up among those invited."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from http import HTTPStatus
from typing import Final

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from chargepoints.connection import StationConnection
from chargepoints.handshake import IMPOSTURES, Doorkeeper, Refused
from chargepoints.notebook import Notebook
from chargepoints.settings import ChargePointSettings
from chargepoints.tls import Entrance, address_of, entrance
from core.adoption import Newcomer
from core.errors import ServiceError
from core.inventory import Station
from core.ports import Clock, StationCredentials
from core.station_events import StationEventKind
from core.texts import Finding

Welcome = Callable[[Newcomer, datetime], Awaitable[Finding | None]]
"""Enters an invited station into the inventory; returns what keeps it from that, None for who was not invited, too."""

MISSED: Final = 3
"""So many signs of life of a station may be missed."""

HINT_CHARS: Final = 100

_LOG = logging.getLogger(__name__)


class Reception:
    """Decides on connections before they are any.

    Where they are set `welcome` is asked of stations that nobody knows, and `credentials` is told which of several
    passwords a station showed, and by which higher security profile than its own it came.
    """

    def __init__(
        self,
        settings: ChargePointSettings,
        doorkeeper: Doorkeeper,
        clock: Clock,
        *,
        notebook: Callable[[], Notebook],
        connected: Callable[[str], StationConnection | None],
    ) -> None:
        self.welcome: Welcome | None = None
        self.credentials: StationCredentials | None = None
        self._settings = settings
        self._doorkeeper = doorkeeper
        self._clock = clock
        self._notebook = notebook
        self._connected = connected

    def admit(self, connection: ServerConnection, request: Request) -> Response | Awaitable[Response | None] | None:
        """Return the refusal of a connection, None where it may become a station's: then its user name is the id."""
        admitted = self._admitted(connection, request)
        unknown = isinstance(admitted, Refused) and admitted.station is None and admitted.asked
        if unknown and self.welcome is not None:
            return self._welcomed(connection, request, self.welcome)
        if isinstance(admitted, Station) and self.credentials is not None:
            authorization = request.headers.get_all("Authorization")
            password = self._doorkeeper.proves_one_of_several(admitted, authorization)
            profile = self._doorkeeper.profile_above(admitted, self._entrance(connection, request))
            if password is not None or profile is not None:
                connection.username = admitted.id
                return self._shown(admitted, password, profile, self.credentials)
        return self._answered(connection, request, admitted)

    async def _shown(
        self, station: Station, password: bytes | None, profile: int | None, credentials: StationCredentials
    ) -> None:
        """Tell how a station proved itself; it is let in whatever becomes of that."""
        try:
            if password is not None:
                await credentials.shown(station.id, password)
            if profile is not None:
                await credentials.came_by(station.id, profile)
        except ServiceError as error:
            _LOG.warning("credentials_not_kept station=%s finding=%s", station.id, error.finding)
            self._notebook().notice(station.source, error.finding, self._clock())

    def _entrance(self, connection: ServerConnection, request: Request) -> Entrance:
        return entrance(connection.transport, request.headers.get_all("X-Forwarded-Proto"), self._settings.proxies)

    async def _welcomed(self, connection: ServerConnection, request: Request, welcome: Welcome) -> Response | None:
        """Let a station in that nobody knows, if it was invited; its password stands with its name, as for all."""
        name, password = self._doorkeeper.newcomer(request.path, request.headers.get_all("Authorization"))
        came = self._entrance(connection, request)
        newcomer = Newcomer(
            name=name, password=password, encrypted=came.encrypted, address=address_of(connection.transport)
        )
        objection = await welcome(newcomer, self._clock())
        if objection is not None:
            _LOG.warning("newcomer_not_admitted name=%r finding=%s", name, objection)
        return self._answered(connection, request, self._admitted(connection, request))

    def _admitted(self, connection: ServerConnection, request: Request) -> Station | Refused:
        now_utc = self._clock()
        came = self._entrance(connection, request)
        admitted = self._doorkeeper.admit(request.path, request.headers.get_all("Authorization"), now_utc.date(), came)
        if isinstance(admitted, Station) and self._is_taken(admitted, connection):
            finding = Finding.of("ocpp.connected_from_elsewhere")
            admitted = Refused(HTTPStatus.CONFLICT, finding, admitted.id, admitted)
        return admitted

    def _answered(self, connection: ServerConnection, request: Request, admitted: Station | Refused) -> Response | None:
        now_utc = self._clock()
        if isinstance(admitted, Station):
            connection.username = admitted.id
            return None
        notebook = self._notebook()
        if admitted.station is not None:
            notebook.notice(admitted.station.source, admitted.finding, now_utc, kind=_kind_of(admitted.finding))
        elif admitted.asked:
            offered = ",".join(request.headers.get_all("Sec-WebSocket-Protocol"))
            notebook.discover("ocpp", admitted.asked, now_utc, hint=offered[:HINT_CHARS])
        response = connection.respond(admitted.status, f"{admitted.status.phrase}\n")
        if admitted.status is HTTPStatus.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = 'Basic realm="ocpp"'
        return response

    def _is_taken(self, station: Station, connection: ServerConnection) -> bool:
        """Return whether a station that nothing but its name tells apart is connected from another address."""
        known = self._connected(station.id)
        return (
            station.security_profile == 0
            and known is not None
            and known.silent_s < self._settings.ping_interval_s * MISSED
            and known.address != address_of(connection.transport)
        )


def _kind_of(finding: Finding) -> StationEventKind:
    """Return of what kind it is that somebody was refused: who shows another's certificate attacks, or is mixed up."""
    return StationEventKind.SECURITY if finding.code in IMPOSTURES else StationEventKind.TURNED_AWAY
