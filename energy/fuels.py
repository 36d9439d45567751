"""Energy of fuels: gas by the month's Zustandszahl and Brennwert (DVGW G 685), oil and pellets by one figure.

Ho (Brennwert) and Hi (Heizwert) are never mixed: each is a quantity of its own, and the one comes from the
other only by the ratio that somebody has said of the fuel. A month without figures has no energy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Final

import numpy as np

from core.inventory import EnergyBasis, Fuel, FuelMonth, Medium
from core.quantities import Quantity
from core.texts import Finding
from energy.formulas import scaled
from energy.series import Amounts, Instants

BASES: Final[Mapping[Quantity, EnergyBasis]] = {
    Quantity.FUEL_HO_WH: EnergyBasis.HO,
    Quantity.FUEL_HI_WH: EnergyBasis.HI,
}

BURNT: Final[Mapping[Medium, Quantity]] = {
    Medium.GAS: Quantity.VOLUME_M3,
    Medium.OIL: Quantity.VOLUME_M3,
    Medium.PELLETS: Quantity.MASS_G,
}
"""In what the use of a fuel is counted."""

WH_PER_KWH = 1000
G_PER_T = 1_000_000


def energy_per_unit(fuel: Fuel, quantity: Quantity, month: str) -> Fraction | Finding:
    """Return how many Wh of `quantity` a m³ (pellets: a gram) holds in a month like `2026-10`, or why not."""
    held = _held(fuel, month)
    basis = BASES[quantity]
    if isinstance(held, Finding) or fuel.basis is basis:
        return held
    if fuel.hi_per_ho is None:
        return Finding.of("fuels.ratio_missing", fuel=fuel.name, basis=basis.value)
    ratio = Fraction(fuel.hi_per_ho)
    return held * ratio if basis is EnergyBasis.HI else held / ratio


def months_without(fuel: Fuel, quantity: Quantity, months: Iterable[str]) -> tuple[str, ...]:
    """Return the months in which nobody knows the energy of a fuel."""
    return tuple(month for month in months if isinstance(energy_per_unit(fuel, quantity, month), Finding))


def month_figures(fuel: Fuel, month: str) -> FuelMonth | None:
    """Return what the grid operator said of a month, None where there is nothing."""
    return next((each for each in fuel.months if each.month == month), None)


def converted(used: Amounts, borders_ms: Instants, factors: Iterable[Fraction | None]) -> Amounts:
    """Return the energy of what was used, in thousandths of Wh; nothing in months without a factor.

    `borders_ms` are the begins of local months and the end of the last, `factors` those of each, per unit.
    """
    each = list(factors)
    month = np.searchsorted(borders_ms, used.start_ms, side="right") - 1
    known = np.array([factor is not None for factor in each], np.bool_)
    inside = (month >= 0) & (month < len(each))
    kept = used.take(inside & known[np.clip(month, 0, len(each) - 1)])
    place = np.searchsorted(borders_ms, kept.start_ms, side="right") - 1
    thousandths = np.zeros(len(kept), np.int64)
    for number, factor in enumerate(each):
        rows = place == number
        if factor is not None and rows.any():
            thousandths[rows] = scaled(kept.thousandths[rows], place[rows], factor)
    return replace(kept, thousandths=thousandths)


def _held(fuel: Fuel, month: str) -> Fraction | Finding:
    """Return what a unit of the fuel holds on the fuel's own basis."""
    if fuel.medium is Medium.GAS:
        said = month_figures(fuel, month)
        if said is None:
            return Finding.of("fuels.month_missing", fuel=fuel.name, month=month)
        return Fraction(said.state_number) * Fraction(said.energy_kwh_per_m3) * WH_PER_KWH
    if not fuel.valid_on(date.fromisoformat(f"{month}-01")):
        return Finding.of("fuels.not_valid", fuel=fuel.name, month=month)
    if fuel.medium is Medium.PELLETS:
        figure = fuel.energy_kwh_per_t
        held = None if figure is None else Fraction(figure) * WH_PER_KWH / G_PER_T
    else:
        figure = fuel.energy_kwh_per_m3
        held = None if figure is None else Fraction(figure) * WH_PER_KWH
    return Finding.of("fuels.figure_missing", fuel=fuel.name) if held is None else held
