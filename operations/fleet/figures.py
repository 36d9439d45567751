"""The figures of a vehicle's month as programs get them, each with its id and, where there is none, the reason."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import RequestError
from core.evidence import FigureId
from core.fleet import VehicleDay
from core.inventory import Inventory, Vehicle
from core.periods import Period
from core.readings import SlotShare
from core.texts import Finding
from energy.calendars import is_holiday
from fleet.vehicle_days.battery import health_of
from fleet.vehicle_days.days import dates
from fleet.vehicle_days.figures import VehicleFigures, figures_of
from operations.house import House
from operations.intervals.plans import EPOCH_UTC, zone_of
from operations.values import Told

VEHICLE_DAY: Final = "vehicle_day"
"""The first word of the ids of vehicles' figures."""

WEEK: Final = 5
DECIMALS_MAX: Final = 6

FIGURES: Final[dict[str, str]] = {
    "distance_m": "m",
    "own_charged_wh": "Wh",
    "elsewhere_charged_wh": "Wh",
    "known_wh": "Wh",
    "expected_wh": "Wh",
    "known_percent": "%",
    "gross_wh_per_100km": "Wh/100 km",
    "net_wh_per_100km": "Wh/100 km",
    "battery_charged_wh": "Wh",
    "charge_loss_percent": "%",
    "standing_percent_per_day": "%/d",
    "electric_distance_m": "m",
    "electric_share_percent": "%",
    "fuel_l": "l",
    "fuel_l_per_100km": "l/100 km",
    "used_percent": "%",
    "away_s": "s",
    "mean_day_m": "m",
    "p95_day_m": "m",
}
"""The figures of a month, in the order in which they are shown, with their units."""

DAY_FIGURES: Final[dict[str, str]] = {
    "distance_m": "m",
    "odometer_end_m": "m",
    "checked_distance_m": "m",
    "own_charged_wh": "Wh",
    "elsewhere_charged_wh": "Wh",
    "battery_charged_wh": "Wh",
    "driven_wh": "Wh",
    "soc_begin_percent": "%",
    "soc_end_percent": "%",
    "standby_percent": "%",
    "parked_s": "s",
    "away_s": "s",
    "fuel_l": "l",
}
"""The figures of a day with their units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """A figure exactly, in `unit`; without a `value` the `reason` says why. `figure` is the id that explains it."""

    name: str
    value: Decimal | None
    unit: str
    figure: str
    reason: Told | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DwellRow:
    """How long a vehicle was at a site."""

    site: str
    site_name: str
    dwelt_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFigures:
    """A vehicle's month: its figures, whether they are `reliable` (None: nobody can say), where it was, how used."""

    period: str
    days: int
    days_used: int
    working_days: int
    distance_share: SlotShare
    reliable: bool | None
    figures: tuple[FigureRow, ...]
    dwell: tuple[DwellRow, ...]
    findings: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthPoint:
    """A month of a vehicle's past: how far it drove and what it took per 100 km; None where that is not computed."""

    period: str
    distance_m: Decimal | None
    gross_wh_per_100km: Decimal | None
    reliable: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityRow:
    """What a session says of a battery's capacity, and the median of the ten up to it."""

    session: str
    at_utc: datetime
    rise_percent: Decimal
    capacity_wh: Decimal
    median_wh: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryRow:
    """The health of a battery: what is left of its capacity, and how that came about."""

    capacity_wh: Decimal | None
    health_percent: Decimal | None
    points: tuple[CapacityRow, ...]
    findings: tuple[Told, ...]


def month_named(text: str | None, house: House, vehicle: Vehicle, now_utc: datetime) -> tuple[date, date]:
    """Return the first and the last day of the month that `2026-11` names, as far as it has gone; None: this one.

    Raises `RequestError` for anything else, and for a month that has not begun.
    """
    today = now_utc.astimezone(zone_of(house.inventory(), vehicle.source, ZoneInfo(house.time_zone))).date()
    try:
        first = date.fromisoformat(f"{text}-01") if text else today.replace(day=1)
    except ValueError as error:
        raise RequestError("vehicle_days.month_invalid", month=str(text)[:40]) from error
    if first > today:
        raise RequestError("vehicle_days.month_ahead", month=str(text)[:40])
    return first, first.replace(day=monthrange(first.year, first.month)[1])


async def month_of(house: House, vehicle: Vehicle, first: date, last: date) -> MonthFigures:
    """Return the figures of a vehicle's month."""
    days = await house.ledger.vehicle_days(first, last, [vehicle.id])
    return shown(vehicle, computed(house.inventory(), vehicle, days, first, last), f"{first:%Y-%m}", house.inventory())


async def course_of(house: House, vehicle: Vehicle, until: date) -> tuple[MonthPoint, ...]:
    """Return the twelve months up to the one that ends on `until`; empty where none of them has a day."""
    first = (until.replace(day=1) - timedelta(days=330)).replace(day=1)
    by_month: dict[date, list[VehicleDay]] = {}
    for day in await house.ledger.vehicle_days(first, until, [vehicle.id]):
        by_month.setdefault(day.day.replace(day=1), []).append(day)
    return tuple(_point(vehicle, month, by_month.get(month, ())) for month in _months(first, until) if by_month)


def _months(first: date, until: date) -> list[date]:
    months = [first]
    while (following := (months[-1] + timedelta(days=31)).replace(day=1)) <= until:
        months.append(following)
    return months


def _point(vehicle: Vehicle, month: date, days: Sequence[VehicleDay]) -> MonthPoint:
    figures = figures_of(vehicle, days, (), month, month)
    distance, gross = figures.distance_m, figures.gross_wh_per_100km
    return MonthPoint(
        period=f"{month:%Y-%m}",
        distance_m=distance if isinstance(distance, Decimal) else None,
        gross_wh_per_100km=legible(gross) if isinstance(gross, Decimal) else None,
        reliable=figures.reliable,
    )


def computed(
    inventory: Inventory, vehicle: Vehicle, days: Sequence[VehicleDay], first: date, last: date
) -> VehicleFigures:
    """Return the figures of days, of which the working ones are those that have been computed."""
    last_known = max((day.day for day in days), default=first)
    return figures_of(vehicle, days, working_days(inventory, vehicle, first, min(last, last_known)), first, last)


def working_days(inventory: Inventory, vehicle: Vehicle, first: date, last: date) -> list[date]:
    """Return Mondays to Fridays that are no public holiday where the vehicle is at home."""
    site = inventory.sites.get(vehicle.site)
    calendar = inventory.calendars.get(site.calendar or "") if site else None
    state = calendar.state if calendar else ""
    return [day for day in dates(first, last) if day.weekday() < WEEK and not is_holiday(day, state)]


def shown(vehicle: Vehicle, figures: VehicleFigures, period: str, inventory: Inventory) -> MonthFigures:
    """Return figures as programs get them."""
    return MonthFigures(
        period=period,
        days=figures.days,
        days_used=figures.days_used,
        working_days=figures.working_days,
        distance_share=figures.distance_share,
        reliable=figures.reliable,
        figures=tuple(_row(vehicle, figures, period, name) for name in FIGURES),
        dwell=tuple(
            DwellRow(site=site, site_name=_site_name(inventory, site), dwelt_s=dwelt_s)
            for site, dwelt_s in figures.dwell_s.items()
        ),
        findings=tuple(Told.of(finding) for finding in figures.findings),
    )


def _site_name(inventory: Inventory, site: str) -> str:
    entry = inventory.sites.get(site)
    return entry.name if entry else site


def figure_id(vehicle: Vehicle, period: str, name: str) -> str:
    """Return the id of a figure of a vehicle's day or month."""
    return str(FigureId(VEHICLE_DAY, period, vehicle.source, name))


def legible(value: Decimal) -> Decimal:
    """Return a figure with six decimals at most: quotients have no end."""
    return value if -value.as_tuple().exponent <= DECIMALS_MAX else round(value, DECIMALS_MAX)  # type: ignore[operator]


def _row(vehicle: Vehicle, figures: VehicleFigures, period: str, name: str) -> FigureRow:
    value = getattr(figures, name)
    known = not isinstance(value, Finding)
    return FigureRow(
        name=name,
        value=legible(value) if known else None,
        unit=FIGURES[name],
        figure=figure_id(vehicle, period, name),
        reason=None if known else Told.of(value),
    )


async def battery_of(house: House, vehicle: Vehicle, until: datetime) -> BatteryRow | None:
    """Return the health of a vehicle's battery by its sessions until now, None for one without."""
    if not vehicle.plugs_in:
        return None
    health = health_of(vehicle, await house.ledger.valuations(Period(EPOCH_UTC, until), [vehicle.id]))
    return BatteryRow(
        capacity_wh=None if health.capacity_wh is None else legible(health.capacity_wh),
        health_percent=None if health.health_percent is None else legible(health.health_percent),
        points=tuple(
            CapacityRow(
                session=point.session,
                at_utc=point.at_utc,
                rise_percent=point.rise_percent,
                capacity_wh=legible(point.capacity_wh),
                median_wh=legible(point.median_wh),
            )
            for point in health.points
        ),
        findings=tuple(Told.of(finding) for finding in health.findings),
    )
