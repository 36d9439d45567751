"""The figures of a vehicle's month as they are kept: every variant with its lines, its band, and its reasons."""

from __future__ import annotations

from collections.abc import Iterator

from core.exact import decimal_of
from core.factors import Factor
from core.inventory import Vehicle
from core.texts import Finding
from fleet.choice import WHOLE, FactorChoice
from fleet.savings.emission_terms import Activity, Line, Resolution, Savings
from fleet.savings.emissions import fuels_of, savings
from fleet.savings.statement import FIGURES, SavedDoubt, SavedFigure, SavedLine, Variant
from fleet.savings.timed import GridCourse
from fleet.savings.uncertainty import Band, band_of


def figures_of(
    vehicle: Vehicle, activity: Activity, course: GridCourse, choice: FactorChoice, used: dict[str, Factor]
) -> tuple[SavedFigure, ...]:
    """Return all figures; those by quarter hours need a series of intensities within their boundary."""
    found: dict[Variant, SavedFigure] = {}
    fuels = {boundary: fuels_of(activity, choice, boundary) for boundary in WHOLE}
    lines = KeptLines()
    for name, variant in FIGURES.items():
        boundary, account, resolution = variant
        why_not = course.why_not(boundary) if resolution is Resolution.TIME_RESOLVED else None
        if why_not is not None:
            reasons = found[boundary, account, Resolution.ANNUAL].reasons
            found[variant] = SavedFigure(name=name, value_g=None, reasons=(*reasons, why_not))
        else:
            saved = savings(activity, choice, *variant, fuels[boundary])
            used.update((line.factor.id, line.factor) for line in saved.lines if line.factor)
            found[variant] = _figure(name, saved, vehicle, choice, lines)
    return tuple(found.values())


def _figure(name: str, found: Savings, vehicle: Vehicle, choice: FactorChoice, lines: KeptLines) -> SavedFigure:
    band = band_of(found, choice, vehicle.baseline.basis if vehicle.baseline else None, measured=True)
    known = band if isinstance(band, Band) else None
    return SavedFigure(
        name=name,
        value_g=found.avoided_g,
        provisional=found.provisional,
        lines=tuple(map(lines.saved, found.lines)),
        low_g=known.low_g if known else None,
        high_g=known.high_g if known else None,
        doubts=tuple(
            SavedDoubt(doubt=part.doubt, rule=part.rule, percent=part.percent, co2e_g=part.co2e_g)
            for part in (known.parts if known else ())
        ),
        reasons=found.reasons,
        notes=(*found.notes, *_stand_ins(found), *([band] if isinstance(band, Finding) else [])),
    )


def _stand_ins(found: Savings) -> Iterator[Finding]:
    for line in found.lines:
        if line.provisional and line.factor:
            yield Finding.of("calc.provisional", subject=line.subject.value, year=str(line.factor.year))


class KeptLines:
    """Lines as they are kept, each made once: several figures of a vehicle share those of its fuel."""

    def __init__(self) -> None:
        self._by_line: dict[int, tuple[Line, SavedLine]] = {}

    def saved(self, line: Line) -> SavedLine:
        """Return a line as it is kept."""
        if id(line) not in self._by_line:
            self._by_line[id(line)] = line, _line(line)
        return self._by_line[id(line)][1]


def _line(line: Line) -> SavedLine:
    return SavedLine(
        term=line.term,
        subject=line.subject,
        amount=decimal_of(line.amount),
        per=line.per,
        co2e_g=line.co2e_g,
        factor=line.factor.id if line.factor else "",
        provisional=line.provisional,
        g_per_kwh=line.g_per_kwh,
        distance_m=None if line.distance_m is None else decimal_of(line.distance_m),
        per_100km=line.per_100km,
    )
