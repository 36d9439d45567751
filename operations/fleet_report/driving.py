"""Sections 3 and 4 of the monthly report: how far and how often vehicles were driven, and what that took."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from core.inventory import Drive
from core.texts import Finding
from operations.fleet_report.facts import FleetMonth
from operations.fleet_report.sums import Figures, counted, how, percent_of, summed, weighted
from operations.reports.figures import not_told

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
    yield summed("away_s", month, month.vehicles)
    used = [each.used_percent for each in month.figures.values() if each.days]
    told = [each for each in used if isinstance(each, Decimal)]
    if told:
        yield counted("idle_vehicles", sum(each < IDLE_PERCENT for each in told))
    else:
        yield not_told("idle_vehicles", "vehicles", how("idle_vehicles"), Finding.of("fleet_report.no_days"))
    yield not_told("short_trips", "trips", how("short_trips"), Finding.of("fleet_report.trips_not_kept"))


def energy(month: FleetMonth) -> Figures:
    """Yield section 4: what was charged, lost and used."""
    electric = [each for each in month.vehicles if each.plugs_in]
    battery = [each for each in month.vehicles if each.drive is Drive.BATTERY]
    hybrid = [each for each in month.vehicles if each.drive is Drive.PLUG_IN_HYBRID]
    burning = [each for each in month.vehicles if each.drive is not Drive.BATTERY]
    yield summed("known_wh", month, electric)
    yield summed("own_charged_wh", month, electric)
    yield summed("elsewhere_charged_wh", month, electric)
    yield weighted("charge_loss_percent", month, electric, lambda each: each.own_charged_wh)
    yield weighted("gross_wh_per_100km", month, battery, lambda each: each.distance_m)
    yield weighted("net_wh_per_100km", month, battery, lambda each: each.distance_m)
    yield weighted("standing_percent_per_day", month, electric, lambda each: Decimal(each.days))
    yield weighted("electric_share_percent", month, hybrid, lambda each: each.distance_m)
    yield summed("fuel_l", month, burning)
    yield weighted("fuel_l_per_100km", month, burning, lambda each: each.distance_m)
    reason = Finding.of("fleet_report.no_temperature")
    yield not_told("winter_factor", "1", how("winter_factor"), reason)
