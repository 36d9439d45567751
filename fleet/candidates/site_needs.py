"""What charge points a site needs for vehicles that would become electric: connectors and power, evening by evening.

A vehicle that has to be charged comes in the evening to where it stood longest that day. At worst all begin at once
with all their power; with load management each one's energy is spread over the time it stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from core.fleet import VehicleDay
from core.inventory.mobility import ElectricModel, Vehicle
from fleet.candidates.driven_again import EFFICIENCY, HOUR_S, NOUGHT, CandidateFacts, driven_again, with_outlets

BUSIEST: Final = 5
"""So many of the evenings that decide are named."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A vehicle that comes to be charged: the energy drawn, its highest power, and how long it stood that day."""

    vehicle: str
    energy_wh: Decimal
    power_w: Decimal
    stood_s: int

    @property
    def spread_w(self) -> Decimal:
        """Return the power with which its energy is spread over the time it stands, never more than its highest."""
        return min(self.power_w, self.energy_wh * HOUR_S / self.stood_s) if self.stood_s else self.power_w


@dataclass(frozen=True, slots=True)
class Evening:
    """Who wants to charge at a site on an evening: newcomers, and how many connectors are in use `already`."""

    day: date
    newcomers: tuple[Newcomer, ...]
    already: int

    @property
    def needed(self) -> int:
        """Return how many connectors are needed."""
        return len(self.newcomers) + self.already

    @property
    def at_once_w(self) -> Decimal:
        """Return what the newcomers draw if all of them charge at once."""
        return sum((each.power_w for each in self.newcomers), NOUGHT)

    @property
    def spread_w(self) -> Decimal:
        """Return what they draw with load management."""
        return sum((each.spread_w for each in self.newcomers), NOUGHT)


@dataclass(frozen=True, slots=True)
class SiteNeed:
    """What a site needs: its `connectors` now, and all evenings on which somebody wants to charge, in their order."""

    site: str
    connectors: int
    evenings: tuple[Evening, ...]

    @property
    def newcomers(self) -> frozenset[str]:
        """Return the vehicles that would be charged here."""
        return frozenset(each.vehicle for evening in self.evenings for each in evening.newcomers)

    @property
    def needed(self) -> int:
        """Return how many connectors the busiest evening needs."""
        return max((evening.needed for evening in self.evenings), default=0)

    @property
    def short(self) -> tuple[Evening, ...]:
        """Return the evenings on which there are too few connectors."""
        return tuple(evening for evening in self.evenings if evening.needed > self.connectors)

    @property
    def at_once_w(self) -> Decimal:
        """Return what charging adds at worst."""
        return max((evening.at_once_w for evening in self.evenings), default=NOUGHT)

    @property
    def spread_w(self) -> Decimal:
        """Return what charging adds with load management."""
        return max((evening.spread_w for evening in self.evenings), default=NOUGHT)

    @property
    def busiest(self) -> tuple[Evening, ...]:
        """Return the evenings that decide, the busiest first."""
        order = sorted(self.evenings, key=lambda evening: (-evening.needed, -evening.at_once_w, evening.day))
        return tuple(order[:BUSIEST])


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """What is known of the sites: their connectors, and by evening how many sessions held and electric cars came."""

    connectors: Mapping[str, int]
    held: Mapping[str, Mapping[date, int]]
    came: Mapping[str, Mapping[date, int]]


Chosen = tuple[CandidateFacts, ElectricModel]


def site_needs(chosen: Sequence[Chosen], sites: SiteFacts) -> tuple[SiteNeed, ...]:
    """Return by id what the sites need that electric cars come to now, or that the chosen ones would come to."""
    coming: dict[str, dict[date, list[Newcomer]]] = defaultdict(lambda: defaultdict(list))
    for facts, model in sorted(chosen, key=lambda pair: pair[0].vehicle.id):
        for site, day, newcomer in _newcomers(facts, model):
            coming[site][day].append(newcomer)
    return tuple(_need(site, coming.get(site, {}), sites) for site in sorted({*coming, *sites.came}))


def arrivals(cars: Iterable[tuple[Vehicle, Iterable[VehicleDay]]]) -> dict[str, dict[date, int]]:
    """Return by site and evening how many electric cars that drove came to where they stood longest that day."""
    came: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for vehicle, days in cars:
        for day in days:
            if day.distance_m:
                came[_stood(vehicle, day)][day.day] += 1
    return {site: dict(evenings) for site, evenings in came.items()}


def _stood(vehicle: Vehicle, day: VehicleDay) -> str:
    return max(((dwelt_s, site) for site, dwelt_s in day.dwell_s.items()), default=(0, vehicle.site))[1]


def _newcomers(facts: CandidateFacts, model: ElectricModel) -> Iterable[tuple[str, date, Newcomer]]:
    """Yield the evenings on which a vehicle has to be charged, if it finds an outlet wherever it stands."""
    free = with_outlets(facts)
    days = sorted((day for day in facts.days if day.distance_m is not None), key=lambda day: day.day)
    for again in driven_again(free, days, model):
        if again.charged_wh:
            standing = again.standing
            energy_wh = again.charged_wh / EFFICIENCY
            yield (
                standing.site,
                again.day.day,
                Newcomer(facts.vehicle.id, energy_wh, standing.power_w, standing.stood_s),
            )


def _need(site: str, coming: Mapping[date, Sequence[Newcomer]], sites: SiteFacts) -> SiteNeed:
    """Return a site's evenings; a car that came may be one of the sessions, so the greater of both counts."""
    held, came = sites.held.get(site, {}), sites.came.get(site, {})
    evenings = (
        Evening(day, tuple(coming.get(day, ())), max(held.get(day, 0), came.get(day, 0)))
        for day in sorted({*coming, *held, *came})
    )
    return SiteNeed(site, sites.connectors.get(site, 0), tuple(evenings))
