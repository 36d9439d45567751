"""Which factors a calculation takes: those of one day, of the usual sets or of those it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from core.factor_subjects import Subject
from core.factors import Boundary, Chosen, Factor, FactorTable, Per, Reference, Wanted
from core.texts import Finding

WHOLE = (Boundary.TTW, Boundary.WTW)
"""The two boundaries a saving can have: what burns and is burnt, or all from well and mine on."""


@dataclass(frozen=True, slots=True)
class FactorChoice:
    """Factors for one day. `groups` name sets by subject; what such a set lacks is missing, not taken elsewhere."""

    table: FactorTable
    day: date
    groups: Mapping[Subject, str] = field(default_factory=dict)

    def find(
        self, subject: Subject, boundary: Boundary | None, per: Per | None = None, reference: Reference | None = None
    ) -> Chosen | Finding:
        """Return the factor, or the finding why there is none."""
        return self.table.find(Wanted(subject, boundary, self.day, self.groups.get(subject), per, reference))

    def figure(self, subject: Subject) -> Chosen | Finding:
        """Return a parameter that has no boundary."""
        return self.find(subject, None)


def shown(factor: Factor) -> str:
    """Return a factor as findings name it."""
    boundary = f", {factor.boundary.value}" if factor.boundary else ""
    return f"{factor.id}: {factor.value} {factor.unit}{boundary}"
