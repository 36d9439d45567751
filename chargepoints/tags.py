"""Whether a tag may charge. Tags are known by their pseudonyms only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from chargepoints.privacy import Privacy
from core.facts import TagVerdict
from core.inventory import Inventory, Site, Tag, UnknownTags
from energy.calendars import in_use, local_time
from energy.positions import SLOT_MS

REMEMBERED_FOR: Final = timedelta(hours=1)
"""How long a station may remember that a card may charge whose limit is one of time or energy."""

_DISTRICT_ZONE: Final = "Europe/Berlin"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the inventory says of a tag at a station: the verdict, the entry it rests on, how long to remember it."""

    verdict: TagVerdict
    tag: Tag | None = None
    until_utc: datetime | None = None

    @property
    def card_group(self) -> str:
        """Return the group of the card; a card that may not charge tells none, so that it ends nobody's session."""
        return self.tag.card_group if self.tag and self.verdict is TagVerdict.ACCEPTED else ""


class Tags:
    """The inventory's tags by pseudonym; made anew when the inventory is another."""

    def __init__(self, inventory: Callable[[], Inventory], privacy: Privacy, *, accept_unknown: bool) -> None:
        self._inventory = inventory
        self._privacy = privacy
        self._accept_unknown = accept_unknown
        self._indexed: Inventory | None = None
        self._by_token: dict[str, list[Tag]] = {}

    def is_known(self, token: str) -> bool:
        """Return whether the inventory has the tag, valid or not."""
        return token in self._index()

    def verdict(self, token: str, day: date) -> TagVerdict:
        """Return whether the tag may charge on `day`, wherever.

        A card handed on has several entries; one valid entry is enough. One that is not valid
        yet is blocked, as is one that people blocked; an unknown one is invalid, unless the settings accept it.
        """
        return self._of_day(token, day, None).verdict

    def site_of(self, station: str) -> Site | None:
        """Return the site of a station, None where the inventory has none."""
        inventory = self._inventory()
        known = inventory.stations.get(station)
        return inventory.sites.get(known.site) if known else None

    def judge(self, token: str, station: str, at_utc: datetime, now_utc: datetime, *, limits: bool = True) -> Judgement:
        """Return whether the tag, shown at an instant, may charge at a station, as far as the inventory tells.

        Without `limits` neither places nor hours count: a session may be ended whenever and wherever.
        """
        site = self.site_of(station)
        zone = zone_of(site)
        judged = self._of_day(token, at_utc.astimezone(zone).date(), site)
        if judged.tag is None or judged.verdict is not TagVerdict.ACCEPTED:
            return judged
        tag = judged.tag
        verdict = self._limited(tag, site, at_utc) if limits else TagVerdict.ACCEPTED
        return Judgement(verdict, tag, until_of(tag, zone, now_utc) if verdict is TagVerdict.ACCEPTED else None)

    def _of_day(self, token: str, day: date, site: Site | None) -> Judgement:
        tags = self._index().get(token)
        if tags is None:
            return Judgement(TagVerdict.ACCEPTED if self._accepts_unknown(site) else TagVerdict.INVALID)
        in_force = [tag for tag in tags if tag.valid_on(day)]
        if in_force:
            blocked = next((tag for tag in in_force if tag.blocked), None)
            return Judgement(TagVerdict.BLOCKED if blocked else TagVerdict.ACCEPTED, blocked or in_force[0])
        expired = any(tag.valid_to is not None and tag.valid_to <= day for tag in tags)
        return Judgement(TagVerdict.EXPIRED if expired else TagVerdict.BLOCKED, tags[-1])

    def _accepts_unknown(self, site: Site | None) -> bool:
        if site is None or site.unknown_tags is None:
            return self._accept_unknown
        return site.unknown_tags is UnknownTags.ACCEPT

    def _limited(self, tag: Tag, site: Site | None, at_utc: datetime) -> TagVerdict:
        if tag.sites and (site is None or site.id not in tag.sites):
            return TagVerdict.NOT_HERE
        calendar = self._inventory().calendars.get(tag.calendar) if tag.calendar else None
        if calendar is not None:
            slot_ms = round(at_utc.timestamp() * 1000) // SLOT_MS * SLOT_MS
            if not in_use(calendar, local_time(np.array([slot_ms], np.int64), zone_of(site)))[0]:
                return TagVerdict.NOT_NOW
        return TagVerdict.ACCEPTED

    def _index(self) -> dict[str, list[Tag]]:
        inventory = self._inventory()
        if inventory is not self._indexed:
            self._indexed, self._by_token = inventory, by_pseudonym(inventory.tags.values(), self._privacy.token)
        return self._by_token


def by_pseudonym(tags: Iterable[Tag], pseudonym_of: Callable[[str], str]) -> dict[str, list[Tag]]:
    """Return the entries of each card by its pseudonym."""
    found: dict[str, list[Tag]] = {}
    for tag in tags:
        found.setdefault(tag.known_as(pseudonym_of), []).append(tag)
    return found


def until_of(tag: Tag, zone: ZoneInfo, now_utc: datetime) -> datetime | None:
    """Return until when a station may remember that a card may charge, None if forever."""
    ends = None
    if tag.valid_to is not None:
        ends = datetime.combine(tag.valid_to, datetime.min.time(), zone)
    if tag.calendar or tag.energy_limit_wh is not None:
        soon = now_utc + REMEMBERED_FOR
        ends = soon if ends is None else min(ends, soon)
    return ends


def zone_of(site: Site | None) -> ZoneInfo:
    """Return the time zone of a site."""
    return _zone(site.time_zone if site else _DISTRICT_ZONE)


@lru_cache(maxsize=16)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
