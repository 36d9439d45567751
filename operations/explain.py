"""Where a figure comes from, down to the readings, frames, bookings and rules that made it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from core.errors import NotFoundError
from core.evidence import Citation, Explanation, FigureId
from operations.explain_interval import explain_interval
from operations.explain_total import explain_total
from operations.figures import INTERVAL, TOTAL
from operations.freezing import explain_frozen
from operations.house import Call, House
from operations.values import Told

Explainer = Callable[[House, FigureId, Call], Awaitable[Explanation]]
"""Returns where a figure comes from as it stands now; raises `RequestError` for an id that means nothing.

It checks that the actor may see what the figure is about.
"""

EXPLAINERS: Final[dict[str, Explainer]] = {
    INTERVAL: explain_interval,
    TOTAL: explain_total,
}
"""How each kind of figure is explained, by the first part of its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainFigure:
    """Which figure, by the id printed beside it."""

    figure: str


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


async def explain_figure(house: House, request: ExplainFigure, call: Call) -> Explained:
    """Return where a figure comes from; with `@r2` from what version 2 of its statement froze.

    Raises `RequestError` for what is no figure id, `NotFoundError` for an unknown kind or version,
    `ForbiddenError` outside the actor's sites.
    """
    figure = FigureId.parse(request.figure.strip())
    explainer = EXPLAINERS.get(figure.report)
    if explainer is None:
        raise NotFoundError("evidence.report_unknown", report=figure.report[:80], known=", ".join(EXPLAINERS))
    if figure.version is None:
        return told(await explainer(house, figure, call))
    return told(await explain_frozen(house, figure, call, explainer))


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
