"""Where time-resolved emissions of charging come from: sessions, their quarter hours, and the intensity in each.

A session's emissions have an id of their own, `charge/2026-10/session:<id>/co2e_g.wtw`: what the grid electricity of
its quarter hours in that month emitted. What a statement froze of it stands there beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import NotFoundError, RequestError
from core.evidence import Citation, CitedKind, Explanation, FigureId
from core.factors import Boundary
from core.facts import ChargeSession
from core.periods import SLOT, Period
from core.quantities import Quantity
from core.statements import StatementKey
from core.texts import Finding
from energy.register_walk import at_utc
from fleet.savings.statement import FLEET, SAVINGS, VehicleSavings
from fleet.savings.timed import UNKNOWN, SessionSlots, SlotIntensity, timed_of
from operations.evidence.figures import INTERVAL, slot_name, span_of
from operations.evidence.interval import exact
from operations.evidence.leaves import of_parts
from operations.fleet.reading import slots_of_outlets
from operations.grid.intensities import slot_intensity
from operations.grid.series import GridSeries, read_intensity, read_series
from operations.house import Call, House
from operations.roofs.sessions import AFTER, SessionPower, power_of
from operations.savings.cited import intensities_cited
from operations.savings.job import read_statement
from operations.savings.slots import slots_of

CHARGE: Final = "charge"
SESSION: Final = "session:"
QUANTITIES: Final = {Boundary.TTW: "co2_g", Boundary.WTW: "co2e_g"}


def charge_figure(period: str, session: str, boundary: Boundary) -> str:
    """Return the id of what a session's grid electricity emitted in a month."""
    return str(FigureId(CHARGE, period, f"{SESSION}{session}", QUANTITIES[boundary.whole], (boundary.whole.value,)))


def sessions_by_slots(vehicle: VehicleSavings, period: str, boundary: Boundary) -> Iterator[Explanation]:
    """Yield what the sessions of a vehicle's month emitted by quarter hours, as it was stated, and by which series."""
    used = next((each for each in vehicle.timed if each.boundary.whole is boundary), None)
    if used is None:
        return
    sessions = [
        Explanation(
            title=Finding.of("savings.slots_of_session", id=each.id, count=each.slots),
            figure=charge_figure(period, each.id, boundary),
            value=each.co2e_g,
            unit="g",
            citation=Citation(kind=CitedKind.SESSION, reference=each.id, value=each.grid_wh, unit="Wh"),
        )
        for each in used.sessions
    ]
    yield from of_parts(tuple(sessions), Finding.of("savings.its_sessions", count=len(sessions)))
    yield Explanation(
        title=Finding.of("savings.series", id=used.series),
        citation=Citation(kind=CitedKind.FACTOR, reference=f"grid:{used.series}"),
        details={"boundary": used.boundary.value},
    )


async def explain_charge(house: House, figure: FigureId, call: Call) -> Explanation:
    """Return what a session's grid electricity emitted, quarter hour by quarter hour, as far as these are kept."""
    boundary = _boundary(figure)
    session = await house.ledger.session(figure.scope.removeprefix(SESSION))
    if session is None:
        raise NotFoundError("sessions.unknown", id=figure.scope.removeprefix(SESSION)[:80])
    call.must_see(house.inventory().site_of(session.source))
    month = span_of(figure.period, ZoneInfo(house.time_zone)).period
    stated_g, series = await _stated(house, figure, session.id, boundary)
    intensity = await _intensity(house, boundary, series, month)
    power = await _power(house, session, call)
    how = Finding.of("savings.how_slots")
    title = Finding.of("savings.slots_of", begun=_local(house, session.begun_at_utc), period=figure.period)
    if isinstance(intensity, Finding) or power is None:
        why = intensity if isinstance(intensity, Finding) else Finding.of("savings.slots_gone")
        return Explanation(title=title, figure=str(figure), value=stated_g, unit="g", how=how, findings=(why,))
    slots, energy = power
    found = timed_of([slots], intensity)
    parts = await _slots(house, session, energy, slots, intensity)
    differs = stated_g is not None and stated_g != found.co2e_g
    return Explanation(
        title=title,
        figure=str(figure),
        value=found.co2e_g,
        unit="g",
        how=how,
        findings=(Finding.of("savings.slots_differ", stated=str(stated_g)),) if differs else (),
        parts=of_parts(parts, Finding.of("savings.its_slots", count=len(parts))),
        details={"grid_wh": str(found.grid_wh), "series": intensity.series.id},
    )


def _boundary(figure: FigureId) -> Boundary:
    found = next((each for each, name in QUANTITIES.items() if figure.variant == (each.value,)), None)
    if found is None or figure.quantity != QUANTITIES[found] or not figure.scope.startswith(SESSION):
        raise RequestError("evidence.quantity_unknown", quantity=".".join((figure.quantity, *figure.variant))[:80])
    return found


async def _stated(
    house: House, figure: FigureId, session: str, boundary: Boundary
) -> tuple[Decimal | None, GridSeries | None]:
    """Return what the month's statement says of a session, and the series that it took."""
    kept = await house.ledger.statement(StatementKey(SAVINGS, figure.period, FLEET))
    statement = read_statement(kept) if kept else None
    if statement is None:
        return None, None
    used = [each for vehicle in statement.vehicles for each in vehicle.timed if each.boundary.whole is boundary]
    grams = next((one.co2e_g for each in used for one in each.sessions if one.id == session), None)
    series = next((each.id for each in statement.series if each.boundary.whole is boundary), "")
    return grams, GridSeries.of(f"grid:{series}")


async def _intensity(
    house: House, boundary: Boundary, series: GridSeries | None, month: Period
) -> SlotIntensity | Finding:
    read = await read_series(house, series, month) if series else await read_intensity(house, boundary, month)
    return read if isinstance(read, Finding) else slot_intensity(read, month)


async def _power(house: House, session: ChargeSession, call: Call) -> tuple[SessionSlots, SessionPower] | None:
    versions = await house.ledger.valuations_of(session.id)
    if not versions:
        return None
    end_utc = session.ended_at_utc or call.now_utc
    found = await power_of(house, versions[:1], Period(session.begun_at_utc - SLOT, end_utc + AFTER), call)
    power = found.get(session.id)
    return None if power is None else (slots_of(versions[0], power), power)


async def _slots(
    house: House, session: ChargeSession, power: SessionPower, slots: SessionSlots, intensity: SlotIntensity
) -> list[Explanation]:
    """Return the quarter hours in which something was drawn from the grid within the month."""
    mg_per_kwh, inside, _ = intensity.at(slots.start_ms)
    counted = (await slots_of_outlets(house, [session], at_utc(int(slots.start_ms[-1])) + SLOT)).get(session.source)
    known_ms = set(counted.start_ms.tolist()) if counted is not None else set()
    cited = await intensities_cited(house, intensity.series, slots)
    found = []
    for row, at_ms in enumerate(slots.start_ms.tolist()):
        grid, mg = int(slots.grid[row]), int(mg_per_kwh[row])
        if not inside[row] or not grid:
            continue
        at, charged = at_utc(at_ms), int(power.charge.thousandths[row])
        found.append(
            Explanation(
                title=Finding.of("savings.slot", at=_local(house, at)),
                value=None if mg == UNKNOWN else Decimal(grid * mg).scaleb(-9),
                unit="g",
                findings=(Finding.of("savings.slot_without_intensity"),) if mg == UNKNOWN else (),
                parts=(
                    _charged(session, at, exact(charged), counted=at_ms in known_ms),
                    Explanation(title=Finding.of("savings.slot_roof"), value=exact(int(slots.pv[row])), unit="Wh"),
                    *([cited[at_ms]] if at_ms in cited else []),
                ),
            )
        )
    return found


def _charged(session: ChargeSession, at: datetime, value: Decimal, *, counted: bool) -> Explanation:
    """Return what was charged in a quarter hour; it follows what the outlet counted, where that is kept."""
    outlet = FigureId(INTERVAL, slot_name(at), session.source, Quantity.ENERGY_IMPORT_WH.value)
    return Explanation(
        title=Finding.of("savings.slot_charged"), figure=str(outlet) if counted else "", value=value, unit="Wh"
    )


def _local(house: House, at: datetime) -> str:
    """Return an instant as clocks at the district showed it, with the offset: an hour comes twice in autumn."""
    return at.astimezone(ZoneInfo(house.time_zone)).isoformat(sep=" ", timespec="minutes")
