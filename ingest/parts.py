"""What stands behind the topics of a device: its meters and channels, each as an inventory entry would name it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from core.errors import FormatError
from core.inventory import Medium
from ingest.decoders import shelly_gen1, shelly_gen2, tasmota_p1, tasmota_sml
from ingest.hearing import in_order
from ingest.messages import Message
from ingest.named_parts import (
    any_json_parts,
    any_value_parts,
    anything_parts,
    camera_parts,
    chirpstack_parts,
    discovery_parts,
    obis_parts,
    sparkplug_parts,
    states_parts,
    things_stack_parts,
    vzlogger_parts,
    wmbus_parts,
)
from ingest.naming import Named, names_in
from ingest.part_rows import ELECTRICITY, SOLAR, VEHICLE, Part, bodies_of
from ingest.recognition import Group
from ingest.tasmota import sensors
from ingest.values import shown
from ingest.vehicle_parts import evcc_vehicle_parts, tesla_parts, tracker_parts

LARGEST: Final = 64
"""How many meters and channels of one device are told."""


def parts_of(group: Group) -> tuple[Part, ...]:
    """Return the meters and channels of a device, as far as its messages show them."""
    messages = in_order(group.tracks)
    return tuple(FINDERS.get(group.format, _one)(group, messages))[:LARGEST]


def _one(group: Group, messages: list[Message]) -> Iterable[Part]:  # noqa: ARG001 - one meter, whatever it says
    return (ELECTRICITY,)


def _solar(group: Group, messages: list[Message]) -> Iterable[Part]:  # noqa: ARG001
    return (SOLAR,)


def _vehicle(group: Group, messages: list[Message]) -> Iterable[Part]:  # noqa: ARG001
    return (VEHICLE,)


def _evcc(group: Group, messages: list[Message]) -> Iterable[Part]:  # noqa: ARG001
    return (SOLAR,) if group.topic.endswith("/pv") else (ELECTRICITY,)


def _sml(group: Group, messages: list[Message]) -> Iterable[Part]:
    """Yield the objects of a reader: those with its usual names, or the one that is called as usual."""
    usual = {field.name for field in tasmota_sml.FIELDS}
    found: dict[str, tuple[Named, ...]] = {}
    for message in messages:
        for body in bodies_of([message], group.topic):
            for name, values in _objects({**body, **_wrapped(body)}):
                if usual & values.keys() or name == tasmota_sml.DEFAULT_OBJECT:
                    inner = names_in(message.topic, message.payload, (name,))
                    found[name] = () if usual & values.keys() else tuple(inner)
    for name, named in found.items():
        device = "" if name == tasmota_sml.DEFAULT_OBJECT else name
        yield Part(device=device, name=device, names=named, medium=None if named else Medium.ELECTRICITY)


def _wrapped(body: Mapping[str, object]) -> Mapping[str, object]:
    wrapped = body.get("StatusSNS")
    return wrapped if isinstance(wrapped, dict) else {}


def _objects(body: Mapping[str, object]) -> Iterable[tuple[str, dict[str, object]]]:
    return ((name, value) for name, value in body.items() if isinstance(value, dict))


def _plug(group: Group, messages: list[Message]) -> Iterable[Part]:
    channels = 1
    for body in bodies_of(messages, group.topic):
        energy = {**body, **_wrapped(body)}.get("ENERGY")
        total = energy.get("Total") if isinstance(energy, dict) else None
        channels = max(channels, len(total) if isinstance(total, list) else 1)
    numbers = [""] if channels == 1 else [str(number) for number in range(1, channels + 1)]
    return (Part(device=number, name=number, medium=Medium.ELECTRICITY) for number in numbers)


def _counter(group: Group, messages: list[Message]) -> Iterable[Part]:
    found: dict[str, str] = {}
    for message in messages:
        if message.topic == group.topic:
            try:
                counters = sensors(message.payload).get("COUNTER")
            except FormatError:
                continue
            values = counters if isinstance(counters, dict) else {}
            found |= {name: shown(value) for name, value in values.items() if re.fullmatch("C[1-8]", name)}
    return (Part(name=name, names=(Named(name, value, ""),)) for name, value in found.items())


def _p1(group: Group, messages: list[Message]) -> Iterable[Part]:
    text = b"".join(message.payload for message in messages if message.topic == group.topic)
    yield ELECTRICITY
    for device in sorted({found.decode() for found in re.findall(rb'"(0-[1-4]):24\.2\.[13]\(', text)}):
        if re.fullmatch(tasmota_p1.DEVICE, device):
            yield Part(device=device, name=device)


def _gen1(group: Group, messages: list[Message]) -> Iterable[Part]:
    pattern = re.compile(rf"{re.escape(group.topic)}/({'|'.join(shelly_gen1.PARTS)})/(\d)/(\w+)")
    speaking = {"power", *shelly_gen1.TOTAL_OF, *shelly_gen1.TOTAL_OF.values()}
    found = {(m[1], m[2]) for each in messages if (m := pattern.fullmatch(each.topic)) and m[3] in speaking}
    is_3em = group.topic.rpartition("/")[2].startswith(shelly_gen1.THREE_PHASES)
    if is_3em or not found or (len(found) == 1 and next(iter(found))[1] == "0"):
        return [ELECTRICITY]
    names = sorted(f"{part}/{index}" for part, index in found)
    return [Part(device=name, name=name.replace("/", " "), medium=Medium.ELECTRICITY) for name in names]


def _gen2(group: Group, messages: list[Message]) -> Iterable[Part]:
    """Yield the components that measure; their data components belong to them."""
    found: dict[str, None] = {}
    for message in messages:
        tail = message.topic.removeprefix(f"{group.topic}/")
        for name, status in _components(tail, message):
            kind, _, index = name.partition(":")
            fields = shelly_gen2.COMPONENTS.get(kind)
            measures = isinstance(status, dict) and fields and _measures(status, fields[0].name, kind)
            if measures and index.isdecimal():
                found[f"{kind.removesuffix('data')}:{index}"] = None
    if not found or (len(found) == 1 and next(iter(found)).endswith(":0")):
        return [ELECTRICITY]
    return [Part(device=name, name=name.replace(":", " "), medium=Medium.ELECTRICITY) for name in sorted(found)]


def _components(tail: str, message: Message) -> Iterable[tuple[str, object]]:
    for body in bodies_of([message]):
        if tail == "events/rpc":
            params = body.get("params")
            yield from params.items() if isinstance(params, dict) else ()
        else:
            yield tail.removeprefix("status/"), body


def _measures(status: Mapping[str, object], first: str, kind: str) -> bool:
    """Return whether a component measures; a bare relay has the name of one that does."""
    return kind.startswith("em") or first in status or any("energy" in name for name in status)


FINDERS: Final[Mapping[str, Callable[[Group, list[Message]], Iterable[Part]]]] = {
    "tasmota_sml": _sml,
    "tasmota_plug": _plug,
    "tasmota_counter": _counter,
    "tasmota_p1": _p1,
    "shelly_gen1": _gen1,
    "shelly_gen2": _gen2,
    "chirpstack_v4": chirpstack_parts,
    "things_stack_v3": things_stack_parts,
    "evcc_vehicle": evcc_vehicle_parts,
    "wican": _vehicle,
    "tesla_fleet": tesla_parts,
    "traccar": tracker_parts,
    "ovms_v3": _vehicle,
    "teslamate": _vehicle,
    "ha_discovery": discovery_parts,
    "ha_statestream": anything_parts,
    "iobroker": states_parts,
    "vzlogger": vzlogger_parts,
    "obis_json": obis_parts,
    "wmbusmeters": wmbus_parts,
    "ai_on_the_edge": camera_parts,
    "opendtu": _solar,
    "ahoydtu": _solar,
    "evcc": _evcc,
    "sparkplug_b": sparkplug_parts,
    "generic_json": any_json_parts,
    "generic_value": any_value_parts,
}
"""How the meters of a device are found; a format that is not here has one, of electricity."""
