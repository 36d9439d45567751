"""The live public page: closed unless the settings open it, and no way to wear the service out."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from config.settings import ConsoleSettings
from console.publication import ASKED_MOST, Publication

OPEN = ConsoleSettings(public_shares=True)


async def test_the_public_page_is_closed_unless_opened_and_then_open_to_everybody(
    caller: Callable[..., httpx.AsyncClient],
) -> None:
    for path in ("/public/shares", "/public/shares/index.html", "/public/shares/revenue-shares.csv"):
        assert (await caller().get(path)).status_code == 404
    reader = caller(settings=OPEN)
    front = await reader.get("/public/shares", follow_redirects=True)
    assert front.status_code == 200
    assert "Was erneuerbare Energien den Gemeinden bringen" in front.text
    assert "max-age=600" in front.headers["cache-control"]
    data = await reader.get("/public/shares/revenue-shares.csv")
    assert data.text.startswith("year,municipality_key,municipality,")
    assert (await reader.get("/public/shares/secrets.csv")).status_code == 404
    schema = (await caller().get("/schemas/share_statement.schema.json")).json()
    assert schema["title"] == "Statement of revenue shares"
    assert (await caller().get("/schemas/settings.py")).status_code == 404


def test_who_asks_again_and_again_has_to_wait() -> None:
    publication = Publication()
    assert not any(publication.wait_s("198.51.100.7") for _ in range(ASKED_MOST))
    assert publication.wait_s("198.51.100.7") > 0
    assert publication.wait_s("198.51.100.8") == 0
