"""Against real servers: users, limits and conflicts of InfluxDB 1.6.7, and the client's wire format."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import StoreError
from core.inventory import Inventory
from core.periods import Period
from core.ports import Batch, FactPoint
from core.quantities import Quantity
from core.readings import Reading
from store.influx.timeseries import InfluxTimeSeries, connection_findings
from store.settings import InfluxSettings
from tests.influx_server import Influxd, running_influxd
from tests.store.influx.fake_server import TOKEN, fake_influxdb
from tests.victoria_server import VictoriaMetrics

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
EVER = Period(NOW - timedelta(days=1), NOW + timedelta(days=1))
POWER = Quantity.POWER_W
USER = {"user": "kreiswatt", "password": "it's long"}


@pytest.fixture(scope="module")
def strict() -> Iterator[Influxd]:
    """Yield a server with users that takes 2 kB at once."""
    with running_influxd(auth=True, body_bytes_max=2000) as server:
        server.ask("CREATE USER root WITH PASSWORD 'r' WITH ALL PRIVILEGES")
        for statement in ("CREATE DATABASE k", "CREATE USER kreiswatt WITH PASSWORD 'it\\'s long'"):
            server.ask(statement, auth=("root", "r"))
        server.ask("GRANT ALL ON k TO kreiswatt", auth=("root", "r"))
        yield server


@asynccontextmanager
async def opened(settings: InfluxSettings, folder: Path) -> AsyncIterator[InfluxTimeSeries]:
    series = await InfluxTimeSeries.open(settings, folder, lambda: NOW)
    try:
        yield series
    finally:
        await series.close()
        await asyncio.sleep(0.01)  # until the loop has let go of the connections


def batch(count: int, source: str = "meter:a") -> Batch:
    return Batch([Reading(source, POWER, NOW + timedelta(seconds=second), second) for second in range(count)], NOW)


@pytest.mark.influxdb
async def test_a_user_writes_and_reads_and_large_bodies_are_halved(strict: Influxd, tmp_path: Path) -> None:
    async with opened(InfluxSettings(url=strict.url, database="k/autogen", **USER), tmp_path) as series:
        await series.put(batch(200))
        assert len(await series.readings("meter:a", POWER, EVER)) == 200
        figures = series.sender.health().figures
        assert (figures["dead_letters"], figures["spool_points"]) == (0, 0)


@pytest.mark.influxdb
async def test_a_wrong_password_keeps_everything_until_it_is_right(strict: Influxd, tmp_path: Path) -> None:
    wrong = InfluxSettings(url=strict.url, database="k", user="kreiswatt", password="wrong")
    async with opened(wrong, tmp_path) as series:
        await series.put(batch(3, "meter:late"))
        with pytest.raises(StoreError) as raised:
            await series.count()
        assert raised.value.finding.code == "influx.unauthorised"
        assert "wrong" not in str(raised.value.finding)
    async with opened(InfluxSettings(url=strict.url, database="k", **USER), tmp_path) as series:
        assert len(await series.readings("meter:late", POWER, EVER)) == 3


@pytest.mark.influxdb
async def test_the_check_names_what_is_wrong(strict: Influxd) -> None:
    async def codes(**settings: object) -> list[str]:
        found = await connection_findings(InfluxSettings(url=strict.url, **settings), lambda: NOW)  # type: ignore[arg-type]
        return [finding.code for finding in found]

    assert await codes(database="k", **USER) == []
    assert await codes(database="k", user="kreiswatt", password="wrong") == ["influx.unauthorised"]
    # whoever has no right in a database is not told whether there is one
    assert await codes(database="nowhere", user="root", password="r") == ["influx.database_missing"]
    assert "influx.other_generation" in await codes(database="k", version=3, token=TOKEN)


@pytest.mark.influxdb
async def test_a_field_of_another_kind_becomes_a_dead_letter_and_its_neighbours_stay(
    influxd: Influxd, tmp_path: Path
) -> None:
    database = influxd.create()
    other = b'reading voltage_v="text" %d' % int(NOW.timestamp() * 1000)
    influxd.http.post("/write", params={"db": database, "precision": "ms"}, content=other).raise_for_status()
    async with opened(InfluxSettings(url=influxd.url, database=database), tmp_path) as series:
        bad = [Reading(f"meter:m{number}", Quantity.VOLTAGE_V, NOW, 230.0) for number in range(3)]
        await series.put(Batch([*batch(50).readings, *bad], NOW))
        await series.sender.emptied()
        assert len(await series.readings("meter:a", POWER, EVER)) == 50
        assert series.sender.health().figures["dead_letters"] == 3
        await series.put(Batch(bad, NOW))  # all of them, which the server says at once
        await series.sender.emptied()
        assert series.sender.health().figures["dead_letters"] == 6
        with pytest.raises(StoreError) as raised:
            await series.publish([FactPoint(measurement="reading", tags={}, at_utc=NOW, fields={"voltage_v": 1.0})])
        assert raised.value.finding.code == "store.fact_kind_differs"
    influxd.drop(database)


@pytest.mark.influxdb
async def test_a_far_instant_costs_only_itself(influxd: Influxd, tmp_path: Path) -> None:
    database = influxd.create()
    async with opened(InfluxSettings(url=influxd.url, database=database), tmp_path) as series:
        far = Reading("meter:a", POWER, datetime(2999, 1, 1, tzinfo=UTC), 1.0)
        await series.put(Batch([far, *batch(5).readings], NOW))
        assert await series.count() == {"meter": 5}
        assert [each.at_utc for each in await series.last()] == [NOW + timedelta(seconds=4)]
        assert series.sender.health().figures["dead_letters"] == 1
    influxd.drop(database)


@pytest.mark.influxdb
async def test_a_spool_made_anew_asks_influxdb_for_the_newest_values(influxd: Influxd, tmp_path: Path) -> None:
    database = influxd.create()
    settings = InfluxSettings(url=influxd.url, database=database)
    async with opened(settings, tmp_path / "one") as series:
        await series.put(batch(5))
        before = await series.last()
    async with opened(settings, tmp_path / "two") as series:
        assert await series.last() == before
    influxd.drop(database)


async def test_the_client_sends_what_a_foreign_server_understands(
    victoria_metrics: VictoriaMetrics, tmp_path: Path
) -> None:
    settings = InfluxSettings(url=victoria_metrics.url, database="any", version=2, token="t", organisation="o")
    series = await InfluxTimeSeries.open(settings, tmp_path, lambda: NOW, inventory=Inventory)
    await series.put(batch(3, "station:lra-01/2"))
    await series.sender.emptied()
    ((labels, values),) = victoria_metrics.exported("reading_power_w")
    assert labels | {"db": "any"} == {
        "__name__": "reading_power_w",
        "source": "station:lra-01/2",
        "kind": "station",
        "station": "lra-01",
        "connector": "2",
        "db": "any",
    }
    start_ms = int(NOW.timestamp() * 1000)
    assert values == [(start_ms, 0.0), (start_ms + 1000, 1.0), (start_ms + 2000, 2.0)]
    await series.close()


async def test_3_core_is_known_by_its_own_word_and_gets_no_intervals(tmp_path: Path) -> None:
    async with fake_influxdb(version="3.2.0", build="Core", bucket="kreiswatt") as fake:
        settings = InfluxSettings(url=fake.url, version=3, token=TOKEN, database="kreiswatt")
        assert [each.code for each in await connection_findings(settings, lambda: NOW)] == ["influx.core_undeclared"]
        async with opened(settings, tmp_path) as series:
            await series.put(batch(2))
            await series.sender.emptied()
            assert len(fake.points) == 2
            fact = FactPoint(measurement="session", tags={}, at_utc=NOW, fields={"energy_wh": 1.0})
            for refused in (series.publish([fact]), series.withdraw_facts("session", EVER)):
                with pytest.raises(StoreError) as raised:
                    await refused
                assert raised.value.finding.code == "influx.core_raw_only"


async def test_3_enterprise_is_not_asked_to_delete_what_is_not_there(tmp_path: Path) -> None:
    async with fake_influxdb(version="3.2.0", build="Enterprise", bucket="kreiswatt") as fake:
        settings = InfluxSettings(url=fake.url, version=3, token=TOKEN, database="kreiswatt")
        async with opened(settings, tmp_path) as series:
            await series.withdraw_facts("session", EVER)
            await series.sender.emptied()
    assert not fake.points


async def test_the_check_of_a_2_x_server_needs_token_and_bucket() -> None:
    async with fake_influxdb() as fake:

        async def codes(**changes: str) -> list[str]:
            given = {"token": TOKEN, "database": fake.bucket, "organisation": fake.organisation, **changes}
            settings = InfluxSettings(url=fake.url, version=2, **given)  # type: ignore[arg-type]
            return [finding.code for finding in await connection_findings(settings, lambda: NOW)]

        assert await codes() == []
        assert await codes(token="other") == ["influx.unauthorised"]
        assert await codes(database="elsewhere") == ["influx.database_missing"]
