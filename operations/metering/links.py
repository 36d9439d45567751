"""Links and QR codes by which people without an account tell what a dial shows.

A link is for one register. One that is sent to somebody is good for a single reading, shows the last
one, and lets an implausible reading be confirmed. One that hangs at the meter is good for many, at most
one in an hour, shows nothing, and takes no implausible reading: whoever passes by can scan it. The ledger
keeps digests of the secrets only; whoever made a link answers for it in the audit, and a meter's links
can all be taken back at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

from annotated_types import Ge, Le

from core.errors import NotFoundError, RequestError, UnavailableError
from core.inventory import Meter
from core.meter_life import ReadingLink
from core.quantities import Quantity
from operations.house import Call, House
from operations.keepers import EntryKind, must_keep
from operations.metering.dials import Dialled, kept_meter, register_of
from operations.people.access import digest, new_secret


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


async def _made(
    house: House, wanted: list[tuple[Meter, Quantity]], until: datetime, call: Call, *, lasting: bool
) -> tuple[MeterLink, ...]:
    links = await made_links(house, wanted, until, call, lasting=lasting)
    return tuple(
        MeterLink(meter=meter.id, name=meter.name, quantity=quantity, link=link, expires_at_utc=until, lasting=lasting)
        for link, (meter, quantity) in zip(links, wanted, strict=True)
    )


async def made_links(
    house: House, wanted: Sequence[tuple[Dialled, Quantity]], until: datetime, call: Call, *, lasting: bool
) -> list[str]:
    """Return new links for registers. Raises `UnavailableError` where nobody knows the console's address."""
    if not house.public_url:
        raise UnavailableError("bookings.no_public_url")
    secrets = [new_secret() for _ in wanted]
    kept = [
        ReadingLink(
            digest=digest(secret),
            source=dialled.source,
            quantity=quantity,
            issued_by=call.actor.name,
            issued_at_utc=call.now_utc,
            expires_at_utc=until,
            lasting=lasting,
        )
        for secret, (dialled, quantity) in zip(secrets, wanted, strict=True)
    ]
    await house.ledger.save_links_to_read(kept, call.now_utc)
    return [f"{house.public_url}/read/{secret}" for secret in secrets]
