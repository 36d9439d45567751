"""What the fleet's papers say of the past: fuel cards, bills of public charge points, and when vehicles were away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from core.fleet import Presence
from core.inventory import Inventory, Vehicle
from core.inventory.mobility import FuelKind
from core.vouchers import ChargePlace, Voucher, VoucherKind
from demo.chance import key_of, one_of
from demo.diary import Diary
from demo.driving import tank_l
from demo.trips import Refill, Trip

WRITER: Final = "demo"
_REFUEL_BELOW = 0.3
_FUEL_EUR_PER_L = {FuelKind.DIESEL: 1.61, FuelKind.PETROL: 1.74, FuelKind.HVO: 1.72}
_PUBLIC_EUR_PER_WH = 0.00059
_CENT, _CENTILITRE = Decimal("0.01"), Decimal("0.01")


def presences_of(inventory: Inventory, diary: Diary, start_s: float) -> Iterator[Presence]:
    """Yield where each vehicle was since when: at its site, away with each trip, and back; not of one person's car."""
    for name, vehicle in inventory.vehicles.items():
        trips = () if vehicle.personal else diary.trips.get(name, ())
        if trips:
            yield Presence(vehicle=name, since_utc=_at(start_s), site=vehicle.site)
        for trip in trips:
            yield Presence(vehicle=name, since_utc=_at(trip.depart_s), site=None)
            yield Presence(vehicle=name, since_utc=_at(trip.return_s), site=vehicle.site)


def vouchers_of(inventory: Inventory, seed: int, diary: Diary) -> Iterator[Voucher]:
    """Yield the lines of fuel cards and charging cards, by vehicle."""
    for name, vehicle in inventory.vehicles.items():
        yield from _fuel_card(vehicle, seed, diary.trips.get(name, ()))
        yield from _charging_card(name, diary.refills.get(name, ()))


def _fuel_card(vehicle: Vehicle, seed: int, trips: Sequence[Trip]) -> Iterator[Voucher]:
    """Yield the fillings of a vehicle: the tank is filled when a third or less is left."""
    fuel = vehicle.burns
    if fuel not in _FUEL_EUR_PER_L:
        return
    size_l = tank_l(vehicle)
    burnt_l = size_l * (1.0 - _REFUEL_BELOW) * one_of(key_of(seed, "tank", vehicle.id))
    for trip in trips:
        burnt_l += trip.burnt_l
        if burnt_l < size_l * (1.0 - _REFUEL_BELOW):
            continue
        at_utc = _at(trip.return_s - 900.0)
        filled_l = Decimal(str(burnt_l)).quantize(_CENTILITRE)
        wobble = 0.94 + 0.12 * one_of(key_of(seed, "price", fuel.value), int(trip.return_s // 86_400))
        yield Voucher(
            kind=VoucherKind.FUEL,
            vehicle=vehicle.id,
            at_utc=at_utc,
            number=f"T{at_utc:%y%m%d%H%M}",
            fuel=fuel,
            fuel_l=filled_l,
            amount_eur=(filled_l * Decimal(str(_FUEL_EUR_PER_L[fuel] * wobble))).quantize(_CENT),
            entered_by=WRITER,
            entered_at_utc=at_utc,
        )
        burnt_l = 0.0


def _charging_card(vehicle: str, refills: Sequence[Refill]) -> Iterator[Voucher]:
    for refill in refills:
        if refill.has_paper:
            at_utc = _at(refill.at_s)
            energy_wh = Decimal(round(refill.energy_wh / 10.0) * 10)
            yield Voucher(
                kind=VoucherKind.CHARGING,
                vehicle=vehicle,
                at_utc=at_utc,
                number=f"L{at_utc:%y%m%d%H%M}",
                energy_wh=energy_wh,
                place=ChargePlace.PUBLIC,
                amount_eur=(energy_wh * Decimal(str(_PUBLIC_EUR_PER_WH))).quantize(_CENT),
                entered_by=WRITER,
                entered_at_utc=at_utc,
            )


def _at(at_s: float) -> datetime:
    return datetime.fromtimestamp(int(at_s), UTC)
