"""A vehicle that one person uses is told by month only: what is finer is refused, and left out of what is coarser."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from core.errors import ForbiddenError
from core.evidence import Explanation, FigureId
from operations.house import House

_MONTH: Final = len("2026-11")


def refuse_days(house: House, scope: str, period: str) -> None:
    """Raise `ForbiddenError` for less than a month of a vehicle that one person uses."""
    inventory = house.inventory()
    if inventory.is_personal(scope) and len(period) > _MONTH:
        raise ForbiddenError("exports.personal", source=inventory.name_of(scope))


def by_month(house: House, scope: str, explanation: Explanation) -> Explanation:
    """Return an explanation; of a vehicle that one person uses without its days and readings."""
    return _without_days(explanation) if house.inventory().is_personal(scope) else explanation


def _without_days(explanation: Explanation) -> Explanation:
    kept = (part for part in explanation.parts if part.figure and len(FigureId.parse(part.figure).period) <= _MONTH)
    return replace(explanation, parts=tuple(map(_without_days, kept)))
