"""What every capability works on, and how it is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from core.errors import ForbiddenError
from core.inventory import Inventory
from core.people import Actor
from core.ports import Clock, Health, Journal, Ledger, Query, ReadingSink
from core.texts import Finding, Language

Progress = Callable[[float, Finding], None]
"""Takes how much of a long operation is done (0 to 1) and what is being done now."""


class InventoryWriter(Protocol):
    """Writes the part of the inventory that console and commands keep (`config.managed.ManagedInventory`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The parts behind all capabilities, as ports; a part that does not run is None.

    `time_zone` decides what day it is; `public_url` stands before sign-in links;
    `language` is that of users for whom none is given.
    """

    inventory: Callable[[], Inventory]
    query: Query
    ledger: Ledger
    journal: Journal
    health: Callable[[], tuple[Health, ...]]
    clock: Clock
    managed: InventoryWriter | None = None
    sink: ReadingSink | None = None
    time_zone: str = "Europe/Berlin"
    public_url: str = ""
    language: Language = "de"

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
