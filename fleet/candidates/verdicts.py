"""Which combustion vehicles an electric model could stand for: the verdict on their days, driven again with it.

The rules are explained in docs/candidates.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from core.fleet import VehicleDay
from core.inventory.mobility import ElectricModel, Vehicle, VehicleClass
from core.texts import Finding
from fleet.candidates.driven_again import EFFICIENCY, HUNDRED, NOUGHT, CandidateFacts, Limit, driven_again, full_of

ENOUGH_PERCENT: Final = Decimal(98)
"""So many of the days driven must work."""

DAYS_LEAST: Final = 30
"""Fewer days with a known distance say nothing."""


class Suitability(StrEnum):
    """Whether a model could stand for a vehicle, best first."""

    SUITABLE = "suitable"
    WITH_CHARGING = "with_intermediate_charging"
    NOT_SUITABLE = "not_suitable"


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
    if not models and vehicle.vehicle_class is VehicleClass.SPECIAL:
        return Finding.of("candidates.no_special_model")
    if not models:
        return Finding.of("candidates.no_model", vehicle_class=vehicle.vehicle_class.value)
    return None


def replay(facts: CandidateFacts, days: Sequence[VehicleDay], model: ElectricModel) -> Replay:
    """Return how a model would have done on days in their order."""
    reach_m, full_wh = full_of(model)
    used_wh, last = NOUGHT, Limit.TIME
    hard = []
    for again in driven_again(facts, days, model):
        if again.need_wh > again.level_wh:
            cause = Limit.RANGE if again.need_wh > full_wh else last
            fails = again.need_wh > again.level_wh + again.standing.more_wh
            hard.append(HardDay(again.day.day, again.day.distance_m or NOUGHT, cause, fails=fails))
        used_wh += again.need_wh
        last = again.standing.limit
    driven = [day for day in days if day.distance_m]
    near = sum(1 for day in driven if (day.distance_m or NOUGHT) <= reach_m)
    range_percent = HUNDRED * near / len(driven) if driven else HUNDRED
    suitability = _suitability(range_percent, hard, len(driven))
    return Replay(
        model=model.id,
        suitability=suitability,
        limit=None if suitability is Suitability.SUITABLE else _limit(hard),
        range_percent=range_percent,
        energy_wh=used_wh / EFFICIENCY,
        hard=tuple(hard),
    )


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
