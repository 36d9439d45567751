"""The terms of a stated figure as people read them, with the factors as they were when it was stated."""

from __future__ import annotations

from fleet.savings import FactorUsed, SavedFigure, SavedLine, SavingsStatement
from operations.calc.rows import PER_UNITS, FactorUse, TermRow, in_unit


def saved_terms(statement: SavingsStatement, figure: SavedFigure) -> tuple[TermRow, ...]:
    """Return the terms of a figure, each with its factor."""
    return tuple(_term(line, statement.factor(line.factor)) for line in figure.lines)


def _term(line: SavedLine, factor: FactorUsed | None) -> TermRow:
    return TermRow(
        term=line.term,
        subject=line.subject,
        amount=in_unit(line.amount, line.per),
        unit=PER_UNITS[line.per],
        co2e_g=line.co2e_g,
        factor=_use(factor, provisional=line.provisional) if factor else None,
        g_per_kwh=line.g_per_kwh,
        distance_km=None if line.distance_m is None else line.distance_m / 1000,
        per_100km=None if line.per_100km is None else in_unit(line.per_100km, line.per),
    )


def _use(factor: FactorUsed, *, provisional: bool) -> FactorUse:
    return FactorUse(
        id=factor.id,
        subject=factor.subject,
        value=factor.value,
        unit=factor.unit,
        boundary=factor.boundary,
        reference=None,
        year=factor.year,
        edition=factor.edition,
        status=factor.status,
        provenance=factor.provenance,
        source=factor.source,
        provisional=provisional,
    )
