"""What a series' figure stands on: readings, bookings, and the rules that deleted some; computed once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from core.errors import UnavailableError
from core.intervals import SeriesKey
from core.periods import Period
from core.quantities import Quantity
from core.retention import READINGS, Covered, Deletion, RetentionClass
from core.work import MeterEvent
from energy.intervals import SeriesRules
from energy.register_rules import Booking
from energy.register_walk import at_utc, epoch_ms
from energy.series import IntervalStore, Samples
from energy.source_rules import series_rules
from energy.standing import Standing, standing_of
from energy.tracing import SpanMs, Trace, trace
from operations.house import House
from operations.intervals.plans import EPOCH_UTC, booking_of, is_on_a_dial

LATER = timedelta(hours=2)
"""Readings so long after a period are taken too: a step may be decided only by those that follow it."""
MUCH_LATER = timedelta(days=31)
MANY = 50_000
"""More readings are computed in the worker process, if there is one."""

_NONE = Samples(np.empty(0, np.int64), np.empty(0, np.float64), np.empty(0, np.uint8))
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnesses:
    """What is there of one source and period.

    `key` is what was read (power, where it is the only witness of an energy), `rules` how it is
    counted. `trace` is None where readings were deleted, which `deletion` tells. `waits`: something in it
    has changed and is still to be computed. `generated`: the demo made it up.
    """

    key: SeriesKey
    rules: SeriesRules
    bookings: tuple[MeterEvent, ...]
    trace: Trace | None = None
    deletion: Deletion | None = None
    waits: bool = False
    generated: bool = False


def interval_store(house: House) -> IntervalStore:
    """Return the intervals. Raises `UnavailableError` without a time series."""
    if house.intervals is None:
        raise UnavailableError("intervals.no_store")
    return house.intervals


async def witnesses_of(house: House, source: str, quantity: Quantity, period: Period, now_utc: datetime) -> Witnesses:
    """Return what a figure of one source stands on."""
    key, rules = await _read_as(house, source, quantity)
    bookings = tuple(
        event
        for event in await house.ledger.bookings([source])
        if event.quantity is key[1] and event.at_utc <= now_utc and is_on_a_dial(event)
    )
    reach = await _reach(house, key, period)
    changed = [
        span.period
        for span in await house.ledger.dirty_spans()
        if (span.source, span.quantity) == key and span.period.start_utc <= reach.end_utc
    ]
    deletion = await deletion_of(house, key, period.start_utc, READINGS)
    traced = None
    if deletion is None:
        since = min([period.start_utc, *(span.start_utc for span in changed)])
        traced = await _traced(house, key, rules, quantity, period, since, bookings)
    return Witnesses(
        key=key,
        rules=rules,
        bookings=bookings,
        trace=traced,
        deletion=deletion,
        waits=any(span.end_utc >= reach.start_utc for span in changed),
        generated=await _is_generated(house, source, period),
    )


async def _read_as(house: House, source: str, quantity: Quantity) -> tuple[SeriesKey, SeriesRules]:
    """Return the series that is read for a quantity, power where no register tells an energy, and how it is counted."""
    known = {value.quantity for value in await house.query.last([source])}
    inventory = house.inventory()
    by_power = series_rules(inventory, source, Quantity.POWER_W, known)
    if quantity not in known and Quantity.POWER_W in known and quantity in by_power.derived:
        return (source, Quantity.POWER_W), by_power
    return (source, quantity), series_rules(inventory, source, quantity, known)


async def _reach(house: House, key: SeriesKey, period: Period) -> Period:
    """Return a period with the readings next to it: a change as far away as these still touches it."""
    before_ms, after_ms = await interval_store(house).neighbours(key, period)
    start_utc = period.start_utc if before_ms is None else at_utc(before_ms)
    return Period(start_utc, period.end_utc if after_ms is None else at_utc(after_ms))


async def _is_generated(house: House, source: str, period: Period) -> bool:
    return any(
        span.source == source and span.start_utc < period.end_utc and period.start_utc < span.end_utc
        for span in await house.ledger.generated_spans()
    )


async def deletion_of(
    house: House, key: SeriesKey, at: datetime, classes: dict[RetentionClass, Covered]
) -> Deletion | None:
    """Return the deletion by which what a series had at an instant went, the first one that came so far."""
    for deletion in reversed(await house.ledger.deletions()):
        covered = next((classes[each] for each in classes if each.value == deletion.rule), None)
        if covered and covered.covers(*key) and at < deletion.before_utc:
            return deletion
    return None


async def _traced(
    house: House,
    key: SeriesKey,
    rules: SeriesRules,
    quantity: Quantity,
    period: Period,
    wrong_from: datetime,
    bookings: tuple[MeterEvent, ...],
) -> Trace:
    """Return the period computed again; with readings of a month after it where those near it do not decide."""
    begun = await standing_before(house, key, wrong_from)
    for later in (LATER + timedelta(seconds=10 * rules.nominal_interval_s), MUCH_LATER):
        found = await _trace(house, key, rules, quantity, period, begun, bookings, later)
        if found.end.position is not None or rules.register is None:
            break
    return found


async def standing_before(house: House, key: SeriesKey, before: datetime) -> tuple[datetime, Standing | None]:
    """Return from when on readings are to be taken, and where counting stood then, if all since then is there."""
    found = (await house.ledger.checkpoints([(key, before)])).get(key)
    gone = [
        deletion.before_utc
        for deletion in await house.ledger.deletions()
        for member, covered in READINGS.items()
        if member.value == deletion.rule and covered.covers(*key)
    ]
    begin = max(gone, default=EPOCH_UTC)
    if found is None:
        return begin, None
    standing = standing_of(found.state)
    since = at_utc(standing.seen_ms + 1)
    return (begin, None) if since < begin else (since, standing)


async def _trace(
    house: House,
    key: SeriesKey,
    rules: SeriesRules,
    quantity: Quantity,
    period: Period,
    begun: tuple[datetime, Standing | None],
    bookings: tuple[MeterEvent, ...],
    later: timedelta,
) -> Trace:
    store, (since, standing) = interval_store(house), begun
    _, after_ms = await store.neighbours(key, period)
    until = period.end_utc + later
    if after_ms is not None:
        until = max(until, at_utc(after_ms) + _MILLISECOND)
    samples = (await store.samples([key], Period(min(since, until), until))).get(key, _NONE)
    booked = [booking_of(event) for event in bookings if event.at_utc < until]
    span_ms = epoch_ms(period.start_utc), epoch_ms(period.end_utc)
    if house.worker is not None and len(samples) > MANY:
        return await house.worker.run(_run, samples, rules, quantity, span_ms, booked, standing)
    return _run(samples, rules, quantity, span_ms, booked, standing)


def _run(
    samples: Samples,
    rules: SeriesRules,
    quantity: Quantity,
    span_ms: SpanMs,
    booked: Sequence[Booking],
    standing: Standing | None,
) -> Trace:
    return trace(samples, rules, quantity, span_ms, bookings=booked, standing=standing)
