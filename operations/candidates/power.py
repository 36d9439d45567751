"""What the grid connection of a site has left: the power its contract allows, less what the site draws."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from core.errors import NotFoundError
from core.intervals import Resolution
from core.inventory import Medium, Site
from core.periods import Period
from core.texts import Finding
from energy.duration import reached_rate
from operations.evidence.figures import SITE
from operations.house import Call, House
from operations.loads.reading import series_of, stretch_of
from operations.loads.scopes import LoadScope, load_scope

REACHED_PERCENT: Final = 95
"""The load that counts is not exceeded in so many of the quarter hours."""

KNOWN_LEAST_H: Final = 30 * 24
"""A load of which less is known says nothing of a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePower:
    """What the connection of a site allows, and what the site draws (P95 of its quarter hours) by which meters."""

    connection_w: Decimal | Finding
    load_p95_w: Decimal | Finding
    known_h: int = 0
    meters: tuple[str, ...] = ()

    @property
    def headroom_w(self) -> Decimal | Finding:
        """Return what is left for charging, negative where the site draws more than it may; or why nobody knows."""
        if isinstance(self.connection_w, Finding):
            return self.connection_w
        return self.load_p95_w if isinstance(self.load_p95_w, Finding) else self.connection_w - self.load_p95_w


async def site_powers(house: House, sites: Iterable[str], period: Period, call: Call) -> dict[str, SitePower]:
    """Return of sites what their grid connections have left; it does not depend on who asks."""
    everywhere = replace(call, actor=replace(call.actor, sites=None))
    known = house.inventory().sites
    return {name: await _power(house, known[name], period, everywhere) for name in sorted(set(sites)) if name in known}


async def _power(house: House, site: Site, period: Period, call: Call) -> SitePower:
    if site.grid_connection_w is None:
        reason = Finding.of("infrastructure.no_connection")
        return SitePower(connection_w=reason, load_p95_w=reason)
    connection_w = Decimal(str(site.grid_connection_w))
    try:
        scope = await load_scope(house, f"{SITE}{site.id}", Medium.ELECTRICITY, period, call)
    except NotFoundError:
        return SitePower(connection_w=connection_w, load_p95_w=Finding.of("infrastructure.no_meter"))
    return await _drawn(house, scope, connection_w, period)


async def _drawn(house: House, scope: LoadScope, connection_w: Decimal, period: Period) -> SitePower:
    if house.intervals is None:
        return SitePower(connection_w=connection_w, load_p95_w=Finding.of("infrastructure.no_meter"))
    supply = replace(scope, own=())
    found = await house.intervals.amounts(Resolution.SLOT, series_of(supply), period)
    load = stretch_of(supply, period, found).load
    reached_w = reached_rate(load, REACHED_PERCENT)
    if reached_w is None or load.known_h < KNOWN_LEAST_H:
        days, least = int(load.known_h // 24), KNOWN_LEAST_H // 24
        return SitePower(
            connection_w=connection_w,
            load_p95_w=Finding.of("infrastructure.load_unknown", count=days, least=least),
        )
    return SitePower(
        connection_w=connection_w,
        load_p95_w=reached_w,
        known_h=int(load.known_h),
        meters=tuple(meter.source for meter in scope.meters),
    )
