"""The units on the page about backups are what systemd and the command line understand."""

from __future__ import annotations

import re
import shlex
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest

from cli.main import build

PAGE = Path(__file__).parents[2] / "docs" / "backup.md"


@pytest.fixture
def units(blocks: list[Any]) -> dict[str, ConfigParser]:
    found = {}
    for block in blocks:
        if block.page == PAGE and block.title:
            unit = ConfigParser(interpolation=None)
            unit.optionxform = str  # type: ignore[assignment]
            unit.read_string(block.text)
            found[Path(block.title).name] = unit
    return found


def test_the_service_calls_a_command_that_there_is(units: dict[str, ConfigParser]) -> None:
    program, name, *options = shlex.split(units["kreiswatt-backup.service"]["Service"]["ExecStart"])
    assert Path(program).name == "kreiswatt"
    command = build("en").get_command(None, name)
    with command.make_context(name, options, resilient_parsing=True) as context:
        assert context.params["to"] == Path("/var/backups/kreiswatt")


def test_the_timer_starts_the_service_of_its_name(units: dict[str, ConfigParser]) -> None:
    assert set(units) == {"kreiswatt-backup.service", "kreiswatt-backup.timer"}
    assert "Unit" not in units["kreiswatt-backup.timer"]["Timer"], "without a name it is that of the timer"


def test_the_timer_rings_once_a_night(units: dict[str, ConfigParser]) -> None:
    timer = units["kreiswatt-backup.timer"]["Timer"]
    assert re.fullmatch(r"\*-\*-\* 0[0-5]:[0-5]\d:00", timer["OnCalendar"])
    assert timer["Persistent"] == "true", "a night without power is made up for"
