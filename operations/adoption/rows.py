"""What is asked about new charge points, and how they and their invitations are shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from annotated_types import Ge, Gt, Le

from core.adoption import InvitationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWindow:
    """Let in stations that nobody knows, to a site, for a while and no more than `most` of them."""

    site: str
    minutes: Annotated[int, Ge(1), Le(1_440)] = 30
    most: Annotated[int, Ge(1), Le(200)] = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeInvitation:
    """A password with which one new station comes in, to a site; only one of the name `station`, if there is any."""

    site: str
    station: str = ""
    days: Annotated[int, Ge(1), Le(90)] = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseInvitation:
    """Which invitation ends now, by its number."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListNewcomers:
    """New stations, invitations, and names that were refused: of a site, or of all."""

    site: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptStation:
    """Take a station that waits into service, with as many `outlets` of this power and plug.

    What it said of itself stands for `maker` and `model` where these are empty; an empty `new_name` leaves it as it is.
    With `station_profile` it is listed among the charge points of that profile.
    """

    id: str
    outlets: Annotated[int, Ge(1), Le(20)] = 1
    power_w: Annotated[float, Gt(0), Le(1_000_000)] = 22_000.0
    plug: str = "Typ 2"
    new_name: str = ""
    maker: str = ""
    model: str = ""
    station_profile: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseStation:
    """Which station that waits is told at its next start that it is not wanted."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRow:
    """An invitation. `secret` is the password that was just made, shown this once; `url` is what a station is given."""

    id: int
    kind: InvitationKind
    site: str
    station: str
    arrived: int
    most: int
    until_utc: datetime
    made_by: str
    made_at_utc: datetime
    url: str = ""
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingStation:
    """A station that waits to be adopted, with what it said of itself."""

    id: str
    name: str
    site: str
    connected: bool
    since_utc: datetime | None
    maker: str
    model: str
    firmware: str
    serial_number: str
    protected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedName:
    """A name that somebody asked for in vain."""

    name: str
    count: int
    last_seen_utc: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomers:
    """Stations that wait, open invitations, and names that were refused, newest first."""

    waiting: tuple[WaitingStation, ...]
    invitations: tuple[InvitationRow, ...]
    refused: tuple[RefusedName, ...]
