"""Sparkplug B: industrial gateways ("edge nodes") with meters ("devices") behind them.

Document: Eclipse Sparkplug 3.0, namespace spBv1.0; payload protobuf (`ingest.sparkplug`).
Topics: `spBv1.0/<group>/<type>/<node>[/<device>]`. Births (NBIRTH, DBIRTH) name the metrics and give each an
alias; data (NDATA, DDATA) may say the alias only. All messages of a node share one count, `seq`, so
an entry hears its whole node. Who hears an alias that no birth explained, or misses a message, asks the
node for its births again; here at most once a minute. Data known by alias is read on in the
meantime: registers bear a wrong value for a moment better than a gap.
The will (NDEATH) may come after the birth that follows it; `bdSeq` tells whose death it is.
`is_historical` marks what was measured without a connection: it is read as recovered, moves no clock,
and never takes the place of the live value of the same instant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

from core.inventory import Feed
from core.readings import Reading, ReadingQuality
from core.texts import Finding
from ingest.messages import Binding, Decoded, Memory, Message, Request
from ingest.sparkplug import Metric, Payload, read, rebirth
from ingest.times import Stamp, is_new, later, stamp
from ingest.values import gather

NAMESPACE: Final = "spBv1.0"
SHAPE: Final = "spBv1.0/<group>/DDATA/<node>/<device>"
TYPES: Final = ("NBIRTH", "NDATA", "NDEATH", "DBIRTH", "DDATA", "DDEATH", "NCMD", "DCMD")
BIRTHS: Final = frozenset({"NBIRTH", "DBIRTH"})
DEATHS: Final = frozenset({"NDEATH", "DDEATH"})
COMMANDS: Final = frozenset({"NCMD", "DCMD"})
REBIRTH_PAUSE: Final = timedelta(minutes=1)
_COUNT: Final = 256
_BD_SEQ: Final = "bdSeq"

Known = Mapping[int, tuple[str, int]]
"""Name and datatype by alias."""


class Node(NamedTuple):
    """What is remembered of a node and of the entry's device: count, birth, aliases, when births were asked for.

    `live` are the newest instants of live values, by quantity.
    """

    seq: int | None = None
    birth: object = None
    known: Known | None = None
    asked_utc: datetime | None = None
    live: Mapping[str, datetime] = MappingProxyType({})


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the values that the entry's fields name. Raises `FormatError`."""
    _, group, kind, edge, device = _parts(message.topic)
    if kind in COMMANDS or kind not in TYPES:
        return Decoded(memory=memory)
    payload = read(message.payload)
    before = memory.state.get("node")
    node = before if isinstance(before, Node) else Node()
    ours = device == _parts(binding.feed.topic)[4]
    missed = _is_missed(payload, kind, node)
    node = _heard(payload, kind, node, ours=ours)
    decoded = Decoded(memory=memory)
    if ours and kind not in DEATHS:
        node, decoded = _values(payload, node, message, binding, memory)
    unknown = any(finding.code == "payload.alias_unknown" for finding in decoded.notices)
    return _asking(decoded, node, f"{NAMESPACE}/{group}/NCMD/{edge}", message, missed=missed, unknown=unknown)


def _parts(topic: str) -> tuple[str, str, str, str, str]:
    """Return namespace, group, type, node and device of a topic, empty where it has none."""
    namespace, group, kind, edge, device, *_ = *topic.split("/", 4), "", "", "", "", ""
    return namespace, group, kind, edge, device


def _is_missed(payload: Payload, kind: str, node: Node) -> bool:
    """Return whether the count of the node shows that a message before this one did not reach us."""
    if kind in {"NBIRTH", "NDEATH"} or payload.seq is None or node.seq is None:
        return False
    return payload.seq not in {node.seq, (node.seq + 1) % _COUNT}


def _heard(payload: Payload, kind: str, node: Node, *, ours: bool) -> Node:
    """Return what is known of the node after a message of it."""
    birth = next((metric.value for metric in payload.metrics if metric.name == _BD_SEQ), None)
    if kind == "NDEATH":
        return node if birth != node.birth else node._replace(seq=None, known=None)
    if kind == "NBIRTH":
        node = node._replace(birth=birth, known=None)
    if payload.seq is not None:
        node = node._replace(seq=payload.seq)
    if ours and kind in BIRTHS:
        return node._replace(known={m.alias: (m.name, m.datatype) for m in payload.metrics if m.alias is not None})
    return node._replace(known=None) if ours and kind == "DDEATH" else node


def _values(payload: Payload, node: Node, message: Message, binding: Binding, memory: Memory) -> tuple[Node, Decoded]:
    readings: list[Reading] = []
    notices: list[Finding] = []
    live = dict(node.live)
    begun, dated = memory, True
    for metric in payload.metrics:
        name, datatype = _name(metric, node)
        if not name:
            notices.append(Finding.of("payload.alias_unknown", alias=metric.alias or 0))
            continue
        fields = [each for each in binding.fields if each.name == name]
        if not fields:
            continue
        at = stamp(metric.at_ms, message, binding.zone, begun)
        if at.finding:
            notices.append(at.finding)
        if (metric.historical and not at.own) or not is_new(message, at, begun):
            continue
        found, odd = gather({name: metric.number(datatype)}, fields, binding.source, at.at_utc)
        notices += odd
        dated &= at.own
        readings += _historical(found, live) if metric.historical else found
        if not metric.historical:
            memory = Memory(later(memory, at), memory.state)
            live.update(_newest(found, at, live))
    return node._replace(live=live), Decoded(tuple(readings), memory, tuple(notices), dated=dated and bool(readings))


def _name(metric: Metric, node: Node) -> tuple[str, int]:
    if metric.name:
        return metric.name, metric.datatype
    return (node.known or {}).get(metric.alias if metric.alias is not None else -1, ("", 0))


def _historical(found: list[Reading], live: Mapping[str, datetime]) -> list[Reading]:
    return [
        replace(reading, quality=ReadingQuality.RECOVERED)
        for reading in found
        if live.get(reading.quantity) != reading.at_utc
    ]


def _newest(found: list[Reading], at: Stamp, live: Mapping[str, datetime]) -> dict[str, datetime]:
    return {
        reading.quantity.value: reading.at_utc
        for reading in found
        if at.own and reading.at_utc >= live.get(reading.quantity, reading.at_utc)
    }


def _asking(decoded: Decoded, node: Node, topic: str, message: Message, *, missed: bool, unknown: bool) -> Decoded:
    """Return what was decoded, and a request for births where something is missing, but not again and again."""
    requests: tuple[Request, ...] = ()
    due = node.asked_utc is None or message.received_at_utc - node.asked_utc >= REBIRTH_PAUSE
    if (missed or unknown) and due and not message.retained:
        requests = (Request(topic, rebirth(message.received_at_utc)),)
        node = node._replace(asked_utc=message.received_at_utc)
    notices = (*decoded.notices, Finding.of("payload.sequence_gap")) if missed else decoded.notices
    memory = Memory(decoded.memory.last_at_utc, {"node": node})
    return Decoded(decoded.readings, memory, notices, decoded.dated, requests)


def looks_like(topic: str, payload: bytes) -> bool:  # noqa: ARG001 - the topic says it all
    """Return whether an unknown topic is probably of a node or device."""
    return feed_topic(topic) != "" and topic.split("/")[2] in TYPES


def feed_topic(topic: str) -> str:
    """Return the topic with the data of the node or device that a topic belongs to, empty for others."""
    namespace, group, kind, edge, device = _parts(topic)
    if namespace != NAMESPACE or kind not in TYPES or not group or not edge or "/" in device:
        return ""
    return f"{NAMESPACE}/{group}/DDATA/{edge}/{device}" if device else f"{NAMESPACE}/{group}/NDATA/{edge}"


def prefix(topic: str) -> str:
    """Return what the data topics of the node have in common; nothing for other topics."""
    return "/".join(topic.split("/")[:4]) if feed_topic(topic) == topic else ""


def further(feed: Feed) -> tuple[str, ...]:
    """Return what the other topics of the node and its devices begin with."""
    _, group, _, edge, _ = _parts(feed.topic)
    return tuple(f"{NAMESPACE}/{group}/{kind}/{edge}" for kind in TYPES)
