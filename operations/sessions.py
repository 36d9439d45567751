"""Charge sessions as the meters of the stations saw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from core.books import SessionFilter
from core.errors import NotFoundError
from core.facts import ChargeSession, Origin, Protocol, SessionState, TagVerdict
from core.fleet import MatchBasis, SessionValuation
from core.inventory import Inventory
from core.people import Actor, Role
from core.periods import Period
from core.ports import Page
from core.quantities import Quantity
from core.readings import ReadingQuality
from core.texts import Finding
from fleet.vehicle_days.sums import Value
from operations.charging.clocks import Corrected, corrected
from operations.charging.rows import SessionBooking, SessionSlot, SessionTold, bookings_of, slots_of
from operations.courses import readings_of
from operations.fleet.session_costs import SessionCosts
from operations.fleet.sessions import TriangleRow, ValuationRow, rows_of, triangle_of
from operations.house import Call, House
from operations.values import Limit, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSessions:
    """Which sessions: at a site or station, open or ended, begun in a span of time; newest first."""

    site: str | None = None
    station: str | None = None
    state: SessionState | None = None
    since_utc: datetime | None = None
    until_utc: datetime | None = None
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowSession:
    """One session by its id; its energy by quarter hours with `slots`."""

    id: str
    slots: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A session; `energy_wh` is None while it cannot be computed, and the findings say why.

    `tag` is a pseudonym, and still tells who charged when, as the `vehicle` does: only fleet, operators and
    administrators see them. `match` says by what the vehicle was found (None: not looked for yet), how surely.
    `idle_s` is how long the vehicle stood there after energy had flowed for the last time, `skew_s` by how much the
    station's clock was ahead. `begun_at_utc` and `ended_at_utc` are as the station told them, `begun_corrected_at_utc`
    and `ended_corrected_at_utc` when that was by our clock (None: its clock was right, or nobody knows); nothing is
    computed from these. `cost_eur` is what the energy cost at the price of the site; None: not computed, for
    the `cost_reason`.
    """

    id: str
    station: str
    station_name: str
    site: str | None
    site_name: str | None
    connector: int
    protocol: Protocol
    state: SessionState
    begun_at_utc: datetime
    ended_at_utc: datetime | None
    duration_s: float
    tag: str | None
    tag_verdict: TagVerdict
    energy_wh: float | None
    peak_power_w: float | None
    samples: int
    quality: ReadingQuality
    origin: Origin
    findings: tuple[Told, ...]
    vehicle: str | None = None
    vehicle_name: str | None = None
    match: MatchBasis | None = None
    confidence: Decimal | None = None
    cost_eur: Decimal | None = None
    cost_reason: Told | None = None
    idle_s: float | None = None
    skew_s: float | None = None
    begun_corrected_at_utc: datetime | None = None
    ended_corrected_at_utc: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerSample:
    """The power at an instant of a session."""

    at_utc: datetime
    power_w: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDetail:
    """A session with its registers, its place in the journal and its course of power.

    `valuations` are all versions of whose it was, newest first, `triangle` what its three sides say. `bookings` are
    what people booked about it, `told` what stood before that; `slots` its energy by quarter hours, if asked for.
    """

    session: SessionRow
    transaction: str
    register_start_wh: float | None
    register_stop_wh: float | None
    stop_reason: str | None
    first_frame: int
    last_frame: int
    course: tuple[PowerSample, ...]
    valuations: tuple[ValuationRow, ...] = ()
    triangle: TriangleRow | None = None
    bookings: tuple[SessionBooking, ...] = ()
    told: SessionTold | None = None
    slots: tuple[SessionSlot, ...] = ()


async def list_sessions(house: House, request: ListSessions, call: Call) -> Page[SessionRow]:
    """Return the sessions at stations the actor may see, newest first."""
    inventory = house.inventory()
    page = await house.ledger.sessions(
        SessionFilter(
            stations=_stations(inventory, request, call),
            state=request.state,
            period=_period(request, call),
            limit=request.limit,
            cursor=request.cursor,
        )
    )
    known = await _valuations(house, page.items)
    costs = await SessionCosts(house, call).of_all(page.items)
    ours = await corrected(house, page.items)
    rows = tuple(
        session_row(each, inventory, call, costs[each.id], known.get(each.id), ours[each.id]) for each in page.items
    )
    return Page(rows, page.total, page.next_cursor)


async def show_session(house: House, request: ShowSession, call: Call) -> SessionDetail:
    """Return one session. Raises `NotFoundError` or `ForbiddenError`."""
    inventory = house.inventory()
    session = await house.ledger.session(request.id)
    if session is None:
        raise NotFoundError("sessions.unknown", id=request.id)
    call.must_see(inventory.site_of(session.source))
    period = Period(session.begun_at_utc, max(session.ended_at_utc or call.now_utc, session.begun_at_utc))
    course = await readings_of(house, session.source, Quantity.POWER_W, period)
    versions = await house.ledger.valuations_of(session.id) if _may_see_tags(call.actor) else ()
    newest = versions[0] if versions else None
    bookings, told = await bookings_of(house, session)
    return SessionDetail(
        session=session_row(
            session,
            inventory,
            call,
            await SessionCosts(house, call).of(session),
            newest,
            (await corrected(house, [session]))[session.id],
        ),
        transaction=session.transaction,
        register_start_wh=session.register_start_wh,
        register_stop_wh=session.register_stop_wh,
        stop_reason=session.stop_reason,
        first_frame=session.first_frame,
        last_frame=session.last_frame,
        course=tuple(PowerSample(at_utc=sample.at_utc, power_w=sample.value) for sample in course),
        valuations=rows_of(versions, inventory),
        triangle=await triangle_of(house, session, newest, call) if _may_see_tags(call.actor) else None,
        bookings=bookings,
        told=told,
        slots=await slots_of(house, session, call) if request.slots else (),
    )


async def _valuations(house: House, sessions: Sequence[ChargeSession]) -> dict[str, SessionValuation]:
    """Return the newest valuation of each of some sessions that has one."""
    if not sessions:
        return {}
    begun = [session.begun_at_utc for session in sessions]
    period = Period(min(begun), max(begun) + timedelta(microseconds=1))
    return {each.session: each for each in await house.ledger.valuations(period)}


def session_row(
    session: ChargeSession,
    inventory: Inventory,
    call: Call,
    cost: Value,
    valuation: SessionValuation | None = None,
    ours: Corrected = Corrected(),  # noqa: B008 - a named tuple, which nobody changes
) -> SessionRow:
    """Return the row of a session; of a station no longer in the inventory only the id is known."""
    seen = valuation if _may_see_tags(call.actor) else None
    vehicle = inventory.vehicles.get((seen.vehicle if seen else None) or "")
    station = inventory.stations.get(session.station)
    site = inventory.sites.get(station.site) if station else None
    return SessionRow(
        id=session.id,
        station=session.station,
        station_name=station.name if station else session.station,
        site=site.id if site else None,
        site_name=site.name if site else None,
        connector=session.connector,
        protocol=session.protocol,
        state=session.state,
        begun_at_utc=session.begun_at_utc,
        ended_at_utc=session.ended_at_utc,
        duration_s=((session.ended_at_utc or call.now_utc) - session.begun_at_utc).total_seconds(),
        tag=session.tag if _may_see_tags(call.actor) else None,
        tag_verdict=session.tag_verdict,
        energy_wh=session.energy_wh,
        peak_power_w=session.peak_power_w,
        samples=session.samples,
        quality=session.quality,
        origin=session.origin,
        findings=tuple(Told.of(finding) for finding in session.findings),
        vehicle=seen.vehicle if seen else None,
        vehicle_name=vehicle.name if vehicle else None,
        match=seen.basis if seen else None,
        confidence=seen.confidence if seen else None,
        cost_eur=None if isinstance(cost, Finding) else cost,
        cost_reason=Told.of(cost) if isinstance(cost, Finding) else None,
        idle_s=session.idle_s,
        skew_s=session.skew_s,
        begun_corrected_at_utc=ours.begun_at_utc,
        ended_corrected_at_utc=ours.ended_at_utc,
    )


def _may_see_tags(actor: Actor) -> bool:
    return actor.may(Role.FLEET) or actor.may(Role.OPERATOR)


def _stations(inventory: Inventory, request: ListSessions, call: Call) -> frozenset[str] | None:
    wanted, everywhere = request.station, call.actor.sites is None
    if wanted is None and request.site is None and everywhere:
        return None
    if wanted is not None and wanted not in inventory.stations:
        return frozenset({wanted} if everywhere and request.site is None else ())
    return frozenset(
        station.id
        for station in inventory.stations.values()
        if call.actor.sees(station.site) and request.site in (None, station.site) and wanted in (None, station.id)
    )


def _period(request: ListSessions, call: Call) -> Period | None:
    if request.since_utc is None and request.until_utc is None:
        return None
    since_utc = request.since_utc or datetime.min.replace(tzinfo=UTC)
    return Period(since_utc, request.until_utc or max(call.now_utc, since_utc))
