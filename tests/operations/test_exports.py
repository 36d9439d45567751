"""Exports of the small district, read back by the readers that people use."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from core.errors import ForbiddenError, NotFoundError
from core.people import Actor, Role
from tests.district import District, open_district, yesterday


@pytest.fixture
async def counted(tmp_path: Path) -> AsyncIterator[District]:
    async with open_district(tmp_path) as district:
        await yesterday(district)
        yield district


async def fetched(district: District, row: str, **given: Any) -> Path:
    made = await district.ask(row, **given)
    found = await district.gate.fetch(made.file.id, district.admin, district.clock())
    assert found.path
    assert found.path.stat().st_size == made.file.size_byte
    return found.path


def rows_of(path: Path, delimiter: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(path) as archive:
        table = next(name for name in archive.namelist() if name.endswith(".csv"))
        return list(csv.DictReader(io.StringIO(archive.read(table).decode("utf-8-sig")), delimiter=delimiter))


async def test_quarter_hours_for_german_spreadsheets_have_commas_and_local_time(counted: District) -> None:
    path = await fetched(counted, "exports.intervals", period="2026-11-21")
    rows = rows_of(path, ";")
    assert path.name == "kreiswatt-viertelstunden-2026-11-21.zip"
    assert len(rows) == 96
    first = rows[0]
    assert (first["Beginn"], first["Abstand zu UTC"]) == ("21.11.2026 00:00:00", "+01:00")
    assert (first["Wert"], first["Einheit"], first["Name"]) == ("0,250500", "kWh", "Hauptzähler")
    assert (first["Summe ist"], first["Gemessen (%)"], first["Fehlend (%)"]) == ("gemessen", "100,0", "0,0")
    assert sum(float(row["Wert"].replace(",", ".")) for row in rows) == pytest.approx(96 * 0.2505)


async def test_iso_has_points_utc_and_values_in_the_unit_that_the_name_ends_in(counted: District) -> None:
    rows = rows_of(await fetched(counted, "exports.readings", period="2026-11-21", style="iso"), ",")
    assert rows[0]["at_utc"] == "2026-11-20T23:07:00.000Z"
    assert (rows[0]["value"], rows[0]["unit"], rows[0]["quality"]) == ("1200250.500000", "Wh", "measured")
    assert rows[0]["quantity"] == "energy_import_wh"


async def test_a_csv_comes_with_a_text_that_says_where_it_is_from(counted: District) -> None:
    path = await fetched(counted, "exports.intervals", period="2026-11-21", resolution="day")
    with zipfile.ZipFile(path) as archive:
        text = archive.read("LIESMICH.txt").decode()
    assert "Kreiswatt 0." in text
    assert "Erzeugt am: 2026-11-22 11:00+01:00" in text
    assert "nachgeholt, interpoliert, geschätzt oder fehlend" in text


async def test_excel_opens_it_with_a_sheet_per_series_and_real_dates(counted: District) -> None:
    path = await fetched(counted, "exports.intervals", period="2026-11-21", format="xlsx")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Lies mich", "Hauptzähler Bezug"]
    rows = list(book.worksheets[1].iter_rows(values_only=True))
    assert rows[0][:3] == ("Beginn", "Abstand zu UTC", "Quelle")
    assert (rows[1][0].isoformat(), rows[1][1], rows[1][7]) == ("2026-11-21T00:00:00", "+01:00", 0.2505)
    assert len(rows) == 97


async def test_parquet_keeps_types_and_provenance(counted: District) -> None:
    path = await fetched(counted, "exports.intervals", period="2026-11-21", until="2026-11-21", format="parquet")
    table = pq.read_table(path)
    assert str(table.schema.field("begin_utc").type) == "timestamp[ms, tz=UTC]"
    assert b"Kreiswatt" in table.schema.metadata[b"kreiswatt"]
    assert sum(table["value"].to_pylist()) == pytest.approx(250.5 * 96)
    assert set(table["unit"].to_pylist()) == {"Wh"}


async def test_months_add_up_to_their_days(counted: District) -> None:
    month = rows_of(await fetched(counted, "exports.intervals", period="2026", resolution="month", style="iso"), ",")
    days = rows_of(await fetched(counted, "exports.intervals", period="2026", resolution="day", style="iso"), ",")
    assert len(month) == 1
    assert float(month[0]["value"]) == pytest.approx(sum(float(row["value"]) for row in days))


async def test_the_same_export_gives_the_same_bytes(counted: District) -> None:
    for kind in ("csv", "xlsx", "parquet"):
        made = [await counted.ask("exports.intervals", period="2026-11-21", format=kind) for _ in range(2)]
        assert made[0] == made[1]


async def test_a_day_later_the_file_is_swept_away(counted: District) -> None:
    made = await counted.ask("exports.intervals", period="2026-11-21")
    counted.clock.now_utc = counted.clock.now_utc.replace(day=24)
    await counted.ask("exports.intervals", period="2026-11-21", resolution="day")
    with pytest.raises(NotFoundError):
        await counted.gate.fetch(made.file.id, counted.admin, counted.clock())


async def test_a_file_is_for_who_made_it_and_sources_for_who_may_see_them(counted: District) -> None:
    made = await counted.ask("exports.intervals", period="2026-11-21")
    vera = Actor("vera", Role.VIEWER)
    with pytest.raises(ForbiddenError):
        await counted.gate.fetch(made.file.id, vera, counted.clock())
    depot = Actor("dora", Role.VIEWER, frozenset({"bauhof"}))
    for sources in (["site:schule"], ["meter:schule-strom"]):
        with pytest.raises(ForbiddenError):
            await counted.ask("exports.intervals", depot, period="2026-11-21", sources=sources)
    with pytest.raises(NotFoundError) as nothing:
        await counted.ask("exports.intervals", depot, period="2026-11-21")
    assert nothing.value.finding.code == "exports.nothing_there"


async def test_a_path_is_no_file(counted: District) -> None:
    for name in ("../ledger.sqlite", "", "a" * 24, "draft-1"):
        with pytest.raises(NotFoundError):
            await counted.gate.fetch(name, counted.admin, counted.clock())
