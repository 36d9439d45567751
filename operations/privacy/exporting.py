"""A copy of all that is stored of a person (Art. 15, 20 GDPR): of their card, or of a vehicle that only they use."""

from __future__ import annotations

import asyncio
from zoneinfo import ZoneInfo

from core.errors import ConflictError, NotFoundError, RequestError
from core.inventory import Vehicle
from core.texts import catalogue
from operations.evidence.figures import local_text
from operations.house import Call, House
from operations.privacy.card import card_of
from operations.privacy.parts import Parts, of_card, of_vehicle
from operations.privacy.rows import ExportPrivacy, PersonExported, PlaceCount
from operations.reports.exports import ref_of, shelf_of
from operations.values import Told
from reports.archive import Archive


async def export_privacy(house: House, request: ExportPrivacy, call: Call) -> PersonExported:
    """Return a file with everything. Raises `RequestError` unless it is said whose, `NotFoundError` for unknown ones.

    Raises `ConflictError` for a vehicle that several people use: what is stored of it is not one person's.
    """
    about, parts = _whose(house, request, call)
    shelf = shelf_of(house)
    draft = await asyncio.to_thread(shelf.draft, call.now_utc)
    try:
        name = catalogue(request.language).say("privacy.file", day=f"{house.day(call.now_utc)}")
        path = draft / name
        with Archive(path, call.now_utc) as archive:
            archive.note(catalogue(request.language).say("privacy.note_file"), _note(house, request, about, call))
            counts = {part: await archive.add(part, rows()) for part, rows in parts.items()}
        kept = await asyncio.to_thread(shelf.keep, draft, path, call.actor.name, call.now_utc)
    finally:
        await asyncio.to_thread(shelf.drop, draft)
    return PersonExported(
        file=ref_of(kept),
        places=tuple(
            PlaceCount(name=part, what=Told(f"privacy.place_{part}", {}), count=count) for part, count in counts.items()
        ),
    )


def _whose(house: House, request: ExportPrivacy, call: Call) -> tuple[str, Parts]:
    """Return what people call it, and its parts."""
    if request.vehicle is None:
        card = card_of(house, request.tag, request.uid)
        return ", ".join(card.ids) or card.pseudonym, of_card(house, card, call.now_utc)
    if request.tag or request.uid:
        raise RequestError("privacy.card_or_vehicle", field="vehicle")
    vehicle = _of_one_person(house, request.vehicle)
    return vehicle.name, of_vehicle(house, vehicle)


def _of_one_person(house: House, name: str) -> Vehicle:
    vehicle = house.inventory().vehicles.get(name)
    if vehicle is None:
        raise NotFoundError("vehicles.unknown", id=name[:80])
    if not vehicle.personal:
        raise ConflictError("privacy.vehicle_of_many", name=vehicle.name)
    return vehicle


def _note(house: House, request: ExportPrivacy, about: str, call: Call) -> str:
    made_at = local_text(call.now_utc, ZoneInfo(house.time_zone))
    return catalogue(request.language).say("privacy.note", about=about, made_at=made_at)
