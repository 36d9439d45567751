"""The `kreiswatt` command as people type it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import orjson

from tests.flows.rig import KREISWATT


def kreiswatt(*arguments: str | Path, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
    """Return how a command ended and what it printed, in German."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KREISWATT_")}
    return subprocess.run(
        [KREISWATT, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
        env={**environment, "LC_ALL": "de_DE.UTF-8"},
    )


def answer(*arguments: str | Path, timeout_s: float = 60) -> Any:
    """Return the JSON of a command that succeeds."""
    ended = kreiswatt(*arguments, "--json", timeout_s=timeout_s)
    assert ended.returncode == 0, ended.stderr
    return orjson.loads(ended.stdout)
