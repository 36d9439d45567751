"""A thousand charge points planned, and one setting applied to all: 500 of OCPP 1.6, 500 of 2.0.1.

Those of 1.6 have 60 keys, those of 2.0.1 tell theirs in 10 parts. They live in a process of their own, on the other
core. The baseline reads charge points one after the other, as somebody at a page would: a sample of them, scaled up.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bench.ocpp import GENERATOR_CORE, SERVER_CORE, _pin
from bench.result import Result, report

STATIONS = 1_000
KEYS, PARTS = 60, 10
SAMPLE = 40
GOAL_PLAN_S, GOAL_APPLY_S = 30.0, 60.0


def main() -> int:
    """Print the figures; return 0 if all goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--stations", type=int, default=STATIONS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.port:
        _pin(GENERATOR_CORE)
        asyncio.run(live(options.port, options.stations))
        return 0
    _pin(SERVER_CORE)
    return report(asyncio.run(measure(options.stations)), as_json=options.json)


def names(count: int) -> list[str]:
    """Return the ids of the charge points; every second one is of 2.0.1."""
    return [f"cp-{number}" for number in range(count)]


async def live(port: int, count: int) -> None:
    """Be the charge points until the input ends; then tell how many messages one had at most under way."""
    from tests.chargepoints.park import OLD, OLD_2, ParkStation

    keys = {f"Hersteller{number}": str(number) for number in range(KEYS - len(OLD))} | OLD
    variables = {f"Hersteller/Wert{number}": str(number) for number in range(KEYS - len(OLD_2))} | OLD_2
    url = f"ws://127.0.0.1:{port}/ocpp"
    park = [
        ParkStation(url, name, settings=dict(keys))
        if number % 2 == 0
        else ParkStation(url, name, version="ocpp2.0.1", settings=dict(variables), parts=PARTS)
        for number, name in enumerate(names(count))
    ]
    running = [asyncio.create_task(each.run()) for each in park]
    await asyncio.gather(*(each.up.wait() for each in park))
    print("up", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    print(json.dumps({"most_under_way": max(each.most_under_way for each in park)}), flush=True)
    for task in running:
        task.cancel()


async def measure(count: int) -> list[Result]:
    """Return how long a plan, and applying one setting, takes."""
    from chargepoints.central import CentralSystem
    from chargepoints.privacy import Privacy
    from chargepoints.settings import ChargePointSettings
    from core.inventory import Connector, Inventory, Profile, Station, StationSettings
    from core.people import Actor, Role
    from operations.gate import Gate
    from operations.house import House
    from store.open import open_embedded

    def clock() -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - this is the process's own entry

    anna, since = Actor("anna", Role.ADMIN), date(2020, 1, 1)
    outlet = Connector(number=1, max_power_w=22_000.0, plug="type2")
    stations = {
        name: Station(
            id=name, name=name, valid_from=since, site="", maker="", model="", connectors=(outlet,), security_profile=0
        )
        for name in names(count)
    }
    wanted = Profile(id="a", name="A", valid_from=since, settings=StationSettings(heartbeat_interval_s=300))
    inventory = Inventory(stations=stations, profiles={"a": wanted})
    with tempfile.TemporaryDirectory() as folder:
        stores = await open_embedded(Path(folder), clock)
        central = CentralSystem(
            ChargePointSettings(port=0),
            inventory=lambda: inventory,
            secret_of=lambda _: None,
            privacy=Privacy(bytes(32)),
            journal=stores.journal,
            sink=stores.readings,
            ledger=stores.ledger,
            clock=clock,
        )
        house = House(
            inventory=lambda: inventory,
            query=stores.readings,
            ledger=stores.ledger,
            journal=stores.journal,
            health=tuple,
            clock=clock,
            wake_commands=central.wake,
        )
        gate, serving = Gate(house), asyncio.create_task(central.serve())
        await central.started.wait()
        with subprocess.Popen(  # noqa: ASYNC220 - it waits for its input only
            [sys.executable, "-m", "bench.plan", "--port", str(central.port), "--stations", str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as park:
            assert park.stdin is not None
            assert park.stdout is not None
            assert await asyncio.to_thread(park.stdout.readline) == "up\n"
            await asyncio.sleep(1.0)  # what they said at their start is written four times a second

            async def ask(row: str, **given: Any) -> tuple[Any, float]:
                begun_s = time.perf_counter()
                return await gate.ask(row, given, anna, clock()), time.perf_counter() - begun_s

            one_by_one_s = 0.0
            for name in names(count)[:SAMPLE]:
                one_by_one_s += (await ask("stations.plan", id=name))[1]
            plan, plan_s = await ask("stations.plan", id="all")
            assert plan.differing == count, plan.differing
            applied, apply_s = await ask(
                "stations.apply", id="all", plan=plan.hash, wave_size=500, wait_s=600, stop_after=500
            )
            assert (applied.through, applied.failed) == (True, 0), applied.failed
            again, _ = await ask("stations.plan", id="all")
            assert not again.differs
            park.stdin.close()
            told = json.loads(await asyncio.to_thread(park.stdout.readline))
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        await stores.close()
    baseline_s = one_by_one_s / min(SAMPLE, count) * count
    return [
        Result("plan_all", plan_s, "s", baseline_s, baseline_s / plan_s, GOAL_PLAN_S, plan_s <= GOAL_PLAN_S),
        Result("apply_one_setting_to_all", apply_s, "s", goal=GOAL_APPLY_S, ok=apply_s <= GOAL_APPLY_S),
        Result("most_messages_under_way", told["most_under_way"], "", goal=1, ok=told["most_under_way"] <= 1),
    ]


if __name__ == "__main__":
    sys.exit(main())
