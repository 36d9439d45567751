"""A small district with the real embedded stores behind it, for every part that stands on the gate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from chargepoints.firmware_files import FirmwareFolder, FirmwareTokens
from chargepoints.upload_folder import UploadFolder, UploadLimits
from config.cards import CardNumbers
from config.entries import fields_of, merged
from config.forgetting import CardForgetting
from config.forms import KINDS
from config.load import load
from config.managed import ManagedInventory
from config.splice import write_entry
from core.inventory import (
    Budget,
    Connector,
    Drive,
    Feed,
    Inventory,
    Medium,
    Meter,
    MeterRole,
    Municipality,
    Plant,
    PlantKind,
    Site,
    SiteKind,
    Station,
    Tariff,
    Vehicle,
    WeatherStation,
)
from core.people import Actor, Role
from core.ports import Batch, Health
from core.quantities import Quantity
from core.readings import Reading
from dashboards.settings import DataPath, DataSource, GrafanaSettings
from ingest.files.inbox import DiskInbox
from jobs.runner import Runner
from operations.gate import Gate
from operations.house import Call, House
from operations.intervals.job import compute_intervals
from operations.schedule import JobWork
from reports.shelf import FileShelf
from store.influxql.endpoint import EmbeddedInfluxQl
from store.open import Stores, open_embedded
from tests.earshot import Earshot
from tests.letterbox import Letterbox

GRAFANA = GrafanaSettings(
    url="",
    token="",
    source=DataSource(path=DataPath.EMBEDDED, url="https://energie.landkreis.example", database="kreiswatt"),
)
"""Set up for files alone: none is there to push to."""

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
FIRMWARE = FirmwareTokens(b"k" * 32)
SINCE = date(2024, 1, 1)


@dataclass
class Hands:
    """A clock that a test sets."""

    now_utc: datetime = NOW

    def __call__(self) -> datetime:
        return self.now_utc

    def pass_by(self, span: timedelta) -> None:
        self.now_utc += span


@dataclass
class District:
    """The house with what a test wants to reach directly."""

    gate: Gate
    stores: Stores
    clock: Hands
    folder: Path
    admin: Actor = field(default_factory=lambda: Actor("anna", Role.ADMIN))

    async def ask(self, row: str, actor: Actor | None = None, /, **given: object) -> Any:
        return await self.gate.ask(row, given, actor or self.admin, self.clock())


def small_inventory() -> Inventory:
    """Return two sites: a school with two meters and a station, a depot with a vehicle."""
    school = Site(id="schule", name="Grundschule Musterau", valid_from=SINCE, kind=SiteKind.SCHOOL, municipality="au")
    depot = Site(id="bauhof", name="Bauhof Musterau", valid_from=SINCE, kind=SiteKind.DEPOT, municipality="au")
    feed = Feed(broker="main", format="tasmota_sml", topic="tele/schule/SENSOR")
    meters = [
        Meter(
            id="schule-strom",
            name="Hauptzähler",
            valid_from=SINCE,
            site="schule",
            medium=Medium.ELECTRICITY,
            role=MeterRole.SUPPLY,
            feed=feed,
        ),
        Meter(
            id="schule-wasser",
            name="Wasser",
            valid_from=SINCE,
            site="schule",
            medium=Medium.WATER,
            role=MeterRole.SUPPLY,
        ),
    ]
    outlets = (
        Connector(number=1, max_power_w=22_000, plug="type_2"),
        Connector(number=2, max_power_w=22_000, plug="type_2"),
    )
    station = Station(
        id="lis-01", name="Parkplatz", valid_from=SINCE, site="schule", maker="Alfen", model="Eve", connectors=outlets
    )
    vehicle = Vehicle(
        id="lk-e-101",
        name="Dienstwagen 1",
        valid_from=SINCE,
        site="bauhof",
        maker="VW",
        model="ID.3",
        drive=Drive.BATTERY,
        group="pool",
    )
    power = Tariff(
        id="strom",
        name="Strom 2026",
        valid_from=SINCE,
        medium=Medium.ELECTRICITY,
        sites=("schule",),
        energy_eur_per_kwh=Decimal("0.25"),
        base_eur_per_year=Decimal(146),
    )
    turbine = Plant(
        id="wea-au",
        name="Windrad Au",
        valid_from=SINCE,
        kind=PlantKind.WIND,
        power_w=3_000_000,
        municipality="au",
        operator="Bürgerwind Au eG",
        register_number="SEE990000000101",
        commissioned=SINCE,
        latitude_deg=53.1,
        longitude_deg=9.2,
    )
    budget = Budget(
        id="schule-strom-2026",
        name="Strom 2026",
        valid_from=date(2026, 1, 1),
        site="schule",
        medium=Medium.ELECTRICITY,
        year=2026,
        amount_eur=Decimal(1200),
    )
    return Inventory(
        municipalities={"au": Municipality(id="au", name="Musterau", valid_from=SINCE, key="00000001", state="NI")},
        sites={"schule": school, "bauhof": depot},
        meters={meter.id: meter for meter in meters},
        stations={"lis-01": station},
        vehicles={"lk-e-101": vehicle},
        tariffs={"strom": power},
        plants={"wea-au": turbine},
        budgets={"schule-strom-2026": budget},
        weather_stations={"au": WeatherStation(id="au", name="Wetterstation Au", valid_from=SINCE, number="00044")},
    )


async def yesterday(district: District) -> None:
    """Let a meter count through the day before, and compute its quarter hours."""
    begin, slot = datetime(2026, 11, 20, 22, 52, tzinfo=UTC), timedelta(minutes=15)
    readings = [
        Reading("meter:schule-strom", Quantity.ENERGY_IMPORT_WH, begin + n * slot, 1_200_000.0 + 250.5 * n)
        for n in range(100)
    ]
    await district.stores.readings.put(Batch(readings, NOW))
    job = Call(Actor("job:intervals", Role.ADMIN), NOW)
    await compute_intervals(district.gate.house, JobWork(period="2026-11-22T09:45Z"), job)


SETTINGS = """\
data_dir: data
brokers:
  - {name: main}
"""


def write_configuration(folder: Path) -> Path:
    """Write the small inventory as a configuration folder, unless there is one, and return it."""
    config = folder / "config"
    if config.exists():
        return config
    (config / "inventory" / "managed").mkdir(parents=True)
    (config / "secrets").mkdir(mode=0o700)
    for name, text in {"privacy.key": "0" * 64, "stations.yaml": 'lis-01: "0123456789abcdef"\n'}.items():
        (config / "secrets" / name).write_text(text, encoding="utf-8")
        (config / "secrets" / name).chmod(0o600)
    (config / "kreiswatt.yaml").write_text(SETTINGS, encoding="utf-8")
    inventory = small_inventory()
    for kind in KINDS:
        entries = [merged(kind, {}, fields_of(entry)) for entry in getattr(inventory, kind).values()]
        lines = [write_entry(name, entry) for name, entry in zip(getattr(inventory, kind), entries, strict=True)]
        if lines:
            text = f"{kind}:\n{''.join(lines)}"
            (config / "inventory" / f"{kind}.yaml").write_text(text, encoding="utf-8")
    return config


@asynccontextmanager
async def open_district(folder: Path) -> AsyncIterator[District]:
    """Yield a district with nothing in its stores yet."""
    clock = Hands()
    stores = await open_embedded(folder / "data", clock)
    config = write_configuration(folder)
    kept = any((config / "inventory" / "managed").glob("*.yaml"))
    shelf = [load(config, {}).inventory if kept else small_inventory()]
    numbers = CardNumbers.under(load(config, {}).privacy_key)

    def reload() -> None:
        shelf[0] = load(config, {}).inventory

    runner = Runner(stores.ledger, clock)
    health = (Health(name="ingest", ok=True, figures={"stored": 12.0}), Health(name="ocpp", ok=True))
    gate = Gate(
        House(
            inventory=lambda: shelf[0],
            query=stores.readings,
            ledger=stores.ledger,
            journal=stores.journal,
            health=lambda: health,
            clock=clock,
            sink=stores.readings,
            managed=ManagedInventory(config, numbers),
            pseudonym=numbers.pseudonym,
            frame_eraser=stores.journal,
            card_eraser=CardForgetting(config),
            facts=stores.readings,
            intervals=stores.readings,
            influxql=EmbeddedInfluxQl(stores.readings, lambda: shelf[0], clock, fresh_s=0),
            jobs=runner,
            inbox=DiskInbox(folder / "data" / "imports", clock),
            eraser=stores.readings,
            listener=Earshot(clock()),
            shelf=FileShelf(folder / "data" / "exports"),
            station_logs=UploadFolder(folder / "data" / "uploads", UploadLimits()),
            firmware=FirmwareFolder(folder / "data" / "firmware", 1_000_000),
            firmware_url=lambda number, name: f"https://energie.landkreis.example{FIRMWARE.address(number, name)}",
            notifier=Letterbox(),
            public_url="https://energie.landkreis.example",
            grafana=GRAFANA,
            reload=reload,
        )
    )
    runner.call_through(gate)
    try:
        yield District(gate, stores, clock, folder)
    finally:
        await stores.close()
