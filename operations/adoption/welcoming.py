"""A charge point that nobody knows is at the door: who is invited is entered into the inventory, and waits there."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

from config.values import MAX_ID_LENGTH
from core.adoption import Newcomer, best_of
from core.errors import ServiceError, UnavailableError
from core.inventory import Admission
from core.texts import Finding
from operations.house import House
from operations.inventory import write

STATIONS: Final = "stations"
NOT_SAID: Final = "unbekannt"
"""The maker, model and plug of a station that has said nothing of itself yet."""

_FIRST_OUTLET: Final = {"number": 1, "max_power_w": 22_000, "plug": NOT_SAID}
_NO_SLUG = re.compile(r"[^a-z0-9-]+")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2})+")


async def welcome(house: House, newcomer: Newcomer, now_utc: datetime) -> Finding | None:
    """Enter a new station into the inventory as one that waits, if it is invited; return what keeps it from that.

    The password it showed is its own from now on; without one it is known by its name alone, as long as it waits.
    """
    digests = digests_of(newcomer.password) if newcomer.password else frozenset[str]()
    invitation = best_of(await house.ledger.invitations(), newcomer, digests, now_utc)
    if invitation is None or not await house.ledger.claim_invitation(invitation.id, now_utc):
        return None
    name = _free_name(newcomer.name, house.inventory().stations)
    password = newcomer.password
    values: dict[str, object] = {
        "name": newcomer.name,
        "valid_from": now_utc.astimezone(ZoneInfo(house.time_zone)).date(),
        "site": invitation.site,
        "maker": NOT_SAID,
        "model": NOT_SAID,
        "connectors": [dict(_FIRST_OUTLET)],
        "security_profile": 0 if password is None else 2 if newcomer.encrypted else 1,
        "admission": Admission.PENDING.value,
    }
    if name != newcomer.name.casefold():
        values["identity"] = newcomer.name
    actor = f"invitation:{invitation.id}"
    try:
        if password is not None:
            await _keep_password(house, name, password)
        await write(house, lambda managed: managed.add(STATIONS, name, values, actor=actor, now_utc=now_utc))
    except ServiceError as error:
        return error.finding
    await house.ledger.audit(actor, "adoption.admitted", f"{STATIONS}/{name}", newcomer.address, now_utc)
    return None


async def _keep_password(house: House, station: str, password: bytes) -> None:
    """Keep the password that a station showed. Raises `UnavailableError` where none can be kept."""
    managed = house.managed
    if managed is None or not await asyncio.to_thread(managed.keep_password, station, password):
        raise UnavailableError("adoption.no_place_for_passwords", station=station)


def digests_of(password: bytes) -> frozenset[str]:
    """Return the digests of a password as it came and, if it is hexadecimal text, as the bytes it stands for."""
    forms = {password}
    if _HEX.fullmatch(password):
        forms.add(bytes.fromhex(password.decode()))
    return frozenset(map(digest_of, forms))


def digest_of(password: bytes) -> str:
    """Return what is kept of a password that was made here: of 128 random bits nobody finds it by trying."""
    return sha256(password).hexdigest()


def _free_name(asked: str, taken: Collection[str]) -> str:
    """Return an id for a station: its name in small letters, with a number where that is taken."""
    slug = _NO_SLUG.sub("-", asked.casefold()).strip("-")
    if not slug[:1].isalpha():
        slug = f"cp-{slug}".rstrip("-")
    slug = slug[: MAX_ID_LENGTH - 4]
    number, name = 1, slug
    while name in taken:
        number += 1
        name = f"{slug}-{number}"
    return name
