"""Thousands of connected stations: how fast they come, what each costs in memory, how long they wait for answers.

All connect at once, as after an outage of the network; each begins a transaction; then heartbeats and
MeterValues of 8 samples come at a steady rate, whether the answers to those before have come or not.
The server has one core, the generator the other; the connection is plain, with `--tls` encrypted. `--seconds 600` is
the soak.
"""

from __future__ import annotations

import argparse
import json
import select
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

from bench.ocpp import FIRST_UTC, GENERATOR_CORE, HANDSHAKE, HEARTBEAT, METER_VALUES, START, _pin, frame_of, server
from bench.result import Result, report

STATIONS = 5_000
RATE_PER_S = 500
GOAL_CONNECT_S, GOAL_MEMORY_KIB, GOAL_TLS_MEMORY_KIB, GOAL_P99_MS = 60.0, 30.0, 70.0, 100.0
_AT_ONCE = 200
_SETTLE_S = 3.0


def main() -> int:
    """Print the figures; return 0 if all goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--stations", type=int, default=STATIONS)
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--server", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.port:
        crowd = Crowd(options.port, options.server, options.stations, tls=options.tls)
        print(json.dumps(crowd.measure(options.seconds)))
        return 0
    with server("ours", options.stations, tls=options.tls) as (process, port):
        command = [sys.executable, "-m", "bench.stations", "--port", str(port), "--server", str(process.pid)]
        command += ["--seconds", str(options.seconds), "--stations", str(options.stations)]
        command += ["--tls"] if options.tls else []
        found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        assert process.stdin is not None
        process.stdin.close()
    results = [
        _at_most("stations_connected", found["connect_s"], "s", GOAL_CONNECT_S),
        _at_most(
            "station_idle_memory", found["memory_kib"], "KiB", GOAL_TLS_MEMORY_KIB if options.tls else GOAL_MEMORY_KIB
        ),
        _at_most("stations_answer_p99", found["p99_ms"], "ms", GOAL_P99_MS),
        Result("stations_answer_worst", found["worst_ms"], "ms"),
        Result("stations_answered", found["answered_per_s"], "msg/s", RATE_PER_S),
    ]
    return report(results, as_json=options.json)


def _at_most(name: str, value: float, unit: str, goal: float) -> Result:
    return Result(name, value, unit, goal=goal, ok=value <= goal)


class Crowd:
    """Many stations of one process, on plain sockets or encrypted ones."""

    def __init__(self, port: int, process: int, count: int, *, tls: bool = False) -> None:
        _pin(GENERATOR_CORE)
        self._port, self._process, self._count = port, process, count
        self._sockets: list[socket.socket] = []
        self._numbers: dict[int, int] = {}
        self._transactions = [0] * count
        self._polling = select.epoll()
        self._context = _trusting() if tls else None

    def measure(self, seconds: float) -> dict[str, float]:
        """Return what connecting, being there and being answered costs."""
        begun_s = time.perf_counter()
        self._connect(range(min(_AT_ONCE, self._count)))  # these load what the server loads once
        before_kib = _memory_kib(self._process)
        for first in range(_AT_ONCE, self._count, _AT_ONCE):
            self._connect(range(first, min(first + _AT_ONCE, self._count)))
        connected_s = time.perf_counter() - begun_s
        print(f"connected in {connected_s:.1f} s", file=sys.stderr)
        time.sleep(_SETTLE_S)
        idle_kib = (_memory_kib(self._process) - before_kib) / max(self._count - _AT_ONCE, 1)
        self._begin()
        waits = self._talk(seconds)
        waits.sort()
        return {
            "connect_s": connected_s,
            "memory_kib": idle_kib,
            "p99_ms": waits[len(waits) * 99 // 100] * 1000,
            "worst_ms": waits[-1] * 1000,
            "answered_per_s": len(waits) / seconds,
        }

    def _connect(self, numbers: range) -> None:
        arrived = []
        for number in numbers:
            station = socket.create_connection(("127.0.0.1", self._port))
            station.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context is not None:
                station = self._context.wrap_socket(station)
            station.sendall(HANDSHAKE % number)
            arrived.append(station)
        for number, station in zip(numbers, arrived, strict=True):
            assert b" 101 " in station.recv(4096).split(b"\r\n")[0]
            self._sockets.append(station)
            self._numbers[station.fileno()] = number
            self._polling.register(station.fileno(), select.EPOLLIN)

    def _begin(self) -> None:
        for number, station in enumerate(self._sockets):
            station.sendall(frame_of(START % FIRST_UTC.strftime("%FT%TZ").encode()))
            while not (texts := _texts(station.recv(4096))):
                pass
            self._transactions[number] = int(json.loads(texts[0])[2]["transactionId"])

    def _talk(self, seconds: float) -> list[float]:
        """Send at the rate, in turn; return how long each answer took. All are waited for."""
        total = int(seconds * RATE_PER_S)
        sent_s: dict[int, float] = {}
        waits: list[float] = []
        begun_s, sent = time.perf_counter(), 0
        while len(waits) < total:
            now_s = time.perf_counter()
            while sent < total and begun_s + sent / RATE_PER_S <= now_s:
                number = sent % self._count
                due_s = begun_s + sent / RATE_PER_S
                sent_s[self._sockets[number].fileno()] = due_s
                self._sockets[number].sendall(frame_of(self._message(sent, number)))
                sent += 1
            patience_s = max(begun_s + sent / RATE_PER_S - time.perf_counter(), 0) if sent < total else 10.0
            for descriptor, _ in self._polling.poll(patience_s):
                if _texts(self._sockets[self._numbers[descriptor]].recv(4096)):
                    waits.append(time.perf_counter() - sent_s.pop(descriptor))
        return waits

    def _message(self, sent: int, number: int) -> bytes:
        turn = sent // self._count
        if (turn + number) % 2:
            return HEARTBEAT % turn
        at = f"2026-01-01T00:{turn // 60 % 60:02}:{turn % 60:02}Z".encode()
        return METER_VALUES % (turn, self._transactions[number], at, turn)


def _trusting() -> ssl.SSLContext:
    """Return what encrypts without asking whom it speaks to: that is not what is measured."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _texts(data: bytes) -> list[bytes]:
    """Return the text messages in what came; pings, which come as well, are left unanswered."""
    texts = []
    while data:
        size, begin = (data[1], 2) if data[1] < 126 else (int.from_bytes(data[2:4], "big"), 4)
        if data[0] == 0x81:
            texts.append(data[begin : begin + size])
        data = data[begin + size :]
    return texts


def _memory_kib(process: int) -> int:
    """Return the memory that only this process has."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


if __name__ == "__main__":
    sys.exit(main())
