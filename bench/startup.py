"""How soon Kreiswatt answers, and what it costs to sit idle.

`kreiswatt --help` in a fresh process against a bare Python that imports nothing; `kreiswatt run`
on the example district until it is ready; resident memory of `run` and its children a minute
later (`--idle-s` to shorten).
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.result import Result, report

KREISWATT = str(Path(sys.executable).with_name("kreiswatt"))
HELP_GOAL_S = 0.4
READY_GOAL_S = 3.0
MEMORY_GOAL_MB = 300.0


def main() -> int:
    """Print the figures; return 0 if all goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--idle-s", type=float, default=60.0)
    options = parser.parse_args()
    bare_s = _wall_s([sys.executable, "-I", "-c", "pass"])
    help_s = _wall_s([KREISWATT, "--help"])
    results = [Result("help", help_s, "s", bare_s, help_s / bare_s, HELP_GOAL_S, help_s < HELP_GOAL_S)]
    with _running() as (process, ready_s):
        results.append(Result("run_ready", ready_s, "s", None, None, READY_GOAL_S, ready_s < READY_GOAL_S))
        time.sleep(options.idle_s)
        memory_mb = sum(_resident_mb(pid) for pid in _family(process.pid))
        results.append(
            Result("run_idle_memory", memory_mb, "MB", None, None, MEMORY_GOAL_MB, memory_mb < MEMORY_GOAL_MB)
        )
    return report(results, as_json=options.json)


def _wall_s(command: list[str], runs: int = 7) -> float:
    figures = []
    for _ in range(runs):
        begun = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        figures.append(time.perf_counter() - begun)
    return statistics.median(figures)


@contextmanager
def _running() -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config"
        subprocess.run([KREISWATT, "init", str(config), "--example", "--free-ports"], check=True, capture_output=True)
        begun = time.perf_counter()
        process = subprocess.Popen([KREISWATT, "run", "--config", str(config)], stderr=subprocess.DEVNULL)
        try:
            _await_ready(config, process)
            yield process, time.perf_counter() - begun
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def _await_ready(config: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        for file in config.parent.rglob("run/service.json"):
            url = file.read_text(encoding="utf-8").partition('"url": "')[2].partition('"')[0]
            try:
                with urllib.request.urlopen(f"{url}/health/ready", timeout=1) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                continue
        time.sleep(0.02)
    raise SystemExit("kreiswatt run did not become ready")


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(grandchild for child in children for grandchild in _family(int(child)))]


def _resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    sys.exit(main())
