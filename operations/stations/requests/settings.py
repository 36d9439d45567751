"""How stations may be set, restarted and asked, and whose cards they know by themselves."""

from __future__ import annotations

from dataclasses import dataclass

from core.command_requests import (
    ChangePassword,
    ClearCache,
    GetConfiguration,
    ListVersion,
    RequestReport,
    ResetStation,
    TriggerMessage,
)
from core.command_words import ListUpdate
from operations.stations.requests.targets import Targets


@dataclass(frozen=True, kw_only=True)
class AskReset(Targets, ResetStation):
    """Restarts stations, or an EVSE."""


@dataclass(frozen=True, kw_only=True)
class AskMessage(Targets, TriggerMessage):
    """Asks stations to send a message now."""


@dataclass(frozen=True, kw_only=True)
class AskSettings(Targets, GetConfiguration):
    """Asks for settings, all of them where no `keys` are named."""


@dataclass(frozen=True, kw_only=True)
class AskChange(Targets):
    """Changes settings, each written `name=value`; with `read_back` they are read afterwards and compared."""

    settings: tuple[str, ...]
    read_back: bool = False


@dataclass(frozen=True, kw_only=True)
class AskReport(Targets, RequestReport):
    """Asks for a report of variables (2.x)."""


@dataclass(frozen=True, kw_only=True)
class AskNetwork(Targets):
    """Tells stations how they may reach us (2.x)."""

    slot: int
    csms_url: str
    security_profile: int
    interface: str = "Wired0"
    timeout_s: int = 30


@dataclass(frozen=True, kw_only=True)
class AskPassword(Targets, ChangePassword):
    """Gives stations new passwords, one each, which nobody ever sees; the one before stays good until it is used."""


@dataclass(frozen=True, kw_only=True)
class AskClearCache(Targets, ClearCache):
    """Makes stations forget the cards they learnt."""


@dataclass(frozen=True, kw_only=True)
class AskListVersion(Targets, ListVersion):
    """Asks for the version of the list of cards."""


@dataclass(frozen=True, kw_only=True)
class AskList(Targets):
    """Replaces or changes the list of cards: `tags` by id or pseudonym, `removed` (differential) those that go."""

    version: int
    update: ListUpdate = ListUpdate.FULL
    tags: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
