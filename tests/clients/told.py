"""What a station tells of itself while it runs: one object for each thing that happens."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
_WITHIN_S = 15.0


class Told:
    """Everything a station told so far, and what it will tell."""

    def __init__(self) -> None:
        self.all: list[dict[str, Any]] = []
        self.news: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    async def until(self, key: str) -> Any:
        """Return the value of the first thing told that has `key`; fail if the station fails or ends before."""
        async with asyncio.timeout(_WITHIN_S):
            while (news := await self.news.get()) is not None:
                self.all.append(news)
                assert "failed" not in news, news
                if key in news:
                    return news[key]
        raise AssertionError((key, self.all[-3:]))

    async def end(self) -> None:
        """Wait until the station has ended of itself."""
        async with asyncio.timeout(_WITHIN_S):
            while (news := await self.news.get()) is not None:
                assert "failed" not in news, news
                self.all.append(news)

    def answers(self, action: str) -> list[dict[str, Any]]:
        """Return what was answered to calls of the station, in order."""
        return [told["answer"] for told in self.all if told.get("called") == action]

    def asked(self, action: str) -> dict[str, Any]:
        """Return the payload of the one call of ours with this action."""
        (payload,) = [told["payload"] for told in self.all if told.get("asked") == action]
        found: dict[str, Any] = payload
        return found


@asynccontextmanager
async def node_station(script: str, url: str, name: str, password: str, version: str) -> AsyncIterator[Told]:
    """Run a station of Node.js while inside."""
    node = shutil.which("node")
    assert node, "nodejs is missing; see tests/system-packages.txt"
    assert (FOLDER / "node_modules").is_dir(), "run: npm ci --prefix tests/clients"
    arguments = (FOLDER / script, url, name, password, version)
    process = await asyncio.create_subprocess_exec(
        node, *map(str, arguments), stdout=asyncio.subprocess.PIPE, env={"PATH": os.environ["PATH"]}
    )
    told = Told()
    reading = asyncio.create_task(_read(process, told))
    try:
        yield told
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await reading


async def _read(process: asyncio.subprocess.Process, told: Told) -> None:
    assert process.stdout is not None
    async for line in process.stdout:
        told.news.put_nowait(json.loads(line) if line.startswith(b"{") else {"failed": line.decode()})
    told.news.put_nowait(None)
