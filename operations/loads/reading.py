"""Reading the quarter hours of a load, all its meters at once, and the year before for comparison."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from core.intervals import Resolution, SeriesKey
from core.inventory import Calendar, Medium, Meter
from core.periods import SLOT, Period
from core.quantities import Quantity
from energy.base_load import Week, weeks_of
from energy.calendars import LocalTime, in_use, local_time
from energy.creep import RECENT_WEEKS, YEAR_DAYS
from energy.loads import Flags, Load, Member, load_of
from energy.register_walk import at_utc, epoch_ms
from energy.series import Amounts, Instants
from energy.slots import slot_of
from operations.evidence.figures import Span, span_of
from operations.evidence.witnesses import interval_store
from operations.house import Call, House
from operations.loads.scopes import LoadScope, load_scope, zone_of_load

BEFORE: Final = timedelta(days=YEAR_DAYS + 7)
"""How far before what is asked for is read: last year's weeks, the first one whole."""

FOREVER_MS: Final = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A load in a period, the local time of its slots, and in which of them only the base load is drawn.

    That is where nobody is in the place and none of its own generators runs.
    """

    load: Load
    local: LocalTime
    quiet: Flags

    @property
    def weeks(self) -> tuple[Week, ...]:
        """Return the base loads of all weeks, the outer ones cut to the period."""
        return weeks_of(self.load, self.local, self.quiet)


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
        return always_in_use(self.scope.calendar, self.local_now)

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
    gone = elapsed(span.period, call.now_utc)
    wide = Period(_begin(gone) if back else gone.start_utc, gone.end_utc)
    scope = await load_scope(house, text, medium, gone, call)
    reaching = await load_scope(house, text, scope.medium, wide, call) if back else replace(scope, own=())
    found = await interval_store(house).amounts(Resolution.SLOT, series_of(reaching), wide)
    whole = stretch_of(reaching, wide, found)
    return ReadLoad(
        scope=scope,
        span=span,
        period=gone,
        whole=whole.load,
        local=whole.local,
        load=whole.load.during(gone),
        quiet=whole.quiet,
    )


def series_of(scope: LoadScope) -> list[SeriesKey]:
    """Return the series that a load is read from: what its meters count, and what is made behind them."""
    made = [(meter.source, Quantity.ENERGY_EXPORT_WH) for meter in scope.own]
    return [*((meter.source, scope.quantity) for meter in scope.meters), *made]


def stretch_of(scope: LoadScope, period: Period, found: Mapping[SeriesKey, Amounts]) -> Stretch:
    """Return a load in all whole quarter hours of a period, from the slots of its series."""
    load = load_of(_members(scope, scope.meters, scope.quantity, found), period)
    local = local_time(load.start_ms, scope.zone)
    makes = _members(scope, scope.own, Quantity.ENERGY_EXPORT_WH, found)
    return Stretch(load=load, local=local, quiet=_nobody_in(scope, local) & _nothing_made(load.start_ms, makes, period))


def always_in_use(calendar: Calendar | None, local: LocalTime) -> bool:
    """Return whether by a calendar somebody is in the place at any of these times."""
    return calendar is not None and bool(in_use(calendar, local).all())


def over_until(now_utc: datetime) -> datetime:
    """Return up to when quarter hours are over; the last one may still be waiting for its reading."""
    return at_utc(slot_of(epoch_ms(now_utc))) - SLOT


def begin_ms(day: date, zone: ZoneInfo) -> int:
    """Return the instant at which a local day begins."""
    return epoch_ms(datetime.combine(day, time(), tzinfo=zone).astimezone(UTC))


def _members(
    scope: LoadScope, meters: Iterable[Meter], quantity: Quantity, found: Mapping[SeriesKey, Amounts]
) -> list[Member]:
    return [
        Member(
            found.get((meter.source, quantity)),
            begin_ms(meter.valid_from, scope.zone),
            FOREVER_MS if meter.valid_to is None else begin_ms(meter.valid_to, scope.zone),
        )
        for meter in meters
    ]


def elapsed(period: Period, now_utc: datetime) -> Period:
    """Return the part of a period whose quarter hours are over; nothing of one that has not begun."""
    return Period(period.start_utc, max(period.start_utc, min(period.end_utc, over_until(now_utc))))


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
