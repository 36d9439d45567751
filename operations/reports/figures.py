"""Figures of reports: each with its id, how it is known or why it is not told, and the figures that it stands on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from core.evidence import Citation, Explanation
from core.intervals import RELIABLE_FROM, Amount
from core.readings import SlotShare
from core.texts import Finding
from operations.evidence.interval import exact

PERCENT: Final = 100
ENOUGH_KNOWN: Final = 0.999
"""Below this a total is marked as incomplete."""

HUNDREDTH: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a figure stands on: another figure by its id, or a thing that is cited; what it came to, and whose it is."""

    figure: str = ""
    name: str
    value: Decimal | None
    unit: str
    citation: Citation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFigure:
    """One figure: `name` as in its id, `value` in `unit` (None: not computed, `reason` says why), `how` it came about.

    `share` says how a total is known, `measured_percent` how much of its course was measured. `grounds_left_out` of
    very many equal grounds are not spelled out.
    """

    name: str
    value: Decimal | None
    unit: str
    how: Finding
    share: SlotShare | None = None
    measured_percent: float | None = None
    reason: Finding | None = None
    remarks: tuple[Finding, ...] = ()
    grounds: tuple[Ground, ...] = ()
    grounds_left_out: int = 0

    def explanation(self, figure: str, title: Finding) -> Explanation:
        """Return where the figure comes from; the figures it stands on explain themselves."""
        said = {} if self.share is None else {"share": self.share.value}
        if self.measured_percent is not None:
            said["measured_percent"] = f"{self.measured_percent:.1f}"
        return Explanation(
            title=title,
            figure=figure,
            value=self.value,
            unit=self.unit,
            how=self.how,
            findings=(*((self.reason,) if self.reason else ()), *self.remarks),
            parts=tuple(
                Explanation(
                    title=Finding.of("reports.ground", name=each.name),
                    figure=each.figure,
                    value=each.value,
                    unit=each.unit,
                    citation=each.citation,
                )
                for each in self.grounds
            ),
            parts_left_out=self.grounds_left_out,
            details=said,
        )


def of_amount(
    name: str, unit: str, how: Finding, amount: Amount, grounds: Iterable[Ground], names: Mapping[str, str]
) -> ReportFigure:
    """Return the figure of what was counted; one that is not known throughout says so, silent sources by `names`."""
    known = ReportFigure(
        name=name,
        value=None if amount.thousandths is None else exact(amount.thousandths),
        unit=unit,
        how=how,
        share=amount.share,
        measured_percent=PERCENT * amount.shares.of(SlotShare.MEASURED),
        grounds=tuple(grounds),
    )
    if amount.thousandths is None:
        return replace(known, share=None, measured_percent=None, reason=Finding.of("reports.nothing_known"))
    return replace(known, remarks=tuple(_incomplete(amount, names)))


def not_told(name: str, unit: str, how: Finding, reason: Finding) -> ReportFigure:
    """Return a figure that is not computed."""
    return ReportFigure(name=name, value=None, unit=unit, how=how, reason=reason)


def change_of(name: str, now: ReportFigure, before: ReportFigure, grounds: tuple[Ground, ...]) -> ReportFigure:
    """Return by how many percent a figure is above (or below) that of the year before, where both are whole."""
    how = Finding.of("reports.how_change")
    if now.value is None or before.value is None or not before.value:
        return not_told(name, "%", how, Finding.of("reports.nothing_to_compare"))
    if now.remarks or before.remarks:
        return not_told(name, "%", how, Finding.of("reports.compared_incomplete"))
    percent = (PERCENT * (now.value - before.value) / before.value).quantize(HUNDREDTH, ROUND_HALF_EVEN)
    return ReportFigure(name=name, value=percent, unit="%", how=how, grounds=grounds)


def per_area(name: str, figure: ReportFigure, area_m2: float, ground: Ground) -> ReportFigure:
    """Return a figure per square metre."""
    how = Finding.of("reports.how_per_area", area=area_m2)
    unit = f"{figure.unit}/m²"
    if figure.value is None:
        return not_told(name, unit, how, figure.reason or Finding.of("reports.nothing_known"))
    if not area_m2:
        return not_told(name, unit, Finding.of("reports.how_area"), Finding.of("reports.no_area"))
    value = (figure.value / Decimal(str(area_m2))).quantize(Decimal("0.001"), ROUND_HALF_EVEN)
    return ReportFigure(name=name, value=value, unit=unit, how=how, remarks=figure.remarks, grounds=(ground,))


def named(figures: Iterable[ReportFigure]) -> Mapping[str, ReportFigure]:
    """Return figures by name."""
    return {each.name: each for each in figures}


def _incomplete(amount: Amount, names: Mapping[str, str]) -> Iterator[Finding]:
    if amount.silent:
        silent = ", ".join(names.get(source, source) for source in amount.silent[:3])
        yield Finding.of("reports.silent", count=len(amount.silent), sources=silent)
    elif amount.share is not SlotShare.MISSING:
        return  # between two readings the total is whole, however little is known of its course
    yield remark_of(1 - amount.shares.of(SlotShare.MISSING))


def remark_of(known: float) -> Finding:
    """Return what is to be said of a total of which only a part (0 to 1) is known, or all but its begin or end."""
    if known < RELIABLE_FROM:
        return Finding.of("reports.not_reliable", known=round(PERCENT * known, 1))
    if known < ENOUGH_KNOWN:
        return Finding.of("reports.incomplete", known=round(PERCENT * known, 1))
    return Finding.of("reports.border_missing")
