"""One hour of live traffic into an InfluxDB that is stopped twice, by a service that is killed five times.

Run by hand: `python -m tests.store.influx.soak --minutes 60`. Meters publish at QoS 1 to a Mosquitto
that outlives everything; what it has acknowledged must be in InfluxDB at the end, each once. Events
come at fixed parts of the whole time, so that a short run shows the same.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from cli.wire import now_utc
from config.load import Configuration, load
from core.quantities import Quantity
from tests.flows.rig import KREISWATT, KreiswattProcess, configured, running_broker
from tests.influx_server import Influxd, running_influxd
from tests.ingest.rig import Mosquitto
from tests.store.influx.soak_meters import METERS, Meters, name_of

METER = """\
  {name}:
    name: Dauerlauf {name}
    site: lra
    medium: electricity
    role: submeter
    feed: {{broker: main, format: tasmota_sml, topic: tele/{name}/SENSOR}}
    valid_from: 2023-01-01
"""
VALUES = ("Total_in", "Power_curr")
STORED = (Quantity.ENERGY_IMPORT_WH, Quantity.POWER_W)
DRAIN_S = 600
LOOK_S = 1.0


@dataclass
class Peaks:
    """The greatest values since the last row of the table."""

    depth: float = 0.0
    spool_mb: float = 0.0
    service_mb: float = 0.0
    influxdb_mb: float = 0.0


class Soak:
    """The three servers, the meters, and the table of what happened."""

    def __init__(self, mosquitto: Mosquitto, influxd: Influxd, folder: Path, readings_per_second: float) -> None:
        self.influxd = influxd
        self.database = influxd.create("52w")
        self.meters = Meters(mosquitto, readings_per_second / len(VALUES), _day_ago())
        self.service = Patient(_configuration(folder, mosquitto, influxd, self.database))
        self.peaks = Peaks()
        self.rows: list[str] = []
        self._begun = time.monotonic()

    async def run(self, minutes: float) -> bool:
        """Return whether both sides are equal at the end."""
        await self.service.start()
        self.meters.start()
        self._begun = time.monotonic()
        looking = asyncio.create_task(self._look())
        print(HEAD, flush=True)
        try:
            for part, what, act in self._plan():
                await asyncio.sleep(max(0.0, self._begun + part * minutes * 60 - time.monotonic()))
                await self._row(f"before: {what}"[:22])
                await act()
                await self._row(what)
            await asyncio.sleep(max(0.0, self._begun + minutes * 60 - time.monotonic()))
        finally:
            await asyncio.to_thread(self.meters.stop)
        await self._row("senders stopped")
        await self._drained()
        await self._row("spool empty")
        looking.cancel()
        return await self._compare()

    def _plan(self) -> list[tuple[float, str, Callable[[], Awaitable[None]]]]:
        return [
            (0.10, "service killed (1)", self._kill_service),
            (0.20, "InfluxDB stopped (1)", self._stop_influxdb),
            (0.25, "service killed (2)", self._kill_service),
            (0.30, "InfluxDB started", self._start_influxdb),
            (0.45, "service killed (3)", self._kill_service),
            (0.60, "InfluxDB killed (2)", self._kill_influxdb),
            (0.65, "service killed (4)", self._kill_service),
            (0.70, "InfluxDB started", self._start_influxdb),
            (0.72, "service killed (5)", self._kill_service),
        ]

    async def _kill_service(self) -> None:
        self.service.kill()
        await self.service.start()

    async def _stop_influxdb(self) -> None:
        await asyncio.to_thread(self.influxd.stop)

    async def _kill_influxdb(self) -> None:
        await asyncio.to_thread(self.influxd.stop, kill=True)

    async def _start_influxdb(self) -> None:
        await asyncio.to_thread(self.influxd.start)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            figures = await self.service.figures()
            peaks = self.peaks
            peaks.depth = max(peaks.depth, figures.get("spool_points", 0.0))
            peaks.spool_mb = max(peaks.spool_mb, figures.get("spool_bytes", 0.0) / 1e6)
            peaks.service_mb = max(peaks.service_mb, _resident_mb(self.service.process))
            peaks.influxdb_mb = max(peaks.influxdb_mb, _resident_mb(self.influxd._process))

    async def _row(self, what: str) -> None:
        meters, peaks = self.meters, self.peaks
        stored = await self._stored()
        shown = "away" if stored is None else f"{sum(stored.values()):,}"
        minute = (time.monotonic() - self._begun) / 60
        print(
            f"{minute:7.1f}  {what:22} {meters.sent * len(VALUES):>12,} {meters.acknowledged * len(VALUES):>12,} "
            f"{shown:>12} {peaks.depth:>11,.0f} {peaks.spool_mb:>9.1f} {peaks.service_mb:>8.0f} "
            f"{peaks.influxdb_mb:>8.0f}",
            flush=True,
        )
        self.peaks = Peaks()

    async def _stored(self) -> dict[str, int] | None:
        """Return how many readings of each meter InfluxDB has, None while it is away."""
        counts = ", ".join(f'count("{quantity.value}")' for quantity in STORED)
        try:
            found = await asyncio.to_thread(
                self.influxd.ask, f'SELECT {counts} FROM "reading" GROUP BY "source"', self.database
            )
        except httpx.TransportError:
            return None
        return {series["tags"]["source"]: sum(series["values"][0][1:]) for series in found}

    async def _drained(self) -> None:
        """Return when the broker has nothing more for the service and its spool is empty."""
        before: tuple[float, float] = (-1.0, -1.0)
        async with asyncio.timeout(DRAIN_S):
            while True:
                figures = await self.service.figures()
                now = figures.get("messages", -1.0), figures.get("spool_points", -1.0)
                if now == before and now[1] == 0.0:
                    return
                before = now
                await asyncio.sleep(2 * LOOK_S)

    async def _compare(self) -> bool:
        """Print and return whether InfluxDB has of each meter what the broker acknowledged."""
        stored = await self._stored() or {}
        expected = {f"meter:{name}": count * len(VALUES) for name, count in self.meters.expected().items()}
        wrong = {
            source: (count, stored.get(source, 0)) for source, count in expected.items() if stored.get(source) != count
        }
        figures = await self.service.figures()
        total, found = sum(expected.values()), sum(stored.values())
        print(
            f"\nacknowledged {total:,} readings, stored {found:,}; meters that differ: {len(wrong)} of {METERS}; "
            f"dead letters {figures.get('dead_letters', 0):.0f}; senders at most {self.meters.late_s:.1f} s late",
            flush=True,
        )
        for source, (wanted, has) in list(wrong.items())[:5]:
            print(f"  {source}: acknowledged {wanted}, stored {has}")
        code = self.service.stop()
        return not wrong and total == found and code == 0


HEAD = (
    f"\n{'minute':>7}  {'event':22} {'sent':>12} {'acknowledged':>12} {'stored':>12} {'spool max':>11} "
    f"{'spool MB':>9} {'svc MB':>8} {'influx MB':>8}"
)


class Patient(KreiswattProcess):
    """A service that counts as started when it answers, though its InfluxDB may be away."""

    async def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: ASYNC220 - it must outlive this coroutine and be killed
                [KREISWATT, "run", "--config", self.configuration.folder], stderr=log
            )
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as client, asyncio.timeout(60):
            while True:
                assert self.process.poll() is None, self.log.read_text()[-3000:]
                try:
                    if (await client.get("/health/live")).status_code == httpx.codes.OK:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.05)

    async def figures(self) -> dict[str, float]:
        """Return the figures of /metrics by name, empty while the service does not answer."""
        try:
            async with httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=5) as client:
                lines = (await client.get("/metrics")).text.splitlines()
        except httpx.TransportError:
            return {}
        found: dict[str, float] = {}
        for line in lines:
            if line.startswith("kreiswatt_"):
                name, _, value = line.rpartition(" ")
                key = name.partition("{")[0].removeprefix("kreiswatt_")
                found[key] = found.get(key, 0.0) + float(value)
        return found


def _configuration(folder: Path, mosquitto: Mosquitto, influxd: Influxd, database: str) -> Configuration:
    """Return the example district with the meters of the soak, its time series in this InfluxDB."""
    configuration = configured(folder, mosquitto)
    settings = configuration.folder / "kreiswatt.yaml"
    stores = f"stores: {{influxdb: {{url: '{influxd.url}', database: {database}, version: 1}}}}\n"
    settings.write_text(settings.read_text() + stores)
    entries = [METER.format(name=name_of(place)) for place in range(METERS)]
    (configuration.folder / "inventory" / "dauerlauf.yaml").write_text("meters:\n" + "".join(entries))
    return load(configuration.folder, {})


def _day_ago() -> datetime:
    return now_utc().astimezone(UTC).replace(microsecond=0) - timedelta(days=1)


def _resident_mb(process: Any) -> float:
    """Return how much memory a process holds, 0 if it is gone."""
    try:
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    except (AttributeError, OSError):
        return 0.0
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def soak(minutes: float, readings_per_second: float, *, keep: bool = False) -> bool:
    """Run everything in a temporary folder; the folder, with the service's log, stays if the sides differ."""
    folder = Path(tempfile.mkdtemp(prefix="kreiswatt-soak-"))
    with running_influxd() as influxd, running_broker(folder) as mosquitto:
        run = Soak(mosquitto, influxd, folder, readings_per_second)
        try:
            equal = asyncio.run(run.run(minutes))
        finally:
            if run.service.running:
                run.service.kill()
    if equal and not keep:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"kept for a look: {folder}")
    return equal


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=2000.0, help="readings per second")
    parser.add_argument("--keep", action="store_true", help="keep configuration, spool and log")
    given = parser.parse_args()
    sys.exit(0 if soak(given.minutes, given.rate, keep=given.keep) else 1)


if __name__ == "__main__":
    main()
