"""Files whose rows are days: every year's truth comes out of them again, and what is shifted is found."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from core.errors import FormatError
from core.imports import ClockChange, FileClock, FileLayout, FileMapping, RowKind, Stamp
from core.quantities import Quantity
from core.readings import ReadingQuality
from energy.series import QUALITY_CODES
from ingest.files.reading import Reading, read_file, rows_packed
from ingest.files.shaping import as_profile
from ingest.files.taking import Target

BERLIN = ZoneInfo("Europe/Berlin")
WINTER = ZoneInfo("Etc/GMT-1")
KEY = ("meter:a", Quantity.ENERGY_IMPORT_WH)
SPRING, AUTUMN = date(2025, 3, 30), date(2025, 10, 26)
DAYS = FileMapping(
    name="tage",
    layout=FileLayout.DAYS,
    date_column="Datum",
    value_column="B",
    pattern="dd.MM.yyyy",
    quantity=Quantity.ENERGY_IMPORT_WH,
    kind=RowKind.ENERGY,
    factor=Decimal(1000),
    meter="a",
)


def read(content: str | bytes, mapping: FileMapping = DAYS, zone: str = "Europe/Berlin") -> tuple[Reading, Any]:
    """Return what a file says, and the packed values of its only meter."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "file"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        targets = {"a": Target(source="meter:a", max_rate_per_h=1e8, zone=zone)}
        found = read_file(file, mapping, targets, Path(name))
        return found, rows_packed(Path(name), found.series[KEY]) if found.series else None


def slots(first: date, days: int, zone: ZoneInfo, step_min: int) -> list[datetime]:
    begin, end = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (first, first + timedelta(days=days)))
    return [
        begin + timedelta(minutes=step_min) * number for number in range((end - begin) // timedelta(minutes=step_min))
    ]


def written(value: Decimal) -> str:
    """Return a number as German grid operators write it."""
    return f"{value:,.3f}".translate(str.maketrans(",.", ".,"))


def rows_of(truth: dict[datetime, Decimal], mapping: FileMapping, zone: ZoneInfo) -> Iterator[str]:
    """Write the truth down as the mapping declares: independently of how it is read."""
    by_day: dict[date, list[tuple[str, Decimal]]] = {}
    for at, value in truth.items():
        local = at.astimezone(zone)
        by_day.setdefault(local.date(), []).append((f"{local:%H:%M}", value))
    times = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(0, 1440, mapping.interval_min)]
    for day, values in by_day.items():
        cells = list(_cells(values, times, mapping))
        yield f"{day:%d.%m.%Y};{';'.join(cells)}"


def _cells(values: Sequence[tuple[str, Decimal]], times: Sequence[str], mapping: FileMapping) -> Iterator[str]:
    if mapping.clock is FileClock.LOCAL and mapping.clock_change is ClockChange.IN_ORDER:
        yield from (written(value) for _, value in values)
        return
    for place, name in enumerate(times):
        same = [value for at, value in values if at == name]
        both = mapping.clock_change is ClockChange.BOTH and mapping.clock is FileClock.LOCAL
        if both:
            yield written(same[0]) if same else ""
            if times[place : place + 1] == [times[3 * 60 // mapping.interval_min - 1]]:
                for again in times[2 * 60 // mapping.interval_min : 3 * 60 // mapping.interval_min]:
                    second = [value for at, value in values if at == again][1:]
                    yield written(second[0]) if second else ""
        elif mapping.kind is RowKind.POWER:
            yield written(sum(same, Decimal(0)) / len(same)) if same else ""
        else:
            yield written(sum(same, Decimal(0))) if same else ""


def header_of(mapping: FileMapping) -> str:
    width = 1440 // mapping.interval_min
    if mapping.clock is FileClock.LOCAL and mapping.clock_change is not ClockChange.SUMMED:
        width += 60 // mapping.interval_min
    return ";".join(["Datum", *(f"W{number}" for number in range(1, width + 1))])


@given(
    year=st.integers(1996, 2040),
    change=st.sampled_from(ClockChange),
    clock=st.sampled_from([FileClock.LOCAL, FileClock.LOCAL, FileClock.WINTER]),
    kind=st.sampled_from([RowKind.ENERGY, RowKind.POWER]),
    step_min=st.sampled_from([15, 60]),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=6, deadline=None)
def test_a_years_truth_comes_out_of_its_file(
    *, year: int, change: ClockChange, clock: FileClock, kind: RowKind, step_min: int, seed: int
) -> None:
    mapping = replace(DAYS, clock_change=change, clock=clock, kind=kind, interval_min=step_min)
    zone = BERLIN if clock is FileClock.LOCAL else WINTER
    chance = Random(seed)
    all_slots = slots(date(year, 1, 1), (date(year + 1, 1, 1) - date(year, 1, 1)).days, zone, step_min)
    truth = {at: Decimal(chance.randrange(0, 2_000_000)) / 1000 for at in all_slots}
    if change is ClockChange.SUMMED and kind is RowKind.POWER:  # a mean of two hours is both of them
        truth |= {at: truth[at - timedelta(hours=1)] for at in all_slots if _is_again(at, zone)}
    found, packed = read("\n".join([header_of(mapping), *rows_of(truth, mapping, zone)]), mapping)
    assert found.problems == []
    assert (found.rows, found.wrong) == (len(all_slots), 0)
    profile = as_profile(packed, step_min * 60_000)
    assert (len(profile.stretches), profile.gaps, profile.problems) == (1, (), ())
    assert profile.stretches[0].at_ms.tolist()[:-1] == [int(at.timestamp() * 1000) for at in all_slots]
    wh = sum(truth.values(), Decimal(0)) * 1000 * (step_min if kind is RowKind.POWER else 60) / 60
    assert abs(Decimal(profile.total) / 1000 - wh) < 1
    if change is not ClockChange.SUMMED or clock is not FileClock.LOCAL:
        part = Decimal(1000 * (step_min if kind is RowKind.POWER else 60)) / 60 * 1_000_000
        assert packed["micro"].tolist() == [int((value * part).to_integral_value()) for value in truth.values()]


def _is_again(at: datetime, zone: ZoneInfo) -> bool:
    return at.astimezone(zone).fold == 1


def test_an_hour_that_is_told_together_is_shared_and_marked() -> None:
    cells = ["1"] * 8 + ["3"] * 4 + ["1"] * 84
    found, packed = read(f"{header_of(SUMMED)}\n26.10.2025;{';'.join(cells)}", SUMMED)
    assert (found.problems, len(packed), packed["micro"].sum()) == ([], 100, (92 + 12) * 1000 * 1_000_000)
    assert set(packed["micro"][8:16].tolist()) == {1_500_000_000}
    interpolated = QUALITY_CODES[ReadingQuality.INTERPOLATED]
    assert [number for number, known in enumerate(packed["quality"]) if known == interpolated] == list(range(8, 16))


SUMMED = replace(DAYS, clock_change=ClockChange.SUMMED)
BOTH = replace(DAYS, clock_change=ClockChange.BOTH)
FULL, SHORT, LONG = ["1"] * 96, ["1"] * 92, ["1"] * 100
HOLE = ["1"] * 8 + [""] * 4 + ["1"] * 84


@pytest.mark.parametrize(
    ("mapping", "day", "cells"),
    [
        (DAYS, SPRING, FULL),
        (DAYS, SPRING, HOLE),
        (DAYS, AUTUMN, FULL),
        (DAYS, AUTUMN, SHORT),
        (DAYS, date(2025, 5, 5), LONG),
        (SUMMED, SPRING, FULL),
        (SUMMED, SPRING, SHORT),
        (SUMMED, AUTUMN, ["1"] * 95),
        (BOTH, SPRING, FULL),
        (BOTH, AUTUMN, FULL),
        (BOTH, date(2025, 5, 5), FULL),
        (BOTH, date(2025, 5, 5), LONG),
        (BOTH, date(2025, 5, 5), ["0"] * 96),
    ],
)
def test_a_day_that_is_not_as_declared_is_left_out_whole(mapping: FileMapping, day: date, cells: list[str]) -> None:
    found, packed = read(f"{header_of(mapping)}\n{day:%d.%m.%Y};{';'.join(cells)}", mapping)
    assert [(one.line, one.column, one.finding.code) for one in found.problems] == [(2, "", "imports.row.day_shape")]
    assert (packed, found.wrong, found.rows) == (None, 96, 96)


@pytest.mark.parametrize("nothing", ["", "0", "0,000"])
def test_the_hour_that_never_was_may_be_empty_or_nought_where_a_column_stands_for_it(nothing: str) -> None:
    cells = ["1"] * 8 + [nothing] * 4 + ["1"] * 84
    found, packed = read(f"{header_of(SUMMED)}\n30.03.2025;{';'.join(cells)}", SUMMED)
    assert (found.problems, len(packed)) == ([], 92)


def test_each_wrong_cell_is_named_by_line_and_column_and_costs_only_itself() -> None:
    cells = list(FULL)
    cells[3], cells[7], cells[95] = "1.5", "-2", ""
    found, packed = read(f"{header_of(DAYS)}\n05.05.2025;{';'.join(FULL)}\n06.05.2025;{';'.join(cells)}")
    assert [(one.line, one.column, one.found, one.finding.code) for one in found.problems] == [
        (3, "W4", "1.5", "imports.row.number"),
        (3, "W8", "-2", "imports.row.negative"),
        (3, "W96", "", "imports.row.empty"),
    ]
    assert (len(packed), found.rows, found.wrong) == (2 * 96 - 3, 2 * 96, 3)
    assert sum(gap.count for gap in as_profile(packed, 900_000).gaps) == 2


def test_columns_that_are_shifted_are_found() -> None:
    times = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(0, 1440, 15)]
    row = f"05.05.2025;{';'.join(FULL)}"
    for mapping, headers, wrong in (
        (DAYS, times, None),
        (DAYS, [*times[1:], "24:00"], "00:15"),
        (replace(DAYS, stamp=Stamp.END), [*times[1:], "24:00"], None),
        (replace(DAYS, stamp=Stamp.END), [*times[1:], "00:00"], None),
        (replace(DAYS, stamp=Stamp.END), times, "00:00"),
        (
            replace(DAYS, stamp=Stamp.END),
            [f"{one}-{two}" for one, two in zip(times, [*times[1:], "24:00"], strict=True)],
            None,
        ),
        (DAYS, [f"V{number}" for number in range(1, 97)], None),
        (DAYS, [f"V{number}" for number in range(2, 98)], "V2"),
        (DAYS, [str(number) for number in range(96)], None),
        (DAYS, [*times[:40], times[41], times[40], *times[42:]], "10:15"),
    ):
        text = f"Datum;{';'.join(headers)}\n{row}"
        if wrong is None:
            assert read(text, mapping)[0].problems == []
            continue
        with pytest.raises(FormatError) as caught:
            read(text, mapping)
        assert (caught.value.finding.code, dict(caught.value.finding.params)["column"]) == (
            "imports.columns_shifted",
            wrong,
        )


def test_a_stray_separator_costs_its_row() -> None:
    found, _ = read(f"{header_of(SUMMED)}\n05.05.2025;;{';'.join(FULL)}\n06.05.2025;{';'.join(FULL)}", SUMMED)
    assert [(one.line, one.finding.code) for one in found.problems] == [(2, "imports.row.width")]


def test_a_sum_behind_the_values_is_no_value_where_the_mapping_names_the_last_one() -> None:
    header, row = f"Datum;{';'.join(f'W{n}' for n in range(1, 97))};Summe", f"05.05.2025;{';'.join(FULL)};96"
    found, _ = read(f"{header}\n{row}")
    assert [one.finding.code for one in found.problems] == ["imports.row.day_shape"]
    found, packed = read(f"{header}\n{row}", replace(DAYS, last_value_column="W96"))
    assert (found.problems, len(packed)) == ([], 96)


@pytest.mark.parametrize(("first", "last"), [("W2", ""), ("W1", "W95"), ("W1", "Summe")])
def test_too_few_or_too_many_columns_are_refused(first: str, last: str) -> None:
    header = ";".join(["Datum", *(f"W{n}" for n in range(1, 97)), *("s" * n for n in range(1, 8)), "Summe"])
    mapping = replace(DAYS, value_column=first, last_value_column=last, clock_change=ClockChange.SUMMED)
    if not last:
        header = ";".join(["Datum", *(f"W{n}" for n in range(1, 97))])
    with pytest.raises(FormatError) as caught:
        read(f"{header}\n05.05.2025;{';'.join(FULL)}", mapping)
    assert caught.value.finding.code == "imports.columns_count"


def test_rows_longer_than_the_headers_are_read_where_only_the_long_day_is() -> None:
    header = ";".join(["Datum", *(f"W{n}" for n in range(1, 97))])
    rows = [f"{day:%d.%m.%Y};{';'.join(cells)}" for day, cells in ((date(2025, 10, 25), FULL), (AUTUMN, LONG))]
    found, packed = read("\n".join([header, *rows]))
    assert (found.problems, len(packed)) == ([], 196)


def test_a_file_without_headers_may_begin_with_the_short_day() -> None:
    mapping = replace(DAYS, header=0, date_column="A")
    rows = [f"{day:%d.%m.%Y};{';'.join(cells)}" for day, cells in ((SPRING, SHORT), (date(2025, 3, 31), FULL))]
    found, packed = read("\n".join(rows), mapping)
    assert (found.problems, len(packed)) == ([], 188)


def test_the_rest_of_a_day_that_is_still_to_come_is_no_mistake() -> None:
    until_ms = int(datetime(2025, 5, 5, 10, tzinfo=UTC).timestamp() * 1000)
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "file"
        file.write_text(f"{header_of(SUMMED)}\n05.05.2025;{';'.join(['1'] * 48)}\n06.05.2025;{';'.join(FULL)}")
        targets = {"a": Target(source="meter:a", max_rate_per_h=1e8, zone="Europe/Berlin")}
        found = read_file(file, SUMMED, targets, Path(name), until_ms)
    assert [(one.line, one.finding.code) for one in found.problems] == [(3, "imports.row.future")]
    assert found.rows == 96 + 48


def test_a_spreadsheet_of_days_says_the_same_as_text(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["Datum", *(time(minute // 60, minute % 60) for minute in range(0, 1440, 60))])
    sheet.append([datetime(2025, 5, 5), *[0.25] * 24])  # noqa: DTZ001 - spreadsheets know no zone
    book.save(tmp_path / "file.xlsx")
    found, packed = read((tmp_path / "file.xlsx").read_bytes(), replace(DAYS, interval_min=60))
    assert (found.problems, packed["micro"].sum()) == ([], 6000 * 1_000_000)


def test_in_london_another_hour_comes_twice() -> None:
    cells = ["1"] * 8 + [""] * 4 + ["1"] * 88
    found, packed = read(f"{header_of(BOTH)}\n05.05.2025;{';'.join(cells)}", BOTH, "Europe/London")
    assert (found.problems, len(packed)) == ([], 96)


@given(st.binary(max_size=400))
@settings(max_examples=30, deadline=None)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    mapping = replace(DAYS, header=0, date_column="A", interval_min=60)
    code = "imports.none"
    try:
        found, _ = read(b";".join([b"05.05.2025", *[b"1"] * 24]) + b"\n" + content, mapping)
        assert found.rows >= found.wrong
    except FormatError as error:
        code = error.finding.code
    assert code.startswith("imports.")
