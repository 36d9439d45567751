"""A station for cases of the OCA's test documents: it sends what a case says, and holds all it hears to the schemas."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources
from itertools import count
from typing import Any

import jsonschema_rs
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from chargepoints.calls import CallRefusedError
from chargepoints.commands import v16, v201
from chargepoints.commands.answers import refused
from chargepoints.commands.sending import Commands, Context, Running, Token
from core.books import SessionFilter
from core.command_requests import REQUESTS
from core.commands import Command, CommandKind, CommandState
from core.facts import ChargeSession
from core.inventory import Tag
from core.station_events import StationEventFilter

Payload = dict[str, Any]
CARD, BLOCKED, EXPIRED, UNKNOWN = "04A2B3C4D5", "04BBBBBBBB", "04EEEEEEEE", "04FFFFFFFF"
MEMBER, COLLEAGUE, FORMER, MASTER = "0411111111", "0422222222", "0433333333", "0444444444"
TAGS = {
    tag.id: tag
    for tag in (
        Tag(id="card", name="", valid_from=date(2020, 1, 1), uid=CARD),
        Tag(id="blocked", name="", valid_from=date(2020, 1, 1), uid=BLOCKED, blocked=True),
        Tag(id="expired", name="", valid_from=date(2020, 1, 1), valid_to=date(2024, 1, 1), uid=EXPIRED),
        Tag(id="member", name="", valid_from=date(2020, 1, 1), uid=MEMBER, card_group="G1"),
        Tag(id="colleague", name="", valid_from=date(2020, 1, 1), uid=COLLEAGUE, card_group="G1"),
        Tag(id="master", name="", valid_from=date(2020, 1, 1), uid=MASTER, card_group="MASTER"),
        Tag(id="former", name="", valid_from=date(2020, 1, 1), uid=FORMER, card_group="G1", blocked=True),
    )
}
TOKENS = {"card": Token(CARD), "group": Token("G1", "Central")}
COMMANDS: Mapping[str, Commands] = {"ocpp1.6": v16.COMMANDS, "ocpp2.0.1": v201.COMMANDS}
_FOLDERS = {"ocpp1.6": "v16", "ocpp2.0.1": "v201"}
_KINDS = {request: kind for kind, request in REQUESTS.items()}
_WITHIN_S = 5.0


class Refused(Exception):  # noqa: N818 - what was heard, not what went wrong
    """We answered with a CALLERROR."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@cache
def schema(version: str, name: str) -> jsonschema_rs.Draft6Validator:
    """Return the OCA's schema of a message as the `ocpp` package ships it."""
    endings = ("", ".") if version == "ocpp1.6" else ("Request", ".")
    folder = resources.files("ocpp") / _FOLDERS[version] / "schemas"
    stem = name if name.endswith("Response") else name + endings[0]
    text = (folder / f"{stem}.json").read_text(encoding="utf-8-sig")
    return jsonschema_rs.Draft6Validator(json.loads(text), validate_formats=True)


@dataclass(eq=False)
class Station:
    """One station and its socket. `answers` holds what it says to our calls; what we asked stands in `asked`.

    `spoken` are the messages that went over the wire, either way.
    """

    socket: ClientConnection
    version: str
    answers: dict[str, Payload | str] = field(default_factory=dict)
    asked: list[tuple[str, Payload]] = field(default_factory=list)
    clock: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(hours=2))  # noqa: TID251
    register_wh: int = 10_000
    spoken: set[str] = field(default_factory=set)
    _ids: Any = field(default_factory=lambda: count(1))
    _waiting: dict[str, tuple[str, asyncio.Future[Payload]]] = field(default_factory=dict)

    async def call(self, action: str, payload: Payload | None = None) -> Payload:
        """Return our answer. Raises `Refused` for a CALLERROR."""
        id_ = f"{action[:12]}-{next(self._ids)}"
        heard: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
        self._waiting[id_] = action, heard
        schema(self.version, action).validate(payload or {})
        await self.socket.send(json.dumps([2, id_, action, payload or {}]))
        self.spoken.add(action)
        async with asyncio.timeout(_WITHIN_S):
            return await heard

    @property
    def unanswered(self) -> list[str]:
        """Return the calls that we have not answered, by name."""
        return [action for action, _ in self._waiting.values()]

    async def listen(self) -> None:
        """Hear until the socket closes."""
        try:
            async for frame in self.socket:
                await self._hear(json.loads(frame))
        except ConnectionClosed:
            return

    async def _hear(self, message: list[Any]) -> None:
        if message[0] == 2:
            await self._obey(*message[1:])
            return
        action, heard = self._waiting.pop(message[1])
        if message[0] == 4:
            heard.set_exception(Refused(message[2]))
            return
        schema(self.version, f"{action}Response").validate(message[2])
        heard.set_result(message[2])

    async def _obey(self, id_: str, action: str, payload: Payload) -> None:
        schema(self.version, action).validate(payload)
        self.asked.append((action, payload))
        self.spoken.add(action)
        answer = self.answers[action]
        if isinstance(answer, str):
            await self.socket.send(json.dumps([4, id_, answer, "", {}]))
            return
        schema(self.version, f"{action}Response").validate(answer)
        await self.socket.send(json.dumps([3, id_, answer]))

    def at(self, minutes: float = 1) -> str:
        """Return the station's time, some minutes on."""
        self.clock += timedelta(minutes=minutes)
        return self.clock.strftime("%FT%TZ")

    def measured(self, more_wh: int = 100) -> int:
        """Return the station's register, some watt-hours on."""
        self.register_wh += more_wh
        return self.register_wh


@dataclass(eq=False)
class Case:
    """One case: a station, and the house that it is connected to."""

    house: Any
    name: str
    station: Station

    @property
    def version(self) -> str:
        """Return the version spoken."""
        return self.station.version

    async def call(self, action: str, payload: Payload | None = None) -> Payload:
        """Return our answer to a call of the station."""
        return await self.station.call(action, payload)

    async def refusal(self, action: str, payload: Payload) -> str:
        """Return the code of our CALLERROR."""
        try:
            answer = await self.station.call(action, payload)
        except Refused as refused:
            return refused.code
        raise AssertionError(answer)

    async def ask(
        self,
        request: Any,
        action: str,
        wire: Payload | None,
        answer: Payload | str | None = None,
        state: CommandState = CommandState.DONE,
        running: str = "",
    ) -> Mapping[str, Any]:
        """Ask the station for something: check what is on the wire (None: anything) and how the answer is read."""
        context = Context(
            now_utc=datetime.now(UTC),  # noqa: TID251
            number=7,
            tokens=TOKENS,
            sessions={"running": Running(running, 1)} if running else {},
        )
        sendings = COMMANDS[self.version][_KINDS[type(request)]]
        sending = next(sending for sending in sendings if sending.fits(request))
        self.station.answers[action] = {"status": "Accepted"} if answer is None else answer
        payload = sending.encode(request, context)
        try:
            outcome = sending.understand(await self.house.central.call(self.name, sending.action, payload))
        except CallRefusedError as refusal:
            outcome = refused(refusal.code)
        assert self.station.asked[-1][0] == action
        assert wire is None or self.station.asked[-1][1] == wire, self.station.asked[-1]
        assert outcome.state is state, outcome
        return outcome.result

    async def dispatch(self, kind: CommandKind, **request: Any) -> Command:
        """Return what became of a command that is given as people give it."""
        now_utc = datetime.now(UTC)  # noqa: TID251
        within = timedelta(seconds=_WITHIN_S)
        wanted = Command(
            station=self.name,
            kind=kind,
            request=request,
            asked_by="anna",
            asked_at_utc=now_utc,
            expires_at_utc=now_utc + within,
        )
        (command,) = await self.house.stores.ledger.ask([wanted])
        self.house.central.wake()
        async with asyncio.timeout(_WITHIN_S):
            while not command.state.final:
                await asyncio.sleep(0.01)
                command = await self.house.stores.ledger.command(command.id)
        return command  # type: ignore[no-any-return]

    async def sessions(self) -> list[ChargeSession]:
        """Return the station's sessions, oldest first."""
        await self.house.stored()
        page = await self.house.stores.ledger.sessions(SessionFilter(stations=frozenset({self.name})))
        return sorted(page.items, key=lambda session: session.begun_at_utc)

    async def events(self) -> list[str]:
        """Return the codes of what was odd about the station."""
        await self.house.stored()
        page = await self.house.stores.ledger.station_events(StationEventFilter(stations=frozenset({self.name})))
        return [event.finding.code for event in page.items if event.finding]

    async def statuses(self) -> dict[int, str]:
        """Return the last state of each outlet."""
        await self.house.stored()
        found = await self.house.stores.ledger.statuses()
        return {status.connector: status.status.value for status in found if status.station == self.name}

    @asynccontextmanager
    async def again(self) -> AsyncIterator[Case]:
        """Connect once more, as the same station with its clock and register, after the first socket has closed."""
        await self.station.socket.close()
        async with connected(self.house, self.name, self.version) as other:
            other.station.clock, other.station.register_wh = self.station.clock, self.station.register_wh
            other.station.spoken = self.station.spoken
            yield other


@asynccontextmanager
async def connected(house: Any, name: str, version: str, url: str = "", **options: Any) -> AsyncIterator[Case]:
    """Connect a station while inside. What it heard that breaks a schema is raised at the end."""
    async with connect(f"{url or house.url}/{name}", subprotocols=[version], compression=None, **options) as socket:  # type: ignore[list-item]
        assert socket.subprotocol == version
        station = Station(socket, version)
        listening = asyncio.create_task(station.listen())
        try:
            yield Case(house, name, station)
        finally:
            await socket.close()
            await listening


def asks(request: Any, action: str, wire: Payload | None, answer: Any = None, **more: Any) -> Callable[[Case], Any]:
    """Return a case in which we ask a station for one thing (see `Case.ask`)."""

    async def run(case: Case) -> None:
        await case.ask(request, action, wire, answer, **more)

    return run
