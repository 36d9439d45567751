"""Meters: what they are and what they last said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.errors import NotFoundError
from core.intervals import Resolution
from core.inventory import Inventory, Medium, Meter, MeterRole
from core.ports import Page
from core.quantities import Kind, Quantity
from operations.courses import Sample, last_day
from operations.house import Call, House
from operations.notices import SourceNotice, notices_of
from operations.values import (
    Freshness,
    Limit,
    Newest,
    Value,
    in_force,
    matches,
    newest,
    page_of,
    pick,
    reports,
    values_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMeters:
    """Which meters: at a site, of a medium, or with a text in id or name."""

    site: str | None = None
    medium: Medium | None = None
    query: str | None = None
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowMeter:
    """One meter by its id."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterRow:
    """A meter with its newest values; `age_s` and `state` are those of its freshest one.

    `register` is the dial the meter is there for: heat rather than volume, export where it generates.
    """

    id: str
    name: str
    site: str
    site_name: str
    medium: Medium
    role: MeterRole
    state: Freshness
    age_s: float | None
    register: Value | None
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterDetail:
    """A meter with where it sits, how it reports, what was odd about it, and its last day.

    The course is that of its power (flow) or its register, of quarter hours or of single readings as
    `course_resolution` says; the quantity is None where nothing has come.
    """

    meter: MeterRow
    building: str | None
    parent: str | None
    valid_from: date
    valid_to: date | None
    nominal_interval_s: int
    digits: int | None
    resolution: float
    max_power_w: float | None
    broker: str | None
    format: str | None
    topic: str | None
    notices: tuple[SourceNotice, ...]
    course_quantity: Quantity | None = None
    course_resolution: Resolution | None = None
    course: tuple[Sample, ...] = ()


async def list_meters(house: House, request: ListMeters, call: Call) -> Page[MeterRow]:
    """Return the meters in use that the actor may see, by id."""
    inventory = house.inventory()
    meters = [
        meter
        for meter in in_force(inventory.meters.values(), call, house.day(call.now_utc), request.site)
        if request.medium in (None, meter.medium) and matches(meter, request.query)
    ]
    page = page_of(meters, [meter.id for meter in meters], request.limit, request.cursor)
    last = await newest(house, [meter.source for meter in page.items])
    return Page(tuple(meter_row(meter, inventory, last, call) for meter in page.items), page.total, page.next_cursor)


async def show_meter(house: House, request: ShowMeter, call: Call) -> MeterDetail:
    """Return one meter, former ones too. Raises `NotFoundError` or, outside the actor's sites, `ForbiddenError`."""
    inventory = house.inventory()
    meter = inventory.meters.get(request.id)
    if meter is None:
        raise NotFoundError("meters.unknown", id=request.id)
    call.must_see(meter.site)
    feed = meter.feed
    row = meter_row(meter, inventory, await newest(house, [meter.source]), call)
    shown = [value.quantity for value in (pick(row.values, Quantity.POWER_W), row.register) if value]
    day = await last_day(house, meter.source, shown, call.now_utc)
    return MeterDetail(
        meter=row,
        building=meter.building,
        parent=meter.parent,
        valid_from=meter.valid_from,
        valid_to=meter.valid_to,
        nominal_interval_s=meter.nominal_interval_s,
        digits=meter.digits,
        resolution=meter.resolution,
        max_power_w=meter.max_power_w,
        broker=feed.broker if feed else None,
        format=feed.format if feed else None,
        topic=feed.topic if feed else None,
        notices=await notices_of(house, meter.source, call),
        course_quantity=day.quantity,
        course_resolution=day.resolution,
        course=day.samples,
    )


def _register(meter: Meter, values: tuple[Value, ...]) -> Value | None:
    preferred = {Medium.HEAT: Quantity.HEAT_WH, Medium.ELECTRICITY: Quantity.ENERGY_IMPORT_WH}.get(meter.medium)
    if meter.role is MeterRole.GENERATION:
        preferred = Quantity.ENERGY_EXPORT_WH
    registers = [value for value in values if value.quantity.kind is Kind.REGISTER]
    return next((value for value in registers if value.quantity is preferred), next(iter(registers), None))


def meter_row(meter: Meter, inventory: Inventory, last: Newest, call: Call) -> MeterRow:
    """Return the row of a meter."""
    values = values_of(last, meter.source, meter.nominal_interval_s, call.now_utc)
    return MeterRow(
        id=meter.id,
        name=meter.name,
        site=meter.site,
        site_name=inventory.sites[meter.site].name,
        medium=meter.medium,
        role=meter.role,
        state=reports(meter, values),
        age_s=min((value.age_s for value in values), default=None),
        register=_register(meter, values),
        values=values,
    )
