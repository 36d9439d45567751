"""The page about configuring charge points lists each term and each key of a maker as the code has it."""

from __future__ import annotations

from pathlib import Path

from chargepoints.configuring.maker_keys import MAKER_KEYS
from chargepoints.configuring.terms import TERMS

PAGE = (Path(__file__).parents[2] / "docs" / "configuration-of-stations.md").read_text(encoding="utf-8")


def _code(name: str) -> str:
    return f"`{name}`" if name else "–"


def test_each_term_is_listed_with_its_names() -> None:
    rows = [f"| `{term.name}` | {_code(term.key)} | {_code(term.variable)} |" for term in TERMS.values()]
    assert [row for row in rows if row not in PAGE.splitlines()] == []


def test_each_key_of_a_maker_is_listed_with_its_source() -> None:
    rows = [f"| `{each.term}` | {each.maker} | `{each.key}` | {each.source} |" for each in MAKER_KEYS]
    assert rows
    assert [row for row in rows if row not in PAGE.splitlines()] == []
