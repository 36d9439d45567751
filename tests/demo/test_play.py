"""The live district against the real service: own broker, ingest, central system, embedded stores."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chargepoints.central import CentralSystem
from chargepoints.privacy import Privacy
from chargepoints.settings import ChargePointSettings
from config.load import Configuration
from core.books import RejectionFilter, SessionFilter
from core.facts import ConnectorStatus, Protocol
from core.inventory import Inventory
from core.ports import Batch, Daemon
from core.quantities import Quantity
from demo.mqtt import BrokerAccess
from demo.outlets import SPOKEN
from demo.play import play
from demo.tally import Books, Tally
from ingest.daemon import Ingest
from ingest.embedded import WINDOW
from ingest.settings import BrokerSettings
from store.open import Stores, open_embedded
from tests.demo.conftest import TinyCentral, free_port


def clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the district lives in wall-clock time


class Service:
    """Ingest and central system on one set of stores; both can be cut off and started again."""

    def __init__(self, configuration: Configuration, broker: BrokerAccess, stores: Stores) -> None:
        self.stores = stores
        self._configuration, self._broker = configuration, broker
        self._port = free_port()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def ocpp_url(self) -> str:
        return f"ws://127.0.0.1:{self._port}/ocpp"

    @property
    def books(self) -> Books:
        return Books(self.stores.readings, self.stores.ledger, self.stores.journal, self.stores.ledger)

    def start(self) -> None:
        self._tasks = [asyncio.create_task(daemon.serve()) for daemon in self._daemons()]

    async def cut_off(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task

    def _daemons(self) -> tuple[Daemon, Daemon]:
        inventory, stores = self._configuration.inventory, self.stores
        access = BrokerSettings(name="main", port=self._broker.port, username="devices", password="pw", window=WINDOW)
        ingest = Ingest(
            access,
            inventory=lambda: inventory,
            sink=stores.readings,
            receipts=stores.readings,
            rejections=stores.ledger,
            clock=clock,
        )
        central = CentralSystem(
            ChargePointSettings(port=self._port),
            inventory=lambda: inventory,
            secret_of=self._configuration.station_secrets.get,
            privacy=Privacy(self._configuration.privacy_key),
            journal=stores.journal,
            sink=stores.readings,
            ledger=stores.ledger,
            clock=clock,
        )
        return ingest, central


@asynccontextmanager
async def running(configuration: Configuration, broker: BrokerAccess, folder: Path) -> AsyncIterator[Service]:
    async with AsyncExitStack() as stack:
        stores = await open_embedded(folder, clock)
        stack.push_async_callback(stores.close)
        service = Service(configuration, broker, stores)
        service.start()
        stack.push_async_callback(service.cut_off)
        await asyncio.sleep(0.5)
        yield service


async def test_a_district_lives_and_nothing_is_lost_though_the_service_is_cut_off(
    example: Configuration, broker: BrokerAccess, tmp_path: Path
) -> None:
    tasks, threads = asyncio.all_tasks(), set(threading.enumerate())
    async with running(example, broker, tmp_path) as service:
        stop = asyncio.Event()
        playing = asyncio.create_task(_play(example, broker, service.ocpp_url, stop))
        await asyncio.sleep(3)
        await service.cut_off()
        await asyncio.sleep(1)
        service.start()
        await asyncio.sleep(10)
        stop.set()
        tally = await playing
        outcome = await tally.settle(service.books, clock, timeout_s=8)
        assert outcome.missing == ()
        assert all(count > 0 for count in outcome.formats.values()), outcome.formats
        assert outcome.readings["meter"] > 200
        assert outcome.readings["vehicle"] > 40
        assert outcome.readings["station"] > 30
        assert outcome.rejected == 0
        assert not tally.refused
        assert (await service.stores.ledger.rejections(RejectionFilter())).total == 0
        await _sessions_are_plausible(service)
        statuses = await service.stores.ledger.statuses()
        assert [status.error_code for status in statuses if status.status is ConnectorStatus.FAULTED] == [
            "GroundFailure"
        ]
    assert asyncio.all_tasks() == tasks
    assert {thread for thread in threading.enumerate() if "paho" in thread.name} <= threads


async def _play(example: Configuration, broker: BrokerAccess, url: str, stop: asyncio.Event) -> Tally:
    return await play(
        example.inventory,
        broker=broker,
        ocpp_url=url,
        secrets=example.station_secrets,
        clock=clock,
        seed=1,
        stop=stop,
    )


async def _sessions_are_plausible(service: Service) -> None:
    sessions = (await service.stores.ledger.sessions(SessionFilter(limit=200))).items
    whole: set[Protocol] = set()
    for session in sessions:
        assert session.ended_at_utc
        length = session.ended_at_utc - session.begun_at_utc
        if length >= timedelta(seconds=8) and session.samples >= 3 and session.stop_reason == "Local":
            assert session.energy_wh
            assert session.peak_power_w
            hours = length / timedelta(hours=1)
            assert session.energy_wh == pytest.approx(session.peak_power_w * hours, rel=0.15, abs=2.0)
            assert session.findings == ()
            whole.add(session.protocol)
    assert whole == set(SPOKEN)


async def test_the_tally_finds_what_a_careless_sink_drops(
    example: Configuration, broker: BrokerAccess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(example, broker, tmp_path) as service:
        keep = service.stores.readings.put

        async def careless(batch: Batch) -> None:
            kept = [r for r in batch.readings if not r.source.startswith("meter:")]
            await keep(Batch(kept, batch.received_at_utc, batch.receipts))

        monkeypatch.setattr(type(service.stores.readings), "put", lambda _self, batch: careless(batch))
        stop = asyncio.Event()
        playing = asyncio.create_task(_play(example, broker, service.ocpp_url, stop))
        await asyncio.sleep(2.5)
        stop.set()
        outcome = await (await playing).settle(service.books, clock, timeout_s=1)
        assert outcome.lost > 50
        assert all(missing.startswith("meter:") for missing in outcome.missing)


async def test_without_any_service_the_district_still_ends(depot: Inventory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.play._CLOSE_WITHIN_S", 0.5)
    nowhere = BrokerAccess("127.0.0.1", free_port(), free_port(), "devices", "pw")
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(1.2, stop.set)
    tally = await asyncio.wait_for(
        play(
            depot,
            broker=nowhere,
            ocpp_url=f"ws://127.0.0.1:{free_port()}/ocpp",
            secrets={},
            clock=clock,
            seed=1,
            stop=stop,
        ),
        15,
    )
    assert tally.sent["tasmota"] + tally.sent["shelly"] > 0
    assert not tally.promises().timed
    assert not tally.promises().calls


async def test_the_live_world_counts_on_from_the_store(
    depot: Inventory, broker: BrokerAccess, central: TinyCentral, tmp_path: Path
) -> None:
    stop = asyncio.Event()
    stores = await open_embedded(tmp_path, clock)
    at_ms = int((clock() - timedelta(minutes=5)).timestamp() * 1000)
    await stores.readings.put_series("meter:hof-strom", Quantity.ENERGY_IMPORT_WH, [at_ms], [5_000_000.0], clock())
    last = await stores.readings.last()
    await stores.close()
    asyncio.get_running_loop().call_later(4, stop.set)
    tally = await play(
        depot, broker=broker, ocpp_url=central.url, secrets={}, clock=clock, seed=1, stop=stop, last=last
    )
    registers = tally.promises().timed["meter:hof-strom", Quantity.ENERGY_IMPORT_WH].values()
    assert 5_000_000.0 <= min(registers) <= max(registers) < 5_020_000.0
