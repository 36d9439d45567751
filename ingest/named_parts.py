"""Parts of devices whose numbers somebody else names: radio, gateways, automation systems, any JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from core.errors import FormatError
from core.inventory import Medium
from ingest import sparkplug
from ingest.decoders import obis_json, vzlogger, wmbusmeters
from ingest.decoders.sparkplug_b import TYPES
from ingest.messages import Message
from ingest.naming import MOST_NAMES, Named, names_in, number_in, suggested
from ingest.obis import obis
from ingest.part_rows import Part, bodies_of
from ingest.recognition import Group
from ingest.redaction import redact, redact_topic
from ingest.values import json_value, shown

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


def wmbus_parts(group: Group, messages: list[Message]) -> Iterable[Part]:
    """Yield the meters by their ids, or the only one."""
    found: dict[str, Part] = {}
    for message in messages:
        for body in bodies_of([message], group.topic):
            meter, media = str(body.get("id") or ""), str(body.get("media") or "").casefold()
            known = media in wmbusmeters.MEDIA
            named = () if known else tuple(each for each in names_in(message.topic, message.payload))
            name = shown(body.get("name") or "")
            found[meter] = Part(device=meter, name=name, names=named, medium=_MEDIA.get(media))
    if len(found) > 1:
        return found.values()
    return [Part(name=part.name, names=part.names, medium=part.medium) for part in found.values()] or [Part()]


def obis_parts(group: Group, messages: list[Message]) -> Iterable[Part]:  # noqa: ARG001
    """Yield the meter, with the registers whose unit nobody states."""
    for message in reversed(messages):
        device = obis_json.device_in(message.payload)
        if device is not None:
            found = obis_json.registers(message.payload, device)
            named = tuple(Named(code, text, "") for code, text, unit in found if not unit)
            yield Part(device=device, names=named, medium=Medium.ELECTRICITY, unit_open=bool(named))
            return


def vzlogger_parts(group: Group, messages: list[Message]) -> Iterable[Part]:
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


def camera_parts(group: Group, messages: list[Message]) -> Iterable[Part]:  # noqa: ARG001
    """Yield the dial that a camera reads."""
    newest = next(iter(bodies_of(reversed(messages))), {})
    return (Part(names=(Named("value", shown(newest.get("value", "")), ""),)),)


def chirpstack_parts(group: Group, messages: list[Message]) -> Iterable[Part]:  # noqa: ARG001
    """Yield the sensor, by what its codec names."""
    return (_lora(messages, ("object",), ("deviceInfo", "deviceName")),)


def things_stack_parts(group: Group, messages: list[Message]) -> Iterable[Part]:  # noqa: ARG001
    """Yield the sensor, by what its formatter names."""
    return (_lora(messages, ("uplink_message", "decoded_payload"), ("end_device_ids", "device_id")),)


def _lora(messages: list[Message], inside: tuple[str, ...], called: tuple[str, str]) -> Part:
    named: dict[str, Named] = {}
    name = ""
    for message in messages:
        named |= {each.name: each for each in names_in(message.topic, message.payload, inside)}
        for body in bodies_of([message]):
            info = body.get(called[0])
            name = shown(info.get(called[1], name)) if isinstance(info, dict) else name
    return Part(name=name, names=tuple(named.values())[:MOST_NAMES])


def sparkplug_parts(group: Group, messages: list[Message]) -> Iterable[Part]:
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


def discovery_parts(group: Group, messages: list[Message]) -> Iterable[Part]:
    """Yield the announced device; its states come under what their topics have in common."""
    states = sorted({topic for each in messages for topic in _state_topics(each)})
    common = states[0] if states else ""
    for topic in states[1:]:
        while common and not f"{topic}/".startswith(f"{common}/"):
            common = common.rpartition("/")[0]
    inside = f"{common}/".startswith(f"{group.topic}/")
    yield Part(device="" if inside else common)


def _state_topics(message: Message) -> Iterable[str]:
    for body in bodies_of([message]) if message.topic.endswith("/config") else ():
        base, parts = body.get("~"), body.get("components") or body.get("cmps")
        for each in (body, *(parts.values() if isinstance(parts, dict) else ())):
            topic = (each.get("state_topic") or each.get("stat_t")) if isinstance(each, dict) else None
            if isinstance(topic, str):
                yield topic.replace("~", base) if isinstance(base, str) else topic


def states_parts(group: Group, messages: list[Message]) -> Iterable[Part]:
    """Yield the states beside each other as one meter; only numbers can be one."""
    named: dict[str, Named] = {}
    for message in messages:
        name = message.topic.removeprefix(f"{group.topic}/").replace("/", ".")
        for body in bodies_of([message]):
            text = number_in(str(body.get("val")).encode())
            if text:
                named[name] = Named(name, text, suggested(name))
    yield Part(names=tuple(named.values())[:MOST_NAMES])


def any_json_parts(group: Group, messages: list[Message]) -> Iterable[Part]:  # noqa: ARG001
    """Yield all numbers of the newest messages as one meter."""
    named: dict[str, Named] = {}
    for message in messages[-5:]:
        named |= {each.name: each for each in names_in(message.topic, message.payload)}
    yield Part(names=tuple(named.values())[:MOST_NAMES])


def any_value_parts(group: Group, messages: list[Message]) -> Iterable[Part]:
    """Yield the topics beside each other as one meter."""
    named: dict[str, Named] = {}
    for message in messages:
        name = redact_topic(message.topic.removeprefix(group.topic).strip("/")) or "value"
        if text := number_in(redact(message.topic, message.payload)):
            named[name] = Named(name, text, suggested(name))
    yield Part(names=tuple(named.values())[:MOST_NAMES])


def anything_parts(group: Group, messages: list[Message]) -> Iterable[Part]:  # noqa: ARG001 - it says itself what it is
    """Yield one part that says itself what it is."""
    return (Part(),)
