"""A full disk under traffic: nothing more is acknowledged, health says why; with room again all of it is stored."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import small_disk
from tests.ingest.rig import Device, Mosquitto

BATCH = 1000


class Service:
    """The program, asked line by line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, order: str = "ask") -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{order}\n")
        self._process.stdin.flush()
        said: dict[str, Any] = json.loads(self._process.stdout.readline())
        return said

    def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        deadline = time.monotonic() + 20
        while not holds(said := self.ask()):
            assert time.monotonic() < deadline, said
            time.sleep(0.02)
        return said


@pytest.fixture
def service(mosquitto: Mosquitto, tmp_path: Path) -> Iterator[Service]:
    program = Path(__file__).with_name("full_disk_program.py")
    command = small_disk.command(program, tmp_path / "disk", mosquitto.port, small_disk.way())
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, cwd=Path(__file__).parents[2], **pipes) as process:
        yield Service(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(20) == 0


def messages(first: int, count: int) -> list[tuple[str, bytes | str]]:
    return [
        (
            "tele/tasmota_sound/SENSOR",
            (
                f'{{"Time":"2026-11-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}+00:00",'
                f'"SML":{{"Total_in":{number}}}}}'
            ),
        )
        for number in range(first, first + count)
    ]


@pytest.mark.parametrize("disk", [small_disk.way()])
def test_ingest_waits_while_the_disk_is_full_and_goes_on_by_itself(service: Service, device: Device, disk: str) -> None:
    service.until(lambda said: said["ok"])
    device.send_all(messages(0, BATCH))
    service.until(lambda said: said["stored"] == BATCH)
    service.ask("fill")
    sent, said = BATCH, service.ask()
    while said["ok"] and sent < 40 * BATCH:  # what room is left is used first
        device.send_all(messages(sent, BATCH))
        sent += BATCH
        time.sleep(0.1)
        said = service.ask()
    red = service.until(lambda said: not said["ok"])
    assert red["code"] == "store.write_failed", disk
    time.sleep(0.3)
    assert service.ask()["stored"] == red["stored"] < sent
    service.ask("clear")
    green = service.until(lambda said: said["ok"] and said["stored"] == sent)
    assert green["code"] == ""
