"""Readings to quarter hours and days: what is new since the last time, and what has become wrong since."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from core.errors import UnavailableError
from core.intervals import Resolution, SeriesKey
from core.periods import Period
from core.texts import Finding
from core.work import DirtySpan, RegisterCheckpoint
from energy.batch import Kept, Outcome, Task, compute_all
from energy.register_walk import at_utc, epoch_ms
from energy.series import IntervalStore, Samples
from energy.slots import slot_of
from operations.house import Call, House
from operations.intervals.derived_intervals import DERIVED, Derivation, SpanMs, of_rows
from operations.intervals.kept import change_rows, kept_rows
from operations.intervals.notices import Odd, notice_odd
from operations.intervals.plans import EPOCH_UTC, SAMPLE_BYTES, Plan, batches, span_of
from operations.intervals.start import Start
from operations.metering.open_steps import OpenSteps
from operations.schedule import JobWork

BATCH_BYTES = 4_000_000
"""How many bytes of readings are taken at once; they are copied to the worker."""

LANES = 2

PROBED = timedelta(days=1)
"""How much of a longer span is looked into first, to know how much is in it."""

DIRTY_AT_ONCE = 10_000
DERIVED_AT_ONCE = 1_000_000

NO_SAMPLES = Samples(np.empty(0, np.int64), np.empty(0, np.float64), np.empty(0, np.uint8))


@dataclass(slots=True, kw_only=True)
class IntervalsDone:
    """What was computed: how many `series` and `readings`, and how many rows of slots and days changed by it.

    `dirty` is how many spans were computed again, `ruled` how many series because they are counted by
    other rules than before, `proposals` how many steps newly wait for a person, `failed` how many
    series could not be counted.
    """

    series: int = 0
    readings: int = 0
    slots: int = 0
    days: int = 0
    dirty: int = 0
    ruled: int = 0
    proposals: int = 0
    failed: int = 0


async def compute_intervals(house: House, _request: JobWork, call: Call) -> IntervalsDone:
    """Compute all intervals that new readings, late ones and bookings bring or change.

    What is kept then is as if everything had been computed at once from the beginning. It may be
    stopped anywhere: the next time does what is left. Raises `UnavailableError` without a time series.
    """
    if house.intervals is None:
        raise UnavailableError("intervals.no_store")
    run = _Run(house, house.intervals, call)
    while True:
        spans = await house.ledger.dirty_spans(DIRTY_AT_ONCE)
        settled = await house.intervals.delivered()
        await run.compute([span for span in spans if span.reason != DERIVED])
        if settled:
            await house.ledger.settle([span.id for span in spans if span.reason != DERIVED])
        if not settled or len(spans) < DIRTY_AT_ONCE:
            await run.derive()
            return run.done


class _Run:
    """Passes over all series."""

    def __init__(self, house: House, store: IntervalStore, call: Call) -> None:
        self.done = IntervalsDone()
        self._house = house
        self._store = store
        self._call = call
        self._total_ms = 0
        self._done_ms = 0
        self._steps = OpenSteps(house.ledger, (), call.now_utc)
        self._derived = Derivation(house, store, (), call.now_utc)

    async def compute(self, spans: Sequence[DirtySpan]) -> None:
        """Bring every series up to date, month by month."""
        start = Start(self._house, self._store, self._call)
        self._steps = await OpenSteps.of(self._house.ledger, self._call.now_utc)
        self._derived = await Derivation.of(self._house, self._store, self._call.now_utc)
        plans = await start.plans(spans)
        await self._notice([Odd.too_old(key, at_ms) for key, at_ms in start.too_old.items()])
        await self._notice([Odd.ruled_since(key, at_ms) for key, at_ms in start.ruled_since.items()])
        self.done.ruled += len(start.ruled)
        self.done.series += len(plans)
        self.done.dirty += len(spans)
        self._total_ms += sum(plan.left_ms for plan in plans)
        while plans:
            until_ms = min(plan.until_ms for plan in plans)
            next_ones = [plan for plan in plans if plan.until_ms == until_ms]
            await self._take_all(batches(next_ones, await self._sizes(next_ones), BATCH_BYTES))
            plans = [plan for plan in plans if not plan.done]

    async def derive(self) -> None:
        """Bring series up to date that are computed from others, all marked ones if what they stand on can be read."""
        if not await self._store.delivered():
            return
        dirty = [span for span in await self._house.ledger.dirty_spans(DERIVED_AT_ONCE) if span.reason == DERIVED]
        await self._derived.compute(dirty)
        await self._house.ledger.settle([span.id for span in dirty])
        self.done.slots += self._derived.slots
        self.done.days += self._derived.days

    async def _sizes(self, plans: Sequence[Plan]) -> dict[SeriesKey, int]:
        """Return about how many bytes of readings long spans hold, from what their last day holds."""
        long = {plan.key: span_of([plan]) for plan in plans if span_of([plan]).duration > 2 * PROBED}
        if not long:
            return {}
        end_utc = max(span.end_utc for span in long.values())
        found = await self._store.samples(list(long), Period(end_utc - PROBED, end_utc))
        return {key: int(len(found[key]) * SAMPLE_BYTES * (long[key].duration / PROBED)) for key in found}

    async def _take_all(self, waiting: Iterator[list[Plan]]) -> None:
        """Take batches in lanes: while one is computed, another is read or written."""
        lanes = [asyncio.create_task(self._take_each(waiting)) for _ in range(LANES)]
        try:
            await asyncio.gather(*lanes)
        finally:
            for lane in lanes:
                lane.cancel()
            await asyncio.gather(*lanes, return_exceptions=True)

    async def _take_each(self, waiting: Iterator[list[Plan]]) -> None:
        for batch in waiting:
            await self._take(batch)

    async def _take(self, plans: Sequence[Plan]) -> None:
        """Compute the next month of some series, write what differs, then remember how far they have come."""
        tasks = await self._tasks(plans)
        outcomes = await self._computed(tasks)
        await self._derived.touch(_changing(plans, outcomes))
        slots = await change_rows(self._store, Resolution.SLOT, plans, [outcome.slots for outcome in outcomes])
        days = await change_rows(self._store, Resolution.DAY, plans, [outcome.days for outcome in outcomes])
        self.done.slots += slots
        self.done.days += days
        self.done.readings += sum(len(task.samples) for task in tasks)
        for plan, outcome in zip(plans, outcomes, strict=True):
            await self._steps.judge(plan, plan.first_ms - 1 if plan.at_ms is None else plan.at_ms, outcome)
        await self._remember(plans, outcomes)
        await self._notice(
            [odd for plan, outcome in zip(plans, outcomes, strict=True) for odd in self._odd(plan, outcome)]
        )
        self.done.failed += sum(bool(outcome.failed) for outcome in outcomes)
        self._move_on(plans)

    async def _tasks(self, plans: Sequence[Plan]) -> list[Task]:
        samples = await self._store.samples([plan.key for plan in plans], span_of(plans))
        slots = await kept_rows(self._store, Resolution.SLOT, plans, self._call.now_utc)
        days = await kept_rows(self._store, Resolution.DAY, plans, self._call.now_utc)
        return [
            Task(
                key=plan.key,
                rules=plan.rules,
                samples=_of_the_month(samples.get(plan.key, NO_SAMPLES), plan),
                zone=plan.zone,
                bookings=plan.bookings_until(),
                standing=plan.standing,
                kept=Kept(slots=slots[plan.key], days=days[plan.key]),
                final=plan.final,
                valid=plan.valid,
                since_ms=plan.since_ms if plan.standing is None else None,
            )
            for plan in plans
        ]

    async def _computed(self, tasks: Sequence[Task]) -> list[Outcome]:
        if self._house.worker is None:
            return compute_all(tasks)
        return await self._house.worker.run(compute_all, tasks)

    async def _remember(self, plans: Sequence[Plan], outcomes: Sequence[Outcome]) -> None:
        """Save where counting stands, only now that everything before is kept."""
        checkpoints: list[RegisterCheckpoint] = []
        replaced = []
        for plan, outcome in zip(plans, outcomes, strict=True):
            if plan.again:
                at = EPOCH_UTC if plan.at_ms is None else at_utc(plan.at_ms)
                await self._house.ledger.drop_checkpoints(plan.key, at)
                if plan.renews is not None:
                    await self._house.ledger.save_checkpoints([replace(plan.renews, rules=plan.digest)])
                plan.again = False
            if not outcome.standings:
                continue
            if plan.replaceable and plan.at_ms is not None:
                replaced.append((plan.key, at_utc(plan.at_ms)))
            checkpoints += [_checkpoint(plan, *standing) for standing in outcome.standings]
            plan.follow(*outcome.standings[-1])
            plan.replaceable = plan.final
        await self._house.ledger.save_checkpoints(checkpoints, replaced)

    def _odd(self, plan: Plan, outcome: Outcome) -> list[Odd]:
        odd = [Odd.step(plan.key, proposal) for proposal in outcome.proposals]
        if outcome.failed:
            odd.append(Odd.failed(plan.key, outcome.failed))
        if outcome.pending and plan.is_closed(epoch_ms(outcome.pending.to_utc), self._call.now_utc):
            odd.append(Odd.step(plan.key, outcome.pending))
        return odd

    async def _notice(self, odd: Sequence[Odd]) -> None:
        proposals = await notice_odd(self._house.ledger, odd, self._call.now_utc)
        self.done.proposals += proposals  # only now: another lane may have added to it meanwhile

    def _move_on(self, plans: Sequence[Plan]) -> None:
        for plan in plans:
            left_ms = plan.left_ms
            plan.move_on()
            self._done_ms += left_ms - plan.left_ms
        doing = Finding.of("intervals.computing", series=self.done.series, readings=self.done.readings)
        self._call.progress(min(self._done_ms / max(self._total_ms, 1), 1.0), doing)


def _changing(plans: Sequence[Plan], outcomes: Sequence[Outcome]) -> dict[SeriesKey, SpanMs]:
    """Return from when until when slots of which series are about to change."""
    spans = {
        (plan.key[0], quantity): of_rows(change)
        for plan, outcome in zip(plans, outcomes, strict=True)
        for quantity, change in outcome.slots.items()
    }
    return {key: span for key, span in spans.items() if span is not None}


def _of_the_month(samples: Samples, plan: Plan) -> Samples:
    start, end = np.searchsorted(samples.at_ms, [plan.reads_ms, plan.until_ms])
    return samples.take(slice(int(start), int(end)))


def _checkpoint(plan: Plan, at_ms: int, standing: str) -> RegisterCheckpoint:
    return RegisterCheckpoint(
        source=plan.key[0],
        quantity=plan.key[1],
        at_utc=at_utc(at_ms),
        state=standing,
        intervals_until_utc=at_utc(slot_of(at_ms)),
        rules=plan.digest,
    )
