"""What may not be kept any longer is deleted: by rule, on record, and never what is still to be computed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from core.errors import CalculationError
from core.facts import LastValue
from core.intervals import SLOT_S, Resolution, SeriesKey
from core.inventory import Inventory
from core.periods import Period
from core.retention import (
    BY_MONTH,
    READINGS,
    RECORDS,
    REGISTERS,
    SLOTS,
    Covered,
    Deletion,
    Keep,
    RetentionClass,
    RetentionRule,
)
from core.texts import Finding
from core.work import DirtySpan, JobFilter, JobState
from energy.series import Instants
from operations.house import Call, House
from operations.schedule import JobWork
from operations.upkeep.old_days import give_way_to_months
from operations.values import Told

FIRST = datetime(2000, 1, 1, tzinfo=UTC)
STEP = timedelta(days=31)
"""So many quarter hours are deleted at once: what is read for it shall stay small."""

FIRST_STEPS = timedelta(days=400)
"""What was never deleted from goes in steps from here on; what is older goes at once."""

SERIES_AT_ONCE = 25
DAYS_AT_ONCE = 500


_Limit = tuple[SeriesKey, datetime]
"""A series, and how far it has been computed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """How many readings, quarter hours, frames and records were deleted; `note` says what another deletes."""

    readings: int = 0
    slots: int = 0
    frames: int = 0
    records: int = 0
    note: Told | None = None


@dataclass(frozen=True, slots=True)
class _Due:
    """A class with its rule, and the instant before which it is to be deleted."""

    member: RetentionClass
    rule: RetentionRule
    keep: Keep
    before_utc: datetime


async def apply_retention(house: House, _request: JobWork, call: Call) -> Forgotten:
    """Delete what the rules do not let be kept, class by class.

    Readings go only as far as everything has been computed from them. Raises `CalculationError` at the end
    if that held a class back: what is deleted by then stays deleted, and the rest is tried the next day.
    """
    zone, counts = ZoneInfo(house.time_zone), dict.fromkeys(("readings", "slots", "frames", "records"), 0)
    due = [
        _Due(member, rule, rule.keep, _before(member, rule.keep, call.now_utc, zone))
        for member, rule in house.retention().items()
        if rule.keep is not None
    ]
    held: list[Finding] = []
    for place, each in enumerate(due):
        call.progress(place / len(due), Finding.of("retention.deleting", rule=each.member.value))
        kind, deleted, finding = await _delete(house, each, call)
        counts[kind] += deleted
        held += [finding] if finding else []
    if held:
        raise CalculationError(held[0].code, **dict(held[0].params))
    elsewhere = house.maintenance is None and any(each.member in READINGS for each in due)
    return Forgotten(**counts, note=Told.of(Finding.of("retention.readings_elsewhere")) if elsewhere else None)


def _before(member: RetentionClass, keep: Keep, now_utc: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant before which a class goes; where that is by whole months, the begin of one."""
    before_utc = keep.before(now_utc, zone)
    if member not in BY_MONTH:
        return before_utc
    return before_utc.astimezone(zone).replace(day=1, fold=0).astimezone(UTC)


async def _delete(house: House, due: _Due, call: Call) -> tuple[str, int, Finding | None]:
    """Return what kind of rows went, how many, and why not all did, if so."""
    if due.member in READINGS:
        return "readings", *await _delete_readings(house, due, READINGS[due.member], call)
    if due.member in SLOTS:
        return "slots", await _delete_slots(house, due, SLOTS[due.member], call), None
    if due.member is RetentionClass.FRAMES:
        return "frames", await _delete_frames(house, due, call), None
    if due.member is RetentionClass.STATION_LOGS:
        return "records", await _delete_logs(house, due, call), None
    if due.member is RetentionClass.VEHICLE_DAYS:
        return "records", await _delete_vehicle_days(house, due, call), None
    return "records", await _delete_records(house, due, call), None


async def _delete_readings(house: House, due: _Due, covered: Covered, call: Call) -> tuple[int, Finding | None]:
    if house.maintenance is None:
        return 0, None
    safe, finding = await _computed(house, due, covered)
    if safe == FIRST:
        return 0, finding
    deletion = await _on_record(house, due, safe, call)
    gone = await house.maintenance.forget_readings(deletion.rule, covered.quantities, safe, covered.kinds)
    await house.ledger.save_deletion(replace(deletion, count=deletion.count + gone))
    return gone, finding


async def _computed(house: House, due: _Due, covered: Covered) -> tuple[datetime, Finding | None]:
    """Return how far a class may be deleted, and what holds it back before its time.

    Quarter hours must be known beyond the span: of a register up to where its counting stands, of all
    else up to the last run of the interval job; and nothing in it may wait to be computed again.
    """
    series = [last for last in await house.query.last() if covered.covers(last.source, last.quantity)]
    registers = [last for last in series if last.quantity in REGISTERS]
    limits = [
        *await _register_limits(house, registers, due.before_utc),
        *await _job_limits(house, [last for last in series if last.quantity not in REGISTERS]),
        *_dirty_limits(await house.ledger.dirty_spans(), covered, await _deleted_until(house, due)),
    ]
    for key, limit in sorted(limits, key=lambda each: each[1]):
        if limit < due.before_utc and await _reaches_back(house, key, due.before_utc):
            until = limit.date().isoformat()
            return limit, Finding.of("retention.held_back", rule=due.member.value, source=key[0], until=until)
    return due.before_utc, None


async def _register_limits(house: House, series: Sequence[LastValue], before_utc: datetime) -> list[_Limit]:
    ends = {(last.source, last.quantity): last.at_utc for last in series}
    known = await house.ledger.checkpoints(list(ends.items()))
    limits = {key: known[key].intervals_until_utc if key in known else FIRST for key in ends}
    # A register that fell silent is computed to its last reading, and that is all there is.
    slot = timedelta(seconds=SLOT_S)
    return [(key, limit) for key, limit in limits.items() if limit < min(before_utc, ends[key] - slot)]


async def _job_limits(house: House, series: Sequence[LastValue]) -> list[_Limit]:
    done = (await house.ledger.runs(JobFilter(job="intervals", state=JobState.DONE, limit=1))).items
    limit = done[0].begun_at_utc if done else FIRST
    return [((last.source, last.quantity), limit) for last in series]


def _dirty_limits(spans: Iterable[DirtySpan], covered: Covered, deleted_until: datetime) -> list[_Limit]:
    return [
        ((span.source, span.quantity), span.period.start_utc)
        for span in spans
        if covered.covers(span.source, span.quantity) and span.period.start_utc >= deleted_until
    ]


async def _reaches_back(house: House, key: SeriesKey, before_utc: datetime) -> bool:
    """Return whether a series has readings before an instant: a new meter holds nothing back."""
    if house.intervals is None:
        return True
    earlier, _ = await house.intervals.neighbours(key, Period(before_utc, before_utc))
    return earlier is not None


async def _delete_slots(house: House, due: _Due, covered: Covered, call: Call) -> int:
    if house.intervals is None:
        return 0
    deleted, start_utc = 0, await _deleted_until(house, due)
    keys = await _with_days(house, covered, Period(start_utc, max(start_utc, due.before_utc)))
    if not keys:
        return 0
    async for deletion, until in _steps(house, due, call):
        gone = 0
        for place in range(0, len(keys), SERIES_AT_ONCE):
            gone += await _take_away(house, keys[place : place + SERIES_AT_ONCE], Period(start_utc, until))
        await house.ledger.save_deletion(replace(deletion, count=deletion.count + gone))
        deleted, start_utc = deleted + gone, until
    return deleted


async def _with_days(house: House, covered: Covered, period: Period) -> list[SeriesKey]:
    """Return the series that counted in a period: their days tell, which stay when all their readings are gone."""
    assert house.intervals is not None  # noqa: S101 - whoever calls has looked
    sources = {*(last.source for last in await house.query.last()), *_sources(house.inventory())}
    keys = [(source, each) for source in sorted(sources) for each in covered.quantities if covered.covers(source, each)]
    found: set[SeriesKey] = set()
    for place in range(0, len(keys), DAYS_AT_ONCE):
        some = keys[place : place + DAYS_AT_ONCE]
        found |= {*await house.intervals.amounts(Resolution.DAY, some, period)}
        found |= {*await house.intervals.means(Resolution.DAY, some, period)}
    return sorted(found)


def _sources(inventory: Inventory) -> Iterator[str]:
    for shelf in (inventory.meters, inventory.plants, inventory.vehicles):
        yield from (entry.source for entry in shelf.values())
    for station in inventory.stations.values():
        yield from (f"{station.source}/{outlet.number}" for outlet in station.connectors)


async def _take_away(house: House, keys: Sequence[SeriesKey], period: Period) -> int:
    assert house.intervals is not None  # noqa: S101 - whoever calls has looked
    amounts = await house.intervals.amounts(Resolution.SLOT, keys, period)
    means = await house.intervals.means(Resolution.SLOT, keys, period)
    old_amounts: dict[SeriesKey, Instants] = {key: rows.start_ms for key, rows in amounts.items()}
    old_means: dict[SeriesKey, Instants] = {key: rows.start_ms for key, rows in means.items()}
    gone = await house.intervals.put_amounts(Resolution.SLOT, {}, old_amounts) if old_amounts else 0
    return gone + (await house.intervals.put_means(Resolution.SLOT, {}, old_means) if old_means else 0)


async def _delete_frames(house: House, due: _Due, call: Call) -> int:
    if house.old_frames is None:
        return 0
    deletion = await _on_record(house, due, due.before_utc, call)
    gone = await house.old_frames.forget_frames(due.before_utc, await house.ledger.applied_frame())
    await house.ledger.save_deletion(replace(deletion, count=deletion.count + gone))
    return gone


async def _delete_logs(house: House, due: _Due, call: Call) -> int:
    if house.station_logs is None:
        return 0
    deletion = await _on_record(house, due, due.before_utc, call)
    gone = await house.station_logs.forget_logs(due.before_utc)
    await house.ledger.save_deletion(replace(deletion, count=deletion.count + gone))
    return gone


async def _delete_records(house: House, due: _Due, call: Call) -> int:
    deletion, deleted = await _on_record(house, due, due.before_utc, call), 0
    while gone := await house.ledger.forget_records(RECORDS[due.member], due.before_utc):
        deleted += gone
    await house.ledger.save_deletion(replace(deletion, count=deletion.count + deleted))
    return deleted


async def _delete_vehicle_days(house: House, due: _Due, call: Call) -> int:
    deletion, deleted = await _on_record(house, due, due.before_utc, call), 0
    before = due.before_utc.astimezone(ZoneInfo(house.time_zone)).date()
    async for gone in give_way_to_months(house.ledger, before):
        deleted += gone
    await house.ledger.save_deletion(replace(deletion, count=deletion.count + deleted))
    return deleted


async def _steps(house: House, due: _Due, call: Call) -> AsyncIterator[tuple[Deletion, datetime]]:
    """Yield the record of a step, written before it is taken, and the instant up to which it goes."""
    at = max(await _deleted_until(house, due), due.before_utc - FIRST_STEPS)
    while at < due.before_utc:
        at = min(at + STEP, due.before_utc)
        yield await _on_record(house, due, at, call), at


async def _on_record(house: House, due: _Due, until: datetime, call: Call) -> Deletion:
    """Return the deletion that goes on under this rule, its instant moved on; a changed rule begins another."""
    newest = (await house.ledger.deletions(due.member.value))[:1]
    words = (str(due.keep), due.rule.reason)
    if newest and (newest[0].keep, newest[0].reason) == words:
        return await house.ledger.save_deletion(replace(newest[0], before_utc=max(until, newest[0].before_utc)))
    return await house.ledger.save_deletion(
        Deletion(rule=due.member.value, keep=words[0], reason=words[1], before_utc=until, begun_at_utc=call.now_utc)
    )


async def _deleted_until(house: House, due: _Due) -> datetime:
    return max((each.before_utc for each in await house.ledger.deletions(due.member.value)), default=FIRST)
