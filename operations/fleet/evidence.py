"""Where the figures of vehicles' days and months come from: readings, charge sessions, papers, other figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from core.errors import NotFoundError, RequestError
from core.evidence import Citation, CitedKind, Explanation, FigureId
from core.fleet import VehicleDay
from core.inventory import Vehicle
from core.periods import local_day
from core.texts import Finding
from operations.evidence.leaves import of_parts
from operations.fleet.figures import DAY_FIGURES, FIGURES, computed, legible, month_named
from operations.fleet.grounds import grounds_of
from operations.fleet.reading import zones_of
from operations.fleet.vehicle_days import seen_vehicle
from operations.house import Call, House

VEHICLE = "vehicle:"
MONTH = len("2026-11")

STANDS_ON = {
    "known_wh": ("own_charged_wh", "elsewhere_charged_wh"),
    "expected_wh": ("distance_m", "charge_loss_percent"),
    "known_percent": ("known_wh", "expected_wh"),
    "gross_wh_per_100km": ("known_wh", "distance_m", "charge_loss_percent"),
    "net_wh_per_100km": ("distance_m",),
    "electric_distance_m": ("distance_m", "known_wh", "charge_loss_percent"),
    "electric_share_percent": ("electric_distance_m", "distance_m"),
    "fuel_l_per_100km": ("fuel_l", "distance_m"),
}
"""The figures of a month that other figures of that month make."""

OF_DAYS = {
    "distance_m": ("distance_m",),
    "own_charged_wh": ("own_charged_wh",),
    "elsewhere_charged_wh": ("elsewhere_charged_wh",),
    "expected_wh": ("soc_begin_percent", "soc_end_percent"),
    "gross_wh_per_100km": ("soc_begin_percent", "soc_end_percent"),
    "net_wh_per_100km": ("driven_wh",),
    "battery_charged_wh": ("battery_charged_wh",),
    "charge_loss_percent": ("own_charged_wh", "battery_charged_wh"),
    "standing_percent_per_day": ("standby_percent", "parked_s"),
    "fuel_l": ("fuel_l",),
    "used_percent": ("distance_m",),
    "away_s": ("away_s",),
    "mean_day_m": ("distance_m",),
    "p95_day_m": ("distance_m",),
}
"""The figures of days that a figure of a month is made of; of charges only those at both ends."""

_ENDS = frozenset({"soc_begin_percent", "soc_end_percent"})


async def explain_vehicle_day(house: House, figure: FigureId, call: Call) -> Explanation:
    """Return where a figure of a vehicle's day or month comes from. Raises `RequestError` for what is none."""
    if not figure.scope.startswith(VEHICLE):
        raise NotFoundError("evidence.scope_unknown", scope=figure.scope[:80])
    vehicle = seen_vehicle(house, figure.scope.removeprefix(VEHICLE), call)
    known = FIGURES if len(figure.period) == MONTH else DAY_FIGURES
    if figure.quantity not in known or figure.variant:
        raise RequestError("evidence.quantity_unknown", quantity=figure.quantity[:80])
    if len(figure.period) == MONTH:
        return await _month(house, figure, vehicle, call)
    return await _day(house, figure, vehicle, call)


async def _month(house: House, figure: FigureId, vehicle: Vehicle, call: Call) -> Explanation:
    first, last = month_named(figure.period, house, vehicle, call.now_utc)
    days = await house.ledger.vehicle_days(first, last, [vehicle.id])
    figures = computed(house.inventory(), vehicle, days, first, last)
    value = getattr(figures, figure.quantity)
    reasons = (value,) if isinstance(value, Finding) else ()
    others = [
        _figure(replace(figure, quantity=name), getattr(figures, name), FIGURES[name])
        for name in STANDS_ON.get(figure.quantity, ())
    ]
    daily = () if vehicle.personal else tuple(_of_days(figure, days))
    return Explanation(
        title=Finding.of("vehicle_days.figure_of", name=vehicle.name, period=figure.period),
        figure=str(figure),
        value=None if isinstance(value, Finding) else legible(value),
        unit=FIGURES[figure.quantity],
        how=Finding.of(f"vehicle_days.how_{figure.quantity}"),
        findings=(*reasons, *figures.findings),
        parts=(
            *others,
            *of_parts(daily, Finding.of("vehicle_days.its_days", count=len(days))),
            *_stated(vehicle, figure.quantity),
        ),
    )


def _figure(figure: FigureId, value: Decimal | Finding | None, unit: str) -> Explanation:
    return Explanation(
        title=Finding.of(f"vehicle_days.figure.{figure.quantity}"),
        figure=str(figure),
        value=legible(value) if isinstance(value, Decimal) else None,
        unit=unit,
        findings=(value,) if isinstance(value, Finding) else (),
    )


def _of_days(figure: FigureId, days: Sequence[VehicleDay]) -> Iterator[Explanation]:
    for name in OF_DAYS.get(figure.quantity, ()):
        wanted = days if name not in _ENDS else days[:1] if name == "soc_begin_percent" else days[-1:]
        for day in wanted:
            value = getattr(day, name)
            if value is not None:
                of_day = replace(figure, period=day.day.isoformat(), quantity=name)
                part = _figure(of_day, Decimal(value), DAY_FIGURES[name])
                code = "evidence.part" if name == figure.quantity else f"vehicle_days.on_day.{name}"
                yield replace(part, title=Finding.of(code, period=day.day.isoformat()))


STATED = {
    "energy_wh_per_100km": ("Wh/100 km", frozenset({"expected_wh", "electric_distance_m"})),
    "charge_loss_percent": ("%", frozenset({"expected_wh", "gross_wh_per_100km", "electric_distance_m"})),
    "battery_wh": ("Wh", frozenset({"expected_wh", "gross_wh_per_100km"})),
}
"""What the inventory states of a vehicle, and the figures that stand on it."""


def _stated(vehicle: Vehicle, name: str) -> Iterator[Explanation]:
    for attribute, (unit, used_by) in STATED.items():
        stated = getattr(vehicle, attribute)
        if stated is None or name not in used_by:
            continue
        value = Decimal(str(stated))
        yield Explanation(
            title=Finding.of(f"vehicle_days.stated.{attribute}"),
            value=value,
            unit=unit,
            citation=Citation(
                kind=CitedKind.FACTOR, reference=f"vehicles/{vehicle.id}/{attribute}", value=value, unit=unit
            ),
        )


async def _day(house: House, figure: FigureId, vehicle: Vehicle, call: Call) -> Explanation:
    try:
        day = date.fromisoformat(figure.period)
    except ValueError as error:
        raise RequestError("evidence.period_invalid", period=figure.period[:80]) from error
    found = await house.ledger.vehicle_days(day, day, [vehicle.id])
    value = getattr(found[0], figure.quantity) if found else None
    findings = found[0].findings if found else (Finding.of("vehicle_days.none"),)
    (zone,) = zones_of(house, [vehicle])
    period = local_day(day, zone)
    return Explanation(
        title=Finding.of("vehicle_days.figure_of", name=vehicle.name, period=figure.period),
        figure=str(figure),
        value=None if value is None else Decimal(value),
        unit=DAY_FIGURES[figure.quantity],
        how=Finding.of(f"vehicle_days.how_day_{figure.quantity}"),
        findings=findings,
        parts=await grounds_of(house, figure, vehicle, period, zone, call),
    )
