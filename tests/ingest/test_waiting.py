"""Values before their announcements, through a real Mosquitto: they wait on disk, and are read in their order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import StoreError
from core.inventory import Feed, Inventory
from ingest.messages import Message
from ingest.redaction import REDACTED
from ingest.waiting import LONGEST_S, QUIET_S, SILENCE_S, Former, Patience, Waiting, waiting_in
from tests.ingest.rig import SOC, Device, ListStore, Mosquitto, make, meter, running, soc_values, until, vehicle

NODE, STATE = "homeassistant/sensor/plug", "zigbee2mqtt/plug"
VAN = vehicle("van", Feed(broker="main", format="ovms_v3", topic="ovms/fleet/VAN1"))
DISTRICT = Inventory(
    meters={
        "plug": meter("plug", Feed(broker="main", format="ha_discovery", topic=NODE, device=STATE)),
        "house": meter(
            "house",
            Feed(broker="main", format="vzlogger", topic="vzlogger", fields=(("1-0:1.8.0", "energy_import_wh"),)),
        ),
    },
    vehicles={"van": VAN},
)
WORDS = {"unit_of_measurement": "kWh", "state_topic": STATE}
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def announce(device: Device) -> None:
    """Announce two values of a plug and a channel of a reader, for good."""
    for name, device_class, unit in (("energy", "energy", "kWh"), ("power", "power", "W")):
        template = f"{{{{ value_json.{name} }}}}"
        words = {**WORDS, "device_class": device_class, "unit_of_measurement": unit, "value_template": template}
        device.send(f"{NODE}/{name}/config", json.dumps(words), retain=True)
    device.send("vzlogger/chn0/id", "1-0:1.8.0", retain=True)


def values(store: ListStore) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for reading in sorted(store.readings, key=lambda each: each.at_utc):
        if reading.source != "vehicle:van":
            found.setdefault(f"{reading.source} {reading.quantity}", []).append(reading.value)
    return found


def expected(count: int) -> dict[str, list[float]]:
    return {
        "meter:plug energy_import_wh": [1000.0 * number for number in range(count)],
        "meter:plug power_w": [float(number) for number in range(count)],
        "meter:house energy_import_wh": [float(number) for number in range(count)],
    }


def say(device: Device, count: int) -> None:
    states = [(STATE, f'{{"energy":{number},"power":{number}}}') for number in range(count)]
    channel = [("vzlogger/chn0/raw", str(number)) for number in range(count)]
    device.send_all([each for pair in zip(states, channel, strict=True) for each in pair])


def left(folder: Path) -> list[bytes]:
    """Return the lines of all that waits."""
    return [line for file in folder.glob("*.jsonl") for line in file.read_bytes().splitlines()]


async def subscribed(mosquitto: Mosquitto, folder: Path, protocol: str, workers: int) -> None:
    settings = mosquitto.settings(protocol=protocol, decode_workers=workers)
    async with running(make(settings, ListStore(), folder=folder, inventory=lambda: DISTRICT)):
        await asyncio.sleep(0.1)


@pytest.mark.mosquitto
@pytest.mark.parametrize(("protocol", "workers"), [("5", 0), ("3.1.1", 0), ("5", 2)])
async def test_what_a_resumed_session_brings_before_the_announcements_is_read_by_them(
    mosquitto: Mosquitto, device: Device, store: ListStore, tmp_path: Path, protocol: str, workers: int
) -> None:
    folder = tmp_path / "run"
    await subscribed(mosquitto, folder, protocol, workers)
    announce(device)
    say(device, 300)
    settings = mosquitto.settings(protocol=protocol, decode_workers=workers)
    daemon = make(settings, store, folder=folder, inventory=lambda: DISTRICT)
    async with running(daemon):
        device.send(SOC, "77")
        await until(lambda: soc_values(store) == [77.0])  # others do not wait for it
        await until(lambda: values(store) == expected(300), 20)
        say(device, 1)
        await until(lambda: len(values(store)["meter:plug power_w"]) == 301)
        assert store.kept == []
    assert left(folder) == []


@pytest.mark.mosquitto
async def test_what_waits_is_on_disk_before_it_is_acknowledged_and_read_after_a_crash(
    mosquitto: Mosquitto, device: Device, store: ListStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.waiting.QUIET_S", 60)
    monkeypatch.setattr("ingest.waiting.SILENCE_S", 60)
    folder = tmp_path / "run"
    await subscribed(mosquitto, folder, "5", 0)
    announce(device)
    say(device, 50)
    first = make(mosquitto.settings(), store, folder=folder, inventory=lambda: DISTRICT)
    async with running(first):
        await until(lambda: first.health().figures["waited"] == 100)
        await until(lambda: first.health().figures["retained"] == 3)
    assert (store.readings, store.kept) == ([], [])
    assert len(left(folder)) == 100
    monkeypatch.undo()
    async with running(make(mosquitto.settings(), store, folder=folder, inventory=lambda: DISTRICT)):
        await until(lambda: values(store) == expected(50), 20)
    assert left(folder) == []


@pytest.mark.mosquitto
async def test_what_nobody_announces_is_rejected_after_a_while(
    mosquitto: Mosquitto, device: Device, store: ListStore, tmp_path: Path
) -> None:
    daemon = make(mosquitto.settings(), store, folder=tmp_path / "run", inventory=lambda: DISTRICT)
    async with running(daemon):
        device.send(STATE, '{"energy":1}')
        await until(lambda: daemon.health().figures["waited"] == 1)
        assert store.kept == []
        await until(lambda: [each.reason.code for each in store.kept] == ["payload.not_announced"])
        device.send(STATE, '{"energy":2}')
        await until(lambda: len(store.kept) == 2)
        assert daemon.health().figures["waited"] == 1


def test_patience_ends_with_quiet_with_silence_or_in_any_case() -> None:
    for seen, ends_s in (
        ([(1.0, True), (1.5, False)], 1.0 + QUIET_S),
        ([(1.0, False)], 1.0 + SILENCE_S),
        ([(second / 2, False) for second in range(200)], LONGEST_S),
        ([(second / 2, True) for second in range(200)], LONGEST_S),
    ):
        patience, ended, events = Patience(), [], list(seen)
        assert not patience.ends(1e9)
        patience.begin(0.0)
        for tick in range(600):
            now = tick / 10
            while events and events[0][0] <= now:
                at, retained = events.pop(0)
                patience.saw(at, retained=retained)
            if patience.ends(now):
                ended.append(now)
        assert ended == [pytest.approx(ends_s, abs=0.21)]


def test_without_a_connection_nothing_is_heard_and_nothing_ends() -> None:
    patience = Patience()
    patience.begin(0.0)
    patience.pause(100.0)
    assert not patience.ends(101.0)
    assert patience.ends(100.0 + SILENCE_S + 0.1)


def messages(count: int) -> Sequence[Message]:
    return [
        Message("main", f"x/{number % 3}", f'{{"a":{number},"lat":51.1}}'.encode(), NOW + timedelta(seconds=number))
        for number in range(count)
    ]


def files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def tear(file: Path) -> None:
    """Leave behind what a crash leaves of a line."""
    with file.open("ab") as torn:
        torn.write(b'["main","x/0","e30=","2026-')


async def test_what_was_left_by_three_lanes_is_dealt_to_one_and_gone_when_it_is_stored(tmp_path: Path) -> None:
    for number, lane in enumerate(waiting_in(tmp_path, "main.id", 3, lambda topic: int(topic[-1]))):
        await lane.keep([each for each in messages(30) if each.topic == f"x/{number}"])
    tear(tmp_path / files(tmp_path)[0])
    (again,) = waiting_in(tmp_path, "main.id", 1, lambda _topic: 0)
    assert [each.received_at_utc for each in again.messages] == [each.received_at_utc for each in messages(30)]
    assert json.loads(again.messages[1].payload) == {"a": 1, "lat": REDACTED}
    two = waiting_in(tmp_path, "main.id", 2, lambda topic: int(topic[-1]) % 2)
    assert sum(len(each.messages) for each in two) == 30
    await two[0].keep(messages(1))
    assert len(files(tmp_path)) == 4
    two[0].clear()
    assert len(files(tmp_path)) == 3
    two[1].clear()
    assert files(tmp_path) == []


async def test_a_disk_that_fails_is_told_and_nothing_half_is_left(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    waiting = Waiting(tmp_path / "file" / "below", Former([], 1))
    with pytest.raises(StoreError):
        await waiting.keep(messages(1))
    assert waiting.messages == []


async def test_too_much_does_not_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.waiting.MOST", 5)
    waiting = Waiting(tmp_path / "w.jsonl", Former([], 1))
    await waiting.keep(messages(4))
    assert not waiting.is_full
    await waiting.keep(messages(1))
    assert waiting.is_full
