"""Files of readings imported through the gate: what they come to, once, and taken back without a trace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.errors import ForbiddenError, FormatError, NotFoundError
from core.people import Actor, Role
from core.ports import Batch
from core.readings import Reading
from operations.arrivals.imports import ImportRefusedError
from operations.edge import InvalidRequestError
from tests.district import NOW, District, open_district
from tests.operations.load_profiles import (
    DIAL,
    EVER,
    PROFILE,
    QUANTITY,
    SOURCE,
    counted,
    hand_in,
    imported,
    profile,
    quarters,
    told,
)


@pytest.fixture
async def district(tmp_path: Path) -> AsyncIterator[District]:
    async with open_district(tmp_path) as found:
        await found.ask("mappings.save", **PROFILE)
        await found.ask("mappings.save", **DIAL)
        yield found


async def test_each_quarter_hour_comes_to_what_the_file_says(district: District) -> None:
    row = await imported(district, profile(quarters("2026-11-02", 96)))
    assert (row.state, row.rows, row.added, row.left_out) == ("done", 96, 97, 0)
    assert await counted(district) == told("2026-11-02", 96)
    detail = await district.ask("imports.show", id=row.id)
    assert detail.series[0].total == Decimal(sum(told("2026-11-02", 96).values())).scaleb(-3)


async def test_the_same_file_twice_changes_nothing(district: District) -> None:
    first = await imported(district, profile(quarters("2026-11-02", 96)))
    assert await imported(district, profile(quarters("2026-11-02", 96))) == first
    assert (await district.ask("imports.list")).total == 1


async def test_a_file_that_has_some_days_more_adds_those_only(district: District) -> None:
    await imported(district, profile(quarters("2026-11-02", 96)))
    row = await imported(district, profile(quarters("2026-11-02", 192)))
    assert (row.added, row.known) == (96, 96)
    assert await counted(district) == told("2026-11-02", 192)


async def test_what_lies_between_two_files_is_missing_until_a_third_one_fills_it(district: District) -> None:
    await imported(district, profile(quarters("2026-11-02", 96)))
    await imported(district, profile(quarters("2026-11-02", 96, 288)))
    assert await counted(district) == told("2026-11-02", 96) | told("2026-11-02", 96, 288)
    filler = await imported(district, profile(quarters("2026-11-02", 192, 96)))
    assert await counted(district) == told("2026-11-02", 384)
    await district.ask("imports.withdraw", id=filler.id, reason="falsche Datei")
    assert await counted(district) == told("2026-11-02", 96) | told("2026-11-02", 96, 288)


def days_file(slots: list[datetime], change: str, width: int) -> str:
    """Write a load profile day by day; the n-th value is n mod 17 kWh and n mod 1000 Wh."""
    rows: dict[str, list[int | None]] = {}
    for number, at in enumerate(slots):
        local = at.astimezone(ZoneInfo("Europe/Berlin"))
        row = rows.setdefault(f"{local:%d.%m.%Y}", [] if change == "in_order" else [None] * width)
        wh, place = number % 17 * 1000 + number % 1000, local.hour * 4 + local.minute // 15
        if change == "in_order":
            row.append(wh)
        elif change == "both":
            row[place + (4 if local.fold or local.hour > 2 else 0)] = wh
        else:
            row[place] = (row[place] or 0) + wh
    header = ";".join(["Datum", *(f"W{number}" for number in range(1, width + 1))])
    cells = (["" if wh is None else f"{wh // 1000},{wh % 1000:03d}" for wh in row] for row in rows.values())
    return "\r\n".join([header, *(f"{day};{';'.join(row)}" for day, row in zip(rows, cells, strict=True))])


@pytest.mark.parametrize(("change", "width"), [("in_order", 100), ("both", 100), ("summed", 96)])
async def test_a_year_whose_rows_are_days_comes_to_the_same_total(district: District, change: str, width: int) -> None:
    zone = ZoneInfo("Europe/Berlin")
    days = {"name": "tage", "layout": "days", "clock_change": change, "pattern": "dd.MM.yyyy", "value_column": "B"}
    plain = {"kind": "energy", "factor": "1000", "meter": "schule-strom", "date_column": "Datum"}
    await district.ask("mappings.save", **days, **plain)
    begin = datetime(2025, 11, 1, tzinfo=zone).astimezone(UTC)
    end = datetime(2026, 11, 1, tzinfo=zone).astimezone(UTC)
    slots = [begin + timedelta(minutes=15) * number for number in range((end - begin) // timedelta(minutes=15))]
    text = days_file(slots, change, width)
    preview = await district.ask("imports.preview", upload=await hand_in(district, text), mapping="tage")
    truth_wh = sum((number % 17) * 1000 + number % 1000 for number in range(len(slots)))
    assert (preview.rows, preview.left_out, preview.refused, preview.notes) == (len(slots), 0, (), ())
    assert preview.series[0].total == truth_wh
    row = await imported(district, text, "tage")
    assert (row.rows, row.added, row.first_utc, row.last_utc) == (len(slots), len(slots) + 1, begin, end)
    assert await imported(district, text, "tage") == row
    stored = await district.stores.readings.readings(SOURCE, QUANTITY, EVER)
    assert stored[-1].value - stored[0].value == truth_wh


async def test_a_mapping_of_days_names_what_cannot_be(district: District) -> None:
    wrong = {"name": "x", "layout": "days", "kind": "register", "interval_min": 120, "time_column": "Zeit"}
    with pytest.raises(InvalidRequestError) as caught:
        await district.ask("mappings.save", **PROFILE | wrong)
    fields = [dict(one.params)["field"] for one in caught.value.findings]
    assert fields == ["kind", "interval_min", "time_column", "pattern"]


async def test_a_load_profile_before_the_first_own_reading_of_a_register_keeps_both_apart(district: District) -> None:
    live = datetime(2026, 11, 3, 12, 7, tzinfo=UTC)
    readings = [Reading(SOURCE, QUANTITY, live + timedelta(minutes=5 * n), 50_000.0 + n) for n in range(24)]
    await district.stores.readings.put(Batch(readings, NOW))
    await imported(district, profile(quarters("2026-11-02", 96)))
    found = await counted(district)
    assert {at: found.pop(at) for at in told("2026-11-02", 96)} == told("2026-11-02", 96)
    assert min(found) > live
    assert all(0 < amount <= 3000 for amount in found.values())


async def test_a_load_profile_over_the_readings_of_a_register_is_refused(district: District) -> None:
    at = datetime(2026, 11, 2, 9, 7, tzinfo=UTC)
    await district.stores.readings.put(Batch([Reading(SOURCE, QUANTITY, at, 50_000.0)], NOW))
    with pytest.raises(ImportRefusedError) as caught:
        await imported(district, profile(quarters("2026-11-02", 96)))
    assert [one.code for one in caught.value.findings] == ["imports.refused_clash"]
    assert await district.stores.readings.count() == {"meter": 1}


async def test_a_gap_within_a_file_is_named_and_missing(district: District) -> None:
    text = profile(quarters("2026-11-02", 40), quarters("2026-11-02", 50, 44))
    preview = await district.ask("imports.preview", upload=await hand_in(district, text), mapping="netz")
    assert [(note.code, note.params["count"]) for note in preview.notes] == [("imports.note_gap", 4)]
    await imported(district, text)
    assert await counted(district) == told("2026-11-02", 40) | told("2026-11-02", 50, 44)


async def test_a_trial_says_what_is_wrong_line_by_line_and_stores_nothing(district: District) -> None:
    rows = list(quarters("2026-11-02", 96))
    rows[3] = rows[3].replace(",", ".")
    rows[7] = "31.02.2026 01:45;1,000;W"
    rows[9] = rows[9].replace(";W", ";X")
    preview = await district.ask("imports.preview", upload=await hand_in(district, profile(iter(rows))), mapping="netz")
    assert [(one.line, one.column, one.message.code) for one in preview.problems] == [
        (5, "Arbeit kWh", "imports.row.implausible"),
        (9, "Datum", "imports.row.instant"),
        (11, "Status", "imports.row.status"),
    ]
    assert preview.problems[1].found == "31.02.2026 01:45"
    assert preview.first_rows[3].value == 5_004.0
    assert (preview.left_out, len(preview.first_rows), preview.encoding, preview.delimiter) == (3, 20, "utf-8", ";")
    assert await district.stores.readings.count() == {}


async def test_shifted_columns_are_refused(district: District) -> None:
    shifted = profile(row.replace(";", ";;", 1) for row in quarters("2026-11-02", 96))
    with pytest.raises(ImportRefusedError) as caught:
        await imported(district, shifted)
    assert caught.value.findings[0].code == "imports.refused_rows"
    renamed = shifted.replace("Arbeit kWh", "Leistung kW")
    with pytest.raises(FormatError) as missing:
        await imported(district, renamed)
    assert missing.value.finding.code == "imports.column_missing"
    assert await district.stores.readings.count() == {}


async def test_a_column_that_is_no_register_is_refused(district: District) -> None:
    rows = [f"{day:02d}.10.2026 00:00;{(day * 37) % 11};DE 1" for day in range(1, 31)]
    with pytest.raises(ImportRefusedError) as caught:
        await imported(district, "\n".join(rows), "stand")
    assert caught.value.findings[0].code == "imports.refused_falls"


async def test_dials_are_kept_as_they_stand_and_a_value_that_differs_is_left_out(district: District) -> None:
    at = datetime(2026, 10, 2, 22, 0, tzinfo=UTC)
    await district.stores.readings.put(Batch([Reading(SOURCE, QUANTITY, at, 5.0)], NOW))
    rows = [f"{day:02d}.10.2026 00:00;1.001.{day:03d},5;DE 1" for day in range(1, 31)]
    row = await imported(district, "\n".join(rows), "stand")
    assert (row.rows, row.added, row.left_out) == (30, 29, 1)
    detail = await district.ask("imports.show", id=row.id)
    assert detail.problems[0].message.code == "imports.row.differs"
    stored = await district.stores.readings.readings(SOURCE, QUANTITY, EVER)
    assert (stored[0].value, len(stored)) == (1_001_001_500.0, 30)


async def test_a_meter_that_somebody_does_not_keep_is_none_to_them(district: District) -> None:
    file = await hand_in(district, profile(quarters("2026-11-02", 96)))
    elsewhere = Actor("emil", Role.FACILITY, frozenset({"bauhof"}))
    for row in ("imports.preview", "imports.run"):
        with pytest.raises(ForbiddenError):
            await district.ask(row, elsewhere, upload=file, mapping="netz")
    made = await imported(district, profile(quarters("2026-11-02", 96)))
    assert (await district.ask("imports.list", elsewhere)).total == 0
    with pytest.raises(ForbiddenError):
        await district.ask("imports.show", elsewhere, id=made.id)


async def test_a_mapping_that_cannot_be_names_its_fields(district: District) -> None:
    wrong = {"name": "x", "quantity": "power_w", "thousands": ",", "meter": "nichts", "pattern": "HH:mm"}
    with pytest.raises(InvalidRequestError) as caught:
        await district.ask("mappings.save", **PROFILE | wrong)
    fields = [dict(one.params)["field"] for one in caught.value.findings]
    assert fields == ["quantity", "thousands", "pattern", "meter"]


async def test_a_changed_mapping_is_a_new_version(district: District) -> None:
    changed = await district.ask("mappings.save", **PROFILE | {"interval_min": 60})
    assert changed.version == 2
    assert (await district.ask("mappings.show", name="netz", version=1)).interval_min == 15
    assert [(each.name, each.version) for each in (await district.ask("mappings.list")).items] == [
        ("netz", 2),
        ("stand", 1),
    ]


async def test_what_is_not_there_is_not_found(district: District) -> None:
    for row, given in (
        ("imports.show", {"id": 77}),
        ("imports.run", {"upload": "0" * 64, "mapping": "netz"}),
        ("imports.look", {"upload": "../../etc/passwd"}),
        ("mappings.show", {"name": "nichts"}),
    ):
        with pytest.raises(NotFoundError):
            await district.ask(row, **given)
