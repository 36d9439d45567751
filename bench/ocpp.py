"""OCPP messages per second through schema validation, decoding and the durable journal.

Our central system, storing into journal, ledger and DuckDB, against the stock `ocpp.ChargePoint` with
its own validation, which stores nothing. 200 stations, each in a running transaction, send heartbeats and
MeterValues of 8 samples (1.2 kB) in turn and wait for each answer. The server has one core, the generator
the other. Both servers take turns, as the machine is not alone; the ratio is the median of the pairs' ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.result import Result, report

GOAL_RATIO = 5.0
STATIONS = 200
WARM_UP_S = 1.0
SERVER_CORE, GENERATOR_CORE = 0, 1
FIRST_UTC = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> int:
    """Print the figures; return 0 if the ratio is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--role", choices=["ours", "stock", "generator"], help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--server", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--stations", type=int, default=STATIONS, help=argparse.SUPPRESS)
    parser.add_argument("--tls", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.role == "generator":
        print(json.dumps(generate(options.port, options.server, options.seconds)))
        return 0
    if options.role:
        _pin(SERVER_CORE)
        asyncio.run(serve_ours(options.stations, tls=options.tls) if options.role == "ours" else serve_stock())
        return 0
    return report(measure(options.seconds, options.rounds), as_json=options.json)


def measure(seconds: float, rounds: int) -> list[Result]:
    """Return our figure beside the stock handler's."""
    pairs = [(run("stock", seconds), run("ours", seconds)) for _ in range(rounds)]
    stock, ours = (
        {name: statistics.median(each[name] for each in column) for name in column[0]}
        for column in zip(*pairs, strict=True)
    )
    # Pair by pair: the machine's speed drifts, and both of a pair saw the same.
    ratio = statistics.median(mine["rate"] / theirs["rate"] for theirs, mine in pairs)
    cpu_ratio = statistics.median(theirs["cpu_us"] / mine["cpu_us"] for theirs, mine in pairs)
    return [
        Result("ocpp_durable", ours["rate"], "msg/s", stock["rate"], ratio, GOAL_RATIO, ratio >= GOAL_RATIO),
        Result("ocpp_durable_cpu", ours["cpu_us"], "us/msg", stock["cpu_us"], cpu_ratio),
        Result("ocpp_durable_answer_p99", ours["p99_ms"], "ms", stock["p99_ms"]),
    ]


def run(role: str, seconds: float) -> dict[str, float]:
    """Return what the generator measured against a fresh server; ours must have every answered frame on disk."""
    with server(role) as (process, port):
        command = [sys.executable, "-m", "bench.ocpp", "--role", "generator"]
        command += ["--port", str(port), "--seconds", str(seconds), "--server", str(process.pid)]
        measured: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        stored = json.loads(process.stdout.readline())
    if role == "ours":
        assert stored["frames_in"] >= measured["answered"], (stored, measured)
        assert stored["meter_values"] > 0
    return measured


@contextmanager
def server(role: str, stations: int = STATIONS, *, tls: bool = False) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run a server in a process of its own while inside; it ends when its input is closed."""
    command = [sys.executable, "-m", "bench.ocpp", "--role", role, "--stations", str(stations)]
    command += ["--tls"] if tls else []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.wait(60)


async def serve_ours(count: int, *, tls: bool = False) -> None:
    """Run our central system on real stores until the input ends, then tell what is stored; encrypted with `tls`."""
    from chargepoints.central import CentralSystem
    from chargepoints.privacy import Privacy
    from chargepoints.settings import ChargePointSettings
    from cli.process import tuned_for_serving
    from core.inventory import Connector, Inventory, Station
    from core.ports import Direction
    from store.open import open_embedded

    def clock() -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - this is the process's own entry

    outlet = Connector(number=1, max_power_w=22_000.0, plug="type2")
    stations = {
        f"cp-{number}": Station(
            id=f"cp-{number}", name="", valid_from=date(2020, 1, 1), site="", maker="", model="",
            connectors=(outlet,), security_profile=0,
        )
        for number in range(count)
    }  # fmt: skip
    inventory = Inventory(stations=stations)
    with tempfile.TemporaryDirectory() as folder:
        stores = await open_embedded(Path(folder), clock)
        central = CentralSystem(
            ChargePointSettings(port=0, accept_unknown_tags=True, **(encrypted(Path(folder)) if tls else {})),
            inventory=lambda: inventory,
            secret_of=lambda _: None,
            privacy=Privacy(bytes(32)),
            journal=stores.journal,
            sink=stores.readings,
            ledger=stores.ledger,
            clock=clock,
        )
        with tuned_for_serving():
            serving = asyncio.create_task(central.serve())
            await central.started.wait()
            await _until_told(central.tls_port if tls else central.port)
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
        frames = [frame async for frame in stores.journal.frames() if frame.direction is Direction.IN]
        counted = {"frames_in": len(frames), "meter_values": (await stores.readings.count()).get("station", 0)}
        await stores.close()
    print(json.dumps(counted), flush=True)


def encrypted(folder: Path) -> dict[str, Any]:
    """Return the settings of an encrypted port with a new authority of our own, whose certificate we show."""
    from chargepoints.authority import new_authority
    from chargepoints.settings import StationAuthoritySettings, StationTlsSettings

    files = StationAuthoritySettings(certificate=folder / "ca.pem", key=folder / "ca.key")
    made = new_authority("Ladestationen", datetime.now(UTC))  # noqa: TID251 - this is the process's own entry
    for file, content in zip((files.key, files.certificate), made, strict=True):
        file.write_bytes(content)
    own = folder / "own.pem"
    tls = StationTlsSettings(certificate=own, key=own, names=("127.0.0.1",), made_here=True, port=0)
    return {"tls": tls, "authority": files}


async def serve_stock() -> None:
    """Run the `ocpp` package's own handler, with its validation as it comes."""
    from ocpp.routing import on
    from ocpp.v16 import ChargePoint, call_result
    from websockets.asyncio.server import ServerConnection, serve
    from websockets.exceptions import ConnectionClosed

    class Stock(ChargePoint):  # type: ignore[misc]
        @on("Heartbeat")
        def on_heartbeat(self) -> Any:
            return call_result.Heartbeat(current_time=datetime.now(UTC).isoformat())  # noqa: TID251

        @on("MeterValues")
        def on_meter_values(self, **_: Any) -> Any:
            return call_result.MeterValues()

        @on("StartTransaction")
        def on_start_transaction(self, **_: Any) -> Any:
            return call_result.StartTransaction(transaction_id=1, id_tag_info={"status": "Accepted"})

    async def handle(socket: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            await Stock("cp", socket).start()

    async with serve(handle, "127.0.0.1", 0, subprotocols=["ocpp1.6"], compression=None) as listening:
        await _until_told(next(iter(listening.sockets)).getsockname()[1])
    print("{}", flush=True)


async def _until_told(port: int) -> None:
    print(port, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def generate(port: int, process: int, seconds: float) -> dict[str, float]:
    """Return answers per second after a warm-up, the 99th percentile of their wait, the server's CPU time for each."""
    _pin(GENERATOR_CORE)
    stations = [SimulatedStation(port, number) for number in range(STATIONS)]
    polling = select.epoll()
    by_number = {station.socket.fileno(): station for station in stations}
    for number in by_number:
        polling.register(number, select.EPOLLIN)
    begun = time.perf_counter()
    for station in stations:
        station.send()
    answered, waits, before_s = 0, [], 0.0
    while (now := time.perf_counter()) < begun + WARM_UP_S + seconds:
        measuring = now > begun + WARM_UP_S
        before_s = before_s if measuring else _cpu_s(process)
        for number, _ in polling.poll(1.0):
            station = by_number[number]
            station.receive()
            answered += 1
            if measuring:
                waits.append(time.perf_counter() - station.sent_at)
            station.send()
    busy_s = _cpu_s(process) - before_s
    for station in stations:
        station.socket.close()
    waits.sort()
    return {
        "rate": len(waits) / seconds,
        "answered": answered,
        "p99_ms": waits[len(waits) * 99 // 100] * 1000,
        "cpu_us": busy_s / len(waits) * 1e6,
    }


class SimulatedStation:
    """A station on a plain socket: frames with a mask of zeros, so that none needs masking."""

    def __init__(self, port: int, number: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0.0
        self._count = 0
        self.socket.sendall(HANDSHAKE % number)
        assert b" 101 " in self.socket.recv(4096).split(b"\r\n")[0]
        self.socket.sendall(frame_of(START % FIRST_UTC.strftime("%FT%TZ").encode()))
        self._transaction = int(json.loads(self.receive())[2]["transactionId"])

    def send(self) -> None:
        self._count += 1
        if self._count % 2:
            message = HEARTBEAT % self._count
        else:
            at = (FIRST_UTC + timedelta(seconds=self._count)).strftime("%FT%TZ").encode()
            message = METER_VALUES % (self._count, self._transaction, at, self._count)
        self.sent_at = time.perf_counter()
        self.socket.sendall(frame_of(message))

    def receive(self) -> bytes:
        frame = self.socket.recv(4096)
        return frame[2:] if frame[1] < 126 else frame[4:]


def frame_of(message: bytes) -> bytes:
    """Return a text frame as a client sends it."""
    size = len(message)
    head = bytes((0x81, 0x80 | size)) if size < 126 else bytes((0x81, 0xFE, size >> 8, size & 0xFF))
    return head + b"\0\0\0\0" + message


def _sample(value: str, measurand: str, unit: str, phase: str = "") -> dict[str, str]:
    sample = {"value": value, "context": "Sample.Periodic", "format": "Raw", "measurand": measurand}
    return sample | ({"phase": phase} if phase else {}) | {"location": "Outlet", "unit": unit}


SAMPLES = [
    _sample("%d", "Energy.Active.Import.Register", "Wh"),
    _sample("10998.4", "Power.Active.Import", "W"),
    *(_sample("15.93", "Current.Import", "A", phase) for phase in ("L1", "L2", "L3")),
    *(_sample("230.1", "Voltage", "V", f"{phase}-N") for phase in ("L1", "L2", "L3")),
]
HEARTBEAT = b'[2,"%d","Heartbeat",{}]'
START = b'[2,"0","StartTransaction",{"connectorId":1,"idTag":"04A2B3C4D5","meterStart":0,"timestamp":"%b"}]'
METER_VALUES = (
    b'[2,"%d","MeterValues",{"connectorId":1,"transactionId":%d,"meterValue":[{"timestamp":"%b","sampledValue":'
    + json.dumps(SAMPLES).encode()
    + b"}]}]"
)
HANDSHAKE = (
    b"GET /ocpp/cp-%d HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: ocpp1.6\r\n\r\n"
)


def _cpu_s(process: int) -> float:
    """Return the processor time that a process has used, all its threads together."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _pin(core: int) -> None:
    """Keep this process on one core where the machine has several."""
    if core in os.sched_getaffinity(0):
        os.sched_setaffinity(0, {core})


if __name__ == "__main__":
    sys.exit(main())
