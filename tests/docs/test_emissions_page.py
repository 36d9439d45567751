"""The inputs shown on the page about emissions are accepted, and give what the page says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config.factors import factors_in, shipped
from core.people import Actor, Role
from fleet.savings.emission_terms import Account
from operations.apart import call_apart
from operations.edge import read_request, write_result
from operations.table import CAPABILITIES

NOW = datetime(2026, 11, 22, tzinfo=UTC)


async def answer(row: str, text: str) -> Any:
    request = read_request(CAPABILITIES[row], {"input": text})
    result = await call_apart(row, request, shipped(), Actor("anna", Role.VIEWER), NOW)
    assert write_result(CAPABILITIES[row], result)
    return result


@pytest.mark.parametrize(
    ("title", "row"),
    [("calc savings", "calc.savings"), ("calc thg", "calc.thg"), ("calc clean-vehicles", "calc.clean_vehicles")],
)
async def test_every_input_shown_is_calculated(blocks: list[Any], title: str, row: str) -> None:
    shown = [block.text for block in blocks if block.language == "yaml" and block.title == title]
    assert shown
    for text in shown:
        assert (await answer(row, text)).notes is not None


async def test_the_first_example_gives_the_figures_beside_it(blocks: list[Any]) -> None:
    first = next(block for block in blocks if block.title == "calc savings")
    totals = (await answer("calc.savings", first.text)).totals
    found = {row.boundary.value: row.avoided_kg for row in totals if row.account is Account.LOCATION}
    page = first.page.read_text(encoding="utf-8")
    for kg in (found["ttw"], found["wtw"]):
        assert f"{kg:,} kg" in page


def test_the_factors_shown_are_accepted(blocks: list[Any], tmp_path: Path) -> None:
    shown = [block for block in blocks if block.language == "yaml" and block.title.startswith("factors/")]
    assert shown
    (tmp_path / "factors").mkdir()
    for block in shown:
        (tmp_path / block.title).write_text(block.text, encoding="utf-8")
    table, findings = factors_in(tmp_path)
    assert findings == []
    assert len(table) > len(shipped())
