"""What stands behind the topics of a device: its meters and channels, each as an inventory entry would name it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from core.errors import FormatError
from core.inventory import Generator, Medium, MeterRole
from ingest import sparkplug
from ingest.decoders import obis_json, shelly_gen1, shelly_gen2, tasmota_p1, tasmota_sml, vzlogger, wmbusmeters
from ingest.decoders.sparkplug_b import TYPES
from ingest.hearing import in_order
from ingest.messages import Message
from ingest.naming import MOST_NAMES, Named, names_in, number_in, suggested
from ingest.obis import obis
from ingest.recognition import Group
from ingest.redaction import redact_topic
from ingest.tasmota import sensors
from ingest.values import json_object, json_value, shown

LARGEST: Final = 64
"""How many meters and channels of one device are told."""


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
_MEDIA: Final = {
    "water": Medium.WATER,
    "cold water": Medium.WATER,
    "warm water": Medium.WATER,
    "hot water": Medium.WATER,
    "heat": Medium.HEAT,
    "heat/cooling load": Medium.HEAT,
    "gas": Medium.GAS,
    "electricity": Medium.ELECTRICITY,
}


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


def _bodies(messages: Iterable[Message], topic: str = "") -> Iterable[dict[str, object]]:
    for message in messages:
        if topic in ("", message.topic):
            try:
                yield json_object(message.payload)
            except FormatError:
                continue


def _sml(group: Group, messages: list[Message]) -> Iterable[Part]:
    """Yield the objects of a reader: those with its usual names, or the one that is called as usual."""
    usual = {field.name for field in tasmota_sml.FIELDS}
    found: dict[str, tuple[Named, ...]] = {}
    for message in messages:
        for body in _bodies([message], group.topic):
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
    for body in _bodies(messages, group.topic):
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
    for body in _bodies([message]):
        if tail == "events/rpc":
            params = body.get("params")
            yield from params.items() if isinstance(params, dict) else ()
        else:
            yield tail.removeprefix("status/"), body


def _measures(status: Mapping[str, object], first: str, kind: str) -> bool:
    """Return whether a component measures; a bare relay has the name of one that does."""
    return kind.startswith("em") or first in status or any("energy" in name for name in status)


def _wmbus(group: Group, messages: list[Message]) -> Iterable[Part]:
    found: dict[str, Part] = {}
    for message in messages:
        for body in _bodies([message], group.topic):
            meter, media = str(body.get("id") or ""), str(body.get("media") or "").casefold()
            known = media in wmbusmeters.MEDIA
            named = () if known else tuple(each for each in names_in(message.topic, message.payload))
            name = shown(body.get("name") or "")
            found[meter] = Part(device=meter, name=name, names=named, medium=_MEDIA.get(media))
    if len(found) > 1:
        return found.values()
    return [Part(name=part.name, names=part.names, medium=part.medium) for part in found.values()] or [Part()]


def _obis(group: Group, messages: list[Message]) -> Iterable[Part]:  # noqa: ARG001
    """Yield the meter, with the registers whose unit nobody states."""
    for message in reversed(messages):
        device = obis_json.device_in(message.payload)
        if device is not None:
            found = obis_json.registers(message.payload, device)
            named = tuple(Named(code, text, "") for code, text, unit in found if not unit)
            yield Part(device=device, names=named, medium=Medium.ELECTRICITY, unit_open=bool(named))
            return


def _vzlogger(group: Group, messages: list[Message]) -> Iterable[Part]:
    """Yield the channels as one meter: each by its code or uuid where it was announced, else by its place."""
    names: dict[str, dict[str, str]] = {}
    for message in messages:
        channel, _, leaf = message.topic.removeprefix(f"{group.topic}/").rpartition("/")
        if leaf in vzlogger.LEAVES and channel.startswith("chn"):
            names.setdefault(channel, {})[leaf] = _text(message.payload)
    named = [
        Named(said.get("id") or said.get("uuid") or channel, said.get("raw") or said.get("agg") or "", "")
        for channel, said in names.items()
    ]
    yield Part(names=tuple(named), medium=Medium.ELECTRICITY, unit_open=any(obis(each.name) for each in named))


def _text(payload: bytes) -> str:
    text = payload.decode("utf-8", "replace").strip()
    if text.startswith("{"):
        try:
            body = json_value(payload)
        except FormatError:
            return ""
        return shown(body.get("value", "")) if isinstance(body, dict) else ""
    return shown(text)


def _camera(group: Group, messages: list[Message]) -> Iterable[Part]:  # noqa: ARG001
    newest = next(iter(_bodies(reversed(messages))), {})
    return (Part(names=(Named("value", shown(newest.get("value", "")), ""),)),)


def _chirpstack(group: Group, messages: list[Message]) -> Iterable[Part]:  # noqa: ARG001
    return (_lora(messages, ("object",), ("deviceInfo", "deviceName")),)


def _things_stack(group: Group, messages: list[Message]) -> Iterable[Part]:  # noqa: ARG001
    return (_lora(messages, ("uplink_message", "decoded_payload"), ("end_device_ids", "device_id")),)


def _lora(messages: list[Message], inside: tuple[str, ...], called: tuple[str, str]) -> Part:
    named: dict[str, Named] = {}
    name = ""
    for message in messages:
        named |= {each.name: each for each in names_in(message.topic, message.payload, inside)}
        for body in _bodies([message]):
            info = body.get(called[0])
            name = shown(info.get(called[1], name)) if isinstance(info, dict) else name
    return Part(name=name, names=tuple(named.values())[:MOST_NAMES])


def _sparkplug(group: Group, messages: list[Message]) -> Iterable[Part]:
    """Yield what births and data name of the device; a node that only speaks of itself is no meter."""
    own = "/".join(level for place, level in enumerate(group.topic.split("/")) if place != 2)  # noqa: PLR2004
    named: dict[str, Named] = {}
    for message in messages:
        levels = message.topic.split("/")
        if len(levels) < 4 or levels[2] not in TYPES or "/".join((*levels[:2], *levels[3:])) != own:  # noqa: PLR2004
            continue
        try:
            metrics = sparkplug.read(message.payload).metrics
        except FormatError:
            continue
        for metric in metrics:
            if metric.name and metric.name != "bdSeq" and not isinstance(metric.value, str | bool):
                value = metric.number(metric.datatype)
                named[metric.name] = Named(metric.name, "" if value is None else shown(value), suggested(metric.name))
    is_node = group.topic.split("/")[2] == "NDATA"
    return () if is_node and not named else (Part(names=tuple(named.values())[:MOST_NAMES]),)


def _discovery(group: Group, messages: list[Message]) -> Iterable[Part]:
    """Yield the announced device; its states come under what their topics have in common."""
    states = sorted({topic for each in messages for topic in _state_topics(each)})
    common = states[0] if states else ""
    for topic in states[1:]:
        while common and not f"{topic}/".startswith(f"{common}/"):
            common = common.rpartition("/")[0]
    inside = f"{common}/".startswith(f"{group.topic}/")
    yield Part(device="" if inside else common)


def _state_topics(message: Message) -> Iterable[str]:
    for body in _bodies([message]) if message.topic.endswith("/config") else ():
        base, parts = body.get("~"), body.get("components") or body.get("cmps")
        for each in (body, *(parts.values() if isinstance(parts, dict) else ())):
            topic = (each.get("state_topic") or each.get("stat_t")) if isinstance(each, dict) else None
            if isinstance(topic, str):
                yield topic.replace("~", base) if isinstance(base, str) else topic


def _states(group: Group, messages: list[Message]) -> Iterable[Part]:
    """Yield the states beside each other as one meter; only numbers can be one."""
    named: dict[str, Named] = {}
    for message in messages:
        name = message.topic.removeprefix(f"{group.topic}/").replace("/", ".")
        for body in _bodies([message]):
            text = number_in(str(body.get("val")).encode())
            if text:
                named[name] = Named(name, text, suggested(name))
    yield Part(names=tuple(named.values())[:MOST_NAMES])


def _any_json(group: Group, messages: list[Message]) -> Iterable[Part]:  # noqa: ARG001
    named: dict[str, Named] = {}
    for message in messages[-5:]:
        named |= {each.name: each for each in names_in(message.topic, message.payload)}
    yield Part(names=tuple(named.values())[:MOST_NAMES])


def _any_value(group: Group, messages: list[Message]) -> Iterable[Part]:
    named: dict[str, Named] = {}
    for message in messages:
        name = redact_topic(message.topic.removeprefix(group.topic).strip("/")) or "value"
        if text := number_in(message.payload):
            named[name] = Named(name, text, suggested(name))
    yield Part(names=tuple(named.values())[:MOST_NAMES])


def _anything(group: Group, messages: list[Message]) -> Iterable[Part]:  # noqa: ARG001 - it says itself what it is
    return (Part(),)


FINDERS: Final[Mapping[str, Callable[[Group, list[Message]], Iterable[Part]]]] = {
    "tasmota_sml": _sml,
    "tasmota_plug": _plug,
    "tasmota_counter": _counter,
    "tasmota_p1": _p1,
    "shelly_gen1": _gen1,
    "shelly_gen2": _gen2,
    "chirpstack_v4": _chirpstack,
    "things_stack_v3": _things_stack,
    "ovms_v3": _vehicle,
    "teslamate": _vehicle,
    "ha_discovery": _discovery,
    "ha_statestream": _anything,
    "iobroker": _states,
    "vzlogger": _vzlogger,
    "obis_json": _obis,
    "wmbusmeters": _wmbus,
    "ai_on_the_edge": _camera,
    "opendtu": _solar,
    "ahoydtu": _solar,
    "evcc": _evcc,
    "sparkplug_b": _sparkplug,
    "generic_json": _any_json,
    "generic_value": _any_value,
}
"""How the meters of a device are found; a format that is not here has one, of electricity."""
