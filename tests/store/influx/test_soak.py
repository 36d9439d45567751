"""The hour of `soak.py`, as `make soak` runs it; KREISWATT_SOAK_MINUTES makes it shorter or longer."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.soak
@pytest.mark.influxdb
@pytest.mark.mosquitto
@pytest.mark.timeout(3 * 3600)
def test_an_hour_of_outages_and_kills_ends_with_equal_counts() -> None:
    minutes = os.environ.get("KREISWATT_SOAK_MINUTES", "60")
    program = [sys.executable, "-m", "tests.store.influx.soak", "--minutes", minutes]
    assert subprocess.run(program, check=False).returncode == 0
