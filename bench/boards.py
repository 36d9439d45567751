"""How soon each dashboard's questions are answered as it is opened, from the embedded store and from InfluxDB 1.6.7.

The whole example district with thirteen months behind it, all values of all variables chosen, warm, the median of
several rounds; of each dashboard the slowest question is told. Ours is measured up to the JSON that leaves the service.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from bench.result import Result, report
from dashboards.preview.variables import filled, variables_of
from dashboards.preview.window import window_back, window_of
from dashboards.registry import build_all
from tests.dashboards.example_year import Year, lines, open_year
from tests.district import NOW
from tests.influx_server import Influxd, running_influxd

BERLIN = ZoneInfo("Europe/Berlin")
GOAL_MS = 50.0
SLOTS = (NOW - timedelta(days=95), NOW)


def main() -> int:
    """Print the figures; return 0 if all goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with running_influxd() as server, tempfile.TemporaryDirectory() as folder:
        results = asyncio.run(_measured(server, Path(folder), options.rounds))
    return report(results, as_json=options.json)


async def _measured(server: Influxd, folder: Path, rounds: int) -> list[Result]:
    database = server.create()
    async with open_year(folder, whole=True) as year:
        async for block in lines(year, SLOTS):
            params = {"db": database, "precision": "ms"}
            for start in range(0, len(rows := block.split(b"\n")), 5000):
                body = b"\n".join(rows[start : start + 5000])
                assert server.http.post("/write", params=params, content=body).status_code == 204

        async def ours(text: str) -> None:
            orjson.dumps(await year.ask(text))

        async def theirs(text: str) -> None:
            server.http.post("/query", params={"db": database, "epoch": "ms", "q": text}).raise_for_status()

        return [await _board(uid, board, year, (ours, theirs), rounds) for uid, board in build_all("de").items()]


async def _board(
    uid: str, board: dict[str, Any], year: Year, ways: tuple[Callable[[str], Awaitable[None]], ...], rounds: int
) -> Result:
    window = window_of(board, NOW, BERLIN)
    variables = await variables_of(board, year.ask, window)
    questions = [
        filled(target["query"], variables, window_back(window, panel.get("timeFrom", "")), panel)
        for panel in board["panels"]
        for target in panel.get("targets", ())
    ]
    times = [[await _median_ms(partial(way, text), rounds) for text in questions] for way in ways]
    slowest = max(range(len(questions)), key=lambda place: times[0][place])
    value, baseline = times[0][slowest], times[1][slowest]
    return Result(f"{uid} ({len(questions)})", value, "ms", baseline, baseline / value, GOAL_MS, value <= GOAL_MS)


async def _median_ms(ask: Callable[[], Awaitable[None]], rounds: int) -> float:
    figures = []
    for _ in range(rounds + 1):
        begun = time.perf_counter()
        await ask()
        figures.append((time.perf_counter() - begun) * 1000)
    return statistics.median(figures[1:])


if __name__ == "__main__":
    sys.exit(main())
