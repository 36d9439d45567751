"""A part of a device: a meter or channel as an inventory entry would name it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from core.errors import FormatError
from core.inventory import Generator, Medium, MeterRole
from ingest.messages import Message
from ingest.naming import Named
from ingest.values import json_object


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A meter or channel of a device: what its feed says besides the topic, and what is known of it.

    `names` are the numbers whose meaning the entry must declare. `unit_open` tells that the meaning of some is
    known and only the unit is not.
    """

    device: str = ""
    name: str = ""
    names: tuple[Named, ...] = ()
    medium: Medium | None = None
    role: MeterRole | None = None
    generator: Generator | None = None
    unit_open: bool = False
    vehicle: bool = False


ELECTRICITY: Final = Part(medium=Medium.ELECTRICITY)
SOLAR: Final = Part(medium=Medium.ELECTRICITY, role=MeterRole.GENERATION, generator=Generator.PV)
VEHICLE: Final = Part(vehicle=True)


def bodies_of(messages: Iterable[Message], topic: str = "") -> Iterable[dict[str, object]]:
    """Yield the objects that messages of a topic hold, of all topics if none is named."""
    for message in messages:
        if topic in ("", message.topic):
            try:
                yield json_object(message.payload)
            except FormatError:
                continue
