"""The settings of charge points as they are now: asked of those that are connected, all at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from chargepoints.configuring.comparing import plain_key
from core.command_words import ReportBase
from core.commands import Command, CommandFilter, CommandKind, CommandState
from core.facts import Protocol, StationLink
from core.texts import Finding
from operations.house import Call, House, nobody_waits
from operations.stations.configuration import Known, settings_of

WITHIN: Final = timedelta(minutes=2)
"""So long a station may take to tell all its settings."""

_EVERY_S: Final = 0.2
_AT_ONCE: Final = 500
_OPEN: Final = frozenset(each for each in CommandState if not each.final)

Keys = Mapping[str, frozenset[str]]
"""The settings that are wanted of each station."""


async def read_live(
    house: House, call: Call, wanted: Keys, links: Mapping[str, StationLink]
) -> dict[str, dict[str, Known]]:
    """Return the settings of the stations that told them: all they tell, and what is wanted and was not among that.

    Some stations list but a part of what they have, and tell the rest when they are asked for it by name. A station
    that is not connected, or does not answer in time, is not among the result. Nothing is changed anywhere.
    """
    if house.wake_commands is nobody_waits:  # no charge points are served here, so nobody would ask
        return {}
    there = [each for each in wanted if each in links and links[each].connected]
    first = await _asked(house, call, {each: _whole(links[each]) for each in there})
    told = {each: settings_of([command]) for each, command in first.items() if command.state is CommandState.DONE}
    missing = {each: _missing(keys, told.get(each, {})) for each, keys in wanted.items() if each in first}
    named = {each: (CommandKind.GET, {"keys": sorted(keys)}) for each, keys in missing.items() if keys}
    for station, command in (await _asked(house, call, named)).items():
        if command.state is CommandState.DONE:
            told[station] = told.get(station, {}) | settings_of([command])
    return told


def _whole(link: StationLink) -> tuple[CommandKind, dict[str, Any]]:
    """Return what asks a station for all its settings."""
    if link.protocol in (None, Protocol.OCPP_16):
        return CommandKind.GET, {}
    return CommandKind.REPORT, {"base": ReportBase.CONFIGURATION.value}


def _missing(keys: Iterable[str], told: Mapping[str, Known]) -> set[str]:
    known = {plain_key(key) for key in told}
    return {key for key in keys if plain_key(key) not in known}


async def _asked(
    house: House, call: Call, requests: Mapping[str, tuple[CommandKind, dict[str, Any]]]
) -> dict[str, Command]:
    """Ask each station, and return the commands as they ended."""
    if not requests:
        return {}
    group = str(uuid4())
    commands = [
        Command(
            station=station,
            kind=kind,
            request=said,
            asked_by=call.actor.name,
            asked_at_utc=call.now_utc,
            expires_at_utc=call.now_utc + WITHIN,
            group=group,
        )
        for station, (kind, said) in requests.items()
    ]
    await house.ledger.ask(commands)
    house.wake_commands()
    await _over(house, call, group, len(commands))
    return {each.station: each for each in await _all(house, group)}


async def _over(house: House, call: Call, group: str, count: int) -> None:
    """Return once all commands of a group are over, or have had their time."""
    still = CommandFilter(group=group, states=_OPEN, limit=1)
    ends_s = time.monotonic() + WITHIN.total_seconds()
    while (waiting := (await house.ledger.commands(still)).total) and time.monotonic() < ends_s:
        call.progress((count - waiting) / count, Finding.of("commands.progress", done=count - waiting, count=count))
        await asyncio.sleep(_EVERY_S)


async def _all(house: House, group: str) -> list[Command]:
    found: list[Command] = []
    cursor: str | None = None
    while True:
        page = await house.ledger.commands(CommandFilter(group=group, limit=_AT_ONCE, cursor=cursor))
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found
