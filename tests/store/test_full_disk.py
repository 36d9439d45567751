"""A disk that is full or may not be written: a clear error, nothing half written, and work goes on afterwards."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests import small_disk


def answer_of(program: str, folder: Path) -> dict[str, Any]:
    command = small_disk.command(Path(__file__).with_name(program), folder, small_disk.way())
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert answer.returncode == 0, answer.stderr
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


@pytest.mark.parametrize("disk", [small_disk.way()])
def test_a_full_disk_is_an_error_for_each_write_and_no_end(tmp_path: Path, disk: str) -> None:
    found = answer_of("full_disk_program.py", tmp_path / disk)
    assert found["codes"] == {
        "readings": "store.write_failed",
        "journal": "store.journal_failed",
        "ledger": "store.write_failed",
    }
    assert all(count >= 3 for count in found["done"].values())
    assert found["full"] == found["done"]
    assert set(found["after"].values()) == {1}
    assert found["cleared"] == {name: count + 1 for name, count in found["done"].items()}
    assert found["reopened"] == found["cleared"]


def test_a_disk_that_may_only_be_read_is_named_and_used_again_when_it_may_be_written(tmp_path: Path) -> None:
    if small_disk.way() != small_disk.TMPFS:
        pytest.skip("no user namespace here in which a disk can be made read-only")
    found = answer_of("read_only_program.py", tmp_path / "disk")
    assert found == {"code": "store.folder_unusable", "count": {"meter": 1}}
