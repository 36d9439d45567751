"""Which combustion vehicles an electric model could stand for: their days, driven again with its battery.

Every morning the battery holds what the nights before left in it; of a full one, four fifths of the winter range
count. A day needs its distance at the consumption of its weather. It is charged at night where the vehicle stands,
if an outlet is free there, and while it stands longer than a night. The rules are explained in docs/candidates.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from core.fleet import VehicleDay
from core.inventory.mobility import ElectricModel, Vehicle
from core.texts import Finding

SAFE_PART: Final = Decimal("0.8")
"""So much of the winter range is counted on."""

ENOUGH_PERCENT: Final = Decimal(98)
"""So many of the days driven must work."""

DAYS_LEAST: Final = 30
"""Fewer days with a known distance say nothing."""

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


class Suitability(StrEnum):
    """Whether a model could stand for a vehicle, best first."""

    SUITABLE = "suitable"
    WITH_CHARGING = "with_intermediate_charging"
    NOT_SUITABLE = "not_suitable"


class Limit(StrEnum):
    """What a model lacks."""

    RANGE = "range"
    NO_OUTLET = "no_outlet"
    OUTLET_TAKEN = "outlet_taken"
    TIME = "time"
    """It stands too short, or is charged too slowly."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """An outlet of a site, and the nights that a session took it."""

    power_w: Decimal
    taken: Collection[date] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateFacts:
    """What is known of a vehicle: its days, the outlets of each site, and the mean temperatures at its own."""

    vehicle: Vehicle
    days: Sequence[VehicleDay]
    outlets: Mapping[str, Sequence[Outlet]] = field(default_factory=dict)
    means_c: Mapping[date, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HardDay:
    """A day that the battery of the morning is not enough for; it `fails` unless it is charged on the way."""

    day: date
    distance_m: Decimal
    limit: Limit
    fails: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """How a model would have done: `range_percent` of the days driven are within four fifths of its winter range.

    `energy_wh` is what it would have drawn at the charge point on all days.
    """

    model: str
    suitability: Suitability
    limit: Limit | None
    range_percent: Decimal
    energy_wh: Decimal
    hard: tuple[HardDay, ...]

    @property
    def failing(self) -> int:
        """Return how many days fail."""
        return sum(day.fails for day in self.hard)

    @property
    def charged_on_the_way(self) -> int:
        """Return how many days work with charging on the way only."""
        return len(self.hard) - self.failing


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A vehicle's days (`known` with a distance, `driven` with some), and each model of its class over them."""

    vehicle: str
    known: int
    driven: int
    distance_m: Decimal
    with_temperature: int
    with_presence: int
    replays: tuple[Replay, ...]
    reason: Finding | None = None


def replay_all(facts: Sequence[CandidateFacts], models: Sequence[ElectricModel]) -> tuple[Replayed, ...]:
    """Return all vehicles with the models of their class, by id."""
    return tuple(replayed(each, models) for each in sorted(facts, key=lambda each: each.vehicle.id))


def replayed(facts: CandidateFacts, models: Iterable[ElectricModel]) -> Replayed:
    """Return a vehicle's days driven with each model of its class; `reason` says why there are none."""
    days = sorted((day for day in facts.days if day.distance_m is not None), key=lambda day: day.day)
    driven = [day for day in days if day.distance_m]
    fitting = sorted(
        (model for model in models if model.vehicle_class is facts.vehicle.vehicle_class), key=lambda model: model.id
    )
    reason = _reason(facts.vehicle, len(days), len(driven), fitting)
    return Replayed(
        vehicle=facts.vehicle.id,
        known=len(days),
        driven=len(driven),
        distance_m=sum((day.distance_m or NOUGHT for day in days), NOUGHT),
        with_temperature=sum(day.day in facts.means_c for day in days),
        with_presence=sum(bool(day.dwell_s) for day in days),
        replays=() if reason else tuple(replay(facts, days, model) for model in fitting),
        reason=reason,
    )


def _reason(vehicle: Vehicle, known: int, driven: int, models: Sequence[ElectricModel]) -> Finding | None:
    if known < DAYS_LEAST:
        return Finding.of("candidates.too_few_days", count=known, least=DAYS_LEAST)
    if not driven:
        return Finding.of("candidates.not_driven")
    if not models:
        return Finding.of("candidates.no_model", vehicle_class=vehicle.vehicle_class.value)
    return None


def replay(facts: CandidateFacts, days: Sequence[VehicleDay], model: ElectricModel) -> Replay:
    """Return how a model would have done on days in their order."""
    reach_m = SAFE_PART * Decimal(str(model.winter_range_m))
    full_wh = reach_m * model.winter_energy_wh_per_100km / PER_100KM
    level_wh, used_wh, last = full_wh, NOUGHT, Limit.TIME
    hard = []
    for day in days:
        distance_m = day.distance_m or NOUGHT
        need_wh = distance_m * _per_100km(facts, day.day, model) / PER_100KM
        night_wh, more_wh, limit = _charge(facts, day, model)
        if need_wh > level_wh:
            cause = Limit.RANGE if need_wh > full_wh else last
            hard.append(HardDay(day.day, distance_m, cause, fails=need_wh > level_wh + more_wh))
        level_wh = min(full_wh, max(NOUGHT, level_wh - need_wh + more_wh) + night_wh)
        used_wh += need_wh
        last = limit
    driven = [day for day in days if day.distance_m]
    near = sum(1 for day in driven if (day.distance_m or NOUGHT) <= reach_m)
    range_percent = HUNDRED * near / len(driven) if driven else HUNDRED
    suitability = _suitability(range_percent, hard, len(driven))
    return Replay(
        model=model.id,
        suitability=suitability,
        limit=None if suitability is Suitability.SUITABLE else _limit(hard),
        range_percent=range_percent,
        energy_wh=used_wh / (1 - LOSS_PERCENT / HUNDRED),
        hard=tuple(hard),
    )


def is_winter(facts: CandidateFacts, day: date) -> bool:
    """Return whether a day takes the winter's consumption."""
    mean_c = facts.means_c.get(day)
    return day.month in WINTER_MONTHS if mean_c is None else mean_c < WINTER_BELOW_C


def _per_100km(facts: CandidateFacts, day: date, model: ElectricModel) -> Decimal:
    return model.winter_energy_wh_per_100km if is_winter(facts, day) else model.energy_wh_per_100km


def _charge(facts: CandidateFacts, day: VehicleDay, model: ElectricModel) -> tuple[Decimal, Decimal, Limit]:
    """Return what the night and what standing by day would have brought, and what the night lacks."""
    site, stood_s = _place(facts, day)
    outlets = facts.outlets.get(site, ())
    if not outlets:
        return NOUGHT, NOUGHT, Limit.NO_OUTLET
    free = [outlet.power_w for outlet in outlets if day.day not in outlet.taken]
    if not free:
        return NOUGHT, NOUGHT, Limit.OUTLET_TAKEN
    power_w = min(max(free), Decimal(str(model.ac_power_w))) * (1 - LOSS_PERCENT / HUNDRED)
    return _over(power_w, min(stood_s, NIGHT_S)), _over(power_w, max(0, stood_s - NIGHT_S)), Limit.TIME


def _over(power_w: Decimal, stood_s: int) -> Decimal:
    return power_w * stood_s / HOUR_S


def _place(facts: CandidateFacts, day: VehicleDay) -> tuple[str, int]:
    """Return where a vehicle stood longest at an outlet, and how long; where nothing is known, a night at home."""
    if not day.dwell_s:
        return facts.vehicle.site, NIGHT_S
    there = [(dwelt_s, site) for site, dwelt_s in day.dwell_s.items() if facts.outlets.get(site)]
    stood_s, site = max(there, default=(0, facts.vehicle.site))
    return site, stood_s


def _suitability(range_percent: Decimal, hard: Sequence[HardDay], driven: int) -> Suitability:
    """Return the verdict: two days of a hundred may lack something."""
    allowed = (HUNDRED - ENOUGH_PERCENT) * driven
    if HUNDRED * sum(day.fails for day in hard) > allowed:
        return Suitability.NOT_SUITABLE
    if range_percent < ENOUGH_PERCENT or HUNDRED * len(hard) > allowed:
        return Suitability.WITH_CHARGING
    return Suitability.SUITABLE


def _limit(hard: Sequence[HardDay]) -> Limit:
    """Return what is lacking most often: of the days that fail, else of all that are hard."""
    counted = Counter(day.limit for day in hard if day.fails) or Counter(day.limit for day in hard)
    return max(Limit, key=lambda limit: counted[limit])
