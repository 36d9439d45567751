"""The page of meter formats names them all, and says which of them nobody has seen whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.routing import DECODERS

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "meter-formats.md").read_text(encoding="utf-8")
PAYLOADS = Path(__file__).parent / "payloads"


def rows(name: str) -> list[str]:
    return [line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |")]


@pytest.mark.parametrize("name", DECODERS)
def test_every_format_is_on_the_page_of_formats(name: str) -> None:
    to_write, what_comes = rows(name)[0], rows(name)[-1]
    assert to_write.count("|") == 6
    assert what_comes.count("|") == 6


@pytest.mark.parametrize("name", DECODERS)
def test_a_format_that_was_not_seen_whole_is_marked(name: str) -> None:
    recorded = list((PAYLOADS / name).glob("*"))
    seen = rows(name)[-1].rpartition("|")[0].rpartition("|")[2]
    assert ("in part" in seen) == any(".partial." in each.name for each in recorded)
    assert ("not recorded" in seen or seen.strip() == "\N{EN DASH}") == (not recorded)
