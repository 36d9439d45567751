"""The whole application in memory, over the small district."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from config.settings import ConsoleSettings
from console.app import build_app
from core.people import Actor, Role
from tests.district import District, open_district
from tests.district_content import fill

LOCAL_TOKEN = "local-token-of-this-run"
Caller = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def api_district(tmp_path: Path) -> AsyncIterator[District]:
    async with open_district(tmp_path) as opened:
        await fill(opened.stores)
        yield opened


@pytest.fixture
async def caller(api_district: District) -> AsyncIterator[Caller]:
    """Return what makes clients: with a token's secret, or with nothing; `settings` as the console's."""
    async with AsyncExitStack() as stack:
        apps: dict[ConsoleSettings, httpx.ASGITransport] = {}

        def call(secret: str = "", settings: ConsoleSettings | None = None) -> httpx.AsyncClient:
            settings = settings or ConsoleSettings()
            if settings not in apps:
                local = Actor("local:root", Role.ADMIN)
                app = build_app(
                    api_district.gate, settings, api_district.clock, local_token=LOCAL_TOKEN, local_actor=local
                )
                apps[settings] = httpx.ASGITransport(app)
                stack.push_async_callback(app.state.desk.long.close)
            headers = {"authorization": f"Bearer {secret}"} if secret else {}
            return httpx.AsyncClient(transport=apps[settings], base_url="http://localhost", headers=headers)

        yield call


@pytest.fixture
def admin(caller: Caller) -> httpx.AsyncClient:
    """Return a client with every right."""
    return caller(LOCAL_TOKEN)
