"""Roll-outs carried on: what their stations did is looked at, and what comes next is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from core.commands import Command, CommandFilter, CommandState
from core.errors import NotFoundError
from core.rollouts import Rollout, RolloutState, RolloutStation, StationRollout
from core.texts import Finding
from operations.house import House
from operations.rollouts.setting_steps import Asking
from operations.rollouts.steps import Sight, step

TRIES: Final = 5
_AT_ONCE: Final = 500


async def carry(house: House, rollout: Rollout, now_utc: datetime) -> Rollout:
    """Let a roll-out go on and return it as it is then.

    Commands are asked before it is saved, and found by their group: neither a restart nor a change by somebody else
    in between makes a station be asked twice.
    """
    async with house.rollouts_turn:
        # It is read again: somebody may have let it go on while we waited for our turn.
        return await _gone_on(house, await found(house, rollout.id), now_utc)


async def _gone_on(house: House, rollout: Rollout, now_utc: datetime) -> Rollout:
    for _ in range(TRIES):
        if rollout.state is RolloutState.CANCELLED:
            await _take_back(house, rollout, now_utc)
        stepped = step(rollout, await _sights(house, rollout), now_utc)
        asked = await _ask(house, stepped.rollout, stepped.ask, now_utc)
        if stepped.rollout == rollout and not asked:
            return rollout
        saved = await house.ledger.save_rollout(_with_commands(stepped.rollout, asked, now_utc))
        if saved is not None:
            return saved
        rollout = await found(house, rollout.id)
    return rollout


async def _sights(house: House, rollout: Rollout) -> dict[str, Sight]:
    commands: dict[str, list[Command]] = {}
    for command in reversed(await _commands(house, rollout)):
        commands.setdefault(command.station, []).append(command)
    links = {link.station: link for link in await house.ledger.links()}
    return {
        each.station: Sight(
            commands=tuple(commands.get(each.station, ())),
            firmware=links[each.station].firmware if each.station in links else "",
            booted_at_utc=links[each.station].booted_at_utc if each.station in links else None,
        )
        for each in rollout.stations
    }


async def _commands(house: House, rollout: Rollout) -> list[Command]:
    found: list[Command] = []
    cursor: str | None = None
    while True:
        page = await house.ledger.commands(CommandFilter(group=rollout.group, limit=_AT_ONCE, cursor=cursor))
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


async def _ask(house: House, rollout: Rollout, ask: Mapping[str, Asking], now_utc: datetime) -> dict[str, int]:
    if not ask:
        return {}
    kept = await house.ledger.ask([_command(rollout, station, each, now_utc) for station, each in ask.items()])
    house.wake_commands()
    return {each.station: each.id for each in kept}


def _command(rollout: Rollout, station: str, asking: Asking, now_utc: datetime) -> Command:
    return Command(
        station=station,
        kind=asking.kind,
        request=asking.request,
        asked_by=rollout.started_by,
        asked_at_utc=now_utc,
        expires_at_utc=now_utc + rollout.within,
        when_idle=rollout.when_idle and asking.waits,
        group=rollout.group,
    )


def _with_commands(rollout: Rollout, asked: Mapping[str, int], now_utc: datetime) -> Rollout:
    return replace(rollout, stations=tuple(_with_command(each, asked, now_utc) for each in rollout.stations))


def _with_command(station: RolloutStation, asked: Mapping[str, int], now_utc: datetime) -> RolloutStation:
    if station.station not in asked:
        return station
    state = StationRollout.ASKED if station.state is StationRollout.WAITING else station.state
    return replace(station, state=state, since_utc=now_utc, command=asked[station.station])


async def _take_back(house: House, rollout: Rollout, now_utc: datetime) -> None:
    finding = Finding.of("commands.cancelled_by", by=rollout.changed_by)
    for each in await _commands(house, rollout):
        if each.state is CommandState.WAITING:
            over = replace(each, state=CommandState.CANCELLED, finished_at_utc=now_utc, finding=finding)
            await house.ledger.save_command(over)


async def found(house: House, number: int) -> Rollout:
    """Return a roll-out by its number. Raises `NotFoundError`."""
    rollout = await house.ledger.rollout(number)
    if rollout is None:
        raise NotFoundError("rollouts.unknown", id=number)
    return rollout
