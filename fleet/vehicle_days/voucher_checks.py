"""What cannot be on a paper about a vehicle, and what one had better look at twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from core.inventory import Vehicle
from core.inventory.mobility import VehicleClass
from core.texts import Finding
from core.vouchers import Voucher, VoucherKind

TANK_MOST_L: Final = Decimal(150)
"""No car and no van has a larger tank."""

LARGE_TANK_MOST_L: Final = Decimal(1500)
LARGE: Final = frozenset(
    {VehicleClass.M2, VehicleClass.M3, VehicleClass.N2, VehicleClass.N3, VehicleClass.L, VehicleClass.SPECIAL}
)
"""Lorries, buses and machines, some of which have several tanks."""

BATTERY_MOST: Final = Decimal("1.3")
"""So much of its battery at most is drawn in one charge, losses included."""

DAY_MOST_M: Final = Decimal(2_000_000)
"""Nobody drives farther in a day."""

NEEDED: Final = {
    VoucherKind.FUEL: ("fuel_l",),
    VoucherKind.CHARGING: ("energy_wh",),
    VoucherKind.LOGBOOK: ("distance_m", "odometer_m"),
}
"""What a paper says at least one of."""

FOREIGN: Final = {
    VoucherKind.FUEL: ("energy_wh", "place", "distance_m"),
    VoucherKind.CHARGING: ("fuel", "fuel_l", "distance_m"),
    VoucherKind.LOGBOOK: ("fuel", "fuel_l", "energy_wh", "place"),
}
"""What a paper of this kind cannot say."""

AMOUNTS: Final = ("fuel_l", "energy_wh", "distance_m")


def wrong_with(voucher: Voucher, vehicle: Vehicle, day: date, today: date) -> Iterator[Finding]:
    """Yield what cannot be; `day` is the paper's and `today` ours, both local."""
    if not vehicle.valid_on(day):
        yield Finding.of("vouchers.not_ours_then", field="at_utc", vehicle=vehicle.id, day=day.isoformat())
    if day > today:
        yield Finding.of("vouchers.ahead", field="at_utc")
    needed = NEEDED[voucher.kind]
    if all(getattr(voucher, name) is None for name in needed):
        yield Finding.of("vouchers.nothing_said", field=needed[0])
    for name in FOREIGN[voucher.kind]:
        if getattr(voucher, name) is not None:
            yield Finding.of("vouchers.foreign", field=name)
    for name in AMOUNTS:
        amount = getattr(voucher, name)
        if amount is not None and amount <= 0:
            yield Finding.of("vouchers.not_positive", field=name)
    if voucher.kind is VoucherKind.CHARGING and not vehicle.plugs_in:
        yield Finding.of("vouchers.cannot_charge", field="kind", vehicle=vehicle.id)
    if voucher.kind is VoucherKind.FUEL and voucher.fuel is None:
        yield Finding.of("vouchers.fuel_unknown", field="fuel", vehicle=vehicle.id)


def doubts_about(voucher: Voucher, vehicle: Vehicle) -> Iterator[Finding]:
    """Yield what is implausible, though it may be so."""
    most_l = LARGE_TANK_MOST_L if vehicle.vehicle_class in LARGE else TANK_MOST_L
    if voucher.fuel_l is not None and voucher.fuel_l > most_l:
        yield Finding.of("vouchers.beyond_tank", field="fuel_l", most=str(most_l))
    if voucher.fuel is not None and vehicle.burns is not None and voucher.fuel is not vehicle.burns:
        yield Finding.of("vouchers.other_fuel", field="fuel", vehicle=vehicle.id)
    if voucher.energy_wh is not None and vehicle.battery_wh is not None:
        most_wh = Decimal(repr(vehicle.battery_wh)) * BATTERY_MOST
        if voucher.energy_wh > most_wh:
            yield Finding.of("vouchers.beyond_battery", field="energy_wh", most=f"{most_wh / 1000:.0f}")
    if voucher.distance_m is not None and voucher.distance_m > DAY_MOST_M:
        yield Finding.of("vouchers.beyond_day", field="distance_m", most=f"{DAY_MOST_M / 1000:.0f}")
