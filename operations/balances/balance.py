"""The balance of a site or building: what it took, made, stored, fed in and used, and how far it was on its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from core.evidence import FigureId
from core.intervals import Resolution, SeriesKey
from core.inventory import Generator, Medium, Meter, MeterRole
from core.periods import SLOT, Period, local_days, local_month
from core.quantities import Quantity
from core.readings import SlotShare
from core.statements import StatementKey
from core.texts import Finding
from energy.balance import MADE_BY, Balance, Counted, Meters, Place, Sums, balance_of
from energy.loads import Member, load_of
from energy.register_walk import epoch_ms
from energy.series import Amounts
from operations.balances.rows import BalanceOf, BalanceRow, FlowRow, PartOfBalance
from operations.evidence.figures import Span, slot_name, slot_of, span_name, span_of
from operations.evidence.interval import exact
from operations.evidence.versions import versions_of
from operations.evidence.witnesses import interval_store
from operations.house import Call, House
from operations.intervals.derived import counted_by
from operations.loads.reading import FOREVER_MS, begin_ms, elapsed
from operations.loads.scopes import LoadScope, behind, load_scope, valid_in, zone_of_load
from operations.values import Told

BALANCE: Final = "balance"
IMPORT, EXPORT = Quantity.ENERGY_IMPORT_WH, Quantity.ENERGY_EXPORT_WH

NOTHING: Final[Mapping[SeriesKey, Amounts | None]] = MappingProxyType({})

ENOUGH_KNOWN: Final = 0.999
"""Below this a balance says that quarter hours are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowBalance:
    """Which balance: of `site:x` or `building:x` in a day, month or year (the present one)."""

    id: str
    period: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBalance:
    """A balance as it was read: whose, of which meters, and the flows, or why there are none."""

    scope: LoadScope
    span: Span
    period: Period
    given: tuple[Meter, ...]
    makers: dict[Generator, tuple[Meter, ...]]
    storage: tuple[Meter, ...]
    tenants: tuple[Meter, ...]
    balance: Balance | Finding
    let: Meters


async def show_balance(house: House, request: ShowBalance, call: Call) -> BalanceOf:
    """Return the balance of a place and of what its period is made of. Raises `NotFoundError` or `ForbiddenError`."""
    zone = zone_of_load(house, request.id)
    span = span_of(request.period or f"{call.now_utc.astimezone(zone):%Y}", zone)
    read = await read_balance(house, request.id, span, call)
    found = read.balance
    whole = None if isinstance(found, Finding) else row_of(read, found, read.span.name, read.period)
    rows = [] if isinstance(found, Finding) else [row_of(read, found, *part) for part in _parts(read)]
    return BalanceOf(
        scope=read.scope.id,
        name=read.scope.name,
        site=read.scope.site.id,
        period=span.name,
        begin_utc=read.period.start_utc,
        end_utc=read.period.end_utc,
        time_zone=zone.key,
        whole=whole,
        flows=() if isinstance(found, Finding) else tuple(_flow_rows(sums_of(found, read.period))),
        rows=tuple(rows),
        reason=Told.of(found) if isinstance(found, Finding) else None,
        findings=tuple(Told.of(each) for each in said_of(read)),
        versions=await versions_of(house, StatementKey(BALANCE, span.name, read.scope.id)),
    )


def period_of(house: House, scope: str, text: str) -> Span:
    """Return the quarter hour, day, month or year that a figure of a balance is of."""
    if "T" in text:
        return Span(text, slot_of(text), Resolution.SLOT)
    return span_of(text, zone_of_load(house, scope))


async def read_balance(
    house: House, text: str, span: Span, call: Call, read: Mapping[SeriesKey, Amounts | None] = NOTHING
) -> ReadBalance:
    """Return the flows of a place in a period as far as it has gone. Raises what `load_scope` raises.

    Of what was `read` already of that very period (None: nothing is there) nothing is read once more.
    """
    period = elapsed(span.period, call.now_utc)
    scope = await load_scope(house, text, Medium.ELECTRICITY, period, call)
    inventory = house.inventory()
    inner = [meter for meter in behind(inventory, scope.meters) if valid_in(meter, period, scope.zone)]
    electric = [meter for meter in inner if meter.medium is Medium.ELECTRICITY]
    outer = {meter.id for meter in scope.meters}
    used = tuple(
        meter for meter in electric if meter.parent in outer and meter.role in {MeterRole.SUBMETER, MeterRole.TENANT}
    )
    given = await _two_way(house, scope.meters)
    makers = _makers(electric)
    storage = tuple(meter for meter in electric if meter.role is MeterRole.STORAGE)
    tenants = tuple(meter for meter in electric if meter.role is MeterRole.TENANT)
    imports = {*scope.meters, *storage, *tenants, *(() if given else used)}
    exports = {*given, *storage, *(meter for meters in makers.values() for meter in meters)}
    keys = [*((meter.source, IMPORT) for meter in imports), *((meter.source, EXPORT) for meter in exports)]
    left = [key for key in keys if key not in read]
    found = await interval_store(house).amounts(Resolution.SLOT, left, period) if left else {}
    counted = partial(_counted, found={**read, **found}, zone=scope.zone, period=period)
    balance = balance_of(
        Counted(
            taken=counted(scope.meters, quantity=IMPORT),
            given=counted(given, quantity=EXPORT) if given else None,
            made={maker: counted(meters, quantity=EXPORT) for maker, meters in makers.items()},
            charged=counted(storage, quantity=IMPORT) if storage else None,
            discharged=counted(storage, quantity=EXPORT) if storage else None,
            metered=counted(used, quantity=IMPORT) if used and not given else None,
        )
    )
    return ReadBalance(
        scope=scope,
        span=span,
        period=period,
        given=given,
        makers=makers,
        storage=storage,
        tenants=tenants,
        balance=balance,
        let=counted(tenants, quantity=IMPORT),
    )


def sums_of(balance: Balance, period: Period) -> Sums:
    """Return what flowed in a period."""
    return balance.during(epoch_ms(period.start_utc), epoch_ms(period.end_utc))


def row_of(read: ReadBalance, balance: Balance, name: str, period: Period) -> BalanceRow:
    """Return the balance of a period with the ids of its figures."""
    sums = sums_of(balance, period)
    figures = tuple(
        PartOfBalance(
            name=each,
            generator=generator,
            value=value,
            figure=str(FigureId(BALANCE, name, read.scope.id, each, () if generator is None else (generator.value,))),
        )
        for (each, generator), value in figures_of(read, balance, sums, period).items()
    )
    return BalanceRow(
        period=name,
        begin_utc=period.start_utc,
        figures=figures,
        known_percent=100 * sums.known / sums.slots if sums.slots else 0.0,
        measured_percent=100 * sums.shares.of(SlotShare.MEASURED),
        estimated=sums.estimated,
    )


def figures_of(
    read: ReadBalance, balance: Balance, sums: Sums, period: Period
) -> dict[tuple[str, Generator | None], Decimal | None]:
    """Return all figures of a balance by name and generator; None where nothing of the period is known."""
    found: dict[tuple[str, Generator | None], Decimal | None] = {("import_wh", None): exact(sums.out_of(Place.GRID))}
    if sums.makers or read.storage or sums.into(Place.GRID):
        found["export_wh", None] = exact(sums.into(Place.GRID))
    for generator in read.makers:
        place = MADE_BY[generator]
        found["generation_wh", generator] = exact(sums.out_of(place))
        found["self_use_wh", generator] = exact(sums.used_of(place))
        found["self_use_percent", generator] = _percent(sums.self_use_percent(place))
    if read.storage:
        found["charge_wh", None] = exact(sums.into(Place.BATTERY))
        found["discharge_wh", None] = exact(sums.out_of(Place.BATTERY))
        found["loss_wh", None] = exact(sums.lost)
    found["use_wh", None] = exact(sums.into(Place.USE))
    if read.tenants:
        found["tenants_wh", None] = let = exact(_let(read, balance, period))
        found["own_wh", None] = exact(sums.into(Place.USE)) - let
    if read.makers:
        found["autarky_percent", None] = _percent(sums.autarky_percent)
    return found if sums.known else dict.fromkeys(found)


def said_of(read: ReadBalance) -> Iterator[Finding]:
    """Yield what one should know of a balance."""
    found = read.balance
    if isinstance(found, Finding):
        return
    sums = sums_of(found, read.period)
    if sums.estimated:
        yield Finding.of("balance.self_use_estimated")
    if sums.slots and sums.known < ENOUGH_KNOWN * sums.slots:
        yield Finding.of("balance.left_out", known=round(100 * sums.known / sums.slots, 1))
    if len(read.makers) > 1 and sums.into(Place.GRID):
        yield Finding.of("balance.export_attributed")
    if read.storage:
        yield Finding.of("balance.loss_said")
    if sums.flows[Place.GRID, Place.USE] < 0:
        yield Finding.of("balance.more_out_than_in", use=str(exact(sums.flows[Place.GRID, Place.USE]) / 1000))
    if read.tenants and (found.known & ~read.let.known).any():
        yield Finding.of("balance.tenants_unknown")
    yield from read.scope.findings


def _let(read: ReadBalance, balance: Balance, period: Period) -> int:
    first, last = np.searchsorted(balance.start_ms, [epoch_ms(period.start_utc), epoch_ms(period.end_utc)])
    there = np.where(balance.known, read.let.thousandths, 0)
    return int(there[first:last].sum())


def _percent(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(round(value, 3)))


async def _two_way(house: House, meters: Iterable[Meter]) -> tuple[Meter, ...]:
    """Return the meters that count what is fed in."""
    known: dict[str, set[Quantity]] = {meter.source: set() for meter in meters}
    for value in await house.query.last(known.keys()) if known else ():
        known[value.source].add(value.quantity)
    inventory = house.inventory()
    return tuple(meter for meter in meters if EXPORT in counted_by(inventory, meter.source, known[meter.source]))


def _makers(meters: Iterable[Meter]) -> dict[Generator, tuple[Meter, ...]]:
    """Return generation meters by what makes the power; where nobody has said, it is taken for the sun."""
    found: dict[Generator, tuple[Meter, ...]] = {}
    for meter in meters:
        if meter.role is MeterRole.GENERATION:
            maker = meter.generator or Generator.PV
            found[maker] = (*found.get(maker, ()), meter)
    return dict(sorted(found.items()))


def _counted(
    meters: Iterable[Meter],
    *,
    quantity: Quantity,
    found: Mapping[SeriesKey, Amounts | None],
    zone: ZoneInfo,
    period: Period,
) -> Meters:
    """Return what meters counted together in a period, and where any of them was there."""
    members = [
        Member(
            found.get((meter.source, quantity)),
            begin_ms(meter.valid_from, zone),
            FOREVER_MS if meter.valid_to is None else begin_ms(meter.valid_to, zone),
        )
        for meter in meters
    ]
    load = load_of(members, period)
    there = np.zeros(len(load), np.bool_)
    for each in members:
        there |= (load.start_ms >= each.begins_ms) & (load.start_ms < each.ends_ms)
    return Meters(load, there)


def _parts(read: ReadBalance) -> Iterator[tuple[str, Period]]:
    """Yield the months of a year, the days of a month, the quarter hours of a day, as far as they have gone."""
    zone, each = read.scope.zone, read.span.each
    if each is Resolution.SLOT:
        for slot in read.period.slots(SLOT):
            yield slot_name(slot.start_utc), slot
        return
    if each is Resolution.DAY:
        for day in local_days(read.period, zone):
            yield span_name(day, zone, each), day
        return
    begin = read.period.start_utc
    while begin < read.period.end_utc:
        local = begin.astimezone(zone)
        month = local_month(local.year, local.month, zone)
        yield span_name(month, zone, each), Period(begin, min(month.end_utc, read.period.end_utc))
        begin = month.end_utc


def _flow_rows(sums: Sums) -> Iterator[FlowRow]:
    for (source, sink), value in sums.flows.items():
        if value:
            yield FlowRow(source=source, sink=sink, value=exact(value))
