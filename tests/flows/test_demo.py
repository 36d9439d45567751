"""`kreiswatt demo`: one JSON object, nothing lost, and a district that one can believe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.flows.commands import answer

FORMATS = {"tasmota", "shelly", "chirpstack", "ovms", "teslamate", "ocpp1.6", "ocpp2.0.1"}
SECONDS = 25


@pytest.mark.timeout(150)
def test_the_demo_runs_the_whole_service_and_loses_nothing(tmp_path: Path) -> None:
    said = answer("demo", "--seconds", str(SECONDS), "--data", tmp_path, timeout_s=120)
    assert said.keys() == {"readings", "formats", "sessions", "rejected", "lost"}
    assert said["readings"].keys() == {"meter", "station", "vehicle"}
    assert said["formats"].keys() == FORMATS
    assert said["sessions"].keys() == {"1.6", "2.0.1"}
    assert (said["lost"], said["rejected"]) == (0, 0)
    for part in ("readings", "formats", "sessions"):
        assert min(said[part].values()) >= 1, said

    config = tmp_path / "config"
    ended = answer("sessions", "list", "--limit", "500", "--config", config)["items"]
    assert {row["state"] for row in ended} == {"ended"}
    counted = {version: sum(row["protocol"] == version for row in ended) for version in said["sessions"]}
    assert counted == said["sessions"]
    for version in said["sessions"]:
        long = [row for row in ended if row["protocol"] == version and row["duration_s"] >= 8 and row["samples"] >= 3]
        assert long, f"no session of 8 s with 3 meter values by OCPP {version}"
        assert all(row["energy_wh"] < row["peak_power_w"] * row["duration_s"] / 3600 + 2 for row in long)
        _is_power_times_time(answer("sessions", "show", long[0]["id"], "--config", config))


def _is_power_times_time(detail: Any) -> None:
    """Check the energy of a session against the power that the station reported, within a quarter and two Wh."""
    session = detail["session"]
    powers = [sample["power_w"] for sample in detail["course"]]
    assert len(powers) >= 3
    expected_wh = sum(powers) / len(powers) * session["duration_s"] / 3600
    assert session["energy_wh"] == pytest.approx(expected_wh, rel=0.25, abs=2), session
    assert session["energy_wh"] == round(detail["register_stop_wh"] - detail["register_start_wh"], 3)
    assert session["findings"] == []
