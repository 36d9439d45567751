"""What roof power saves, by three methods that are never added; self-use and feed-in are two lines."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from core.exact import decimal_of
from core.factor_subjects import Subject
from core.factors import Boundary, Factor, Per
from core.texts import Finding
from fleet.choice import FactorChoice


class PvMethod(StrEnum):
    """How roof power is valued; only one of them may be a headline, by its name."""

    AVERAGE_DIRECT = "average_direct"
    """kWh × direct grid factor."""
    AVERAGE_UPSTREAM = "average_upstream"
    """kWh × (grid factor with Vorkette - life cycle of PV)."""
    SUBSTITUTION = "substitution"
    """kWh × the factor of what PV displaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PvSaving:
    """What an energy of roof power saved by one method; None with `reason` where it is not computed."""

    method: PvMethod
    energy_wh: Decimal
    avoided_g: Decimal | None
    factors: tuple[Factor, ...] = ()
    provisional: bool = False
    reason: Finding | None = None


def pv_savings(energy_wh: Fraction, choice: FactorChoice) -> tuple[PvSaving, ...]:
    """Return what roof power saved by each of the three methods."""
    return tuple(pv_saving(energy_wh, method, choice) for method in PvMethod)


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


_FACTORS = {
    PvMethod.AVERAGE_DIRECT: ((Subject.GRID, Boundary.DIRECT),),
    PvMethod.AVERAGE_UPSTREAM: ((Subject.GRID, Boundary.CO2E_UPSTREAM), (Subject.PV, Boundary.CO2E_UPSTREAM)),
    PvMethod.SUBSTITUTION: ((Subject.PV_SUBSTITUTION, Boundary.CO2E_UPSTREAM),),
}
