"""What a place took, made, stored, gave and used in each quarter hour, as flows that always add up.

Energy fed in comes from generators first, each by its part of what all made in that quarter hour, then
from the battery. A battery is charged by what generators have left, then by the grid. What a place uses is
import + generation + discharge - export - charge, to the last thousandth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.intervals import Shares
from core.inventory import Generator
from core.texts import Finding
from energy.loads import Flags, Load, Numbers
from energy.series import SHARE_NUMBERS, Instants


class Place(StrEnum):
    """Where energy comes from or goes to."""

    GRID = "grid"
    PV = "pv"
    CHP = "chp"
    WIND = "wind"
    HYDRO = "hydro"
    BATTERY = "battery"
    USE = "use"


MADE_BY: Final[Mapping[Generator, Place]] = {each: Place(each.value) for each in Generator}

Flow = tuple[Place, Place]


@dataclass(frozen=True, slots=True)
class Meters:
    """What the meters of a place counted: `load` over all its slots, `there` where any of them was."""

    load: Load
    there: Flags

    @property
    def thousandths(self) -> Numbers:
        """Return what was counted; nothing where no meter was."""
        return np.where(self.there, self.load.thousandths, 0)

    @property
    def known(self) -> Flags:
        """Return where it is known what was counted."""
        return self.load.known | ~self.there


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What meters counted in a period. `given` is None where no register counts what is fed in.

    `metered` is what submeters behind the border used, needed only where `given` is None.
    """

    taken: Meters
    given: Meters | None
    made: Mapping[Generator, Meters]
    charged: Meters | None = None
    discharged: Meters | None = None
    metered: Meters | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Balance:
    """Flows from place to place in each slot, in thousandths of Wh; 0 where `known` is not set.

    `seconds` says what the slots stand on, summed over all meters. `estimated`: what was fed in was not
    counted, so what was used of what was made is the smaller one of both in each slot.
    """

    start_ms: Instants
    flows: Mapping[Flow, Numbers]
    known: Flags
    seconds: NDArray[np.int64]
    estimated: bool

    def during(self, begin_ms: int, end_ms: int) -> Sums:
        """Return what flowed in the slots of a period."""
        first, last = np.searchsorted(self.start_ms, [begin_ms, end_ms]).tolist()
        part = slice(first, last)
        return Sums(
            flows={flow: int(values[part].sum()) for flow, values in self.flows.items()},
            slots=last - first,
            known=int(self.known[part].sum()),
            shares=_shares(self.seconds[part]),
            estimated=self.estimated,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Flows of a period in thousandths of Wh, of how many `slots`, of which so many are `known`."""

    flows: Mapping[Flow, int]
    slots: int
    known: int
    shares: Shares
    estimated: bool

    def out_of(self, place: Place) -> int:
        """Return all that came from a place."""
        return sum(value for (source, _), value in self.flows.items() if source is place)

    def into(self, place: Place) -> int:
        """Return all that went to a place."""
        return sum(value for (_, sink), value in self.flows.items() if sink is place)

    @property
    def makers(self) -> tuple[Place, ...]:
        """Return the generators there are."""
        return tuple(place for place in MADE_BY.values() if any(source is place for source, _ in self.flows))

    def used_of(self, maker: Place) -> int:
        """Return what the place used or stored of what a generator made."""
        return self.out_of(maker) - self.flows[maker, Place.GRID]

    @property
    def lost(self) -> int:
        """Return what a battery took and has not given back: its losses, and what is still in it."""
        return self.into(Place.BATTERY) - self.out_of(Place.BATTERY)

    def self_use_percent(self, maker: Place) -> float | None:
        """Return how much of what a generator made was used at the place, None if it made nothing."""
        made = self.out_of(maker)
        return 100 * self.used_of(maker) / made if made > 0 else None

    @property
    def autarky_percent(self) -> float | None:
        """Return how much of what the place used did not come from the grid at once, None if it used nothing."""
        used = self.into(Place.USE)
        return 100 * (used - self.flows[Place.GRID, Place.USE]) / used if used > 0 else None


def balance_of(counted: Counted) -> Balance | Finding:
    """Return the flows of a place, or why nobody can tell: nothing says what is fed in."""
    taken = counted.taken
    made = [counted.made[each].thousandths for each in counted.made]
    charged, discharged = _or_nothing(counted.charged, taken), _or_nothing(counted.discharged, taken)
    given = _given(counted, sum(made, np.zeros(len(taken.there), np.int64)), charged)
    if isinstance(given, Finding):
        return given
    all_meters = [taken, counted.given, *counted.made.values(), counted.charged, counted.discharged]
    meters = [each for each in (*all_meters, counted.metered if counted.given is None else None) if each is not None]
    known = taken.there & np.logical_and.reduce([each.known for each in meters])
    flows = _flows(counted, taken.thousandths, given, made, charged, discharged)
    seconds = sum((np.where(each.there[:, None], each.load.seconds, 0) for each in meters[1:]), taken.load.seconds)
    return Balance(
        start_ms=taken.load.start_ms,
        flows={flow: np.where(known, values, 0) for flow, values in flows.items()},
        known=known,
        seconds=seconds,
        estimated=counted.given is None and bool(counted.made),
    )


def _or_nothing(meters: Meters | None, like: Meters) -> Numbers:
    return np.zeros(len(like.there), np.int64) if meters is None else meters.thousandths


def _given(counted: Counted, made: Numbers, charged: Numbers) -> Numbers | Finding:
    """Return what was fed in; where nothing counts it, what was made beyond what submeters used and a battery took."""
    if counted.given is not None:
        return counted.given.thousandths
    if not counted.made:
        return np.zeros(len(made), np.int64)
    if counted.metered is None:
        return Finding.of("balance.no_export_register")
    beyond: Numbers = np.maximum(made - np.minimum(made, counted.metered.thousandths + charged), 0)
    return beyond


def _flows(
    counted: Counted, taken: Numbers, given: Numbers, made: Sequence[Numbers], charged: Numbers, discharged: Numbers
) -> dict[Flow, Numbers]:
    fed, unfed = _from_each(given, made)
    left = [one - gone for one, gone in zip(made, fed, strict=True)]
    stored, unstored = _from_each(charged, left)
    from_battery = np.clip(unfed, 0, np.maximum(discharged, 0))
    through = unfed - from_battery
    flows: dict[Flow, Numbers] = {}
    for maker, one, away, kept in zip(counted.made, made, fed, stored, strict=True):
        place = MADE_BY[maker]
        flows[place, Place.USE] = one - away - kept
        flows[place, Place.GRID] = away
        flows[place, Place.BATTERY] = kept
    flows[Place.GRID, Place.USE] = taken - unstored - through
    flows[Place.GRID, Place.BATTERY] = unstored
    flows[Place.GRID, Place.GRID] = through
    flows[Place.BATTERY, Place.USE] = discharged - from_battery
    flows[Place.BATTERY, Place.GRID] = from_battery
    return flows


def _from_each(wanted: Numbers, there: Sequence[Numbers]) -> tuple[list[Numbers], Numbers]:
    """Return what each gives of what is wanted, by its part of what all have, and what none of them can give."""
    whole = sum((np.maximum(one, 0) for one in there), np.zeros(len(wanted), np.int64))
    taken = np.clip(wanted, 0, whole)
    parts, until, before = [], np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.int64)
    for one in there:
        until = until + np.maximum(one, 0)
        share = taken * until // np.maximum(whole, 1)
        parts.append(share - before)
        before = share
    return parts, wanted - taken


def _shares(seconds: NDArray[np.int64]) -> Shares:
    total = seconds.sum(axis=0).tolist()
    return Shares(**{f"{share.value}_s": int(total[number]) for share, number in SHARE_NUMBERS.items()})
