"""The law files shown on the page about laws are accepted, and every law is on it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from config.laws import laws_in, shipped
from renewables.rules import BasePart, Computed

PAGE = Path(__file__).parents[2] / "docs" / "laws.md"


def test_the_laws_shown_are_accepted(blocks: list[Any], tmp_path: Path) -> None:
    shown = [block for block in blocks if block.language == "yaml" and block.title.startswith("laws/")]
    (tmp_path / "laws").mkdir()
    for block in shown:
        (tmp_path / block.title).write_text(block.text, encoding="utf-8")
    table, findings = laws_in(tmp_path)
    assert findings == []
    village = table.get("dorfgroschen.2026.wind")
    assert village is not None
    assert village.terms[0].rate.number == Decimal("0.05")
    saxon = table.get("sn-eeertrbetg.2025.wind")
    assert saxon is not None
    assert BasePart.FICTITIOUS in saxon.terms[0].base
    anhalt = table.get("st-beteiligung.2025.wind")
    assert anhalt is not None
    assert anhalt.computed is Computed.SPLIT


def test_every_shipped_law_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for law in shipped().laws:
        assert f"`{law}`" in text, law
