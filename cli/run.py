"""`kreiswatt run`: the whole service in this process, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from core.errors import ConfigError
from core.texts import Finding

if TYPE_CHECKING:
    from cli.wire import Service
    from config.load import Configuration

CONFIG = Path("/etc/kreiswatt")
POLL_S = 0.02
PATIENCE_S = 15.0

log = structlog.get_logger("service")


def run(
    services: Annotated[list[str] | None, typer.Argument(metavar="[SERVICE]...", show_default=False)] = None,
    config: Annotated[Path, typer.Option("--config", envvar="KREISWATT_CONFIG")] = CONFIG,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, show_default=False)] = 0,
    tls_port: Annotated[int, typer.Option("--tls-port", min=0, max=65535, show_default=False)] = 0,
) -> None:
    """Run until SIGTERM or Ctrl-C; SIGHUP reads the inventory again."""
    from config.load import load

    if services:
        from cli.charge_points import SERVICE, run_charge_points

        if services != [SERVICE]:
            raise ConfigError([Finding.of("run.not_alone", services=", ".join(services), service=SERVICE)])
        log_to_stderr()
        run_charge_points(config, port, tls_port)
        return
    if port or tls_port:
        raise ConfigError([Finding.of("run.ports_configured")])
    log_to_stderr()
    configuration = load(config, os.environ)
    asyncio.run(_until_stopped(configuration))


async def _until_stopped(configuration: Configuration) -> None:
    from cli.supervisor import signals
    from cli.wire import open_service

    begun = asyncio.get_running_loop().time()
    async with open_service(configuration) as service, running(service) as ended:
        with signals(service.supervisor.stop, service.shelf.reload):
            await all_ready(service)
            took_s = round(asyncio.get_running_loop().time() - begun, 2)
            log.info("ready" if service.ready else "running, not everything is well", url=service.url, after_s=took_s)
            await ended
    log.info("stopped")


@contextlib.asynccontextmanager
async def running(service: Service) -> AsyncIterator[asyncio.Task[None]]:
    """Run the service's daemons while inside, announced to commands on this machine; yields what ends with them."""
    from cli.process import tuned_for_serving
    from cli.wire import announced

    ended = asyncio.create_task(service.supervisor.run())
    try:
        await _listening(service)
        with announced(service), tuned_for_serving():
            yield ended
    finally:
        service.supervisor.stop()
        await ended


async def all_ready(service: Service) -> None:
    """Return once every part is well, or after a while if one is not."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            while not service.ready:  # noqa: ASYNC110 - health is looked at, it does not ring
                await asyncio.sleep(POLL_S)


async def _listening(service: Service) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            while not service.console.ready:  # noqa: ASYNC110 - uvicorn does not ring either
                await asyncio.sleep(POLL_S)


def log_to_stderr(level: int = logging.INFO) -> None:
    """Log to stderr: for people on a terminal, else one JSON object a line for the journal of the system."""
    shape = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            shape,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
