"""Which part of a site's highest quarter hour was charging, and what that part costs.

    cost  kW of the charge points in the peak x price of power; a yearly price counts with a twelfth in each month

Source: fleet-report 3, section 8.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from core.texts import Finding
from fleet.vehicle_days.sums import ZERO, Value

W_PER_KW: Final = 1000
MONTHS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerPrice:
    """What power costs, in EUR per kW and month or (`yearly`) per kW and year."""

    eur_per_kw: Decimal
    yearly: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePeak:
    """The peak of a site in a month with what its charge points drew in it; `figure` is the peak's id."""

    site: str
    name: str
    peak_w: Decimal | None = None
    charging_w: Value
    price: PowerPrice | Finding
    figure: str = ""

    @property
    def cost_eur(self) -> Value:
        """Return what the charge points' part of the peak costs in the month, or why it is not computed."""
        if isinstance(self.charging_w, Finding):
            return self.charging_w
        if isinstance(self.price, Finding):
            return self.price
        months = MONTHS if self.price.yearly else 1
        return round(self.charging_w / W_PER_KW * self.price.eur_per_kw / months, 2)


def charging_at_peaks_w(peaks: tuple[SitePeak, ...]) -> Value:
    """Return what charging drew in the peaks of sites together, each at its own moment."""
    return _summed([each.charging_w for each in peaks])


def cost_of_peaks_eur(peaks: tuple[SitePeak, ...]) -> Value:
    """Return what charging costs in the peaks of sites together."""
    return _summed([each.cost_eur for each in peaks])


def _summed(values: list[Value]) -> Value:
    known = [each for each in values if isinstance(each, Decimal)]
    reasons = [each for each in values if isinstance(each, Finding)]
    if known:
        return sum(known, ZERO)
    return max(reasons, key=reasons.count) if reasons else Finding.of("fleet_costs.no_charge_points")
