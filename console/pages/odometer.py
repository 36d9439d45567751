"""The odometer of a vehicle: reading it, a link to read it by phone, an exchange, and taking a booking back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from fastapi import Response

from console.pages.booking_forms import BookingField, local_input, read_field, stored
from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.meter_life import values_of
from console.pages.visit import Visit
from core.errors import ConflictError, ServiceError
from core.quantities import Quantity
from core.units import look_of
from operations.keepers import EntryKind, keeps
from reports.qr import qr_svg

DIAL: Final = (Quantity.ODOMETER_M, None)
FIELDS: Final = ("odometer", "at_utc", "reason")
AT: Final = BookingField("at_utc", "console.bookings.at", "time", required=False)


def may_read(visit: Visit, site: str) -> bool:
    """Return whether the visitor keeps vehicles at a site."""
    return keeps(visit.actor, EntryKind.VEHICLES, [site])


async def show(visit: Visit) -> Response:
    """Return what was booked about an odometer, with the forms to read it."""
    return await _page(visit, {})


async def read(visit: Visit) -> Response:
    """Book a reading, or return the form with what is wrong with it."""
    return await _book(visit, "vehicles.read")


async def exchange(visit: Visit) -> Response:
    """Book that the odometer or its tracker was exchanged."""
    return await _book(visit, "vehicles.exchange")


async def withdraw(visit: Visit) -> Response:
    """Take a booking back."""
    form = await visit.form()
    asked = {"id": str(form.get("booking", "")), "reason": str(form.get("reason", "")).strip()}
    try:
        await visit.ask("vehicles.withdraw", **asked)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await _page(visit, {}, problems_of(visit, error))
    return visit.go(_path(visit), "console.done_withdrawn")


async def link(visit: Visit) -> Response:
    """Return a new link for one reading, as a QR code too."""
    form = await visit.form()
    made = await visit.ask("vehicles.link", id=visit.part("id"), hours=str(form.get("hours", "")) or None)
    heading = visit.words.t("console.odometer.link_heading", name=made.name)
    return visit.page("vehicles/link.html", heading, made=made, qr=qr_svg(made.link))


async def unlink(visit: Visit) -> Response:
    """Take all links of a vehicle back."""
    await visit.form()
    await visit.ask("vehicles.unlink", id=visit.part("id"))
    return visit.go(_path(visit), "console.done_unlinked")


async def _book(visit: Visit, row: str) -> Response:
    form = await visit.form()
    given = {name: str(form.get(name, "")).strip() for name in FIELDS}
    odometer_m = stored(visit, given["odometer"], DIAL) if given["odometer"] else None
    if odometer_m is None:
        return await _page(visit, given, [Problem(visit.words.t("console.reading.unreadable"), "odometer")])
    asked: dict[str, Any] = {"odometer_m": odometer_m, "reason": given["reason"], "confirm": bool(form.get("confirm"))}
    if given["at_utc"]:
        asked["at_utc"] = read_field(visit, AT, given["at_utc"], DIAL, visit.words.zone)
    try:
        await visit.ask(row, id=visit.part("id"), **asked)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        doubtful = isinstance(error, ConflictError) and bool(getattr(error, "findings", ()))
        return await _page(visit, given, problems_of(visit, error), doubtful=doubtful)
    return visit.go(_path(visit), "console.done_booked")


async def _page(
    visit: Visit, given: Mapping[str, str], problems: Sequence[Problem] = (), *, doubtful: bool = False
) -> Response:
    bookings = (await visit.ask("vehicles.bookings", id=visit.part("id"))).items
    vehicle = (await visit.ask("vehicles.show", id=visit.part("id"))).vehicle
    return visit.page(
        "vehicles/odometer.html",
        visit.words.t("console.odometer.heading", name=vehicle.name),
        422 if problems else 200,
        vehicle=vehicle,
        bookings=bookings,
        newest=vehicle.odometer,
        given={name: given.get(name, "") for name in FIELDS},
        latest=local_input(visit.now_utc, visit.words.zone),
        problems=problems,
        doubtful=doubtful,
        unit=look_of(*DIAL).shown_unit,
        may_read=may_read(visit, vehicle.site),
        values_of=partial(values_of, visit),
    )


def _path(visit: Visit) -> str:
    return f"/vehicles/{visit.part('id')}/odometer"
