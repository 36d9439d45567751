"""A configured service in a process of its own, behind a real Mosquitto, and ways into it."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from config.create import create
from config.load import Configuration, load
from config.ports import free_ports
from tests.ingest.rig import PASSWORD, USER, Mosquitto

KREISWATT = Path(sys.executable).with_name("kreiswatt")


def configured(folder: Path, mosquitto: Mosquitto) -> Configuration:
    """Return the example district configured on free ports, fed by this Mosquitto."""
    config = folder / "config"
    create(config, example=True, data_dir=folder / "data")
    console, stations = free_ports(2)
    secret = config / "secrets" / "broker-main"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    (config / "kreiswatt.yaml").write_text(f"""
data_dir: {folder / "data"}
console: {{port: {console}}}
charge_points: {{port: {stations}}}
brokers:
  - {{name: main, port: {mosquitto.port}, username: {USER}, password: "file:secrets/broker-main", window: 10000}}
""")
    return load(config, {})


@dataclass
class KreiswattProcess:
    """`kreiswatt run` as its user starts it. Its log lies beside the configuration."""

    configuration: Configuration
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.configuration.settings.console.port}"

    @property
    def ocpp_url(self) -> str:
        return f"ws://127.0.0.1:{self.configuration.settings.charge_points.port}/ocpp"

    @property
    def log(self) -> Path:
        return self.configuration.folder.parent / "service.log"

    async def start(self) -> None:
        """Return once the service says it is ready."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: ASYNC220 - it must outlive this coroutine and be killed
                [KREISWATT, "run", "--config", self.configuration.folder], stderr=log
            )
        async with httpx.AsyncClient(base_url=self.url) as client, asyncio.timeout(30):
            while True:
                assert self.process.poll() is None, self.log.read_text()[-3000:]
                try:
                    if (await client.get("/health/ready")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.05)

    def kill(self) -> None:
        """End it as a power failure would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> int:
        """End it as the system does, and return its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def api(self) -> httpx.Client:
        """Return a client of the REST API with the key that the service leaves for who owns its files."""
        file = self.configuration.settings.data_dir / "run" / "service.json"
        token = json.loads(file.read_text())["token"]
        return httpx.Client(base_url=f"{self.url}/api/v1/", headers={"authorization": f"Bearer {token}"})

    async def caught_up(self) -> None:
        """Return when ingest has nothing more to take: its count of messages stands still."""
        before: list[str] = []
        async with httpx.AsyncClient(base_url=self.url) as client, asyncio.timeout(60):
            while True:
                lines = (await client.get("/metrics")).text.splitlines()
                now = [line for line in lines if line.startswith("kreiswatt_messages")]
                if now and now == before:
                    return
                before = now
                await asyncio.sleep(0.5)


@contextmanager
def running_broker(folder: Path) -> Iterator[Mosquitto]:
    """Yield a Mosquitto that runs while inside."""
    broker = Mosquitto(folder / "mosquitto")
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


@contextmanager
def running_service(configuration: Configuration) -> Iterator[KreiswattProcess]:
    """Yield a service that is ready; it ends with the block, cleanly, unless the block has ended it itself."""
    service = KreiswattProcess(configuration)
    try:
        asyncio.run(service.start())
        yield service
        if service.running:
            assert service.stop() == 0, service.log.read_text()[-3000:]
    finally:
        if service.running:
            service.kill()
