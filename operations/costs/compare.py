"""A place this year beside the year before, over the same local days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from core.intervals import Amount, Resolution
from core.inventory import Medium
from core.periods import Period
from core.readings import SlotShare
from core.texts import Finding
from energy.budgets import last_year_of
from operations.costs.compare_rows import ComparedRow, Comparison
from operations.costs.reading import PERCENT, months_of
from operations.evidence.figures import TOTAL, Span, span_of
from operations.evidence.interval import exact
from operations.house import Call, House
from operations.intervals.counting import totals_of
from operations.loads.scopes import LoadScope, load_scope, zone_of_load
from operations.values import Told

WEEKS: Final = timedelta(weeks=52)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowComparison:
    """What is compared: `meter:x`, `building:x` or `site:x` in a day, month or year (the present one), of a medium.

    `by_weekdays` compares with the days 52 weeks before, so that Mondays meet Mondays.
    """

    id: str
    period: str | None = None
    medium: Medium | None = None
    by_weekdays: bool = False


@dataclass(frozen=True, slots=True)
class _Days:
    """Local days from `first` until before `end`, and what was counted on each."""

    first: date
    end: date
    amounts: tuple[Amount, ...]

    def part(self, first: date, end: date) -> _Days:
        begin, stop = (first - self.first).days, (end - self.first).days
        return _Days(first, end, self.amounts[max(begin, 0) : max(stop, 0)])

    @property
    def value(self) -> Decimal | None:
        """Return what was counted, None where a day is not wholly known."""
        whole = bool(self.amounts) and len(self.amounts) == (self.end - self.first).days
        if not whole or any(each.thousandths is None or each.share is SlotShare.MISSING for each in self.amounts):
            return None
        return exact(sum(each.thousandths or 0 for each in self.amounts))

    @property
    def measured_percent(self) -> float:
        """Return how much of the course was measured."""
        span_s = sum(each.shares.span_s for each in self.amounts)
        return PERCENT * sum(each.shares.measured_s for each in self.amounts) / span_s if span_s else 0.0


async def show_comparison(house: House, request: ShowComparison, call: Call) -> Comparison:
    """Return this year and last. Raises what the scope of a load raises, `RequestError` for no period."""
    zone = zone_of_load(house, request.id)
    span = span_of(request.period or f"{call.now_utc.astimezone(zone):%Y}", zone)
    first, end = _gone(span, zone, call.now_utc)
    former = _former(first, end, by_weekdays=request.by_weekdays)
    wide = Period(_midnight(former[0], zone), max(span.period.start_utc + _DAY, _midnight(end, zone)))
    scope = await load_scope(house, request.id, request.medium, wide, call)
    this, last = await _days(house, scope, first, end), await _days(house, scope, *former)
    spans = _spans(span, first, end)
    rows = [_row(scope, name, this.part(*days), _matching(last, days, request)) for name, days in spans]
    whole = _row(scope, span.name, this, last)
    return Comparison(
        scope=request.id,
        name=scope.name,
        site=scope.site.id,
        site_name=scope.site.name,
        period=span.name,
        medium=scope.medium,
        media=scope.media,
        quantity=scope.quantity,
        by_weekdays=request.by_weekdays,
        whole=whole,
        rows=tuple(rows) if len(rows) > 1 else (),
        findings=tuple(map(Told.of, (*scope.findings, *_remarks(whole)))),
    )


def _gone(span: Span, zone: ZoneInfo, now_utc: datetime) -> tuple[date, date]:
    """Return the whole days of a period that are over."""
    first = span.period.start_utc.astimezone(zone).date()
    end = span.period.end_utc.astimezone(zone).date()
    return first, max(first, min(end, now_utc.astimezone(zone).date()))


def _former(first: date, end: date, *, by_weekdays: bool) -> tuple[date, date]:
    if by_weekdays:
        return first - WEEKS, end - WEEKS
    return last_year_of(first), last_year_of(end)


def _matching(last: _Days, days: tuple[date, date], request: ShowComparison) -> _Days:
    return last.part(*_former(*days, by_weekdays=request.by_weekdays))


async def _days(house: House, scope: LoadScope, first: date, end: date) -> _Days:
    if first >= end:
        return _Days(first, end, ())
    period = Period(_midnight(first, scope.zone), _midnight(end, scope.zone))
    sources = tuple(meter.source for meter in scope.meters)
    counted = await totals_of(house, {scope.id: sources}, scope.quantity, period, scope.zone, Resolution.DAY)
    return _Days(first, end, counted[scope.id])


def _spans(span: Span, first: date, end: date) -> Sequence[tuple[str, tuple[date, date]]]:
    """Return the months of a year or the days of a month, with their names."""
    if span.each is Resolution.MONTH:
        return [(f"{begin:%Y-%m}", (begin, until)) for begin, until in months_of(first, end)] if first < end else []
    days = [first + number * _DAY for number in range((end - first).days)]
    return [(day.isoformat(), (day, day + _DAY)) for day in days]


def _row(scope: LoadScope, name: str, this: _Days, last: _Days) -> ComparedRow:
    value, former = this.value, last.value
    change = None if value is None or former is None else value - former
    return ComparedRow(
        period=name,
        first=this.first,
        last=this.end - _DAY,
        days=(this.end - this.first).days,
        value=value,
        former_first=last.first,
        former_last=last.end - _DAY,
        former_days=(last.end - last.first).days,
        former=former,
        change=change,
        change_percent=float(PERCENT * change / former) if change is not None and former else None,
        measured_percent=this.measured_percent,
        figure=_figure(scope, name, this),
        reason=_why_not(this, value, former),
    )


def _figure(scope: LoadScope, name: str, this: _Days) -> str | None:
    """Return the id of what is compared: that of its month or year, once all of its days are over."""
    end_utc = span_of(name, scope.zone).period.end_utc
    return scope.figure(TOTAL, name) if _midnight(this.end, scope.zone) == end_utc else None


def _why_not(this: _Days, value: Decimal | None, former: Decimal | None) -> Told | None:
    if this.first >= this.end:
        return Told.of(Finding.of("compare.no_day_over"))
    if value is None:
        return Told.of(Finding.of("compare.this_unknown"))
    if former is None:
        return Told.of(Finding.of("compare.former_unknown"))
    return Told.of(Finding.of("compare.former_zero")) if not former else None


def _remarks(whole: ComparedRow) -> list[Finding]:
    if whole.days == whole.former_days:
        return []
    return [Finding.of("compare.days_differ", days=whole.days, former=whole.former_days)]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
