"""What alert rules ask, asked of the embedded endpoint and of a real InfluxDB 1.x: the same alarms are open."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.alarms import ALARMS, Alarm, AlarmState
from core.ports import FactPoint, InfluxQlRequest
from core.texts import Finding
from dashboards.alerting import groups
from operations.publishing.alarms import alarm_points, look_point
from store.influxql.endpoint import EmbeddedInfluxQl
from store.points.timeseries import TimeSeries
from tests.district import small_inventory
from tests.influx_server import Influxd
from tests.store.influxql.grafana import time_series

pytestmark = pytest.mark.influxdb
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FINDING = Finding.of("alarms.part_unwell", part="x")


def alarm(kind: str, subject: str, days: float, *, over: bool = False, site: str | None = "schule") -> Alarm:
    raised = NOW - days * DAY
    return Alarm(
        id=f"{kind}-{subject}-{days}",
        kind=kind,
        subject=subject,
        site=site,
        finding=FINDING,
        since_utc=raised,
        seen_at_utc=NOW,
        raised_at_utc=raised,
        cleared_at_utc=NOW if over else None,
    )


ALARMS_THERE = [
    alarm("meter_silent", "meter:schule-strom", 30, over=True),
    alarm("meter_silent", "meter:schule-strom", 2),
    alarm("meter_silent", "meter:schule-wasser", 3, over=True),
    alarm("station_offline", "station:lis-01", 200),
    alarm("job_failed", "service:fleet", 1, site=None),
    alarm("letters_undelivered", "service:anna", 1, site=None),
    alarm("letters_undelivered", "service:bert", 1, site=None),
]
POINTS = alarm_points(ALARMS_THERE, small_inventory())
OPEN = {
    "meter_silent": {("meter:schule-strom", "schule"): 1.0, ("meter:schule-wasser", "schule"): 0.0},
    "station_offline": {("station:lis-01", "schule"): 1.0},
    "job_failed": {("service:fleet", ""): 1.0},
    "letters_undelivered": {("service:letters", ""): 2.0},
}


def line(point: FactPoint) -> str:
    tags = "".join(f",{name}={value}" for name, value in sorted(point.tags.items()))
    return f"{point.measurement}{tags} open={point.fields['open']} {int(point.at_utc.timestamp() * 1000)}"


def questions() -> dict[str, str]:
    """Return what each rule asks, as Grafana sends it."""
    found = {}
    for group in groups("de", "kw-influx").values():
        for rule in group["rules"]:
            begin = NOW - timedelta(seconds=rule["data"][0]["relativeTimeRange"]["from"])
            ends = [f"{int(at.timestamp() * 1000)}ms" for at in (begin, NOW)]
            text = rule["data"][0]["model"]["query"]
            found[rule["labels"]["alarm"]] = text.replace("$timeFilter", f"time >= {ends[0]} and time <= {ends[1]}")
    return found


def opened(answer: dict[str, Any]) -> dict[tuple[str, str], float]:
    """Return the last value of each series as Grafana reads it, by subject and site."""
    frames = time_series(json.dumps(answer).encode())
    return {
        (frame.labels.get("source", ""), frame.labels.get("site", "")): frame.fields["Value"][-1] for frame in frames
    }


@pytest.fixture
async def endpoint(tmp_path: Path) -> AsyncIterator[EmbeddedInfluxQl]:
    series = await TimeSeries.open(tmp_path / "timeseries.duckdb", NOW)
    await series.publish([*POINTS, look_point(POINTS, NOW)])
    yield EmbeddedInfluxQl(series, small_inventory, lambda: NOW)
    await series.close()


async def test_both_say_which_alarms_are_open(endpoint: EmbeddedInfluxQl, influxd: Influxd) -> None:
    database = influxd.create()
    lines = "\n".join(map(line, [*POINTS, look_point(POINTS, NOW)]))
    async with httpx.AsyncClient(base_url=influxd.url, trust_env=False) as client:
        written = await client.post("/write", params={"db": database, "precision": "ms"}, content=lines)
        assert written.status_code == 204, written.text
        for kind, text in questions().items():
            theirs = (await client.get("/query", params={"db": database, "q": text, "epoch": "ms"})).json()
            ours = await endpoint.ask(InfluxQlRequest(text=text, database="kreiswatt", epoch="ms"))
            expected = {("", ""): 1.0} if kind == "service_silent" else OPEN.get(kind, {})
            assert opened(theirs) == opened(ours) == expected, kind
    influxd.drop(database)


def test_points_hold_no_name_of_a_recipient_and_no_kind_that_is_gone() -> None:
    assert not [point for point in POINTS if "anna" in str(point)]
    assert len(POINTS) == len(ALARMS_THERE) - 1
    gone = alarm("never_was", "meter:schule-strom", 1)
    assert gone.kind not in ALARMS
    assert alarm_points([gone], small_inventory()) == []
    assert AlarmState.ACTIVE is ALARMS_THERE[1].state
