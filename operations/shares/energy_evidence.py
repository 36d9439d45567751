"""Where the energy of a settlement comes from: lines that operators stated, what meters counted, what was estimated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from core.evidence import Citation, CitedKind, Explanation, FigureId
from core.shares import FeedInStatement
from core.texts import Finding
from operations.evidence.figures import TOTAL
from renewables.accounts import SettledPlant
from renewables.energy_base import BaseMonth, BaseSource

Stated = Sequence[FeedInStatement]


def months_of(settlement: SettledPlant) -> tuple[BaseMonth, ...]:
    """Return the months of a settlement's energy."""
    return settlement.base.months if settlement.base else ()


def energies_of(settlement: SettledPlant, stated: Stated) -> Iterator[Explanation]:
    """Yield what stands behind a plant's energy, month by month."""
    for month in months_of(settlement):
        if month.fed_in_wh is not None and month.source is not BaseSource.NONE:
            yield _month(settlement, month, stated)
        for reason, energy in month.fictitious_wh:
            if energy:
                title = Finding.of(f"shares.fictitious.{reason.value}", month=month.month)
                yield _stated(settlement, month, stated, title, energy)


def _month(settlement: SettledPlant, month: BaseMonth, stated: Stated) -> Explanation:
    energy = month.fed_in_wh or 0
    if month.source is BaseSource.STATEMENT:
        return _stated(settlement, month, stated, Finding.of("shares.stated", month=month.month), energy)
    if month.source is BaseSource.ESTIMATE:
        return Explanation(title=Finding.of("shares.estimate", month=month.month), value=Decimal(energy), unit="Wh")
    return _metered(settlement, month, energy)


def _metered(settlement: SettledPlant, month: BaseMonth, energy_wh: int) -> Explanation:
    """Return what a meter counted, by the id of that total."""
    common = settlement.base.common_meter if settlement.base else None
    meter = common or settlement.plant.feed_in_meter
    source = f"meter:{meter}" if meter else settlement.plant.source
    figure = str(FigureId(TOTAL, month.month, source, "energy_export_wh"))
    counted = None if month.metered_wh is None else Decimal(month.metered_wh)
    known = {name: f"{100 * share:.1f} %" for name, share in month.shares if share}
    return Explanation(
        title=Finding.of("shares.metered", month=month.month),
        figure=figure,
        value=Decimal(energy_wh),
        unit="Wh",
        citation=Citation(kind=CitedKind.FIGURE, reference=figure, value=counted, unit="Wh"),
        details={**known, **({"common_meter": common} if common else {})},
    )


def _stated(settlement: SettledPlant, month: BaseMonth, stated: Stated, title: Finding, energy_wh: int) -> Explanation:
    """Return what an operator stated, with the line that says so."""
    said = [line for line in stated if line.month == month.month and line.fed_in_wh == month.stated_wh]
    line = said[-1] if said else None
    number = f"/{line.number}" if line and line.number else ""
    by = {"entered_by": line.entered_by, "entered_at": f"{line.entered_at_utc:%Y-%m-%d}"} if line else {}
    return Explanation(
        title=title,
        value=Decimal(energy_wh),
        unit="Wh",
        citation=Citation(
            kind=CitedKind.ENTRY,
            reference=f"feed_in/{settlement.plant.id}/{month.month}{number}",
            value=Decimal(energy_wh),
            unit="Wh",
            received_at_utc=line.entered_at_utc if line else None,
        ),
        details=by,
    )
