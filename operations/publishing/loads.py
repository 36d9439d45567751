"""Peaks with what stood behind them, and base loads, of sites by months."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core.errors import NotFoundError
from core.inventory import Inventory, Medium, MeterRole
from core.ports import FactPoint
from core.published import Fact
from operations.house import Call, House
from operations.loads.rows import PeakDetail
from operations.loads.shown import ShowLoads, show_base_load, show_peaks
from operations.publishing.points import Months, Value, fact

UNMETERED: Final = "unmetered"
"""What stands before a site for the part of its peak that nobody metered."""

_FIELDS: Final = {Medium.ELECTRICITY: "base_load_w", Medium.WATER: "base_flow_m3_per_h"}


async def peak_points(house: House, months: Months, call: Call) -> list[FactPoint]:
    """Return the highest quarter of an hour of each site's month (W), beside the contract's power, and its parts."""
    inventory, points = house.inventory(), list[FactPoint | None]()
    for site in sorted(inventory.sites):
        for year in months.years:
            wanted = ShowLoads(id=f"site:{site}", period=str(year), medium=Medium.ELECTRICITY)
            try:
                found = await show_peaks(house, wanted, call)
            except NotFoundError:  # nothing is metered there then
                continue
            for month in (each for each in found.months if months.has(each.period)):
                points += _peak(site, month, months, inventory)
    return [point for point in points if point]


async def base_load_points(house: House, months: Months, call: Call) -> list[FactPoint]:
    """Return the base load of each site's month: of electricity in W, of water in m³/h with the flow of its nights."""
    points: list[FactPoint | None] = []
    for site in sorted(house.inventory().sites):
        for medium, name in _FIELDS.items():
            for first in months.firsts:
                wanted = ShowLoads(id=f"site:{site}", period=f"{first:%Y-%m}", medium=medium)
                try:
                    found = await show_base_load(house, wanted, call)
                except NotFoundError:
                    continue
                flow, base = found.night_flow, found.base_load
                fields: dict[str, Value] = {
                    name: base.value,
                    "base_percent": base.percent,
                    "night_flow_m3_per_h": flow.value if flow else None,
                    "night_flow_nights": flow.nights if flow else None,
                }
                tags = {"site": site, "source": f"site:{site}", "medium": medium.value}
                points.append(fact(Fact.BASE_LOAD, months.begin(first), tags, fields))
    return [point for point in points if point]


def _peak(site: str, month: PeakDetail, months: Months, inventory: Inventory) -> Iterator[FactPoint | None]:
    if month.value is None or month.at_utc is None:
        return
    at_utc, tags = months.begin_of(month.period), {"site": site}
    fields: dict[str, Value] = {
        "peak_w": month.value,
        "at_ms": month.at_utc.timestamp() * 1000,
        "known_percent": month.known_percent,
        "cost_eur": month.cost_eur,
        "contract_w": contract_w(inventory, site),
    }
    yield fact(Fact.PEAK, at_utc, {**tags, "source": f"site:{site}"}, fields)
    for part in month.parts:
        of_part: dict[str, Value] = {"part_w": part.value, "part_percent": part.percent, "cost_eur": part.cost_eur}
        depth = "outer" if part.parent is None else "inner"
        yield fact(
            Fact.PEAK_PART, at_utc, {**tags, "source": part.source or f"{UNMETERED}:{site}", "depth": depth}, of_part
        )


def contract_w(inventory: Inventory, site: str) -> float | None:
    """Return the power that a site may draw by its contracts, None where one of its supplies has none."""
    supplies = [
        meter
        for meter in inventory.meters.values()
        if meter.site == site
        and meter.medium is Medium.ELECTRICITY
        and meter.role is MeterRole.SUPPLY
        and meter.valid_to is None
    ]
    limits = [meter.contract_power_w for meter in supplies]
    known = [limit for limit in limits if limit is not None]
    return sum(known) if known and len(known) == len(limits) else None
