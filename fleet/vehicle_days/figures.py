"""The figures of a vehicle over days: distance, energy, consumption gross and net, losses, standing, use.

    known energy      own charge points + charging elsewhere by vouchers, at the plug
    expected energy   (km x consumption + rise of the charge x battery) / (1 - charging loss), at the plug
    reliable          known is at least 85 % of expected; else charging elsewhere is unknown
    gross             (known - rise of the charge x battery / (1 - loss)) / km x 100
    net               energy that the vehicle used / km x 100
    charging loss     1 - energy into the battery / energy at the charge point
    standing loss     points of charge lost while parked and not charged / parked days
    electric km       of a plug-in hybrid: min(km, known x (1 - loss) / electric consumption)

A figure that cannot be computed is a `Finding` that says why. Sources: fleet-report 3 and 4; electric kilometres as
in the method rules of the emissions.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Final

from core.fleet import VehicleDay
from core.inventory import Vehicle
from core.readings import SlotShare
from core.texts import Finding
from energy.series import SHARE_NUMBERS
from fleet.vehicle_days.stays import merged
from fleet.vehicle_days.sums import ZERO, Sums, Value, per_100km

USED_FROM_M: Final = Decimal(1_000)
"""A vehicle was used on a day on which it drove a kilometre: odometers have whole kilometres."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleFigures:
    """What came out for one vehicle over days; `reliable` None: nobody can say.

    Percentages are of 100; `standing_percent_per_day` are points of charge. `days_used` of `working_days` may be
    more: vehicles are used on weekends too. `findings` say what is to be known of all of them.
    """

    vehicle: str
    first: date
    last: date
    days: int
    distance_m: Value
    distance_share: SlotShare
    own_charged_wh: Decimal
    elsewhere_charged_wh: Decimal
    known_wh: Decimal
    expected_wh: Value
    known_percent: Value
    reliable: bool | None
    battery_charged_wh: Value
    charge_loss_percent: Value
    gross_wh_per_100km: Value
    net_wh_per_100km: Value
    standing_percent_per_day: Value
    electric_distance_m: Value
    electric_share_percent: Value
    fuel_l: Value
    fuel_l_per_100km: Value
    days_used: int
    working_days: int
    used_percent: Value
    away_s: Value
    mean_day_m: Value
    p95_day_m: Value
    dwell_s: Mapping[str, int] = field(default_factory=dict, hash=False)
    findings: tuple[Finding, ...] = ()


def figures_of(
    vehicle: Vehicle, days: Sequence[VehicleDay], working: Collection[date], first: date, last: date
) -> VehicleFigures:
    """Return the figures of a vehicle's days, which lie from `first` to `last`; `working` are the working days."""
    sums = Sums(vehicle, days)
    used = [day.distance_m for day in days if day.distance_m is not None and day.distance_m >= USED_FROM_M]
    at_work = sum(vehicle.valid_on(day) for day in working if first <= day <= last)
    return VehicleFigures(
        vehicle=vehicle.id,
        first=first,
        last=last,
        days=len(days),
        distance_m=sums.distance_m,
        distance_share=_weakest(days),
        own_charged_wh=sums.own_wh,
        elsewhere_charged_wh=sums.elsewhere_wh,
        known_wh=sums.known_wh,
        expected_wh=sums.expected_wh,
        known_percent=sums.known_percent,
        reliable=sums.reliable,
        battery_charged_wh=sums.battery_wh,
        charge_loss_percent=sums.measured_loss_percent,
        gross_wh_per_100km=sums.gross,
        net_wh_per_100km=sums.net,
        standing_percent_per_day=sums.standing,
        electric_distance_m=sums.electric_distance_m,
        electric_share_percent=sums.electric_share_percent,
        fuel_l=sums.fuel_l,
        fuel_l_per_100km=per_100km(sums.fuel_l, sums.distance_m),
        days_used=len(used),
        working_days=at_work,
        used_percent=Decimal(100 * len(used)) / at_work if at_work else Finding.of("figures.no_working_day"),
        away_s=sums.away_s,
        mean_day_m=sum(used, ZERO) / len(used) if used else Finding.of("figures.not_used"),
        p95_day_m=sorted(used)[ceil(Decimal("0.95") * len(used)) - 1] if used else Finding.of("figures.not_used"),
        dwell_s=merged([day.dwell_s for day in days]),
        findings=sums.findings,
    )


def _weakest(days: Sequence[VehicleDay]) -> SlotShare:
    """Return how a distance over days is known: as its outer ends are; missing where something between them is."""
    if not days or any(day.distance_share is SlotShare.MISSING for day in days):
        return SlotShare.MISSING
    return max((days[0].distance_share, days[-1].distance_share), key=SHARE_NUMBERS.__getitem__)
