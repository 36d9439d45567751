"""Files that commands hand in: to a service, and to the stores they open themselves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import httpx

from tests.cli.conftest import ANNA, Type
from tests.served import LOCAL_TOKEN, served

LARGER_THAN_A_BODY = "01.09.2026 00:00;1\n" * 70_000


def test_a_command_hands_in_a_file_by_its_path(
    filled: Path, config: Path, type_in: Type, own_house: Callable[[Path], None], tmp_path: Path
) -> None:
    file = tmp_path / "groß.csv"
    file.write_text(LARGER_THAN_A_BODY, encoding="utf-8")
    with served(filled, ANNA) as url:
        where = ("--url", url, "--token", LOCAL_TOKEN)
        typed = type_in("imports", "run", str(file), "--mapping", "ablesung", "--json", *where)
        assert typed.code == 0, typed.err
        told = json.loads(typed.out)
        assert (told["file"], told["rows"], told["added"]) == ("groß.csv", 70_000, 1)
    own_house(filled)
    again = type_in("imports", "run", str(file), "--mapping", "ablesung", "--json", "--config", str(config))
    assert json.loads(again.out) == told


def test_who_may_not_import_hands_nothing_in(filled: Path) -> None:
    with served(filled, ANNA) as url:
        answer = httpx.post(f"{url}/api/v1/imports/files", content=b"x")
        assert answer.status_code == 401
