"""Reading what stands beside the vehicles of the month that is reported: costs, local power, sources, candidates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import NotFoundError
from core.inventory.mobility import Drive
from core.texts import Finding
from energy.balance import Place
from fleet.savings.scopes import SITE
from fleet.savings.statement import FLEET
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
from operations.fleet_report.facts import FleetMonth, FleetMonths
from operations.fleet_report.outlets import blocked_s
from operations.fleet_report.rows import FLEET_REPORT, Beside, RoofMonth
from operations.fleet_report.sources import sources_of
from operations.house import Call, House
from operations.weather.temperatures import daily_means, station_of

SUITABLE: Final = selection_of("suitable")


async def with_beside(house: House, months: FleetMonths, call: Call) -> FleetMonths:
    """Return the months with the costs of all three, and with what stands beside the one that is reported."""
    now = await with_costs(house, months.now, call, days=months.days)
    candidates, infrastructure = await _ahead(house, now, call)
    idle_s, known = await blocked_s(house, now.sessions)
    beside = Beside(
        roofs=await _roofs(house, now, call),
        sources=await sources_of(house, now, now.days),
        corrected=await corrected_since(house, now, FLEET_REPORT, months.previous.period),
        warmth=await _warmth(house, months),
        blocked_s=idle_s,
        blocked_known=known,
        candidates=candidates,
        infrastructure=infrastructure,
    )
    return replace(
        months,
        now=replace(now, beside=beside),
        previous=await with_costs(house, months.previous, call, whole=False),
        last_year=await with_costs(house, months.last_year, call, whole=False),
    )


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


async def _warmth(house: House, months: FleetMonths) -> tuple[WarmthClass, ...]:
    """Return what driving took in the twelve months of the course, by the warmth of days."""
    vehicles = [each for each in months.now.vehicles if each.drive is Drive.BATTERY]
    first, end = date.fromisoformat(f"{months.course[0].period}-01"), months.now.last + timedelta(days=1)
    inventory, zone = house.inventory(), ZoneInfo(house.time_zone)
    means_c = {}
    for name in sorted({each.site for each in vehicles}):
        station = station_of(inventory, inventory.sites[name]) if name in inventory.sites else None
        if station is not None:
            means_c[name] = await daily_means(house, station, first, end, zone)
    return classes_of(vehicles, months.days, means_c)


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
