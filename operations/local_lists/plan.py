"""What a charge point's list of cards needs next, from what was asked of it and how that went. Nothing here waits.

The commands are the memory: the last list that a station took, changed by every change it took since, is what is on
it. Whatever is not sure (another version, a refusal, a list of others) leads to the whole list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from core.command_requests import GetConfiguration, ListEntry, ListVersion, SendList, SetConfiguration, Setting
from core.command_words import ListUpdate
from core.commands import Command, CommandKind, CommandState
from core.erasure import ERASED_TAG
from core.facts import Protocol

GROUP: Final = "local_list"
"""What marks the commands of this part, and their settings."""

KINDS: Final = frozenset({CommandKind.GET, CommandKind.SET, CommandKind.LIST_VERSION, CommandKind.SEND_LIST})

ENABLED_16, MOST_16, AT_ONCE_16 = "LocalAuthListEnabled", "LocalAuthListMaxLength", "SendLocalListMaxLength"
ENABLED_2, AT_ONCE_2 = "LocalAuthListCtrlr/Enabled", "LocalAuthListCtrlr/ItemsPerMessage"

_TRUSTED_FOR: Final = timedelta(hours=24)
_AGAIN_AFTER: Final = timedelta(hours=6)
_AGAIN_SILENT: Final = timedelta(hours=1)
_AGAIN_UNSUPPORTED: Final = timedelta(days=30)
_AT_ONCE: Final = 100
_NEWEST_VERSION: Final = 2**31 - 1_000
_SENT = TypeAdapter(SendList)


class ListState(StrEnum):
    """How a charge point's list of cards stands."""

    IN_SYNC = "in_sync"
    UNDER_WAY = "under_way"
    """Something was asked of the station, or will be as soon as it is connected."""
    FAILED = "failed"
    """The station took the whole list not; it is tried again after some hours."""
    NOT_SUPPORTED = "not_supported"
    OFF = "off"
    """The site wants none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a list stands and what is to be asked now, in this order; `left_out` cards have no room on it."""

    state: ListState
    requests: tuple[tuple[CommandKind, Any], ...] = ()
    version: int | None = None
    listed: int = 0
    left_out: int = 0
    failed: Command | None = None


@dataclass(slots=True)
class _Told:
    """What the commands tell of one station."""

    pending: bool = False
    unsupported: Command | None = None
    version: int | None = None
    version_at_utc: datetime | None = None
    sent_version: int | None = None
    content: dict[str, ListEntry] | None = None
    failed: Command | None = None
    silent: Command | None = None
    settings: dict[str, str] = field(default_factory=dict)
    asked_settings: bool = False


def plan_list(
    wanted: Sequence[ListEntry],
    commands: Iterable[Command],
    *,
    protocol: Protocol,
    booted_at_utc: datetime | None,
    now_utc: datetime,
    urged: bool = False,
) -> Plan:
    """Return what a station's list needs; `commands` are those of `KINDS`, newest first. `urged` tries all again."""
    told = _told(reversed(list(commands)))
    most = _number(told.settings, MOST_16) or len(wanted)
    kept, left_out = list(wanted[:most]), max(0, len(wanted) - most)
    plan = Plan(state=ListState.UNDER_WAY, version=told.version, listed=len(told.content or {}), left_out=left_out)
    if told.pending:
        return plan
    failed = None if urged else _resting(told, now_utc, booted_at_utc)
    if failed is not None:
        unknown = failed.state is CommandState.NOT_SUPPORTED
        return replace(plan, state=ListState.NOT_SUPPORTED if unknown else ListState.FAILED, failed=failed)
    if urged or not _is_sure(told, booted_at_utc, now_utc):
        return replace(plan, requests=_questions(told, protocol))
    enabling = _enabling(told, protocol)
    sending = _sending(told, kept, _per_message(told, protocol))
    return (
        replace(plan, requests=(*enabling, *sending)) if sending or enabling else replace(plan, state=ListState.IN_SYNC)
    )


def _told(commands: Iterable[Command]) -> _Told:
    """Return what commands tell, read from the oldest on."""
    told = _Told()
    for command in commands:
        if command.group != GROUP and command.kind in (CommandKind.GET, CommandKind.SET):
            continue
        if not command.state.final:
            told.pending = True
        elif command.state is CommandState.NOT_SUPPORTED and command.kind in (
            CommandKind.SEND_LIST,
            CommandKind.LIST_VERSION,
        ):
            told.unsupported = command
        else:
            _take(told, command)
    return told


def _take(told: _Told, command: Command) -> None:
    done = command.state is CommandState.DONE
    match command.kind:
        case CommandKind.GET:
            told.asked_settings = True
            told.settings = _settings(command.answer) if done else told.settings
        case CommandKind.SET if done:
            told.settings |= {str(each.get("key")): str(each.get("value")) for each in command.request["settings"]}
        case CommandKind.LIST_VERSION if done:
            told.unsupported = told.failed = told.silent = None
            told.version, told.version_at_utc = int(command.answer["version"]), command.finished_at_utc
        case CommandKind.SEND_LIST if done:
            told.unsupported = told.failed = None
            _apply(told, command)
        case CommandKind.LIST_VERSION if _was_tried(command):
            told.silent = command
        case CommandKind.SEND_LIST if _was_tried(command):
            told.failed, told.content = command, None
            told.version_at_utc = None


def _was_tried(command: Command) -> bool:
    """Return whether a command that failed says something of the station: not if it never got there."""
    unsent = command.state is CommandState.TIMED_OUT and command.sent_at_utc is None
    return command.state is not CommandState.CANCELLED and not unsent


def _apply(told: _Told, command: Command) -> None:
    """Take a list that a station took; of one that nobody can read nothing is known but its version."""
    try:
        sent = _SENT.validate_python(dict(command.request))
    except ValidationError:
        told.content = None
        return
    content = {} if sent.update is ListUpdate.FULL else told.content
    if any(entry.tag == ERASED_TAG for entry in sent.entries):
        content = None  # nobody knows any more which card it was that is to go
    if content is not None:
        gone = {entry.tag for entry in sent.entries if entry.status is None}
        content = {tag: entry for tag, entry in content.items() if tag not in gone}
        content |= {entry.tag: entry for entry in sent.entries if entry.status is not None}
    told.content = content
    told.version = told.sent_version = sent.version
    told.version_at_utc = command.finished_at_utc


def _settings(answer: Mapping[str, Any]) -> dict[str, str]:
    return {str(each.get("key")): str(each.get("value")) for each in answer.get("settings", ())}


def _resting(told: _Told, now_utc: datetime, booted_at_utc: datetime | None) -> Command | None:
    """Return the failure for which a station is left alone for a while, None if there is none."""
    whole = told.failed if _was_whole(told.failed) else None
    rests = ((told.unsupported, _AGAIN_UNSUPPORTED), (whole, _AGAIN_AFTER), (told.silent, _AGAIN_SILENT))
    return next((failed for failed, rest in rests if _rests(failed, now_utc, rest, booted_at_utc)), None)


def _rests(failed: Command | None, now_utc: datetime, rest: timedelta, booted_at_utc: datetime | None) -> bool:
    """Return whether a failure is so fresh that nothing is tried again; a station that has booted may have learnt."""
    if failed is None or failed.finished_at_utc is None:
        return False
    booted_since = booted_at_utc is not None and booted_at_utc > failed.finished_at_utc
    return not booted_since and now_utc - failed.finished_at_utc < rest


def _was_whole(failed: Command | None) -> bool:
    """Return whether it was a whole list that failed; a change that failed is followed by the whole at once."""
    return failed is not None and failed.request.get("update", ListUpdate.FULL.value) == ListUpdate.FULL.value


def _is_sure(told: _Told, booted_at_utc: datetime | None, now_utc: datetime) -> bool:
    at_utc = told.version_at_utc
    if told.version is None or at_utc is None or not told.asked_settings:
        return False
    return now_utc - at_utc < _TRUSTED_FOR and (booted_at_utc is None or booted_at_utc <= at_utc)


def _questions(told: _Told, protocol: Protocol) -> tuple[tuple[CommandKind, Any], ...]:
    version = (CommandKind.LIST_VERSION, ListVersion())
    if told.asked_settings:
        return (version,)
    keys = (ENABLED_16, MOST_16, AT_ONCE_16) if protocol is Protocol.OCPP_16 else (ENABLED_2, AT_ONCE_2)
    return (CommandKind.GET, GetConfiguration(keys=keys)), version


def _enabling(told: _Told, protocol: Protocol) -> tuple[tuple[CommandKind, Any], ...]:
    """Return what turns the list on where a station says that it is off: some take no list before."""
    key = ENABLED_16 if protocol is Protocol.OCPP_16 else ENABLED_2
    if told.settings.get(key, "true").strip().casefold() != "false":
        return ()
    return ((CommandKind.SET, SetConfiguration(settings=(Setting(key=key, value="true"),))),)


def _per_message(told: _Told, protocol: Protocol) -> int:
    key = AT_ONCE_16 if protocol is Protocol.OCPP_16 else AT_ONCE_2
    return _number(told.settings, key) or _AT_ONCE


def _number(settings: Mapping[str, str], key: str) -> int:
    said = settings.get(key, "").strip()
    return int(said) if said.isdecimal() and len(said) < 10 else 0  # noqa: PLR2004 - of an OCPP integer


def _sending(told: _Told, wanted: list[ListEntry], per_message: int) -> tuple[tuple[CommandKind, Any], ...]:
    """Return the messages that make a list the wanted one: a change if what it has is sure, else all of it."""
    same_version = told.content is not None and told.version == told.sent_version
    changes = _changes(told.content, wanted) if same_version and told.content is not None else None
    if changes == []:
        return ()
    version = max(told.version or 0, told.sent_version or 0)
    version = 0 if version >= _NEWEST_VERSION else max(0, version)
    if changes is None or len(changes) > max(1, len(wanted) // 2):
        first = ListUpdate.FULL
        entries: list[ListEntry] = wanted
    else:
        first, entries = ListUpdate.DIFFERENTIAL, changes
    parts = [tuple(entries[start : start + per_message]) for start in range(0, len(entries), per_message)] or [()]
    return tuple(
        (
            CommandKind.SEND_LIST,
            SendList(
                version=version + number, update=first if number == 1 else ListUpdate.DIFFERENTIAL, entries=entries_
            ),
        )
        for number, entries_ in enumerate(parts, 1)
    )


def _changes(content: Mapping[str, ListEntry], wanted: Sequence[ListEntry]) -> list[ListEntry]:
    """Return what is new or other, and without a status what is to go."""
    listed = {entry.tag for entry in wanted}
    gone = [ListEntry(tag=tag, status=None) for tag in sorted(content) if tag not in listed]
    return [*gone, *(entry for entry in wanted if content.get(entry.tag) != entry)]
