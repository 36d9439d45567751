"""The live district: starts all devices against a running service, and stops them cleanly."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from paho.mqtt.enums import MQTTProtocolVersion

from core.facts import LastValue
from core.inventory import Inventory
from core.ports import Clock
from demo import meters, vehicles
from demo.dialects import dialect_of
from demo.events import OutletEvent
from demo.messages import Outgoing
from demo.meters import Device, devices_of
from demo.mqtt import BrokerAccess, Line
from demo.outlets import protocols_of, stations_of
from demo.stations import StationClient
from demo.tally import Tally
from demo.vehicles import Module, modules_of
from demo.world import World

TICK_S = 0.5
_CLOSE_WITHIN_S = 5.0


async def play(
    inventory: Inventory,
    *,
    broker: BrokerAccess,
    ocpp_url: str,
    secrets: Mapping[str, str],
    clock: Clock,
    seed: int,
    stop: asyncio.Event,
    last: Iterable[LastValue] = (),
) -> Tally:
    """Let the district live until `stop` is set; return the account of what it sent and was promised.

    `secrets` are the stations' passwords by id, `last` the last values in the store, from which
    registers count on. Sessions that run at the end are ended; what has not been acknowledged or
    answered some seconds later stays out of the account.
    """
    now_utc = _milliseconds(clock())
    tally = Tally(now_utc)
    world = World(inventory, seed=seed, now_utc=now_utc, last=last)
    stations = _stations(inventory, ocpp_url, secrets, tally, clock)
    lines = _Lines(broker, tally)
    talks = [asyncio.create_task(station.run(), name=f"demo {name}") for name, station in stations.items()]
    try:
        await _live(world, stations, _desk(inventory, world, seed, now_utc), lines, tally, clock=clock, stop=stop)
    finally:
        _hear(stations, world.close(_milliseconds(clock())))
        for station in stations.values():
            station.finish()
        await asyncio.gather(_end(talks), lines.close())
    return tally


class _Lines:
    """The district's connections: readers and Shellys speak MQTT 3.1.1, the LoRaWAN server MQTT 5."""

    def __init__(self, broker: BrokerAccess, tally: Tally) -> None:
        old, new = MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5
        self._by_format = {
            "tasmota": Line(broker, old, "demo-readers", tally),
            "shelly": Line(broker, old, "demo-shellys", tally),
            "chirpstack": Line(broker, new, "demo-chirpstack", tally),
            "ovms": Line(broker, old, "demo-ovms", tally),
            "teslamate": Line(broker, old, "demo-teslamate", tally),
        }

    def publish(self, messages: Iterable[Outgoing]) -> None:
        for message in messages:
            self._by_format[message.format].publish(message)

    def sweep(self) -> None:
        for line in self._by_format.values():
            line.sweep()

    async def close(self) -> None:
        await asyncio.gather(*(line.close(_CLOSE_WITHIN_S) for line in self._by_format.values()))


async def _live(
    world: World,
    stations: Mapping[str, StationClient],
    desk: Sequence[Device | Module],
    lines: _Lines,
    tally: Tally,
    *,
    clock: Clock,
    stop: asyncio.Event,
) -> None:
    while not stop.is_set():
        now_utc = _milliseconds(clock())
        _hear(stations, world.step(now_utc))
        for device in desk:
            if now_utc.timestamp() >= device.due_s:
                device.due_s = now_utc.timestamp() + _every_s(device)
                if _speaks(world, device):
                    lines.publish(device.messages(now_utc))
        lines.sweep()
        tally.turn_page(now_utc)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), TICK_S)


async def _end(talks: Sequence[asyncio.Task[None]]) -> None:
    if not talks:
        return
    _, unfinished = await asyncio.wait(talks, timeout=_CLOSE_WITHIN_S)
    for task in unfinished:
        task.cancel()
    for outcome in await asyncio.gather(*talks, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome


def _stations(
    inventory: Inventory, ocpp_url: str, secrets: Mapping[str, str], tally: Tally, clock: Clock
) -> dict[str, StationClient]:
    protocols = protocols_of(inventory)
    return {
        station.id: StationClient(
            station,
            dialect_of(protocols[station.id], station),
            url=ocpp_url,
            secret=secrets.get(station.id, ""),
            tally=tally,
            clock=clock,
        )
        for station in stations_of(inventory, clock().date())
    }


def _desk(inventory: Inventory, world: World, seed: int, now_utc: datetime) -> list[Device | Module]:
    zones = {site.id: ZoneInfo(site.time_zone) for site in inventory.sites.values()}
    devices = devices_of(tuple(world.dials.values()), zones, seed, now_utc.timestamp())
    return [*devices, *modules_of(inventory, world.cars, now_utc.timestamp())]


def _hear(stations: Mapping[str, StationClient], events: Iterable[OutletEvent]) -> None:
    for event in events:
        stations[event.station].hear(event)


def _speaks(world: World, device: Device | Module) -> bool:
    return isinstance(device, Module) or all(world.speaks(dial.meter.id) for dial in device.dials)


def _every_s(device: Device | Module) -> float:
    if isinstance(device, Device):
        return meters.EVERY_S[device.format]
    return vehicles.every_s(device)


def _milliseconds(at_utc: datetime) -> datetime:
    return at_utc.replace(microsecond=at_utc.microsecond // 1000 * 1000)
