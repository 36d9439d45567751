"""What sources counted together, each on the days on which the inventory has it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from zoneinfo import ZoneInfo

from core.intervals import Amount, Resolution
from core.periods import Period
from core.quantities import Quantity
from energy.register_walk import at_utc
from energy.source_rules import validity
from operations.house import House
from operations.intervals.plans import zone_of


async def totals_of(
    house: House,
    groups: Mapping[str, Collection[str]],
    quantity: Quantity,
    period: Period,
    zone: ZoneInfo,
    each: Resolution | None = None,
) -> dict[str, tuple[Amount, ...]]:
    """Return what the sources of each group counted together: once for `period`, or per day or month of it.

    Nothing is missing of a meter before it was there, or after another has taken its place.
    """
    sources = {source for group in groups.values() for source in group}
    valid = dict(_bounded(house, sources, period))
    return await house.query.totals(groups, quantity, period, zone, each, valid)


def _bounded(house: House, sources: Collection[str], period: Period) -> Iterator[tuple[str, Period]]:
    """Yield the sources that the inventory does not have for all of a period, and what of it they are there for."""
    inventory, district = house.inventory(), ZoneInfo(house.time_zone)
    for source in sources:
        valid = validity(inventory, source, zone_of(inventory, source, district))
        begin_utc = period.start_utc if valid.from_ms is None else max(period.start_utc, at_utc(valid.from_ms))
        end_utc = period.end_utc if valid.until_ms is None else min(period.end_utc, at_utc(valid.until_ms))
        if (begin_utc, end_utc) != (period.start_utc, period.end_utc):
            yield source, Period(min(begin_utc, period.end_utc), max(min(begin_utc, period.end_utc), end_utc))
