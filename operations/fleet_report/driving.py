"""Sections 3 and 4 of the monthly report: how far and how often vehicles were driven, and what that took."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Final

from core.inventory import Drive
from core.texts import Finding
from fleet.vehicle_days.figures import USED_FROM_M
from fleet.vehicle_days.sums import ZERO
from fleet.vehicle_days.warmth import winter_factor
from operations.fleet.figures import legible
from operations.fleet_report.facts import FleetMonth
from operations.fleet_report.sums import PERCENT, Figures, counted, how, percent_of, summed, weighted
from operations.reports.figures import ReportFigure, not_told

IDLE_PERCENT: Final = 20


def use(month: FleetMonth) -> Figures:
    """Yield section 3: how far and how often vehicles were driven."""
    whole = summed("distance_m", month, month.vehicles)
    yield whole
    for drive in Drive:
        of_drive = [each for each in month.vehicles if each.drive is drive]
        if of_drive:
            yield summed(f"distance_m.{drive.value}", month, of_drive)
    electric = summed("electric_distance_m", month, [each for each in month.vehicles if each.plugs_in])
    yield electric
    yield percent_of("electric_distance_percent", electric, whole, month)
    yield weighted("used_percent", month, month.vehicles, lambda each: Decimal(each.working_days))
    yield weighted("mean_day_m", month, month.vehicles, lambda each: Decimal(each.days_used))
    yield _p95(month)
    yield _checked(month)
    yield summed("away_s", month, month.vehicles)
    yield not_told("away_percent", "%", how("away_percent"), Finding.of("fleet_report.no_service_hours"))
    used = [each.used_percent for each in month.figures.values() if each.days]
    told = [each for each in used if isinstance(each, Decimal)]
    if told:
        yield counted("idle_vehicles", sum(each < IDLE_PERCENT for each in told))
    else:
        yield not_told("idle_vehicles", "vehicles", how("idle_vehicles"), Finding.of("fleet_report.no_days"))
    yield from _busiest_day(month)
    yield not_told("short_trips", "trips", how("short_trips"), Finding.of("fleet_report.trips_not_kept"))


def _p95(month: FleetMonth) -> ReportFigure:
    """Return the distance that 95 of 100 days of use do not exceed, over all vehicles."""
    driven = sorted(each.distance_m for each in month.days if each.distance_m and each.distance_m >= USED_FROM_M)
    name = "p95_day_m"
    if not driven:
        return not_told(name, "m", how(name), Finding.of("figures.not_used"))
    return ReportFigure(name=name, value=legible(driven[-(-95 * len(driven) // 100) - 1]), unit="m", how=how(name))


def _checked(month: FleetMonth) -> ReportFigure:
    """Return what logbooks and trackers say of the distance, where both they and the odometer tell of a day."""
    both = [each for each in month.days if each.checked_distance_m is not None and each.distance_m is not None]
    odometers_m = sum((each.distance_m or ZERO for each in both), ZERO)
    name = "checked_percent"
    if not odometers_m:
        return not_told(name, "%", how(name), Finding.of("fleet_report.nothing_checked"))
    checked_m = sum((each.checked_distance_m or ZERO for each in both), ZERO)
    days = sum(each.distance_m is not None for each in month.days)
    share = PERCENT * len(both) / days
    return ReportFigure(
        name=name, value=legible(PERCENT * checked_m / odometers_m), unit="%", how=how(name), measured_percent=share
    )


def _busiest_day(month: FleetMonth) -> Figures:
    """Yield how many vehicles were used on the day of most use: what is more stands by even then."""
    used = Counter(each.day for each in month.days if each.distance_m and each.distance_m >= USED_FROM_M)
    if not used:
        reason = Finding.of("fleet_report.no_days")
        yield not_told("busiest_day_vehicles", "vehicles", how("busiest_day_vehicles"), reason)
        return
    most = max(used.values())
    there = [each for each in month.vehicles if each.valid_on(month.last)]
    yield counted("busiest_day_vehicles", most)
    yield counted("spare_vehicles", max(len(there) - most, 0))


def energy(month: FleetMonth) -> Figures:
    """Yield section 4: what was charged, lost and used."""
    electric = [each for each in month.vehicles if each.plugs_in]
    battery = [each for each in month.vehicles if each.drive is Drive.BATTERY]
    hybrid = [each for each in month.vehicles if each.drive is Drive.PLUG_IN_HYBRID]
    burning = [each for each in month.vehicles if each.drive is not Drive.BATTERY]
    yield summed("known_wh", month, electric)
    yield summed("own_charged_wh", month, electric)
    yield summed("elsewhere_charged_wh", month, electric)
    yield summed("battery_charged_wh", month, electric)
    yield weighted("charge_loss_percent", month, electric, lambda each: each.own_charged_wh)
    yield weighted("gross_wh_per_100km", month, battery, lambda each: each.distance_m)
    yield weighted("net_wh_per_100km", month, battery, lambda each: each.distance_m)
    yield weighted("standing_percent_per_day", month, electric, lambda each: Decimal(each.days))
    yield weighted("electric_share_percent", month, hybrid, lambda each: each.distance_m)
    yield summed("fuel_l", month, burning)
    yield weighted("fuel_l_per_100km", month, burning, lambda each: each.distance_m)
    yield _winter(month)


def _winter(month: FleetMonth) -> ReportFigure:
    found = winter_factor(month.beside.warmth if month.beside else ())
    if isinstance(found, Finding):
        return not_told("winter_factor", "1", how("winter_factor"), found)
    return ReportFigure(name="winter_factor", value=legible(found), unit="1", how=how("winter_factor"))
