"""Files of all kinds, read row by row: what they say to the last digit, and what is wrong with each row."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from core.errors import FormatError
from core.imports import FileClock, FileMapping, RowKind, Stamp
from core.quantities import Quantity
from energy.series import Samples
from ingest.files.cells import CellError, instant_reader, number_reader
from ingest.files.placing import Clash, Standing
from ingest.files.reading import Reading, read_file, rows_packed
from ingest.files.shaping import Profile, as_profile
from ingest.files.tables import layout_of
from ingest.files.taking import Target

BERLIN = ZoneInfo("Europe/Berlin")
TARGETS: Mapping[str, Target] = {"a": Target(source="meter:a", max_rate_per_h=1e8, zone="Europe/Berlin")}
KEY = ("meter:a", Quantity.ENERGY_IMPORT_WH)
QUARTER_MS = 900_000
PROFILE = FileMapping(
    name="profil",
    date_column="Zeit",
    value_column="kWh",
    quantity=Quantity.ENERGY_IMPORT_WH,
    kind=RowKind.ENERGY,
    factor=Decimal(1000),
    meter="a",
)


def read(content: str | bytes, mapping: FileMapping = PROFILE) -> tuple[Reading, Any]:
    """Return what a file says, and the packed rows of its only meter."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "file"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        found = read_file(file, mapping, TARGETS, folder)
        return found, rows_packed(folder, found.series[KEY]) if found.series else None


def profile_of(content: str, mapping: FileMapping = PROFILE) -> Profile:
    found, rows = read(content, mapping)
    assert found.problems == []
    return as_profile(rows, mapping.interval_min * 60_000)


def local_day(day: date, stamp: Stamp, *, falling: bool = False) -> list[str]:
    """Return the quarter hours of a local day as grid operators write them, without an offset."""
    begin = datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(UTC)
    following = day + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=BERLIN).astimezone(UTC)
    rows = []
    for number in range((end - begin) // timedelta(minutes=15)):
        at = begin + timedelta(minutes=15) * (number + (stamp is Stamp.END))
        rows.append(f"{at.astimezone(BERLIN):%d.%m.%Y %H:%M};0,{number:03d}")
    return rows[::-1] if falling else rows


@given(
    day=st.dates(date(2000, 1, 1), date(2030, 12, 31)) | st.sampled_from([date(2025, 3, 30), date(2025, 10, 26)]),
    stamp=st.sampled_from(Stamp),
    falling=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_each_local_day_is_read_whole_over_every_change_of_the_clock(day: date, stamp: Stamp, *, falling: bool) -> None:
    rows = local_day(day, stamp, falling=falling)
    profile = profile_of("\n".join(["Zeit;kWh", *rows]), replace(PROFILE, stamp=stamp))
    assert len(profile.stretches) == 1
    assert len(profile.stretches[0].at_ms) == len(rows) + 1
    midnight = datetime(day.year, day.month, day.day, tzinfo=BERLIN).timestamp() * 1000
    assert profile.stretches[0].at_ms[0] == midnight
    assert profile.total == sum(number * 1000 for number in range(len(rows)))


def test_the_days_of_the_change_have_92_and_100_quarter_hours() -> None:
    assert [len(local_day(day, Stamp.BEGIN)) for day in (date(2025, 3, 30), date(2025, 10, 26))] == [92, 100]


def test_an_hour_that_was_there_twice_is_refused_where_nothing_tells_which() -> None:
    found, _ = read("Zeit;kWh\n25.10.2025 02:30;1\n26.10.2025 02:30;1\n27.10.2025 02:30;1")
    assert [(one.line, one.finding.code) for one in found.problems] == [(3, "imports.row.twice_an_hour")]


def test_an_hour_that_never_was_is_refused_and_the_winter_clock_knows_it() -> None:
    text = "Zeit;kWh\n30.03.2025 02:15;1"
    found, _ = read(text)
    assert [one.finding.code for one in found.problems] == ["imports.row.never_was"]
    _, rows = read(text, replace(PROFILE, clock=FileClock.WINTER))
    assert rows["at_ms"].tolist() == [datetime(2025, 3, 30, 1, 15, tzinfo=UTC).timestamp() * 1000]


@given(
    value=st.decimals(min_value=0, max_value=10**9, places=4, allow_nan=False),
    signs=st.sampled_from([(",", "."), (".", ","), (",", ""), (".", " "), (".", "'")]),
)
def test_a_number_is_read_as_it_was_written(value: Decimal, signs: tuple[str, str]) -> None:
    decimal, thousands = signs
    written = f"{value:,.4f}".translate(str.maketrans({",": thousands, ".": decimal}))
    assert number_reader(decimal, thousands)(written) == value


@pytest.mark.parametrize("written", ["1.23", "1,2,3", "12.34,5", "1e3", "NaN", "", " ", "0x1", "1 234", "٣", "-"])
def test_what_is_no_number_in_the_declared_form_is_refused(written: str) -> None:
    if written == "٣":
        assert number_reader(",", ".")(written) == 3
        return
    with pytest.raises(CellError):
        number_reader(",", ".")(written)


@given(st.lists(st.decimals(min_value=0, max_value=9999, places=5), min_size=1, max_size=40), st.sampled_from(RowKind))
@settings(max_examples=20, deadline=None)
def test_intervals_add_up_to_what_the_file_adds_up_to(values: list[Decimal], kind: RowKind) -> None:
    mapping = replace(PROFILE, kind=RowKind.POWER if kind is RowKind.POWER else RowKind.ENERGY)
    begin = datetime(2025, 1, 1, tzinfo=BERLIN)
    rows = [
        f"{begin + timedelta(minutes=15 * number):%d.%m.%Y %H:%M};{value:.5f}".replace(".", ",", 0)
        for number, value in enumerate(values)
    ]
    text = "\n".join(["Zeit;kWh", *(f"{row[:16]};{row[17:].replace('.', ',')}" for row in rows)])
    total = sum(values) * 1_000_000 / (4 if mapping.kind is RowKind.POWER else 1)
    assert abs(profile_of(text, mapping).total - total) <= Decimal("0.5")


@given(st.binary(max_size=600))
@settings(max_examples=40, deadline=None)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    mapping = replace(PROFILE, header=0, date_column="A", value_column="B")
    codes, rows, wrong = "imports.none", 0, 0
    try:
        found, _ = read(content, mapping)
        rows, wrong = found.rows, found.wrong
    except FormatError as error:
        codes = error.finding.code
    assert codes.startswith("imports.")
    assert rows >= wrong


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encoding_and_delimiter_are_found_out(encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes("Zähler\tMenge\nSchule\t1,5\nHalle\t2,5\n".encode(encoding))
    layout = layout_of(file)
    assert (layout.encoding, layout.delimiter) == (encoding, "\t")


def test_a_spreadsheet_says_the_same_as_text(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Lastgang", None])
    book.active.append(["Zeit", "kWh"])
    begin = datetime(2025, 1, 1)  # noqa: DTZ001 - spreadsheets know no zone
    for number in range(8):
        book.active.append([begin + timedelta(minutes=15 * number), 0.25 * number])
    book.save(tmp_path / "file.xlsx")
    _, rows = read((tmp_path / "file.xlsx").read_bytes(), replace(PROFILE, header=2))
    profile = as_profile(rows, QUARTER_MS)
    assert (profile.total, len(profile.stretches)) == (7_000_000, 1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04broken", "imports.spreadsheet_unreadable"),
        (b"\xd0\xcf\x11\xe0old", "imports.old_spreadsheet"),
        (b"\x00\x01\x02\x00", "imports.no_table"),
        (b"Zeit;kWh\n", "imports.no_rows"),
        (b"Datum;Wert\n1;2\n", "imports.column_missing"),
        (b"Zeit;kWh;kWh\n1;2;3\n", "imports.column_twice"),
        (b'Zeit;kWh\n"' + b"x" * 200_000, "imports.line_unreadable"),
    ],
)
def test_a_file_that_cannot_be_says_why(content: bytes, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        read(content)
    assert caught.value.finding.code == code


def test_each_wrong_row_is_named_and_costs_only_itself() -> None:
    rows = ["01.01.2025 00:00;1", "01.01.2025 00:15;1.5", "1.1.25;1", "01.01.2025 00:45;-1", "01.01.2025 01:00"]
    found, packed = read("\n".join(["Zeit;kWh", *rows, "01.01.2025 01:15;999999999"]))
    assert [(one.line, one.column, one.found, one.finding.code) for one in found.problems] == [
        (3, "kWh", "1.5", "imports.row.number"),
        (4, "Zeit", "1.1.25", "imports.row.instant"),
        (5, "kWh", "-1", "imports.row.negative"),
        (6, "", "", "imports.row.width"),
        (7, "kWh", "999999999", "imports.row.implausible"),
    ]
    assert packed["line"].tolist() == [2]


def test_a_row_that_stands_there_twice_is_taken_once_and_a_contradiction_is_wrong() -> None:
    rows = ["01.01.2025 00:00;1", "01.01.2025 00:00;1", "01.01.2025 00:15;2", "01.01.2025 00:15;3"]
    _, packed = read("\n".join(["Zeit;kWh", *rows]))
    profile = as_profile(packed, QUARTER_MS)
    assert (profile.repeated, [(one.line, one.finding.code) for one in profile.problems]) == (
        1,
        [(5, "imports.row.double")],
    )


@pytest.mark.parametrize(
    ("pattern", "written", "expected"),
    [
        ("dd.MM.yyyy HH:mm", "31.12.2025 24:00", "2026-01-01T00:00:00"),
        ("yyyy-MM-dd'T'HH:mm:ssz", "2025-10-26T02:15:00+01:00", "2025-10-26T02:15:00+01:00"),
        ("d.M.yy H:mm", "1.2.25 3:04", "2025-02-01T03:04:00"),
        ("yyyyMMdd", "20250201", "2025-02-01T00:00:00"),
    ],
)
def test_instants_are_read_by_their_pattern(pattern: str, written: str, expected: str) -> None:
    assert instant_reader(pattern)(written, None) == datetime.fromisoformat(expected)


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_stretches_placed_in_any_order_count_what_they_say(data: st.DataObject) -> None:
    """Each interval comes to its own amount, whatever came before or after it."""
    energies = data.draw(st.lists(st.integers(0, 5000), min_size=4, max_size=24))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(energies) - 1), max_size=4)))
    parts = np.split(np.arange(len(energies)), cuts)
    rows = np.array([(n * QUARTER_MS, e * 1000, 0, n) for n, e in enumerate(energies)], dtype=_row_type())
    standing = Standing.of(Samples(np.empty(0, np.int64), np.empty(0), np.empty(0, np.uint8)), {}, set())
    for place in data.draw(st.permutations(range(len(parts)))):
        (stretch,) = as_profile(rows[parts[place]], QUARTER_MS).stretches
        assert not isinstance(standing.place(stretch), Clash)
        again = standing.known
        assert standing.place(stretch) == []
        assert standing.known == again + len(parts[place])
    assert standing.at_ms.tolist() == [n * QUARTER_MS for n in range(len(energies) + 1)]


def _row_type() -> np.dtype[Any]:
    from ingest.files.reading import ROW  # noqa: PLC0415

    return ROW
