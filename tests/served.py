"""The small district behind a real server on a free port, in a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from config.settings import ConsoleSettings
from console.app import build_app
from core.people import Actor
from tests.district import District, open_district

LOCAL_TOKEN = "token-of-this-run"
Prepare = Callable[[District], None]


@contextmanager
def served(folder: Path, actor: Actor, prepare: Prepare = lambda _district: None) -> Iterator[str]:
    """Yield the address of a server over the stores in `folder`; `LOCAL_TOKEN` opens it as `actor`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        running = threading.Event()
        stop = threading.Event()
        thread = threading.Thread(target=lambda: asyncio.run(_serve(folder, actor, prepare, listener, running, stop)))
        thread.start()
        assert running.wait(20)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            stop.set()
            thread.join(20)


async def _serve(
    folder: Path,
    actor: Actor,
    prepare: Prepare,
    listener: socket.socket,
    running: threading.Event,
    stop: threading.Event,
) -> None:
    async with open_district(folder) as district:
        prepare(district)
        app = build_app(district.gate, ConsoleSettings(), district.clock, local_token=LOCAL_TOKEN, local_actor=actor)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none"))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        running.set()  # the listener takes connections already; they are answered when the server has started
        await asyncio.to_thread(stop.wait)
        server.should_exit = True
        await serving
