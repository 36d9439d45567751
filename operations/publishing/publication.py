"""What happened, as the time series shows it: sessions, bookings, rewritten readings, gaps, alarms; latest versions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from core.books import SessionFilter
from core.documents import ReportFilter
from core.drift import Drift, DriftFilter
from core.errors import UnavailableError
from core.facts import ChargeSession
from core.fleet import SessionValuation
from core.inventory import Inventory
from core.periods import Period, local_day
from core.ports import FactPoint, FactSink, Rewrite
from core.published import Fact
from core.texts import Finding
from core.work import MeterEvent
from operations.fleet.matching import card_holders
from operations.house import Call, House
from operations.publishing.alarms import publish_alarms
from operations.publishing.availability import publish_availability
from operations.publishing.gaps import gap_points
from operations.publishing.points import Value, fact, placed
from operations.schedule import JOBS, JobWork, period_named

REWRITTEN = "rewritten"
DRIFT: Final = "drift"
NEW_PRICE: Final = "new_price"
REPORT: Final = "report"
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
    sessions = await publish_sessions(house, house.facts, period)
    call.progress(0.8, Finding.of("jobs.publishing_events"))
    events = await publish_events(house, house.facts, period, call)
    days = await publish_availability(house, house.facts, hour, call) if nightly else 0
    alarms = await publish_alarms(house, house.facts, call, everything=nightly)
    return Published(sessions=sessions, events=events, station_days=days, alarms=alarms)


async def publish_sessions(house: House, sink: FactSink, period: Period) -> int:
    """Publish the newest versions, and only then take away what is no longer so: nobody ever sees fewer.

    Sessions of a vehicle that one person uses are not published: when it charged tells where they were.
    """
    inventory, published = house.inventory(), list[FactPoint]()
    alone = {vehicle.id for vehicle in inventory.vehicles.values() if vehicle.personal}
    valued = {each.session: each for each in await house.ledger.valuations(period)}
    theirs = {session for session, each in valued.items() if each.vehicle in alone}
    cards = {card for card, tags in card_holders(house).items() if any(tag.vehicle in alone for tag in tags)}
    async for sessions in _sessions(house, period):
        told = [session for session in sessions if session.id not in theirs and session.tag not in cards]
        points = [session_point(session, inventory, valued.get(session.id)) for session in told]
        await sink.publish(points)
        published += points
    await sink.withdraw_facts(Fact.SESSION.value, period, published)
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


async def publish_events(house: House, sink: FactSink, period: Period, call: Call) -> int:
    """Publish the events of a period, in place of what was published of them; return how many."""
    inventory = house.inventory()
    points = [booking_point(event, inventory) for event in await house.ledger.bookings() if event.at_utc in period]
    if house.rewrites is not None:
        found = await house.rewrites.rewrites(Period(period.start_utc, call.now_utc + UP_TO_NOW))
        points += [rewrite_point(rewrite, inventory) for rewrite in found]
    points += await gap_points(house, period, call)
    points += await drift_points(house, period)
    points += price_points(inventory, period, ZoneInfo(house.time_zone))
    points += await report_points(house, period)
    points = [point for point in points if not inventory.is_personal(point.tags.get("source", ""))]
    for start in range(0, len(points), AT_ONCE):
        await sink.publish(points[start : start + AT_ONCE])
    await sink.withdraw_facts(Fact.EVENT.value, period, points)
    return len(points)


def price_points(inventory: Inventory, period: Period, zone: ZoneInfo) -> list[FactPoint]:
    """Return since when prices hold that began to in a period, at each of their sites."""
    begun = [
        (tariff, local_day(tariff.valid_from, zone).start_utc)
        for tariff in inventory.tariffs.values()
        if local_day(tariff.valid_from, zone).start_utc in period
    ]
    return [
        FactPoint(
            measurement=Fact.EVENT.value,
            tags={"source": f"tariff:{tariff.id}", "site": site, "event": NEW_PRICE},
            at_utc=at_utc,
            fields={"name": tariff.name},
        )
        for tariff, at_utc in begun
        for site in tariff.sites
    ]


async def report_points(house: House, period: Period) -> list[FactPoint]:
    """Return when reports were made in a period, by kind and scope; their content stays in the ledger."""
    points, cursor = list[FactPoint](), None
    while True:
        page = await house.ledger.reports(ReportFilter(limit=AT_ONCE, cursor=cursor))
        for each in page.items:
            if each.made_at_utc in period and not house.inventory().is_personal(each.scope):
                tags = {"source": f"report:{each.kind}", "event": REPORT, **({"site": each.site} if each.site else {})}
                fields: dict[str, float | str | bool] = {"name": f"{each.period} {each.scope}", "version": each.version}
                points.append(
                    FactPoint(measurement=Fact.EVENT.value, tags=tags, at_utc=each.made_at_utc, fields=fields)
                )
        cursor = page.next_cursor
        if cursor is None or page.items[-1].made_at_utc < period.start_utc:
            return points


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
    tags = placed(f"station:{drift.station}", inventory, event=DRIFT, key=drift.setting.key or drift.setting.term)
    return FactPoint(
        measurement=Fact.EVENT.value,
        tags=tags,
        at_utc=drift.since_utc,
        fields={"ended": drift.closed_at_utc is not None},
    )


def session_point(session: ChargeSession, inventory: Inventory, valued: SessionValuation | None = None) -> FactPoint:
    """Return a session at the instant it began: energy, duration, power, what it was valued as; without its tag."""
    known = valued.vehicle if valued else None
    values: dict[str, Value] = {
        "session": session.id,
        "ended": session.ended_at_utc is not None,
        "findings": len(session.findings),
        "energy_wh": session.energy_wh,
        "peak_power_w": session.peak_power_w,
        "duration_s": (session.ended_at_utc - session.begun_at_utc).total_seconds() if session.ended_at_utc else None,
        "idle_s": session.idle_s,
        "stop_reason": session.stop_reason,
        "begun_ms": session.begun_at_utc.timestamp() * 1000,
        "ended_ms": session.ended_at_utc.timestamp() * 1000 if session.ended_at_utc else None,
    }
    if valued is not None:
        values |= {
            "vehicle": known,
            "basis": valued.basis.value,
            "confidence_percent": 100 * valued.confidence,
            "pv_wh": valued.pv_wh,
            "grid_wh": valued.grid_wh,
            "battery_wh": valued.battery_wh,
            "contradictions": len(valued.findings),
        }
    tags = placed(session.source, inventory, station=session.station, connector=str(session.connector))
    point = fact(Fact.SESSION, session.begun_at_utc, tags, values)
    assert point is not None  # noqa: S101 - its id is always known
    return point


def booking_point(event: MeterEvent, inventory: Inventory) -> FactPoint:
    """Return a booking at its instant; who booked it and why stays in the ledger."""
    values: dict[str, float | str | bool] = {"start_value": event.start_value, "booking": float(event.id)}
    if event.end_value is not None:
        values["end_value"] = event.end_value
    if event.amount is not None:
        values["amount"] = event.amount
    return FactPoint(
        measurement=Fact.EVENT.value,
        tags=placed(event.source, inventory, quantity=event.quantity.value, event=event.kind.value),
        at_utc=event.at_utc,
        fields=values,
    )


def rewrite_point(rewrite: Rewrite, inventory: Inventory) -> FactPoint:
    """Return at a reading's instant the value that it had before; of several the one replaced last."""
    return FactPoint(
        measurement=Fact.EVENT.value,
        tags=placed(rewrite.source, inventory, quantity=rewrite.quantity.value, event=REWRITTEN),
        at_utc=rewrite.at_utc,
        fields={"former_value": rewrite.former_value},
    )
