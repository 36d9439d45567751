"""`kreiswatt check --audit`: whole or not, with the head to be noted, with a service running or without."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import ANNA, Type
from tests.served import LOCAL_TOKEN, served


@pytest.fixture
def sound(filled: Path) -> str:
    """Return a configuration folder without a mistake, over the data of `filled`."""
    file = filled / "config" / "kreiswatt.yaml"
    file.write_text(file.read_text().replace("data_dir: data", f"data_dir: {filled / 'data'}"))
    return str(filled / "config")


def tamper(filled: Path, statement: str) -> None:
    with sqlite3.connect(filled / "data" / "ledger.sqlite") as connection:
        connection.execute(statement)
    connection.close()


def entries(filled: Path) -> int:
    with sqlite3.connect(filled / "data" / "ledger.sqlite") as connection:
        ((count,),) = connection.execute("select count(*) from audit_entry").fetchall()
    connection.close()
    return int(count)


def test_a_whole_chain_is_said_with_its_head_which_proves_it_later(type_in: Type, sound: str, filled: Path) -> None:
    typed = type_in("check", sound, "--audit")
    assert typed.code == 0, typed.err
    *_, said, head = typed.out.splitlines()
    assert said == f"All {entries(filled)} entries of the audit are as they were written."
    noted = head.rpartition(" ")[2]
    assert noted.startswith(f"{entries(filled)}:")
    again = type_in("check", sound, "--head", noted, "--json")
    assert json.loads(again.out)["audit"]["head"] == noted
    assert (again.code, json.loads(again.out)["audit"]["whole"]) == (0, True)


def test_a_changed_entry_is_named_and_exits_with_1(type_in: Type, sound: str, filled: Path) -> None:
    tamper(filled, "update audit_entry set actor = 'eve' where number = 2")
    typed = type_in("check", sound, "--audit")
    assert typed.code == 1
    assert "Entry 2 of the audit has been changed or removed." in typed.out


def test_another_head_exits_with_1(type_in: Type, sound: str) -> None:
    typed = type_in("check", sound, "--head", f"2:{'0' * 64}")
    assert typed.code == 1
    assert "entry 2 is not the one that was noted" in typed.out


def test_a_running_service_is_asked(type_in: Type, sound: str, filled: Path, tmp_path: Path) -> None:
    copy = tmp_path / "running"
    (filled / "data").rename(tmp_path / "aside")
    copy.mkdir()
    (tmp_path / "aside").rename(copy / "data")
    runtime = filled / "data" / "run"
    runtime.mkdir(parents=True)
    with served(copy, ANNA) as url:
        said = {"url": url, "token": LOCAL_TOKEN, "pid": os.getpid()}
        (runtime / "service.json").write_text(json.dumps(said), encoding="utf-8")
        typed = type_in("check", sound, "--audit")
    assert typed.code == 0, typed.err
    assert f"All {entries(copy)} entries" in typed.out


def test_a_wrong_configuration_is_said_before_any_store_is_opened(type_in: Type, sound: str) -> None:
    Path(sound, "kreiswatt.yaml").write_text("data_dir: data\nnonsense: 1\n")
    typed = type_in("check", sound, "--audit", "--json")
    assert typed.code == 2
    assert json.loads(typed.out)["audit"] is None
    assert not Path(sound, "data").exists()
