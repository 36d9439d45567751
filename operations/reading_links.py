"""Links and QR codes by which people without an account tell what a dial shows.

A link is for one register. One that is sent to somebody is good for a single reading, shows the last
one, and lets an implausible reading be confirmed. One that hangs at the meter is good for many, at most
one in an hour, shows nothing, and takes no implausible reading: whoever passes by can scan it. The ledger
keeps digests of the secrets only; whoever made a link answers for it in the audit, and a meter's links
can all be taken back at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

from annotated_types import Ge, Le

from core.errors import ForbiddenError, NotFoundError, RequestError, UnavailableError
from core.inventory import Meter
from core.meter_life import ReadingLink
from core.people import Actor, Role
from core.periods import Period
from core.quantities import Quantity
from energy.register_walk import at_utc
from operations.access import active_user, actor_of, digest, new_secret
from operations.booking_effect import surroundings
from operations.bookings import kept_meter
from operations.gate import Gate
from operations.house import Call, House
from operations.keepers import EntryKind, keeps, must_keep
from operations.meter_life import INSTANT, Booked, register_of

REST = timedelta(hours=1)
"""So long a link at a meter rests between two readings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkMeter:
    """A link for one reading of a meter, good for some hours."""

    id: str
    hours: Annotated[int, Ge(1), Le(336)] = 48
    quantity: Quantity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlinkMeter:
    """All links of a meter, those on printed sheets too, are taken back."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetOfSite:
    """Lasting links for all meters of a site, to be printed and hung up beside them; earlier links stay good."""

    id: str
    days: Annotated[int, Ge(1), Le(400)] = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterLink:
    """A link for readings of a meter. It is shown this once; only its digest is kept."""

    meter: str
    name: str
    quantity: Quantity
    link: str = field(repr=False)
    expires_at_utc: datetime
    lasting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterLinks:
    """The links of a site's meters, by the meter's name."""

    site: str
    name: str
    items: tuple[MeterLink, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlinked:
    """How many links were taken back."""

    meter: str
    links: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a link asks for: the register of a meter, and the last reading if the link may show it."""

    link: ReadingLink
    meter: Meter
    site_name: str
    last_value: float | None
    last_at_utc: datetime | None


async def link_meter(house: House, request: LinkMeter, call: Call) -> MeterLink:
    """Return a new link for one reading. Raises `UnavailableError` where nobody knows the console's address."""
    meter = kept_meter(house, request.id, call)
    until = call.now_utc + timedelta(hours=request.hours)
    (made,) = await _made(house, [(meter, register_of(meter, request.quantity))], until, call, lasting=False)
    return made


async def unlink_meter(house: House, request: UnlinkMeter, call: Call) -> Unlinked:
    """Take all links of a meter back."""
    meter = kept_meter(house, request.id, call)
    return Unlinked(meter=meter.id, links=await house.ledger.drop_links_to_read(meter.source))


async def sheet_of_site(house: House, request: SheetOfSite, call: Call) -> MeterLinks:
    """Return a lasting link for each meter of a site. Raises `NotFoundError`, `ForbiddenError`, `UnavailableError`."""
    site = house.inventory().sites.get(request.id)
    if site is None:
        raise NotFoundError("sites.unknown", id=request.id[:80])
    must_keep(call.actor, EntryKind.METERS, [site.id])
    day = house.day(call.now_utc)
    here = [each for each in house.inventory().meters.values() if each.site == site.id and each.valid_on(day)]
    read = sorted(filter(has_dial, here), key=lambda each: (each.name, each.id))
    found = [(meter, register_of(meter)) for meter in read]
    if not found:
        raise RequestError("bookings.site_without_dials", site=site.name)
    until = call.now_utc + timedelta(days=request.days)
    return MeterLinks(site=site.id, name=site.name, items=await _made(house, found, until, call, lasting=True))


def has_dial(meter: Meter) -> bool:
    """Return whether a meter has a dial that can be read."""
    try:
        register_of(meter)
    except RequestError:
        return False
    return True


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


async def _made(
    house: House, wanted: list[tuple[Meter, Quantity]], until: datetime, call: Call, *, lasting: bool
) -> tuple[MeterLink, ...]:
    if not house.public_url:
        raise UnavailableError("bookings.no_public_url")
    made, kept = [], []
    for meter, quantity in wanted:
        secret = new_secret()
        kept.append(
            ReadingLink(
                digest=digest(secret),
                source=meter.source,
                quantity=quantity,
                issued_by=call.actor.name,
                issued_at_utc=call.now_utc,
                expires_at_utc=until,
                lasting=lasting,
            )
        )
        made.append(
            MeterLink(
                meter=meter.id,
                name=meter.name,
                quantity=quantity,
                link=f"{house.public_url}/read/{secret}",
                expires_at_utc=until,
                lasting=lasting,
            )
        )
    await house.ledger.save_links_to_read(kept, call.now_utc)
    return tuple(made)
