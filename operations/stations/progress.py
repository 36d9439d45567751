"""How far commands are: the list, one of them, taking back what still waits, and waiting for the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from core.commands import Command, CommandFilter, CommandKind, CommandState
from core.errors import ConflictError, NotFoundError
from core.ports import Page
from core.texts import Finding
from operations.house import Call, House
from operations.stations.requests import Targets
from operations.values import Limit, Told

_EVERY_S: Final = 0.1
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRow:
    """A command to a station and how far it is; `finding` says why it is not done."""

    id: int
    station: str
    command: CommandKind
    progress: CommandState
    final: bool
    finding: Told | None
    station_said: Mapping[str, Any]
    request: Mapping[str, Any]
    connector: int | None
    asked_by: str
    asked_at_utc: datetime
    not_before_utc: datetime | None
    when_idle: bool
    expires_at_utc: datetime
    sent_at_utc: datetime | None
    finished_at_utc: datetime | None
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCommands:
    """What was asked of stations at once, under one `group`, as far as it is now; `open` of them still go on."""

    group: str
    open: int
    items: tuple[CommandRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCommands:
    """Which commands: to a station, of a kind, in a state, or asked at once (`group`); newest first."""

    station: str | None = None
    kind: CommandKind | None = None
    state: CommandState | None = None
    group: str | None = None
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCommand:
    """One command by its number."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelCommand:
    """A command that still waits, by its number."""

    id: int = field()


async def list_commands(house: House, request: ListCommands, call: Call) -> Page[CommandRow]:
    """Return commands to the stations that the actor may see, newest first."""
    seen = frozenset(
        each.id
        for each in house.inventory().stations.values()
        if call.actor.sees(each.site) and request.station in (None, each.id)
    )
    page = await house.ledger.commands(
        CommandFilter(
            stations=seen,
            kinds=None if request.kind is None else frozenset({request.kind}),
            states=None if request.state is None else frozenset({request.state}),
            group=request.group,
            limit=request.limit,
            cursor=request.cursor,
        )
    )
    return Page(tuple(map(row_of, page.items)), page.total, page.next_cursor)


async def show_command(house: House, request: ShowCommand, call: Call) -> CommandRow:
    """Return one command. Raises `NotFoundError` or `ForbiddenError`."""
    return row_of(await _seen(house, request.id, call))


async def cancel_command(house: House, request: CancelCommand, call: Call) -> CommandRow:
    """Take back a command that still waits. Raises `ConflictError` for one that was sent."""
    command = await _seen(house, request.id, call)
    if command.state is not CommandState.WAITING:
        raise ConflictError("commands.sent_already", id=command.id)
    by = Finding.of("commands.cancelled_by", by=call.actor.name)
    over = replace(command, state=CommandState.CANCELLED, finished_at_utc=call.now_utc, finding=by)
    await house.ledger.save_command(over)
    return row_of(await _seen(house, request.id, call))


async def awaited(house: House, request: Targets, call: Call, commands: Sequence[Command]) -> AskedCommands:
    """Return how far commands are once all are over, or after the time that the request waits."""
    ends_s = time.monotonic() + (0 if request.when_idle or request.at_utc else request.wait_s)
    rows = [row_of(each) for each in commands]
    while not all(each.final for each in rows) and time.monotonic() < ends_s:
        await asyncio.sleep(_EVERY_S)
        rows = await _now(house, commands[0].group)
        done = sum(each.final for each in rows)
        call.progress(done / len(rows), Finding.of("commands.progress", done=done, count=len(rows)))
    return AskedCommands(group=commands[0].group, open=sum(not each.final for each in rows), items=tuple(rows))


async def _now(house: House, group: str) -> list[CommandRow]:
    page = await house.ledger.commands(CommandFilter(group=group, limit=_AT_ONCE))
    return [row_of(each) for each in sorted(page.items, key=lambda each: each.id)]


async def _seen(house: House, number: int, call: Call) -> Command:
    command = await house.ledger.command(number)
    if command is None:
        raise NotFoundError("commands.unknown", id=number)
    station = house.inventory().stations.get(command.station)
    call.must_see(station.site if station else None)
    return command


def row_of(command: Command) -> CommandRow:
    """Return a command as programs get it."""
    names = (
        *("id", "station", "request", "connector", "asked_by", "asked_at_utc"),
        *("not_before_utc", "when_idle", "expires_at_utc", "sent_at_utc", "finished_at_utc", "group"),
    )
    told = None if command.finding is None else Told.of(command.finding)
    plain = {name: getattr(command, name) for name in names}
    return CommandRow(
        **plain,
        command=command.kind,
        progress=command.state,
        final=command.state.final,
        finding=told,
        station_said=command.answer,
    )
