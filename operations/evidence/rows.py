"""Explanations and totals as programs get them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from core.evidence import Citation, Explanation
from core.intervals import Reliability
from core.quantities import Quantity
from core.readings import SlotShare
from operations.values import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalRow:
    """A total: exactly what was counted (None: not known), how that is known, and how much was measured.

    `reliability` says whether that is the whole, a lower bound, or too little to be relied upon. `corrected` is how
    much of it no dial counted: people booked it to be added, or taken away if negative.
    """

    period: str
    begin_utc: datetime
    quantity: Quantity
    value: Decimal | None
    share: SlotShare
    measured_percent: float
    figure: str
    reliability: Reliability = Reliability.WHOLE
    corrected: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A figure or a thing that it stands on, with its parts (see `core.evidence.Explanation`)."""

    title: Told
    figure: str = ""
    value: Decimal | None = None
    unit: str = ""
    how: Told | None = None
    citation: Citation | None = None
    findings: tuple[Told, ...] = ()
    parts: tuple[Explained, ...] = ()
    parts_left_out: int = 0
    frozen: bool = False
    intact: bool | None = None
    details: dict[str, str] = field(default_factory=dict)


def told(explanation: Explanation) -> Explained:
    """Return an explanation as programs get it."""
    return Explained(
        title=Told.of(explanation.title),
        figure=explanation.figure,
        value=explanation.value,
        unit=explanation.unit,
        how=Told.of(explanation.how) if explanation.how else None,
        citation=explanation.citation,
        findings=tuple(map(Told.of, explanation.findings)),
        parts=tuple(map(told, explanation.parts)),
        parts_left_out=explanation.parts_left_out,
        frozen=explanation.frozen,
        intact=explanation.intact,
        details=dict(explanation.details),
    )
