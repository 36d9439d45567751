"""Ports of this machine that are free, and a configuration moved onto them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from config.settings import FILE, Settings

LOOPBACK = "127.0.0.1"


def free_ports(count: int) -> list[int]:
    """Return different ports that nobody on this machine listens on."""
    with ExitStack() as stack:
        return [_bound(stack, 0) for _ in range(count)]


def is_free(port: int) -> bool:
    """Return whether a port of this machine can be listened on."""
    with ExitStack() as stack:
        try:
            _bound(stack, port)
        except OSError:
            return False
    return True


def evade(settings: Settings) -> Settings:
    """Return the settings with every port that is taken replaced by a free one."""
    spare = iter(free_ports(4))
    console = replace(settings.console, port=_or(settings.console.port, spare))
    charge_points = replace(settings.charge_points, port=_or(settings.charge_points.port, spare))
    embedded, brokers = settings.embedded_broker, settings.brokers
    if embedded is not None:
        embedded = replace(embedded, port=_or(embedded.port, spare), port_311=_or(embedded.port_311, spare))
        brokers = (replace(brokers[0], port=embedded.port), *brokers[1:])
    return replace(settings, console=console, charge_points=charge_points, embedded_broker=embedded, brokers=brokers)


def write_free_ports(folder: Path) -> None:
    """Put free ports into a `kreiswatt.yaml` fresh from `create`."""
    console, stations, broker, broker_311 = free_ports(4)
    file = folder / FILE
    text = file.read_text(encoding="utf-8")
    for old, new in (
        ("  # port: 8080\n", f"  port: {console}\n"),
        ("  # port: 8887\n", f"  port: {stations}\n"),
        ("embedded_broker: true\n", f"embedded_broker:\n  port: {broker}\n  port_311: {broker_311}\n"),
    ):
        text = text.replace(old, new, 1)
    file.write_text(text, encoding="utf-8")


def _or(port: int, spare: Iterator[int]) -> int:
    return port if is_free(port) else next(spare)


def _bound(stack: ExitStack, port: int) -> int:
    listener = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((LOOPBACK, port))
    bound: int = listener.getsockname()[1]
    return bound
