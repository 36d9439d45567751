"""Imports taken back: without a trace, from every store that can delete, and not at all from one that cannot."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import ConflictError, StoreError, UnavailableError
from core.intervals import SeriesKey
from operations.gate import Gate
from store.influx.timeseries import InfluxTimeSeries
from store.points.timeseries import TimeSeries
from store.settings import InfluxSettings
from tests.district import District, open_district
from tests.influx_server import Influxd
from tests.operations.load_profiles import EVER, PROFILE, QUANTITY, SOURCE, counted, imported, profile, quarters, told


@pytest.fixture(params=["embedded", pytest.param("influxdb", marks=pytest.mark.influxdb)])
async def district(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[District]:
    """Yield a district whose time series stands in either store."""
    async with open_district(tmp_path) as found:
        if request.param == "influxdb":
            server: Influxd = request.getfixturevalue("influxd")
            database = server.create()
            settings = InfluxSettings(url=server.url, database=database)
            ledger = found.stores.ledger
            series = await InfluxTimeSeries.open(settings, tmp_path / "spool", found.clock, dirty=ledger)
            with_series(found, series)
            await found.ask("mappings.save", **PROFILE)
            yield found
            await series.close()
            server.drop(database)
            return
        await found.ask("mappings.save", **PROFILE)
        yield found


def with_series(district: District, series: InfluxTimeSeries) -> None:
    house = district.gate.house
    district.gate = Gate(
        replace(house, query=series, sink=series, intervals=series, facts=series, influxql=None, eraser=series)
    )


async def test_an_import_taken_back_leaves_others_that_go_on_from_it_as_they_were(district: District) -> None:
    await imported(district, profile(quarters("2026-11-02", 96)))
    middle = await imported(district, profile(quarters("2026-11-02", 96, 96)))
    await imported(district, profile(quarters("2026-11-02", 96, 192)))
    await district.ask("imports.withdraw", id=middle.id, reason="falsche Datei")
    assert await counted(district) == told("2026-11-02", 96) | told("2026-11-02", 96, 192)
    await imported(district, profile(quarters("2026-11-02", 96, 96)))
    assert await counted(district) == told("2026-11-02", 288)


async def test_an_import_taken_back_leaves_no_trace(district: District) -> None:
    row = await imported(district, profile(quarters("2026-11-02", 96)))
    await counted(district)
    gone = await district.ask("imports.withdraw", id=row.id, reason="falsche Datei")
    assert gone.state == "withdrawn"
    assert await counted(district) == {}
    assert await left(district) == ()
    with pytest.raises(ConflictError):
        await district.ask("imports.withdraw", id=row.id, reason="noch einmal")
    assert (await imported(district, profile(quarters("2026-11-02", 96)))).added == 97


async def left(district: District) -> tuple[object, ...]:
    return await district.gate.house.query.readings(SOURCE, QUANTITY, EVER)


class Failing:
    """An eraser whose server goes away after it has deleted some."""

    def __init__(self, series: TimeSeries) -> None:
        self.series = series
        self.away = True

    async def can_erase(self) -> bool:
        return True

    async def erase(self, key: SeriesKey, at_ms: Collection[int]) -> int:
        if self.away:
            await self.series.erase(key, sorted(at_ms)[:40])
            raise StoreError("store.closed")
        return await self.series.erase(key, at_ms)


async def test_a_withdrawal_that_ends_half_way_is_done_again(tmp_path: Path) -> None:
    async with open_district(tmp_path) as district:
        await district.ask("mappings.save", **PROFILE)
        await imported(district, profile(quarters("2026-11-02", 96)))
        middle = await imported(district, profile(quarters("2026-11-02", 96, 96)))
        await imported(district, profile(quarters("2026-11-02", 96, 192)))
        eraser = Failing(district.stores.readings)
        district.gate = Gate(replace(district.gate.house, eraser=eraser))
        with pytest.raises(StoreError):
            await district.ask("imports.withdraw", id=middle.id, reason="falsche Datei")
        assert (await district.ask("imports.show", id=middle.id)).row.state == "broken_off"
        with pytest.raises(ConflictError):
            await imported(district, profile(quarters("2026-11-02", 96, 96)))
        eraser.away = False
        gone = await district.ask("imports.withdraw", id=middle.id, reason="falsche Datei")
        assert (gone.state, gone.withdrawn_reason) == ("withdrawn", "falsche Datei")
        assert await counted(district) == told("2026-11-02", 96) | told("2026-11-02", 96, 192)


class Unable(Failing):
    async def can_erase(self) -> bool:
        return False


async def test_a_store_that_cannot_delete_is_told_before_anything_changes(tmp_path: Path) -> None:
    async with open_district(tmp_path) as district:
        await district.ask("mappings.save", **PROFILE)
        made = await imported(district, profile(quarters("2026-11-02", 96)))
        before = await left(district), await district.stores.ledger.bookings([SOURCE])
        district.gate = Gate(replace(district.gate.house, eraser=Unable(district.stores.readings)))
        with pytest.raises(UnavailableError, match=r"imports\.no_eraser"):
            await district.ask("imports.withdraw", id=made.id, reason="falsche Datei")
        assert (await district.ask("imports.show", id=made.id)).row == made
        assert (await left(district), await district.stores.ledger.bookings([SOURCE])) == before


async def test_an_influxdb_3_says_that_it_cannot_and_one_that_is_away_that_it_is(tmp_path: Path) -> None:
    for version, code in ((3, None), (1, "influx.unreachable")):
        settings = InfluxSettings(url="http://127.0.0.1:9", database="d", version=version, timeout_s=1.0)
        async with open_district(tmp_path / str(version)) as district:
            series = await InfluxTimeSeries.open(settings, tmp_path / f"spool-{version}", district.clock)
            try:
                if code is None:
                    assert not await series.can_erase()
                else:
                    with pytest.raises(StoreError) as caught:
                        await series.can_erase()
                    assert caught.value.finding.code == code
            finally:
                await series.close()
