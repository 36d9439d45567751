"""What is left of a vehicle's days once they may not be kept any longer: the sums of its months."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleMonth:
    """The sums of a vehicle's days in the local month that begins on `month`; what no day told is None.

    `days` were kept of it; of `distance_days` of them the distance is known, on `driven_days` it was not zero.
    """

    vehicle: str
    month: date
    days: int
    distance_days: int = 0
    driven_days: int = 0
    distance_m: Decimal | None = None
    odometer_end_m: Decimal | None = None
    own_charged_wh: Decimal = Decimal(0)
    elsewhere_charged_wh: Decimal = Decimal(0)
    battery_charged_wh: Decimal | None = None
    driven_wh: Decimal | None = None
    fuel_l: Decimal | None = None


class VehicleMonthBook(Protocol):
    """Keeps the sums that stand in the place of days."""

    async def first_vehicle_day(self) -> date | None:
        """Return the oldest day that any vehicle has, None if none has one."""
        ...

    async def settle_vehicle_months(self, months: Sequence[VehicleMonth], first: date, last: date) -> int:
        """Keep sums and forget the days from `first` to `last`, both or neither; return how many days went.

        A month that was settled before stays as it is: its days are gone, and what comes late would stand for all.
        """
        ...

    async def vehicle_months(
        self, first: date, last: date, vehicles: Collection[str] | None = None
    ) -> tuple[VehicleMonth, ...]:
        """Return the sums of the months that begin from `first` to `last`, by vehicle and month."""
        ...
