"""From where on each series is to be computed: its newest checkpoint, or one before what has changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
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
from operations.interval_plans import EPOCH_UTC, MILLISECOND, Plan, planned

FAR = timedelta(days=36_500)


class Start:
    """Makes the plans. `too_old` are the series that cannot go back as far as they should, and to where."""

    def __init__(self, house: House, store: IntervalStore, call: Call) -> None:
        self.too_old: dict[SeriesKey, int] = {}
        self._house = house
        self._store = store
        self._call = call

    async def plans(self, spans: Sequence[DirtySpan]) -> list[Plan]:
        """Return a plan for each series that has something new or something wrong."""
        plans = await self._all()
        wrong = _begins(spans, plans)
        ledger, end_utc = self._house.ledger, self._call.now_utc + FAR
        for key, newest in (await ledger.checkpoints([(key, end_utc) for key in plans])).items():
            plans[key].take_up(newest)
        back = {key: ms for key, ms in wrong.items() if plans[key].at_ms is not None and ms <= (plans[key].at_ms or 0)}
        due = {key for key, plan in plans.items() if key in wrong or plan.last_ms > plan.seen_ms}
        await self._begin({key: plans[key] for key in due if key in back or not plans[key].standing})
        earlier = await ledger.checkpoints([(key, at_utc(ms) - MILLISECOND) for key, ms in back.items()])
        for key, start_ms in back.items():
            if await self._is_whole(plans[key], earlier.get(key)):
                plans[key].go_back(earlier.get(key))
            else:
                self.too_old[key] = start_ms
        return [plans[key] for key in due]

    async def _all(self) -> dict[SeriesKey, Plan]:
        """Return a plan for every series that was ever read or booked, each up to its last reading."""
        bookings = await self._bookings()
        known: dict[str, set[Quantity]] = defaultdict(set)
        last_ms = {key: epoch_ms(events[-1].at_utc) for key, events in bookings.items()}
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

    async def _begin(self, plans: Mapping[SeriesKey, Plan]) -> None:
        """Let each plan know the first instant of its series."""
        firsts = await self._store.firsts(list(plans)) if plans else {}
        for key, plan in plans.items():
            booked_ms = [epoch_ms(booking.at_utc) for booking in plan.bookings]
            plan.first_ms = min([firsts.get(key, plan.last_ms), *booked_ms])

    async def _is_whole(self, plan: Plan, checkpoint: RegisterCheckpoint | None) -> bool:
        """Return whether all that was read since a checkpoint is still there, and not deleted by rule."""
        if checkpoint is None:
            before = Period(EPOCH_UTC, max(at_utc(slot_of(plan.first_ms)), EPOCH_UTC))
            amounts = await self._store.amounts(Resolution.SLOT, [plan.key], before)
            return not amounts and not await self._store.means(Resolution.SLOT, [plan.key], before)
        seen_ms = standing_of(checkpoint.state).seen_ms
        earlier_ms, later_ms = await self._store.neighbours(plan.key, Period(at_utc(seen_ms), at_utc(seen_ms)))
        return later_ms == seen_ms or earlier_ms is not None


def _begins(spans: Sequence[DirtySpan], plans: Mapping[SeriesKey, Plan]) -> dict[SeriesKey, int]:
    """Return for each series from when on it is wrong."""
    begins: dict[SeriesKey, int] = {}
    for span in spans:
        key, start_ms = (span.source, span.quantity), epoch_ms(span.period.start_utc)
        if key in plans:
            begins[key] = min(begins.get(key, start_ms), start_ms)
    return begins
