"""A configuration moved onto ports that are free."""

import socket
from pathlib import Path

from config.load import check, load
from config.ports import evade, free_ports, write_free_ports
from config.settings import Settings


def ports(settings: Settings) -> list[int]:
    embedded = settings.embedded_broker
    assert embedded
    return [settings.console.port, settings.charge_points.port, embedded.port, embedded.port_311]


def test_free_ports_are_written_into_a_fresh_configuration(folder: Path) -> None:
    write_free_ports(folder)
    settings = load(folder, {}).settings
    assert len({*ports(settings), 8080, 8887, 1884, 1883}) == 8
    assert settings.brokers[0].port == settings.embedded_broker.port  # type: ignore[union-attr]
    assert [finding.code for finding in check(folder, {})] == ["config.embedded_broker_memory_only"]


def test_a_taken_port_is_evaded_and_a_free_one_kept(folder: Path) -> None:
    write_free_ports(folder)
    settings = load(folder, {}).settings
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", settings.console.port))
        taken.listen()
        evaded = evade(settings)
    assert evaded.console.port != settings.console.port
    assert ports(evaded)[1:] == ports(settings)[1:]


def test_free_ports_differ() -> None:
    assert len(set(free_ports(20))) == 20
