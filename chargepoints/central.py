"""The OCPP central system: stations connect here, each by a WebSocket under its own name."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import datetime
from typing import Any

from websockets.asyncio.server import ServerConnection

from chargepoints.answering import Desk
from chargepoints.assembly import Assembly, Stores
from chargepoints.authority import Authority
from chargepoints.calls import Late
from chargepoints.certificates import CertificateRecords
from chargepoints.chronicle import STOPPED
from chargepoints.connection import StationConnection
from chargepoints.costs import Costs
from chargepoints.decoding.events import Arrival, Booted, Event
from chargepoints.dispatch.dispatcher import Dispatcher
from chargepoints.dispatch.numbers import unknown_number
from chargepoints.doors import Doors
from chargepoints.habits import Habits
from chargepoints.handshake import SUBPROTOCOLS, Doorkeeper
from chargepoints.kept_secrets import Matches, matches_clear
from chargepoints.notebook import Notebook
from chargepoints.planning import Planning
from chargepoints.privacy import Privacy
from chargepoints.quirks import model_patience_s
from chargepoints.reception import HINT_CHARS, MISSED, Reception
from chargepoints.registrar import Registrar
from chargepoints.replay import Replay
from chargepoints.settings import ChargePointSettings
from chargepoints.signing import Signing
from chargepoints.sockets import StationSocket, WebSocket
from chargepoints.tags import Tags
from chargepoints.tls import address_of, entrance
from chargepoints.traffic import Traffic
from chargepoints.trail import Trail
from core.books import Ledger
from core.commands import Command
from core.errors import StoreError, UnavailableError
from core.facts import Protocol
from core.inventory import Admission, Inventory
from core.ports import Clock, Health, Journal, ReadingSink, StationCredentials
from core.station_events import SERVICE, Contact, StationEventKind
from core.texts import Finding

_FLUSH_EVERY_S = 0.25
_NORMAL = 1000

_LOG = logging.getLogger(__name__)


class CentralSystem:
    """Serves all stations of the inventory; `port` is known once `started` is set."""

    name = "chargepoints"

    def __init__(
        self,
        settings: ChargePointSettings,
        *,
        inventory: Callable[[], Inventory],
        secret_of: Callable[[str], str | None],
        privacy: Privacy,
        journal: Journal,
        sink: ReadingSink,
        ledger: Ledger,
        clock: Clock,
        uid_of: Callable[[str], str | None] = unknown_number,
        matches: Matches = matches_clear,
    ) -> None:
        self.started = asyncio.Event()
        self.port = settings.port
        self.tls_port = settings.tls.port if settings.tls else 0
        self._settings = settings
        self._inventory = inventory
        self._privacy = privacy
        self._stores = Stores(journal=journal, sink=sink, ledger=ledger, clock=clock)
        self._dispatcher = Dispatcher(ledger, self, uid_of, clock)
        self._connections: dict[str, StationConnection] = {}
        organisation = settings.tls.organisation if settings.tls else ""
        self.reception = Reception(
            settings,
            Doorkeeper(settings.path, inventory, secret_of, organisation, matches),
            clock,
            notebook=lambda: self._desk.assembly.notebook,
            connected=self._connections.get,
        )
        self._records = CertificateRecords(ledger, clock)
        authority = _authority(settings)
        self._doors = Doors(settings, authority, self._records, clock, turned=self._turned)
        self._signing = Signing(
            authority,
            inventory,
            ledger,
            self._records,
            wake=self._dispatcher.wake,
            note=self._note_security,
        )
        self._planning = Planning(
            inventory, ledger, stored=self._stored, wake=self._dispatcher.wake, note=self._note_planning
        )
        self._dispatcher.followed = self._followed
        self.stirred: Callable[[str], None] = nobody_stirred
        """Is told of a station when a command to it is over, and when it has started."""
        self._habits: dict[str, Habits] = {}
        self._desk = self._new_desk()
        self._leaving: set[asyncio.Task[None]] = set()
        self._past = Traffic()
        self._stopping = False

    def keep_credentials(self, credentials: StationCredentials) -> None:
        """Let stations be given new passwords, which are kept there."""
        self.reception.credentials = self._dispatcher.talking.credentials = credentials

    async def serve(self) -> None:
        """Take up what the journal has, then serve stations until cancelled. Raises `StoreError` if storing fails."""
        desk = self._desk = self._new_desk()
        self._stopping = False
        await desk.assembly.restore()
        stop = asyncio.Event()
        loops = [
            asyncio.create_task(desk.trail.run()),
            asyncio.create_task(self._flush(desk.assembly, stop)),
            asyncio.create_task(self._probe()),
            asyncio.create_task(self._dispatcher.run()),
        ]
        try:
            async with AsyncExitStack() as closing:
                await self._doors.open(closing, self._handle, self.reception.admit)
                self.port, self.tls_port = self._doors.port, self._doors.tls_port
                self.started.set()
                try:
                    done, _ = await asyncio.wait(loops, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    self._stopping = True
                for loop in done:
                    loop.result()
        finally:
            self.started.clear()
            stop.set()
            await self._finish(desk, loops)

    def health(self) -> Health:
        """Return whether stations are served, and what has been done."""
        now = Traffic.sum((self._past, *(Traffic.of(connection) for connection in self._connections.values())))
        assembly = self._desk.assembly
        trouble = self._desk.trail.trouble if self.started.is_set() else Finding.of("ocpp.starting")
        return Health(
            name=self.name,
            ok=trouble is None,
            finding=trouble,
            figures={
                "connected": len(self._connections),
                "open_transactions": assembly.transactions.open,
                "readings": assembly.readings,
                "frames": now.frames,
                "refused": now.refused,
                "repeated": now.repeated,
                "unsolicited": now.unsolicited,
                "late_answers": now.late,
                "left_out": assembly.notebook.left_out,
                "connects_turned_away": self._doors.turnstile.turned_away,
            },
        )

    async def call(
        self,
        station: str,
        action: str,
        payload: dict[str, Any],
        timeout_s: float | None = None,
        late: Late | None = None,
    ) -> dict[str, Any]:
        """Return a station's answer to a call of ours. Raises `UnavailableError` if it is not connected."""
        connection = self._connections.get(station)
        if connection is None:
            raise UnavailableError("ocpp.station_not_connected", station=station)
        return await connection.call(action, payload, timeout_s, late)

    def version_of(self, station: str) -> Protocol | None:
        """Return the version a connected station speaks, None if it is not connected."""
        connection = self._connections.get(station)
        return None if connection is None else connection.protocol

    def wake(self) -> None:
        """Have waiting commands looked at now."""
        self._dispatcher.wake()

    def _new_desk(self) -> Desk:
        settings, stores = self._settings, self._stores
        notebook = Notebook()
        tags = Tags(self._inventory, self._privacy, accept_unknown=settings.accept_unknown_tags)
        registrar = Registrar(
            tags=tags,
            book=stores.ledger,
            notebook=notebook,
            clock=stores.clock,
            heartbeat_interval_s=settings.heartbeat_interval_s,
            signing=self._signing,
            costs=Costs(self._inventory, stores.ledger),
            plans=self._planning.can,
            admission=self._admission_of,
        )
        assembly = Assembly(
            stores,
            inventory=self._inventory,
            registrar=registrar,
            notebook=notebook,
            replay=lambda: Replay(lenient=settings.lenient, max_depth=settings.max_depth, unseal=self._privacy.open),
        )
        assembly.heard = self._heard
        return Desk(
            settings=settings,
            privacy=self._privacy,
            trail=Trail(stores.journal),
            registrar=registrar,
            assembly=assembly,
            clock=stores.clock,
        )

    def _admission_of(self, station: str) -> Admission:
        known = self._inventory().stations.get(station)
        return Admission.REJECTED if known is None else known.admission

    def _heard(self, arrival: Arrival, event: Event) -> None:
        self._dispatcher.told(arrival, event)
        self._signing.heard(arrival, event)
        self._planning.heard(arrival, event)
        if isinstance(event, Booted):
            self.stirred(arrival.station)

    async def _followed(self, command: Command) -> None:
        await self._signing.followed(command)
        if command.state.final:
            self.stirred(command.station)

    def _note_planning(self, station: str, finding: Finding, at_utc: datetime) -> None:
        self._desk.assembly.notebook.notice(f"station:{station}", finding, at_utc)

    async def _stored(self) -> None:
        await self._desk.assembly.flush()

    def _note_security(self, station: str, finding: Finding) -> None:
        notebook, source = self._desk.assembly.notebook, f"station:{station}"
        notebook.notice(source, finding, self._stores.clock(), kind=StationEventKind.SECURITY)

    def _turned(self, address: str) -> None:
        """Note that an address comes in vain too often; it is no station's, so this is the service's own event."""
        limit = Finding.of("ocpp.too_many_connects", address=address, limit=self._settings.failed_connects_per_min)
        if self._desk.assembly.chronicle.count(SERVICE, StationEventKind.TURNED_AWAY, limit, self._stores.clock()):
            _LOG.warning("connects_turned_away finding=%s", limit)

    async def _handle(self, socket: ServerConnection) -> None:
        station, protocol = socket.username, SUBPROTOCOLS.get(socket.subprotocol or "")
        desk = self._desk
        if protocol is None or not isinstance(socket, StationSocket):
            offered = ",".join(socket.request.headers.get_all("Sec-WebSocket-Protocol")) if socket.request else ""
            finding = Finding.of("ocpp.subprotocol_unsupported", offered=offered[:HINT_CHARS])
            desk.assembly.notebook.notice(
                f"station:{station}", finding, desk.clock(), kind=StationEventKind.TURNED_AWAY
            )
            return  # OCPP-J 3.3: complete the handshake without a subprotocol, then close at once
        address, habits = address_of(socket.transport), self._habits_of(station)
        connection = StationConnection(station, protocol, WebSocket(socket), desk, address, habits)
        self._doors.turnstile.admitted(address)
        self._replace(self._connections.get(station), connection)
        desk.assembly.links.connected(station, protocol, desk.clock())
        if shown := entrance(socket.transport, (), ()).presented:
            self._signing.shown(station, shown.serial_number)
        try:
            await connection.serve()
        except StoreError as error:
            _LOG.error("connection_dropped station=%s finding=%s", station, error.finding)
        finally:
            self._past = Traffic.sum((self._past, Traffic.of(connection)))
            if self._connections.get(station) is connection:
                del self._connections[station]
                self._dispatcher.talking.gone(station)
                why = Contact.SERVICE_STOPPED if self._stopping else connection.leaves
                desk.assembly.links.disconnected(station, desk.clock(), why)

    def _habits_of(self, station: str) -> Habits:
        """Return what is learned of a station, and what the registry says of its model, as it is called today."""
        habits = self._habits.setdefault(station, Habits())
        known, link = self._inventory().stations.get(station), self._desk.assembly.links.of(station)
        models = [(each.maker, each.model) for each in (known, link) if each is not None]
        habits.model_patience_s = model_patience_s(models)
        return habits

    def _replace(self, old: StationConnection | None, new: StationConnection) -> None:
        """Let the newest socket of a station win; the old one may be dead without knowing it."""
        self._connections[new.station] = new
        if old is not None:
            self._leave(old, Contact.REPLACED)

    def _leave(self, connection: StationConnection, why: Contact) -> None:
        connection.leaves = why
        task = asyncio.create_task(connection.close(_NORMAL, why.value))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _flush(self, assembly: Assembly, stop: asyncio.Event) -> None:
        """Store what was gathered, again and again; never cancelled half-way."""
        while not stop.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(_FLUSH_EVERY_S):
                    await stop.wait()
            await assembly.flush()

    async def _probe(self) -> None:
        """Ping every station; hang up on those that give no sign of life, some of which never answer pings."""
        ping_s, heartbeat_s = self._settings.ping_interval_s, self._settings.heartbeat_interval_s
        while True:
            await asyncio.sleep(ping_s)
            for connection in tuple(self._connections.values()):
                habits = connection.habits
                patience_s = MISSED * (ping_s if connection.answers_pings else max(ping_s, heartbeat_s))
                if connection.silent_s > patience_s:
                    habits.answers_pings, habits.pings = None, 0  # a new firmware may be another
                    self._leave(connection, Contact.SILENT)
                else:
                    task = asyncio.create_task(connection.probe())
                    self._leaving.add(task)
                    task.add_done_callback(self._leaving.discard)

    async def _finish(self, desk: Desk, loops: Sequence[asyncio.Task[None]]) -> None:
        """Store what is left, unless storing has failed: then the next start takes it from the journal."""
        trail, flush, probe, dispatch = loops
        probe.cancel()
        dispatch.cancel()
        desk.trail.finish()
        await asyncio.wait(loops)
        if not (flush.exception() or trail.exception()):
            await desk.trail.drain()
            stopped_at_utc = desk.clock()
            desk.assembly.chronicle.serving(STOPPED, stopped_at_utc, stopped_at_utc)
            await desk.assembly.flush()


def nobody_stirred(_station: str) -> None:
    """Tell nobody of a station."""


def _authority(settings: ChargePointSettings) -> Authority | None:
    if settings.authority is None:
        return None
    return Authority.read(settings.authority, settings.tls.organisation if settings.tls else "")
