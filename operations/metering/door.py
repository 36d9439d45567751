"""The door for people without an account: what a link asks for, and the reading they tell by it.

Like signing in it stands before the gate; the reading itself goes through it, in the name of whoever made
the link. It is one door for meters and for the odometers of vehicles.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.errors import ForbiddenError, NotFoundError, RequestError
from core.inventory import Medium, Meter, Vehicle
from core.meter_life import ReadingLink
from core.people import Actor
from core.periods import Period
from energy.register_walk import at_utc
from operations.gate import Gate
from operations.house import House
from operations.keepers import KEEPERS, EntryKind, keeps
from operations.metering.booking_effect import INSTANT, surroundings
from operations.metering.booking_rows import Booked
from operations.metering.dials import Dialled
from operations.people.access import active_user, actor_of, digest

REST = timedelta(hours=1)
"""So long a link at a meter rests between two readings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a link asks for: the register of a meter or vehicle, and the last reading if the link may show it."""

    link: ReadingLink
    dialled: Dialled
    site_name: str
    last_value: float | None
    last_at_utc: datetime | None

    @property
    def kind(self) -> EntryKind:
        """Return of which kind it is what has the register."""
        return EntryKind.VEHICLES if isinstance(self.dialled, Vehicle) else EntryKind.METERS

    @property
    def medium(self) -> Medium | None:
        """Return what a meter counts; a vehicle counts its way."""
        return self.dialled.medium if isinstance(self.dialled, Meter) else None

    @property
    def may_confirm(self) -> bool:
        """Return whether whoever has the link may send an implausible reading all the same.

        Whoever reads a meter by a link that was sent to them has looked twice. An odometer that falls or jumps is
        another one, or a slip: that is for people who sign in.
        """
        return not self.link.lasting and self.kind is EntryKind.METERS

    @property
    def tells_why(self) -> bool:
        """Return whether a refusal may say what the last reading was."""
        return not self.link.lasting and not is_ones_own(self.dialled)


async def asked_by(house: House, secret: str, now_utc: datetime) -> Asked:
    """Return what a link asks for. Raises `NotFoundError` for one that is not good, or no longer."""
    link = await house.ledger.link_to_read(digest(secret), now_utc)
    dialled = _dialled(house, link.source) if link else None
    if (
        link is None
        or dialled is None
        or not dialled.valid_on(house.day(now_utc))
        or not await _may_ask(house, link, dialled.site)
    ):
        raise NotFoundError("bookings.link_bad")
    last_value = last_at = None
    if not link.lasting and not is_ones_own(dialled):
        around = await surroundings(house, (link.source, link.quantity), Period(now_utc, now_utc + INSTANT), now_utc)
        line = around.line_before(now_utc)
        if line is not None:
            last_value, last_at = line.value, at_utc(line.at_ms)
    return Asked(
        link=link,
        dialled=dialled,
        site_name=house.inventory().sites[dialled.site].name,
        last_value=last_value,
        last_at_utc=last_at,
    )


async def tell_reading(gate: Gate, asked: Asked, value: float, who: str, *, confirm: bool, now_utc: datetime) -> Booked:
    """Book a reading by a link and use the link up; a link whose reading is refused stays good.

    Raises as `meters.read` and `vehicles.read` do, and `ForbiddenError` while a lasting link rests.
    """
    actor = Actor(f"link:{asked.link.issued_by}", KEEPERS[asked.kind], frozenset({asked.dialled.site}))
    given: dict[str, object] = {"id": asked.dialled.id, "reason": who.strip()[:80]}
    if asked.kind is EntryKind.VEHICLES:
        return await _tell(gate, asked, "vehicles.read", {**given, "odometer_m": value}, actor, now_utc)
    given |= {"start_value": value, "quantity": asked.link.quantity.value, "confirm": confirm and asked.may_confirm}
    return await _tell(gate, asked, "meters.read", given, actor, now_utc)


async def tell_exchange(gate: Gate, asked: Asked, value: float, actor: Actor, now_utc: datetime) -> Booked:
    """Book by a link, in the name of who is signed in, that an odometer was exchanged and now shows `value`.

    Raises as `vehicles.exchange` does: not everybody who is signed in keeps vehicles.
    """
    given = {"id": asked.dialled.id, "odometer_m": value}
    return await _tell(gate, asked, "vehicles.exchange", given, actor, now_utc)


def may_tell_exchange(asked: Asked, actor: Actor | None) -> bool:
    """Return whether who is signed in, if anybody, may say that the odometer was exchanged."""
    mine = actor is not None and keeps(actor, EntryKind.VEHICLES, [asked.dialled.site])
    return asked.kind is EntryKind.VEHICLES and mine


def is_ones_own(dialled: Dialled) -> bool:
    """Return whether a single person uses it: then nobody with a link is shown what it did."""
    return isinstance(dialled, Vehicle) and dialled.personal


async def _tell(
    gate: Gate, asked: Asked, row: str, given: dict[str, object], actor: Actor, now_utc: datetime
) -> Booked:
    house, link = gate.house, asked.link
    if not await house.ledger.use_link_to_read(link.digest, now_utc, now_utc - REST):
        raise ForbiddenError("bookings.link_rests" if link.lasting else "bookings.link_bad")
    try:
        booked: Booked = await gate.ask(row, given, actor, now_utc)
    except (RequestError, ForbiddenError):
        await house.ledger.free_link_to_read(link)
        raise
    return booked


def _dialled(house: House, source: str) -> Dialled | None:
    kind, _, name = source.partition(":")
    inventory = house.inventory()
    return inventory.vehicles.get(name) if kind == "vehicle" else inventory.meters.get(name)


async def _may_ask(house: House, link: ReadingLink, site: str) -> bool:
    """Return whether who made the link could make it still; the owner of this machine always can."""
    if link.issued_by.startswith("token:"):
        name = link.issued_by.removeprefix("token:")
        made_by = [each for each in await house.ledger.tokens() if each.name == name]
        return any(each.revoked_at_utc is None for each in made_by)
    if ":" in link.issued_by:
        return True
    user = await active_user(house.ledger, link.issued_by)
    kind = EntryKind.VEHICLES if link.source.startswith("vehicle:") else EntryKind.METERS
    return user is not None and keeps(actor_of(user), kind, [site])
