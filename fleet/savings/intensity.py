"""The grid's intensity from what was generated: weighted by energy, with one factor per technology and day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Final

from core.factor_subjects import Subject
from core.factors import Boundary, FactorTable, Per, Wanted
from core.texts import Finding

DECIMALS: Final = 3
"""Thousandths of a gram: more no factor can tell."""


def intensity_of_generation(
    generated_mwh: Mapping[int, Mapping[Subject, float]], boundary: Boundary, table: FactorTable
) -> dict[int, float] | Finding:
    """Return g/kWh by instant (ms), or the finding that names all technologies without a factor of this boundary.

    The table must have all of them: a technology that is left out would count as clean. An instant at which nothing
    was generated has no intensity.
    """
    factors: dict[tuple[Subject, date], float] = {}
    missing: set[Subject] = set()
    for at_ms, amounts in generated_mwh.items():
        day = datetime.fromtimestamp(at_ms / 1000, UTC).date()
        for subject in amounts:
            if (subject, day) not in factors and subject not in missing:
                found = table.find(Wanted(subject, boundary, day, per=Per.ENERGY))
                if isinstance(found, Finding):
                    missing.add(subject)
                else:
                    factors[subject, day] = float(found.factor.grams * 1000)
    if missing:
        names = ", ".join(sorted(subject.value for subject in missing))
        return Finding.of("intensity.no_factor", technologies=names, boundary=boundary.value)
    found_g: dict[int, float] = {}
    for at_ms, amounts in generated_mwh.items():
        whole = sum(amounts.values())
        if whole > 0:
            day = datetime.fromtimestamp(at_ms / 1000, UTC).date()
            grams = sum(mwh * factors[subject, day] for subject, mwh in amounts.items())
            found_g[at_ms] = round(grams / whole, DECIMALS)
    return found_g
