"""Thirteen months of the example district with all that dashboards draw, in our store and in an InfluxDB.

Three sites of it, so that a run takes no longer than it must: with a roof and a battery, gas, oil, pellets, district
heat, water, charge points and vehicles. Both clock changes are in it; a meter that was silent for two days, one that
was exchanged, a correction, a replaced value, an alarm, a drifted setting, an open report are put in.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from config.create import create
from config.load import load
from core.alarms import Alarm, AlarmChange
from core.books import SessionFilter
from core.documents import DocumentFormat, ReportRecord
from core.drift import DriftedSetting
from core.facts import ConnectorStatus, Protocol, StationLink, StationStatus
from core.inventory import Inventory
from core.people import Actor, Role
from core.periods import Period
from core.ports import Batch, Health, InfluxQlRequest
from core.quantities import Quantity
from core.readings import Reading
from core.texts import Finding
from core.work import JobRun, JobState
from demo.history import write_history
from operations.gate import Gate
from operations.house import Call, House
from operations.publishing.alarms import tell_dashboards
from operations.publishing.costs import benchmark_points
from operations.publishing.fleet import candidate_points
from operations.publishing.points import Months
from operations.publishing.weather import corrected_points
from operations.schedule import JobWork
from tests.district import NOW, District, open_district

SITES: Final = ("bauhof", "bibliothek", "gymnasium")
DATABASE: Final = "kreiswatt"
DAY_MS: Final = 86_400_000
NOW_MS: Final = int(NOW.timestamp()) * 1000
SILENT: Final = "meter:bibliothek-strom"
SILENT_MS: Final = (NOW_MS - 6 * DAY_MS, NOW_MS - 4 * DAY_MS)
SPARE: Final = "aut-e-202"
"""A vehicle that one person uses here: nothing of it may be seen."""

TOLD: Final[Mapping[tuple[str, Quantity], tuple[float, float]]] = {
    ("meter:gymnasium-strom", Quantity.POWER_W): (9_000, 40_000),
    ("meter:gymnasium-strom", Quantity.VOLTAGE_V): (228, 233),
    ("meter:gymnasium-strom", Quantity.CURRENT_A): (13, 60),
    ("meter:gymnasium-strom", Quantity.FREQUENCY_HZ): (49.97, 50.03),
    ("meter:gymnasium-gas", Quantity.TEMPERATURE_C): (17, 22),
    ("meter:gymnasium-gas", Quantity.HUMIDITY_PERCENT): (40, 60),
    ("meter:gymnasium-wasser", Quantity.FLOW_M3_PER_H): (0, 1.5),
    ("meter:gymnasium-wasser", Quantity.BATTERY_PERCENT): (80, 81),
    ("meter:bauhof-oel", Quantity.TANK_M3): (2.1, 2.4),
    ("meter:bauhof-pellets", Quantity.STOCK_G): (1_500_000, 1_900_000),
    ("station:bauhof-01/1", Quantity.SOC_PERCENT): (20, 80),
    ("vehicle:aut-e-201", Quantity.SOH_PERCENT): (93, 94),
    ("vehicle:aut-e-201", Quantity.FUEL_PERCENT): (40, 90),
    ("vehicle:aut-e-201", Quantity.CHARGING_FLAG): (0, 1),
}
"""What devices tell that the example's do not, by its least and greatest value."""


CLOCKS: Final = {
    "spring": (datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC)),
    "autumn": (datetime(2026, 10, 23, tzinfo=UTC), datetime(2026, 10, 27, tzinfo=UTC)),
}
"""Some days around each change of the clock."""

NEWEST: Final = (NOW - timedelta(days=8), NOW)
WHOLE: Final = (NOW - timedelta(days=800), NOW + timedelta(days=1))
JOBS: Final = Actor("job:figures", Role.ADMIN)
ALARMED: Final = (
    ("meter_silent", SILENT, "bibliothek"),
    ("station_faulted", "station:bauhof-01", "bauhof"),
    ("station_offline", "station:bauhof-01", "bauhof"),
    ("job_failed", "service:jobs", None),
)


HEALTH: Final = (
    Health(name="ingest", ok=True, figures={"readings": 12_000.0, "connected": 1.0}),
    Health(name="ocpp", ok=True, figures={"frames": 300.0, "connected": 4.0}),
)


@dataclass(frozen=True, slots=True)
class Year:
    """The year: its district, and how it is asked in InfluxQL."""

    district: District

    async def ask(self, text: str) -> dict[str, Any]:
        endpoint = self.district.gate.house.influxql
        assert endpoint
        return await endpoint.ask(InfluxQlRequest(text=text, database=DATABASE, epoch="ms"))


@asynccontextmanager
async def open_year(folder: Path, *, whole: bool = False) -> AsyncIterator[Year]:
    """Yield the year once all jobs have run; the `whole` district's takes minutes."""
    create(folder / "conf", example=True, data_dir=folder / "unused")
    configuration = load(folder / "conf", {})
    inventory = configuration.inventory if whole else _only(configuration.inventory)
    async with open_district(folder / "district") as empty:
        gate = Gate(replace(empty.gate.house, inventory=lambda: inventory))
        endpoint = gate.house.influxql
        assert endpoint
        gate.house = replace(
            gate.house,
            influxql=type(endpoint)(empty.stores.readings, lambda: inventory, empty.clock),
            factors=lambda: configuration.factors,
            health=lambda: HEALTH,
            rewrites=empty.stores.readings,
        )
        district = replace(empty, gate=gate)
        await _lived(district, inventory, folder / "conf")
        yield Year(district)


def _only(inventory: Inventory) -> Inventory:
    def here(shelf: Mapping[str, Any]) -> dict[str, Any]:
        return {name: entry for name, entry in shelf.items() if entry.site in SITES}

    vehicles = {
        name: replace(vehicle, personal=name == SPARE)
        for name, vehicle in here(inventory.vehicles).items()
        if name in ("aut-e-201", SPARE, "aut-e-203", "aut-204", "aut-205", "aut-206", "aut-207")
    }
    tags = {name: tag for name, tag in inventory.tags.items() if tag.vehicle in vehicles}
    meters = here(inventory.meters)
    meters["gymnasium-strom"] = replace(meters["gymnasium-strom"], contract_power_w=150_000.0)
    return replace(
        inventory,
        sites={name: inventory.sites[name] for name in SITES},
        buildings=here(inventory.buildings),
        meters=meters,
        stations=here(inventory.stations),
        budgets=here(inventory.budgets),
        vehicles=vehicles,
        tags=tags,
    )


class _Silenced:
    """A store into which one meter says nothing for some days."""

    def __init__(self, store: Any) -> None:
        self._store = store

    async def put_series(
        self, source: str, quantity: Quantity, at_ms: Sequence[int], values: Sequence[float], received_at_utc: datetime
    ) -> int:
        kept = list(zip(at_ms, values, strict=True))
        if source == SILENT:
            kept = [each for each in kept if not SILENT_MS[0] <= each[0] < SILENT_MS[1]]
        said = [at for at, _ in kept], [value for _, value in kept]
        written: int = await self._store.put_series(source, quantity, *said, received_at_utc)
        return written


async def _lived(district: District, inventory: Inventory, configuration: Path) -> None:
    gate, stores = district.gate, district.stores
    silenced: Any = _Silenced(stores.readings)
    token_of = gate.house.pseudonym
    assert token_of
    await write_history(inventory, silenced, stores.ledger, NOW, token_of=token_of, months=13, seed=2026)
    await _devices(district)
    await _keep(district, configuration)
    runs = {
        "intervals.compute": "2026-11-22T09:45Z",
        "fleet.compute": "2026-11-21",
        "savings.compute": "2026-11-21",
        "shares.work": "2026-11-21",
    }
    for row, period in runs.items():
        await gate.call(row, JobWork(period=period), JOBS, NOW)
    await _happened(district)
    await gate.call("intervals.compute", JobWork(period="2026-11-22T09:45Z"), JOBS, NOW)
    await gate.call("facts.publish_figures", JobWork(period="2026-11-21"), JOBS, NOW)
    await gate.call("facts.publish", JobWork(period="2026-11-22T08Z"), JOBS, NOW)
    await gate.call("facts.publish_states", JobWork(period="2026-11-22T09:45Z"), JOBS, NOW)
    await _a_month_ago(gate.house)
    alarms = await district.stores.ledger.open_alarms()
    await tell_dashboards(gate.house, alarms, Call(JOBS, NOW))


async def _a_month_ago(house: House) -> None:
    """Publish what is known of now as it was a month ago, too: at the turn of a month both are there."""
    november = Months(first=date(2026, 11, 1), end=date(2026, 12, 1), zone=ZoneInfo(house.time_zone))
    before_utc = november.begin(date(2026, 10, 1))
    assert house.facts
    for points in (candidate_points, benchmark_points, corrected_points):
        found = await points(house, november, Call(JOBS, NOW))
        await house.facts.publish([replace(each, at_utc=before_utc) for each in found])


async def _devices(district: District) -> None:
    """Let devices tell what the example's do not, around the ends of all windows that are asked for."""
    ends = [NOW_MS, *(int(end.timestamp()) * 1000 for end in (CLOCKS["spring"][1], CLOCKS["autumn"][1]))]
    for (source, quantity), (least, greatest) in TOLD.items():
        at_ms = [at for end in sorted(ends) for at in range(end - 5 * DAY_MS, end, 900_000)]
        values = [least + (greatest - least) * (number % 7) / 6 for number in range(len(at_ms))]
        await district.stores.readings.put_series(source, quantity, at_ms, values, NOW)
    used_wh = [1_000_000.0 + 150 * number for number in range(5 * 96)]
    since = range(NOW_MS - 5 * DAY_MS, NOW_MS, 900_000)
    await district.stores.readings.put_series("vehicle:aut-e-201", Quantity.ENERGY_USED_WH, list(since), used_wh, NOW)


async def _keep(district: District, configuration: Path) -> None:
    """Import what the example district has of boundaries and feed-in."""
    inbox = district.gate.house.inbox
    assert inbox
    for row, pattern, said in (
        ("boundaries.import", "boundaries/*.geojson", {"valid_on": "2025-12-31", "source": "example"}),
        ("feed_in.import", "feed_in/*.csv", {}),
    ):
        for name, content in await asyncio.to_thread(_files, configuration, pattern):
            kept = await inbox.keep(name, _pieces(content))
            await district.ask(row, upload=kept.digest, **said)
    await district.ask("shares.settle", year=2025)


def _files(folder: Path, pattern: str) -> list[tuple[str, bytes]]:
    return [(file.name, file.read_bytes()) for file in sorted(folder.glob(pattern))]


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _happened(district: District) -> None:
    """Let happen what dashboards show as events and alarms."""
    ledger, since = district.stores.ledger, NOW - timedelta(days=2)
    leak = {"at_utc": since, "until_utc": NOW - timedelta(days=1), "amount": 5, "quantity": "volume_m3"}
    await district.ask("meters.correct", id="gymnasium-wasser", reason="leak", **leak)
    await _exchanged(district)
    replaced = Reading("meter:gymnasium-strom", Quantity.VOLTAGE_V, NOW - timedelta(days=1), 229.5)
    await district.stores.readings.put(Batch([replaced], NOW))
    await ledger.save_alarms(AlarmChange(saved=[_alarm(*each, since) for each in ALARMED]))
    told = ((1, ConnectorStatus.FAULTED), (2, ConnectorStatus.AVAILABLE))
    await ledger.save_statuses(
        [
            StationStatus(station="bauhof-01", connector=number, status=status, at_utc=since, received_at_utc=since)
            for number, status in told
        ]
    )
    link = StationLink(station="bauhof-01", connected=False, since_utc=since, protocol=Protocol.OCPP_16, firmware="1.2")
    await ledger.save_link(link)
    drifted = DriftedSetting(key="HeartbeatInterval", term="", origin="haus", wanted="300", found="60")
    await ledger.record_drift("bauhof-01", [drifted], since)
    (session,) = (await ledger.sessions(SessionFilter(limit=1))).items
    await ledger.save_sessions([replace(session, findings=(Finding.of("session.no_stop"),))])
    report = ReportRecord(
        kind="energy",
        period="2026-10",
        scope="site:gymnasium",
        site="gymnasium",
        format=DocumentFormat.PDF,
        language="de",
        version=1,
        file_name="x.pdf",
        size_byte=1,
        digest="0" * 64,
        reason="",
        made_by="anna",
        made_at_utc=since,
    )
    await ledger.keep_report(report, b"x")
    for job, state in (("fleet", JobState.DONE), ("grid", JobState.FAILED)):
        run = JobRun(job=job, period="2026-11-21", state=state, begun_at_utc=NOW - timedelta(hours=3))
        await ledger.save_run(replace(run, ended_at_utc=run.begun_at_utc + timedelta(seconds=5)))


async def _exchanged(district: District) -> None:
    """Book that the silent meter was exchanged while it was."""
    before_utc = datetime.fromtimestamp(SILENT_MS[0] / 1000, UTC)
    readings = district.stores.readings
    around = Period(before_utc - timedelta(hours=1), before_utc + timedelta(days=3))
    values = [each.value for each in await readings.readings(SILENT, Quantity.ENERGY_IMPORT_WH, around)]
    at_utc = before_utc + timedelta(hours=12)
    booked = {"end_value": values[3] + 20_000, "start_value": values[4] - 30_000, "at_utc": at_utc, "confirm": True}
    await district.ask("meters.exchange", id="bibliothek-strom", reason="new", **booked)


def _alarm(kind: str, subject: str, site: str | None, since: datetime) -> Alarm:
    return Alarm(
        id=f"{kind}-1",
        kind=kind,
        subject=subject,
        site=site,
        finding=Finding.of(f"alarm.{kind}"),
        since_utc=since,
        seen_at_utc=NOW,
        raised_at_utc=since,
    )


async def lines(year: Year, *slots: tuple[datetime, datetime]) -> AsyncIterator[bytes]:
    """Yield all that dashboards ask of as InfluxDB's line protocol in milliseconds, of quarter hours some windows."""
    named = await year.ask("SHOW MEASUREMENTS")
    for (measurement,) in named["results"][0]["series"][0]["values"]:
        if measurement == "reading":
            continue
        spans = slots or (*CLOCKS.values(), NEWEST) if measurement == "interval_15m" else (WHOLE,)
        for start, end in spans:
            within = f"time >= '{start:%Y-%m-%dT%H:%M:%SZ}' AND time <= '{end:%Y-%m-%dT%H:%M:%SZ}'"
            answer = await year.ask(f'SELECT * FROM "{measurement}" WHERE {within} GROUP BY *')
            for series in answer["results"][0].get("series", ()):
                yield "\n".join(_lines(measurement, series)).encode()


def _lines(measurement: str, series: Mapping[str, Any]) -> Iterator[str]:
    tags = "".join(f",{key}={_escaped(value)}" for key, value in sorted(series["tags"].items()) if value)
    names = [_escaped(name) for name in series["columns"][1:]]
    for at_ms, *values in series["values"]:
        known = [(name, value) for name, value in zip(names, values, strict=True) if value is not None]
        fields = ",".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in known)
        yield f"{measurement}{tags} {fields} {at_ms}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(" ", "\\ ").replace(",", "\\,").replace("=", "\\=")
