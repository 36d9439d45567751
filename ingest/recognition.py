"""Which format the topics of a device look like, and how surely.

Each format says itself whether a message looks like one of its own (`Format.looks_like`); `SIGNS` says how much that
is worth. What most people leave as it came, such as the beginning of a topic, is worth more than what they choose.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ingest.decoders import obis_json
from ingest.formats import DECODERS
from ingest.hearing import Track
from ingest.redaction import redact

CERTAIN_FROM: Final = 0.8
"""Below it the evidence is thin."""
NEAR: Final = 0.15
"""Two formats whose confidence differs by less are not told apart."""
LOOKED_AT: Final = 5
_LONGEST_GAIN: Final = 4
_GAIN: Final = 0.8


class Signs(NamedTuple):
    """How surely a message that looks like a format is of it: on a topic as devices come, and on any other."""

    topic: str
    usual: float
    unusual: float


SIGNS: Final[Mapping[str, Signs]] = {
    "tasmota_sml": Signs(r"tele/.+/SENSOR", 0.95, 0.85),
    "tasmota_plug": Signs(r"tele/.+/SENSOR", 0.95, 0.85),
    "tasmota_counter": Signs(r"tele/.+/SENSOR", 0.95, 0.85),
    "tasmota_p1": Signs(r"tele/.+/RESULT", 0.95, 0.85),
    "shelly_gen1": Signs(r"shellies/.+/(emeter|relay|meter|light|roller)/\d/\w+", 0.95, 0.7),
    "shelly_gen2": Signs(r"shelly.+|.+/events/rpc", 0.95, 0.75),
    "zigbee2mqtt": Signs(r"zigbee2mqtt/.+", 0.95, 0.7),
    "chirpstack_v4": Signs(r"application/.+", 0.98, 0.98),
    "ovms_v3": Signs(r"ovms/.+", 0.98, 0.8),
    "teslamate": Signs(r"teslamate/.+", 0.98, 0.98),
    "ha_discovery": Signs(r"homeassistant/.+", 0.95, 0.85),
    "ha_statestream": Signs(r"homeassistant/.+", 0.9, 0.7),
    "iobroker": Signs(r"(iobroker|mqtt\.\d)/.+", 0.95, 0.8),
    "vzlogger": Signs(r"vzlogger/.+", 0.97, 0.85),
    "obis_json": Signs(r".+", 0.82, 0.82),
    "wmbusmeters": Signs(r"wmbusmeters/.+", 0.97, 0.85),
    "ai_on_the_edge": Signs(r".+/json", 0.95, 0.95),
    "things_stack_v3": Signs(r"v3/.+", 0.98, 0.98),
    "opendtu": Signs(r"(?:.+/)?1[0-9A-Fa-f]{11}/.+", 0.95, 0.6),
    "ahoydtu": Signs(r".+", 0.88, 0.88),
    "evcc": Signs(r"evcc/.+", 0.97, 0.65),
    "evcc_vehicle": Signs(r"evcc/.+", 0.97, 0.85),
    "wican": Signs(r"wican/.+", 0.97, 0.9),
    "tesla_fleet": Signs(r"telemetry/.+", 0.98, 0.85),
    "traccar": Signs(r".+", 0.97, 0.97),
    "sparkplug_b": Signs(r"spBv1\.0/.+", 0.98, 0.98),
}
"""Formats that people declare have no looks and no row."""
_PATTERNS: Final = {name: re.compile(signs.topic, re.DOTALL) for name, signs in SIGNS.items()}
TOGETHER: Final = (
    frozenset({"tasmota_sml", "tasmota_plug", "tasmota_counter", "tasmota_p1"}),
    frozenset({"ha_discovery", "zigbee2mqtt"}),
)
"""Formats that are no rivals: one message may be of several, each tells its own part."""
_BY_TOPIC: Final = {
    "wmbusmeters": re.compile(r"wmbusmeters/.+", re.DOTALL),
    "chirpstack_v4": re.compile(r"application/[^/]+/device/[0-9a-fA-F]{16}/event/\w+"),
}
"""Topics on which any JSON object is of the format, as nobody else has them."""
_ADAPTER: Final = re.compile(r"(?:.*?/)?[^/]+/\d+(?=/)", re.DOTALL)
"""An adapter of ioBroker with the number of its instance, which all its states have in common."""


@dataclass(slots=True)
class Group:
    """The topics of one device in one format. `rivals` are other formats and how sure they would be."""

    format: str
    topic: str
    tracks: list[Track] = field(default_factory=list)
    confidence: float = 0.0
    rivals: dict[str, float] = field(default_factory=dict)

    @property
    def rival(self) -> str:
        """Return the format that cannot be told from this one, empty if none."""
        name, confidence = max(self.rivals.items(), key=lambda rival: rival[1], default=("", 0.0))
        return name if name and self.confidence - confidence < NEAR else ""


def groups_of(tracks: Iterable[Track]) -> tuple[list[Group], list[Track]]:
    """Return the devices of known formats with all their topics, and the topics that are nobody's."""
    found: dict[tuple[str, str], Group] = {}
    rest = []
    for track in tracks:
        looks = looks_of(track)
        for name in _chosen(looks):
            topic = _device(name, track.topic)
            group = found.setdefault((name, topic), Group(name, topic))
            _join(group, track, looks)
        if not looks:
            rest.append(track)
    groups = list(found.values())
    return groups, _adopt(groups, rest)


def _device(name: str, topic: str) -> str:
    """Return what an entry would name as its topic, given one of the device's."""
    adapter = _ADAPTER.match(topic) if name == "iobroker" else None
    return adapter[0] if adapter else DECODERS[name].feed_topic(topic) or topic


def looks_of(track: Track) -> dict[str, float]:
    """Return how surely a topic's messages are of each format that they look like."""
    messages = track.messages[-LOOKED_AT:]
    looks = {}
    for name, signs in SIGNS.items():
        usual = _PATTERNS[name].fullmatch(track.topic) is not None
        by_topic = name in _BY_TOPIC and _BY_TOPIC[name].fullmatch(track.topic) is not None
        agree = sum(_is_of(name, track.topic, message.payload, by_topic=by_topic) for message in messages)
        if agree:
            looks[name] = (signs.usual if usual else signs.unusual) * agree / len(messages)
    return looks


def _is_of(name: str, topic: str, payload: bytes, *, by_topic: bool) -> bool:
    if name == "obis_json":
        return DECODERS[name].looks_like(topic, payload) and obis_json.device_in(payload) is not None
    return DECODERS[name].looks_like(topic, payload) or (by_topic and payload.startswith(b"{"))


def _chosen(looks: Mapping[str, float]) -> list[str]:
    """Return the format that a topic looks like most, and those that tell other parts of it."""
    if not looks:
        return []
    best = max(looks, key=lambda name: looks[name])
    return [name for name in looks if name == best or _together(name, best)]


def _together(one: str, other: str) -> bool:
    return any({one, other} <= family for family in TOGETHER)


def _join(group: Group, track: Track, looks: Mapping[str, float]) -> None:
    """Add a topic to its device; the more topics and messages agree, the surer it is."""
    group.tracks.append(track)
    for name, confidence in looks.items():
        if name != group.format and not _together(name, group.format):
            group.rivals[name] = max(group.rivals.get(name, 0.0), confidence)
    further = min(len(track.kept) - 1 + len(group.tracks) - 1, _LONGEST_GAIN)
    doubt = 1 - max(looks[group.format], group.confidence)
    group.confidence = max(group.confidence, 1 - doubt * (_GAIN if further else 1.0))


def _adopt(groups: list[Group], rest: list[Track]) -> list[Track]:
    """Give devices the further topics below their prefix; return those that are still nobody's."""
    by_prefix: dict[str, list[Group]] = defaultdict(list)
    for group in groups:
        by_prefix[DECODERS[group.format].prefix(group.topic) or group.topic].append(group)
    left = []
    for track in rest:
        prefix = track.topic
        while prefix and prefix not in by_prefix:
            prefix = prefix.rpartition("/")[0]
        for group in by_prefix.get(prefix, ()):
            group.tracks.append(track)
        if not prefix:
            left.append(track)
    return left


def unknown_sample(track: Track) -> str:
    """Return the beginning of an unknown topic's newest payload as text, without what must not be shown."""
    message = track.newest
    return redact(message.topic, message.payload)[:200].decode("utf-8", "replace")
