"""Handing out what is stored of a person, and forgetting their card, as administrators do it on a page."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from zipfile import ZipFile

import httpx
import pytest

from tests.console.pages.test_fleet_pages import words
from tests.console.pages.test_forms import post

Client = Callable[..., httpx.Client]
UID = "04A1B2C3D4E577"


@pytest.fixture
def card(client: Client) -> str:
    """Return a card that this test alone has, and add it."""
    kept = {"id": "karte-person", "label": "Karte Person", "uid": UID, "group": "Bauhof", "valid_from": "2026-11-01"}
    post(client(), "/tags", **kept)
    return "karte-person"


def test_a_card_is_handed_out_looked_at_and_forgotten(client: Client, card: str) -> None:
    anna = client()
    assert 'href="/privacy/person"' in anna.get("/privacy").text
    copied = post(anna, "/privacy/export", tag=card)
    assert "Die Datei liegt einen Tag lang bereit." in words(copied.text)
    address = copied.text.split('href="/files/')[1].split('"')[0]
    with ZipFile(BytesIO(anna.get(f"/files/{address}").content)) as archive:
        assert {each["entry"] for each in json.loads(archive.read("entries.json"))} == {"tags/karte-person"}
    looked = post(anna, "/privacy/erase", uid=UID)
    assert "Das wird gelöscht: karte-person" in words(looked.text)
    assert "Sicherungen enthalten den Stand ihres Tages" in words(looked.text)
    assert UID not in looked.text
    hasty = post(anna, "/privacy/erase", tag=card, asked="true")
    assert hasty.status_code == 422
    assert "Bitte bestätigen" in words(hasty.text)
    done = post(anna, "/privacy/erase", tag=card, asked="true", for_good="true")
    assert "Gelöscht: karte-person" in words(done.text)
    assert post(anna, "/privacy/erase", tag=card).status_code == 422
    assert "karte-person" not in anna.get("/tags").text


def test_what_is_missing_is_said_on_the_form(client: Client) -> None:
    empty = post(client(), "/privacy/export", tag="", uid="")
    assert empty.status_code == 422
    assert "Welche Karte?" in words(empty.text)


def test_only_administrators_get_there(client: Client) -> None:
    for name in ("ole", "vera"):
        assert client(name).get("/privacy").status_code == 403
        assert post(client(name), "/privacy/export", tag="karte-lager").status_code == 403
