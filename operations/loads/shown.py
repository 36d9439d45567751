"""Load analysis of meters, buildings and sites: profile, duration curve, peaks with what made them, base load."""

from __future__ import annotations

from dataclasses import dataclass

from core.inventory import HEATING, Medium
from core.texts import Finding
from energy.creep import Creep, creep_of
from energy.duration import duration_of
from energy.night_flow import NightFlow
from energy.profiles import heat_map, typical_days
from operations.evidence.interval import exact
from operations.house import Call, House
from operations.loads.base import (
    base_load_row,
    creep_row,
    creep_said,
    flow_of,
    flow_row,
    flow_said,
    quiet_said,
    week_rows,
)
from operations.loads.peaks import avoided_rows, cost_of_months, details_of, months_of, peak_row
from operations.loads.reading import read_load
from operations.loads.rows import BaseLoads, DayRow, LoadMap, Loads, Peaks
from operations.loads.shapes import above_rows, curve_rows, load_row, typical_rows, values
from operations.values import Told

SEASONAL = HEATING
"""What is used for heating: its base load follows the season."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowLoads:
    """Which load: of `meter:x`, `building:x` or `site:x` in a day, month or year (the present one), of a medium."""

    id: str
    period: str | None = None
    medium: Medium | None = None


async def show_loads(house: House, request: ShowLoads, call: Call) -> Loads:
    """Return how a place draws power (or water, gas, heat). Raises `NotFoundError` or `ForbiddenError`."""
    read = await read_load(house, request.id, request.period, request.medium, call)
    found = duration_of(read.load)
    return Loads(
        load=load_row(read, (found,) if isinstance(found, Finding) else ()),
        counted=exact(int(read.load.thousandths.sum())) if read.load.known.any() else None,
        counted_quantity=read.scope.quantity,
        peak=peak_row(read, read.span.name, read.period),
        base_load=base_load_row(read),
        full_load_h=None if isinstance(found, Finding) else found.full_load_h,
        known_h=read.load.known_h,
        months=tuple(peak_row(read, name, period) for name, period in months_of(read)),
        above=() if isinstance(found, Finding) else above_rows(found),
        typical_days=typical_rows(typical_days(heat_map(read.load, read.local_now), read.scope.state)),
        curve=() if isinstance(found, Finding) else curve_rows(found),
    )


async def show_peaks(house: House, request: ShowLoads, call: Call) -> Peaks:
    """Return the peaks of a period and its months, what stood behind them, what they cost and how to pay less."""
    read = await read_load(house, request.id, request.period, request.medium, call, back=False)
    whole, *months = await details_of(house, read)
    return Peaks(
        load=load_row(read),
        whole=whole,
        months=tuple(months),
        avoided=avoided_rows(read, whole),
        months_cost_eur=cost_of_months(months),
    )


async def show_base_load(house: House, request: ShowLoads, call: Call) -> BaseLoads:
    """Return what a place draws when nobody is there, week by week, and whether that changes."""
    read = await read_load(house, request.id, request.period, request.medium, call)
    creep = creep_of(read.weeks, seasonal=read.scope.medium in SEASONAL)
    flow = flow_of(read)
    return BaseLoads(
        load=load_row(read, quiet_said(read)),
        base_load=base_load_row(read),
        weeks=week_rows(read),
        creep=creep_row(creep) if isinstance(creep, Creep) else None,
        night_flow=flow_row(flow) if isinstance(flow, NightFlow) and flow.nights else None,
        findings=tuple(Told.of(each) for each in (*creep_said(creep), *flow_said(flow))),
    )


async def show_load_map(house: House, request: ShowLoads, call: Call) -> LoadMap:
    """Return a load as days of quarter hours."""
    read = await read_load(house, request.id, request.period, request.medium, call, back=False)
    days = heat_map(read.load, read.local)
    rows = zip(days.days, days.rate, strict=True)
    return LoadMap(load=load_row(read), days=tuple(DayRow(day=day, values=values(rate)) for day, rate in rows))
