"""A school with meters and a station over the real embedded stores, and what a test asks of its figures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from core.errors import ServiceError
from core.evidence import FigureId
from core.inventory import Connector, Feed, Inventory, Medium, Meter, MeterRole, Site, SiteKind, Station
from core.people import Actor, Role
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading
from core.work import MeterEvent, MeterEventKind
from operations.evidence_rows import Explained
from operations.explain import ExplainFigure, explain_figure
from operations.house import Call, House, silent
from operations.intervals import compute_intervals
from operations.schedule import JobWork
from operations.totals import FreezeTotals, FrozenTotals, ShowTotals, Totals, freeze_totals, show_totals
from store.open import Stores, open_embedded

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
SINCE = date(2024, 1, 1)
SLOT = timedelta(minutes=15)
IMPORT, POWER = Quantity.ENERGY_IMPORT_WH, Quantity.POWER_W
STROM = "meter:strom"
ANNA = Actor("anna", Role.ADMIN)


def inventory() -> Inventory:
    electric: dict[str, Any] = {"site": "schule", "medium": Medium.ELECTRICITY, "nominal_interval_s": 900}
    meters = [
        Meter(
            id="strom",
            name="Hauptzähler",
            valid_from=SINCE,
            role=MeterRole.SUPPLY,
            max_power_w=30_000.0,
            feed=Feed(broker="main", format="tasmota_sml", topic="tele/schule/SENSOR"),
            **electric,
        ),
        Meter(id="halle", name="Sporthalle", valid_from=SINCE, role=MeterRole.SUPPLY, **electric),
        Meter(id="pv", name="PV", valid_from=SINCE, role=MeterRole.GENERATION, **electric),
        Meter(
            id="wasser",
            name="Wasser",
            valid_from=SINCE,
            role=MeterRole.SUPPLY,
            site="schule",
            medium=Medium.WATER,
            nominal_interval_s=86_400,
            resolution=0.001,
        ),
    ]
    outlet = Connector(number=1, max_power_w=22_000, plug="type_2")
    station = Station(
        id="lis", name="Parkplatz", valid_from=SINCE, site="schule", maker="Alfen", model="Eve", connectors=(outlet,)
    )
    site = Site(id="schule", name="Schule", valid_from=SINCE, kind=SiteKind.SCHOOL, municipality="au")
    return Inventory(sites={"schule": site}, meters={meter.id: meter for meter in meters}, stations={"lis": station})


class Asked:
    """A house over opened stores, and what a test asks of it."""

    def __init__(self, stores: Stores, folder: Path) -> None:
        self.stores = stores
        self.folder = folder
        self.now_utc = NOW
        self.house = House(
            inventory=inventory,
            query=stores.readings,
            ledger=stores.ledger,
            journal=stores.journal,
            health=tuple,
            clock=lambda: self.now_utc,
            intervals=stores.readings,
            sink=stores.readings,
            maintenance=stores.readings,
        )

    @property
    def call(self) -> Call:
        return Call(ANNA, self.now_utc, silent)

    async def put(self, *readings: Reading, received_at_utc: datetime | None = None) -> None:
        await self.stores.readings.put(Batch(readings, received_at_utc or self.now_utc))

    async def compute(self) -> None:
        call = Call(Actor("job:intervals", Role.ADMIN), self.now_utc, silent)
        await compute_intervals(self.house, JobWork(period="2026-11-22T10:00Z"), call)

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

    async def freeze(self, period: str, reason: str = "", scope: str = STROM) -> FrozenTotals:
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
