"""What comes next at a station that gets settings, from what it was asked so far. Nothing here waits.

Passwords and root certificates first, then how the station reaches us, then all other settings at once, read back;
where one takes effect after a restart only, the station restarts and is read again. Only what it tells then counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chargepoints.commands.reading_back import after_restart
from chargepoints.configuring.comparing import may_mean_same, plain_key
from core.command_words import CertificateUse, ResetWay
from core.commands import Command, CommandKind, CommandState
from core.rollouts import NetworkChange, SettingChange
from core.texts import Finding


@dataclass(frozen=True, slots=True)
class Asking:
    """What a station is asked next, with the fields of the request as JSON holds them.

    `proves` is whether it is to show what it has taken, `waits` whether it may have to be idle for that.
    """

    kind: CommandKind
    request: Mapping[str, Any] = field(default_factory=dict)
    proves: bool = False
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """How it ended: done, or why it failed."""

    finding: Finding | None = None


def onward(changes: Sequence[SettingChange], asked: Sequence[Command]) -> Asking | Verdict | None:
    """Return what a station is asked next or how it ended; None while it is busy with what it was `asked` last.

    `asked` are the commands of this roll-out to it, oldest first.
    """
    done: list[Command] = []
    for asking in _askings(changes, done):
        if len(done) == len(asked):
            return asking
        command = asked[len(done)]
        if not command.state.final:
            return None
        if command.state is not CommandState.DONE:
            return Verdict(command.finding or Finding.of("rollouts.refused"))
        done.append(command)
    return Verdict(_not_kept(changes, done))


def _askings(changes: Sequence[SettingChange], done: Sequence[Command]) -> Iterator[Asking]:
    """Yield what is to be asked, one after the other; `done` grows meanwhile and tells whether a restart is due."""
    if any(each.new is None for each in changes):
        yield Asking(CommandKind.PASSWORD)
    for each in changes:
        if each.certificate:
            root = {"use": CertificateUse.CENTRAL_ROOT.value, "certificate": each.certificate}
            yield Asking(CommandKind.INSTALL_CERTIFICATE, root)
    plain = [each for each in changes if each.new is not None and not each.certificate]
    if not plain:
        return
    for each in plain:
        if each.network is not None:
            yield Asking(CommandKind.NETWORK_PROFILE, _network(each.network))
    settings = [{"key": each.key, "value": each.new} for each in plain]
    yield Asking(CommandKind.SET, {"settings": settings, "read_back": True})
    if any(each.needs_reboot for each in plain) or after_restart(done[-1].answer):
        yield Asking(CommandKind.RESET, {"way": ResetWay.IMMEDIATE.value}, proves=True, waits=True)
        yield Asking(CommandKind.GET, {"keys": [each.key for each in plain]}, proves=True)


def _network(change: NetworkChange) -> dict[str, Any]:
    return {"slot": change.slot, "url": change.url, "security_profile": change.security_profile}


def _not_kept(changes: Sequence[SettingChange], done: Sequence[Command]) -> Finding | None:
    """Return what a station tells otherwise than it was set, after its restart; what it never tells is believed."""
    if done[-1].kind is not CommandKind.GET:
        return None  # the setting itself was read back
    told = {plain_key(each.get("key")): each.get("value") for each in done[-1].answer.get("settings", ())}
    for change in changes:
        said = told.get(plain_key(change.key), "")
        if (
            change.new is not None
            and not change.certificate
            and said is not None
            and not may_mean_same(change.new, str(said))
        ):
            return Finding.of("commands.setting_not_kept", key=change.key, said=str(said)[:80])
    return None
