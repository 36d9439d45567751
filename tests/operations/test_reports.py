"""Reports of the small district: made, read by foreign readers, kept, explained, made again."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pytest
from pdfua import Severity, validate

from core.errors import ForbiddenError, NotFoundError, RequestError
from core.inventory import SiteKind
from core.people import Actor, Role
from operations.evidence.rows import Explained
from operations.reports.carrier_report import _cell
from operations.reports.carriers import SECTORS
from tests.district import District, open_district, yesterday

OVER = datetime(2027, 1, 7, 8, tzinfo=UTC)
MAIN = "energy_import_wh.electricity"
COUNTED_WH = Decimal("24682.600")


@pytest.fixture
async def year(tmp_path: Path) -> AsyncIterator[District]:
    """Yield a district that counted for a day of a year that is over."""
    async with open_district(tmp_path) as district:
        await yesterday(district)
        district.clock.now_utc = OVER
        yield district


async def made(district: District, row: str = "report.energy", **given: Any) -> tuple[Any, bytes]:
    report = await district.ask(row, **{"period": "2026", **given})
    found = await district.gate.fetch(report.file.id, district.admin, district.clock())
    return report, found.content


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


async def test_the_pdf_says_figures_with_their_ids_and_umlauts(year: District) -> None:
    report, content = await made(year, id="site:schule")
    text = text_of(content)
    assert report.file.name == "energiebericht-2026-schule-v1.pdf"
    assert "Energiebericht 2026" in text
    assert "Grundschule Musterau" in text
    assert "Gezählt von Hauptzähler" in text
    plain = text.replace("\n", "").replace("\u200b", "")
    assert f"energy/2026/site:schule/{MAIN}@r1" in plain
    assert "Nicht belastbar: Nur 0,3 % des Zeitraums sind bekannt." in " ".join(text.split())
    head = await year.stores.ledger.audit_head()
    assert head
    assert head.digest in plain


async def test_the_pdf_is_for_the_archive_and_accessible(year: District, tmp_path: Path) -> None:
    _, content = await made(year, id="site:schule")
    (tmp_path / "report.pdf").write_bytes(content)
    reader = pypdf.PdfReader(io.BytesIO(content))
    said = str(reader.trailer["/Root"]["/Metadata"].get_data())  # type: ignore[index]
    assert "<pdfaid:part>2" in said
    assert "<pdfuaid:part>1" in said
    assert reader.trailer["/Root"]["/Lang"] == "de"  # type: ignore[index]
    assert not [each for each in validate(tmp_path / "report.pdf").findings if each.severity is Severity.ERROR]


async def test_the_same_figures_and_clock_give_the_same_bytes(tmp_path: Path) -> None:
    contents = []
    for name in ("a", "b"):
        async with open_district(tmp_path / name) as district:
            await yesterday(district)
            district.clock.now_utc = OVER
            contents.append([(await made(district, format=kind))[1] for kind in ("pdf", "xlsx")])
    assert contents[0] == contents[1]


async def test_the_workbook_has_a_row_per_figure(year: District) -> None:
    _, content = await made(year, format="xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Deckblatt", "Kennzahlen", "Monate", "Methode und Quellen"]
    rows = list(book["Kennzahlen"].iter_rows(values_only=True))
    use = next(row for row in rows if row[3] == "Verbrauch 2026" and row[2] == "Strom")
    assert (use[0], use[5], use[8]) == ("Grundschule Musterau", "kWh", f"energy/2026/site:schule/{MAIN}@r1")
    assert use[4] == pytest.approx(24.6826)
    months = list(book["Monate"].iter_rows(values_only=True))
    november = next(row for row in months if row[2] == "November")
    assert november[3] == pytest.approx(24.6826)
    assert next(row for row in months if row[2] == "Mai")[3] is None


async def test_what_is_not_computed_says_why_and_is_no_zero(year: District) -> None:
    _, content = await made(year, format="xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(content))["Kennzahlen"].iter_rows(values_only=True))
    for label in ("Kosten", "Verbrauch je Fläche", "Veränderung zum Vorjahr"):
        row = next(row for row in rows if row[3] == label)
        assert row[4] is None
        assert row[7].startswith("Nicht berechnet: ")


async def test_each_figure_of_a_report_can_be_explained_for_good(year: District) -> None:
    await made(year, id="site:schule", format="xlsx")
    for version in ("", "@r1"):
        told: Explained = await year.ask("explain.show", figure=f"energy/2026/site:schule/{MAIN}{version}")
        assert told.value == COUNTED_WH
        parts = {part.figure for part in told.parts}
        assert "total/2026/meter:schule-strom/energy_import_wh" in parts
    assert told.intact
    with pytest.raises(NotFoundError):
        await year.ask("explain.show", figure="energy/2026/site:schule/energy_import_wh.coal")


async def test_another_version_wants_a_reason_and_the_first_stays(year: District) -> None:
    first, _ = await made(year)
    with pytest.raises(RequestError) as refused:
        await made(year)
    assert refused.value.finding.code == "reports.reason_missing"
    second, _ = await made(year, reason="Zähler nachgetragen")
    assert (first.version, second.version) == (1, 2)
    listed = (await year.ask("report.list")).items
    assert [(row.version, row.reason) for row in listed] == [(2, "Zähler nachgetragen"), (1, "")]
    assert (await year.gate.fetch(first.file.id, year.admin, OVER)).content


async def test_a_year_that_goes_on_is_preliminary_and_nothing_is_frozen(year: District) -> None:
    year.clock.now_utc = datetime(2026, 11, 22, 10, tzinfo=UTC)
    _, content = await made(year, id="site:schule")
    text = text_of(content)
    assert "Vorläufig, Stand 22.11.2026" in text
    assert "@r" not in text.replace("auf @r und", "")
    with pytest.raises(RequestError):
        await made(year, period="2027")


async def test_reports_are_seen_by_who_may_see_their_site(year: District) -> None:
    report, _ = await made(year, id="site:schule", format="xlsx")
    await made(year, format="xlsx")
    depot = Actor("dora", Role.FACILITY, frozenset({"bauhof"}))
    assert (await year.ask("report.list", depot)).total == 0
    with pytest.raises(ForbiddenError):
        await year.gate.fetch(report.file.id, depot, OVER)
    for asked in ({"id": "site:schule"}, {}):
        with pytest.raises(ForbiddenError):
            await year.ask("report.energy", depot, period="2026", **asked)
    school = Actor("sven", Role.FACILITY, frozenset({"schule"}))
    assert [row.scope for row in (await year.ask("report.list", school)).items] == ["site:schule"]


async def test_carriers_are_told_in_petajoules_by_sector(year: District) -> None:
    _, content = await made(year, "report.carriers", format="csv")
    lines = content.decode("utf-8-sig").splitlines()
    assert lines[1].startswith("Bildung und Betreuung;Strom aus dem Netz;24,683;0,000000088857;")
    assert lines[2].startswith("Alle Sektoren;Strom aus dem Netz;")
    told = await year.ask("explain.show", figure="carriers/2026/all/energy_pj.education.electricity@r1")
    assert told.value == COUNTED_WH * Decimal("3.6e-12")
    assert told.parts[0].figure == f"energy/2026/site:schule/{MAIN}"


@pytest.mark.parametrize(("kwh", "said"), [(264_097.919, "264097,919"), (280_234.0, "280234"), (None, "")])
def test_amounts_in_a_file_have_the_digits_they_were_rounded_to(kwh: float | None, said: str) -> None:
    assert _cell(kwh, german=True) == said


async def test_carriers_as_a_workbook_name_the_mapping_as_our_own(year: District) -> None:
    _, content = await made(year, "report.carriers")
    book = openpyxl.load_workbook(io.BytesIO(content))
    about = " ".join(str(cell) for row in book["Deckblatt"].iter_rows(values_only=True) for cell in row)
    assert "eigene Festlegung des Dienstes" in about
    assert "§ 6 Absatz 7 EnEfG" in about


def test_every_kind_of_site_has_a_sector() -> None:
    assert set(SECTORS) == set(SiteKind)
