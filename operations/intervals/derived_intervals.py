"""Quarter hours and days of series that no device reports: computed again wherever their inputs have changed.

What is to be computed is marked as dirty before the inputs change, so that nothing is forgotten where the
job is stopped.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

import numpy as np

from core.intervals import Resolution, SeriesKey
from core.periods import Period, local_day, local_month
from core.retention import SLOTS
from core.texts import Finding
from core.work import DirtySpan, RegisterCheckpoint
from energy.batch import Change, joined, replaced
from energy.days import days_of
from energy.formulas import Input, combined
from energy.fuels import converted, energy_per_unit
from energy.levels import Used, used_from
from energy.positions import SLOT_MS
from energy.register_walk import at_utc, epoch_ms
from energy.series import SHARE_NUMBERS, Amounts, Instants, IntervalStore, Samples
from energy.source_rules import validity
from operations.evidence.witnesses import deletion_of
from operations.house import House
from operations.intervals.derived import Derived, Way, derived_of
from operations.intervals.plans import EPOCH_UTC

DERIVED: Final = "derived"
"""Why a span is dirty whose inputs change."""

AHEAD: Final = timedelta(days=32)
"""So far beyond the present rows may lie: clocks are wrong."""

FORMULA: Final = "formula:"
"""Before the id of a meter: what its derived series were last computed by is kept under this name."""

SpanMs = tuple[int, int]


def of_rows(change: Change) -> SpanMs | None:
    """Return from when until when slots change, None where none does."""
    touched = np.concatenate([change.rows.start_ms, change.removed])
    return (int(touched.min()), int(touched.max()) + SLOT_MS) if len(touched) else None


class Derivation:
    """One pass over all derived series. `slots` and `days` are how many rows changed."""

    def __init__(self, house: House, store: IntervalStore, series: Sequence[Derived], now_utc: datetime) -> None:
        self.slots = 0
        self.days = 0
        self._house = house
        self._store = store
        self._series = series
        self._now_utc = now_utc
        self._marked: dict[SeriesKey, SpanMs] = {}
        self._waiting: dict[SeriesKey, list[SeriesKey]] = defaultdict(list)
        for each in series:
            for key in each.inputs:
                self._waiting[key].append(each.key)

    @classmethod
    async def of(cls, house: House, store: IntervalStore, now_utc: datetime) -> Derivation:
        """Return the pass over what is derived now."""
        return cls(house, store, await derived_of(house), now_utc)

    async def touch(self, changes: Mapping[SeriesKey, SpanMs]) -> None:
        """Mark what stands on series that are about to change."""
        spans = []
        for key, (begin_ms, end_ms) in changes.items():
            for derived in self._waiting.get(key, ()):
                first, last = self._marked.get(derived, (begin_ms, begin_ms))
                if first <= begin_ms and end_ms <= last:
                    continue
                self._marked[derived] = min(first, begin_ms), max(last, end_ms)
                period = Period(at_utc(begin_ms), at_utc(end_ms))
                spans.append(DirtySpan(source=derived[0], quantity=derived[1], period=period, reason=DERIVED))
        if spans:
            await self._house.ledger.mark_dirty(spans)

    async def compute(self, dirty: Iterable[DirtySpan]) -> None:
        """Bring all derived series up to date; what was marked before this is done then."""
        for span in dirty:
            key, marked = (span.source, span.quantity), (epoch_ms(span.period.start_utc), epoch_ms(span.period.end_utc))
            first, last = self._marked.get(key, marked)
            self._marked[key] = min(first, marked[0]), max(last, marked[1])
        asked = [((FORMULA + each.meter.id, each.key[1]), EPOCH_UTC) for each in self._series]
        kept = await self._house.ledger.checkpoints(asked) if asked else {}
        for each in self._series:
            await self._bring_up(each, kept.get((FORMULA + each.meter.id, each.key[1])))

    async def _bring_up(self, derived: Derived, kept: RegisterCheckpoint | None) -> None:
        months: dict[str, str] = json.loads(kept.state) if kept else {}
        again = kept is None or kept.rules != derived.digest
        marked = self._marked.get(derived.key)
        if derived.way is Way.LEVEL:
            if again or marked:
                await self._follow_level(derived)
        else:
            changed = {name for name in months if months[name] != derived.month_digest(name)}
            whole = await self._whole(derived) if again else None
            for name in sorted({*_months(derived, whole), *changed, *_months(derived, marked)}):
                if name in _months(derived, marked) or not await self._is_deleted(derived, name):
                    await self._compute_month(derived, name)
                months[name] = derived.month_digest(name)
        said = json.dumps(dict(sorted(months.items()))) if derived.way is Way.FUEL else "{}"
        if kept is None or again or said != kept.state:
            await self._house.ledger.save_checkpoints([_kept(derived, said)])

    async def _is_deleted(self, derived: Derived, name: str) -> bool:
        """Return whether quarter hours of a month have been deleted by rule: what was computed of them stays."""
        begin_utc = _month(derived, name).start_utc
        return any([await deletion_of(self._house, key, begin_utc, SLOTS) for key in derived.inputs])

    async def _whole(self, derived: Derived) -> SpanMs | None:
        """Return from when until when there is anything of the inputs, or was of the series itself."""
        ever = Period(EPOCH_UTC, self._now_utc + AHEAD)
        found = await self._store.amounts(Resolution.DAY, [*derived.inputs, derived.key], ever)
        if not found:
            return None
        first = min(int(rows.start_ms[0]) for rows in found.values())
        last = max(int(rows.start_ms[-1]) for rows in found.values())
        return first, epoch_ms(local_day(at_utc(last).astimezone(derived.zone).date(), derived.zone).end_utc)

    async def _compute_month(self, derived: Derived, name: str) -> None:
        period = _month(derived, name)
        begin_ms, end_ms = epoch_ms(period.start_utc), epoch_ms(period.end_utc)
        found = await self._store.amounts(Resolution.SLOT, [*dict.fromkeys(derived.inputs)], period)
        borders_ms = np.array([begin_ms, end_ms], np.int64)
        if derived.way is Way.FUEL:
            rows = _burnt(derived, found.get(derived.inputs[0]), borders_ms, name)
        else:
            rows = combined(self._inputs(derived, found), borders_ms, derived.valid)
        await self._write(derived, rows, begin_ms, end_ms)

    def _inputs(self, derived: Derived, found: Mapping[SeriesKey, Amounts]) -> list[Input]:
        factors = {f"meter:{term.meter}": Fraction(term.factor) for term in derived.meter.terms}
        inventory = self._house.inventory()
        return [
            Input(found.get(key), factors[key[0]], validity(inventory, key[0], derived.zone)) for key in derived.inputs
        ]

    async def _follow_level(self, derived: Derived) -> None:
        used = await level_of(self._house, self._store, derived, self._now_utc)
        if used is None or not len(used.amounts):
            return
        rows = used.amounts.take(derived.valid.rows(used.amounts.start_ms))
        first_ms = int(used.amounts.start_ms[0])
        begin_ms = epoch_ms(local_day(at_utc(first_ms).astimezone(derived.zone).date(), derived.zone).start_utc)
        earlier = Period(at_utc(begin_ms), at_utc(first_ms))
        before = (await self._store.amounts(Resolution.SLOT, [derived.key], earlier)).get(derived.key)
        if before is not None:  # readings of then have been deleted by rule, what was computed of them stays
            both = joined(before, rows)
            assert isinstance(both, Amounts)  # noqa: S101 - both are
            rows = both
        await self._write(derived, rows, begin_ms, epoch_ms(self._now_utc + AHEAD))

    async def _write(self, derived: Derived, rows: Amounts, begin_ms: int, end_ms: int) -> None:
        """Keep only these rows of a series between two local midnights."""
        key, period = derived.key, Period(at_utc(begin_ms), at_utc(end_ms))
        slots = (await self._store.amounts(Resolution.SLOT, [key], period)).get(key)
        days = (await self._store.amounts(Resolution.DAY, [key], period)).get(key)
        of_slots, _ = replaced(rows, slots, begin_ms, end_ms)
        of_days, _ = replaced(days_of(rows, derived.zone), days, begin_ms, end_ms)
        span = of_rows(of_slots)
        if span is not None:
            await self.touch({key: span})
        for resolution, change in ((Resolution.SLOT, of_slots), (Resolution.DAY, of_days)):
            if change.count:
                changes = {key: change.rows} if isinstance(change.rows, Amounts) and len(change.rows) else {}
                await self._store.put_amounts(resolution, changes, {key: change.removed})
        self.slots += of_slots.count
        self.days += of_days.count


async def level_of(house: House, store: IntervalStore, derived: Derived, now_utc: datetime) -> Used | None:
    """Return what was used from a tank or store, of all its readings and what people read."""
    (key,) = derived.inputs
    samples = (await store.samples([key], Period(EPOCH_UTC, now_utc + AHEAD))).get(key, _NO_SAMPLES)
    by_hand = [
        (epoch_ms(event.at_utc), event.start_value)
        for event in await house.ledger.bookings([key[0]])
        if event.quantity is key[1] and event.kind.is_reading and event.at_utc <= now_utc
    ]
    return used_from(samples, by_hand, derived.meter.nominal_interval_s)


def _burnt(derived: Derived, used: Amounts | None, borders_ms: Instants, name: str) -> Amounts:
    """Return the energy of the fuel that was used in a month; nothing where its figures are not known."""
    if used is None or derived.fuel is None:
        return _NO_AMOUNTS
    factor = energy_per_unit(derived.fuel, derived.key[1], name)
    rows = converted(used, borders_ms, [None if isinstance(factor, Finding) else factor])
    return rows.take(derived.valid.rows(rows.start_ms))


def _months(derived: Derived, span: SpanMs | None) -> frozenset[str]:
    """Return the local months that a span touches, like `2026-10`."""
    if span is None or span[0] >= span[1]:
        return frozenset()
    first, last = (at_utc(at_ms).astimezone(derived.zone) for at_ms in (span[0], span[1] - 1))
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return frozenset(f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers)


def _month(derived: Derived, name: str) -> Period:
    return local_month(int(name[:4]), int(name[5:]), derived.zone)


def _kept(derived: Derived, state: str) -> RegisterCheckpoint:
    return RegisterCheckpoint(
        source=FORMULA + derived.meter.id,
        quantity=derived.key[1],
        at_utc=EPOCH_UTC,
        state=state,
        intervals_until_utc=EPOCH_UTC,
        rules=derived.digest,
    )


_NO_SAMPLES = Samples(np.empty(0, np.int64), np.empty(0, np.float64), np.empty(0, np.uint8))
_NO_AMOUNTS = Amounts(
    np.empty(0, np.int64),
    np.empty(0, np.int64),
    np.empty((0, len(SHARE_NUMBERS)), np.int32),
    np.empty(0, np.uint8),
    np.empty(0, np.uint8),
)
