"""At which site a vehicle is, by its position; nothing of the position is kept.

A vehicle is at a site from the first fix within its radius, until a fix beyond the radius and `LEAVE_MARGIN_M`:
so a position that jitters at the border does not come and go. Who was there for less than `SHORTEST_STAY` only passed
by, and who is back after less never left: what was said of it is then taken back, at the same instant.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Final, NamedTuple

from core.inventory import Site

EARTH_RADIUS_M: Final = 6_371_008.8
LEAVE_MARGIN_M: Final = 50.0
SHORTEST_STAY: Final = timedelta(minutes=3)
_M_PER_DEGREE: Final = 111_000.0
"""Of latitude; a little less than anywhere, so that who is farther by it is farther."""


@dataclass(frozen=True, slots=True)
class Fix:
    """Where something was at an instant. Its coordinates stand in no text that is made of it."""

    at_utc: datetime
    latitude_deg: float = field(repr=False)
    longitude_deg: float = field(repr=False)


class Fence(NamedTuple):
    """A site as a circle."""

    site: str
    latitude_deg: float
    longitude_deg: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class Stay:
    """Since when something has been at a site, or on a trip (None).

    `seen_utc` is its newest fix, `left` the site that it left at `since_utc`. A stay that was `settled` before is
    not taken back.
    """

    site: str | None
    since_utc: datetime
    seen_utc: datetime
    left: str | None = None
    settled: bool = False


def fences_of(sites: Iterable[Site], day: date) -> tuple[Fence, ...]:
    """Return the fences of the sites of a day whose coordinates are known."""
    return tuple(
        Fence(site.id, site.latitude_deg, site.longitude_deg, site.radius_m)
        for site in sites
        if site.latitude_deg is not None and site.longitude_deg is not None and site.valid_on(day)
    )


def follow(stay: Stay | None, fix: Fix, fences: Iterable[Fence]) -> Stay:
    """Return where something is after a fix. One that is not newer than the last says nothing."""
    if stay is None:
        return Stay(site_of(fix, fences, None), fix.at_utc, fix.at_utc)
    if fix.at_utc <= stay.seen_utc:
        return stay
    site = site_of(fix, fences, stay.site)
    if site == stay.site:
        return replace(stay, seen_utc=fix.at_utc)
    is_short = fix.at_utc - stay.since_utc < SHORTEST_STAY
    if is_short and stay.site is None and site == stay.left:
        return Stay(site, stay.since_utc, fix.at_utc, settled=True)
    if is_short and stay.site is not None and not stay.settled:
        return Stay(site, stay.since_utc, fix.at_utc, left=stay.left)
    return Stay(site, fix.at_utc, fix.at_utc, left=stay.site)


def site_of(fix: Fix, fences: Iterable[Fence], here: str | None) -> str | None:
    """Return the site that a fix is at: `here` while it has not been left, else the nearest."""
    distances = {fence: distance_m(fix, fence) for fence in fences if _may_reach(fix, fence)}
    inside = {fence.site: metres for fence, metres in distances.items() if metres <= fence.radius_m}
    near = {fence.site for fence, metres in distances.items() if metres <= fence.radius_m + LEAVE_MARGIN_M}
    if here in inside or (here in near and not inside):
        return here
    return min(inside, key=lambda site: (inside[site], site), default=None)


def distance_m(fix: Fix, fence: Fence) -> float:
    """Return the way from a fix to the middle of a fence in metres, as the crow flies (haversine)."""
    here, there = radians(fix.latitude_deg), radians(fence.latitude_deg)
    across = sin((there - here) / 2) ** 2
    along = sin(radians(fence.longitude_deg - fix.longitude_deg) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(sqrt(min(1.0, across + cos(here) * cos(there) * along)))


def _may_reach(fix: Fix, fence: Fence) -> bool:
    return abs(fix.latitude_deg - fence.latitude_deg) * _M_PER_DEGREE <= fence.radius_m + LEAVE_MARGIN_M
