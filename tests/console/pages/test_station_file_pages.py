"""Files between stations and the service on pages: firmware taken in and thrown away, logs fetched and thrown away."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx

from tests.console.pages.content import NOW
from tests.station_files import put_log

Client = Callable[..., httpx.Client]
LOG = "fedcba9876543210" * 2
MORE_THAN_A_FORM = b"\x00firmware" * 200_000


def csrf(client: httpx.Client) -> dict[str, str]:
    found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', client.get("/account").text)
    assert found
    return {"csrf_token": found.group(1)}


def test_firmware_is_taken_in_offered_for_a_rollout_and_thrown_away(client: Client) -> None:
    anna = client("anna")
    said = csrf(anna) | {"maker": "ABL <b>", "model": "eMH3", "firmware": "1.8.1"}
    without = anna.post("/firmware", data=said)
    assert (without.status_code, 'value="1.8.1"' in without.text) == (422, True)
    half = anna.post("/firmware", data=said | {"signature": "c2ln"}, files={"file": ("abl.bin", MORE_THAN_A_FORM)})
    assert (half.status_code, ">c2ln</textarea>" in half.text) == (422, True)
    added = anna.post("/firmware", data=said, files={"file": ("abl.bin", MORE_THAN_A_FORM)}, follow_redirects=True)
    assert added.status_code == 200
    assert "ABL &lt;b&gt;" in added.text
    full = anna.post("/firmware", data=said, files={"file": ("abl-2.bin", MORE_THAN_A_FORM[1:])})
    assert (full.status_code, "Die Firmware-Bibliothek ist voll" in full.text) == (422, True)
    place = added.url.path
    assert f'href="{place}"' in anna.get("/firmware").text
    number = place.rpartition("/")[2]
    assert f'<option value="{number}" selected>' in anna.get(f"/rollouts?file={number}").text
    assert f'<option value="{number}">ABL &lt;b&gt; eMH3 1.8.1' in anna.get("/stations/lra-01/ask/firmware").text
    other_make = {"id": "lra-01", "file": number, "canary": "1", "wave_size": "1", "pause_min": "0"}
    refused = anna.post("/rollouts", data=csrf(anna) | other_make | {"stop_after": "1", "within_h": "1"})
    assert refused.status_code == 422
    assert "Die Firmware ist für" in refused.text
    gone = anna.post(f"{place}/remove", data=csrf(anna), follow_redirects=True)
    assert f'href="{place}"' not in gone.text
    assert client("vera").get("/firmware").status_code == 403


def test_a_log_is_fetched_on_record_and_thrown_away(client: Client, district: Any) -> None:
    put_log(district.gate, "lra-02", NOW, LOG)
    anna = client("anna")
    listed = anna.get("/station-logs?station=lra-02").text
    assert f"/station-logs/{LOG}/fetch" in listed
    fetched = anna.post(f"/station-logs/{LOG}/fetch", data=csrf(anna))
    assert (fetched.status_code, fetched.content) == (200, b"log of lra-02")
    assert "attachment" in fetched.headers["content-disposition"]
    assert "stations.fetch_log" in anna.get("/audit").text
    assert anna.post(f"/station-logs/{LOG}/delete", data=csrf(anna)).status_code == 303
    assert LOG not in anna.get("/station-logs?station=lra-02").text
    assert anna.post(f"/station-logs/{LOG}/fetch", data=csrf(anna)).status_code == 404
