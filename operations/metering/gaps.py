"""Where the readings of a meter have gaps, how long, and what stands in their place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np

from core.errors import RequestError
from core.intervals import SLOT_S, Resolution
from core.periods import Period, local_day
from core.quantities import Quantity
from core.readings import SlotShare
from energy.gaps import Gap, gaps
from energy.positions import SLOT_MS
from energy.register_walk import at_utc, epoch_ms
from energy.series import SHARE_NUMBERS, Amounts
from energy.slots import MISSING
from operations.evidence.interval import exact
from operations.evidence.witnesses import interval_store
from operations.house import Call, House
from operations.intervals.plans import zone_of
from operations.metering.dials import register_of, seen_meter

DAYS = 31
DAYS_MAX = 400


class Bridge(StrEnum):
    """What stands in the place of a gap."""

    INTERPOLATED = "interpolated"
    """A straight line: the sum is right, the course is not."""
    ESTIMATED = "estimated"
    """An estimate."""
    SUM_KNOWN = "sum_known"
    """Too long for a line: the sum is right, the course is unknown."""
    NOT_COUNTED = "not_counted"
    """A step that nobody has explained: what was counted in it is missing."""
    OPEN = "open"
    """The meter is silent still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListGaps:
    """Which gaps: of a meter by its id, in local days (the last 31 by default), of a quantity."""

    id: str
    since: date | None = None
    until: date | None = None
    quantity: Quantity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """A gap, how long it lasts, what stands in its place, and what was counted in it (None: nobody knows)."""

    begin_utc: datetime
    end_utc: datetime | None
    duration_s: float
    bridge: Bridge
    counted: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """The gaps of one register in a period of local days, the newest first."""

    meter: str
    quantity: Quantity
    since: date
    until: date
    items: tuple[GapRow, ...]


async def list_gaps(house: House, request: ListGaps, call: Call) -> Gaps:
    """Return where a meter's register has gaps. Raises `NotFoundError`, `ForbiddenError` or `RequestError`."""
    meter = seen_meter(house, request.id, call)
    quantity = register_of(meter, request.quantity)
    zone = zone_of(house.inventory(), meter.source, ZoneInfo(house.time_zone))
    until = request.until or call.now_utc.astimezone(zone).date()
    since = request.since or until - timedelta(days=DAYS - 1)
    if not timedelta(0) <= until - since <= timedelta(days=DAYS_MAX):
        raise RequestError("bookings.days_invalid", since=since.isoformat(), until=until.isoformat(), days=DAYS_MAX)
    period = Period(local_day(since, zone).start_utc, local_day(until, zone).end_utc)
    key = (meter.source, quantity)
    slots = (await interval_store(house).amounts(Resolution.SLOT, [key], period)).get(key)
    newest = [each.at_utc for each in await house.query.last([meter.source]) if each.quantity is quantity]
    rows = [] if slots is None else [*_lines(slots), *_lacks(slots)]
    silent = gaps(
        _NOTHING if slots is None else slots.take(slice(0)),
        newest_ms=epoch_ms(newest[0]) if newest and period.end_utc >= call.now_utc else None,
        now_ms=epoch_ms(call.now_utc),
        nominal_interval_s=meter.nominal_interval_s,
    )
    rows += [_open(gap, call) for gap in silent]
    newest_first = tuple(sorted(rows, key=lambda row: row.begin_utc, reverse=True))
    return Gaps(meter=meter.id, quantity=quantity, since=since, until=until, items=newest_first)


def _lacks(slots: Amounts) -> Iterator[GapRow]:
    for gap in gaps(slots):
        end_ms = gap.end_ms or gap.begin_ms
        inside = slots.take((slots.start_ms > gap.begin_ms - SLOT_MS) & (slots.start_ms < end_ms))
        known = bool((inside.begins != MISSING).all() and (inside.ends != MISSING).all())
        bridge = Bridge.SUM_KNOWN if known else Bridge.NOT_COUNTED
        yield _closed(gap.begin_ms, end_ms, bridge, inside if known else None)


def _lines(slots: Amounts) -> Iterator[GapRow]:
    """Yield the runs of whole slots that stand on a line or an estimate."""
    whole = slots.seconds[:, MISSING] == 0
    for share, bridge in ((SlotShare.INTERPOLATED, Bridge.INTERPOLATED), (SlotShare.ESTIMATED, Bridge.ESTIMATED)):
        on_it = np.flatnonzero(whole & (slots.seconds[:, SHARE_NUMBERS[share]] == SLOT_S))
        apart = np.flatnonzero(np.diff(slots.start_ms[on_it]) != SLOT_MS) + 1
        for run in np.split(on_it, apart) if len(on_it) else []:
            inside = slots.take(run)
            yield _closed(int(inside.start_ms[0]), int(inside.start_ms[-1]) + SLOT_MS, bridge, inside)


def _closed(begin_ms: int, end_ms: int, bridge: Bridge, inside: Amounts | None) -> GapRow:
    return GapRow(
        begin_utc=at_utc(begin_ms),
        end_utc=at_utc(end_ms),
        duration_s=(end_ms - begin_ms) / 1000,
        bridge=bridge,
        counted=None if inside is None else exact(int(inside.thousandths.sum())),
    )


def _open(gap: Gap, call: Call) -> GapRow:
    begun = at_utc(gap.begin_ms)
    lasts_s = (call.now_utc - begun).total_seconds()
    return GapRow(begin_utc=begun, end_utc=None, duration_s=lasts_s, bridge=Bridge.OPEN, counted=None)


_NO_INSTANTS = np.empty(0, np.int64)
_NO_SHARES = np.empty(0, np.uint8)
_NO_SECONDS = np.empty((0, len(SHARE_NUMBERS)), np.int32)
_NOTHING = Amounts(_NO_INSTANTS, _NO_INSTANTS, _NO_SECONDS, _NO_SHARES, _NO_SHARES)
