"""What a booking would change: the same readings counted without it and with it, and nothing kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np

from core.intervals import SeriesKey
from core.periods import Period
from core.readings import SlotShare
from core.work import MeterEvent
from energy.days import total_of
from energy.intervals import SeriesRules, compute
from energy.levels import used_from
from energy.positions import SLOT_MS
from energy.register_rules import RegisterRules
from energy.register_walk import Line, at_utc, epoch_ms
from energy.registers import START, count
from energy.series import Amounts, Samples
from energy.source_rules import series_rules
from energy.standing import RegisterStanding, Standing
from operations.evidence.interval import exact
from operations.evidence.witnesses import interval_store, standing_before
from operations.house import House
from operations.intervals.derived import LEVELS
from operations.intervals.plans import EPOCH_UTC, booking_of, is_on_a_dial

INSTANT = timedelta(milliseconds=1)

LOOK_AHEAD = timedelta(days=31)
"""How long after a booking readings are taken to see what becomes of it."""

_NONE = Samples(np.empty(0, np.int64), np.empty(0, np.float64), np.empty(0, np.uint8))


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What was counted from the first quarter hour that changes to the last one, before and after, and how known.

    None of it where nothing changes.
    """

    begin_utc: datetime | None = None
    end_utc: datetime | None = None
    before: Decimal | None = None
    after: Decimal | None = None
    share_before: SlotShare | None = None
    share_after: SlotShare | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The readings and bookings of one register around an instant, from the standing before it on."""

    key: SeriesKey
    rules: SeriesRules
    samples: Samples
    standing: Standing | None
    bookings: tuple[MeterEvent, ...]

    @property
    def register(self) -> RegisterRules:
        """Return what the register can do."""
        return self.rules.register or RegisterRules()

    def line_before(self, at: datetime) -> Line | None:
        """Return where the register had last risen to before an instant, None before the first reading."""
        begun = self.standing if isinstance(self.standing, RegisterStanding) else None
        earlier = self.samples.take(self.samples.at_ms < epoch_ms(at))
        if self.key[1] in LEVELS:
            measured = zip(earlier.at_ms.tolist(), earlier.value.tolist(), strict=True)
            levels = sorted([*measured, *_levels_read(one for one in self.bookings if one.at_utc < at)])
            return Line(*levels[-1]) if levels else None
        if begun is not None:
            earlier = earlier.take(earlier.at_ms > begun.seen_ms)
        booked = [booking_of(one) for one in self.bookings if one.at_utc < at]
        if begun is not None:
            booked = [one for one in booked if epoch_ms(one.at_utc) > begun.at_ms]
        state = START if begun is None else begun.register
        return count(earlier.at_ms, earlier.value, self.register, bookings=booked, state=state).state.line

    def next_after(self, at: datetime) -> Line | None:
        """Return the first reading at or after an instant, None if there is none."""
        later = np.flatnonzero(self.samples.at_ms >= epoch_ms(at))
        return Line(int(self.samples.at_ms[later[0]]), float(self.samples.value[later[0]])) if len(later) else None

    def counted(self, bookings: Sequence[MeterEvent]) -> Amounts | None:
        """Return the slots that the readings come to with these bookings."""
        if self.key[1] in LEVELS:
            used = used_from(self.samples, _levels_read(bookings), self.rules.nominal_interval_s)
            return used.amounts if used else None
        said = [booking_of(one) for one in bookings]
        found = compute(self.samples, self.rules, bookings=said, standing=self.standing)
        return found.amounts.get(self.key[1]) if found else None

    def effect_of(self, event: MeterEvent) -> Effect:
        """Return what one more booking changes."""
        return effect(self.counted(self.bookings), self.counted([*self.bookings, event]))


async def surroundings(house: House, key: SeriesKey, span: Period, now_utc: datetime) -> Surroundings:
    """Return what is known around a span of time, up to a month after it."""
    before = EPOCH_UTC if key[1] in LEVELS else span.start_utc - timedelta(milliseconds=1)
    since, standing = await standing_before(house, key, before)
    until = max(min(span.end_utc + LOOK_AHEAD, now_utc), since)
    samples = (await interval_store(house).samples([key], Period(since, until))).get(key, _NONE)
    booked = await house.ledger.bookings([key[0]])
    known = {value.quantity for value in await house.query.last([key[0]])}
    return Surroundings(
        key=key,
        rules=series_rules(house.inventory(), *key, known),
        samples=samples,
        standing=standing,
        bookings=tuple(one for one in booked if one.quantity is key[1] and one.at_utc <= until and is_on_a_dial(one)),
    )


def effect(before: Amounts | None, after: Amounts | None) -> Effect:
    """Return what differs between two ways to count."""
    counted = [_by_start(each) for each in (before, after)]
    different = [at for at in counted[0].keys() | counted[1].keys() if counted[0].get(at) != counted[1].get(at)]
    if not different:
        return Effect()
    begin_ms, end_ms = min(different), max(different) + SLOT_MS
    (told, share), (told_after, share_after) = (_total(each, begin_ms, end_ms) for each in (before, after))
    return Effect(
        begin_utc=at_utc(begin_ms),
        end_utc=at_utc(end_ms),
        before=told,
        after=told_after,
        share_before=share,
        share_after=share_after,
    )


def _levels_read(bookings: Iterable[MeterEvent]) -> list[tuple[int, float]]:
    return [(epoch_ms(one.at_utc), one.start_value) for one in bookings if one.kind.is_reading]


def _by_start(amounts: Amounts | None) -> dict[int, tuple[int, int, int]]:
    if amounts is None:
        return {}
    columns = (amounts.start_ms, amounts.thousandths, amounts.begins, amounts.ends)
    return {at: rest for at, *rest in zip(*(column.tolist() for column in columns), strict=True)}  # type: ignore[misc]


def _total(amounts: Amounts | None, begin_ms: int, end_ms: int) -> tuple[Decimal | None, SlotShare | None]:
    if amounts is None:
        return None, None
    inside = amounts.take((amounts.start_ms >= begin_ms) & (amounts.start_ms < end_ms))
    if not len(inside):
        return None, None
    thousandths, share = total_of(inside)
    return exact(thousandths), share
