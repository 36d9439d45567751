"""A VictoriaMetrics of our own: it takes what influxdb-client sends, and nothing else of it is used."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.influx_server import free_ports


@dataclass(frozen=True)
class VictoriaMetrics:
    url: str
    http: httpx.Client

    def exported(self, name: str) -> list[tuple[dict[str, str], list[tuple[int, float]]]]:
        """Return the series of a metric (measurement_field): its labels, and its values by instant in milliseconds."""
        self.http.get("/internal/force_flush").raise_for_status()
        asked = {"match[]": f'{{__name__="{name}"}}', "start": "2000-01-01T00:00:00Z", "end": "2100-01-01T00:00:00Z"}
        lines = self.http.get("/api/v1/export", params=asked).text.splitlines()
        series = [json.loads(line) for line in lines]
        return [(each["metric"], list(zip(each["timestamps"], each["values"], strict=True))) for each in series]


@contextmanager
def running_victoria_metrics() -> Iterator[VictoriaMetrics]:
    folder = Path(tempfile.mkdtemp(prefix="kreiswatt-victoria-"))
    (port,) = free_ports(1)
    arguments = [f"-storageDataPath={folder}", f"-httpListenAddr=127.0.0.1:{port}", "-retentionPeriod=100y"]
    url = f"http://127.0.0.1:{port}"
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(["victoria-metrics", *arguments], stdout=log, stderr=log) as process,
        httpx.Client(base_url=url, trust_env=False, timeout=30) as http,
    ):
        deadline = time.monotonic() + 20
        while not _answers(http):
            assert process.poll() is None, (folder / "log").read_text()[-2000:]
            assert time.monotonic() < deadline
            time.sleep(0.02)
        try:
            yield VictoriaMetrics(url, http)
        finally:
            process.kill()
    shutil.rmtree(folder, ignore_errors=True)


def _answers(http: httpx.Client) -> bool:
    try:
        return http.get("/health").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
