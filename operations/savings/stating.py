"""What a month's statement freezes, reckoned in the worker process: of all that it says only the text comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from core.factors import FactorTable
from core.texts import Finding
from fleet.savings.changes import because_of
from fleet.savings.reckoning import Month, MonthFacts, statement_of_month
from fleet.savings.statement import SavingsStatement
from fleet.savings.statement_body import statement_of, text_of
from fleet.savings.timed import GridCourse
from operations.evidence.freezing import FIGURES
from operations.house import House

STATEMENT: Final = "statement"
"""Where in the body the whole statement stands, as text; the fleet's figures by name stand beside it."""


@dataclass(frozen=True, slots=True)
class Stated:
    """The body of a version that says something new, and why there is it."""

    body: dict[str, Any]
    because: tuple[Finding, ...]


async def state(
    house: House, month: Month, facts: Sequence[MonthFacts], course: GridCourse, before: str | None
) -> Stated | None:
    """Return what is to be frozen of a month, None where the statement with the text `before` says it already."""
    if house.worker is None:
        return stated(month, facts, house.factors(), course, before)
    return await house.worker.run(stated, month, facts, house.factors(), course, before)


def stated(
    month: Month, facts: Sequence[MonthFacts], table: FactorTable, course: GridCourse, before: str | None
) -> Stated | None:
    """Return the same, reckoned here."""
    statement = statement_of_month(month, facts, table, course)
    if before is None:
        return Stated(body_of(statement), ())
    because = because_of(statement_of(before), statement)
    return Stated(body_of(replace(statement, because=because)), because) if because else None


def body_of(statement: SavingsStatement) -> dict[str, Any]:
    """Return what is frozen: the statement, and the figures of the fleet by name as all statements have them."""
    figures = {each.name: {"value": each.value_g} for each in statement.fleet.figures}
    return {FIGURES: {**figures, STATEMENT: text_of(statement)}}
