"""A combustion vehicle's days, driven again with the battery of an electric model: level, need, outlets, nights.

Every morning the battery holds what the nights before left in it; of a full one, four fifths of the winter range
count. A day needs its distance at the consumption of its weather. It is charged at night where the vehicle stands,
if an outlet is free there, and while it stands longer than a night.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from core.fleet import VehicleDay
from core.inventory.mobility import ElectricModel, Vehicle

SAFE_PART: Final = Decimal("0.8")
"""So much of the winter range is counted on."""

NIGHT_S: Final = 10 * 3600
"""So long a vehicle stands for the night; what it stands longer on a day can serve to charge on the way."""

WINTER_BELOW_C: Final = 10.0
"""Days with a lower mean take the winter's consumption."""

WINTER_MONTHS: Final = frozenset({10, 11, 12, 1, 2, 3, 4})
"""The months that count as winter where no temperature is known."""

LOSS_PERCENT: Final = Decimal(10)
"""So much of the energy drawn is lost on the way to the battery."""

HOUR_S: Final = 3600
PER_100KM: Final = Decimal(100_000)
HUNDRED: Final = Decimal(100)
NOUGHT: Final = Decimal(0)

EFFICIENCY: Final = 1 - LOSS_PERCENT / HUNDRED
"""So much of what is drawn at the charge point comes into the battery."""


class Limit(StrEnum):
    """What a model lacks."""

    RANGE = "range"
    NO_OUTLET = "no_outlet"
    OUTLET_TAKEN = "outlet_taken"
    GRID = "grid"
    """The grid connection of the site has too little room beside what the site draws."""
    TIME = "time"
    """It stands too short, or is charged too slowly."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """An outlet of a site, and the nights that a session took it."""

    power_w: Decimal
    taken: Collection[date] = ()


STRONGEST: Final = Outlet(Decimal("Infinity"))
"""An outlet that is always free, and stronger than what any model can take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateFacts:
    """What is known of a vehicle: its days, the outlets of each site, and the mean temperatures at its own.

    `room_w` is what the grid connection of a site has left for charging; sites that are not in it have enough.
    """

    vehicle: Vehicle
    days: Sequence[VehicleDay]
    outlets: Mapping[str, Sequence[Outlet]] = field(default_factory=dict)
    room_w: Mapping[str, Decimal] = field(default_factory=dict)
    means_c: Mapping[date, float] = field(default_factory=dict)


class Standing(NamedTuple):
    """Where a vehicle stood longest on a day, for how long, the power it was charged with, and what it lacked."""

    site: str
    stood_s: int
    power_w: Decimal
    limit: Limit

    @property
    def night_wh(self) -> Decimal:
        """Return what the night can bring into the battery."""
        return self.power_w * EFFICIENCY * min(self.stood_s, NIGHT_S) / HOUR_S

    @property
    def more_wh(self) -> Decimal:
        """Return what standing longer than a night can bring into it."""
        return self.power_w * EFFICIENCY * max(0, self.stood_s - NIGHT_S) / HOUR_S


class DayAgain(NamedTuple):
    """A day that a model drives again: what it needs, what the battery held in the morning, and what was charged.

    `charged_wh` came into the battery where it stood longest, at night and by day.
    """

    day: VehicleDay
    need_wh: Decimal
    level_wh: Decimal
    standing: Standing
    charged_wh: Decimal


def driven_again(facts: CandidateFacts, days: Iterable[VehicleDay], model: ElectricModel) -> Iterator[DayAgain]:
    """Yield days in their order as a model would have driven them, its battery full on the first morning."""
    _, full_wh = full_of(model)
    level_wh = full_wh
    for day in days:
        need_wh = (day.distance_m or NOUGHT) * _per_100km(facts, day.day, model) / PER_100KM
        standing = _standing(facts, day, model)
        left_wh = max(level_wh - need_wh, -standing.more_wh)
        charged_wh = min(full_wh - left_wh, standing.more_wh + standing.night_wh)
        yield DayAgain(day, need_wh, level_wh, standing, charged_wh)
        level_wh = left_wh + charged_wh


def with_outlets(facts: CandidateFacts) -> CandidateFacts:
    """Return the same vehicle with an outlet for it alone at every place where it stood, as strong as it can use."""
    sites = {facts.vehicle.site, *(site for day in facts.days for site in day.dwell_s)}
    return replace(facts, outlets=dict.fromkeys(sorted(sites), (STRONGEST,)), room_w={})


def full_of(model: ElectricModel) -> tuple[Decimal, Decimal]:
    """Return how far a full battery is counted on to go, and what it then holds."""
    reach_m = SAFE_PART * Decimal(str(model.winter_range_m))
    return reach_m, reach_m * model.winter_energy_wh_per_100km / PER_100KM


def is_winter(facts: CandidateFacts, day: date) -> bool:
    """Return whether a day takes the winter's consumption."""
    mean_c = facts.means_c.get(day)
    return day.month in WINTER_MONTHS if mean_c is None else mean_c < WINTER_BELOW_C


def _per_100km(facts: CandidateFacts, day: date, model: ElectricModel) -> Decimal:
    return model.winter_energy_wh_per_100km if is_winter(facts, day) else model.energy_wh_per_100km


def _standing(facts: CandidateFacts, day: VehicleDay, model: ElectricModel) -> Standing:
    site, stood_s = place_of(facts, day)
    outlets = facts.outlets.get(site, ())
    if not outlets:
        return Standing(site, stood_s, NOUGHT, Limit.NO_OUTLET)
    free = [outlet.power_w for outlet in outlets if day.day not in outlet.taken]
    if not free:
        return Standing(site, stood_s, NOUGHT, Limit.OUTLET_TAKEN)
    power_w = min(max(free), Decimal(str(model.ac_power_w)))
    room_w = facts.room_w.get(site, power_w)
    if room_w < power_w:
        return Standing(site, stood_s, max(NOUGHT, room_w), Limit.GRID)
    return Standing(site, stood_s, power_w, Limit.TIME)


def place_of(facts: CandidateFacts, day: VehicleDay) -> tuple[str, int]:
    """Return where a vehicle stood longest at an outlet, and how long; where nothing is known, a night at home."""
    if not day.dwell_s:
        return facts.vehicle.site, NIGHT_S
    there = [(dwelt_s, site) for site, dwelt_s in day.dwell_s.items() if facts.outlets.get(site)]
    stood_s, site = max(there, default=(0, facts.vehicle.site))
    return site, stood_s
