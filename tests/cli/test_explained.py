"""The tree of an explanation, as the command prints it and the page for auditors shows it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Type

PAGE = Path(__file__).parents[2] / "docs" / "evidence.md"
FIGURE = "interval/2026-11-21T08:00Z/meter:schule-strom/energy_import_wh"


@pytest.fixture
def in_berlin(type_in: Type) -> Iterator[Type]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        patch.setenv("COLUMNS", "100")
        time.tzset()
        yield type_in
    time.tzset()


def test_the_page_for_auditors_shows_what_is_printed(
    filled: Path, config: Path, in_berlin: Type, own_house: Callable[[Path], None]
) -> None:
    own_house(filled)
    typed = in_berlin("explain", FIGURE, "--config", str(config))
    assert typed.code == 0, typed.err
    (shown,) = re.findall(r'```text title="kreiswatt explain"\n(.*?)```', PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert [line.rstrip() for line in typed.out.splitlines()] == shown.splitlines()


def test_a_tree_is_printed_in_german_too(
    filled: Path, config: Path, in_berlin: Type, own_house: Callable[[Path], None]
) -> None:
    own_house(filled)
    typed = in_berlin("--language", "de", "explain", FIGURE, "--config", str(config))
    assert "Stand am Anfang: 1.209.151,6\N{NO-BREAK SPACE}Wh" in typed.out
    assert "evidence." not in typed.out
    refused = in_berlin("explain", "unsinn", "--config", str(config))
    assert (refused.code, "unsinn" in refused.err) == (1, True)
