"""`kreiswatt run chargepoints`, where it may not run and what it needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.run import run
from config.create import create
from core.errors import ConfigError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create(tmp_path / "conf", example=False, data_dir=tmp_path / "data")

    return tmp_path / "conf"


def refusal(folder: Path, *services: str, port: int = 0) -> str:
    with pytest.raises(ConfigError) as refused:
        run(list(services), folder, port, 0)
    assert not (folder.parent / "data" / "ledger.sqlite").exists(), "nothing was opened"
    return refused.value.findings[0].code


def test_the_stores_of_one_process_are_not_shared(folder: Path) -> None:
    assert refusal(folder, "chargepoints") == "run.single_process"


def test_only_charge_points_run_apart(folder: Path) -> None:
    assert refusal(folder, "console") == "run.not_alone"
    assert refusal(folder, "chargepoints", "jobs") == "run.not_alone"


def test_ports_are_given_to_a_process_for_charge_points_only(folder: Path) -> None:
    assert refusal(folder, port=9001) == "run.ports_configured"
