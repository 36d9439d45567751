"""The vehicles behind the topics of dongles, trackers and makers' servers. No VIN and no position comes out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ingest.decoders import tesla_fleet, traccar
from ingest.messages import Message
from ingest.part_rows import Part
from ingest.recognition import Group
from ingest.values import shown

_TOLD: Final = 4
"""How many signs of a number tell a vehicle from others."""


def tesla_parts(group: Group, messages: list[Message]) -> Iterable[Part]:
    """Yield the cars by the fingerprints of their VINs."""
    tails = (message.topic.removeprefix(f"{group.topic}/") for message in messages)
    vins = {vin for vin, middle, _ in (tail.partition("/v/") for tail in tails) if middle}
    found = sorted(map(tesla_fleet.fingerprint, vins))
    return [Part(device=device, name=f"Tesla {device[:_TOLD]}", vehicle=True) for device in found]


def tracker_parts(group: Group, messages: list[Message]) -> Iterable[Part]:  # noqa: ARG001 - the topic is for all
    """Yield the trackers by their ids."""
    found = {traccar.device_in(message.payload) for message in messages} - {""}
    return [Part(device=shown(each), name=f"Tracker {each[-_TOLD:]}", vehicle=True) for each in sorted(found)]


def evcc_vehicle_parts(group: Group, messages: list[Message]) -> Iterable[Part]:  # noqa: ARG001
    """Yield the vehicles by their names in evcc."""
    said = {message.payload for message in messages if message.topic.endswith("/vehicleName")}
    names = {payload.decode("utf-8", "replace").strip().strip('"') for payload in said}
    return [Part(device=shown(name), name=shown(name), vehicle=True) for name in sorted(names - {""})]
