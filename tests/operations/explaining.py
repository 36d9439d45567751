"""A school with meters and a station over the real embedded stores, and what a test asks of its figures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from core.errors import ServiceError
from core.evidence import FigureId
from core.people import Actor, Role
from core.quantities import Quantity
from core.readings import Reading
from core.work import MeterEvent, MeterEventKind
from operations.evidence.rows import Explained
from operations.evidence.versions import FrozenFigures
from operations.explain import ExplainFigure, explain_figure
from operations.house import Call, silent
from operations.intervals.totals import FreezeTotals, ShowTotals, Totals, freeze_totals, show_totals
from store.open import Stores, open_embedded
from tests.operations.places import IMPORT, NOW, SLOT, Place

STROM = "meter:strom"
ANNA = Actor("anna", Role.ADMIN)


class Asked(Place):
    """A house over opened stores, and what a test asks of its figures."""

    def __init__(self, stores: Stores, folder: Path) -> None:
        super().__init__(stores)
        self.folder = folder

    @property
    def call(self) -> Call:
        return Call(ANNA, self.now_utc, silent)

    async def compute(self) -> None:
        await self.run()

    async def explain(self, figure: str, actor: Actor = ANNA) -> Explained:
        return await explain_figure(self.house, ExplainFigure(figure=figure), Call(actor, self.now_utc, silent))

    async def why_not(self, figure: str, actor: Actor = ANNA) -> str:
        try:
            await self.explain(figure, actor)
        except ServiceError as error:
            return error.finding.code
        return ""

    async def totals(self, scope: str = STROM, period: str | None = None, **more: Any) -> Totals:
        return await show_totals(self.house, ShowTotals(id=scope, period=period, **more), self.call)

    async def freeze(self, period: str, reason: str = "", scope: str = STROM) -> FrozenFigures:
        return await freeze_totals(self.house, FreezeTotals(id=scope, period=period, reason=reason), self.call)

    async def book(self, kind: MeterEventKind, at: datetime, start: float, end: float | None = None) -> MeterEvent:
        return await self.stores.ledger.book(
            MeterEvent(
                source=STROM,
                quantity=IMPORT,
                kind=kind,
                at_utc=at,
                start_value=start,
                end_value=end,
                reason="Eichfrist",
                booked_by="anna",
                booked_at_utc=NOW,
            )
        )


@asynccontextmanager
async def asked(folder: Path) -> AsyncIterator[Asked]:
    stores = await open_embedded(folder, lambda: NOW)
    try:
        yield Asked(stores, folder)
    finally:
        await stores.close()


def dial(
    at: datetime, count: int, start: float = 1000.0, source: str = STROM, every: timedelta = SLOT, rise: float = 100.0
) -> list[Reading]:
    """Return `count` readings of a register, one `every` so long, that rises by `rise` from one to the next."""
    return [Reading(source, IMPORT, at + number * every, start + number * rise) for number in range(count)]


def slot(at: datetime, source: str = STROM, quantity: Quantity = IMPORT) -> str:
    return str(FigureId("interval", at.strftime("%Y-%m-%dT%H:%MZ"), source, quantity.value))


def codes(node: Explained) -> list[str]:
    return [finding.code for finding in node.findings]


def leaves(node: Explained) -> list[Explained]:
    """Return everything in a tree that has a citation, in order."""
    own = [node] if node.citation else []
    return own + [leaf for part in node.parts for leaf in leaves(part)]


def part(node: Explained, code: str) -> Explained:
    return next(each for each in node.parts if each.title.code == code)
