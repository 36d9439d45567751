"""The grid's intensity: files of each format, kept once, and the course that calculations take."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from core.errors import FormatError, RequestError
from core.factor_subjects import Subject
from core.factors import Boundary, Factor, FactorTable, Layer
from core.periods import Period
from core.texts import Finding
from ingest.files.inbox import DiskInbox
from ingest.grid_files import GridFormat, read_grid_file
from operations.grid.intensity import import_intensity, list_intensity, show_intensity
from operations.grid.rows import ImportIntensity, IntensityImported, ListIntensity, ShowIntensity
from operations.grid.series import GridIntensity, GridSeries, read_intensity
from store.open import open_embedded
from tests.operations.explaining import Asked
from tests.operations.places import NOW

BEGIN = datetime(2026, 11, 20, tzinfo=UTC)
SECONDS = int(BEGIN.timestamp())
QUARTER_S = 900


def energy_charts(measured: list[Any], forecast: list[Any], begin_s: int = SECONDS) -> bytes:
    instants = [begin_s + number * QUARTER_S for number in range(len(measured))]
    found = {"unix_seconds": instants, "co2eq": measured, "co2eq_forecast": forecast, "deprecated": False}
    return json.dumps(found).encode()


MAPS = """Datetime (UTC),Country,Carbon intensity gCO₂eq/kWh (direct),Carbon Intensity gCO₂eq/kWh (LCA),CFE%
2026-11-20 00:00:00,Germany,300.5,371.25,50
2026-11-20 01:00:00,Germany,,380,50
2026-11-20 02:00:00,Germany,310,viel,50
gestern,Germany,310,1,50
""".encode()

SMARD = (
    "\ufeffDatum von;Datum bis;Braunkohle [MWh] Originalauflösungen;Photovoltaik [MWh] Originalauflösungen\r\n"
    "20.11.2026 00:00;20.11.2026 00:15;1.500,5;0\r\n"
    "20.11.2026 00:15;20.11.2026 00:30;1.000;1.000,0\r\n"
    "20.11.2026 00:30;20.11.2026 00:45;1.000;-\r\n"
).encode()

ENTSOE = b"""<?xml version="1.0" encoding="UTF-8"?>
<GL_MarketDocument xmlns="urn:iec62325.351:tc57wg16:451-6:generationloaddocument:3:0">
  <TimeSeries><MktPSRType><psrType>B02</psrType></MktPSRType>
    <Period><timeInterval><start>2026-11-20T00:00Z</start><end>2026-11-20T00:30Z</end></timeInterval>
      <resolution>PT15M</resolution>
      <Point><position>1</position><quantity>4000</quantity></Point></Period></TimeSeries>
  <TimeSeries><MktPSRType><psrType>B16</psrType></MktPSRType>
    <Period><timeInterval><start>2026-11-20T00:00Z</start><end>2026-11-20T00:30Z</end></timeInterval>
      <resolution>PT15M</resolution>
      <Point><position>1</position><quantity>0</quantity></Point>
      <Point><position>2</position><quantity>4000</quantity></Point></Period></TimeSeries>
  <TimeSeries><outBiddingZone_Domain.mRID>10Y</outBiddingZone_Domain.mRID><MktPSRType><psrType>B10</psrType></MktPSRType>
    <Period><timeInterval><start>2026-11-20T00:00Z</start><end>2026-11-20T00:30Z</end></timeInterval>
      <resolution>PT15M</resolution>
      <Point><position>1</position><quantity>900</quantity></Point></Period></TimeSeries>
</GL_MarketDocument>"""


def at_ms(minutes: int) -> int:
    return round((BEGIN + timedelta(minutes=minutes)).timestamp() * 1000)


def test_what_was_measured_goes_before_the_forecast_which_is_marked() -> None:
    (series,) = read_grid_file(energy_charts([491.5, None, None, 3.0], [480.0, 505.0, None, "viel"])).series
    assert series.boundary is None
    assert series.resolution_min == 15
    assert [(each.g_per_kwh, each.forecast) for each in series.values.values()] == [
        (491.5, False),
        (505.0, True),
        (3.0, False),
    ]


def test_electricity_maps_says_in_any_spelling_what_it_counts() -> None:
    file = read_grid_file(MAPS)
    assert file.format is GridFormat.ELECTRICITY_MAPS
    found = {each.boundary: {at: value.g_per_kwh for at, value in each.values.items()} for each in file.series}
    assert found[Boundary.DIRECT] == {at_ms(0): 300.5, at_ms(120): 310.0}
    assert found[Boundary.CO2E_UPSTREAM] == {at_ms(0): 371.25, at_ms(60): 380.0}
    assert [each.code for each in file.problems] == ["intensity.row_value", "intensity.row_instant"]


def test_smard_writes_local_time_and_german_numbers_and_lacks_what_it_lacks() -> None:
    file = read_grid_file(SMARD)
    local = at_ms(-60)
    assert file.generated_mwh[local] == {Subject.LIGNITE_POWER: 1500.5, Subject.PV: 0.0}
    assert sorted(file.generated_mwh) == [local, local + QUARTER_S * 1000]
    assert [each.code for each in file.problems] == ["intensity.instant_incomplete"]


def test_the_hour_that_comes_twice_in_autumn_is_read_as_two_and_the_one_left_out_in_spring_as_none() -> None:
    head = "Datum von;Datum bis;Braunkohle [MWh] Originalauflösungen\n"
    autumn = ["25.10.2026 01:00", "25.10.2026 02:00", "25.10.2026 02:00", "25.10.2026 03:00"]
    file = read_grid_file((head + "".join(f"{each};;1\n" for each in autumn)).encode())
    first = datetime(2026, 10, 24, 23, tzinfo=UTC)
    assert [at / 1000 for at in file.generated_mwh] == [first.timestamp() + 3600 * hour for hour in range(4)]
    spring = ["29.03.2026 01:00", "29.03.2026 02:00", "29.03.2026 03:00"]
    file = read_grid_file((head + "".join(f"{each};;1\n" for each in spring)).encode())
    assert len(file.generated_mwh) == 2
    assert [each.code for each in file.problems] == ["intensity.row_instant"]


def test_json_of_smard_comes_in_a_zip_named_by_technology() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        rows = {"meta_data": {}, "series": [[at_ms(0), 2.0], [at_ms(15), 3.0]]}
        archive.writestr("1223_DE_quarterhour_1795132800000.json", json.dumps(rows))
        archive.writestr("4068_DE_quarterhour_1795132800000.json", json.dumps(rows))
        archive.writestr("410_DE_quarterhour_1795132800000.json", json.dumps(rows))
    file = read_grid_file(packed.getvalue())
    assert file.generated_mwh[at_ms(15)] == {Subject.LIGNITE_POWER: 3.0, Subject.PV: 3.0}
    with pytest.raises(FormatError) as wrong:
        read_grid_file(json.dumps(rows).encode())
    assert wrong.value.finding.code == "intensity.smard_one_technology"


def test_entsoe_says_power_by_position_and_repeats_nothing_and_pumps_are_no_generation() -> None:
    file = read_grid_file(ENTSOE)
    assert dict(file.generated_mwh) == {
        at_ms(0): {Subject.LIGNITE_POWER: 1000.0, Subject.PV: 0.0},
        at_ms(15): {Subject.LIGNITE_POWER: 1000.0, Subject.PV: 1000.0},
    }


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "intensity.format_unknown"),
        (b"hallo", "intensity.format_unknown"),
        (b"{", "intensity.json_damaged"),
        (b"{}", "intensity.format_unknown"),
        (b"<a", "intensity.xml_damaged"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "intensity.xml_damaged"),
        (b"<a/>", "intensity.no_technology"),
        (b"PK\x03\x04", "imports.archive_damaged"),
        (b"Datum von;Datum bis;Preis [EUR/MWh]\n", "intensity.no_technology"),
        (energy_charts([None, None], [None, None]), "intensity.nothing_in_it"),
        (energy_charts([1.0], [None]), "intensity.resolution"),
        (energy_charts([1.0, 2.0], [None, None], 10**18), "intensity.nothing_in_it"),
        (b"{" * 100_000, "intensity.json_damaged"),
        (b'Datum von;Braunkohle [MWh]\n"' + b"x" * 200_000, "intensity.format_unknown"),
        (ENTSOE.replace(b"2026-11-20T00:30Z", b"9999-11-20T00:30Z"), "intensity.no_technology"),
        (ENTSOE.replace(b"PT15M", b"P1Y"), "intensity.no_technology"),
    ],
)
def test_a_file_that_is_none_says_what_is_wrong(content: bytes, code: str) -> None:
    with pytest.raises(FormatError) as wrong:
        read_grid_file(content)
    assert wrong.value.finding.code == code


class Grid(Asked):
    """What a test asks about the grid."""

    async def take(self, content: bytes, boundary: Boundary | None = None, **more: Any) -> IntensityImported:
        async def chunks() -> AsyncIterator[bytes]:
            yield content

        assert self.house.inbox is not None
        kept = await self.house.inbox.keep("datei", chunks())
        return await import_intensity(
            self.house, ImportIntensity(upload=kept.digest, boundary=boundary, **more), self.call
        )


@pytest_asyncio.fixture
async def grid(tmp_path: Path) -> AsyncIterator[Grid]:
    stores = await open_embedded(tmp_path / "data", lambda: NOW)
    try:
        asked = Grid(stores, tmp_path)
        asked.house = replace(asked.house, inbox=DiskInbox(tmp_path / "inbox", lambda: NOW))
        yield asked
    finally:
        await stores.close()


DAY = Period(BEGIN, BEGIN + timedelta(days=1))


async def test_the_same_file_again_changes_nothing_and_a_measured_value_replaces_its_forecast(grid: Grid) -> None:
    first = await grid.take(energy_charts([400.0, None], [None, 500.0]), Boundary.CO2E_UPSTREAM)
    assert [(each.id, each.new, each.changed, each.forecast) for each in first.series] == [
        ("energy-charts-co2e-upstream/15", 2, 0, 1)
    ]
    again = await grid.take(energy_charts([400.0, None], [None, 500.0]), Boundary.CO2E_UPSTREAM)
    assert [(each.new, each.changed) for each in again.series] == [(0, 0)]
    trial = await grid.take(energy_charts([400.0, 480.0], [None, None]), Boundary.CO2E_UPSTREAM, dry_run=True)
    assert [(each.new, each.changed) for each in trial.series] == [(0, 1)]
    later = await grid.take(energy_charts([400.0, 480.0], [None, None]), Boundary.CO2E_UPSTREAM)
    assert [(each.new, each.changed, each.forecast) for each in later.series] == [(0, 1, 0)]
    kept = await grid.stores.readings.rewrites(Period(NOW - timedelta(days=1), NOW + timedelta(days=1)))
    assert [(each.former_value, each.at_utc) for each in kept] == [(500.0, BEGIN + timedelta(minutes=15))]


async def test_a_file_that_does_not_say_what_it_counts_is_asked_for_it(grid: Grid) -> None:
    with pytest.raises(RequestError) as wrong:
        await grid.take(energy_charts([400.0, 1.0], [None, None]))
    assert wrong.value.finding.code == "intensity.boundary_missing"
    with pytest.raises(RequestError) as wrong:
        await grid.take(MAPS, Boundary.CO2E_NO_UPSTREAM)
    assert wrong.value.finding.code == "intensity.boundary_other"


async def test_generation_needs_a_factor_for_every_technology_and_names_those_that_are_missing(grid: Grid) -> None:
    with pytest.raises(RequestError) as wrong:
        await grid.take(ENTSOE, Boundary.CO2E_UPSTREAM)
    assert wrong.value.finding.code == "intensity.no_factor"
    assert dict(wrong.value.finding.params)["technologies"] == "lignite_power"
    assert (await list_intensity(grid.house, ListIntensity(), grid.call)).items == ()
    assert await read_intensity(grid.house, Boundary.WTW, DAY) == wrong.value.finding
    assert await read_intensity(grid.house, Boundary.TTW, DAY) == Finding.of("intensity.no_series", boundary="ttw")
    lignite = Factor(
        id="eigene/lignite_power",
        group="eigene",
        subject=Subject.LIGNITE_POWER,
        value=Decimal(1000),
        unit="g/kWh",
        boundary=Boundary.CO2E_UPSTREAM,
        layer=Layer.FOLDER,
    )
    table = FactorTable([*grid.house.factors(), lignite])
    grid.house = replace(grid.house, factors=lambda: table)
    taken = await grid.take(ENTSOE, Boundary.CO2E_UPSTREAM)
    assert [each.id for each in taken.series] == ["entsoe-co2e-upstream/15"]
    found = await read_intensity(grid.house, Boundary.WTW, DAY)
    assert isinstance(found, GridIntensity)
    value, known, _ = found.at(np.array([at_ms(0), at_ms(15), at_ms(30)], np.int64))
    assert value[:2].tolist() == [1000.0, 517.56]  # the second one: half of it 35.12 g/kWh
    assert known.tolist() == [True, True, False]


async def test_an_hour_holds_for_its_four_quarters_and_only_the_same_boundary_is_taken(grid: Grid) -> None:
    taken = await grid.take(MAPS)
    assert {each.id for each in taken.series} == {
        "electricity-maps-direct/60",
        "electricity-maps-co2e-upstream/60",
    }
    assert [each.code for each in taken.findings] == ["intensity.direct_counts_all_gases"]
    found = await read_intensity(grid.house, Boundary.DIRECT, DAY)
    assert isinstance(found, GridIntensity)
    value, known, _ = found.at(np.array([at_ms(minutes) for minutes in (0, 45, 60, 135)], np.int64))
    assert known.tolist() == [True, True, False, True]
    assert value[known].tolist() == [300.5, 300.5, 310.0]
    missing = await read_intensity(grid.house, Boundary.CO2E_NO_UPSTREAM, DAY)
    assert isinstance(missing, Finding)
    assert missing.code == "intensity.other_boundary"


async def test_a_series_is_listed_and_shown_with_how_much_of_it_is_known(grid: Grid) -> None:
    await grid.take(energy_charts([400.0, None, 300.0], [None, 500.0, None]), Boundary.DIRECT, series="eigene")
    (row,) = (await list_intensity(grid.house, ListIntensity(), grid.call)).items
    assert (row.id, row.first_utc, row.last_g_per_kwh) == ("eigene-direct/15", BEGIN, 300.0)
    shown = await show_intensity(grid.house, ShowIntensity(id=row.id, period="2026-11-20"), grid.call)
    assert shown.known_percent == pytest.approx(100 * 3 / 96)
    assert shown.forecast_percent == pytest.approx(100 / 96)
    assert (shown.mean_g_per_kwh, shown.least_g_per_kwh, shown.greatest_g_per_kwh) == (400.0, 300.0, 500.0)
    assert [(each.g_per_kwh, each.forecast) for each in shown.points] == [(400.0, True)]


async def test_what_lies_in_the_future_is_left_out(grid: Grid) -> None:
    begin_s = int(NOW.timestamp())
    taken = await grid.take(energy_charts([400.0, None], [None, 500.0], begin_s), Boundary.DIRECT)
    assert (taken.ahead, [each.values for each in taken.series]) == (1, [1])
    with pytest.raises(RequestError) as wrong:
        await grid.take(energy_charts([1.0, 2.0], [None, None], begin_s + 3600), Boundary.DIRECT)
    assert wrong.value.finding.code == "intensity.all_ahead"


def test_the_id_of_a_series_says_all_and_reads_back() -> None:
    series = GridSeries("energy-charts", Boundary.CO2E_NO_UPSTREAM, 15)
    assert series.source == "grid:energy-charts-co2e-no-upstream/15"
    assert GridSeries.of(series.source) == series
    assert GridSeries.of("meter:strom") is None
