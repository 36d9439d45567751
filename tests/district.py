"""A small district with the real embedded stores behind it, for every part that stands on the gate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from config.entries import fields_of, merged
from config.forms import KINDS
from config.load import load
from config.managed import ManagedInventory
from config.splice import write_entry
from core.facts import (
    ChargeSession,
    ConnectorStatus,
    Discovery,
    Protocol,
    Rejection,
    SessionState,
    StationLink,
    StationStatus,
    TagVerdict,
)
from core.inventory import (
    Connector,
    Drive,
    Feed,
    Inventory,
    Medium,
    Meter,
    MeterRole,
    Municipality,
    Site,
    SiteKind,
    Station,
    Vehicle,
)
from core.people import Actor, Role
from core.ports import Batch, Health
from core.quantities import Quantity
from core.readings import Reading
from core.texts import Finding
from jobs.runner import Runner
from operations.gate import Gate
from operations.house import Call, House
from operations.intervals import compute_intervals
from operations.schedule import JobWork
from store.influxql.endpoint import EmbeddedInfluxQl
from store.open import Stores, open_embedded

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
SINCE = date(2024, 1, 1)
SML = b'{"Time":"2026-11-22T10:59:00","SML":{"Total_in":1234.5,"Power_curr":2500}}'


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
    return Inventory(
        municipalities={"au": Municipality(id="au", name="Musterau", valid_from=SINCE, key="00000001", state="NI")},
        sites={"schule": school, "bauhof": depot},
        meters={meter.id: meter for meter in meters},
        stations={"lis-01": station},
        vehicles={"lk-e-101": vehicle},
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


async def fill(stores: Stores) -> None:
    """Put something of every kind into the stores."""
    await stores.readings.put(Batch(_readings(), NOW))
    ledger = stores.ledger
    await ledger.save_sessions(_sessions())
    await ledger.save_link(
        StationLink(
            station="lis-01",
            connected=True,
            since_utc=NOW - timedelta(hours=3),
            last_frame_at_utc=NOW - timedelta(seconds=20),
            protocol=Protocol.OCPP_16,
            maker="Alfen",
            model="NG910",
            firmware="6.4",
        )
    )
    await ledger.save_statuses(
        [
            StationStatus(
                station="lis-01",
                connector=number,
                status=status,
                at_utc=NOW - timedelta(minutes=10),
                received_at_utc=NOW - timedelta(minutes=10),
            )
            for number, status in ((1, ConnectorStatus.CHARGING), (2, ConnectorStatus.AVAILABLE))
        ]
    )
    await ledger.reject(
        [
            Rejection(
                channel="mqtt:main",
                subject="tele/schule/SENSOR",
                reason=Finding.of("payload.not_json", position=1),
                payload=payload,
                received_at_utc=NOW - timedelta(minutes=minutes),
            )
            for minutes, payload in ((30, b"\xff\x00 no json"), (20, SML))
        ]
    )
    await ledger.discover(
        [
            Discovery(
                channel="mqtt:main",
                subject=f"tele/unbekannt-{number}/SENSOR",
                first_seen_utc=NOW,
                last_seen_utc=NOW - timedelta(minutes=number),
                sample=SML,
                hint="tasmota_sml",
            )
            for number in range(3)
        ]
    )


def _readings() -> list[Reading]:
    minute = timedelta(minutes=1)
    return [
        Reading("meter:schule-strom", Quantity.POWER_W, NOW - 2 * minute, 4200.0),
        Reading("meter:schule-strom", Quantity.ENERGY_IMPORT_WH, NOW - 2 * minute, 1_234_500.0),
        Reading("station:lis-01/1", Quantity.POWER_W, NOW - minute / 2, 11_000.0),
        Reading("vehicle:lk-e-101", Quantity.SOC_PERCENT, NOW - 50 * minute, 71.0),
        Reading("vehicle:lk-e-101", Quantity.CHARGING_FLAG, NOW - 50 * minute, 0.0),
    ]


def _sessions() -> list[ChargeSession]:
    ended = [
        ChargeSession(
            id=f"lis-01-{number}",
            station="lis-01",
            connector=2,
            protocol=Protocol.OCPP_16,
            transaction=str(number),
            state=SessionState.ENDED,
            begun_at_utc=NOW - timedelta(days=number + 1),
            ended_at_utc=NOW - timedelta(days=number + 1) + timedelta(hours=2),
            tag="tag:0123456789abcdef0123",
            tag_verdict=TagVerdict.ACCEPTED,
            register_start_wh=1000.0,
            register_stop_wh=21_000.0,
            energy_wh=20_000.0,
        )
        for number in range(5)
    ]
    running = ChargeSession(
        id="lis-01-open",
        station="lis-01",
        connector=1,
        protocol=Protocol.OCPP_16,
        transaction="99",
        state=SessionState.OPEN,
        begun_at_utc=NOW - timedelta(minutes=10),
        register_start_wh=50_000.0,
        findings=(Finding.of("session.running"),),
    )
    return [*ended, running]


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
    shelf = [small_inventory()]

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
            managed=ManagedInventory(config),
            facts=stores.readings,
            intervals=stores.readings,
            influxql=EmbeddedInfluxQl(stores.readings, lambda: shelf[0], clock, fresh_s=0),
            jobs=runner,
            reload=reload,
        )
    )
    runner.call_through(gate)
    try:
        yield District(gate, stores, clock, folder)
    finally:
        await stores.close()
