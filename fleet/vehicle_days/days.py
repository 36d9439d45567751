"""What a vehicle did on each local day.

The odometer is the truth for distance: a day's is the difference of its positions at both midnights, as for any
register, so that days always add up to the period. Logbook and tracker only check it. What the odometer could
not count is said with its probable cause, and is nobody's distance.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from core.fleet import Presence, VehicleDay
from core.inventory import Vehicle
from core.periods import Period, local_day
from core.quantities import Quantity
from core.readings import SlotShare
from core.texts import Finding
from core.vouchers import Voucher
from energy.days import total_of
from energy.register_rules import Booking, RegisterRules, Step
from energy.register_walk import epoch_ms
from energy.registers import trusted
from energy.series import Amounts, Instants, Samples
from fleet.sessions.charges import Charge, by_day
from fleet.vehicle_days.charge_level import rounded
from fleet.vehicle_days.odometer import OdometerStep, wrong_unit_since
from fleet.vehicle_days.papers import Papers, papers_of
from fleet.vehicle_days.parking import Parking, parking_of
from fleet.vehicle_days.stays import Stay, stays_of
from fleet.vehicle_days.telling import Telling, telling_of

CHECK_LEAST_M: Final = Decimal(5_000)
CHECK_PART: Final = Decimal("0.10")
"""Logbook or tracker may differ from the odometer by 5 km, or a tenth of a longer day."""

COUNTED: Final = (Quantity.ODOMETER_M, Quantity.ENERGY_SESSION_WH, Quantity.ENERGY_USED_WH)
"""What of a vehicle is counted by days."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VehicleFacts:
    """All that is known of a vehicle in some days.

    `counted` are its days as registers counted them, `series` what it told as it came (with the days before and
    after), `rules` and `bookings` those of its odometer, `steps` those of its steps that nobody has explained.
    `charges` are the sessions found to be its own, `sessions_ms` when they were. Before `told_from_ms` what it
    told is no longer kept. `now_utc` ends what has not ended.
    """

    vehicle: Vehicle
    counted: Mapping[Quantity, Amounts]
    series: Mapping[Quantity, Samples]
    rules: RegisterRules
    bookings: Sequence[Booking] = ()
    steps: Sequence[OdometerStep] = ()
    charges: Sequence[Charge] = ()
    sessions_ms: Sequence[tuple[int, int]] = ()
    unknown_sessions: Sequence[int] = ()
    presences: Sequence[Presence] = ()
    vouchers: Sequence[Voucher] = ()
    kept: Mapping[date, VehicleDay] = field(default_factory=dict)
    told_from_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Columns:
    """A vehicle's days as columns, before they are put together."""

    days: Sequence[date]
    borders_ms: Instants
    telling: Telling
    parking: Parking
    own_mwh: Sequence[int]
    stays: Sequence[Stay]
    papers: Mapping[date, Papers]
    dial_m: Sequence[Decimal | None]


def days_of_all(
    facts: Sequence[VehicleFacts], days: Sequence[date], zones: Sequence[ZoneInfo], now_utc: datetime
) -> tuple[VehicleDay, ...]:
    """Return the days of several vehicles, each in its zone."""
    return tuple(day for each, zone in zip(facts, zones, strict=True) for day in days_of(each, days, zone, now_utc))


def days_of(facts: VehicleFacts, days: Sequence[date], zone: ZoneInfo, now_utc: datetime) -> tuple[VehicleDay, ...]:
    """Return what a vehicle did on adjoining local days; those on which it was not ours are left out."""
    if not days:
        return ()
    periods = [local_day(day, zone) for day in days]
    borders_ms = np.array([epoch_ms(periods[0].start_utc), *(epoch_ms(each.end_utc) for each in periods)], np.int64)
    telling = telling_of(facts.vehicle, facts.series, facts.rules, facts.bookings, facts.presences)
    columns = _Columns(
        days=days,
        borders_ms=borders_ms,
        telling=telling,
        parking=parking_of(telling, borders_ms, facts.sessions_ms),
        own_mwh=by_day(facts.charges, borders_ms).tolist(),
        stays=stays_of(telling.presences, periods, now_utc),
        papers=papers_of(facts.vouchers, zone),
        dial_m=_dial_m(telling, borders_ms[1:]),
    )
    places = range(len(days))
    return tuple(_day(facts, columns, place, periods[place]) for place in places if facts.vehicle.valid_on(days[place]))


def _day(facts: VehicleFacts, columns: _Columns, place: int, period: Period) -> VehicleDay:
    day, stay = columns.days[place], columns.stays[place]
    papers = columns.papers.get(day, Papers())
    row = _row(facts.counted.get(Quantity.ODOMETER_M), int(columns.borders_ms[place]))
    distance_m, share = _distance(row)
    told = _told(facts, columns, place)
    findings = (
        *_odometer_findings(facts, period, distance_m, share),
        *_check(distance_m, papers.distance_m),
        *told.findings,
        *_charge_findings(facts, period),
    )
    if _wrong_unit(facts, period):
        distance_m, share = None, SlotShare.MISSING
    return VehicleDay(
        vehicle=facts.vehicle.id,
        day=day,
        distance_m=distance_m,
        distance_share=share,
        odometer_end_m=told.odometer_end_m,
        checked_distance_m=papers.distance_m,
        own_charged_wh=Decimal(columns.own_mwh[place]).scaleb(-3),
        elsewhere_charged_wh=papers.charged_wh,
        battery_charged_wh=_counted(facts, Quantity.ENERGY_SESSION_WH, columns, place),
        driven_wh=_counted(facts, Quantity.ENERGY_USED_WH, columns, place),
        soc_begin_percent=told.soc_begin_percent,
        soc_end_percent=told.soc_end_percent,
        standby_percent=told.standby_percent,
        parked_s=told.parked_s,
        away_s=stay.away_s,
        dwell_s=stay.dwell_s,
        fuel_l=papers.fuel_l,
        findings=tuple(dict.fromkeys(findings)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What only the vehicle's own readings say of a day."""

    odometer_end_m: Decimal | None = None
    soc_begin_percent: Decimal | None = None
    soc_end_percent: Decimal | None = None
    standby_percent: Decimal | None = None
    parked_s: int | None = None
    findings: tuple[Finding, ...] = ()


_TOLD_FINDINGS: Final = frozenset(
    {"vehicle_days.soc_dropped", "vehicle_days.soc_unknown", "vehicle_days.odometer_reset"}
)


def _told(facts: VehicleFacts, columns: _Columns, place: int) -> _Told:
    """Return what the readings of a day say; what they said, where they are no longer kept."""
    begin_ms, end_ms = int(columns.borders_ms[place]), int(columns.borders_ms[place + 1])
    kept = facts.kept.get(columns.days[place])
    if begin_ms < facts.told_from_ms:
        return _kept(kept) if kept is not None else _Told()
    levels = columns.telling.levels
    standby, parked_s = float(columns.parking.lost_percent[place]), int(columns.parking.parked_s[place])
    electric = facts.vehicle.plugs_in
    return _Told(
        odometer_end_m=columns.dial_m[place],
        soc_begin_percent=rounded(levels.at(begin_ms)) if electric else None,
        soc_end_percent=rounded(levels.at(end_ms)) if electric else None,
        standby_percent=rounded(standby) if electric and not np.isnan(standby) else None,
        parked_s=parked_s if parked_s >= 0 else None,
        findings=tuple(_told_findings(facts, columns.telling, begin_ms, end_ms)),
    )


def _kept(kept: VehicleDay) -> _Told:
    return _Told(
        odometer_end_m=kept.odometer_end_m,
        soc_begin_percent=kept.soc_begin_percent,
        soc_end_percent=kept.soc_end_percent,
        standby_percent=kept.standby_percent,
        parked_s=kept.parked_s,
        findings=tuple(finding for finding in kept.findings if finding.code in _TOLD_FINDINGS),
    )


def _told_findings(facts: VehicleFacts, telling: Telling, begin_ms: int, end_ms: int) -> Iterator[Finding]:
    levels, odometer = telling.levels, telling.odometer
    first, last = np.searchsorted(levels.dropped_ms, [begin_ms, end_ms])
    if last > first:
        yield Finding.of("vehicle_days.soc_dropped", count=int(last - first))
    if facts.vehicle.plugs_in and len(levels) and levels.at(end_ms) is None:
        yield Finding.of("vehicle_days.soc_unknown")
    first, last = np.searchsorted(odometer.at_ms, [begin_ms, end_ms])
    if (odometer.step[int(first) : int(last)] == Step.RESET).any():
        yield Finding.of("vehicle_days.odometer_reset")


def _dial_m(telling: Telling, ends_ms: Instants) -> list[Decimal | None]:
    """Return what the dial showed last, at the end of each day."""
    rows = trusted(telling.odometer.step)
    values = telling.odometer.value[rows]
    places = np.searchsorted(telling.odometer.at_ms[rows], ends_ms, side="right") - 1
    return [Decimal(round(float(values[place]))) if place >= 0 else None for place in places.tolist()]


def _row(amounts: Amounts | None, begin_ms: int) -> Amounts | None:
    if amounts is None:
        return None
    place = int(np.searchsorted(amounts.start_ms, begin_ms))
    found = amounts.take(slice(place, place + 1))
    return found if len(found) and int(found.start_ms[0]) == begin_ms else None


def _distance(row: Amounts | None) -> tuple[Decimal | None, SlotShare]:
    if row is None:
        return None, SlotShare.MISSING
    thousandths, share = total_of(row)
    return Decimal(thousandths).scaleb(-3), share


def _counted(facts: VehicleFacts, quantity: Quantity, columns: _Columns, place: int) -> Decimal | None:
    row = _row(facts.counted.get(quantity), int(columns.borders_ms[place]))
    return None if row is None else _distance(row)[0]


def _odometer_findings(
    facts: VehicleFacts, period: Period, distance_m: Decimal | None, share: SlotShare
) -> Iterator[Finding]:
    steps = [step for step in facts.steps if step.from_utc < period.end_utc and step.to_utc >= period.start_utc]
    yield from (step.finding for step in steps)
    if _wrong_unit(facts, period):
        yield Finding.of("vehicle_days.unit_unexplained")
    elif distance_m is None:
        yield Finding.of("vehicle_days.no_odometer")
    elif not steps and share is SlotShare.MISSING:
        yield Finding.of("vehicle_days.odometer_incomplete")
    elif share is SlotShare.ESTIMATED:
        yield Finding.of("vehicle_days.distance_spread")


def _wrong_unit(facts: VehicleFacts, period: Period) -> bool:
    since_utc = wrong_unit_since(facts.steps)
    return since_utc is not None and since_utc < period.end_utc


def _check(distance_m: Decimal | None, checked_m: Decimal | None) -> Iterator[Finding]:
    if distance_m is None or checked_m is None:
        return
    if abs(distance_m - checked_m) > max(CHECK_LEAST_M, CHECK_PART * distance_m):
        km, checked_km = round(float(distance_m) / 1000), round(float(checked_m) / 1000)
        yield Finding.of("vehicle_days.distance_differs", km=km, checked_km=checked_km)


def _charge_findings(facts: VehicleFacts, period: Period) -> Iterator[Finding]:
    begin_ms, end_ms = epoch_ms(period.start_utc), epoch_ms(period.end_utc)
    unknown = sum(begin_ms <= at_ms < end_ms for at_ms in facts.unknown_sessions)
    if unknown:
        yield Finding.of("vehicle_days.session_unknown", count=unknown)


def dates(first: date, last: date) -> list[date]:
    """Return all days from `first` to `last`."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def owned(vehicle: Vehicle, days: Collection[date]) -> bool:
    """Return whether a vehicle was ours on any of these days."""
    return any(vehicle.valid_on(day) for day in days)
