"""Reading what stands beside the vehicles of the month that is reported: costs, local power, sources, candidates."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import NotFoundError
from core.fleet import VehicleDay
from core.inventory.mobility import Drive
from core.texts import Finding
from energy.balance import Place
from fleet.savings.scopes import SITE
from fleet.savings.statement import FLEET
from fleet.vehicle_days.sums import ZERO
from fleet.vehicle_days.warmth import WarmthClass, classes_of
from operations.balances.balance import read_balance, sums_of
from operations.candidates.candidates import YEARS, candidates_of
from operations.candidates.facts import read_candidates
from operations.candidates.infrastructure import infrastructure_of
from operations.candidates.rows import Candidates, SiteInfrastructure
from operations.candidates.selection import rank, selection_of
from operations.evidence.figures import span_of
from operations.evidence.interval import exact
from operations.fleet.costs import with_costs
from operations.fleet_report.corrections import corrected_since
from operations.fleet_report.facts import MONTHS, FleetMonth, FleetMonths, months_until, vehicles_in
from operations.fleet_report.outlets import blocked_s
from operations.fleet_report.rows import FLEET_REPORT, Beside, RoofMonth
from operations.fleet_report.sources import sources_of
from operations.house import Call, House
from operations.weather.temperatures import daily_means, station_of

SUITABLE: Final = selection_of("suitable")


class Part(StrEnum):
    """What is read beside the vehicles of a month."""

    COSTS = "costs"
    AHEAD = "ahead"
    BLOCKED = "blocked"
    ROOFS = "roofs"
    SOURCES = "sources"
    CORRECTED = "corrected"
    WARMTH = "warmth"


EVERYTHING: Final = frozenset(Part)
COSTS: Final = frozenset({Part.COSTS})
PARTS_OF: Final[Mapping[str, frozenset[Part]]] = {
    "stock": frozenset(),
    "use": frozenset(),
    "energy": frozenset({Part.WARMTH}),
    "charging": frozenset({Part.BLOCKED}),
    "renewables": frozenset({Part.ROOFS}),
    "emissions": frozenset({Part.ROOFS}),
    "costs": COSTS,
    "candidates": frozenset({Part.AHEAD}),
    "infrastructure": frozenset({Part.AHEAD}),
    "batteries": frozenset(),
    "quality": frozenset({Part.SOURCES, Part.CORRECTED}),
    "actions": frozenset(),
}
"""What the figures of each section of the report are made of besides the vehicles and their days."""


async def with_beside(house: House, months: FleetMonths, call: Call) -> FleetMonths:
    """Return the months with the costs of all three, and with what stands beside the one that is reported."""
    return replace(
        months,
        now=await beside_month(house, months.now, call, days=months.days),
        previous=await with_costs(house, months.previous, call, whole=False),
        last_year=await with_costs(house, months.last_year, call, whole=False),
    )


async def beside_month(
    house: House,
    month: FleetMonth,
    call: Call,
    parts: Collection[Part] = EVERYTHING,
    days: Mapping[str, Sequence[VehicleDay]] | None = None,
) -> FleetMonth:
    """Return the month that is reported with its costs and what stands beside it, as far as `parts` says.

    `days` are those of the year up to it, where they have been read before.
    """
    if Part.COSTS in parts:
        month = await with_costs(house, month, call, days=days)
    if Part.WARMTH in parts and days is None:
        days = await _read_year(house, month)
    before = f"{months_until(month.first, 2)[0]:%Y-%m}"
    ranked, needs = await _ahead(house, month, call) if Part.AHEAD in parts else (None, ())
    idle_s, known = await blocked_s(house, month.sessions) if Part.BLOCKED in parts else (ZERO, 0)
    beside = Beside(
        roofs=await _roofs(house, month, call) if Part.ROOFS in parts else (),
        sources=await sources_of(house, month, month.days) if Part.SOURCES in parts else (),
        corrected=await corrected_since(house, month, FLEET_REPORT, before) if Part.CORRECTED in parts else (),
        warmth=await _warmth(house, month, days or {}) if Part.WARMTH in parts else (),
        blocked_s=idle_s,
        blocked_known=known,
        candidates=ranked,
        infrastructure=needs,
    )
    return replace(month, beside=beside)


async def _read_year(house: House, month: FleetMonth) -> dict[str, list[VehicleDay]]:
    """Return the days of a month's scope in the twelve months up to it, by vehicle."""
    names = [each.id for each in vehicles_in(house.inventory(), month.scope)]
    found: dict[str, list[VehicleDay]] = {}
    for day in await house.ledger.vehicle_days(months_until(month.first, MONTHS)[1], month.last, names):
        found.setdefault(day.vehicle, []).append(day)
    return found


async def _roofs(house: House, month: FleetMonth, call: Call) -> tuple[RoofMonth, ...]:
    """Return the sites with charge points at which power is made."""
    if house.intervals is None:
        return ()
    found = []
    for name in sorted({each.site for each in month.stations}):
        try:
            read = await read_balance(house, f"site:{name}", span_of(month.period, ZoneInfo(house.time_zone)), call)
        except NotFoundError:
            continue
        if read.makers and not isinstance(read.balance, Finding):
            sums = sums_of(read.balance, read.period)
            if sums.known:
                used = sums.into(Place.USE)
                found.append(
                    RoofMonth(
                        site=name,
                        name=house.inventory().sites[name].name,
                        generation_wh=exact(sum(map(sums.out_of, sums.makers))),
                        self_use_wh=exact(sum(map(sums.used_of, sums.makers))),
                        use_wh=exact(used),
                        local_wh=exact(used - sums.flows[Place.GRID, Place.USE]),
                    )
                )
    return tuple(found)


async def _warmth(house: House, month: FleetMonth, days: Mapping[str, Sequence[VehicleDay]]) -> tuple[WarmthClass, ...]:
    """Return what driving took in the twelve months up to a month, by the warmth of `days`."""
    vehicles = [each for each in month.vehicles if each.drive is Drive.BATTERY]
    first, end = months_until(month.first, MONTHS)[1], month.last + timedelta(days=1)
    inventory, zone = house.inventory(), ZoneInfo(house.time_zone)
    means_c = {}
    for name in sorted({each.site for each in vehicles}):
        station = station_of(inventory, inventory.sites[name]) if name in inventory.sites else None
        if station is not None:
            means_c[name] = await daily_means(house, station, first, end, zone)
    return classes_of(vehicles, days, means_c)


async def _ahead(
    house: House, month: FleetMonth, call: Call
) -> tuple[Candidates | None, tuple[SiteInfrastructure, ...]]:
    """Return the combustion vehicles of the month's scope, ranked, and what sites need for those that are suitable."""
    burning = {each.id for each in month.vehicles if not each.plugs_in and each.valid_on(month.last)}
    yesterday = house.day(call.now_utc) - timedelta(days=1)
    if not burning or yesterday < month.first:
        return None, ()
    read = await read_candidates(house, min(month.last, yesterday), call)
    found = candidates_of(house, read, YEARS, call)
    ranked = replace(found, items=tuple(each for each in found.items if each.vehicle in burning))
    if not month.stations:
        return ranked, ()
    needs = await infrastructure_of(house, await rank(house, read, YEARS), SUITABLE, call)
    site = month.scope.removeprefix(SITE)
    return ranked, tuple(each for each in needs.items if month.scope == FLEET or each.site == site)
