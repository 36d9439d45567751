"""Which cards belong on the list inside a charge point."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from core.command_requests import ListEntry
from core.command_words import ListStatus
from core.facts import Protocol
from core.inventory import Inventory, Site, Station, Tag

_SEAL_BYTES: Final = 28
"""What sealing adds to a card's number: 12 bytes of nonce, 16 of tag (AES-GCM)."""

_LONGEST_16: Final = 20
_LONGEST_2: Final = 36


def site_with_list(station: Station, inventory: Inventory) -> Site | None:
    """Return the site of a station whose list of cards is kept, None where nobody wants one."""
    site = inventory.sites.get(station.site)
    return site if site is not None and site.offline_list else None


def wanted_entries(
    inventory: Inventory, site: Site, version: Protocol, now_utc: datetime, pseudonym_of: Callable[[str], str]
) -> tuple[ListEntry, ...]:
    """Return the list for a site's charge points: who may charge there today, then who is blocked.

    A card limited to hours or to an amount of energy is not on it: offline nobody could judge that. Nor is one whose
    number is not known, or is longer than the version allows.
    """
    zone = ZoneInfo(site.time_zone)
    day = now_utc.astimezone(zone).date()
    found: dict[str, ListEntry] = {}
    for tag in inventory.tags.values():
        if tag.valid_on(day) and _may_be_listed(tag, site, version):
            entry = _entry(tag, pseudonym_of, zone)
            known = found.get(entry.tag)
            if known is None or entry.status is ListStatus.BLOCKED:
                found[entry.tag] = entry
    return tuple(sorted(found.values(), key=lambda entry: (entry.status is ListStatus.BLOCKED, entry.tag)))


def _may_be_listed(tag: Tag, site: Site, version: Protocol) -> bool:
    if tag.blocked:
        return _fits(tag, version)
    limited = tag.calendar is not None or tag.energy_limit_wh is not None
    return not limited and (not tag.sites or site.id in tag.sites) and _fits(tag, version)


def _fits(tag: Tag, version: Protocol) -> bool:
    """Return whether a card's number is known, and not too long."""
    longest = _LONGEST_16 if version is Protocol.OCPP_16 else _LONGEST_2
    return 0 < _length(tag) <= longest


def _length(tag: Tag) -> int:
    """Return how long a card's number is; a sealed one tells that much. 0 where it is not known."""
    if tag.uid:
        return len(tag.uid.strip())
    try:
        return max(0, len(urlsafe_b64decode(tag.uid_sealed)) - _SEAL_BYTES)
    except Base64Error:
        return 0


def _entry(tag: Tag, pseudonym_of: Callable[[str], str], zone: ZoneInfo) -> ListEntry:
    status = ListStatus.BLOCKED if tag.blocked else ListStatus.ACCEPTED
    until_utc = None if tag.valid_to is None else _midnight(tag.valid_to, zone)
    group = "" if tag.blocked else tag.card_group
    return ListEntry(tag=tag.known_as(pseudonym_of), status=status, until_utc=until_utc, card_group=group)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
