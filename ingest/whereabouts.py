"""At which site vehicles are: the only thing that is kept of a position, and only when it changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from core.fleet import Presence, PresenceBook
from core.inventory import Inventory
from energy.geofences import Fence, Stay, fences_of, follow
from ingest.messages import Position

_PREFIX: Final = "vehicle:"


class Whereabouts:
    """Turns positions into presences. Of a vehicle that a single person uses there are none."""

    def __init__(self, inventory: Callable[[], Inventory], zone: ZoneInfo, book: PresenceBook | None) -> None:
        self._inventory = inventory
        self._zone = zone
        self._book = book
        self._turn = asyncio.Lock()
        self._stays: dict[str, Stay] | None = None
        self._unsaved: dict[tuple[str, datetime], Presence] = {}
        self._fences: tuple[Fence, ...] = ()
        self._fenced_inventory: Inventory | None = None
        self._fenced_day: date | None = None

    async def keep(self, positions: Sequence[Position], now_utc: datetime) -> None:
        """Return once what the positions change is durable. Raises `StoreError`; the same may then be tried again."""
        if self._book is not None:
            async with self._turn:
                await self._keep(self._book, positions, now_utc)

    async def _keep(self, book: PresenceBook, positions: Sequence[Position], now_utc: datetime) -> None:
        if self._stays is None:
            last = await book.last_presences()
            self._stays = {each.vehicle: Stay(each.site, each.since_utc, each.since_utc) for each in last}
        inventory, fences = self._current(now_utc)
        for position in positions:
            vehicle = inventory.vehicles.get(position.source.removeprefix(_PREFIX))
            if vehicle is not None and not vehicle.personal:
                self._follow(vehicle.id, position, fences, self._stays)
        if self._unsaved:
            await book.save_presences(list(self._unsaved.values()))
            self._unsaved = {}

    def _follow(self, vehicle: str, position: Position, fences: Sequence[Fence], stays: dict[str, Stay]) -> None:
        before = stays.get(vehicle)
        after = stays[vehicle] = follow(before, position.fix, fences)
        if before is None or (before.site, before.since_utc) != (after.site, after.since_utc):
            presence = Presence(vehicle=vehicle, since_utc=after.since_utc, site=after.site)
            self._unsaved[vehicle, after.since_utc] = presence

    def _current(self, now_utc: datetime) -> tuple[Inventory, tuple[Fence, ...]]:
        inventory, day = self._inventory(), now_utc.astimezone(self._zone).date()
        if inventory is not self._fenced_inventory or day != self._fenced_day:
            self._fences = fences_of(inventory.sites.values(), day)
            self._fenced_inventory, self._fenced_day = inventory, day
        return inventory, self._fences
