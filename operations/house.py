"""What every capability works on, and how it is called."""

from __future__ import annotations

from asyncio import Lock
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from config.factors import shipped
from config.forgetting import CardTraces
from config.history import Change
from config.laws import shipped as shipped_laws
from config.managed import Place
from config.passwords import StationPassword
from core.alarms import Notifier
from core.books import Ledger
from core.care import Maintenance, Safekeeper
from core.certificates import ExpiryDays
from core.erasure import FrameEraser
from core.errors import ForbiddenError
from core.factors import FactorTable
from core.firmware import FirmwareAddress, FirmwareShelf
from core.imports import Eraser, FileInbox
from core.inventory import Inventory
from core.people import Actor
from core.ports import Clock, FactSink, Health, InfluxQlEndpoint, Journal, Query, ReadingSink, RewriteBook, Worker
from core.report_post import ReportPost
from core.retention import FrameRetention, Retention
from core.station_logs import StationLogs
from core.texts import Finding, Language
from core.work import JobRunner
from dashboards.settings import GrafanaSettings
from energy.series import IntervalStore
from ingest.downloads import Downloads
from ingest.hearing import Listener
from renewables.rules import LawTable
from reports.shelf import FileShelf

NO_DOWNLOADS = Downloads()
TOLD_BEFORE = ExpiryDays()
Progress = Callable[[float, Finding], None]
"""Takes how much of a long operation is done (0 to 1) and what is being done now."""


class InventoryWriter(Protocol):
    """Writes the part of the inventory that console and commands keep (`config.managed.ManagedInventory`).

    All of it waits for the disk; what changes something returns once it is there.
    """

    def add(self, kind: str, entry: str, values: Mapping[str, object], *, actor: str, now_utc: datetime) -> Change:
        """Write a new entry."""

    def change_fields(
        self, kind: str, entry: str, fields: Mapping[str, str], *, actor: str, now_utc: datetime
    ) -> Change:
        """Set some fields of an entry; an empty text removes one."""

    def end(self, kind: str, entry: str, valid_to: date, *, actor: str, now_utc: datetime) -> Change:
        """Let an entry be valid until the day before `valid_to`."""

    def undo(self, change: int, *, actor: str, now_utc: datetime) -> Change:
        """Put an entry's lines back as they were before a change."""

    def history(self) -> tuple[Change, ...]:
        """Return all changes, oldest first."""

    def places(self) -> Mapping[tuple[str, str], Place]:
        """Return where each entry stands, by kind and id."""

    def settle_password(self, station: str) -> StationPassword:
        """Give a station the password it needs, or take back the one of a station that is gone."""

    def keep_password(self, station: str, password: bytes) -> bool:
        """Keep the password that a station showed; return whether there is a place for it."""

    def offer_password(self, station: str) -> str | None:
        """Return a new password for a station, good beside the one before; None where there is no place for it."""

    def withdraw_password(self, station: str) -> bool:
        """Forget the newest of a station's passwords, which it did not take; return whether there were several."""

    def prove_password(self, station: str, password: bytes) -> bool:
        """Keep the newer password that a station showed alone; return whether any other was forgotten."""


class CardEraser(Protocol):
    """Takes charging cards out of the inventory's files (`config.forgetting.CardForgetting`)."""

    def traces(self, cards: Collection[str], words: Collection[str]) -> CardTraces:
        """Return what there is of cards by their ids, and of changes in which one of some words stands."""

    def forget(self, cards: Collection[str], words: Collection[str]) -> CardTraces:
        """Take cards out of what the service writes, and return what there was of them."""


def nothing_to_read() -> None:
    """Read no configuration again: there is none."""


def nobody_waits() -> None:
    """Wake nobody: no charge points are served here, and commands wait for the service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The parts behind all capabilities, as ports; a part that does not run is None.

    `time_zone` decides what day it is; `public_url` stands before sign-in links, `charge_points_url` before the name
    of a station; `language` is that of users for whom none is given. `reload` reads the configuration again, so
    that a written change takes effect at once. `retention` says how long what is kept.
    `pseudonym` gives that of a card's uid, as sessions have it; `unseal` opens what stations told of customers.
    `wake_commands` has commands that wait looked at now.
    `expiry` says when people are told of a certificate's end.
    """

    inventory: Callable[[], Inventory]
    query: Query
    ledger: Ledger
    journal: Journal
    health: Callable[[], tuple[Health, ...]]
    clock: Clock
    managed: InventoryWriter | None = None
    sink: ReadingSink | None = None
    intervals: IntervalStore | None = None
    facts: FactSink | None = None
    rewrites: RewriteBook | None = None
    influxql: InfluxQlEndpoint | None = None
    worker: Worker | None = None
    jobs: JobRunner | None = None
    maintenance: Maintenance | None = None
    old_frames: FrameRetention | None = None
    retention: Callable[[], Retention] = dict
    safekeeper: Safekeeper | None = None
    notifier: Notifier | None = None
    listener: Listener | None = None
    inbox: FileInbox | None = None
    eraser: Eraser | None = None
    shelf: FileShelf | None = None
    pseudonym: Callable[[str], str] | None = None
    unseal: Callable[[bytes], bytes] | None = None
    frame_eraser: FrameEraser | None = None
    card_eraser: CardEraser | None = None
    time_zone: str = "Europe/Berlin"
    public_url: str = ""
    charge_points_url: str = ""
    upload_url: Callable[[str], str] | None = None
    """Makes an address, good for one file, where a station may upload it; None if none of ours is known."""
    ftp_upload_url: Callable[[str], str] | None = None
    """The same by FTP, for stations that know nothing else; None where that is not wanted."""
    station_logs: StationLogs | None = None
    firmware: FirmwareShelf | None = None
    firmware_url: FirmwareAddress | None = None
    """Makes an address where stations may load a firmware file; None if none of ours is known."""
    language: Language = "de"
    reload: Callable[[], None] = nothing_to_read
    factors: Callable[[], FactorTable] = shipped
    laws: Callable[[], LawTable] = shipped_laws
    report_post: ReportPost | None = None
    downloads: Downloads = NO_DOWNLOADS
    grafana: GrafanaSettings | None = None
    wake_commands: Callable[[], None] = nobody_waits
    expiry: ExpiryDays = TOLD_BEFORE
    rollouts_turn: Lock = field(default_factory=Lock)
    """Held while a roll-out goes on, so that no station is asked twice by two who look at the same moment."""

    def day(self, at_utc: datetime) -> date:
        """Return the calendar day at the district."""
        return at_utc.astimezone(ZoneInfo(self.time_zone)).date()


def silent(_fraction: float, _what: Finding) -> None:
    """Report progress to nobody."""


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks, when, and who is told of the progress."""

    actor: Actor
    now_utc: datetime
    progress: Progress = silent

    def must_see(self, site: str | None) -> None:
        """Raise `ForbiddenError` for a thing at a site outside the actor's scope."""
        if not self.actor.sees(site):
            raise ForbiddenError("error.site_out_of_scope", site=site)
