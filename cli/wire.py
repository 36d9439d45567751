"""Joins the parts: the one place that knows which implementation stands behind each port.

Below this file nobody sees the environment, the system's clock, or a concrete store.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from cli.keeping import Keeping
from cli.post import post_office, report_post
from cli.station_files import (
    firmware_folder,
    firmware_url,
    ftp_receivers,
    ftp_upload_url,
    upload_folder,
    upload_url,
    with_station_files,
)
from cli.supervisor import Supervisor
from cli.visits import Visits
from config.cards import CardNumbers
from config.charge_points import station_url
from config.forgetting import CardForgetting
from config.load import Configuration, load
from config.managed import ManagedInventory
from config.settings import Settings
from core.errors import ConfigError
from core.inventory import Inventory
from core.people import Actor, Role
from core.ports import Daemon, Health, InfluxQlEndpoint
from ingest.files.inbox import DiskInbox
from jobs.runner import Runner
from jobs.worker import WorkerProcess
from notify.postman import Postman
from operations.adoption.welcoming import welcome
from operations.gate import Gate
from operations.house import House, nothing_to_read
from operations.stations.credentials import KeptCredentials
from reports.shelf import FileShelf
from store.open import Stores, open_stores
from store.points.timeseries import TimeSeries

if TYPE_CHECKING:
    from chargepoints.central import CentralSystem
    from console.daemon import Console

log = structlog.get_logger("service")


def now_utc() -> datetime:
    """Return the present instant; every `Clock` handed down is this function."""
    return datetime.now(UTC)


def local_actor() -> Actor:
    """Return the actor of commands given on this machine by whoever may read the files."""
    return Actor(f"local:{getpass.getuser()}", Role.ADMIN)


class Shelf:
    """Holds the configuration that is in force; `reload` replaces it only by a sound one."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration

    def inventory(self) -> Inventory:
        """Return the inventory in force; a new object after every reload."""
        return self.configuration.inventory

    def secret_of(self, station: str) -> str | None:
        """Return the password of a station, None if it has none."""
        return self.configuration.station_secrets.get(station)

    def reload(self) -> None:
        """Read the folder again: inventory and passwords take effect at once, settings at the next start."""
        try:
            self.configuration = load(self.configuration.folder, os.environ)
        except ConfigError as error:
            for finding in error.findings:
                log.error("configuration not reloaded", finding=str(finding))
        else:
            log.info("configuration reloaded")


@dataclass(frozen=True, slots=True)
class Service:
    """All parts of a running service, joined but not yet started."""

    shelf: Shelf
    stores: Stores
    gate: Gate
    supervisor: Supervisor
    console: Console
    local_token: str

    @property
    def ready(self) -> bool:
        """Return whether every part is well."""
        return all(health.ok for health in self.supervisor.health())

    @property
    def url(self) -> str:
        """Return the console's address on this machine."""
        host = self.shelf.configuration.settings.console.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.console.port}"


@contextlib.asynccontextmanager
async def open_house(folder: Path, configuration: Configuration | None = None) -> AsyncIterator[Gate]:
    """Yield the gate over stores opened by this very command; no daemon runs."""
    shelf = Shelf(configuration or load(folder, os.environ))
    stores = await _open_stores(shelf)
    try:
        async with _hands(shelf, stores) as hands:
            # The next command reads the folder itself; what this one wrote need not be read again.
            gate = Gate(_house(shelf, stores, hands, health=tuple, reload=nothing_to_read))
            hands.jobs.call_through(gate)
            yield gate
    finally:
        await stores.close()


@contextlib.asynccontextmanager
async def open_service(configuration: Configuration) -> AsyncIterator[Service]:
    """Yield the whole service with its stores open; leaving closes them."""
    shelf = Shelf(configuration)
    stores = await _open_stores(shelf)
    try:
        async with _hands(shelf, stores) as hands:
            yield _service(shelf, stores, hands)
    finally:
        await stores.close()


async def _open_stores(shelf: Shelf) -> Stores:
    settings = shelf.configuration.settings
    return await open_stores(settings.stores, settings.data_dir, now_utc, shelf.inventory)


@contextlib.contextmanager
def announced(service: Service) -> Iterator[None]:
    """While inside, commands on this machine find the service: its address, and a key for who owns the files."""
    runtime = service.shelf.configuration.settings.data_dir / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    said = {"url": service.url, "token": service.local_token, "pid": os.getpid()}
    file = runtime / "service.json"
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps(said), encoding="utf-8")
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class _Hands:
    """What does the work that is not done while somebody waits."""

    jobs: Runner
    worker: WorkerProcess
    postman: Postman


@contextlib.asynccontextmanager
async def _hands(shelf: Shelf, stores: Stores) -> AsyncIterator[_Hands]:
    hands = _Hands(Runner(stores.ledger, now_utc), WorkerProcess(), post_office(shelf, stores.ledger, now_utc))
    try:
        yield hands
    finally:
        await hands.worker.close()


def _service(shelf: Shelf, stores: Stores, hands: _Hands) -> Service:
    # What only a running service needs is loaded by it alone.
    from console.app import build_app
    from console.daemon import Console
    from jobs.daemon import Jobs
    from jobs.rollouts import RolloutDriver

    settings = shelf.configuration.settings
    watched: list[Supervisor] = []

    def health() -> tuple[Health, ...]:
        return (*watched[0].health(), stores.ledger.health()) if watched else ()

    central = central_system(shelf, stores)
    house = replace(_house(shelf, stores, hands, health, shelf.reload), wake_commands=central.wake)
    gate = Gate(house)
    central.reception.welcome = partial(welcome, house)
    central.keep_credentials(KeptCredentials(house))
    hands.jobs.call_through(gate)
    local_token = secrets.token_urlsafe(32)
    app = build_app(gate, settings.console, now_utc, local_token=local_token, local_actor=local_actor())
    entry = with_station_files(app, shelf.configuration, stores.ledger, now_utc)
    console = Console(entry, settings.console.host, settings.console.port)
    jobs, driver = Jobs(hands.jobs, stores.ledger, now_utc), RolloutDriver(hands.jobs)
    central.stirred = driver.ring
    # They end in this order: first what takes data in, last the broker it comes from.
    supervisor = Supervisor(
        [
            *_ingests(shelf, stores),
            central,
            *ftp_receivers(shelf.configuration, stores.ledger, now_utc),
            jobs,
            driver,
            hands.postman,
            *stores.daemons,
            console,
            *_broker(shelf),
        ]
    )
    watched.append(supervisor)
    return Service(shelf, stores, gate, supervisor, console, local_token)


def _house(
    shelf: Shelf,
    stores: Stores,
    hands: _Hands,
    health: Callable[[], tuple[Health, ...]],
    reload: Callable[[], None],
) -> House:
    return House(
        inventory=shelf.inventory,
        query=stores.readings,
        ledger=stores.ledger,
        journal=stores.journal,
        health=health,
        clock=now_utc,
        managed=_managed(shelf.configuration),
        sink=stores.readings,
        intervals=stores.readings,
        facts=stores.readings,
        influxql=_influxql(shelf, stores),
        maintenance=stores.readings if isinstance(stores.readings, TimeSeries) else None,
        rewrites=stores.readings if isinstance(stores.readings, TimeSeries) else None,
        old_frames=stores.journal,
        retention=lambda: shelf.configuration.retention,
        worker=hands.worker,
        jobs=hands.jobs,
        safekeeper=Keeping(shelf.configuration, stores, now_utc),
        notifier=hands.postman,
        listener=Visits(shelf.configuration.settings.brokers, now_utc),
        inbox=_inbox(shelf.configuration.settings),
        eraser=stores.readings,
        shelf=FileShelf(shelf.configuration.settings.data_dir / "exports"),
        pseudonym=_pseudonym(shelf.configuration.privacy_key),
        unseal=_unseal(shelf.configuration.privacy_key),
        frame_eraser=stores.journal,
        card_eraser=CardForgetting(shelf.configuration.folder),
        public_url=shelf.configuration.settings.console.public_url,
        charge_points_url=station_url(
            shelf.configuration.settings.charge_points, shelf.configuration.settings.console.public_url
        ),
        upload_url=upload_url(shelf.configuration, now_utc),
        ftp_upload_url=ftp_upload_url(shelf.configuration, now_utc),
        station_logs=upload_folder(shelf.configuration.settings),
        firmware=firmware_folder(shelf.configuration.settings),
        firmware_url=firmware_url(shelf.configuration),
        reload=reload,
        factors=lambda: shelf.configuration.factors,
        laws=lambda: shelf.configuration.laws,
        report_post=report_post(shelf),
        downloads=shelf.configuration.settings.downloads,
        grafana=shelf.configuration.settings.grafana,
        expiry=shelf.configuration.settings.charge_points.expiry,
    )


def _inbox(settings: Settings) -> DiskInbox:
    return DiskInbox(settings.data_dir / "imports", now_utc, settings.console.upload_max_mb * 1_000_000)


def _managed(configuration: Configuration) -> ManagedInventory:
    from chargepoints.kept_secrets import StationSecrets

    key = configuration.privacy_key
    managed = ManagedInventory(configuration.folder, CardNumbers.under(key), StationSecrets(key))
    managed.seal_numbers()
    return managed


def _pseudonym(key: bytes) -> Callable[[str], str]:
    from chargepoints.privacy import Privacy

    return Privacy(key).token


def _unseal(key: bytes) -> Callable[[bytes], bytes]:
    from chargepoints.privacy import Privacy

    return Privacy(key).open


def _influxql(shelf: Shelf, stores: Stores) -> InfluxQlEndpoint | None:
    if not isinstance(stores.readings, TimeSeries):
        return None
    from store.influxql.endpoint import EmbeddedInfluxQl

    return EmbeddedInfluxQl(stores.readings, shelf.inventory, now_utc)


def _ingests(shelf: Shelf, stores: Stores) -> list[Daemon]:
    from ingest.daemon import Ingest

    return [
        Ingest(
            broker,
            inventory=shelf.inventory,
            sink=stores.readings,
            receipts=stores.readings,
            rejections=stores.ledger,
            clock=now_utc,
            folder=shelf.configuration.settings.data_dir / "run",
            presences=stores.ledger,
        )
        for broker in shelf.configuration.settings.brokers
    ]


def central_system(shelf: Shelf, stores: Stores) -> CentralSystem:
    """Return what serves stations: alone, or where the stores are shared as one of several."""
    from chargepoints.central import CentralSystem
    from chargepoints.dispatch.numbers import TagNumbers
    from chargepoints.kept_secrets import StationSecrets
    from chargepoints.privacy import Privacy

    privacy = Privacy(shelf.configuration.privacy_key)
    made: Callable[..., CentralSystem] = CentralSystem
    if shelf.configuration.settings.stores.shared:
        from chargepoints.shared import SharedCentralSystem
        from store.peers import DatabasePeers

        name = f"{socket.gethostname()}:{shelf.configuration.settings.charge_points.port}"
        made = partial(SharedCentralSystem, peers=DatabasePeers(shelf.configuration.settings.stores.ledger_url, name))
    return made(
        shelf.configuration.settings.charge_points,
        inventory=shelf.inventory,
        secret_of=shelf.secret_of,
        privacy=privacy,
        journal=stores.journal,
        sink=stores.readings,
        ledger=stores.ledger,
        clock=now_utc,
        uid_of=TagNumbers(shelf.inventory, privacy).uid_of,
        matches=StationSecrets(shelf.configuration.privacy_key).matches,
    )


def _broker(shelf: Shelf) -> list[Daemon]:
    settings = shelf.configuration.settings
    if settings.embedded_broker is None:
        return []
    from ingest.own_broker import OwnBroker

    return [OwnBroker(settings.embedded_broker, settings.data_dir / "run")]
