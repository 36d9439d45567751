"""How reliable charge points are: events, availability, faults, quirks, planned work."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Response

from console.pages.booking_forms import BookingField, read_field
from console.pages.errors import can_be_mended, problems_of
from console.pages.exports import csv_answer, written_line
from console.pages.filters import Choice, Field, Filters, choice, members
from console.pages.places import may
from console.pages.sessions import day_given, wanted
from console.pages.visit import Visit
from console.pages.words import Words
from core.errors import ServiceError
from core.facts import ConnectorStatus
from core.quantities import Quantity
from core.station_events import Contact, StationEventKind

ADD, CANCEL = "maintenance.add", "maintenance.cancel"
LIMIT = 500
FORM = ("place", "begins_utc", "ends_utc", "reason")
BEGINS = BookingField("begins_utc", "reliability.begins", "time")
ENDS = BookingField("ends_utc", "reliability.ends", "time")
NO_DIAL = (Quantity.ENERGY_IMPORT_WH, None)

EVENT_COLUMNS = ("station", "kind", "connector", "at_utc", "received_at_utc", "code", "info", "count")
AVAILABILITY_COLUMNS = (
    "id", "name", "site", "outlets", "availability_percent", "target_percent", "kept", "available_percent",
    "in_use_percent", "out_of_order_percent", "no_contact_percent", "planned_percent", "unknown_percent", "outages",
    "repair_s", "between_s",
)  # fmt: skip
FAULT_COLUMNS = ("group", "kind", "code", "count", "stations", "sessions", "per_thousand_sessions")


async def show(visit: Visit) -> Response:
    """Return how available charge points were."""
    found = await visit.ask("reliability.show", **_given(visit))
    return visit.page(
        "reliability/show.html",
        visit.words.t("reliability.title"),
        found=found,
        filters=await _filters(visit, found),
        files=files,
    )


async def show_csv(visit: Visit) -> Response:
    """Return the same as a file."""
    found = await visit.ask("reliability.show", **_given(visit))
    return csv_answer(f"reliability-{found.period}", _lines(visit, AVAILABILITY_COLUMNS, found.rows))


async def faults(visit: Visit) -> Response:
    """Return what goes wrong, by maker, model or firmware."""
    found = await visit.ask("reliability.faults", **_given(visit))
    heading = visit.words.t("reliability.faults_title")
    return visit.page(
        "reliability/faults.html",
        heading,
        found=found,
        filters=await _filters(visit, found),
        meaning=meaning,
        files=files,
    )


async def faults_csv(visit: Visit) -> Response:
    """Return the same as a file to send to the vendor."""
    found = await visit.ask("reliability.faults", **_given(visit))
    head = written_line([*FAULT_COLUMNS, "meaning"], visit.language)
    rows = [
        written_line([*(getattr(row, name) for name in FAULT_COLUMNS), meaning(visit.words, row)], visit.language)
        for row in found.rows
    ]
    return csv_answer(f"faults-{found.period}", [head, *rows])


async def events(visit: Visit) -> Response:
    """Return what happened at a station."""
    station = visit.part("id")
    detail = await visit.ask("stations.show", id=station)
    filters = _narrowed(visit, f"/stations/{quote(station)}/events")
    page = await visit.ask("stations.events", id=station, **wanted(visit, filters), cursor=filters.cursor)
    heading = visit.words.t("reliability.events_heading", name=detail.station.name)
    return visit.page(
        "reliability/events.html",
        heading,
        page=page,
        filters=filters,
        station=detail.station,
        event_text=event_text,
        files=files,
    )


async def events_csv(visit: Visit) -> Response:
    """Return what happened at a station as a file."""
    station, cursor, lines = visit.part("id"), None, [written_line([*EVENT_COLUMNS, "meaning"], visit.language)]
    given = wanted(visit, _narrowed(visit, ""))
    while True:
        page = await visit.ask("stations.events", id=station, **given, limit=LIMIT, cursor=cursor)
        for row in page.items:
            cells = [getattr(row, name) for name in EVENT_COLUMNS]
            lines.append(written_line([*cells, event_text(visit.words, row)], visit.language))
        cursor = page.next_cursor
        if cursor is None:
            return csv_answer(f"events-{station}", lines)


async def quirks(visit: Visit) -> Response:
    """Return what stations do otherwise than OCPP says."""
    page = await visit.ask("quirks.list", seen=visit.query.get("seen") == "true")
    return visit.page("reliability/quirks.html", visit.words.t("reliability.quirks_title"), page=page)


async def maintenance(visit: Visit) -> Response:
    """Return what work is planned."""
    return await _maintenance(visit)


async def add(visit: Visit) -> Response:
    """Plan work, or return the form with what is wrong with it."""
    form = await visit.form()
    given = {name: str(form.get(name, "")).strip() for name in FORM}
    kind, _, place = given["place"].partition(":")
    try:
        asked: dict[str, Any] = {
            field.name: read_field(visit, field, given[field.name], NO_DIAL, visit.words.zone)
            for field in (BEGINS, ENDS)
        }
        await visit.ask(ADD, **asked, reason=given["reason"], **({kind: place} if kind in ("station", "site") else {}))
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await _maintenance(visit, 422, given, problems=problems_of(visit, error))
    return visit.go("/maintenance", "reliability.added")


async def cancel(visit: Visit) -> Response:
    """Cancel planned work."""
    await visit.form()
    await visit.ask(CANCEL, id=visit.part("id"))
    return visit.go("/maintenance", "reliability.cancelled")


def event_text(words: Words, row: Any) -> str:
    """Return what happened, in words."""
    if row.finding is not None:
        return words.tell(row.finding)
    if row.kind is StationEventKind.STATUS:
        said = words.label(ConnectorStatus(row.code))
        return f"{said} ({row.info})" if row.info else said
    if row.kind is StationEventKind.CONNECTION:
        return words.label(Contact(row.code))
    if row.kind is StationEventKind.BOOT:
        return words.t("reliability.booted", firmware=row.code or words.t("console.none"), what=row.info)
    return f"{row.code}: {row.info}" if row.info else row.code


def meaning(words: Words, row: Any) -> str:
    """Return what a code of the statistics means, the code itself where it is the station's own."""
    if row.kind is StationEventKind.CONNECTION:
        return words.label(Contact(row.code))
    if row.kind is StationEventKind.BOOT:
        return words.t("reliability.boots")
    if row.kind is StationEventKind.ERROR:
        return str(row.code)
    for code in (f"reliability.code.{row.code}", f"quirk.{row.code}"):
        if words.t(code) != code:
            return words.t(code)
    return str(row.code)


_OF_SERVICE = StationEventKind.SERVICE


def _narrowed(visit: Visit, path: str) -> Filters:
    """Return the filter of a list of events."""
    kinds = [Choice(kind.value, visit.words.label(kind)) for kind in StationEventKind if kind is not _OF_SERVICE]
    fields = (
        choice(visit.query, "kind", "console.kind", kinds),
        Field("from", "console.filter.from", day_given(visit.query.get("from", "")), "date"),
        Field("to", "console.filter.to", day_given(visit.query.get("to", "")), "date"),
    )
    return Filters(path, fields, visit.query.get("cursor", ""))


def _given(visit: Visit) -> dict[str, str]:
    return {name: visit.query.get(name, "").strip() for name in ("period", "by", "site")}


async def _filters(visit: Visit, found: Any) -> Filters:
    sites = await visit.ask("sites.list", limit=LIMIT)
    fields = (
        Field("period", "console.totals.period", found.period),
        Field("by", "reliability.by", found.by.value, "choice", tuple(members(type(found.by), visit.words))),
        choice(visit.query, "site", "console.site", [Choice(site.id, site.name) for site in sites.items]),
    )
    return Filters(visit.request.url.path, fields)


def _lines(visit: Visit, columns: tuple[str, ...], rows: Any) -> list[str]:
    head = written_line(columns, visit.language)
    return [head, *(written_line([getattr(row, name) for name in columns], visit.language) for row in rows)]


async def _maintenance(visit: Visit, status: int = 200, given: dict[str, str] | None = None, **values: Any) -> Response:
    page = await visit.ask("maintenance.list", past=visit.query.get("past") == "true")
    sites = await visit.ask("sites.list", limit=LIMIT)
    stations = await visit.ask("stations.list", limit=LIMIT)
    return visit.page(
        "reliability/maintenance.html",
        visit.words.t("reliability.maintenance_title"),
        status,
        page=page,
        past=visit.query.get("past") == "true",
        sites=[site for site in sites.items if site.stations],
        stations=stations.items,
        given=dict.fromkeys(FORM, "") | (given or {"place": visit.query.get("place", "")}),
        may_add=may(visit.actor, ADD),
        **values,
    )


def files(filters: Filters) -> dict[str, str]:
    """Return the addresses of what a page shows, as CSV and as JSON."""
    given = {name: value for name, value in filters.given().items() if value}
    query = f"?{urlencode(given)}" if given else ""
    return {"csv": f"{filters.path}.csv{query}", "json": f"/api/v1{filters.path}{query}"}
