"""Readings to quarter hours, for every series alike: meters, outlets, plants, vehicles.

Registers and session counters become `Amounts`, instants and states `Means`, power without a
register estimated `Amounts`. Counting goes on from a `Standing`; from any one of them the same
slots come out as from the beginning, and what arrives later than a standing changes nothing
before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.quantities import Kind, Quantity
from core.readings import ReadingQuality
from energy.corrections import corrected
from energy.instants import energy_of, means_of, pieces_of
from energy.positions import Curve, Shares, read_shares
from energy.register_rules import Booking, Correction, Proposal, RegisterRules
from energy.register_walk import DIAL_MAX
from energy.registers import START, Counted, count, epoch_ms, first_trusted, trusted
from energy.series import READING_SHARES, SHARE_NUMBERS, Amounts, Instants, Means, Samples
from energy.slots import OpenSlot, amounts_of, slot_of
from energy.standing import InstantStanding, RegisterStanding, Standing

BY_HAND = SHARE_NUMBERS[READING_SHARES[ReadingQuality.MANUAL]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesRules:
    """How one series is counted: the register's `rules`, how often it is read, what its power is to add up to.

    `derived` names the energies that power is the only witness of.
    """

    quantity: Quantity
    nominal_interval_s: int
    register: RegisterRules | None = None
    derived: tuple[Quantity, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Computed:
    """What came out: rows per quantity, and where counting stood at each cut and at last.

    `since_ms` is the begin of the first slot that was computed, also where no row came of it: whatever
    was known from there on is replaced. `standings` ascend; the last is the newest. `proposals` are
    steps that a person must explain, `pending` what has not been decided at the end.
    """

    since_ms: int
    amounts: Mapping[Quantity, Amounts] = field(default_factory=dict)
    means: Means | None = None
    standings: tuple[Standing, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    pending: Proposal | None = None


def compute(
    samples: Samples,
    rules: SeriesRules,
    *,
    bookings: Sequence[Booking] = (),
    standing: Standing | None = None,
    cuts_ms: Sequence[int] = (),
) -> Computed | None:
    """Return what a series' readings and bookings after `standing` come to, None if nothing is known at all.

    Readings that the standing has seen are passed over. At each of `cuts_ms` (ascending) the standing
    is told, so that counting can begin there again.
    """
    if standing is not None:
        samples = samples.take(samples.at_ms > standing.seen_ms)
    if rules.quantity.kind in {Kind.REGISTER, Kind.SESSION}:
        begun = standing if isinstance(standing, RegisterStanding) else None
        return _Register(samples, rules, bookings, begun).compute(cuts_ms)
    return _instants(samples, rules, standing if isinstance(standing, InstantStanding) else None, cuts_ms)


class _Register:
    """The readings and bookings of one register, taken up to one cut after the other."""

    def __init__(
        self, samples: Samples, rules: SeriesRules, bookings: Sequence[Booking], standing: RegisterStanding | None
    ) -> None:
        self._samples = samples
        self._rules = rules
        after_ms = -1 << 62 if standing is None else standing.at_ms
        self._all = bookings
        due = [(epoch_ms(booking.at_utc), booking) for booking in bookings if not isinstance(booking, Correction)]
        self._bookings = sorted((one for one in due if one[0] > after_ms), key=lambda one: one[0])
        self._standing = standing
        self._amounts: list[Amounts] = []
        self._proposals: list[Proposal] = []
        self._since_ms: int | None = None if standing is None else slot_of(standing.at_ms)

    def compute(self, cuts_ms: Sequence[int]) -> Computed | None:
        """Return what came of it all."""
        standings: list[Standing] = []
        last_ms = [int(self._samples.at_ms[-1])] if len(self._samples) else []
        for cut_ms in [*(cut for cut in cuts_ms if last_ms and cut < last_ms[0]), *last_ms]:
            self._advance(cut_ms)
            if self._standing is not None and self._standing not in standings:
                standings.append(self._standing)
        pending = self._beyond()
        if self._since_ms is None:
            return None
        return Computed(
            since_ms=self._since_ms,
            amounts={self._rules.quantity: corrected(_joined(self._amounts), self._all)},
            standings=tuple(standings),
            proposals=tuple(self._proposals),
            pending=pending,
        )

    def _advance(self, until_ms: int) -> None:
        """Take everything up to an instant, as far as nothing is pending."""
        length = int(np.searchsorted(self._samples.at_ms, until_ms, side="right"))
        booked = [one for one in self._bookings if one[0] <= until_ms]
        counted = self._count(length, booked)
        if counted.state.pending:
            until_ms = _last_trusted_ms(counted)
            booked = [one for one in booked if one[0] <= until_ms]
            length = _taken(counted, len(booked))
            counted = self._count(length, booked)
        self._keep(counted, length, booked)

    def _beyond(self) -> Proposal | None:
        """Take bookings after the last reading, but keep no standing there: later readings may precede them."""
        counted = self._count(len(self._samples), self._bookings)
        if self._bookings:
            self._keep(counted, len(self._samples), self._bookings)
        return counted.state.proposal

    def _count(self, length: int, booked: Sequence[tuple[int, Booking]]) -> Counted:
        taken = self._samples.take(slice(length))
        state = START if self._standing is None else self._standing.register
        rules = self._rules.register or RegisterRules()
        return count(taken.at_ms, taken.value, rules, bookings=[booking for _, booking in booked], state=state)

    def _keep(self, counted: Counted, length: int, booked: Sequence[tuple[int, Booking]]) -> None:
        self._proposals += counted.proposals
        if first_trusted(counted.step) == len(counted.step):
            return
        read = read_as(self._samples.take(slice(length)), [at_ms for at_ms, _ in booked])[: len(counted.step)]
        curve, slot = self._curve(counted, read)
        amounts, slot = amounts_of(curve, slot)
        self._amounts.append(amounts)
        self._standing = RegisterStanding(int(curve.at_ms[-1]), counted.state, int(curve.read[-1]), slot)
        self._samples = self._samples.take(slice(length, None))
        self._bookings = [one for one in self._bookings if one not in booked]

    def _curve(self, counted: Counted, read: Shares) -> tuple[Curve, OpenSlot]:
        """Return the curve from the standing on, or from the first position of all."""
        at_ms, position, step = counted.at_ms, counted.position, counted.step
        nominal_s, begun = self._rules.nominal_interval_s, self._standing
        restarts = self._rules.register is not None and self._rules.register.restarts
        if begun is None:
            curve = Curve.of(at_ms, position, step, read, nominal_s, restarts=restarts)
            first_ms = int(curve.at_ms[0])
            self._since_ms = slot_of(first_ms)
            return curve, OpenSlot.at(first_ms, int(curve.position[0]), int(curve.read[0]))
        at_ms = np.concatenate([[begun.at_ms], at_ms])
        position = np.concatenate([[begun.register.position], position])
        step = np.concatenate([np.zeros(1, np.uint8), step])
        read = np.concatenate([np.array([begun.read], np.uint8), read])
        return Curve.of(at_ms, position, step, read, nominal_s, restarts=restarts), begun.slot


def _last_trusted_ms(counted: Counted) -> int:
    found = counted.at_ms[trusted(counted.step)]
    return int(found[-1]) if len(found) else -1 << 62


def _taken(counted: Counted, booked: int) -> int:
    """Return how many readings had been taken when the last trusted position was."""
    kept = np.flatnonzero(trusted(counted.step))
    return int(kept[-1]) + 1 - booked if len(kept) else 0


def read_as(samples: Samples, booked_ms: Sequence[int]) -> Shares:
    """Return how each row of `count` is known: a booking stands before a reading of the same instant."""
    places = np.searchsorted(samples.at_ms, np.array(booked_ms, np.int64), side="left")
    return np.insert(read_shares(samples.quality), places, np.uint8(BY_HAND))


def _joined(parts: Sequence[Amounts]) -> Amounts:
    if len(parts) == 1:
        return parts[0]
    if not parts:
        none: Instants = np.empty(0, np.int64)
        return Amounts(none, none, np.empty((0, len(SHARE_NUMBERS)), np.int32), _no_shares(), _no_shares())
    columns = ("start_ms", "thousandths", "seconds", "begins", "ends")
    return Amounts(*(np.concatenate([getattr(part, name) for part in parts]) for name in columns))


def _no_shares() -> NDArray[np.uint8]:
    return np.empty(0, np.uint8)


def _instants(
    samples: Samples, rules: SeriesRules, standing: InstantStanding | None, cuts_ms: Sequence[int]
) -> Computed | None:
    samples = samples.take(np.abs(samples.value) <= DIAL_MAX)
    if not len(samples):
        return None if standing is None else Computed(since_ms=slot_of(standing.at_ms))
    from_ms = slot_of(int(samples.at_ms[0]) if standing is None else standing.at_ms)
    if standing is not None:
        held = standing.held
        samples = Samples(
            np.concatenate([held.at_ms, samples.at_ms]),
            np.concatenate([held.value, samples.value]),
            np.concatenate([held.quality, samples.quality]),
        )
    standings = _stood(samples, from_ms, cuts_ms)
    holds = rules.quantity.kind is Kind.STATE
    pieces = pieces_of(samples, rules.nominal_interval_s, from_ms, holds=holds)
    if pieces is None:
        return Computed(since_ms=from_ms, standings=standings)
    derived = {quantity: energy_of(pieces, fed_in=quantity is Quantity.ENERGY_EXPORT_WH) for quantity in rules.derived}
    return Computed(since_ms=from_ms, amounts=derived, means=means_of(pieces), standings=standings)


def _stood(samples: Samples, from_ms: int, cuts_ms: Sequence[int]) -> tuple[Standing, ...]:
    """Return the standings at the first reading of each cut's slot and of the newest slot."""
    last_ms = slot_of(int(samples.at_ms[-1]))
    places = []
    for cut_ms in [*(cut for cut in cuts_ms if from_ms < cut < last_ms), last_ms]:
        place = int(np.searchsorted(samples.at_ms, cut_ms, side="left"))
        if place not in places:
            places.append(place)
    return tuple(_standing(samples, place) for place in places)


def _standing(samples: Samples, place: int) -> InstantStanding:
    at_ms = int(samples.at_ms[place])
    first = max(int(np.searchsorted(samples.at_ms, slot_of(at_ms), side="right")) - 1, 0)
    return InstantStanding(at_ms, samples.take(slice(first, place + 1)))
