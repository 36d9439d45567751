"""The base load as rows, and what is said where it creeps up or water never stops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from core.inventory import Medium
from core.texts import Finding
from energy.base_load import base_load_of
from energy.calendars import date_of
from energy.creep import YEAR_DAYS, Against, Creep
from energy.night_flow import NightFlow, night_flow_of
from energy.register_walk import at_utc
from operations.evidence.interval import exact
from operations.loads.reading import ReadLoad
from operations.loads.rows import BaseLoadRow, CreepRow, NightFlowRow, WeekRow
from operations.values import Told

BASE_LOAD = "base_load"
HOURS_PER_YEAR = 8760


def base_load_row(read: ReadLoad) -> BaseLoadRow:
    """Return the base load of the period that was asked for."""
    found = base_load_of(read.load, read.weeks_now)
    figure = read.scope.figure(BASE_LOAD, read.span.name)
    row = BaseLoadRow(value=None, percent=None, at_utc=None, figure=figure, reason=None)
    if isinstance(found, Finding):
        return replace(row, reason=Told.of(found))
    percent = None if found.share is None else 100 * found.share
    return replace(row, value=exact(found.week.thousandths), percent=percent, at_utc=at_utc(found.week.at_ms))


def week_rows(read: ReadLoad) -> tuple[WeekRow, ...]:
    """Return the base loads of the weeks of the period, each beside that of a year before."""
    known = {week.day: exact(week.thousandths) for week in read.weeks}
    return tuple(
        WeekRow(
            monday=date_of(week.day),
            value=exact(week.thousandths),
            last_year=known.get(week.day - YEAR_DAYS),
            hours=week.hours,
        )
        for week in read.weeks_now
    )


def creep_row(found: Creep) -> CreepRow:
    """Return a change of the base load as a row."""
    return CreepRow(
        against=found.against,
        weeks=found.weeks,
        former=found.former,
        change=found.change,
        low=found.low,
        high=found.high,
        percent=None if found.share is None else 100 * found.share,
        certain=found.is_certain,
    )


def creep_said(found: Creep | Finding) -> Iterator[Finding]:
    """Yield what is to be said of a change that is certain, or why none can be told."""
    if isinstance(found, Finding):
        yield found
    elif found.is_certain:
        percent = round(100 * abs(found.share or 0.0))
        match found.against, found.change > 0:
            case Against.LAST_YEAR, True:
                yield Finding.of("loads.base_load_above_last_year", percent=percent, weeks=found.weeks)
            case Against.LAST_YEAR, False:
                yield Finding.of("loads.base_load_below_last_year", percent=percent, weeks=found.weeks)
            case _, True:
                yield Finding.of("loads.base_load_rises", percent=percent, weeks=found.weeks)
            case _:
                yield Finding.of("loads.base_load_falls", percent=percent, weeks=found.weeks)


def quiet_said(read: ReadLoad) -> Iterator[Finding]:
    """Yield what is to be said of when nobody is in the place."""
    if read.scope.calendar is None:
        yield Finding.of("loads.no_calendar")
    elif read.always_in_use:
        yield Finding.of("loads.always_in_use", calendar=read.scope.calendar.name)
    if read.scope.own:
        yield Finding.of("loads.own_generation", count=len(read.scope.own))


def flow_of(read: ReadLoad) -> NightFlow | Finding | None:
    """Return whether water stops at night; None of any other medium, and where somebody is there at any time."""
    if read.scope.medium is not Medium.WATER or read.always_in_use:
        return None
    interval_s = max(meter.nominal_interval_s for meter in read.scope.meters)
    return night_flow_of(read.load, read.local_now, read.quiet_now, interval_s)


def flow_row(found: NightFlow) -> NightFlowRow:
    """Return the flow of the last nights as a row."""
    return NightFlowRow(
        nights=found.nights,
        value=found.least_m3_per_h,
        m3_per_year=found.least_m3_per_h * HOURS_PER_YEAR,
        at_utc=at_utc(found.at_ms),
        leak=found.is_leak,
    )


def flow_said(found: NightFlow | Finding | None) -> Iterator[Finding]:
    """Yield the suspicion of a leak, or why none can be told."""
    if isinstance(found, Finding):
        yield found
    elif found is not None and found.is_leak:
        yield Finding.of("loads.leak_suspected", nights=found.nights)
