"""Energy at the charge point from what a vehicle shows, electric kilometres, and roof power's share of a charge."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from core.fleet import PvAllocation
from core.texts import Finding
from fleet.savings.emission_terms import METRES_PER_100KM


class LossBasis(StrEnum):
    """What a loss is a percentage of: of the energy shown (surcharge), or of the energy drawn."""

    SURCHARGE = "surcharge"
    OF_DRAWN = "of_drawn"


def drawn_wh(shown_wh: Fraction, loss_percent: Decimal, basis: LossBasis) -> Fraction:
    """Return the energy at the charge point of what a vehicle shows, e.g. 2,500 with 12 %: 2,800 or 2,840.909…."""
    loss = Fraction(loss_percent) / 100
    return shown_wh * (1 + loss) if basis is LossBasis.SURCHARGE else shown_wh / (1 - loss)


def electric_distance_m(
    distance_m: Fraction | None, plug_wh: Fraction | None, loss_percent: Decimal, wh_per_100km: Fraction | None
) -> Fraction | Finding:
    """Return the electric part of a plug-in hybrid's distance: min(km, kWh × (1 - loss) / consumption)."""
    if distance_m is None or plug_wh is None or not wh_per_100km:
        return Finding.of("emissions.electric_distance_unknown")
    driven_wh = plug_wh * (1 - Fraction(loss_percent) / 100)
    return min(distance_m, driven_wh / wh_per_100km * METRES_PER_100KM)


def used_pv_wh(generation_wh: Fraction, loads_wh: Fraction, export_wh: Fraction | None) -> Fraction:
    """Return the roof power used behind a meter in a slot: generation less export, else min(generation, loads)."""
    if export_wh is None:
        return min(generation_wh, loads_wh)
    return max(Fraction(0), min(generation_wh - export_wh, loads_wh))


def pv_share_wh(
    load_wh: Fraction, others_wh: Fraction, generation_wh: Fraction, export_wh: Fraction | None, method: PvAllocation
) -> Fraction:
    """Return how much of a load's slot was roof power, e.g. PV 8, building 10, car 5: 2.67 pro rata, else 0."""
    used = used_pv_wh(generation_wh, load_wh + others_wh, export_wh)
    if method is PvAllocation.SURPLUS_FIRST:
        return min(load_wh, max(Fraction(0), generation_wh - others_wh), used)
    return used * load_wh / (load_wh + others_wh) if load_wh else Fraction(0)
