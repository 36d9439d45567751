"""What a month's statement is reckoned from: handed to the worker process as it lies in the ledger, made out there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.factors import FactorTable
from core.fleet import SessionValuation, VehicleDay
from core.inventory import Vehicle
from core.packed import Packed
from core.vouchers import Voucher
from fleet.savings.reckoning import Month, MonthFacts
from fleet.savings.statement import SavingsStatement
from fleet.savings.timed import TimedUsed, timed_rows
from fleet.vehicle_days.days import dates
from operations.fleet.reading import by_vehicle
from operations.grid.intensities import Intensities
from operations.savings.slots import PowerRows


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthPapers:
    """All that is known of the electric vehicles that were ours in a month, and what was stated of it `before`.

    `evening` is the day before; `valuations` are of all sessions that may have brought energy, those begun from
    `begin_utc` on are the month's own. Without `power` grid electricity by quarter hours is as it was stated before.
    """

    month: Month
    vehicles: Sequence[Vehicle]
    table: FactorTable
    days: Packed[VehicleDay]
    evening: Packed[VehicleDay]
    begin_utc: datetime
    valuations: Packed[SessionValuation] | None = None
    vouchers: Sequence[Voucher] = ()
    intensities: Intensities = field(default_factory=Intensities)
    power: PowerRows | None = None
    before: str | None = None


def facts_of(papers: MonthPapers, before: SavingsStatement | None = None) -> list[MonthFacts]:
    """Return what is known of each vehicle; `before` is the statement whose text the papers have."""
    days = by_vehicle(papers.days.facts())
    evening = {each.vehicle: each.odometer_end_m for each in papers.evening.facts()}
    vouchers = by_vehicle(papers.vouchers)
    valuations = papers.valuations.facts() if papers.valuations else ()
    sessions = _by_vehicle(each for each in valuations if each.begun_at_utc >= papers.begin_utc)
    timed = _timed(papers, valuations, before)
    return [
        MonthFacts(
            vehicle=vehicle,
            days=days.get(vehicle.id, ()),
            owned_days=sum(map(vehicle.valid_on, dates(papers.month.first, papers.month.last))),
            odometer_before_m=evening.get(vehicle.id),
            sessions=sessions.get(vehicle.id, ()),
            vouchers=vouchers.get(vehicle.id, ()),
            timed=timed.get(vehicle.id, ()),
        )
        for vehicle in papers.vehicles
    ]


def _by_vehicle(valuations: Iterable[SessionValuation]) -> dict[str, list[SessionValuation]]:
    found: dict[str, list[SessionValuation]] = {}
    for each in valuations:
        found.setdefault(each.vehicle or "", []).append(each)
    return found


def _timed(
    papers: MonthPapers, valuations: Sequence[SessionValuation], before: SavingsStatement | None
) -> dict[str, tuple[TimedUsed, ...]]:
    """Return what vehicles drew from the grid by quarter hours, with the grid's intensity in each."""
    if not papers.intensities.found:
        return {}
    if papers.power is None:
        return {each.vehicle: each.timed for each in before.vehicles} if before else {}
    names = [each.id for each in papers.vehicles]
    slots = papers.power.by_vehicle(names, valuations)
    by_series = [timed_rows(slots, each) for each in papers.intensities.found]
    return {name: tuple(timed[name] for timed in by_series) for name in names}
