"""The broker that the service runs itself, by our settings, through both of its doors."""

from __future__ import annotations

import asyncio
import stat
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from paho.mqtt.client import MQTTv5, MQTTv311
from paho.mqtt.enums import MQTTProtocolVersion

from core.errors import ConfigError, UnavailableError
from ingest.embedded import WINDOW, EmbeddedBroker, embedded_toml
from ingest.settings import BrokerSettings, EmbeddedBrokerSettings
from tests.ingest.rig import PASSWORD, USER, Device, ListStore, free_port, make, refused_as, running, until

SOC = "ovms/fleet/VAN1/metric/v/b/soc"


@pytest.fixture
def settings() -> EmbeddedBrokerSettings:
    return EmbeddedBrokerSettings(port=free_port(), port_311=free_port(), users={USER: PASSWORD})


@pytest.fixture
def embedded(settings: EmbeddedBrokerSettings, tmp_path: Path) -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker(settings, tmp_path / "broker") as broker:
        yield broker
    assert not broker.running


def ours(settings: EmbeddedBrokerSettings) -> BrokerSettings:
    return BrokerSettings(name="main", port=settings.port, username=USER, password=PASSWORD, window=WINDOW)


@pytest.mark.parametrize("protocol", [MQTTv311, MQTTv5])
async def test_devices_of_both_versions_reach_the_store(
    embedded: EmbeddedBroker, settings: EmbeddedBrokerSettings, store: ListStore, protocol: MQTTProtocolVersion
) -> None:
    port = settings.port if protocol == MQTTv5 else settings.port_311
    async with running(make(ours(settings), store)):
        with Device(port, protocol, USER, PASSWORD) as device:
            await asyncio.to_thread(device.send_all, [(SOC, f"{number / 100}") for number in range(1000)])
            await until(lambda: len(store.readings) == 1000)
    assert [reading.value for reading in store.readings] == [number / 100 for number in range(1000)]
    assert embedded.running


async def test_a_session_is_resumed_while_the_broker_lives(
    embedded: EmbeddedBroker, settings: EmbeddedBrokerSettings, store: ListStore
) -> None:
    async with running(make(ours(settings), ListStore())):
        assert embedded.running
    with Device(settings.port_311, MQTTv311, USER, PASSWORD) as device:
        await asyncio.to_thread(device.send_all, [(SOC, f"{number / 100}") for number in range(300)])
    async with running(make(ours(settings), store)):
        await until(lambda: len(store.readings) == 300)


async def test_strangers_are_not_let_in(
    embedded: EmbeddedBroker, settings: EmbeddedBrokerSettings, store: ListStore
) -> None:
    stranger = replace(ours(settings), password="guess")
    at_the_other_door = replace(stranger, port=settings.port_311, protocol="3.1.1")
    for door in (stranger, at_the_other_door):
        await refused_as(make(door, store), "ingest.broker_lost")
    assert embedded.running


@pytest.mark.usefixtures("embedded")
def test_the_file_with_the_passwords_is_its_owners_alone(tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "broker" / "broker.toml").stat().st_mode) == 0o600


def test_it_never_runs_open_to_everybody(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        EmbeddedBroker(EmbeddedBrokerSettings(), tmp_path)
    assert [finding.code for finding in caught.value.findings] == ["ingest.embedded_without_users"]


@pytest.mark.usefixtures("embedded")
def test_a_port_that_is_taken_is_told(settings: EmbeddedBrokerSettings, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"ingest\.embedded_not_started"):
        EmbeddedBroker(settings, tmp_path / "second").start()


def test_its_configuration_binds_to_loopback_with_users_on_both_ports() -> None:
    settings = EmbeddedBrokerSettings(port=1, port_311=2, users={"a": 'quote " and \\', "b-c": "d"})
    made = tomllib.loads(embedded_toml(settings))
    assert made["v5"]["1"]["listen"] == "127.0.0.1:1"
    assert made["v4"]["1"]["listen"] == "127.0.0.1:2"
    for version in ("v4", "v5"):
        assert made[version]["1"]["connections"]["auth"] == settings.users
