"""From where on each series is to be computed: its newest checkpoint, or one before what has changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from core.intervals import Resolution, SeriesKey
from core.periods import Period
from core.quantities import Quantity
from core.work import DirtySpan, MeterEvent, RegisterCheckpoint
from energy.register_walk import at_utc, epoch_ms
from energy.series import IntervalStore
from energy.slots import slot_of
from energy.standing import standing_of
from operations.house import Call, House
from operations.intervals.plans import EPOCH_UTC, MILLISECOND, Plan, planned

FAR = timedelta(days=36_500)
RULE = "rule"
"""Why a span is dirty that somebody wants computed again: as much of it as there are readings for."""
BOOKING = "booking"
"""Why a span is dirty about which something was booked or withdrawn, perhaps all that was known of its series."""


class Start:
    """Makes the plans. `too_old` are the series that cannot go back as far as they should, and to where.

    `ruled` are those that are counted by other rules than before, `ruled_since` are those of them whose
    first readings have been deleted, and from when on the rules hold.
    """

    def __init__(self, house: House, store: IntervalStore, call: Call) -> None:
        self.too_old: dict[SeriesKey, int] = {}
        self.ruled: set[SeriesKey] = set()
        self.ruled_since: dict[SeriesKey, int] = {}
        self._house = house
        self._store = store
        self._call = call

    async def plans(self, spans: Sequence[DirtySpan]) -> list[Plan]:
        """Return a plan for each series that has something new or something wrong."""
        plans = await self._all(spans)
        wrong = _begins([span for span in spans if span.reason != RULE], plans)
        asked = _begins([span for span in spans if span.reason == RULE], plans)
        newest = await self._house.ledger.checkpoints([(key, self._call.now_utc + FAR) for key in plans])
        for key, checkpoint in newest.items():
            plans[key].take_up(checkpoint)
        self.ruled = {key for key, checkpoint in newest.items() if checkpoint.rules != plans[key].digest}
        asked |= dict.fromkeys(self.ruled, 0)
        due = {key for key, plan in plans.items() if key in wrong or key in asked or plan.last_ms > plan.seen_ms}
        begun = {key for key in due if not plans[key].standing}
        back = {key: plans[key] for key in due if key in begun or _is_behind(plans[key], wrong, asked)}
        await self._begin(back, wrong)
        for key, start_ms in asked.items():
            if key not in begun:
                await self._go_far_back(plans, newest[key], start_ms)
        await self._go_back(plans, wrong)
        return [plans[key] for key in due]

    async def _go_back(self, plans: Mapping[SeriesKey, Plan], wrong: Mapping[SeriesKey, int]) -> None:
        """Let series begin before what has become wrong, where all readings since are there."""
        back = {key: ms for key, ms in wrong.items() if _is_behind(plans[key], wrong)}
        earlier = await self._house.ledger.checkpoints([(key, at_utc(ms) - MILLISECOND) for key, ms in back.items()])
        for key, start_ms in back.items():
            if await self._is_whole(plans[key], earlier.get(key)):
                plans[key].go_back(earlier.get(key))
            else:
                self.too_old[key] = start_ms

    async def _go_far_back(self, plans: Mapping[SeriesKey, Plan], newest: RegisterCheckpoint, start_ms: int) -> None:
        """Let a series begin before an instant, or as soon after it as all readings are there."""
        plan = plans[newest.source, newest.quantity]
        if start_ms > epoch_ms(newest.at_utc):
            return
        plan.undone = tuple(each for each in _undone(plan) if (newest.source, each) not in plans)
        begin = await self._earliest(plan, newest, start_ms)
        if begin is not None and epoch_ms(begin.at_utc) >= start_ms:
            self.ruled_since[plan.key] = epoch_ms(begin.at_utc)
        if begin == newest:
            await self._house.ledger.save_checkpoints([replace(newest, rules=plan.digest)])
        else:
            plan.go_back(begin)

    async def _earliest(self, plan: Plan, newest: RegisterCheckpoint, start_ms: int) -> RegisterCheckpoint | None:
        """Return the last checkpoint before an instant, or the first one since which all readings are there."""
        ledger, instant = self._house.ledger, at_utc(max(start_ms, 0)) - MILLISECOND
        wanted = (await ledger.checkpoints([(plan.key, instant)])).get(plan.key)
        if await self._is_whole(plan, wanted):
            return wanted
        found = newest
        while earlier := (await ledger.checkpoints([(plan.key, found.at_utc - MILLISECOND)])).get(plan.key):
            if earlier == wanted or not await self._is_whole(plan, earlier):
                break
            found = earlier
        return found

    async def _all(self, spans: Sequence[DirtySpan]) -> dict[SeriesKey, Plan]:
        """Return a plan for every series that was ever read or booked, each up to its last reading."""
        bookings = await self._bookings()
        known: dict[str, set[Quantity]] = defaultdict(set)
        last_ms = {(one.source, one.quantity): epoch_ms(one.period.start_utc) for one in spans if one.reason == BOOKING}
        last_ms |= {key: epoch_ms(events[-1].at_utc) for key, events in bookings.items()}
        for value in await self._house.query.last():
            known[value.source].add(value.quantity)
            last_ms[value.source, value.quantity] = epoch_ms(value.at_utc)
        inventory, zone = self._house.inventory(), ZoneInfo(self._house.time_zone)
        return {
            key: planned(key, inventory, known[key[0]], bookings.get(key, ()), at_ms, zone)
            for key, at_ms in last_ms.items()
        }

    async def _bookings(self) -> dict[SeriesKey, list[MeterEvent]]:
        booked: dict[SeriesKey, list[MeterEvent]] = defaultdict(list)
        for event in await self._house.ledger.bookings():
            if event.at_utc <= self._call.now_utc:
                booked[event.source, event.quantity].append(event)
        return booked

    async def _begin(self, plans: Mapping[SeriesKey, Plan], wrong: Mapping[SeriesKey, int]) -> None:
        """Let each plan know the first instant of its series, that of a booking that was withdrawn included."""
        firsts = await self._store.firsts(list(plans)) if plans else {}
        for key, plan in plans.items():
            booked_ms = [epoch_ms(booking.at_utc) for booking in plan.bookings]
            plan.first_ms = min([firsts.get(key, plan.last_ms), wrong.get(key, plan.last_ms), *booked_ms])

    async def _is_whole(self, plan: Plan, checkpoint: RegisterCheckpoint | None) -> bool:
        """Return whether all that was read since a checkpoint is still there, and not deleted by rule."""
        if checkpoint is None:
            before = Period(EPOCH_UTC, max(at_utc(slot_of(plan.first_ms)), EPOCH_UTC))
            amounts = await self._store.amounts(Resolution.SLOT, [plan.key], before)
            return not amounts and not await self._store.means(Resolution.SLOT, [plan.key], before)
        seen_ms = standing_of(checkpoint.state).seen_ms
        earlier_ms, later_ms = await self._store.neighbours(plan.key, Period(at_utc(seen_ms), at_utc(seen_ms)))
        return later_ms == seen_ms or earlier_ms is not None


def _is_behind(plan: Plan, *begins: Mapping[SeriesKey, int]) -> bool:
    """Return whether a series has been counted beyond one of the instants from which on it is wrong."""
    return plan.at_ms is not None and any(each.get(plan.key, plan.at_ms + 1) <= plan.at_ms for each in begins)


def _undone(plan: Plan) -> tuple[Quantity, ...]:
    """Return the energies that the series is not added up to."""
    if plan.key[1] is not Quantity.POWER_W:
        return ()
    both = Quantity.ENERGY_IMPORT_WH, Quantity.ENERGY_EXPORT_WH
    return tuple(each for each in both if each not in plan.rules.derived)


def _begins(spans: Sequence[DirtySpan], plans: Mapping[SeriesKey, Plan]) -> dict[SeriesKey, int]:
    """Return for each series from when on it is wrong."""
    begins: dict[SeriesKey, int] = {}
    for span in spans:
        key, start_ms = (span.source, span.quantity), epoch_ms(span.period.start_utc)
        if key in plans:
            begins[key] = min(begins.get(key, start_ms), start_ms)
    return begins
