"""What operators state: by hand and by file, in German numbers, with wrong lines left out, and taken back again."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from openpyxl import Workbook  # type: ignore[import-untyped]

from config.create import create
from config.load import load
from core.errors import ConflictError, ForbiddenError, FormatError, NotFoundError
from core.people import Actor, Role
from ingest.files.cells import CellError
from ingest.files.feed_in import month_of
from ingest.price_files import read_price_file
from operations.edge import InvalidRequestError
from operations.feed_in.base import energy_bases
from operations.feed_in.rows import DoubtfulFeedInError, FeedInImported, FeedInOf
from tests.district import District, open_district

GOOD = """Anlage;Monat;Eingespeist [MWh];Abregelung [kWh];Beleg
Windrad Au;2025-01;1.234,567;1.200;R1
SEE990000000101;02/2025;400,0;;R2
wea-au;März 2025;0;;R3
"""
WRONG = """Anlage;Monat;Eingespeist [kWh];Abregelung [kWh]
wea-au;2025-01;1.000,5;
wea-au;2025-02;-5;
nirgends;2025-03;5;
wea-au;2025-13;5;
wea-au;2025-04;;
wea-au;2025-05;99.000.000;
wea-au;2025-01;7;
wea-au;2099-01;7;
wea-au;2025-06;7;
wea-au;2025-07;7;
wea-au;2025-08;7;
wea-au;2025-09;7;
wea-au;2025-10;7;
wea-au;2025-11;7;
"""


@pytest_asyncio.fixture
async def district(tmp_path: Path) -> AsyncIterator[District]:
    async with open_district(tmp_path) as found:
        yield found


async def taken(district: District, content: str | bytes, **more: Any) -> FeedInImported:
    data = content if isinstance(content, bytes) else content.encode()

    async def chunks() -> AsyncIterator[bytes]:
        yield data

    inbox = district.gate.house.inbox
    assert inbox
    kept = await inbox.keep("Einspeisung.csv", chunks())
    found: FeedInImported = await district.ask("feed_in.import", upload=kept.digest, **more)
    return found


async def shown(district: District, year: int = 2025) -> FeedInOf:
    found: FeedInOf = await district.ask("feed_in.show", id="wea-au", year=year)
    return found


async def test_a_file_is_tried_taken_once_and_taken_back(district: District) -> None:
    tried = await taken(district, GOOD, dry_run=True)
    assert (tried.id, tried.added, tried.known, tried.left_out) == (None, 3, 0, 0)
    assert (await district.ask("feed_in.list")).total == 0
    made = await taken(district, GOOD)
    assert (made.added, made.plants, made.first_month, made.last_month) == (3, 1, "2025-01", "2025-03")
    rows = (await district.ask("feed_in.list", plant="wea-au", year=2025)).items
    assert [(row.fed_in_wh, row.curtailed_wh, row.number) for row in rows] == [
        (1_234_567_000, 1_200_000, "R1"),
        (400_000_000, None, "R2"),
        (0, None, "R3"),
    ]
    again = await taken(district, GOOD)
    assert (again.id, again.added, again.known) == (made.id, 0, 3)
    await district.ask("imports.withdraw", id=made.id, reason="falsche Datei")
    assert (await district.ask("feed_in.list")).total == 0
    assert (await district.ask("feed_in.list", withdrawn=True)).total == 3
    assert (await taken(district, GOOD)).added == 3


async def test_a_wrong_line_costs_only_itself_and_says_why(district: District) -> None:
    made = await taken(district, WRONG)
    assert (made.rows, made.added, made.left_out) == (14, 7, 7)
    assert [(each.line, each.message.code) for each in made.problems] == [
        (3, "feed_in.below_zero"),
        (4, "feed_in.row_plant"),
        (5, "feed_in.row_month"),
        (6, "imports.row.empty"),
        (7, "feed_in.too_much"),
        (8, "feed_in.row_twice"),
        (9, "feed_in.month_invalid"),
    ]
    assert (made.problems[1].found, made.problems[0].column) == ("nirgends", "Eingespeist [kWh]")


async def test_a_file_most_of_which_is_wrong_is_refused_whole(district: District) -> None:
    made = await taken(district, "Anlage;Monat;Eingespeist\nx;2025-01;1\ny;2025-01;1\nwea-au;2025-01;1\n")
    assert [each.code for each in made.refused] == ["feed_in.refused_rows"]
    assert (await district.ask("feed_in.list")).total == 0
    with pytest.raises(FormatError, match="no_column"):
        await taken(district, "Anlage;Datum;Menge\nwea-au;2025-01;1\n")


async def test_columns_can_be_named_and_plants_translated_also_in_a_spreadsheet(district: District) -> None:
    book = Workbook()
    book.active.append(["Park", "Liefermonat", "Menge", "minus"])
    book.active.append(["Mühlfurt 1", datetime(2025, 3, 1), 412.5, 3])  # noqa: DTZ001 - as a spreadsheet has it
    file = io.BytesIO()
    book.save(file)
    given = {"plant_column": "Park", "fed_in_column": "C", "negative_column": "minus", "unit": "MWh"}
    made = await taken(district, file.getvalue(), plants=["Mühlfurt 1=wea-au"], **given)
    (row,) = made.statements
    assert (row.month, row.fed_in_wh, row.negative_wh) == ("2025-03", 412_500_000, 3_000_000)


async def test_a_statement_by_hand_counts_until_it_is_taken_back_and_may_count_again(district: District) -> None:
    row = await district.ask("feed_in.add", plant="wea-au", month="2025-03", fed_in_wh=5_000_000)
    with pytest.raises(ConflictError, match="twice"):
        await district.ask("feed_in.add", plant="wea-au", month="2025-03", fed_in_wh=5_000_000)
    assert (await shown(district)).months[2].fed_in_wh == 5_000_000
    gone = await district.ask("feed_in.withdraw", id=row.id, reason="falscher Monat")
    assert (gone.withdrawn_by, gone.withdrawn_reason) == ("anna", "falscher Monat")
    assert (await shown(district)).months[2].fed_in_wh is None
    with pytest.raises(ConflictError, match="withdrawn_already"):
        await district.ask("feed_in.withdraw", id=row.id, reason="falscher Monat")
    await district.ask("feed_in.withdraw", id=row.id, reason="war doch richtig", restore=True)
    assert (await shown(district)).months[2].fed_in_wh == 5_000_000
    with pytest.raises(ConflictError, match="restored_already"):
        await district.ask("feed_in.withdraw", id=row.id, reason="war doch richtig", restore=True)
    with pytest.raises(NotFoundError):
        await district.ask("feed_in.withdraw", id=77, reason="gibt es nicht")


async def test_what_cannot_be_is_refused_or_asked_for_twice(district: District) -> None:
    for wrong in ({"month": "2025-13", "fed_in_wh": 1}, {"month": "2027-01", "fed_in_wh": 1}, {"month": "2025-01"}):
        with pytest.raises(InvalidRequestError):
            await district.ask("feed_in.add", plant="wea-au", **wrong)
    with pytest.raises(NotFoundError):
        await district.ask("feed_in.add", plant="nirgends", month="2025-01", fed_in_wh=1)
    much = {"plant": "wea-au", "month": "2025-01", "fed_in_wh": 3_000_000 * 745}
    with pytest.raises(DoubtfulFeedInError) as doubt:
        await district.ask("feed_in.add", **much)
    assert [each.code for each in doubt.value.findings] == ["feed_in.too_much"]
    assert (await district.ask("feed_in.add", **much, confirm=True)).fed_in_wh == 3_000_000 * 745


async def test_only_who_sees_the_whole_district_sees_and_states_what_plants_fed_in(district: District) -> None:
    for actor in (Actor("vera", Role.VIEWER), Actor("carl", Role.FACILITY, frozenset({"schule"}))):
        with pytest.raises(ForbiddenError):
            await district.ask("feed_in.list", actor)
    made = await taken(district, GOOD)
    carl = Actor("carl", Role.FACILITY, frozenset({"schule"}))
    assert (await district.ask("imports.list", carl)).total == 0
    for row, given in (("imports.show", {}), ("imports.withdraw", {"reason": "nicht meine"})):
        with pytest.raises(ForbiddenError):
            await district.ask(row, carl, id=made.id, **given)


async def test_a_year_that_is_not_over_is_estimated_by_the_year_before(district: District) -> None:
    for month in range(1, 13):
        await district.ask("feed_in.add", plant="wea-au", month=f"2025-{month:02}", fed_in_wh=month * 1_000_000)
    nothing_new = await shown(district, 2026)
    assert (nothing_new.fed_in_wh, nothing_new.expected_wh) == (None, 78_000_000)
    await district.ask("feed_in.add", plant="wea-au", month="2026-01", fed_in_wh=3_000_000)
    year = await shown(district, 2026)
    assert (year.expected_wh, len(year.estimated_months)) == (80_000_000, 11)
    assert {each.code for each in year.findings} == {"feed_in.months_missing", "feed_in.months_ahead"}
    whole = await shown(district, 2025)
    assert (whole.fed_in_wh, whole.expected_wh, whole.findings) == (78_000_000, None, ())
    before = await shown(district, 2024)
    assert before.expected_reason is not None
    assert before.expected_reason.code == "feed_in.no_estimate"


@pytest.mark.parametrize(
    ("said", "month"),
    [
        ("2025-03", "2025-03"),
        ("2025-03-01", "2025-03"),
        ("03/2025", "2025-03"),
        ("1.3.2025", "2025-03"),
        ("März 2025", "2025-03"),
        ("Dez. 2025", "2025-12"),
        ("October 2025", "2025-10"),
        (date(2025, 3, 31), "2025-03"),
    ],
)
def test_a_month_is_read_however_it_is_written(said: Any, month: str) -> None:
    assert month_of(said) == month


@pytest.mark.parametrize("said", ["", None, "2025", "2025-00", "Frimaire 2025", "März", 45_000])
def test_what_is_no_month_is_refused(said: Any) -> None:
    with pytest.raises(CellError):
        month_of(said)


SMARD = (
    "Datum von;Datum bis;Deutschland/Luxemburg [€/MWh] Originalauflösungen;Belgien [€/MWh] Originalauflösungen\n"
    "26.10.2025 02:00;26.10.2025 02:00;-1.000,5;7\n"
    "26.10.2025 02:00;26.10.2025 03:00;-;7\n"
    "26.10.2025 03:00;26.10.2025 04:00;81,25;7\n"
    "26.10.2025 04:00;26.10.2025 05:00;viel;7\n"
)


def test_prices_are_read_below_zero_too_and_through_the_hour_that_comes_twice() -> None:
    file = read_price_file(SMARD.encode())
    first = int(datetime(2025, 10, 26, 0, tzinfo=UTC).timestamp() * 1000)
    assert (file.resolution_min, dict(file.eur_per_mwh)) == (60, {first: -1000.5, first + 7_200_000: 81.25})
    assert [each.code for each in file.problems] == ["intensity.row_value"]
    for content in (b"x", b"{}", b'{"unix_seconds":[1],"price":[]}', b"Datum von;Wind [MWh]\n"):
        with pytest.raises(FormatError):
            read_price_file(content)


async def test_the_examples_statements_fill_2025_for_its_plants_without_a_doubt(
    district: District, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    create(tmp_path / "example", example=True, data_dir=tmp_path / "data", language="de")
    inventory = load(tmp_path / "example", {}).inventory
    house = replace(district.gate.house, inventory=lambda: inventory)
    monkeypatch.setattr(district.gate, "house", house)
    made = await taken(district, (tmp_path / "example" / "feed_in" / "einspeisung-2025.csv").read_bytes())
    assert (made.left_out, made.added, made.plants) == (0, 50, 5)
    known = sorted({row.plant for row in (await district.ask("feed_in.list", limit=500)).items})
    bases = await energy_bases(house, known, 2025)
    assert {plant: base.findings for plant, base in bases.items()} == dict.fromkeys(known, ())
    assert {plant for plant, base in bases.items() if base.negative_wh and base.fictitious_wh} == set(known)
