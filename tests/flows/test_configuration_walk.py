"""The walk-through of `docs/configuration-of-stations.md`, done with twenty simulated charge points of three makers."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from config.create import create
from config.load import load
from config.ports import free_ports
from tests.chargepoints.park import OLD, OLD_2, ParkStation
from tests.flows.commands import kreiswatt
from tests.flows.rig import KreiswattProcess

PAGE = Path(__file__).parents[2] / "docs" / "configuration-of-stations.md"
REFUSING, BY_HAND = "ladequell-3", "kranichwerk-5"
EXPECTED = [0, 0, 0, 3, 1, 3, 0, 0, 3, 3, 0, 0]
"""The exit codes of the page's commands, in their order."""


def typed() -> Iterator[list[str]]:
    """Yield the words of each command in the walk-through."""
    _, _, walk = PAGE.read_text(encoding="utf-8").partition("\n## Walk-through\n")
    walk, _, _ = walk.partition("\n## ")
    for block in re.findall(r"```sh\n(.*?)```", walk, re.DOTALL):
        yield from (shlex.split(line) for line in block.splitlines())


def makes() -> Iterator[tuple[str, str, dict[str, object]]]:
    """Yield name, maker and habits of each charge point."""
    for number in range(1, 9):
        slow = frozenset({"ClockAlignedDataInterval"}) if number in (2, 7) else frozenset()
        yield f"kranichwerk-{number}", "Kranichwerk", {"settings": dict(OLD), "needs_restart": slow}
    for number in range(1, 7):
        yield f"funkenthal-{number}", "Funkenthal", {"settings": dict(OLD), "shouts": True, "lists": 3}
    for number in range(1, 7):
        name = f"ladequell-{number}"
        refused = frozenset({"TxCtrlr/EVConnectionTimeOut"}) if name == REFUSING else frozenset()
        habits = {"version": "ocpp2.0.1", "settings": dict(OLD_2), "parts": 3, "refused": refused}
        yield name, "Ladequell", habits


def configured(folder: Path) -> KreiswattProcess:
    """Return a service for these charge points alone."""
    config = folder / "config"
    create(config, example=False, data_dir=folder / "data")
    console, stations = free_ports(2)
    (config / "kreiswatt.yaml").write_text(
        f"data_dir: {folder / 'data'}\nconsole: {{port: {console}}}\ncharge_points: {{port: {stations}}}\n"
        "embedded_broker: false\n"
    )
    entries = "".join(
        f"  {name}:\n    name: {name}\n    site: hof\n    maker: {maker}\n    model: Eins\n    security_profile: 0\n"
        "    connectors: [{number: 1, max_power_w: 11000, plug: Typ 2}]\n    valid_from: 2026-01-01\n"
        for name, maker, _ in makes()
    )
    (config / "inventory" / "alles.yaml").write_text(
        'municipalities:\n  ort: {name: Ort, key: "14000000", state: SN, valid_from: 2020-01-01}\n'
        "sites:\n  hof: {name: Hof, kind: depot, municipality: ort, valid_from: 2020-01-01}\n"
        f"stations:\n{entries}"
    )
    return KreiswattProcess(load(config, {}))


@asynccontextmanager
async def a_park(folder: Path) -> AsyncIterator[tuple[KreiswattProcess, dict[str, ParkStation]]]:
    service = configured(folder)
    await service.start()
    park = {name: ParkStation(service.ocpp_url, name, maker, **habits) for name, maker, habits in makes()}  # type: ignore[arg-type]
    running = [asyncio.create_task(each.run()) for each in park.values()]
    try:
        async with asyncio.timeout(20):
            await asyncio.gather(*(each.up.wait() for each in park.values()))
        await asyncio.sleep(0.5)  # what they said at their start is written four times a second
        yield service, park
    finally:
        await asyncio.gather(*(each.leave() for each in park.values()))
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        if service.running:
            assert service.stop() == 0


async def test_the_walk_through_ends_with_nothing_that_differs(tmp_path: Path) -> None:
    async with a_park(tmp_path) as (service, park):
        drift, codes = "1", []
        for number, line in enumerate(typed()):
            assert line[0] == "kreiswatt"
            saved = tmp_path / line[-1] if ">" in line else None
            words = line[1 : line.index(">") if ">" in line else None]
            words = [f"@{tmp_path / 'plan.json'}" if word == "@plan.json" else word for word in words]
            if words[:2] == ["profiles", "adopt"]:
                words[2] = drift
            if number == 8:
                park[BY_HAND].settings["HeartbeatInterval"] = "77"
            ended = await asyncio.to_thread(kreiswatt, *words, "--config", service.configuration.folder)
            codes.append(ended.returncode)
            assert codes == EXPECTED[: number + 1], (words, ended.stdout, ended.stderr)
            if saved:
                saved.write_text(ended.stdout)
            if words[:2] == ["stations", "drift"] and "--json" in words:
                (row,) = json.loads(ended.stdout)["items"]
                drift = str(row["id"])
                assert (row["station"], row["found"], row["wanted"]) == (REFUSING, "60", "120")
        assert len(codes) == len(EXPECTED)
    assert [name for name, each in park.items() if each.restarts] == ["kranichwerk-2", "kranichwerk-7"]
    assert max(each.most_under_way for each in park.values()) == 1
    others = {each.settings["HeartbeatInterval"] for each in park.values() if each.is_16}
    assert others == {"300"}
    assert park[REFUSING].settings["TxCtrlr/EVConnectionTimeOut"] == "60"
    assert park["ladequell-1"].settings["TxCtrlr/EVConnectionTimeOut"] == "120"
