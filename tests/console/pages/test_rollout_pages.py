"""Firmware roll-outs on pages: started, followed, paused, resumed, ended."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx

Client = Callable[..., httpx.Client]
START = {
    "id": "bauhof-01",
    "firmware": "2.1.0 <b>",
    "file_url": "https://firmware.example/1.bin",
    "canary": "1",
    "wave_size": "5",
    "pause_min": "60",
    "stop_after": "1",
    "within_h": "24",
    "when_idle": "true",
}


def test_a_rollout_is_started_followed_and_steered(client: Client) -> None:
    anna = client("anna")
    found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', anna.get("/rollouts").text)
    assert found
    csrf = {"csrf_token": found.group(1)}
    refused = anna.post("/rollouts", data=csrf | START | {"file_url": "nirgends"})
    assert (refused.status_code, 'value="nirgends"' in refused.text) == (422, True)
    assert anna.post("/rollouts", data=csrf | START | {"canary": "0"}).status_code == 422
    assert anna.post("/rollouts", data=csrf | START).status_code in (200, 303)
    listed = anna.get("/rollouts").text
    numbers = re.findall(r'href="/rollouts/(\d+)">2\.1\.0 &lt;b&gt;<', listed)
    assert len(numbers) == 1
    place = f"/rollouts/{numbers[0]}"
    shown = anna.get(place).text
    assert "beauftragt" in shown
    assert f'data-poll="{place}"' in shown
    for verb, left in (("pause", "resume"), ("resume", "pause"), ("cancel", "")):
        assert anna.post(f"{place}/{verb}", data=csrf).status_code in (200, 303)
        steered = anna.get(place).text
        assert f"{place}/{verb}" not in steered
        assert not left or f"{place}/{left}" in steered
    assert "übersprungen" in steered
