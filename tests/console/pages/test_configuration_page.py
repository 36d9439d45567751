"""The table of a charge point's settings: looked through, compared, changed and read back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from core.commands import Command, CommandFilter, CommandKind, CommandState
from tests.console.pages.test_steering import sent, words

Client = Callable[..., httpx.Client]
PATH = "/stations/lra-01/configuration"
HERE = {"HeartbeatInterval": "300", "NumberOfConnectors": "2", "AuthorizationKey": None}
THERE = {"HeartbeatInterval": "600", "NumberOfConnectors": "2"}


def end(district: Any, command: Command, answer: dict[str, Any], state: CommandState = CommandState.DONE) -> None:
    now_utc = district.gate.house.clock()
    district.do(
        district.gate.house.ledger.save_command(replace(command, state=state, answer=answer, finished_at_utc=now_utc))
    )


def told(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "settings": [
            {"key": key, "value": value, "read_only": key == "NumberOfConnectors"} for key, value in values.items()
        ]
    }


def newest(district: Any, station: str) -> Command:
    wanted = CommandFilter(stations=frozenset({station}), limit=1)
    command: Command = district.do(district.gate.house.ledger.commands(wanted)).items[0]
    return command


@pytest.fixture
def read(client: Client, district: Any, monkeypatch: pytest.MonkeyPatch) -> httpx.Client:
    """Return a client, with all settings of two stations read; commands are answered as they are asked."""
    monkeypatch.setattr("console.pages.configuration.WAITS_S", 0.0)
    anna = client()
    for station, values in (("lra-01", HERE), ("lra-02", THERE)):
        sent(anna, f"/stations/{station}/configuration")
        command = newest(district, station)
        assert command.kind is CommandKind.GET
        end(district, command, told(values))
    return anna


def test_settings_are_shown_as_they_were_read(read: httpx.Client) -> None:
    page = words(read.get(PATH).text)
    assert "HeartbeatInterval 300" in page
    assert "NumberOfConnectors nur lesbar 2" in page
    assert "AuthorizationKey nicht mitgeteilt" in page
    assert "change=HeartbeatInterval" in read.get(PATH).text
    assert "change=AuthorizationKey" not in read.get(PATH).text
    assert "NumberOfConnectors" not in read.get(PATH, params={"query": "heartb"}).text


def test_two_stations_are_compared(read: httpx.Client) -> None:
    both = words(read.get(PATH, params={"compare": "lra-02", "different": "true"}).text)
    assert "300 600 weicht ab" in both
    assert "NumberOfConnectors" not in both


def test_settings_are_a_file_for_spreadsheets(read: httpx.Client) -> None:
    answer = read.get(f"{PATH}.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "HeartbeatInterval;300;" in answer.text


def test_a_setting_is_changed_on_its_page(read: httpx.Client, district: Any) -> None:
    assert 'name="value" value="300"' in read.get(PATH, params={"change": "HeartbeatInterval"}).text
    answer = sent(read, PATH, key="HeartbeatInterval", value="120")
    command = newest(district, "lra-01")
    assert answer.url.path == f"/commands/{command.id}"
    assert command.request == {"settings": [{"key": "HeartbeatInterval", "value": "120"}], "read_back": True}
    end(district, command, {"status": "RebootRequired"})
    assert "HeartbeatInterval wirkt erst nach Neustart 120" in words(read.get(PATH).text)


def test_a_secret_is_not_set_on_the_page(read: httpx.Client) -> None:
    refused = sent(read, PATH, key="AuthorizationKey", value="geheim")
    assert refused.status_code == 422
    assert "geheim" not in refused.text


@pytest.mark.browser
def test_a_command_ends_on_its_page_without_a_reload(client: Client, district: Any, browser: Browser) -> None:
    begun = sent(client(), "/stations/lra-02/ask/get")
    command = newest(district, "lra-02")
    context = browser.new_context()
    context.add_cookies([{"name": "kreiswatt", "value": district.cookies["anna"], "url": district.url}])
    try:
        page = context.new_page()
        page.goto(str(begun.url))
        assert page.get_by_text("HeartbeatInterval").count() == 0
        end(district, command, told(THERE))
        page.get_by_text("HeartbeatInterval").wait_for(timeout=5000)
        assert page.locator("[data-poll]").count() == 0
    finally:
        context.close()
