"""How much of what charge points drew in each quarter hour was power of the roof behind the same meter."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import NotFoundError
from core.fleet import PvAllocation
from core.intervals import Resolution, SeriesKey
from core.inventory import Generator, Inventory, Medium, Meter, MeterRole
from core.periods import Period
from core.quantities import Quantity
from core.texts import Finding
from energy.allocation import Allocation, allocate
from energy.balance import Balance, Place
from energy.loads import Flags, Numbers
from energy.positions import SLOT_MS
from energy.series import SHARE_NUMBERS, Amounts, Counts, Instants
from energy.slots import MISSING
from operations.balances.balance import read_balance
from operations.evidence.figures import SITE, Span
from operations.evidence.witnesses import interval_store
from operations.house import Call, House
from operations.loads.scopes import METER, LoadScope, behind, load_scope, valid_in

BUILDINGS: Final = "buildings"
"""The load of all that is behind a meter and is no charge point."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SlotsRead:
    """What was read already: of outlets by source what they `counted` at least, and the `amounts` of meters."""

    counted: Mapping[str, Amounts | Counts] = field(default_factory=dict)
    amounts: Mapping[SeriesKey, Amounts | None] = field(default_factory=dict)


NOTHING_READ: Final = SlotsRead()


@dataclass(frozen=True, kw_only=True, eq=False)
class Connection:
    """A supply meter with a roof behind it: whose the roof's power was in each quarter hour of a period.

    The loads of `allocation` are the charge points' outlets by source, and `BUILDINGS`: all else. Where `known` is not
    set all is 0. `estimated`: nothing counts what is fed in. `share` is the weakest of what a quarter hour stands on
    (`SHARE_NUMBERS`). `made` is what the roof made.
    """

    meter: Meter
    makers: tuple[Meter, ...]
    start_ms: Instants
    made: Numbers
    loads: Mapping[str, Numbers]
    allocation: Allocation
    known: Flags
    share: NDArray[np.uint8]
    estimated: bool
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class PvPart:
    """What of an energy by quarter hours was roof power (thousandths of Wh), where that is known, and how well."""

    pv: Numbers
    known: Flags
    share: NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True, eq=False)
class PvSlots:
    """Roof power of a place's outlets in a period. `unknown` says of a meter why nothing is known behind it."""

    connections: tuple[Connection, ...]
    unknown: Mapping[str, Finding]
    above: Mapping[str, str]

    @cached_property
    def _of(self) -> dict[str, Connection]:
        return {source: each for each in self.connections for source in each.loads if source != BUILDINGS}

    def reason(self, source: str) -> Finding | None:
        """Return why nothing can be said of an outlet, None where it can."""
        return self.unknown.get(self.above.get(source, ""))

    def of_charge(self, source: str, start_ms: Instants, thousandths: Numbers) -> PvPart:
        """Return the roof power in a part of what an outlet counted, in proportion, rounded down.

        Behind a meter without a roof it is 0 and known. Not known is it where a quarter hour of any meter is missing.
        """
        nothing = np.zeros(len(start_ms), np.int64)
        found = self._of.get(source)
        if found is None:
            known = np.full(len(start_ms), self.reason(source) is None)
            return PvPart(nothing, known, np.where(known, 0, MISSING).astype(np.uint8))
        if not len(found.start_ms):
            return PvPart(nothing, nothing > 0, np.full(len(start_ms), MISSING, np.uint8))
        place = (start_ms - found.start_ms[0]) // SLOT_MS
        inside = (place >= 0) & (place < len(found.start_ms))
        row = np.clip(place, 0, len(found.start_ms) - 1)
        load, pv = found.loads[source][row], found.allocation.pv_of[source][row]
        known = inside & found.known[row] & ((load > 0) | (thousandths <= 0))
        part = _portion(pv, np.maximum(thousandths, 0), np.maximum(load, thousandths))
        return PvPart(np.where(known, part, 0), known, np.where(known, found.share[row], MISSING).astype(np.uint8))


async def amounts_of(house: House, sites: Collection[str], period: Period) -> dict[SeriesKey, Amounts | None]:
    """Return what electricity meters of all sites of these with a roof counted in a period: one query for them all."""
    meters = house.inventory().meters.values()
    roofs = {meter.site for meter in meters if _is_roof(meter) and meter.site in sites}
    keys: list[SeriesKey] = [
        (meter.source, quantity)
        for meter in meters
        if meter.site in roofs and meter.medium is Medium.ELECTRICITY
        for quantity in (Quantity.ENERGY_IMPORT_WH, Quantity.ENERGY_EXPORT_WH)
    ]
    found = await interval_store(house).amounts(Resolution.SLOT, keys, period) if keys else {}
    return {key: found.get(key) for key in keys}


async def pv_of_slots(
    house: House,
    site: str,
    period: Period,
    sources: Collection[str],
    call: Call,
    method: PvAllocation = PvAllocation.PRO_RATA,
    read: SlotsRead = NOTHING_READ,
) -> PvSlots:
    """Return what of the power of outlets (`station:x/1`) of a site was roof power in a period, as far as it has gone.

    Each supply meter of the site is looked at alone: what a roof makes reaches only what is behind the same one. What
    was `read` of that period is not read once more.
    Raises `ForbiddenError` outside the actor's sites.
    """
    if not any(_is_roof(meter) and meter.site == site for meter in house.inventory().meters.values()):
        return PvSlots(connections=(), unknown={}, above={})
    return await pv_behind(house, SITE + site, period, call, method, sources, read)


async def pv_behind(
    house: House,
    scope: str,
    period: Period,
    call: Call,
    method: PvAllocation = PvAllocation.PRO_RATA,
    sources: Collection[str] | None = None,
    read: SlotsRead = NOTHING_READ,
) -> PvSlots:
    """Return whose the roof power of a site or building was. Raises what `load_scope` raises but for no meter at all.

    With `sources` only meters are looked at that one of these outlets is behind. `read` as in `pv_of_slots`.
    """
    try:
        place = await load_scope(house, scope, Medium.ELECTRICITY, period, call)
    except NotFoundError as error:
        if error.finding.code != "loads.nothing_metered":
            raise
        return PvSlots(connections=(), unknown={}, above={})
    found: list[Connection] = []
    unknown: dict[str, Finding] = {}
    above: dict[str, str] = {}
    for meter in _with_roof(house.inventory(), place, period):
        outlets = _outlets(house.inventory(), meter)
        if sources is not None and not set(outlets) & set(sources):
            continue
        above |= dict.fromkeys(outlets, meter.id)
        one = await _connection(house, meter, outlets, period, call, method, read)
        if isinstance(one, Finding):
            unknown[meter.id] = one
        else:
            found.append(one)
    return PvSlots(connections=tuple(found), unknown=unknown, above=above)


async def _connection(
    house: House,
    meter: Meter,
    outlets: Sequence[str],
    period: Period,
    call: Call,
    method: PvAllocation,
    read: SlotsRead,
) -> Connection | Finding:
    found = await read_balance(house, METER + meter.id, Span("", period, Resolution.DAY), call, read.amounts)
    balance = found.balance
    if isinstance(balance, Finding):
        return balance
    keys: list[SeriesKey] = [(source, Quantity.ENERGY_IMPORT_WH) for source in outlets if source not in read.counted]
    others = await interval_store(house).amounts(Resolution.SLOT, keys, found.period) if keys else {}
    counted = {**read.counted, **{source: amounts for (source, _), amounts in others.items()}}
    drawn = {source: _in_slots(counted.get(source), balance) for source in outlets}
    used = _into(balance, Place.USE)
    rest = np.maximum(used - sum(drawn.values(), np.zeros(len(used), np.int64)), 0)
    loads = {BUILDINGS: rest, **drawn}
    made = sum((balance.flows[flow] for flow in _from_roof(balance)), np.zeros(len(used), np.int64))
    return Connection(
        meter=meter,
        makers=found.makers.get(Generator.PV, ()),
        start_ms=balance.start_ms,
        made=made,
        loads=loads,
        allocation=allocate(
            made,
            balance.flows[Place.PV, Place.GRID],
            loads,
            method,
            stored=balance.flows[Place.PV, Place.BATTERY],
            last=outlets,
        ),
        known=balance.known,
        share=_weakest(balance),
        estimated=balance.estimated,
        findings=(Finding.of("balance.self_use_estimated"),) if balance.estimated else (),
    )


def _with_roof(inventory: Inventory, place: LoadScope, period: Period) -> Iterator[Meter]:
    for meter in place.meters:
        inner = behind(inventory, (meter,))
        if valid_in(meter, period, place.zone) and any(_is_roof(each) for each in inner):
            yield meter


def _is_roof(meter: Meter) -> bool:
    """Return whether a meter counts the power of the sun; where nobody has said, it is taken for that."""
    made = meter.medium is Medium.ELECTRICITY and meter.role is MeterRole.GENERATION
    return made and meter.generator in {None, Generator.PV}


def _outlets(inventory: Inventory, meter: Meter) -> list[str]:
    """Return the outlets of all stations behind a meter, by source."""
    fronts = {meter.id, *(each.id for each in behind(inventory, (meter,)))}
    there = [station for station in inventory.stations.values() if station.parent in fronts]
    return sorted(f"{station.source}/{each.number}" for station in there for each in station.connectors)


def _in_slots(amounts: Amounts | Counts | None, balance: Balance) -> Numbers:
    """Return what an outlet drew in the slots of a balance, 0 where it or the balance is not known."""
    found = np.zeros(len(balance.start_ms), np.int64)
    if amounts is not None and len(found):
        place = (amounts.start_ms - balance.start_ms[0]) // SLOT_MS
        inside = (place >= 0) & (place < len(found))
        found[place[inside]] = np.maximum(amounts.thousandths[inside], 0)
    return np.where(balance.known, found, 0)


def _from_roof(balance: Balance) -> Iterable[tuple[Place, Place]]:
    return [flow for flow in balance.flows if flow[0] is Place.PV]


def _into(balance: Balance, place: Place) -> Numbers:
    into = [values for (_, sink), values in balance.flows.items() if sink is place]
    return sum(into, np.zeros(len(balance.start_ms), np.int64))


def _weakest(balance: Balance) -> NDArray[np.uint8]:
    """Return the weakest of what each slot stands on."""
    backwards = (balance.seconds > 0)[:, ::-1]
    weakest = len(SHARE_NUMBERS) - 1 - backwards.argmax(axis=1)
    return np.where(backwards.any(axis=1), weakest, MISSING).astype(np.uint8)


def _portion(of: Numbers, part: Numbers, whole: Numbers) -> Numbers:
    """Return `of` x `part` / `whole`, rounded down; 0 where the whole is 0. It never overflows."""
    safe = np.maximum(whole, 1)
    times, rest = of // safe, of % safe
    wide = int(rest.max(initial=0)) * int(part.max(initial=0)) > np.iinfo(np.int64).max
    product = rest.astype(object) * part if wide else rest * part
    portion: Numbers = times * part + (product // safe).astype(np.int64)
    return portion
