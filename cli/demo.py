"""`kreiswatt demo`: the whole service with a simulated district that speaks the real protocols to it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from cli.init import sign_in_link
from cli.progress import bar
from cli.run import all_ready, log_to_stderr, running
from core.texts import Catalogue, Finding, catalogue

if TYPE_CHECKING:
    from cli.wire import Service
    from config.load import Configuration
    from demo.stories import Story
    from demo.tally import Outcome, Tally
    from operations.house import Progress

DATA = Path("demo-data")
CARD = "recovery-passphrase"
SEED = 20_26
MONTHS = 13
LOST = 1
BOUNDARIES_ON = "2025-01-01"
STATED_YEAR = 2025


def demo(
    data: Annotated[Path | None, typer.Option("--data", metavar="DIR", show_default=False)] = None,
    seconds: Annotated[float | None, typer.Option("--seconds", min=1, show_default=False)] = None,
    *,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Run the demo until Ctrl-C, or for some seconds without history; exit with 1 if anything was lost."""
    from cli.main import language_of

    log_to_stderr(logging.WARNING)
    texts = catalogue(language_of(sys.argv[1:], os.environ))
    with contextlib.ExitStack() as stack:
        if data is None:
            data = Path(stack.enter_context(tempfile.TemporaryDirectory())) if seconds else DATA
        configuration = _configuration(data)
        outcome = asyncio.run(_live(configuration, seconds, texts, quiet=json))
    if json:
        print(orjson.dumps(outcome.as_dict()).decode())
    else:
        print(texts.say("run.demo_ended", lost=outcome.lost, data=str(data)))
    for missing in outcome.missing:
        print(missing, file=sys.stderr)
    if outcome.lost:
        raise typer.Exit(LOST)


def _configuration(data: Path) -> Configuration:
    """Return the demo's configuration in `data`, made if there is none, on ports that are free now.

    It says its own address, so that links and QR codes to tell readings by can be tried out.
    """
    from config.create import create
    from config.load import load
    from config.ports import evade
    from config.settings import FILE

    folder = data / "config"
    if not (folder / FILE).exists():
        create(folder, example=True, data_dir=(data / "store").absolute())
        _keep_passphrase(folder, data / CARD)
    configuration = load(folder, os.environ)
    settings = evade(configuration.settings)
    console = settings.console
    public_url = console.public_url or f"http://{console.host}:{console.port}"
    return replace(configuration, settings=replace(settings, console=replace(console, public_url=public_url)))


def _keep_passphrase(folder: Path, file: Path) -> None:
    """Put the passphrase of the demo's backups into a file: it is a demo."""
    from config.recovery import new_passphrase, recovery_key, write_recovery_key

    passphrase = new_passphrase()
    write_recovery_key(folder, recovery_key(passphrase))
    file.touch(mode=0o600)
    file.write_text(f"{passphrase}\n", encoding="utf-8")


async def _live(configuration: Configuration, seconds: float | None, texts: Catalogue, *, quiet: bool) -> Outcome:
    from cli.supervisor import signals
    from cli.wire import now_utc, open_service
    from demo.tally import Books

    stop = asyncio.Event()
    with signals(stop.set, _nothing):
        async with open_service(configuration) as service:
            stories: tuple[Story, ...] = ()
            if seconds is None:
                with bar(texts.language) as progress:
                    stories = await _history(service, progress)
            async with running(service):
                await all_ready(service)
                if not quiet:
                    await _welcome(service, texts, stories)
                if seconds is None:
                    await import_boundaries(service)
                    await import_statements(service)
                    await _shares(service)
                tally, _ = await asyncio.gather(_play(service, stop, seconds), _weather(service, stop))
                ledger = service.stores.ledger
                return await tally.settle(
                    Books(service.stores.readings, ledger, service.stores.journal, ledger), now_utc
                )


async def _history(service: Service, progress: Progress) -> tuple[Story, ...]:
    """Generate what happened until now, all of it at first, later what is new; return what it has to tell."""
    from chargepoints.privacy import Privacy
    from cli.wire import now_utc
    from demo.history import write_history

    configuration = service.shelf.configuration
    written = await write_history(
        configuration.inventory,
        service.stores.readings,
        service.stores.ledger,
        now_utc(),
        months=MONTHS,
        seed=SEED,
        token_of=Privacy(configuration.privacy_key).token,
        last=await service.stores.readings.last(),
        progress=lambda share: progress(share, Finding.of("run.demo_history")),
    )
    return written.stories


async def _play(service: Service, stop: asyncio.Event, seconds: float | None) -> Tally:
    from cli.wire import now_utc
    from config.create import DEVICES_USER
    from demo.mqtt import BrokerAccess
    from demo.play import play

    configuration = service.shelf.configuration
    broker = configuration.settings.embedded_broker
    stations = configuration.settings.charge_points
    assert broker is not None  # noqa: S101 - the demo's configuration has one
    if seconds is not None:
        asyncio.get_running_loop().call_later(seconds, stop.set)
    return await play(
        configuration.inventory,
        broker=BrokerAccess(
            host=broker.host,
            port=broker.port,
            port_311=broker.port_311,
            username=DEVICES_USER,
            password=broker.users[DEVICES_USER],
        ),
        ocpp_url=f"ws://{stations.host}:{stations.port}/{stations.path}",
        secrets=configuration.station_secrets,
        clock=now_utc,
        seed=SEED,
        stop=stop,
        last=await service.stores.readings.last(),
    )


async def _weather(service: Service, stop: asyncio.Event) -> None:
    from cli.wire import now_utc
    from demo.history import watch_outdoors

    await watch_outdoors(service.shelf.inventory(), service.stores.readings, now_utc, seed=SEED, stop=stop)


async def import_boundaries(service: Service) -> None:
    """Import the district's boundaries once, as anybody would."""
    from cli.uploads import pieces
    from cli.wire import local_actor, now_utc

    inbox = service.gate.house.inbox
    if inbox is None or await service.stores.ledger.boundary_editions(withdrawn=True):
        return
    for file in sorted((service.shelf.configuration.folder / "boundaries").glob("*.geojson")):
        kept = await inbox.keep(file.name, pieces(file))
        said = {"upload": kept.digest, "valid_on": BOUNDARIES_ON, "source": "kreiswatt init --example"}
        await service.gate.ask("boundaries.import", said, local_actor(), now_utc())


async def import_statements(service: Service) -> None:
    """Import what operators state of their plants once, as anybody would."""
    from cli.uploads import pieces
    from cli.wire import local_actor, now_utc

    inbox = service.gate.house.inbox
    if inbox is None or await service.stores.ledger.feed_in(None, None, withdrawn=True):
        return
    for file in sorted((service.shelf.configuration.folder / "feed_in").glob("*.csv")):
        kept = await inbox.keep(file.name, pieces(file))
        await service.gate.ask("feed_in.import", {"upload": kept.digest}, local_actor(), now_utc())


async def _shares(service: Service) -> None:
    """Settle the year that operators have stated; where nothing changed, that makes no new revision."""
    from cli.wire import local_actor, now_utc

    await service.gate.ask("shares.settle", {"year": STATED_YEAR}, local_actor(), now_utc())


async def _welcome(service: Service, texts: Catalogue, stories: tuple[Story, ...]) -> None:
    from cli.wire import now_utc
    from demo.sights import sights

    link = await sign_in_link(service.gate, now_utc())
    shown = sights(service.shelf.inventory(), now_utc().date(), stories)
    seen = "\n".join(f"  - {texts.tell(sight)}" for sight in shown)
    print(texts.say("run.demo_welcome", url=service.url, link=link, sights=seen), flush=True)


def _nothing() -> None:
    """Leave SIGHUP without effect: the demo's configuration does not change."""
