"""What roof power saves, by methods that are never added; self-use and feed-in are two lines."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from core.exact import decimal_of
from core.factor_subjects import Subject
from core.factors import Boundary, Factor, Per
from core.texts import Finding
from fleet.choice import FactorChoice
from fleet.savings.emission_terms import Timed
from fleet.savings.emissions import slots_missing


class PvMethod(StrEnum):
    """How roof power is valued; only one of them may be a headline, by its name."""

    AVERAGE_DIRECT = "average_direct"
    """kWh × direct grid factor."""
    AVERAGE_UPSTREAM = "average_upstream"
    """kWh × (grid factor with Vorkette - life cycle of PV)."""
    SUBSTITUTION = "substitution"
    """kWh × the factor of what PV displaces."""
    DIRECT_BY_SLOTS = "direct_by_slots"
    """Σ kWh × direct intensity of the quarter hour."""
    UPSTREAM_BY_SLOTS = "upstream_by_slots"
    """Σ kWh × intensity of the quarter hour with Vorkette, less the life cycle of PV."""

    @property
    def boundary(self) -> Boundary | None:
        """Return the boundary of the intensities of a method by slots, None for all others."""
        return {PvMethod.DIRECT_BY_SLOTS: Boundary.TTW, PvMethod.UPSTREAM_BY_SLOTS: Boundary.WTW}.get(self)


BY_SLOTS: Final = (PvMethod.DIRECT_BY_SLOTS, PvMethod.UPSTREAM_BY_SLOTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class PvSaving:
    """What an energy of roof power saved by one method; None with `reason` where it is not computed."""

    method: PvMethod
    energy_wh: Decimal
    avoided_g: Decimal | None
    factors: tuple[Factor, ...] = ()
    provisional: bool = False
    reason: Finding | None = None
    notes: tuple[Finding, ...] = ()


def pv_savings(energy_wh: Fraction, choice: FactorChoice) -> tuple[PvSaving, ...]:
    """Return what roof power saved by each of the three methods that need no quarter hours."""
    return tuple(pv_saving(energy_wh, method, choice) for method in PvMethod if method not in BY_SLOTS)


def pv_saving(energy_wh: Fraction, method: PvMethod, choice: FactorChoice) -> PvSaving:
    """Return what roof power saved by one method."""
    found = [choice.find(subject, boundary, Per.ENERGY) for subject, boundary in _FACTORS[method]]
    reason = next((each for each in found if isinstance(each, Finding)), None)
    energy = decimal_of(energy_wh)
    if reason is not None:
        return PvSaving(method=method, energy_wh=energy, avoided_g=None, reason=reason)
    chosen = [each for each in found if not isinstance(each, Finding)]
    grams = energy_wh * (chosen[0].factor.grams - sum((each.factor.grams for each in chosen[1:]), Fraction(0)))
    return PvSaving(
        method=method,
        energy_wh=energy,
        avoided_g=decimal_of(grams),
        factors=tuple(each.factor for each in chosen),
        provisional=any(each.provisional for each in chosen),
    )


def pv_saving_by_slots(energy_wh: Fraction, timed: Timed, method: PvMethod, choice: FactorChoice) -> PvSaving:
    """Return what roof power saved with the intensity of each quarter hour; the rest counts with the year's average.

    `timed` is what of the energy is known by quarter hours.
    """
    life_cycle = method is PvMethod.UPSTREAM_BY_SLOTS
    wanted = [(Subject.PV, Boundary.CO2E_UPSTREAM, energy_wh)] if life_cycle else []
    rest = energy_wh - timed.grid_wh
    if rest:
        wanted.append((Subject.GRID, timed.boundary, -rest))
    found = [(choice.find(subject, boundary, Per.ENERGY), amount) for subject, boundary, amount in wanted]
    reason = next((each for each, _ in found if isinstance(each, Finding)), None)
    energy = decimal_of(energy_wh)
    if reason is not None:
        return PvSaving(method=method, energy_wh=energy, avoided_g=None, reason=reason)
    chosen = [(each, amount) for each, amount in found if not isinstance(each, Finding)]
    grams = timed.grams - sum((amount * each.factor.grams for each, amount in chosen), Fraction(0))
    missing = slots_missing(timed.slots, timed.missing_slots, timed.missing_wh) if timed.missing_slots else None
    return PvSaving(
        method=method,
        energy_wh=energy,
        avoided_g=decimal_of(grams),
        factors=tuple(each.factor for each, _ in chosen),
        provisional=any(each.provisional for each, _ in chosen),
        notes=(missing,) if missing else (),
    )


_FACTORS = {
    PvMethod.AVERAGE_DIRECT: ((Subject.GRID, Boundary.DIRECT),),
    PvMethod.AVERAGE_UPSTREAM: ((Subject.GRID, Boundary.CO2E_UPSTREAM), (Subject.PV, Boundary.CO2E_UPSTREAM)),
    PvMethod.SUBSTITUTION: ((Subject.PV_SUBSTITUTION, Boundary.CO2E_UPSTREAM),),
}
