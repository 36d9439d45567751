"""What roofs of sites and buildings made, who used it, and what that saved by each method.

What charge points took is a line of its own without a saving: it is counted with the vehicles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from core.evidence import FigureId
from core.fleet import PvAllocation
from core.intervals import Resolution
from core.periods import Period, local_days, local_month
from core.texts import Finding
from energy.register_walk import epoch_ms
from energy.series import Instants
from fleet.choice import FactorChoice
from fleet.savings.pv_savings import PvMethod, PvSaving, pv_saving, pv_saving_by_slots
from fleet.savings.timed import Numbers, timed_sum
from operations.evidence.figures import Span, span_name, span_of
from operations.evidence.interval import exact
from operations.grid.intensities import Intensities, read_intensities
from operations.house import Call, House
from operations.loads.reading import elapsed
from operations.loads.scopes import LoadScope, load_scope, zone_of_load
from operations.roofs.rows import PvAvoided, PvEnergy, PvLine, PvOf, PvRow
from operations.roofs.share import BUILDINGS, Connection, PvSlots, pv_behind
from operations.values import Told

PV: Final = "pv"
AVOIDED: Final = "avoided_g"
ENERGIES: Final = ("generation_wh", "buildings_wh", "charging_wh", "stored_wh", "export_wh", "unassigned_wh")
"""Generation is the sum of all others; `unassigned_wh` is 0 unless meters contradict each other."""

LINE_ENERGY: Final = {
    PvLine.SELF_USE: "buildings_wh",
    PvLine.FEED_IN: "export_wh",
    PvLine.CHARGING: "charging_wh",
}
ENOUGH_KNOWN: Final = 0.999


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowPv:
    """Which roof: of `site:x` or `building:x` in a day, month or year (the present one), by which allocation."""

    id: str
    period: str | None = None
    allocation: PvAllocation = PvAllocation.PRO_RATA


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPv:
    """Roof power as it was read: of which place and span, and whose it was."""

    scope: LoadScope
    span: Span
    period: Period
    allocation: PvAllocation
    slots: PvSlots
    intensities: Intensities


async def show_pv(house: House, request: ShowPv, call: Call) -> PvOf:
    """Return what a place's roofs made and saved. Raises `NotFoundError` or `ForbiddenError`."""
    zone = zone_of_load(house, request.id)
    span = span_of(request.period or f"{call.now_utc.astimezone(zone):%Y}", zone)
    read = await read_pv(house, request.id, span, call, request.allocation)
    told = bool(read.slots.connections)
    return PvOf(
        scope=request.id,
        name=read.scope.name,
        site=read.scope.site.id,
        period=span.name,
        begin_utc=read.period.start_utc,
        end_utc=read.period.end_utc,
        time_zone=zone.key,
        allocation=request.allocation,
        whole=row_of(house, read, span.name, read.period) if told else None,
        rows=tuple(row_of(house, read, *part) for part in _parts(read, zone)) if told else (),
        reason=None if told else Told.of(why_not(read)),
        findings=tuple(Told.of(each) for each in said_of(read)) if told else (),
    )


async def read_pv(
    house: House, scope: str, span: Span, call: Call, allocation: PvAllocation = PvAllocation.PRO_RATA
) -> ReadPv:
    """Return whose the roof power of a place was in a span as far as that has gone. Raises what `load_scope` raises."""
    period = elapsed(span.period, call.now_utc)
    place = await load_scope(house, scope, None, period, call)
    slots = await pv_behind(house, scope, period, call, allocation)
    intensities = await read_intensities(house, period) if slots.connections else Intensities()
    return ReadPv(scope=place, span=span, period=period, allocation=allocation, slots=slots, intensities=intensities)


def why_not(read: ReadPv) -> Finding:
    """Return why nothing is told of a place without known roof power."""
    return next(iter(read.slots.unknown.values()), Finding.of("pv.no_roof", name=read.scope.name))


def said_of(read: ReadPv) -> Iterator[Finding]:
    """Yield what one should know of the roof power of a place."""
    sums = energies_of(read.slots.connections, read.period)
    known = known_share(read.slots.connections, read.period)
    if any(each.estimated for each in read.slots.connections):
        yield Finding.of("balance.self_use_estimated")
    if known < ENOUGH_KNOWN:
        yield Finding.of("balance.left_out", known=round(100 * known, 1))
    if sums["unassigned_wh"]:
        yield Finding.of("pv.identity_broken", kwh=str(exact(sums["unassigned_wh"]) / 1000))
    if sums["stored_wh"]:
        yield Finding.of("pv.stored_left_out")
    yield from read.slots.unknown.values()


def energies_of(connections: Iterable[Connection], period: Period) -> dict[str, int]:
    """Return the energies of roofs in a period, in thousandths of Wh."""
    sums = dict.fromkeys(ENERGIES, 0)
    for each in connections:
        part = slice(*np.searchsorted(each.start_ms, [epoch_ms(period.start_utc), epoch_ms(period.end_utc)]).tolist())
        found = each.allocation
        sums["generation_wh"] += int(each.made[part].sum())
        sums["stored_wh"] += int(found.stored[part].sum())
        sums["export_wh"] += int(found.exported[part].sum())
        sums["unassigned_wh"] += int(found.identity_error[part].sum())
        for source, used in found.pv_of.items():
            sums["buildings_wh" if source == BUILDINGS else "charging_wh"] += int(used[part].sum())
    return sums


def known_share(connections: Iterable[Connection], period: Period) -> float:
    """Return of how much of a period (0 to 1) it is known whose the roof power was."""
    slots = known = 0
    for each in connections:
        first, last = np.searchsorted(each.start_ms, [epoch_ms(period.start_utc), epoch_ms(period.end_utc)]).tolist()
        slots += last - first
        known += int(each.known[first:last].sum())
    return known / slots if slots else 0.0


def row_of(house: House, read: ReadPv, name: str, period: Period) -> PvRow:
    """Return the energies and savings of a period with the ids of their figures."""
    known = known_share(read.slots.connections, period)
    sums = energies_of(read.slots.connections, period)
    return PvRow(
        period=name,
        begin_utc=period.start_utc,
        energies=tuple(
            PvEnergy(name=each, value=exact(value) if known else None, figure=_figure(read, name, each))
            for each, value in sums.items()
        ),
        avoided=tuple(_avoided(house, read, name, period, sums)) if known else (),
        known_percent=100 * known,
    )


def choice_of(house: House, read: ReadPv, period: Period) -> FactorChoice:
    """Return the factors that hold when a period begins."""
    return FactorChoice(house.factors(), period.start_utc.astimezone(read.scope.zone).date())


def saving_of(
    read: ReadPv, choice: FactorChoice, line: PvLine, method: PvMethod, energy: Decimal, period: Period
) -> PvSaving:
    """Return what a line saved by a method; of charging nothing, as that is counted with the vehicles."""
    if line is PvLine.CHARGING:
        reason = Finding.of("pv.counted_with_vehicles")
        return PvSaving(method=method, energy_wh=energy, avoided_g=None, reason=reason)
    if method.boundary is None:
        return pv_saving(Fraction(energy), method, choice)
    intensity = read.intensities.within(method.boundary)
    if isinstance(intensity, Finding):
        return PvSaving(method=method, energy_wh=energy, avoided_g=None, reason=intensity)
    timed = timed_sum([_line_slots(each, line, period) for each in read.slots.connections], intensity)
    return pv_saving_by_slots(Fraction(energy), timed, method, choice)


def _line_slots(connection: Connection, line: PvLine, period: Period) -> tuple[Instants, Numbers]:
    """Return the energy of a line by quarter hours."""
    ends = [epoch_ms(period.start_utc), epoch_ms(period.end_utc)]
    part = slice(*np.searchsorted(connection.start_ms, ends).tolist())
    shared = connection.allocation
    amounts = shared.exported if line is PvLine.FEED_IN else shared.pv_of[BUILDINGS]
    return connection.start_ms[part], amounts[part]


def _avoided(house: House, read: ReadPv, name: str, period: Period, sums: dict[str, int]) -> Iterator[PvAvoided]:
    choice = choice_of(house, read, period)
    for line in PvLine:
        for method in PvMethod:
            energy = exact(sums[LINE_ENERGY[line]])
            found = saving_of(read, choice, line, method, energy, period)
            yield PvAvoided(
                line=line,
                method=method,
                energy_wh=energy,
                avoided_g=found.avoided_g,
                factors=tuple(factor.id for factor in found.factors),
                provisional=found.provisional,
                reason=None if found.reason is None else Told.of(found.reason),
                figure=_figure(read, name, AVOIDED, line.value, method.value),
                notes=tuple(map(Told.of, found.notes)),
            )


def _figure(read: ReadPv, period: str, quantity: str, *variant: str) -> str:
    method = () if read.allocation is PvAllocation.PRO_RATA else (read.allocation.value,)
    return str(FigureId(PV, period, read.scope.id, quantity, (*variant, *method)))


def _parts(read: ReadPv, zone: ZoneInfo) -> Iterator[tuple[str, Period]]:
    """Yield the months of a year and the days of a month, as far as they have gone; a day is not divided."""
    if read.span.each is Resolution.SLOT:
        return
    if read.span.each is Resolution.DAY:
        for day in local_days(read.period, zone):
            yield span_name(day, zone, Resolution.DAY), day
        return
    begin = read.period.start_utc
    while begin < read.period.end_utc:
        local = begin.astimezone(zone)
        month = local_month(local.year, local.month, zone)
        yield span_name(month, zone, Resolution.MONTH), Period(begin, min(month.end_utc, read.period.end_utc))
        begin = month.end_utc
