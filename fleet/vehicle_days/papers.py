"""What papers say of a vehicle's days: fuel, charging elsewhere, and the logbook's distance beside the odometer's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from core.vouchers import Voucher, VoucherKind


@dataclass(slots=True)
class Papers:
    """The sums of a day's vouchers; None where there is none of a kind."""

    fuel_l: Decimal | None = None
    charged_wh: Decimal = Decimal(0)
    distance_m: Decimal | None = None


def papers_of(vouchers: Iterable[Voucher], zone: ZoneInfo) -> dict[date, Papers]:
    """Return the sums of each local day that has vouchers."""
    days: dict[date, Papers] = defaultdict(Papers)
    for voucher in vouchers:
        day = days[voucher.at_utc.astimezone(zone).date()]
        match voucher.kind:
            case VoucherKind.FUEL if voucher.fuel_l is not None:
                day.fuel_l = (day.fuel_l or Decimal(0)) + voucher.fuel_l
            case VoucherKind.CHARGING if voucher.energy_wh is not None:
                day.charged_wh += voucher.energy_wh
            case VoucherKind.LOGBOOK if voucher.distance_m is not None:
                day.distance_m = (day.distance_m or Decimal(0)) + voucher.distance_m
    return dict(days)
