"""What happened to meters: bookings with a preview of their effect, proposals, gaps, links to tell a reading."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Response

from console.pages.booking_forms import FORMS, BookingForm, form_named, local_input, read_form, written
from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.filters import Choice, Filters, choice
from console.pages.places import path_of
from console.pages.visit import Visit
from core.errors import ServiceError
from core.inventory import Meter
from core.quantities import Quantity
from core.units import look_of
from core.work import MeterEventKind
from operations.house import Call
from operations.intervals.plans import zone_of
from operations.keepers import SOURCES, EntryKind, keeps
from operations.metering.booking_rows import Booked, BookingRow, ProposalRow
from operations.metering.dials import REGISTERS, dials_for, register_of, seen_meter
from reports.qr import qr_svg

SHOWN = 5
"""So many bookings and gaps stand on the meter's own page."""

_FORM_OF = {MeterEventKind.EXCHANGE: "exchange", MeterEventKind.ROLLOVER: "rollover"}


async def card(visit: Visit, meter: str) -> dict[str, Any]:
    """Return what the meter's page says of bookings, proposals and gaps."""
    found = _meter(visit, meter)
    if found.terms or not REGISTERS.get(found.medium):
        return {"life": None}
    bookings = (await visit.ask("meters.bookings", id=meter)).items
    proposals = (await visit.ask("meters.proposals", meter=meter)).items
    gaps = (await visit.ask("meters.gaps", id=meter)).items if visit.desk.gate.house.intervals else ()
    in_force = [row for row in bookings if row.withdrawn_at_utc is None]
    return {
        "life": {"bookings": in_force[:SHOWN], "all": len(bookings), "proposals": proposals, "gaps": gaps[:SHOWN]},
        "gaps_quantity": register_of(found),
        "may_book": _keeps(visit, found),
        "forms": _forms(found),
        **_said(visit),
    }


async def show_bookings(visit: Visit) -> Response:
    """Return all bookings about a meter, those that were taken back too."""
    meter = _meter(visit, visit.part("id"))
    bookings = (await visit.ask("meters.bookings", id=meter.id)).items
    heading = visit.words.t("console.bookings.heading", name=meter.name)
    return visit.page(
        "meters/bookings.html",
        heading,
        meter=meter,
        bookings=bookings,
        forms=_forms(meter),
        may_book=_keeps(visit, meter),
        **_said(visit),
    )


async def show_gaps(visit: Visit) -> Response:
    """Return the gaps of a meter in a period."""
    meter = _meter(visit, visit.part("id"))
    asked = {name: visit.query.get(name, "").strip() for name in ("since", "until", "quantity")}
    gaps = await visit.ask("meters.gaps", id=meter.id, **asked)
    heading = visit.words.t("console.gaps.heading", name=meter.name)
    return visit.page("meters/gaps.html", heading, meter=meter, gaps=gaps, **_said(visit))


async def show_form(visit: Visit) -> Response:
    """Return the form of a booking, and what it would change once it has been filled in."""
    form, meter = form_named(visit.part("kind")), _meter(visit, visit.part("id"))
    quantity = _quantity(meter, visit.query.get("quantity", ""))
    if "preview" not in visit.query:
        return _form(visit, form, meter, quantity)
    read, problems = read_form(visit, form, visit.query, (quantity, meter.medium), _zone(visit, meter))
    if problems:
        return _form(visit, form, meter, quantity, problems)
    try:
        previewed = await visit.ask("meters.preview", id=meter.id, kind=form.kind.value, **_previewed(read))
    except ServiceError as error:
        return _refused(visit, form, meter, quantity, error)
    return _form(visit, form, meter, quantity, previewed=previewed)


async def make(visit: Visit) -> Response:
    """Make a booking that was previewed."""
    given = await visit.form()
    form, meter = form_named(visit.part("kind")), _meter(visit, visit.part("id"))
    quantity = _quantity(meter, str(given.get("quantity", "")))
    read, problems = read_form(visit, form, given, (quantity, meter.medium), _zone(visit, meter))
    if problems:
        return _form(visit, form, meter, quantity, problems, given=given)
    try:
        await visit.ask(form.row, id=meter.id, confirm=bool(given.get("confirm")), **read)
    except ServiceError as error:
        return _refused(visit, form, meter, quantity, error, given)
    return visit.go(f"/meters/{meter.id}", "console.done_booked")


async def show_withdrawal(visit: Visit) -> Response:
    """Return what would be counted without a booking, and the form that takes it back."""
    previewed: Booked = await visit.ask("meters.withdrawal", id=visit.part("id"))
    meter = _meter(visit, _name_of(previewed.booking))
    heading = visit.words.t("console.bookings.undo_heading", name=meter.name)
    zone = _zone(visit, meter)
    return visit.page("meters/withdraw.html", heading, meter=meter, previewed=previewed, zone=zone, **_said(visit))


async def withdraw(visit: Visit) -> Response:
    """Take a booking back."""
    given = await visit.form()
    row: BookingRow = await visit.ask("meters.withdraw", id=visit.part("id"), reason=str(given.get("reason", "")))
    return visit.go(path_of(row.source), "console.done_withdrawn")


async def show_proposals(visit: Visit) -> Response:
    """Return the steps of all meters that wait for a person."""
    sites = await visit.ask("sites.list", limit=500)
    at = choice(visit.query, "site", "console.site", [Choice(site.id, site.name) for site in sites.items])
    dismissed = [Choice("true", visit.words.t("console.proposals.dismissed_too"))]
    also = choice(visit.query, "dismissed", "console.proposals.dismissed", dismissed)
    filters = Filters("/proposals", (at, also), visit.query.get("cursor", ""))
    page = await visit.ask("meters.proposals", **filters.given(), cursor=filters.cursor)
    heading = visit.words.t("console.proposals.title")
    return visit.page("meters/proposals.html", heading, page=page, filters=filters, **_said(visit))


async def accept(visit: Visit) -> Response:
    """Make the booking that a proposal suggests."""
    given = await visit.form()
    booked: Booked = await visit.ask(
        "meters.accept", id=visit.part("id"), reason=str(given.get("reason", "")), confirm=True
    )
    return visit.go(path_of(booked.booking.source), "console.done_booked")


async def dismiss(visit: Visit) -> Response:
    """Let a proposal be."""
    given = await visit.form()
    await visit.ask("meters.dismiss", id=visit.part("id"), reason=str(given.get("reason", "")))
    return visit.go("/proposals", "console.done_dismissed")


async def link(visit: Visit) -> Response:
    """Return a new link for one reading, as a QR code too."""
    given = await visit.form()
    made = await visit.ask("meters.link", id=visit.part("id"), hours=str(given.get("hours", "")) or None)
    heading = visit.words.t("console.links.heading", name=made.name)
    return visit.page("meters/link.html", heading, made=made, qr=qr_svg(made.link))


async def unlink(visit: Visit) -> Response:
    """Take all links of a meter back."""
    await visit.form()
    await visit.ask("meters.unlink", id=visit.part("id"))
    return visit.go(f"/meters/{visit.part('id')}", "console.done_unlinked")


async def sheet(visit: Visit) -> Response:
    """Return a sheet of QR codes for a site's meters, to be printed."""
    given = await visit.form()
    made = await visit.ask("meters.sheet", id=visit.part("id"), days=str(given.get("days", "")) or None)
    heading = visit.words.t("console.links.sheet_heading", name=made.name)
    return visit.page("meters/sheet.html", heading, made=made, qr_of=qr_svg)


def _refused(
    visit: Visit, form: BookingForm, meter: Meter, quantity: Quantity, error: ServiceError, given: Any = None
) -> Response:
    if not can_be_mended(error):
        raise error
    return _form(visit, form, meter, quantity, problems_of(visit, error), given=given)


def _form(
    visit: Visit,
    form: BookingForm,
    meter: Meter,
    quantity: Quantity,
    problems: Sequence[Problem] = (),
    *,
    previewed: Booked | None = None,
    given: Any = None,
) -> Response:
    zone, filled = _zone(visit, meter), given or visit.query
    values = {field.name: str(filled.get(field.name, "")) for field in form.fields}
    if not filled and "until_utc" not in values:
        values["at_utc"] = local_input(visit.now_utc, zone)
    heading = visit.words.t(f"console.bookings.new.{visit.part('kind')}", name=meter.name)
    return visit.page(
        "meters/book.html",
        heading,
        422 if problems else 200,
        meter=meter,
        form=form,
        form_name=visit.part("kind"),
        values=values,
        quantity=quantity,
        dials=dials_for(meter, form.kind),
        unit=look_of(quantity, meter.medium).shown_unit,
        zone=zone,
        previewed=previewed,
        problems=problems,
        **_said(visit),
    )


def _forms(meter: Meter) -> dict[str, BookingForm]:
    return {name: form for name, form in FORMS.items() if dials_for(meter, form.kind)}


def _previewed(read: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in read.items() if name not in {"reason", "billing"}}


def _meter(visit: Visit, meter: str) -> Meter:
    return seen_meter(visit.desk.gate.house, meter, Call(visit.actor, visit.now_utc))


def _name_of(row: BookingRow) -> str:
    return row.source.partition(":")[2]


def _keeps(visit: Visit, meter: Meter) -> bool:
    return keeps(visit.actor, EntryKind.METERS, [meter.site])


def _zone(visit: Visit, meter: Meter) -> ZoneInfo:
    return zone_of(visit.desk.gate.house.inventory(), meter.source, visit.words.zone)


def _quantity(meter: Meter, named: str) -> Quantity:
    return register_of(meter, Quantity(named) if named in {each.value for each in Quantity} else None)


def _said(visit: Visit) -> dict[str, Any]:
    """Return how templates of this subject say things."""
    return {
        "address_of": partial(_address_of, visit),
        "values_of": partial(values_of, visit),
        "may_settle": lambda row: keeps(visit.actor, SOURCES[row.source.partition(":")[0]], [row.site]),
        "form_text": lambda part, name: visit.words.t(f"console.bookings.{part}.{name}"),
        "step_text": lambda step: visit.words.t(f"console.step.{step}"),
    }


def _address_of(visit: Visit, row: ProposalRow) -> str:
    """Return the form filled in as a proposal suggests, previewed at once; nothing where there is nothing to book."""
    if row.meter is None or row.suggestion is None:
        return ""
    suggested, meter = row.suggestion, _meter(visit, row.meter)
    zone, dial = _zone(visit, meter), (row.quantity, meter.medium)
    values = {"at_utc": local_input(suggested.at_utc, zone), "quantity": row.quantity.value, "preview": "1"}
    values["start_value"] = written(visit, dial, suggested.start_value)
    if suggested.end_value is not None:
        values["end_value"] = written(visit, dial, suggested.end_value)
    return f"/meters/{row.meter}/book/{_FORM_OF[suggested.kind]}?{urlencode(values)}"


def values_of(visit: Visit, row: BookingRow) -> str:
    """Return what was booked in a line: `102.345,0 → 0,0 kWh`."""
    words, medium = visit.words, None if row.meter is None else _meter(visit, row.meter).medium
    if row.kind is MeterEventKind.CORRECTION:
        return words.signed(row.quantity, row.amount or 0.0, medium)
    if row.kind is MeterEventKind.ROLLOVER:
        return words.quantity(row.quantity, row.end_value, medium)
    said = words.quantity(row.quantity, row.start_value, medium)
    if row.end_value is not None:
        said = f"{words.quantity(row.quantity, row.end_value, medium)} \N{RIGHTWARDS ARROW} {said}"
    return f"{said} ({words.signed(row.quantity, row.amount, medium)})" if row.amount else said
