"""`kreiswatt run chargepoints`: a process that serves charge points and nothing else, beside others like it."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import structlog

from cli.supervisor import Supervisor, signals
from cli.wire import Shelf, central_system, now_utc
from config.load import Configuration, load
from core.errors import ConfigError
from core.texts import Finding
from store.open import open_stores

SERVICE = "chargepoints"

log = structlog.get_logger("service")


def run_charge_points(folder: Path, port: int, tls_port: int) -> None:
    """Serve charge points until SIGTERM or Ctrl-C. Raises `ConfigError` where the stores belong to one process."""
    configuration = load(folder, os.environ)
    if not configuration.settings.stores.shared:
        raise ConfigError([Finding.of("run.single_process", services=SERVICE)])
    asyncio.run(_until_stopped(_on_ports(configuration, port, tls_port)))


@contextlib.asynccontextmanager
async def open_charge_points(configuration: Configuration) -> AsyncIterator[tuple[Supervisor, Shelf]]:
    """Yield what serves charge points with its stores open; what it keeps on disk lies apart from other processes'."""
    shelf, settings = Shelf(configuration), configuration.settings
    folder = settings.data_dir / f"{SERVICE}-{settings.charge_points.port}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stores = await open_stores(settings.stores, folder, now_utc, shelf.inventory)
    try:
        yield Supervisor([central_system(shelf, stores), *stores.daemons]), shelf
    finally:
        await stores.close()


def _on_ports(configuration: Configuration, port: int, tls_port: int) -> Configuration:
    """Return the configuration with the ports of this process, 0 for those configured."""
    points = configuration.settings.charge_points
    points = replace(points, port=port or points.port)
    if points.tls is not None:
        points = replace(points, tls=replace(points.tls, port=tls_port or points.tls.port))
    return replace(configuration, settings=replace(configuration.settings, charge_points=points))


async def _until_stopped(configuration: Configuration) -> None:
    from cli.process import tuned_for_serving

    async with open_charge_points(configuration) as (supervisor, shelf):
        with signals(supervisor.stop, shelf.reload), tuned_for_serving():
            log.info("charge points are served", port=configuration.settings.charge_points.port)
            await supervisor.run()
    log.info("stopped")
