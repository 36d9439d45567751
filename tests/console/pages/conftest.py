"""A district in real stores behind the real console, and a browser that looks at it.

The clock stands still, so that every page, and the picture of the overview, is the same each time.
"""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from chargepoints.firmware_files import FirmwareFolder, FirmwareTokens
from chargepoints.upload_folder import UploadFolder, UploadLimits
from config.cards import CardNumbers
from config.create import create
from config.forgetting import CardForgetting
from config.inventory import inventory_of, read_texts
from config.load import load
from config.managed import ManagedInventory
from config.settings import ConsoleSettings
from console.app import build_app
from console.daemon import Console
from core.inventory import Inventory
from core.people import Actor, Role
from core.ports import Health
from core.texts import Finding
from ingest.files.inbox import DiskInbox
from jobs.runner import Runner
from notify.postman import Postman
from notify.settings import NotifySettings, Recipient
from operations.gate import Gate
from operations.house import Call, House
from operations.intervals.job import compute_intervals
from operations.people.access import begin_session
from operations.schedule import JobWork
from reports.shelf import FileShelf
from store.open import Stores, open_embedded
from tests.console.pages.content import NOW, fill, fill_meter_life
from tests.dashboards.grafana_stand_in import TOKEN, Grafana, running
from tests.district import GRAFANA
from tests.earshot import Earshot
from tests.station_files import put_firmware, put_log

T = TypeVar("T")
ANNA = Actor("anna", Role.ADMIN)


@dataclass
class District:
    """The running console: its address, its stores, and who may look."""

    stores: Stores
    gate: Gate
    inventory: Inventory
    loop: asyncio.AbstractEventLoop
    url: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    def do(self, what: Awaitable[T]) -> T:
        """Run something in the service's own loop."""

        async def done() -> T:
            return await what

        return asyncio.run_coroutine_threadsafe(done(), self.loop).result(20)


@pytest.fixture(scope="session")
def inventory() -> Inventory:
    texts, unreadable = read_texts(Path(str(resources.files("config") / "example")))
    found, mistakes = inventory_of(texts, None)
    assert not unreadable
    assert not mistakes
    return found


@pytest.fixture(scope="session")
def grafana() -> Iterator[Grafana]:
    with running(Grafana()) as server:
        yield server


@pytest.fixture(scope="session")
def district(inventory: Inventory, grafana: Grafana, tmp_path_factory: pytest.TempPathFactory) -> Iterator[District]:
    folder = tmp_path_factory.mktemp("district")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def do(what: Awaitable[T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, loop).result(60)  # type: ignore[arg-type]

    stores = do(open_embedded(folder, lambda: NOW))
    config = folder / "config"
    create(config, example=True, data_dir=folder / "data")
    numbers = CardNumbers.under(load(config, {}).privacy_key)
    managed = ManagedInventory(config, numbers)
    kept = {"name": "Neubau", "site": "lra", "valid_from": date(2026, 11, 1)}
    managed.add("buildings", "lra-neubau", kept, actor="anna", now_utc=NOW - timedelta(days=1))
    card = {"name": "Karte Lager", "uid": "04A1B2C3D4E599", "vehicle": "aut-e-101", "valid_from": date(2026, 11, 1)}
    managed.add("tags", "karte-lager", card, actor="anna", now_utc=NOW - timedelta(days=1))
    shelf = [load(config, {}).inventory]

    def reload() -> None:
        shelf[0] = load(config, {}).inventory

    runner = Runner(stores.ledger, lambda: NOW)
    house = House(
        inventory=lambda: shelf[0],
        query=stores.readings,
        ledger=stores.ledger,
        journal=stores.journal,
        health=health,
        clock=lambda: NOW,
        sink=stores.readings,
        managed=managed,
        pseudonym=numbers.pseudonym,
        frame_eraser=stores.journal,
        card_eraser=CardForgetting(config),
        facts=stores.readings,
        intervals=stores.readings,
        jobs=runner,
        listener=Earshot(NOW, lasts_s=0.4),
        shelf=FileShelf(folder / "exports"),
        station_logs=UploadFolder(folder / "uploads", UploadLimits()),
        firmware=FirmwareFolder(folder / "firmware", 3_000_000),
        firmware_url=lambda number, name: f"http://127.0.0.1{FirmwareTokens(b'k').address(number, name)}",
        inbox=DiskInbox(folder / "imports", lambda: NOW),
        eraser=stores.readings,
        notifier=postman(stores, inventory),
        public_url="http://127.0.0.1",
        grafana=replace(GRAFANA, url=grafana.url, token=TOKEN),
        reload=reload,
    )
    gate = Gate(house)
    runner.call_through(gate)
    do(fill(stores, inventory))
    do(put_firmware(gate, NOW))
    put_log(gate, "lra-01", NOW)
    job = Call(Actor("job:intervals", Role.ADMIN), NOW)
    do(compute_intervals(house, JobWork(period="2026-11-18T09:45Z"), job))
    do(gate.ask("totals.freeze", {"id": "meter:lra-strom", "period": "2026-11-17"}, ANNA, NOW))
    do(fill_meter_life(stores))
    found = District(stores, gate, inventory, loop)
    for name in ("anna", "ole", "vera"):
        found.cookies[name] = do(begin_session(stores.ledger, name, NOW))
    app = build_app(gate, ConsoleSettings(port=0), lambda: NOW)
    console = Console(app, "127.0.0.1", 0)
    serving = asyncio.run_coroutine_threadsafe(console.serve(), loop)
    while not console.ready:
        if serving.done():
            serving.result()
        threading.Event().wait(0.02)
    found.url = f"http://127.0.0.1:{console.port}"
    yield found
    serving.cancel()
    do(ended())
    do(stores.close())
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


async def ended() -> None:
    """Wait until nothing but this runs in the loop."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.wait(others, timeout=5) if others else None
    await asyncio.get_running_loop().shutdown_asyncgens()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--disable-quic",
            ],
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def contexts() -> dict[str, BrowserContext]:
    """Browser contexts by their options, closed with the browser: making one takes longer than opening a page."""
    return {}


@pytest.fixture
def visit(district: District, browser: Browser, contexts: dict[str, BrowserContext]) -> Iterator[Callable[..., Page]]:
    """Open a path as somebody; what the page then does wrong fails the test."""
    pages: list[Page] = []
    wrong: list[str] = []

    def open_page(path: str, name: str | None = "anna", language: str = "de", **options: Any) -> Page:
        key = repr(sorted(options.items()))
        context = contexts.get(key) or contexts.setdefault(key, browser.new_context(locale="de-DE", **options))
        context.clear_cookies()
        page = context.new_page()
        pages.append(page)
        page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: wrong.append(request.url) if leaves(request.url, district.url) else None)
        jar = {"kreiswatt_language": language} | ({"kreiswatt": district.cookies[name]} if name else {})
        context.add_cookies([{"name": key, "value": value, "url": district.url} for key, value in jar.items()])
        page.goto(district.url + path, wait_until="domcontentloaded")
        return page

    yield open_page
    for page in pages:
        page.close()
    assert not [text for text in wrong if "the server responded with a status of 4" not in text]


@pytest.fixture
def client(district: District) -> Iterator[Callable[..., httpx.Client]]:
    """Return a client without a browser, signed in as somebody."""
    with ExitStack() as stack:

        def signed_in(name: str | None = "anna", language: str = "de") -> httpx.Client:
            jar = {"kreiswatt_language": language} | ({"kreiswatt": district.cookies[name]} if name else {})
            return stack.enter_context(httpx.Client(base_url=district.url, cookies=jar, timeout=20))

        yield signed_in


def leaves(url: str, home: str) -> bool:
    return not url.startswith((home, "data:", "about:"))


def health() -> tuple[Health, ...]:
    return (
        Health(name="ingest", ok=True, figures={"messages": 184_212, "rejected": 5, "waiting": 0}),
        Health(name="chargepoints", ok=True, figures={"connections": 12, "frames": 20_431}),
        Health(name="broker main", ok=False, finding=Finding.of("ingest.broker_lost", broker="main", reason="timeout")),
    )


def postman(stores: Stores, inventory: Inventory) -> Postman:
    """Return who tells two recipients of alarms; neither can be reached."""
    recipients = (
        Recipient(
            name="hausmeister",
            channel="mail",
            address="hausmeister@landkreis.example",
            sites=frozenset({"sporthalle", "lra"}),
        ),
        Recipient(
            name="leitstelle",
            channel="webhook",
            address="http://127.0.0.1:1/hook",
            secret="ein-geheimnis-mit-laenge",
            kinds=frozenset({"part_unwell"}),
        ),
    )
    return Postman(
        NotifySettings(recipients=recipients),
        books=stores.ledger,
        inventory=lambda: inventory,
        publisher_of=lambda _broker: pytest.fail("nobody is told by MQTT"),
        clock=lambda: NOW,
    )
