"""The inputs shown on the page about revenue shares are accepted, and give what the page says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from config.calc.shares import SharePlantForm, SharesForm
from config.factors import shipped
from core.people import Actor, Role
from operations.apart import call_apart
from operations.edge import read_request, write_result
from operations.table import CAPABILITIES

NOW = datetime(2026, 11, 22, tzinfo=UTC)


async def shown(blocks: list[Any]) -> list[Any]:
    found = []
    for block in blocks:
        if block.language == "yaml" and block.title == "calc shares":
            request = read_request(CAPABILITIES["calc.shares"], {"input": block.text})
            result = await call_apart("calc.shares", request, shipped(), Actor("anna", Role.VIEWER), NOW)
            assert write_result(CAPABILITIES["calc.shares"], result)
            found.append(result)
    return found


async def test_every_input_shown_is_calculated_and_gives_what_the_page_says(blocks: list[Any]) -> None:
    first, second, third = await shown(blocks)
    page = next(block for block in blocks if block.title == "calc shares").page.read_text(encoding="utf-8")
    (row,) = first.plants[0].rules
    assert row.terms[0].formula in page
    assert all(f"{part.amount_eur} EUR" in page for part in row.parts)
    assert (row.owed, row.draft) == (True, False)
    totals = [[str(row.total_eur) for row in plant.rules] for plant in second.plants]
    assert totals == [["21000.01"], ["22222.22"], ["16246.91", "8123.46"], ["27800.00"], ["27500.00"]]
    assert [plant.fed_in_kwh for plant in third.plants[:2]] == [333334, 666667]
    assert [row.draft for row in third.plants[2].rules] == [True]
    assert [row.draft for row in third.plants[3].rules] == [False, False]


def test_every_key_is_explained(blocks: list[Any]) -> None:
    page = next(block for block in blocks if block.title == "calc shares").page.read_text(encoding="utf-8")
    for name in {*SharePlantForm.model_fields, *SharesForm.model_fields} - {"plants", "factors"}:
        assert f"`{name}" in page or f"`plants[].{name}" in page, name
