"""Sites, meters, stations, vehicles: lists and what is known of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Response

from console.pages.drawing import curve
from console.pages.evidence import recent_totals, said
from console.pages.filters import Choice, Field, Filters, choice, members, search
from console.pages.meter_life import card
from console.pages.places import may
from console.pages.reliability import event_text
from console.pages.visit import Visit
from core.inventory import Drive, Entry, Medium, SiteKind
from core.quantities import Quantity
from operations.keepers import EntryKind, keeps

RECOMPUTE = "intervals.recompute"
STEER = "stations.reset"


async def show_sites(visit: Visit) -> Response:
    """Return the list of sites."""
    filters = Filters(
        "/sites",
        (search(visit.query), choice(visit.query, "kind", "console.kind", members(SiteKind, visit.words))),
        visit.query.get("cursor", ""),
    )
    return await _list(visit, "sites", filters)


async def show_site(visit: Visit) -> Response:
    """Return one site with everything at it."""
    detail = await visit.ask("sites.show", id=visit.part("id"))
    may_print = may(visit.actor, "meters.sheet") and keeps(visit.actor, EntryKind.METERS, [detail.site.id])
    may_steer = may(visit.actor, STEER)
    return visit.page(
        "sites/show.html", detail.site.name, detail=detail, may_print=may_print, may_steer=may_steer, **_PICK
    )


async def show_meters(visit: Visit) -> Response:
    """Return the list of meters."""
    media = choice(visit.query, "medium", "console.medium", members(Medium, visit.words))
    return await _list(visit, "meters", await _by_site(visit, "/meters", media))


async def show_meter(visit: Visit) -> Response:
    """Return one meter."""
    detail = await visit.ask("meters.show", id=visit.part("id"))
    drawn = curve(
        [(sample.at_utc, sample.value) for sample in detail.course],
        from_zero=detail.course_quantity in {Quantity.POWER_W, Quantity.FLOW_M3_PER_H},
    )
    recent = await recent_totals(visit, f"meter:{detail.meter.id}")
    may_recompute = may(visit.actor, RECOMPUTE) and keeps(visit.actor, EntryKind.METERS, [detail.meter.site])
    more: dict[str, Any] = {"curve": drawn, "recent": recent, "may_recompute": may_recompute}
    more |= await card(visit, detail.meter.id)
    inventory = visit.desk.gate.house.inventory()
    more |= {"building": _name(inventory.buildings, detail.building), "parent": _name(inventory.meters, detail.parent)}
    return visit.page("meters/show.html", detail.meter.name, detail=detail, **more, **said(visit))


async def recompute_meter(visit: Visit) -> Response:
    """Let a meter's quarter hours and days be computed again."""
    meter, since = visit.part("id"), str((await visit.form()).get("since", "")).strip()
    await visit.ask(RECOMPUTE, sources=(f"meter:{meter}",), **({"since": since} if since else {}))
    return visit.go(f"/meters/{meter}", "console.done_recompute")


async def show_stations(visit: Visit) -> Response:
    """Return the list of stations."""
    filters = await _by_site(visit, "/stations")
    return await _list(visit, "stations", filters, may_steer=may(visit.actor, STEER))


async def show_station(visit: Visit) -> Response:
    """Return one station with its outlets and last sessions."""
    detail = await visit.ask("stations.show", id=visit.part("id"))
    last = await visit.ask("sessions.list", station=detail.station.id, limit=10)
    happened = await visit.ask("stations.events", id=detail.station.id, limit=10)
    return visit.page(
        "stations/show.html",
        detail.station.name,
        detail=detail,
        sessions=last,
        happened=happened,
        event_text=event_text,
        may_see_list=may(visit.actor, "stations.local_list"),
        may_rebuild=may(visit.actor, "stations.rebuild"),
        may_steer=may(visit.actor, STEER),
    )


async def show_vehicles(visit: Visit) -> Response:
    """Return the list of vehicles."""
    drives = choice(visit.query, "drive", "console.drive", members(Drive, visit.words))
    return await _list(visit, "vehicles", await _by_site(visit, "/vehicles", drives))


async def _list(visit: Visit, subject: str, filters: Filters, **more: Any) -> Response:
    page = await visit.ask(f"{subject}.list", **filters.given(), cursor=filters.cursor)
    heading = visit.words.t(f"console.{subject}.title")
    return visit.page(f"{subject}/list.html", heading, page=page, filters=filters, **_PICK, **more)


async def _by_site(visit: Visit, path: str, *more: Field) -> Filters:
    sites = await visit.ask("sites.list", limit=500)
    at = choice(visit.query, "site", "console.site", [Choice(site.id, site.name) for site in sites.items])
    return Filters(path, (search(visit.query), at, *more), visit.query.get("cursor", ""))


def _value_of(values: tuple[Any, ...], quantity: Quantity) -> Any:
    return next((value for value in values if value.quantity == quantity), None)


_PICK: dict[str, Any] = {"value_of": _value_of}


def _name(shelf: Mapping[str, Entry], entry: str | None) -> str:
    return shelf[entry].name if entry and entry in shelf else entry or ""
