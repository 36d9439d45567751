"""A disk that is full: a clear error, nothing half written, and work goes on when there is room again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_a_full_disk_is_an_error_for_each_write_and_no_end(tmp_path: Path) -> None:
    program = Path(__file__).with_name("full_disk_program.py")
    answer = subprocess.run(
        [sys.executable, program, tmp_path / "data"], capture_output=True, text=True, check=False, timeout=60
    )
    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    assert found["codes"] == {
        "readings": "store.write_failed",
        "journal": "store.journal_failed",
        "ledger": "store.write_failed",
    }
    assert all(count > 1 for count in found["done"].values())
    assert found["cleared"] == found["done"]
    assert found["reopened"] == found["done"]
    assert found["full"] == {name: count - 1 for name, count in found["done"].items()}
