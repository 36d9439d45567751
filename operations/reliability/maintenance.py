"""Planned work at charge points: it counts neither as available nor as out of order, and no alarm is raised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.errors import NotFoundError, RequestError
from core.inventory import Inventory
from core.periods import Period
from core.ports import Page
from core.station_events import Maintenance
from operations.house import Call, House

REASON_LENGTH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMaintenance:
    """What is planned or going on; with `past` all that ever was, the cancelled too."""

    past: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AddMaintenance:
    """Planned work at a `station`, or at all stations of a `site`, from `begins_utc` to `ends_utc`, and why."""

    begins_utc: datetime
    ends_utc: datetime
    reason: str
    station: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelMaintenance:
    """Which planned work does not take place, or ended early, by its number."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceRow:
    """Planned work; `running` while it goes on."""

    id: int
    station: str | None
    site: str
    name: str
    begins_utc: datetime
    ends_utc: datetime
    reason: str
    added_by: str
    cancelled_at_utc: datetime | None
    running: bool


async def list_maintenance(house: House, request: ListMaintenance, call: Call) -> Page[MaintenanceRow]:
    """Return planned work at the stations and sites the actor may see, by its begin."""
    inventory = house.inventory()
    rows = [
        _row(each, inventory, call)
        for each in await house.ledger.maintenances()
        if call.actor.sees(site_of(each, inventory)) and (request.past or _is_to_come(each, call.now_utc))
    ]
    return Page(tuple(rows), len(rows))


async def add_maintenance(house: House, request: AddMaintenance, call: Call) -> MaintenanceRow:
    """Keep planned work and return it. Raises `RequestError`, `NotFoundError` or `ForbiddenError`."""
    inventory = house.inventory()
    if bool(request.station) == bool(request.site):
        raise RequestError("maintenance.one_place")
    reason = request.reason.strip()
    if not reason or len(reason) > REASON_LENGTH:
        raise RequestError("maintenance.reason", limit=REASON_LENGTH)
    if request.ends_utc <= request.begins_utc:
        raise RequestError("maintenance.ends_before")
    planned = Maintenance(
        station=request.station or None,
        site=request.site or None,
        period=Period(request.begins_utc, request.ends_utc),
        reason=reason,
        added_by=call.actor.name,
        added_at_utc=call.now_utc,
    )
    _must_exist(planned, inventory)
    call.must_see(site_of(planned, inventory))
    return _row(await house.ledger.add_maintenance(planned), inventory, call)


async def cancel_maintenance(house: House, request: CancelMaintenance, call: Call) -> MaintenanceRow:
    """Cancel planned work and return it. What has begun counts as planned up to now.

    Raises `NotFoundError`, `ForbiddenError`, or `RequestError` if it is over.
    """
    inventory = house.inventory()
    known = await house.ledger.maintenance(request.id)
    if known is None:
        raise NotFoundError("maintenance.unknown", id=request.id)
    call.must_see(site_of(known, inventory))
    if known.period.end_utc <= call.now_utc:
        raise RequestError("maintenance.over", id=request.id)
    cancelled = await house.ledger.cancel_maintenance(request.id, call.actor.name, call.now_utc)
    return _row(cancelled or known, inventory, call)


def site_of(each: Maintenance, inventory: Inventory) -> str | None:
    """Return the site of planned work, None where the station is no longer known."""
    if each.site is not None:
        return each.site
    station = inventory.stations.get(each.station or "")
    return None if station is None else station.site


def kept(each: Maintenance) -> Period | None:
    """Return when work was planned, up to when it was cancelled; None if that was before it began."""
    ends_utc = each.period.end_utc if each.cancelled_at_utc is None else min(each.period.end_utc, each.cancelled_at_utc)
    return Period(each.period.start_utc, ends_utc) if ends_utc > each.period.start_utc else None


def _must_exist(planned: Maintenance, inventory: Inventory) -> None:
    if planned.station is not None and planned.station not in inventory.stations:
        raise NotFoundError("stations.unknown", id=planned.station)
    if planned.site is not None and planned.site not in inventory.sites:
        raise NotFoundError("sites.unknown", id=planned.site)


def _is_to_come(each: Maintenance, now_utc: datetime) -> bool:
    return each.cancelled_at_utc is None and each.period.end_utc > now_utc


def _row(each: Maintenance, inventory: Inventory, call: Call) -> MaintenanceRow:
    site = site_of(each, inventory) or ""
    subject = inventory.stations.get(each.station or "") or inventory.sites.get(site)
    return MaintenanceRow(
        id=each.id,
        station=each.station,
        site=site,
        name=subject.name if subject else each.station or site,
        begins_utc=each.period.start_utc,
        ends_utc=each.period.end_utc,
        reason=each.reason,
        added_by=each.added_by,
        cancelled_at_utc=each.cancelled_at_utc,
        running=each.cancelled_at_utc is None and call.now_utc in each.period,
    )
