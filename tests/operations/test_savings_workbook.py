"""A month's savings as a workbook: its formulas, computed by a reader of their own, give what was stated."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from core.errors import ForbiddenError, NotFoundError
from core.people import Actor, Role
from operations.house import Call
from operations.savings.export import ExportSavings, SavingsExported, export_savings
from operations.savings.rows import ShownSavings
from operations.savings.savings import ShowSavings, show_savings
from reports.shelf import FileShelf
from tests.operations.places import NOW, Place
from tests.operations.test_savings import call, compute, place

__all__ = ["place"]


@pytest.fixture
async def shelved(place: Place, tmp_path: Path) -> Place:
    place.house = replace(place.house, shelf=FileShelf(tmp_path / "files"))
    await compute(place)
    return place


async def exported(shelved: Place, tmp_path: Path, **asked: Any) -> tuple[SavingsExported, Any, Any]:
    """Return an export, its workbook with formulas, and the one with what they came to."""
    made = await export_savings(shelved.house, ExportSavings(month="2026-10", **asked), call())
    content = (tmp_path / "files" / made.file.id / made.file.name).read_bytes()
    return made, load_workbook(BytesIO(content)), load_workbook(BytesIO(content), data_only=True)


async def shown(shelved: Place, scope: str | None = None) -> ShownSavings:
    return await show_savings(shelved.house, ShowSavings(month="2026-10", scope=scope), call())


def rows(sheet: Any) -> list[dict[str, Any]]:
    head, *rest = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rest]


async def test_the_figures_stand_in_it_with_their_ids_and_reasons(shelved: Place, tmp_path: Path) -> None:
    made, _, told = await exported(shelved, tmp_path)
    assert made.file.name == "kreiswatt-Vermiedene-Emissionen-2026-10-fleet-r1.xlsx"
    found = {row["Kennung"]: row for row in rows(told["Ergebnis"])}
    whole = await shown(shelved)
    for each in whole.figures:
        row = found[f"{each.figure}@r1"]
        assert row["Vermieden in g"] == (None if each.avoided_g is None else pytest.approx(float(each.avoided_g)))
        assert bool(row["Bemerkung"]) or each.avoided_g is not None
    assert made.vehicles == 4


async def test_amounts_times_factors_are_the_shares_and_these_add_up_to_every_figure(
    shelved: Place, tmp_path: Path
) -> None:
    _, formulas, told = await exported(shelved, tmp_path)
    factors = {row["Faktor"]: row["Gramm je Einheit der Menge"] for row in rows(told["Faktoren"])}
    terms = rows(told["Posten"])
    assert {row["Posten"] for row in terms} == {"baseline", "grid"}
    for row, how in zip(terms, rows(formulas["Posten"]), strict=True):
        assert row["Gramm je Einheit der Menge"] == pytest.approx(factors[row["Faktor"]])
        product = row["Menge"] * factors[row["Faktor"]] * row["Vorzeichen"]
        assert row["Beitrag in g"] == pytest.approx(product)
        assert how["Beitrag in g"].startswith("=I")
        assert how["Gramm je Einheit der Menge"].startswith("='Faktoren'!$J$")
        assert (row["Posten"] == "baseline") == str(how["Menge"]).startswith("=G")
    for row, how in zip(rows(told["Ergebnis"]), rows(formulas["Ergebnis"]), strict=True):
        if row["Vermieden in g"] is not None:
            vehicle = row["Umfang"].partition(":")[2]
            of_figure = [each for each in terms if each["Kennzahl"] == row["Kennzahl"]]
            mine = [each["Beitrag in g"] for each in of_figure if vehicle in {"", each["Fahrzeug"]}]
            assert sum(mine) == pytest.approx(row["Vermieden in g"])
            assert how["Vermieden in g"].startswith("=SUMIFS('Posten'!$N$2:")


async def test_a_litre_counts_its_kilograms_and_a_kilowatt_hour_its_grams(shelved: Place, tmp_path: Path) -> None:
    _, _, told = await exported(shelved, tmp_path, scope="vehicle:eins", language="en")
    factors = {row["Subject"]: row for row in rows(told["Factors"]) if row["Boundary"] in {"wtw", "co2e_upstream"}}
    assert Decimal(repr(factors["petrol"]["Grams per unit of the amount"])) == Decimal("3064.20525")
    assert factors["grid"]["Grams per unit of the amount"] == factors["grid"]["Value"] == 406
    assert {row["Vehicle"] for row in rows(told["Terms"])} == {"eins"}


async def test_who_does_not_see_a_site_gets_no_workbook_of_it(shelved: Place) -> None:
    limited = Call(Actor(name="otto", role=Role.FLEET, sites=frozenset({"hof"})), NOW)
    with pytest.raises(ForbiddenError):
        await export_savings(shelved.house, ExportSavings(month="2026-10"), limited)
    assert (
        await export_savings(shelved.house, ExportSavings(month="2026-10", scope="site:hof"), limited)
    ).vehicles == 1
    with pytest.raises(NotFoundError):
        await export_savings(shelved.house, ExportSavings(month="2019-10"), call())
