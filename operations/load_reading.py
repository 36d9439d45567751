"""Reading the quarter hours of a load, all its meters at once, and the year before for comparison."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from core.intervals import Resolution
from core.inventory import Medium, Meter
from core.periods import SLOT, Period
from core.quantities import Quantity
from energy.base_load import Week, weeks_of
from energy.calendars import LocalTime, in_use, local_time
from energy.creep import RECENT_WEEKS, YEAR_DAYS
from energy.loads import Flags, Load, Member, load_of
from energy.register_walk import at_utc, epoch_ms
from energy.series import Amounts, Instants
from energy.slots import slot_of
from operations.figures import Span, span_of
from operations.house import Call, House
from operations.load_scopes import LoadScope, load_scope, zone_of_load
from operations.witnesses import interval_store

BEFORE: Final = timedelta(days=YEAR_DAYS + 7)
"""How far before what is asked for is read: last year's weeks, the first one whole."""

FOREVER_MS: Final = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLoad:
    """A load as it was read: `whole` reaches back a year before the `period` asked for, `load` is that alone.

    `quiet` says of each slot of `whole` whether nobody is in the place, and none of its own generators runs.
    """

    scope: LoadScope
    span: Span
    period: Period
    whole: Load
    local: LocalTime
    load: Load
    quiet: Flags

    @property
    def always_in_use(self) -> bool:
        """Return whether by its calendar somebody is in the place at any time of the period."""
        calendar = self.scope.calendar
        return calendar is not None and bool(in_use(calendar, self.local_now).all())

    @property
    def local_now(self) -> LocalTime:
        """Return the local time of `load`."""
        return self.local.take(self._here)

    @property
    def quiet_now(self) -> Flags:
        """Return `quiet` for `load`."""
        return self.quiet[self._here]

    @property
    def weeks(self) -> tuple[Week, ...]:
        """Return the base loads of all weeks read."""
        return weeks_of(self.whole, self.local, self.quiet)

    @property
    def weeks_now(self) -> tuple[Week, ...]:
        """Return the base loads of the weeks that lie in the period, cut to it."""
        return weeks_of(self.load, self.local_now, self.quiet_now)

    @property
    def _here(self) -> slice:
        first = len(self.whole) - len(self.load)
        return slice(first, len(self.whole))


async def read_load(
    house: House, text: str, period: str | None, medium: Medium | None, call: Call, *, back: bool = True
) -> ReadLoad:
    """Return the load of a meter, building or site in a day, month or year (the present one), as far as it has gone.

    Without `back` nothing before the period is read. Raises what `load_scope` and `span_of` raise.
    """
    zone = zone_of_load(house, text)
    span = span_of(period or f"{call.now_utc.astimezone(zone):%Y}", zone)
    gone = _gone(span.period, call.now_utc)
    wide = Period(_begin(gone) if back else gone.start_utc, gone.end_utc)
    scope = await load_scope(house, text, medium, gone, call)
    reaching = await load_scope(house, text, scope.medium, wide, call) if back else scope
    keys = [(meter.source, scope.quantity) for meter in reaching.meters]
    own = [(meter.source, Quantity.ENERGY_EXPORT_WH) for meter in reaching.own] if back else []
    found = await interval_store(house).amounts(Resolution.SLOT, [*keys, *own], wide)
    counted = partial(_members, zone=scope.zone, found=found)
    whole = load_of(counted(reaching.meters, quantity=scope.quantity), wide)
    local = local_time(whole.start_ms, scope.zone)
    makes = counted(reaching.own, quantity=Quantity.ENERGY_EXPORT_WH) if own else []
    return ReadLoad(
        scope=scope,
        span=span,
        period=gone,
        whole=whole,
        local=local,
        load=whole.during(gone),
        quiet=_nobody_in(scope, local) & _nothing_made(whole.start_ms, makes, wide),
    )


def begin_ms(day: date, zone: ZoneInfo) -> int:
    """Return the instant at which a local day begins."""
    return epoch_ms(datetime.combine(day, time(), tzinfo=zone).astimezone(UTC))


def _members(
    meters: Iterable[Meter], *, zone: ZoneInfo, found: dict[tuple[str, Quantity], Amounts], quantity: Quantity
) -> list[Member]:
    return [
        Member(
            found.get((meter.source, quantity)),
            begin_ms(meter.valid_from, zone),
            FOREVER_MS if meter.valid_to is None else begin_ms(meter.valid_to, zone),
        )
        for meter in meters
    ]


def _gone(period: Period, now_utc: datetime) -> Period:
    """Return the part of a period whose quarter hours are over; nothing of one that has not begun."""
    over_utc = at_utc(slot_of(epoch_ms(now_utc))) - SLOT  # the last one may still be waiting for its reading
    return Period(period.start_utc, max(period.start_utc, min(period.end_utc, over_utc)))


def _begin(period: Period) -> datetime:
    return min(period.start_utc, period.end_utc - timedelta(weeks=RECENT_WEEKS)) - BEFORE


def _nobody_in(scope: LoadScope, local: LocalTime) -> Flags:
    """Return when nobody is in a place; without a calendar, and where there is always somebody, any time may count."""
    used = in_use(scope.calendar, local) if scope.calendar else None
    return np.ones(len(local.day), np.bool_) if used is None or used.all() else ~used


def _nothing_made(start_ms: Instants, generators: Iterable[Member], period: Period) -> Flags:
    """Return when all generators that were there counted nothing: what they make hides what is drawn."""
    quiet = np.ones(len(start_ms), np.bool_)
    for member in generators:
        made = load_of([member], period)
        there = (start_ms >= member.begins_ms) & (start_ms < member.ends_ms)
        quiet &= ~there | (made.known & (made.thousandths == 0))
    return quiet
