"""What the meters of a place counted together in each quarter hour of a period, and how much of that is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.intervals import Shares
from core.periods import Period
from core.readings import SlotShare
from core.texts import Finding
from energy.positions import SLOT_MS
from energy.register_walk import epoch_ms
from energy.series import SHARE_NUMBERS, Amounts, Instants
from energy.slots import MISSING

SLOTS_PER_HOUR: Final = 4

ENOUGH_KNOWN: Final = 0.9
"""How much of a period must be known for figures of its load: a peak may hide in what is missing, and a tenth of
a year is five weeks, which still leaves every season and every day of the week well known."""

Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]
Rates = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A meter of a load: its slots (None: it has none), and from when until when it belongs to the place."""

    amounts: Amounts | None
    begins_ms: int
    ends_ms: int


@dataclass(frozen=True, slots=True, eq=False)
class Load:
    """Every quarter hour of a period, without gaps: what all meters counted together, in thousandths of the unit.

    `thousandths` is 0 where `known` is not set: there some meter that belongs to the place has a gap, or
    none belongs to it. `seconds` has a column per `SHARE_NUMBERS` and sums over the meters.
    """

    start_ms: Instants
    thousandths: Numbers
    known: Flags
    seconds: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.start_ms)

    @property
    def rate(self) -> Rates:
        """Return the mean rate of each slot, in the unit per hour (W of Wh); NaN where it is not known."""
        return np.where(self.known, self.thousandths * SLOTS_PER_HOUR / 1000, np.nan)

    @property
    def known_h(self) -> float:
        """Return how many hours are known."""
        return int(self.known.sum()) / SLOTS_PER_HOUR

    @property
    def known_share(self) -> float:
        """Return how much of the period is known, 0 to 1; 0 of an empty one."""
        return float(self.known.mean()) if len(self) else 0.0

    @property
    def shares(self) -> Shares:
        """Return what the slots stand on, the seconds of all meters together."""
        total = self.seconds.sum(axis=0).tolist()
        return Shares(**{f"{share.value}_s": total[number] for share, number in SHARE_NUMBERS.items()})

    def share_at(self, slot: int) -> SlotShare:
        """Return the weakest of what a slot stands on."""
        return max(
            (share for share, number in SHARE_NUMBERS.items() if self.seconds[slot, number]),
            key=lambda share: SHARE_NUMBERS[share],
            default=SlotShare.MISSING,
        )

    def during(self, period: Period) -> Load:
        """Return the part of the load that begins in a period."""
        first, last = np.searchsorted(self.start_ms, [epoch_ms(period.start_utc), epoch_ms(period.end_utc)])
        return self.take(slice(int(first), int(last)))

    def take(self, slots: slice) -> Load:
        """Return a stretch of the load."""
        return Load(self.start_ms[slots], self.thousandths[slots], self.known[slots], self.seconds[slots])

    def position(self, at_ms: int) -> int:
        """Return which slot begins at an instant."""
        return int(np.searchsorted(self.start_ms, at_ms))


def load_of(members: Iterable[Member], period: Period) -> Load:
    """Return the load of meters in all whole quarter hours of a period."""
    start_ms = slots_in(period)
    thousandths = np.zeros(len(start_ms), np.int64)
    seconds = np.zeros((len(start_ms), len(SHARE_NUMBERS)), np.int64)
    nobody = np.ones(len(start_ms), np.bool_)
    for member in members:
        begin, end = np.searchsorted(start_ms, [member.begins_ms, member.ends_ms]).tolist()
        missing = np.zeros(len(start_ms), np.int64)
        missing[begin:end] = SLOT_MS // 1000
        nobody[begin:end] = False
        if member.amounts is not None:
            rows, slots = _places(member.amounts, start_ms, begin, end)
            thousandths[slots] += member.amounts.thousandths[rows]
            seconds[slots] += member.amounts.seconds[rows]
            missing[slots] = 0
        seconds[:, MISSING] += missing
    seconds[nobody, MISSING] = SLOT_MS // 1000
    known = seconds[:, MISSING] == 0
    return Load(start_ms, np.where(known, thousandths, 0), known, seconds)


def slots_in(period: Period) -> Instants:
    """Return where the whole quarter hours of a period begin."""
    first_ms = -(-epoch_ms(period.start_utc) // SLOT_MS) * SLOT_MS
    return np.arange(first_ms, epoch_ms(period.end_utc) - SLOT_MS + 1, SLOT_MS, dtype=np.int64)


def whole_hours(load: Load, usable: Flags) -> tuple[Numbers, Numbers]:
    """Return the slots at which hours begin that are known and usable throughout, and what was counted in each."""
    first = -int(load.start_ms[0] // SLOT_MS) % SLOTS_PER_HOUR if len(load) else 0
    end = first + (len(load) - first) // SLOTS_PER_HOUR * SLOTS_PER_HOUR
    whole = (load.known & usable)[first:end].reshape(-1, SLOTS_PER_HOUR).all(axis=1)
    counted = load.thousandths[first:end].reshape(-1, SLOTS_PER_HOUR).sum(axis=1)
    return np.arange(first, end, SLOTS_PER_HOUR)[whole], counted[whole]


def too_little(load: Load) -> Finding | None:
    """Return why nothing is said of a load of which too little is known, None where enough is."""
    if load.known_share >= ENOUGH_KNOWN:
        return None
    return Finding.of(
        "loads.too_little_known", known=round(100 * load.known_share, 1), needed=round(100 * ENOUGH_KNOWN)
    )


def _places(amounts: Amounts, start_ms: Instants, begin: int, end: int) -> tuple[Numbers, Numbers]:
    """Return which rows lie in the slots from `begin` to `end`, and in which of them."""
    if not len(start_ms):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    slots = (amounts.start_ms - start_ms[0]) // SLOT_MS
    rows = np.flatnonzero((slots >= begin) & (slots < end))
    return rows, slots[rows]
