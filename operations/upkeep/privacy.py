"""What is kept of people: the record of processing (Art. 30 GDPR) as this service runs, and what a card has left."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from core.books import SessionFilter
from core.errors import NotFoundError, UnavailableError
from core.facts import ChargeSession
from core.retention import READINGS, SLOTS, RetentionClass
from core.texts import Finding
from operations.house import Call, House
from operations.values import Told

AT_ONCE: Final = 500


class Shelf(StrEnum):
    """In which of the service's stores something is kept."""

    TIME_SERIES = "time_series"
    LEDGER = "ledger"
    JOURNAL = "journal"


ABOUT_PEOPLE: Final = frozenset(
    {
        RetentionClass.VEHICLE_REGISTERS,
        RetentionClass.VEHICLE_VALUES,
        RetentionClass.VEHICLE_SLOTS,
        RetentionClass.STATION_REGISTERS,
        RetentionClass.STATION_VALUES,
        RetentionClass.STATION_SLOTS,
        RetentionClass.FRAMES,
        RetentionClass.REJECTIONS,
        RetentionClass.PRESENCES,
        RetentionClass.VEHICLE_DAYS,
        RetentionClass.VALUATIONS,
        RetentionClass.VOUCHERS,
        RetentionClass.SENDINGS,
        RetentionClass.ACTIONS,
        RetentionClass.STATION_EVENTS,
        RetentionClass.COMMANDS,
    }
)
"""Classes that may tell of a person whom others know by duty rosters: when a vehicle drove, charged, or stood where."""

NEVER: Final = (
    Finding.of("privacy.never_position"),
    Finding.of("privacy.never_driver"),
    Finding.of("privacy.never_tag"),
    Finding.of("privacy.never_vin"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPrivacy:
    """The record of processing; with a card's id (`tag`) also what there is of it."""

    tag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptClass:
    """A class of data: what it is, where it is kept and how long (`None`: for good), and the rule's reason.

    `deleted_before_utc` is the instant before which it was deleted last; `personal` whether it may tell of people.
    """

    name: str
    what: Told
    shelf: Shelf
    personal: bool
    keep: str | None
    reason: str
    deleted_before_utc: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardReport:
    """What there is of a card: its sessions by its pseudonym, the first and the last of them, and their energy."""

    id: str
    name: str
    vehicle: str | None
    sessions: int
    energy_wh: float
    first_utc: datetime | None
    last_utc: datetime | None
    stations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyReport:
    """The record: classes of data, what is never kept, how much there is, and who has access."""

    made_at_utc: datetime
    classes: tuple[KeptClass, ...]
    never_kept: tuple[Told, ...]
    readings: Mapping[str, int]
    vehicles: int
    personal_vehicles: int
    cards: int
    users: int
    programs: int
    card: CardReport | None


async def report_privacy(house: House, request: ReportPrivacy, call: Call) -> PrivacyReport:
    """Return the record of processing. Raises `NotFoundError` for a card that nobody knows."""
    inventory = house.inventory()
    deleted: dict[str, datetime] = {}
    for deletion in await house.ledger.deletions():
        deleted.setdefault(deletion.rule, deletion.before_utc)
    rules = house.retention()
    tokens = [token for token in await house.ledger.tokens() if token.revoked_at_utc is None]
    return PrivacyReport(
        made_at_utc=call.now_utc,
        classes=tuple(
            KeptClass(
                name=member.value,
                what=Told(f"field.retention.{member.value}", {}),
                shelf=_shelf(member),
                personal=member in ABOUT_PEOPLE,
                keep=str(rule.keep) if rule.keep else None,
                reason=rule.reason,
                deleted_before_utc=deleted.get(member.value),
            )
            for member, rule in rules.items()
        ),
        never_kept=tuple(Told.of(finding) for finding in NEVER),
        readings=await house.query.count(),
        vehicles=len(inventory.vehicles),
        personal_vehicles=sum(vehicle.personal for vehicle in inventory.vehicles.values()),
        cards=len(inventory.tags),
        users=sum(user.disabled_at_utc is None for user in await house.ledger.users()),
        programs=sum(token.expires_at_utc > call.now_utc for token in tokens),
        card=None if request.tag is None else await _card(house, request.tag),
    )


async def _card(house: House, name: str) -> CardReport:
    card = house.inventory().tags.get(name)
    if card is None:
        raise NotFoundError("privacy.card_unknown", id=name[:80])
    if house.pseudonym is None:
        raise UnavailableError("privacy.no_key")
    pseudonym = card.known_as(house.pseudonym)
    found = [session async for session in _sessions(house) if session.tag == pseudonym]
    begun = sorted(session.begun_at_utc for session in found)
    return CardReport(
        id=card.id,
        name=card.name,
        vehicle=card.vehicle,
        sessions=len(found),
        energy_wh=sum(session.energy_wh or 0.0 for session in found),
        first_utc=begun[0] if begun else None,
        last_utc=begun[-1] if begun else None,
        stations=tuple(sorted({session.station for session in found})),
    )


async def _sessions(house: House) -> AsyncIterator[ChargeSession]:
    cursor: str | None = None
    while True:
        page = await house.ledger.sessions(SessionFilter(limit=AT_ONCE, cursor=cursor))
        for session in page.items:
            yield session
        cursor = page.next_cursor
        if cursor is None:
            return


def _shelf(member: RetentionClass) -> Shelf:
    if member in READINGS or member in SLOTS:
        return Shelf.TIME_SERIES
    return Shelf.JOURNAL if member is RetentionClass.FRAMES else Shelf.LEDGER
