"""The settings of a charge point, as far as they were read or set, beside those of another one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from core.command_words import ReportBase
from core.commands import Command, CommandFilter, CommandKind, CommandState
from core.errors import NotFoundError
from core.facts import StationLink
from core.inventory import Station
from operations.house import Call, House

READ: Final = frozenset({CommandKind.GET, CommandKind.REPORT})
WHOLE: Final = frozenset({ReportBase.CONFIGURATION, ReportBase.FULL})
AT_ONCE: Final = 50
PAGES_BACK: Final = 20
"""So far back commands are looked at where no whole reading comes first: a thousand of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowConfiguration:
    """Whose settings: those with a text in name or value, beside those of station `compare`; or only what differs."""

    id: str
    query: str | None = None
    compare: str | None = None
    different: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """A setting as it was last read or set; `value` is None where the station does not tell it, as for secrets.

    `read_only` is None where nobody knows, `reboot_required` where a new value takes effect after a restart only.
    `compared` is the value at the other station.
    """

    key: str
    value: str | None
    read_only: bool | None
    reboot_required: bool
    unit: str
    choices: str
    at_utc: datetime
    compared: str | None
    differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StationConfiguration:
    """The settings of a station by name; `read_at_utc` is when all of them were last read, None if never."""

    station: str
    station_name: str
    compared_with: str | None
    read_at_utc: datetime | None
    total: int
    items: tuple[SettingRow, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one setting, and from when."""

    value: str | None
    at_utc: datetime
    read_only: bool | None = None
    reboot_required: bool = False
    unit: str = ""
    choices: str = ""


async def show_configuration(house: House, request: ShowConfiguration, call: Call) -> StationConfiguration:
    """Return a station's settings. Raises `NotFoundError` or `ForbiddenError`, for the other station, too."""
    station = _seen(house, request.id, call)
    other = _seen(house, request.compare, call) if request.compare else None
    read_at_utc, known = await known_settings(house, station.id)
    theirs = (await known_settings(house, other.id))[1] if other else {}
    names = sorted(known.keys() | theirs.keys(), key=str.casefold)
    rows = [_row(name, known.get(name), theirs.get(name), compared=other is not None) for name in names]
    return StationConfiguration(
        station=station.id,
        station_name=station.name,
        compared_with=other.id if other else None,
        read_at_utc=read_at_utc,
        total=len(rows),
        items=tuple(row for row in rows if _wanted(row, request)),
    )


def settings_of(commands: Iterable[Command], booted_at_utc: datetime | None = None) -> dict[str, Known]:
    """Return what commands in their order tell of settings; a restart lets what was set before take effect."""
    known: dict[str, Known] = {}
    for command in commands:
        if command.kind is CommandKind.SET:
            known |= _set(command, known)
        known |= {str(said["key"]): _read(said, known.get(str(said["key"])), command) for said in _told(command)}
    return {
        name: replace(one, reboot_required=one.reboot_required and not _later(booted_at_utc, one.at_utc))
        for name, one in known.items()
    }


def reads_all(command: Command) -> bool:
    """Return whether a command asked for all settings, and got them."""
    if command.state is not CommandState.DONE or not _told(command):
        return False
    if command.kind is CommandKind.GET:
        return not command.request.get("keys")
    return command.kind is CommandKind.REPORT and command.request.get("base") in WHOLE


async def known_settings(
    house: House, station: str, links: Mapping[str, StationLink] | None = None
) -> tuple[datetime | None, dict[str, Known]]:
    """Return what is known of a station's settings since all were last read, and when that was."""
    if links is None:
        links = {link.station: link for link in await house.ledger.links()}
    found: list[Command] = []
    read_at_utc: datetime | None = None
    cursor: str | None = None
    for _ in range(PAGES_BACK):
        wanted = CommandFilter(
            stations=frozenset({station}), kinds=READ | {CommandKind.SET}, limit=AT_ONCE, cursor=cursor
        )
        page = await house.ledger.commands(wanted)
        for command in page.items:
            found.append(command)
            if reads_all(command):
                read_at_utc = command.finished_at_utc
                break
        cursor = page.next_cursor
        if read_at_utc is not None or cursor is None:
            break
    link = links.get(station)
    return read_at_utc, settings_of(reversed(found), link.booted_at_utc if link else None)


def _read(said: Mapping[str, Any], before: Known | None, command: Command) -> Known:
    """Return a setting as the station told it; what is to take effect after a restart still is."""
    waits = before is not None and before.reboot_required
    return Known(
        value=said.get("value"),
        at_utc=before.at_utc if waits and before else _at(command),
        read_only=said.get("read_only"),
        reboot_required=waits,
        unit=str(said.get("unit") or ""),
        choices=str(said.get("choices") or ""),
    )


def _set(command: Command, known: Mapping[str, Known]) -> dict[str, Known]:
    """Return the settings that a station took."""
    words = {str(each.get("key")): str(each.get("status", "")) for each in command.answer.get("results", ())}
    taken: dict[str, Known] = {}
    for setting in command.request.get("settings", ()):
        key, value = str(setting["key"]), str(setting["value"])
        word = words.get(key, "" if words else str(command.answer.get("status", ""))).casefold()
        if word in ("accepted", "rebootrequired"):
            before = known.get(key, Known(None, _at(command)))
            taken[key] = replace(before, value=value, at_utc=_at(command), reboot_required=word == "rebootrequired")
    return taken


def _told(command: Command) -> list[Mapping[str, Any]]:
    return [each for each in command.answer.get("settings", ()) if "key" in each]


def _at(command: Command) -> datetime:
    return command.finished_at_utc or command.asked_at_utc


def _later(booted_at_utc: datetime | None, at_utc: datetime) -> bool:
    return booted_at_utc is not None and booted_at_utc > at_utc


def _row(name: str, here: Known | None, there: Known | None, *, compared: bool) -> SettingRow:
    one = here or there
    assert one is not None  # noqa: S101 - the name is from one of them
    value, other = (here.value if here else None), (there.value if there else None)
    return SettingRow(
        key=name,
        value=value,
        read_only=one.read_only,
        reboot_required=bool(here and here.reboot_required),
        unit=one.unit,
        choices=one.choices,
        at_utc=one.at_utc,
        compared=other,
        differs=compared and value != other,
    )


def _wanted(row: SettingRow, request: ShowConfiguration) -> bool:
    text = (request.query or "").casefold()
    return (row.differs or not request.different) and (
        text in row.key.casefold() or text in (row.value or "").casefold()
    )


def _seen(house: House, name: str, call: Call) -> Station:
    station = house.inventory().stations.get(name)
    if station is None:
        raise NotFoundError("stations.unknown", id=name[:80])
    call.must_see(station.site)
    return station
