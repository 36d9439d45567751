"""Facts as the time series shows them: charge sessions, bookings, rewritten readings, gaps, alarms; latest versions.

What is published holds no token of a tag and nothing personal: dashboards are read by many.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from core.books import SessionFilter
from core.drift import Drift, DriftFilter
from core.errors import UnavailableError
from core.facts import ChargeSession
from core.inventory import Inventory
from core.periods import Period
from core.ports import FactPoint, FactSink, Rewrite
from core.texts import Finding
from core.work import MeterEvent
from operations.alarms.published import publish_alarms
from operations.fleet.matching import card_holders
from operations.house import Call, House
from operations.reliability.published import publish_availability
from operations.schedule import JOBS, JobWork, period_named
from operations.upkeep.gap_facts import EVENT, gap_points

SESSION: Final = "session"
REWRITTEN = "rewritten"
DRIFT: Final = "drift"
LOOK_BACK = timedelta(days=2)
"""Sessions that began so long before the hour are published with it: they may have ended or been corrected since."""

NIGHTLY_LOOK_BACK = timedelta(days=35)
"""So long with the first hour of a local day: stations that were offline tell of their sessions later."""

AT_ONCE = 500
UP_TO_NOW = timedelta(days=1)
"""Beyond now, so that nothing that has just been replaced is missed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """How many facts were published."""

    sessions: int
    events: int
    station_days: int = 0
    alarms: int = 0


async def publish_facts(house: House, request: JobWork, call: Call) -> Published:
    """Publish the facts of the hour and the days before it, in place of what was published of them.

    Readings that were rewritten in that time are published wherever they stand.

    Raises `UnavailableError` where the time series takes no facts.
    """
    if house.facts is None:
        raise UnavailableError("jobs.no_fact_sink")
    zone = ZoneInfo(house.time_zone)
    hour = period_named(JOBS["publication"].cadence, request.period, zone)
    nightly = hour.start_utc.astimezone(zone).hour == 0
    period = Period(hour.start_utc - (NIGHTLY_LOOK_BACK if nightly else LOOK_BACK), hour.end_utc)
    call.progress(0.0, Finding.of("jobs.publishing_sessions"))
    sessions = await _publish_sessions(house, house.facts, period)
    call.progress(0.8, Finding.of("jobs.publishing_events"))
    events = await _publish_events(house, house.facts, period, call)
    days = await publish_availability(house, house.facts, hour, call) if nightly else 0
    alarms = await publish_alarms(house, house.facts, call, everything=nightly)
    return Published(sessions=sessions, events=events, station_days=days, alarms=alarms)


async def _publish_sessions(house: House, sink: FactSink, period: Period) -> int:
    """Publish the newest versions, and only then take away what is no longer so: nobody ever sees fewer.

    Sessions of a vehicle that one person uses are not published: when it charged tells where they were.
    """
    inventory, published = house.inventory(), list[FactPoint]()
    alone = [vehicle.id for vehicle in inventory.vehicles.values() if vehicle.personal]
    theirs = {each.session for each in await house.ledger.valuations(period, alone)} if alone else set[str]()
    cards = {card for card, tags in card_holders(house).items() if any(tag.vehicle in alone for tag in tags)}
    async for sessions in _sessions(house, period):
        told = [session for session in sessions if session.id not in theirs and session.tag not in cards]
        points = [session_point(session, inventory) for session in told]
        await sink.publish(points)
        published += points
    await sink.withdraw_facts(SESSION, period, published)
    return len(published)


async def _sessions(house: House, period: Period) -> AsyncIterator[tuple[ChargeSession, ...]]:
    cursor: str | None = None
    while True:
        page = await house.ledger.sessions(SessionFilter(period=period, limit=AT_ONCE, cursor=cursor))
        if page.items:
            yield page.items
        cursor = page.next_cursor
        if cursor is None:
            return


async def _publish_events(house: House, sink: FactSink, period: Period, call: Call) -> int:
    inventory = house.inventory()
    points = [booking_point(event, inventory) for event in await house.ledger.bookings() if event.at_utc in period]
    if house.rewrites is not None:
        found = await house.rewrites.rewrites(Period(period.start_utc, call.now_utc + UP_TO_NOW))
        points += [rewrite_point(rewrite, inventory) for rewrite in found]
    points += await gap_points(house, period, call)
    points += await drift_points(house, period)
    points = [point for point in points if not inventory.is_personal(point.tags.get("source", ""))]
    for start in range(0, len(points), AT_ONCE):
        await sink.publish(points[start : start + AT_ONCE])
    await sink.withdraw_facts(EVENT, period, points)
    return len(points)


async def drift_points(house: House, period: Period) -> list[FactPoint]:
    """Return the differences of charge points from their profiles that began in a period, and whether they are gone."""
    points, cursor = list[FactPoint](), None
    while True:
        wanted = DriftFilter(still=False, since_utc=period.start_utc, limit=AT_ONCE, cursor=cursor)
        page = await house.ledger.drifts(wanted)
        points += [drift_point(each, house.inventory()) for each in page.items if each.since_utc in period]
        cursor = page.next_cursor
        if cursor is None:
            return points


def drift_point(drift: Drift, inventory: Inventory) -> FactPoint:
    """Return a difference at the instant it was seen first; what is wanted and found stays in the ledger."""
    tags = _tags(f"station:{drift.station}", inventory, event=DRIFT, key=drift.setting.key or drift.setting.term)
    return FactPoint(
        measurement=EVENT, tags=tags, at_utc=drift.since_utc, fields={"ended": drift.closed_at_utc is not None}
    )


def session_point(session: ChargeSession, inventory: Inventory) -> FactPoint:
    """Return a session at the instant it began: energy, duration, peak power; without its tag."""
    measured = {
        "energy_wh": session.energy_wh,
        "peak_power_w": session.peak_power_w,
        "duration_s": (session.ended_at_utc - session.begun_at_utc).total_seconds() if session.ended_at_utc else None,
    }
    fields: dict[str, float | str | bool] = {
        name: float(value) for name, value in measured.items() if value is not None
    }
    return FactPoint(
        measurement=SESSION,
        tags=_tags(session.source, inventory, station=session.station, connector=str(session.connector)),
        at_utc=session.begun_at_utc,
        fields=fields | {"ended": session.ended_at_utc is not None, "findings": float(len(session.findings))},
    )


def booking_point(event: MeterEvent, inventory: Inventory) -> FactPoint:
    """Return a booking at its instant; who booked it and why stays in the ledger."""
    values: dict[str, float | str | bool] = {"start_value": event.start_value, "booking": float(event.id)}
    if event.end_value is not None:
        values["end_value"] = event.end_value
    if event.amount is not None:
        values["amount"] = event.amount
    return FactPoint(
        measurement=EVENT,
        tags=_tags(event.source, inventory, quantity=event.quantity.value, event=event.kind.value),
        at_utc=event.at_utc,
        fields=values,
    )


def rewrite_point(rewrite: Rewrite, inventory: Inventory) -> FactPoint:
    """Return at a reading's instant the value that it had before; of several the one replaced last."""
    return FactPoint(
        measurement=EVENT,
        tags=_tags(rewrite.source, inventory, quantity=rewrite.quantity.value, event=REWRITTEN),
        at_utc=rewrite.at_utc,
        fields={"former_value": rewrite.former_value},
    )


def _tags(source: str, inventory: Inventory, **more: str) -> dict[str, str]:
    site = inventory.site_of(source)
    return {"source": source, **({"site": site} if site else {}), **more}
