"""An InfluxDB 1.6.7 with the measured readings, as what the embedded time series is compared with."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Self

from bench.dataset import Block, Series
from tests.influx_server import Influxd, running_influxd

_LINES = 10_000


class Baseline:
    """A server of our own, one database, a point per reading: `reading,s=<source> <quantity>=<value>`."""

    def __init__(self, server: Influxd) -> None:
        self._server = server
        self._database = server.create(shard="30d")
        self._count = 0

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Self]:
        """Yield a server that runs while inside."""
        with running_influxd() as server:
            yield cls(server)

    def append(self, series: Sequence[Series], blocks: Iterable[Block]) -> float:
        """Return how many readings a second it took, each request durable before the next."""
        count, spent_s = 0, 0.0
        heads = [f"reading,s={each.source} {each.quantity.value}=" for each in series]
        for block in blocks:
            rows = zip(block.series.tolist(), block.value.tolist(), block.at_ms.tolist(), strict=True)
            lines = [f"{heads[of]}{value} {at_ms}" for of, value, at_ms in rows]
            bodies = ["\n".join(lines[at : at + _LINES]).encode() for at in range(0, len(lines), _LINES)]
            begun = time.perf_counter()
            for body in bodies:
                self._write(body)
            spent_s += time.perf_counter() - begun
            count += len(lines)
        self._count += count
        return count / spent_s

    def _write(self, body: bytes) -> None:
        answer = self._server.http.post("/write", params={"db": self._database, "precision": "ms"}, content=body)
        assert answer.status_code == 204, answer.text

    def year_of_one(self, series: Series, start_utc: datetime, end_utc: datetime) -> None:
        """Ask for a year of 15-minute means of one series."""
        self._ask(
            f"SELECT mean({series.quantity.value}) FROM reading WHERE s = '{series.source}'"
            f" AND time >= {_ms(start_utc)}ms AND time < {_ms(end_utc)}ms GROUP BY time(15m) fill(none)"
        )

    def month_of_all(self, start_utc: datetime) -> None:
        """Ask for what each series grew since an instant."""
        fields = ", ".join(f"max({field}) - min({field})" for field in ("energy_import_wh", "power_w"))
        self._ask(f"SELECT {fields} FROM reading WHERE time >= {_ms(start_utc)}ms GROUP BY s")

    def last_values(self) -> None:
        """Ask for the newest value of every series."""
        self._ask("SELECT last(energy_import_wh), last(power_w) FROM reading GROUP BY s")

    def _ask(self, statement: str) -> None:
        assert self._server.ask(statement, self._database)

    def median_ms(self, ask: Callable[[], None], rounds: int) -> float:
        """Return how long an answer takes, once what it needs is warm."""
        ask()
        spent = []
        for _ in range(rounds):
            begun = time.perf_counter()
            ask()
            spent.append(time.perf_counter() - begun)
        return statistics.median(spent) * 1000

    def bytes_per_reading(self) -> float:
        """Return what data and log take on disk after everything has been flushed by a stop."""
        self._server.stop()
        folders = (self._server.folder / "data", self._server.folder / "wal")
        size = sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())
        self._server.start()
        return size / self._count


def _ms(at_utc: datetime) -> int:
    return int(at_utc.timestamp() * 1000)
