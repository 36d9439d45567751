"""Every answer to every question has the shape that both of Grafana's parsers need."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson
import pytest

from core.errors import RequestError
from core.intervals import Resolution
from core.ports import FactPoint, InfluxQlRequest
from core.quantities import Quantity
from energy.series import Amounts
from store.influxql.endpoint import EmbeddedInfluxQl
from store.points.timeseries import TimeSeries
from tests.store.influxql import grafana, world
from tests.store.influxql.conftest import Ours
from tests.store.influxql.examples import EXAMPLES
from tests.store.influxql.questions import questions

ASKED = (*EXAMPLES, *list(dict.fromkeys(questions()))[::4])


@pytest.mark.parametrize("part", range(4))
def test_every_answer_suits_both_parsers_of_grafana(ours: Ours, part: int) -> None:
    for question in ASKED[part::4]:
        try:
            answer = ours(question)
        except RequestError:
            continue
        statements = len([each for each in question.split(";") if each.strip()])
        grafana.check_shape(orjson.loads(orjson.dumps(answer)), statements)
        body = orjson.dumps(answer)
        grafana.streamed(body)
        if "error" not in answer["results"][0]:
            frames = grafana.time_series(body)
            assert (
                len(frames)
                == sum(
                    len(series["columns"]) - 1 if "time" in series["columns"] else 1
                    for series in answer["results"][0].get("series", [])
                )
                or "zeit" in question
            )


async def test_what_the_jobs_write_is_seen_with_the_next_query(tmp_path: Path) -> None:
    series = await TimeSeries.open(tmp_path / "timeseries.duckdb", world.NOW)
    endpoint = EmbeddedInfluxQl(series, lambda: world.INVENTORY, lambda: world.NOW, fresh_s=0)

    async def rows(text: str) -> object:
        answer = await endpoint.ask(InfluxQlRequest(text=text, database="kreiswatt", epoch="ms"))
        return answer["results"][0].get("series", [{}])[0].get("values")

    assert await rows("SHOW MEASUREMENTS") is None
    key = ("meter:bad-wasser", Quantity.VOLUME_M3)
    hour = Amounts(
        np.array([0]), np.array([1500]), np.array([[450, 0, 450, 0, 0]], np.int32), np.uint8([0]), np.uint8([2])
    )
    await series.put_amounts(Resolution.SLOT, {key: hour})
    fields = {"energy_wh": 7.5, "paid": True, "vehicle": "e-1"}
    tags = {"station": "bh-01"}
    await series.publish([FactPoint(measurement="session", tags=tags, at_utc=world.NOW, fields=fields)])
    assert await rows("SHOW MEASUREMENTS") == [["interval_15m"], ["session"]]
    slots = "SELECT volume_m3, quality_volume_m3_measured, quality_volume_m3_interpolated, medium FROM interval_15m"
    assert await rows(slots) == [(0, 1.5, 0.5, 0.5, "water")]
    ((_, *session),) = await rows("SELECT energy_wh, paid, station, vehicle FROM session")  # type: ignore[misc]
    assert session == [7.5, True, "bh-01", "e-1"]
    await series.close()
