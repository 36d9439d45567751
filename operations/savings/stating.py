"""What a month's statement freezes, reckoned in the worker process: of all that it says only the text comes back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from core.texts import Finding
from fleet.savings.changes import because_of
from fleet.savings.reckoning import statement_of_month
from fleet.savings.statement import SavingsStatement
from fleet.savings.statement_body import statement_of, text_of
from operations.evidence.freezing import FIGURES, digest_of
from operations.house import House
from operations.savings.papers import MonthPapers, facts_of

STATEMENT: Final = "statement"
"""Where in the body the whole statement stands, as text; the fleet's figures by name stand beside it."""


@dataclass(frozen=True, slots=True)
class Stated:
    """The body of a version that says something new, the digest over its figures, and why there is it."""

    body: dict[str, Any]
    digest: str
    because: tuple[Finding, ...]

    @classmethod
    def of(cls, statement: SavingsStatement) -> Stated:
        """Return what is frozen of a statement."""
        body = body_of(statement)
        return cls(body, digest_of(body), statement.because)


async def prepare(house: House) -> None:
    """Let the worker process load what it reckons by, before there is anything to reckon."""
    if house.worker is not None:
        await house.worker.run(prepared)


def prepared() -> None:
    """Do nothing: whoever calls it there has loaded all that stands above."""


async def state(house: House, papers: MonthPapers) -> Stated | None:
    """Return what is to be frozen of a month, None where what was stated before says it already."""
    if house.worker is None:
        return stated(papers)
    return await house.worker.run(stated, papers)


def stated(papers: MonthPapers) -> Stated | None:
    """Return the same, reckoned here."""
    before = None if papers.before is None else statement_of(papers.before)
    facts = facts_of(papers, before)
    statement = statement_of_month(papers.month, facts, papers.table, papers.intensities.course)
    if before is None:
        return Stated.of(statement)
    because = because_of(before, statement)
    return Stated.of(replace(statement, because=because)) if because else None


def body_of(statement: SavingsStatement) -> dict[str, Any]:
    """Return what is frozen: the statement, and the figures of the fleet by name as all statements have them."""
    figures = {each.name: {"value": each.value_g} for each in statement.fleet.figures}
    return {FIGURES: {**figures, STATEMENT: text_of(statement)}}
