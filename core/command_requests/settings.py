"""How a station is set, restarted and asked, and whose cards it knows by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.command_words import ListStatus, ListUpdate, ReportBase, ReportCriterion, ResetWay, Triggered


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetStation:
    """Restart a station, or one EVSE of it (2.x)."""

    way: ResetWay = ResetWay.IMMEDIATE
    connector: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerMessage:
    """Ask a station to send a message now."""

    message: Triggered
    connector: int | None = None
    plug: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetConfiguration:
    """Ask for settings by name, all if none is named."""

    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A setting's name and value."""

    key: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetConfiguration:
    """Change settings, and with `read_back` read them afterwards; 1.6 takes one at a time."""

    settings: tuple[Setting, ...]
    read_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReport:
    """Ask for a report of variables (2.x): a whole one, or what fits criteria and names."""

    base: ReportBase | None = None
    criteria: tuple[ReportCriterion, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetNetworkProfile:
    """Tell a station how it may reach us (2.x), in one of its slots."""

    slot: int
    url: str
    security_profile: int
    interface: str = "Wired0"
    timeout_s: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword:
    """Give a station a new password, which is made when it is sent and stands nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearCache:
    """Make a station forget the tags it learnt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListVersion:
    """Ask for the version of a station's list of tags."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """A tag of a station's list; without a status a differential update takes it out.

    `card_group` is the name of the tag's group as answers say it (parentIdTag, groupIdToken).
    """

    tag: str
    status: ListStatus | None = ListStatus.ACCEPTED
    until_utc: datetime | None = None
    parent_tag: str = ""
    card_group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendList:
    """Replace or change a station's list of tags."""

    version: int
    update: ListUpdate = ListUpdate.FULL
    entries: tuple[ListEntry, ...] = ()
