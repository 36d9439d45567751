"""Statements of shares as papers: recomputed from their text alone, as a workbook, and as a form for programs."""

from __future__ import annotations

import io
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal
from importlib import resources
from pathlib import Path

import jsonschema
import openpyxl  # type: ignore[import-untyped]
import pytest
import pytest_asyncio

from core.errors import NotFoundError, RequestError
from core.texts import Language
from operations.share_papers.export import ExportShares, ShareFormat, SharePaperKind, SharesExported, export_shares
from operations.shares.job import SettleShares, settle_shares
from reports.shelf import FileShelf
from tests.operations.shares_place import SharesPlace, shares_place
from tests.printed_pages import printed_text

pytestmark = pytest.mark.asyncio(loop_scope="module")
OPERATOR = "Bürgerwind Höhe GmbH & Co. KG"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SharesPlace]:
    """Return a district whose 2025 is settled, with a shelf."""
    folder = tmp_path_factory.mktemp("papers")
    async with shares_place(folder / "stores") as made:
        made.house = replace(made.house, shelf=FileShelf(folder / "shelf"))
        await settle_shares(made.house, SettleShares(year=2025), made.call)
        yield made


async def exported(place: SharesPlace, **wish: object) -> tuple[SharesExported, bytes]:
    found = await export_shares(place.house, ExportShares(**wish), place.call)  # type: ignore[arg-type]
    assert place.house.shelf is not None
    kept = place.house.shelf.find(found.file.id)
    assert kept is not None
    return found, kept[1].read_bytes()


def text_of(pdf: bytes, folder: Path) -> str:
    (folder / "paper.pdf").write_bytes(pdf)
    return printed_text(folder / "paper.pdf")


def german(text: str) -> Decimal:
    return Decimal(text.replace(".", "").replace(",", ".").replace("\N{MINUS SIGN}", "-"))


NUMBER = r"[\d.]+(?:,\d+)?"
MONTH = re.compile(rf"^ ?(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember) \d{{4}} +({NUMBER})", re.MULTILINE)  # fmt: skip  # noqa: E501
FORMULA = re.compile(rf"^ *\(({NUMBER}) \+ ({NUMBER})\) kWh × ({NUMBER}) ct/kWh = ({NUMBER}) EUR", re.MULTILINE)
ROUNDED = re.compile(rf"Rundung: auf ganze Cent abgerundet \[eigen\] ergibt ({NUMBER}) EUR")
PART = re.compile(rf"^ .*?(\d{{8}}) +({NUMBER}) +({NUMBER}) +({NUMBER}) +\+?(\d+) +({NUMBER}) +({NUMBER})$", re.MULTILINE)  # fmt: skip  # noqa: E501
PAID = re.compile(rf"^Zu zahlen +({NUMBER}) EUR", re.MULTILINE)


async def test_a_statement_is_recomputed_from_the_text_of_its_pdf_alone(place: SharesPlace, tmp_path: Path) -> None:
    _, pdf = await exported(place, operator=OPERATOR)
    text = text_of(pdf, tmp_path)
    months = [german(found) for found in MONTH.findall(text)]
    fed_in, fictitious, rate, exact = map(german, FORMULA.findall(text)[0])
    parts = [tuple(map(german, found[1:])) for found in PART.findall(text)]
    assert len(months) == 12
    assert sum(months) == fed_in == Decimal("12001481.472")
    assert exact == (fed_in + fictitious) * rate / 100
    total = exact.quantize(Decimal("0.01"), ROUND_DOWN)
    assert total == german(ROUNDED.findall(text)[0])
    areas = [area for area, *_ in parts]
    assert len(parts) == 3
    for (area, printed, cut, extra, amount, _), expected in zip(parts, split(total, areas), strict=True):
        exact_part = total * area / sum(areas)
        assert abs(printed - exact_part) <= Decimal("0.0000005")
        assert cut == exact_part.quantize(Decimal("0.01"), ROUND_DOWN)
        assert amount == cut + extra / 100 == expected
    assert sum(amount for *_, amount, _ in parts) == total
    assert "(abgelehnt)" in text
    assert sum(paid for *_, paid in parts) == german(PAID.findall(text)[0])


def split(total: Decimal, areas: list[Decimal]) -> list[Decimal]:
    """Return parts by largest remainder, as the paper's own words say it."""
    exact = [total * area / sum(areas) for area in areas]
    cut = [each.quantize(Decimal("0.01"), ROUND_DOWN) for each in exact]
    left = int((total - sum(cut)) * 100)
    for place in sorted(range(len(areas)), key=lambda place: cut[place] - exact[place])[:left]:
        cut[place] += Decimal("0.01")
    return cut


@pytest.mark.parametrize("language", ["de", "en"])
async def test_a_statement_prints_marks_reasons_and_what_is_uncertain(
    place: SharesPlace, language: Language, tmp_path: Path
) -> None:
    found, pdf = await exported(place, municipality="weidenbach", language=language)
    text = " ".join(text_of(pdf, tmp_path).split())
    said = {
        "de": ("Rundung: auf ganze Cent abgerundet [eigen]", "Ungewiss:", "EEErtrBetG", "2.500 m", "nur bei Vertrag"),
        "en": ("Rounding: down to whole cents [own]", "Uncertain:", "EEErtrBetG", "2,500 m", "by contract only"),
    }
    assert all(each in text for each in said[language])
    assert not found.draft
    assert "share_papers." not in text
    assert "/StructTreeRoot" in pdf.decode("latin-1")


async def test_the_same_revision_makes_the_same_file(place: SharesPlace) -> None:
    wish = {"municipality": "99901030", "format": ShareFormat.JSON}
    assert (await exported(place, **wish))[1] == (await exported(place, **wish))[1]
    wish = {"municipality": "99901030", "format": ShareFormat.XLSX}
    assert (await exported(place, **wish))[1] == (await exported(place, **wish))[1]


async def test_a_statement_for_programs_is_as_its_schema_says(place: SharesPlace) -> None:
    schema = json.loads((resources.files("reports") / "share_statement.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    for wish in ({"municipality": "weidenbach"}, {"operator": OPERATOR}):
        _, content = await exported(place, format=ShareFormat.JSON, **wish)
        said = json.loads(content)
        jsonschema.Draft202012Validator(schema).validate(said)
        assert sum(_paid(said)) == Decimal(said["paid_eur"])


def _paid(said: dict[str, object]) -> Iterator[Decimal]:
    plants: list[dict[str, list[dict[str, object]]]] = said["plants"]  # type: ignore[assignment]
    for settled in (each for plant in plants for each in plant["settlements"]):
        parts: list[dict[str, str]] = settled["parts"]  # type: ignore[assignment]
        own = settled["own_key"]
        yield from (Decimal(part["paid_eur"]) for part in parts if own in (None, part["key"]))


async def test_a_workbook_computes_itself(place: SharesPlace) -> None:
    _, content = await exported(place, operator=OPERATOR, format=ShareFormat.XLSX)
    formulas = openpyxl.load_workbook(io.BytesIO(content))
    values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    assert formulas["Über"]["B1"].value.startswith("=SUM('Anteile'!$L$2")
    assert values["Über"]["B1"].value == 17158.7
    assert formulas["Rechnung"]["D2"].value.count("SUMIFS('Monate'") == 2
    assert formulas["Rechnung"]["H2"].value == "=D2*F2/100"
    assert formulas["Abrechnungen"]["G2"].value == "=ROUNDDOWN(ROUND(E2,9),2)"
    assert formulas["Anteile"]["L2"].value == "=IF(K2=1,0,J2)"
    amounts = [row[9].value for row in values["Anteile"].iter_rows(min_row=2)]
    assert sum(Decimal(str(each)) for each in amounts) == Decimal("24002.96")


async def test_uses_of_the_money_are_a_paper_of_municipalities(place: SharesPlace, tmp_path: Path) -> None:
    wish = {"paper": SharePaperKind.USE_OF_FUNDS, "municipality": "weidenbach"}
    _, pdf = await exported(place, **wish)
    assert "Verwendung der Ertragsbeteiligung 2025" in text_of(pdf, tmp_path)
    with pytest.raises(RequestError):
        await exported(place, paper=SharePaperKind.USE_OF_FUNDS, operator=OPERATOR)


async def test_nobody_unknown_has_a_statement(place: SharesPlace) -> None:
    with pytest.raises(RequestError):
        await exported(place)
    with pytest.raises(NotFoundError):
        await exported(place, municipality="nirgends")
    with pytest.raises(NotFoundError):
        await exported(place, municipality="weidenbach", revision=9)


async def test_a_correction_prints_what_is_different_and_why_and_a_draft_says_so(
    tmp_path: Path,
) -> None:
    async with shares_place(tmp_path / "stores") as made:
        made.house = replace(made.house, shelf=FileShelf(tmp_path / "shelf"))
        await settle_shares(made.house, SettleShares(year=2025), made.call)
        await made.state("wea-1", "2025-03", 2_000_000_000)
        await settle_shares(made.house, SettleShares(year=2025), made.call)
        found, pdf = await exported(made, operator=OPERATOR)
        text = text_of(pdf, tmp_path)
        assert found.revision == 2
        assert "Unterschiede zur Fassung davor" in text
        assert "Energiemenge geändert" in " ".join(text.split())
        first, _ = await exported(made, operator=OPERATOR, revision=1, format=ShareFormat.JSON)
        assert first.revision == 1
        await made.state("wea-1", "2025-03", -5)
        await settle_shares(made.house, SettleShares(year=2025), made.call)
        found, pdf = await exported(made, operator=OPERATOR)
        text = text_of(pdf, tmp_path)
        assert found.draft
        assert "darf nicht gezahlt" in " ".join(text.split())
        assert "Zu klären" in text
