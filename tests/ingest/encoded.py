"""The day of every format, each with the inventory entry that reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from core.inventory import Inventory, Meter, Vehicle
from ingest.messages import Message
from ingest.routing import DECODERS
from tests.ingest.rig import meter, vehicle
from tests.ingest.simulated_day import Case, simulated_day

DAY = simulated_day()
END_UTC = DAY.period.end_utc
ENCODERS: dict[str, ModuleType] = {
    name: import_module(f"tests.ingest.encoders.{name}")
    for name in DECODERS
    if find_spec(f"tests.ingest.encoders.{name}")
}


def case_of(name: str) -> Case:
    case = ENCODERS[name].CASE
    assert isinstance(case, Case)
    return case


def entry_of(name: str) -> Meter | Vehicle:
    case, entry = case_of(name), name.replace("_", "-")
    if case.vehicle:
        return vehicle(entry, case.feed)
    plain = meter(entry, case.feed, case.medium)
    return replace(plain, nominal_interval_s=300, resolution=case.per_count, max_power_w=30_000.0)


def messages_of(name: str) -> Iterator[Message]:
    messages: Iterator[Message] = ENCODERS[name].messages(DAY)
    return messages


def district() -> Inventory:
    entries = [entry_of(name) for name in ENCODERS]
    return Inventory(
        meters={entry.id: entry for entry in entries if isinstance(entry, Meter)},
        vehicles={entry.id: entry for entry in entries if isinstance(entry, Vehicle)},
    )
