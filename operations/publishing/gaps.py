"""Gaps of meters and stations as events that dashboards find: where nobody knows what was counted.

An outlet tells its register while somebody charges; in between it has nothing to say. So its silence is a gap only
where a session is open, or where the register has moved meanwhile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from core.intervals import Resolution, SeriesKey
from core.inventory import Inventory
from core.periods import Period
from core.ports import FactPoint
from core.published import Fact
from core.quantities import Kind
from energy.gaps import Gap, gaps, goes_back
from energy.positions import SLOT_MS
from energy.register_walk import at_utc, epoch_ms
from energy.series import Amounts, IntervalStore
from energy.slots import MISSING, slot_of
from energy.source_rules import series_rules, validity
from operations.house import Call, House
from operations.intervals.plans import zone_of

GAP: Final = "gap"

_STATION: Final = "station:"
_KINDS: Final = ("meter:", _STATION)
_AT_ONCE: Final = 100
_FURTHER: Final = timedelta(days=35)
_LONGEST_DAY: Final = timedelta(hours=25)


async def gap_points(house: House, period: Period, call: Call) -> list[FactPoint]:
    """Return the gaps that reach into a period or lie after it, those that go on without an end."""
    if house.intervals is None:
        return []
    start_ms = epoch_ms(period.start_utc)
    newest = {
        (value.source, value.quantity): epoch_ms(value.at_utc)
        for value in await house.query.last()
        if value.source.startswith(_KINDS) and value.quantity.kind is Kind.REGISTER
    }
    charging = frozenset(session.source for session in await house.ledger.open_sessions())
    points: list[FactPoint] = []
    for keys in _chunks(sorted(newest)):
        slots = await _slots(house.intervals, keys, Period(period.start_utc, call.now_utc))
        for key in keys:
            found = _going_on(house, key, newest[key], call) if _speaks(key[0], charging) else ()
            if key in slots:
                found = (*await _ended(house.intervals, key, slots[key], call), *found)
            points += [
                _point(key, gap, house.inventory()) for gap in found if gap.end_ms is None or gap.end_ms > start_ms
            ]
    return points


async def _slots(store: IntervalStore, keys: Sequence[SeriesKey], period: Period) -> Mapping[SeriesKey, Amounts]:
    """Return the slots from the first day in `period` on that lacks time; a series without such a day is left out."""
    since: dict[int, list[SeriesKey]] = defaultdict(list)
    around = Period(period.start_utc - _LONGEST_DAY, period.end_utc)
    for key, days in (await store.amounts(Resolution.DAY, keys, around)).items():
        first_ms = _first_lack_ms(days)
        if first_ms is not None:
            since[max(first_ms, slot_of(epoch_ms(period.start_utc)))].append(key)
    slots: dict[SeriesKey, Amounts] = {}
    for start_ms, those in since.items():
        slots |= await store.amounts(Resolution.SLOT, those, Period(at_utc(start_ms), period.end_utc))
    return slots


def _first_lack_ms(days: Amounts) -> int | None:
    """Return when the first day begins that lacks time, or after which days are not there."""
    ends_ms = days.start_ms + days.seconds.sum(axis=1, dtype=np.int64) * 1000
    lacks = days.seconds[:, MISSING] > 0
    lacks[:-1] |= ends_ms[:-1] < days.start_ms[1:]
    return int(days.start_ms[np.argmax(lacks)]) if lacks.any() else None


async def _ended(store: IntervalStore, key: SeriesKey, slots: Amounts, call: Call) -> tuple[Gap, ...]:
    """Return the gaps in the slots; one that has begun before them is followed to its begin."""
    found = gaps(slots)
    while goes_back(slots, found):
        span = Period(at_utc(int(slots.start_ms[0])) - _FURTHER, call.now_utc)
        further = (await store.amounts(Resolution.SLOT, [key], span))[key]
        if len(further) <= len(slots):
            break
        slots, found = further, gaps(further)
    return tuple(gap for gap in found if not (key[0].startswith(_STATION) and _stood_still(slots, gap)))


def _speaks(source: str, charging: Collection[str]) -> bool:
    """Return whether a source has something to say at the moment: a meter always, an outlet while it charges."""
    return not source.startswith(_STATION) or source in charging


def _stood_still(slots: Amounts, gap: Gap) -> bool:
    """Return whether the register stood where it had stood, all through an ended gap."""
    inside = (slots.start_ms >= gap.begin_ms) & (slots.start_ms + SLOT_MS <= (gap.end_ms or 0))
    return bool(inside.any()) and not slots.thousandths[inside].any()


def _going_on(house: House, key: SeriesKey, newest_ms: int, call: Call) -> tuple[Gap, ...]:
    """Return the silence since the newest reading, if it is a gap; a source that is no longer valid may be silent."""
    inventory, now_ms = house.inventory(), epoch_ms(call.now_utc)
    valid = validity(inventory, key[0], zone_of(inventory, key[0], ZoneInfo(house.time_zone)))
    if not valid.covers(now_ms):
        return ()
    interval_s = series_rules(inventory, *key).nominal_interval_s
    return gaps(_NONE, newest_ms=newest_ms, now_ms=now_ms, nominal_interval_s=interval_s)


_NONE: Final = Amounts(
    np.empty(0, np.int64), np.empty(0, np.int64), np.empty((0, MISSING + 1), np.int32), *[np.empty(0, np.uint8)] * 2
)


def _point(key: SeriesKey, gap: Gap, inventory: Inventory) -> FactPoint:
    source, quantity = key
    site = inventory.site_of(source)
    fields: dict[str, float | str | bool] = {"ended": gap.end_ms is not None}
    if gap.end_ms is not None:
        fields |= {"end_ms": float(gap.end_ms), "duration_s": (gap.end_ms - gap.begin_ms) / 1000}
    tags = {"source": source, "quantity": quantity.value, "event": GAP} | ({"site": site} if site else {})
    return FactPoint(measurement=Fact.EVENT.value, tags=tags, at_utc=at_utc(gap.begin_ms), fields=fields)


def _chunks(keys: Sequence[SeriesKey]) -> Iterator[Sequence[SeriesKey]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield keys[start : start + _AT_ONCE]
