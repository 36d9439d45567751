"""A school with meters and a station over the real embedded stores, and what tests of intervals ask of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from core.intervals import Resolution, SeriesKey
from core.inventory import Connector, Feed, Inventory, Medium, Meter, MeterRole, Site, SiteKind, Station
from core.people import Actor, Role
from core.periods import Period
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading
from core.work import MeterEvent, MeterEventKind
from energy.series import Amounts, Means
from operations.house import Call, House, silent
from operations.intervals.job import IntervalsDone, compute_intervals
from operations.intervals.plans import EPOCH_UTC
from operations.schedule import JobWork
from store.open import Stores, open_embedded

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
SINCE = date(2024, 1, 1)
MINUTE, SLOT = timedelta(minutes=1), timedelta(minutes=15)
IMPORT, EXPORT, POWER = Quantity.ENERGY_IMPORT_WH, Quantity.ENERGY_EXPORT_WH, Quantity.POWER_W
STROM: SeriesKey = ("meter:strom", IMPORT)
WATT: SeriesKey = ("meter:pv", POWER)
ALL = Period(EPOCH_UTC, NOW + timedelta(days=999))


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


class Place:
    """A house over opened stores, and what a test wants to ask of it."""

    def __init__(self, stores: Stores, now_utc: datetime = NOW) -> None:
        self.stores = stores
        self.now_utc = now_utc
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

    async def put(self, *readings: Reading, received_at_utc: datetime | None = None) -> None:
        await self.stores.readings.put(Batch(readings, received_at_utc or self.now_utc))

    async def run(self) -> IntervalsDone:
        call = Call(Actor("job:intervals", Role.ADMIN), self.now_utc, silent)
        return await compute_intervals(self.house, JobWork(period="2026-11-22T10:00Z"), call)

    async def amounts(self, key: SeriesKey = STROM, resolution: Resolution = Resolution.SLOT) -> Amounts:
        found = await self.stores.readings.amounts(resolution, [key], ALL)
        return found[key]

    async def means(self, key: SeriesKey, resolution: Resolution = Resolution.SLOT) -> Means:
        found = await self.stores.readings.means(resolution, [key], ALL)
        return found[key]

    async def everything(self) -> dict[object, list[Any]]:
        """Return all rows of all tables."""
        keys = [(source, quantity) for source in ("meter:strom", "meter:pv", "station:lis/1") for quantity in Quantity]
        tables: dict[object, list[Any]] = {}
        for resolution in (Resolution.SLOT, Resolution.DAY):
            for found in (
                await self.stores.readings.amounts(resolution, keys, ALL),
                await self.stores.readings.means(resolution, keys, ALL),
            ):
                tables.update({(resolution, key): rows(spans) for key, spans in found.items()})
        return tables


def rows(spans: Amounts | Means) -> list[Any]:
    columns = [getattr(spans, column.name).tolist() for column in fields(spans)]
    return list(zip(*columns, strict=True))


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Place]:
    stores = await open_embedded(folder, lambda: NOW)
    try:
        yield Place(stores)
    finally:
        await stores.close()


def dial(at: datetime, count: int, start: float = 1000.0, key: SeriesKey = STROM, every: int = 1) -> list[Reading]:
    """Return `count` readings, one in `every` quarter hours, that rise by 100 in each of them."""
    return [Reading(*key, at + number * every * SLOT, start + number * every * 100.0) for number in range(count)]


def booked(kind: MeterEventKind, at: datetime, start: float, end: float | None = None) -> MeterEvent:
    return MeterEvent(
        source=STROM[0],
        quantity=STROM[1],
        kind=kind,
        at_utc=at,
        start_value=start,
        end_value=end,
        booked_by="anna",
        booked_at_utc=NOW,
    )


async def dies_at(place: Place, step: int) -> bool:
    """Run, and stop before the n-th write as a cancel or a kill would; return whether there were so many."""
    left = step

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        async def call(*given: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                raise asyncio.CancelledError
            return await real(*given, **named)

        return call

    class Dying:
        def __init__(self, real: Any) -> None:
            self._real = real

        def __getattr__(self, name: str) -> Any:
            found = getattr(self._real, name)
            return dying(found) if name.startswith(("put_", "save_", "drop_", "settle")) else found

    real = place.house
    place.house = replace(real, intervals=Dying(real.intervals), ledger=Dying(real.ledger))
    try:
        await place.run()
    except asyncio.CancelledError:
        return True
    finally:
        place.house = real
    return False


async def delete_before(stores: Stores, before_utc: datetime) -> None:
    """Delete old readings as retention does, past all that the store remembers of them."""

    def delete(connection: Any) -> None:
        tables = "select table_name from information_schema.tables where table_type = 'BASE TABLE'"
        for (table,) in connection.execute(f"{tables} and table_name like 'point%'").fetchall():
            connection.execute(f"delete from {table} where ts < ?", [before_utc.replace(tzinfo=None)])

    await stores.readings.change(delete)
