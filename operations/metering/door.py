"""The door for people without an account: what a link asks for, and the reading they tell by it.

Like signing in it stands before the gate; the reading itself goes through it, in the name of whoever made
the link.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.errors import ForbiddenError, NotFoundError, RequestError
from core.inventory import Meter
from core.meter_life import ReadingLink
from core.people import Actor, Role
from core.periods import Period
from energy.register_walk import at_utc
from operations.gate import Gate
from operations.house import House
from operations.keepers import EntryKind, keeps
from operations.metering.booking_effect import INSTANT, surroundings
from operations.metering.booking_rows import Booked
from operations.people.access import active_user, actor_of, digest

REST = timedelta(hours=1)
"""So long a link at a meter rests between two readings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a link asks for: the register of a meter, and the last reading if the link may show it."""

    link: ReadingLink
    meter: Meter
    site_name: str
    last_value: float | None
    last_at_utc: datetime | None


async def asked_by(house: House, secret: str, now_utc: datetime) -> Asked:
    """Return what a link asks for. Raises `NotFoundError` for one that is not good, or no longer."""
    link = await house.ledger.link_to_read(digest(secret), now_utc)
    meter = house.inventory().meters.get(link.source.removeprefix("meter:")) if link else None
    if (
        link is None
        or meter is None
        or not meter.valid_on(house.day(now_utc))
        or not await _may_ask(house, link, meter.site)
    ):
        raise NotFoundError("bookings.link_bad")
    last_value = last_at = None
    if not link.lasting:
        around = await surroundings(house, (link.source, link.quantity), Period(now_utc, now_utc + INSTANT), now_utc)
        line = around.line_before(now_utc)
        if line is not None:
            last_value, last_at = line.value, at_utc(line.at_ms)
    return Asked(
        link=link,
        meter=meter,
        site_name=house.inventory().sites[meter.site].name,
        last_value=last_value,
        last_at_utc=last_at,
    )


async def tell_reading(gate: Gate, asked: Asked, value: float, who: str, *, confirm: bool, now_utc: datetime) -> Booked:
    """Book a reading by a link and use the link up; a link whose reading is refused stays good.

    Raises as `meters.read` does, and `ForbiddenError` while a lasting link rests.
    """
    house, link = gate.house, asked.link
    if not await house.ledger.use_link_to_read(link.digest, now_utc, now_utc - REST):
        raise ForbiddenError("bookings.link_rests" if link.lasting else "bookings.link_bad")
    actor = Actor(f"link:{link.issued_by}", Role.FACILITY, frozenset({asked.meter.site}))
    given = {
        "id": asked.meter.id,
        "start_value": value,
        "quantity": link.quantity.value,
        "reason": who.strip()[:80],
        "confirm": confirm and not link.lasting,
    }
    try:
        booked: Booked = await gate.ask("meters.read", given, actor, now_utc)
    except RequestError:
        await house.ledger.free_link_to_read(link)
        raise
    return booked


async def _may_ask(house: House, link: ReadingLink, site: str) -> bool:
    """Return whether who made the link could make it still; the owner of this machine always can."""
    if link.issued_by.startswith("token:"):
        name = link.issued_by.removeprefix("token:")
        made_by = [each for each in await house.ledger.tokens() if each.name == name]
        return any(each.revoked_at_utc is None for each in made_by)
    if ":" in link.issued_by:
        return True
    user = await active_user(house.ledger, link.issued_by)
    return user is not None and keeps(actor_of(user), EntryKind.METERS, [site])
