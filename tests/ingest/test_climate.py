"""Files of the weather service: what is read, what costs only its row, what is no such file."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import FormatError
from ingest.climate import COLDEST_C, WARMEST_C, read_climate

HEAD = "STATIONS_ID;MESS_DATUM;QN_3;  FX;  FM;QN_4; RSK; TMK; UPM;eor"
ROWS = """\
         44;20260101;   10;   9.8;   3.6;    3;   0.0;   -1.3;   60.00;eor
         44;20260102;   10;  -999;  -999;    3;   0.0;   -999;   60.00;eor
         44;20260103;   10;   9.8;   3.6;    3;   0.0;   15.0;   60.00;eor
"""


def zipped(name: str, content: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Metadaten_Geographie_00044.txt", "x")
        archive.writestr(name, content)
    return packed.getvalue()


def test_days_and_means_are_read_and_what_was_not_measured_is_counted() -> None:
    found = read_climate(f"{HEAD}\n{ROWS}".encode())
    assert found.station == "44"
    assert found.means_c == {date(2026, 1, 1): -1.3, date(2026, 1, 3): 15.0}
    assert (found.missing, found.problems) == (1, ())


def test_a_zip_holds_the_same_as_its_file() -> None:
    name = "produkt_klima_tag_20260101_20260103_00044.txt"
    assert read_climate(zipped(name, f"{HEAD}\n{ROWS}")) == read_climate(f"{HEAD}\n{ROWS}".encode())
    with pytest.raises(FormatError):
        read_climate(zipped("anderes.txt", ROWS))


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("44;20261301;10;1;1;3;0;5.0;60;eor", "weather.row_day"),
        ("44;20260201;10;1;1;3;0;5,0;60;eor", "weather.row_value"),
        ("44;20260201;10;1;1;3;0;99.0;60;eor", "weather.row_value"),
        ("44;20260201;10;1;1;3;0;nan;60;eor", "weather.row_value"),
        ("44;20260201;5.0;eor", "weather.row_length"),
        ("44;20260101;10;1;1;3;0;7.7;60;eor", "weather.row_twice"),
    ],
)
def test_a_bad_row_costs_only_itself_and_is_named_by_its_line(row: str, code: str) -> None:
    found = read_climate(f"{HEAD}\n{ROWS}{row}\n".encode())
    assert len(found.means_c) == 2
    assert [(problem.code, dict(problem.params)["line"]) for problem in found.problems] == [(code, 5)]


def test_two_stations_in_a_file_are_refused() -> None:
    with pytest.raises(FormatError):
        read_climate(f"{HEAD}\n{ROWS}{ROWS.replace(' 44;', ' 45;')}".encode())


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_read_or_refused(content: bytes, headed: bool) -> None:  # noqa: FBT001
    with suppress(FormatError):
        found = read_climate(HEAD.encode() + b"\n" + content if headed else content)
        assert all(COLDEST_C <= mean_c <= WARMEST_C for mean_c in found.means_c.values())
