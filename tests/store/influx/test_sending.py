"""Whatever a server answers, a point leaves the spool only by a 204 or into the dead-letter file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.errors import StoreError
from core.facts import Rejection
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading
from core.work import DirtySpan
from store.influx import sender
from store.influx.spoolfile import Entry, Kind
from store.influx.timeseries import InfluxTimeSeries
from store.settings import InfluxSettings
from tests.store.influx.fake_server import HALF, SILENCE, SLOW, TOKEN, FakeInfluxDB, Reply, fake_influxdb

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
Open = Callable[..., Awaitable[InfluxTimeSeries]]


class Shown:
    """Takes rejections as the ledger does."""

    def __init__(self) -> None:
        self.rejections: list[Rejection] = []

    async def reject(self, rejections: list[Rejection]) -> None:
        self.rejections += rejections


@pytest.fixture
async def fake() -> AsyncIterator[FakeInfluxDB]:
    async with fake_influxdb() as server:
        yield server


@pytest.fixture
def shown() -> Shown:
    return Shown()


class Marks:
    """Takes dirty spans as a ledger does that is busy: each is there at once, but the answer waits for `answers`."""

    def __init__(self) -> None:
        self.spans: list[DirtySpan] = []
        self.answers = asyncio.Event()

    async def mark_dirty(self, spans: list[DirtySpan]) -> None:
        self.spans += spans
        await self.answers.wait()


@pytest.fixture(params=[1, 2])
async def open_series(
    request: pytest.FixtureRequest, fake: FakeInfluxDB, tmp_path: Path, shown: Shown
) -> AsyncIterator[Open]:
    """Yield what opens a time series at the fake: by plain 1.x writing, and by influxdb-client."""
    opened: list[InfluxTimeSeries] = []

    async def open_at(**changes: Any) -> InfluxTimeSeries:
        given: dict[str, Any] = {"url": fake.url, "database": fake.bucket, "version": request.param, "timeout_s": 0.5}
        if request.param > 1:
            given |= {"organisation": fake.organisation, "token": TOKEN}
        settings = InfluxSettings(**{**given, **changes})
        series = await InfluxTimeSeries.open(settings, tmp_path, lambda: NOW, rejections=shown)  # type: ignore[arg-type]
        opened.append(series)
        return series

    yield open_at
    for series in opened:
        await series.close()
    await asyncio.sleep(0.01)  # until the loop has let go of the connections


def batch(*seconds: int, value: float = 1.5) -> Batch:
    return Batch(
        [Reading("meter:a", Quantity.POWER_W, NOW + timedelta(seconds=second), value) for second in seconds], NOW
    )


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - what is waited for does not ring
            await asyncio.sleep(0.01)


async def test_readings_arrive_under_the_tags_of_their_source(fake: FakeInfluxDB, open_series: Open) -> None:
    series = await open_series()
    await series.put(batch(0, 1))
    await series.sender.emptied()
    (first, _) = sorted(fake.points)
    assert first == ("reading,source=meter:a,kind=meter", int(NOW.timestamp() * 1000))
    assert fake.points[first] == {
        "power_w": "1.5",
        "quality_power_w": "0",
        "received_power_w_ms": str(int(NOW.timestamp() * 1000)),
    }
    assert series.sender.health().ok
    assert series.sender.health().figures["sent_points"] == 2


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(401, '{"code":"unauthorized","message":"unauthorized access"}'), "influx.unauthorised"),
        (Reply(403, "{}"), "influx.unauthorised"),
        (Reply(404, '{"code":"not found","message":"bucket not found"}'), "influx.database_missing"),
        (Reply(429, headers={"Retry-After": "1"}), "influx.busy"),
        (Reply(503), "influx.busy"),
        (Reply(500, '{"code":"internal error"}'), "influx.server_failed"),
        (Reply(200, "<html>a login page</html>"), "influx.server_failed"),
        (Reply(400, "<html>a proxy's opinion</html>"), "influx.server_failed"),
        (Reply(302, headers={"Location": "/"}), "influx.server_failed"),
        (Reply(500, '{"error": "half of wh', kind=HALF), "influx.unreachable"),
        (Reply(400, '{"error": "unable to par', kind=HALF), "influx.unreachable"),
        (Reply(kind=SILENCE), "influx.unreachable"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.status}{value.kind}",
)
async def test_a_sick_server_costs_nothing_but_time(
    fake: FakeInfluxDB, open_series: Open, monkeypatch: pytest.MonkeyPatch, reply: Reply, code: str
) -> None:
    monkeypatch.setattr(sender, "FIRST_PAUSE_S", 0.05)
    series = await open_series()
    fake.replies.append(reply)
    await series.put(batch(0, 1))
    serving = asyncio.create_task(series.sender.serve())
    await until(lambda: series.sender.health().finding is not None)
    health = series.sender.health()
    assert health.finding is not None
    assert (health.finding.code, health.figures["spool_points"]) == (code, 2)
    await until(lambda: len(fake.points) == 2 and series.sender.health().figures["spool_points"] == 0)
    assert series.sender.health().ok
    assert series.sender.health().figures["dead_letters"] == 0
    serving.cancel()


async def test_nothing_is_delivered_while_a_marked_reading_has_not_reached_the_spool(
    fake: FakeInfluxDB, tmp_path: Path
) -> None:
    marks, settings = Marks(), InfluxSettings(url=fake.url, database=fake.bucket)
    series = await InfluxTimeSeries.open(settings, tmp_path, lambda: NOW, dirty=marks)  # type: ignore[arg-type]
    await series.put(batch(10))
    late = asyncio.create_task(series.put(batch(5)))
    await until(lambda: bool(marks.spans))
    delivered = asyncio.create_task(series.delivered())
    await asyncio.sleep(0.1)
    assert not delivered.done()
    marks.answers.set()
    await delivered
    assert late.done()
    assert len(fake.points) == 2
    await series.close()
    await asyncio.sleep(0.01)


async def test_retry_after_is_kept_to(fake: FakeInfluxDB, open_series: Open) -> None:
    series = await open_series()
    fake.replies.append(Reply(429, headers={"Retry-After": "1"}))
    await series.put(batch(0))
    begun = asyncio.get_running_loop().time()
    serving = asyncio.create_task(series.sender.serve())
    await until(lambda: len(fake.points) == 1)
    assert asyncio.get_running_loop().time() - begun >= 1.0
    assert fake.writes == 2
    serving.cancel()


async def test_a_late_204_counts_and_what_came_twice_is_there_once(fake: FakeInfluxDB, open_series: Open) -> None:
    series = await open_series()
    fake.replies += [Reply(kind=SLOW, stores=True), Reply(kind=SILENCE, stores=True)]
    await series.put(batch(0))
    await series.sender.emptied()
    await series.put(batch(1))
    with pytest.raises(StoreError):
        await series.sender.emptied()
    await asyncio.sleep(0.3)
    await series.sender.emptied()
    assert len(fake.points) == 2
    assert fake.writes == 3


async def test_a_body_that_is_too_large_is_halved_until_it_fits(fake: FakeInfluxDB, open_series: Open) -> None:
    series = await open_series()
    fake.replies += [Reply(413), Reply(413)]
    await series.put(batch(*range(100)))
    await series.sender.emptied()
    assert len(fake.points) == 100
    assert series.sender.health().figures["dead_letters"] == 0


async def test_poison_is_isolated_and_shown_and_the_rest_arrives(
    fake: FakeInfluxDB, open_series: Open, shown: Shown
) -> None:
    series = await open_series()
    good = await _with_poison(series)
    await series.sender.emptied()
    assert len(fake.points) == good
    figures = series.sender.health().figures
    assert (figures["spool_points"], figures["dead_letters"]) == (0, 2)
    finding = series.sender.health().finding
    assert finding is not None
    assert finding.code == "influx.dead_letters"
    letters = (series._spool.dead_letters).read_text().splitlines()
    assert letters[0].startswith("# 2026-11-22T10:00:00Z influx.line_refused")
    assert letters[1] == "reading,source=meter:poison power_w=1.0 17"
    assert [each.channel for each in shown.rejections] == ["influxdb", "influxdb"]
    assert shown.rejections[0].payload == b"reading,source=meter:poison power_w=1.0 17"


async def _with_poison(series: InfluxTimeSeries) -> int:
    """Put 199 good lines in several entries with two bad ones among them."""
    await series.put(batch(*range(100)))
    bad = b"reading,source=meter:poison power_w=1.0 17"
    lines = [bad, *(b"reading,source=meter:b power_w=%d 1%03d" % (number, number) for number in range(99)), bad]
    await series._inlet.put_lines((), lambda _: [Entry(Kind.WRITE, b"\n".join(lines), len(lines), 0)], len(lines))
    return 199


async def test_reads_say_at_once_that_the_server_is_away_and_last_values_stay(open_series: Open) -> None:
    series = await open_series(url="http://127.0.0.1:9")
    await series.put(batch(3))
    for _ in range(2):
        with pytest.raises(StoreError) as raised:
            await series.count()
        assert raised.value.finding.code == "influx.unreachable"
    assert [each.value for each in await series.last()] == [1.5]


async def test_a_full_spool_takes_nothing_more_until_there_is_room(
    fake: FakeInfluxDB, open_series: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "FIRST_PAUSE_S", 0.05)
    series = await open_series(spool_bytes_max=500)
    fake.replies.append(Reply(503))
    await series.put(batch(*range(10)))
    with pytest.raises(StoreError) as raised:
        await series.put(batch(11))
    assert raised.value.finding.code == "influx.spool_full"
    health = series.sender.health()
    assert (health.ok, health.finding and health.finding.code) == (False, "influx.spool_full")
    serving = asyncio.create_task(series.sender.serve())
    await until(lambda: series.sender.health().ok)
    await series.put(batch(11))
    await until(lambda: len(fake.points) == 11)
    serving.cancel()


async def test_old_readings_only_raise_an_alarm(tmp_path: Path) -> None:
    times = [NOW]
    settings = InfluxSettings(url="http://127.0.0.1:9", spool_age_alarm_s=60)
    series = await InfluxTimeSeries.open(settings, tmp_path, lambda: times[0])
    await series.put(batch(0))
    times[0] += timedelta(minutes=2)
    finding = series.sender.health().finding
    assert finding is not None
    assert finding.code == "influx.spool_old"
    await series.put(batch(1))
    await series.close()


async def test_what_waits_survives_a_restart_with_newest_values_and_receipts(
    fake: FakeInfluxDB, open_series: Open
) -> None:
    series = await open_series(url="http://127.0.0.1:9")
    await series.put(batch(0, 1))
    await series.close()
    again = await open_series()
    assert [each.at_utc for each in await again.last()] == [NOW + timedelta(seconds=1)]
    await again.sender.emptied()
    assert len(fake.points) == 2
