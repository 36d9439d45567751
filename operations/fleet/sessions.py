"""Whose a session was: how that was found, what its three sides say, and saying it by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from core.errors import ConflictError, NotFoundError, RequestError
from core.facts import ChargeSession
from core.fleet import MatchBasis, SessionValuation
from core.inventory import Inventory
from operations.fleet.buildings import read_buildings
from operations.fleet.days import compute_days
from operations.fleet.matching import SaidByHand, value_sessions
from operations.house import Call, House
from operations.values import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignSession:
    """Whose a session was, by hand, and why: a `vehicle`, or `nobody` of ours.

    `withdraw` takes back what was said by hand, so that cards and vehicles tell again.
    """

    id: str
    vehicle: str | None = None
    nobody: bool = False
    withdraw: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuationRow:
    """A version of whose a session was (see `core.fleet.SessionValuation`)."""

    version: int
    vehicle: str | None
    vehicle_name: str | None
    basis: MatchBasis
    confidence: Decimal
    energy_wh: Decimal | None
    pv_wh: Decimal | None
    grid_wh: Decimal | None
    battery_wh: Decimal | None
    soc_rise_percent: Decimal | None
    reason: str
    made_by: str
    made_at_utc: datetime
    findings: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TriangleRow:
    """What charge point, vehicle and building say of a session; None: not known.

    `building_wh` is what the meter above the charge point counted meanwhile, `charged_wh` all outlets below it.
    """

    station_wh: float | None
    vehicle_wh: Decimal | None
    rise_percent: Decimal | None
    rise_wh: Decimal | None
    building: str | None
    building_wh: float | None
    charged_wh: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedSession:
    """A session after somebody said whose it was: all versions, newest first."""

    id: str
    valuations: tuple[ValuationRow, ...]


async def assign_session(house: House, request: AssignSession, call: Call) -> AssignedSession:
    """Keep whose a session was by hand, as a new version, and compute the days of the vehicles it touches again.

    Raises `NotFoundError` or `ForbiddenError`, `RequestError` for what says nothing or several things or gives no
    reason, `ConflictError` where there is nothing to withdraw, the vehicle was not ours then or cannot be charged.
    """
    inventory = house.inventory()
    session = await house.ledger.session(request.id)
    if session is None:
        raise NotFoundError("sessions.unknown", id=request.id[:80])
    call.must_see(inventory.site_of(session.source))
    versions = await house.ledger.valuations_of(session.id)
    before = versions[0] if versions else None
    said = _said(house, request, session, before, call)
    day = session.begun_at_utc.astimezone(ZoneInfo(house.time_zone)).date()
    await value_sessions(house, day, day, call, {session.id: said})
    versions = await house.ledger.valuations_of(session.id)
    touched = {each.vehicle for each in (before, versions[0]) if each is not None and each.vehicle is not None}
    await compute_days(house, day, _last_day(house, session, call), call, touched)
    return AssignedSession(id=session.id, valuations=rows_of(versions, inventory))


def _said(
    house: House, request: AssignSession, session: ChargeSession, before: SessionValuation | None, call: Call
) -> SaidByHand:
    if sum((request.vehicle is not None, request.nobody, request.withdraw)) != 1:
        raise RequestError("sessions.assign_what")
    if not request.reason.strip():
        raise RequestError("sessions.assign_why")
    if request.withdraw and (before is None or before.basis is not MatchBasis.HAND):
        raise ConflictError("sessions.nothing_by_hand", id=session.id)
    if request.vehicle is not None:
        _must_fit(house, request.vehicle, session, call)
    return SaidByHand(
        vehicle=request.vehicle, reason=request.reason.strip(), by=call.actor.name, withdrawn=request.withdraw
    )


def _must_fit(house: House, name: str, session: ChargeSession, call: Call) -> None:
    vehicle = house.inventory().vehicles.get(name)
    if vehicle is None:
        raise NotFoundError("vehicles.unknown", id=name[:80])
    call.must_see(vehicle.site)
    day = session.begun_at_utc.astimezone(ZoneInfo(house.time_zone)).date()
    if not vehicle.plugs_in:
        raise ConflictError("sessions.cannot_charge", name=vehicle.name)
    if not vehicle.valid_on(day):
        raise ConflictError("sessions.not_ours_then", name=vehicle.name, day=day.isoformat())


def _last_day(house: House, session: ChargeSession, call: Call) -> date:
    end_utc = (session.ended_at_utc or call.now_utc) - timedelta(microseconds=1)
    return max(end_utc, session.begun_at_utc).astimezone(ZoneInfo(house.time_zone)).date()


def rows_of(versions: tuple[SessionValuation, ...], inventory: Inventory) -> tuple[ValuationRow, ...]:
    """Return versions of a valuation as programs get them."""
    return tuple(_row(version, inventory) for version in versions)


def _row(valuation: SessionValuation, inventory: Inventory) -> ValuationRow:
    vehicle = inventory.vehicles.get(valuation.vehicle or "")
    return ValuationRow(
        version=valuation.version,
        vehicle=valuation.vehicle,
        vehicle_name=vehicle.name if vehicle else valuation.vehicle,
        basis=valuation.basis,
        confidence=valuation.confidence,
        energy_wh=valuation.energy_wh,
        pv_wh=valuation.pv_wh,
        grid_wh=valuation.grid_wh,
        battery_wh=valuation.battery_wh,
        soc_rise_percent=valuation.soc_rise_percent,
        reason=valuation.reason,
        made_by=valuation.made_by,
        made_at_utc=valuation.made_at_utc,
        findings=tuple(Told.of(finding) for finding in valuation.findings),
    )


async def triangle_of(
    house: House, session: ChargeSession, valuation: SessionValuation | None, call: Call
) -> TriangleRow:
    """Return what the three sides say of a session: the vehicle's as it was kept, the building's as it is counted."""
    inventory = house.inventory()
    vehicle = inventory.vehicles.get((valuation.vehicle if valuation else None) or "")
    rise = valuation.soc_rise_percent if valuation else None
    size_wh = Decimal(repr(vehicle.battery_wh)) if vehicle and vehicle.battery_wh is not None else None
    building = building_wh = charged_wh = None
    if house.intervals is not None:
        buildings = await read_buildings(house, [session], call.now_utc)
        building_wh, charged_wh = buildings.during(session, call.now_utc)
        meter = buildings.above.get(session.station)
        building = meter.id if meter else None
    return TriangleRow(
        station_wh=session.energy_wh,
        vehicle_wh=valuation.battery_wh if valuation else None,
        rise_percent=rise,
        rise_wh=rise * size_wh / 100 if rise is not None and size_wh is not None else None,
        building=building,
        building_wh=building_wh,
        charged_wh=charged_wh,
    )
